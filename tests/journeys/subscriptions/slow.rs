//! S29 to S32: subscribers that do not read, and how streams end.

use std::time::Duration;

use precinto_proto::v1 as pb;

use super::desk::World;

/// The gateway's resident memory in bytes.
fn resident_bytes(world: &World) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", world.gateway().id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: u64 = line
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    kib * 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s29_stalled_subscribers_do_not_hold_live_entries_in_memory() {
    let world = World::start();
    world.send_many(2_000).await;
    let mut stalled = Vec::new();
    for node in ["mx-anam-mex", "us-oversight-audit"] {
        let mut desk = world.desk_of(node).await;
        for number in 0..16 {
            desk.create(&format!("stalled-{number}")).await;
        }
        for number in 0..16 {
            stalled.push(desk.open(&format!("stalled-{number}"), 1000).await); // and nobody ever reads
        }
    }
    // What each may hold is there once they are full: queues and windows, not entries.
    world.send_many(1_000).await;
    let before = resident_bytes(&world);
    world.send_many(3_000).await;
    let grown = resident_bytes(&world).saturating_sub(before);
    // The log itself takes some 100 bytes an entry; queued for 32 subscribers, 3,000 of 1 KiB would be 96 MiB.
    assert!(grown < 32 * 1024 * 1024, "{grown} bytes");
    drop(stalled);
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s30_who_takes_nothing_for_30_s_is_cut_and_goes_on_without_loss() {
    let world = World::start();
    let mut messages = world.messages();
    // Far more than the windows of a connection and the queue before it hold.
    let large: Vec<_> = (0..400).map(|_| messages.alert(15_000)).collect();
    let sent = world.send_all(&large).await;
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut stalled = desk.open("desk", 1000).await;
    stalled.delivery().await;
    tokio::time::sleep(Duration::from_secs(34)).await;
    let ended = loop {
        match stalled.try_next().await {
            Ok(Some(pb::SubscribeResponse {
                closing: Some(closing),
                ..
            })) => break Some(closing.reason()),
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => break None,
        }
    };
    assert!(
        matches!(ended, None | Some(pb::ClosingReason::Slow)),
        "{ended:?}"
    );
    let reached = stalled.covered.unwrap().end;
    assert!(reached < sent[399], "it was cut before the end");
    let mut desk = world.desk().await;
    let mut stream = desk
        .open_as(pb::Init {
            subscription: "desk".to_owned(),
            credit: 1000,
            covered_up_to: reached,
            ..Default::default()
        })
        .await;
    let (again, _) = stream.drain().await;
    assert_eq!(
        again, sent,
        "none of it was settled, and all of it is there"
    );
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s31_a_sender_does_not_wait_for_stalled_subscribers() {
    // By how much the 99th percentile changes is measured by the benchmark; here it is enough that nothing waits.
    let world = World::start();
    let mut desk = world.desk().await;
    let mut stalled = Vec::new();
    for number in 0..16 {
        let name = format!("stalled-{number}");
        desk.create(&name).await;
        stalled.push(desk.open(&name, 1000).await);
    }
    world.send_many(3_000).await;
    let began_ms = precinto_tests::now_ms();
    let sent = world.send(20).await;
    let took_ms = precinto_tests::now_ms() - began_ms;
    assert_eq!(sent.len(), 20);
    assert!(took_ms < 20_000, "{took_ms} ms for twenty");
    drop(stalled);
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s32_a_closing_has_its_reason_and_says_whether_to_come_back() {
    let mut world = World::start();
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut stream = desk.open("desk", 1).await;
    stream.caught_up().await;
    let mut second = desk.open("desk", 1).await;
    second.caught_up().await;
    let superseded = stream.closing().await;
    desk.seek("desk", 0).await;
    let sought = second.closing().await;
    let mut third = desk.open("desk", 1).await;
    third.caught_up().await;
    let request = pb::DeleteSubscriptionRequest {
        name: "desk".to_owned(),
    };
    desk.client.delete_subscription(request).await.unwrap();
    let deleted = third.closing().await;
    desk.create("desk").await;
    let mut fourth = desk.open("desk", 1).await;
    fourth.caught_up().await;
    world.stop();
    let draining = fourth.closing().await;
    // SLOW is s30's; REVOKED is tested in the gateway's own tests.
    for (closing, reason, returns) in [
        (superseded, pb::ClosingReason::Superseded, false),
        (sought, pb::ClosingReason::Sought, true),
        (deleted, pb::ClosingReason::Deleted, false),
        (draining, pb::ClosingReason::Draining, true),
    ] {
        assert_eq!(
            (closing.reason(), closing.retry_after.is_some()),
            (reason, returns)
        );
    }
    world.restart();
    world.end();
}
