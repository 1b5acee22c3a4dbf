//! S29 to S32: subscribers that do not read, and how streams end.

use precinto_proto::v1 as pb;

use super::desk::{Desk, Stream, World, within};
use crate::directory;

/// Of each stalled subscriber: more than what lies between it and the log before the gateway stops sending.
const CREDIT: u32 = 1000;

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

/// Sixteen subscriptions of a node on one line, which nobody reads; so nothing else can come over that line either.
async fn stall(world: &World, node: &str) -> (Desk, Vec<Stream>) {
    let mut desk = world.desk_of(node).await;
    for number in 0..16 {
        desk.create(&format!("stalled-{number}")).await;
    }
    let mut stalled = Vec::new();
    for number in 0..16 {
        stalled.push(desk.open(&format!("stalled-{number}"), CREDIT).await);
    }
    (desk, stalled)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s29_stalled_subscribers_do_not_hold_live_entries_in_memory() {
    let mut world = World::start();
    let mut messages = world.messages();
    let large: Vec<_> = (0..400).map(|_| messages.alert(15_000)).collect();
    for large in large.chunks(200) {
        let before = resident_bytes(&world);
        let mut stalled = Vec::new();
        for node in ["mx-anam-mex", "us-oversight-audit"] {
            stalled.push(stall(&world, node).await);
        }
        world.send_all(large).await;
        let grown = resident_bytes(&world).saturating_sub(before);
        // Each of the 32 may hold a mebibyte, and windows; with all 200 queued for each it would be more than 100 MiB, and
        // in the second life twice that.
        assert!(grown < 72 * 1024 * 1024, "{grown} bytes");
        // The next process finds all of them where they are, stalled.
        drop(stalled);
        world.kill_and_start();
    }
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s30_who_takes_nothing_for_30_s_is_cut_and_goes_on_without_loss() {
    let mut world = World::start();
    let mut messages = world.messages();
    // Far more than the windows of a connection and the queue before it hold.
    let large: Vec<_> = (0..400).map(|_| messages.alert(15_000)).collect();
    let sent = world.send_all(&large).await;
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut stalled = desk.open("desk", 1000).await;
    stalled.delivery().await;
    // Three heartbeats to somebody else are 45 s by the gateway's own clock.
    let mut other = world.desk_of("mx-fgr-hq").await;
    other.create("desk").await;
    let mut clock = other.open("desk", 1).await;
    for _ in 0..3 {
        clock.heartbeat().await;
    }
    let ended = within(async {
        loop {
            match stalled.try_next().await {
                Ok(Some(pb::SubscribeResponse {
                    closing: Some(closing),
                    ..
                })) => break Some(closing.reason()),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => break None,
            }
        }
    })
    .await;
    assert!(
        matches!(ended, None | Some(pb::ClosingReason::Slow)),
        "{ended:?}"
    );
    let reached = stalled.covered.unwrap_or_default().end;
    assert!(reached < sent[399], "it was cut before the end");
    for restart in [false, true] {
        if restart {
            world.kill_and_start();
        }
        let mut desk = world.desk().await;
        let mut stream = desk
            .open_as(pb::Init {
                subscription: "desk".to_owned(),
                credit: 1000,
                covered_up_to: reached,
                ..Default::default()
            })
            .await;
        assert_eq!(
            stream.deliveries(400).await,
            sent,
            "none of it was settled, and all of it is there"
        );
    }
    world.end();
}

/// Sixteen live subscriptions on one line, which nobody reads from here on.
async fn stall_live(world: &World, name: &str) -> (Desk, Vec<Stream>) {
    let (mut desk, mut streams) = (world.desk().await, Vec::new());
    for number in 0..16 {
        let request = pb::CreateSubscriptionRequest {
            name: format!("{name}-{number}"),
            start: pb::StartPosition::Now.into(),
            ..Default::default()
        };
        desk.create_as(request).await.expect("created");
        let mut stream = desk.open(&format!("{name}-{number}"), CREDIT).await;
        stream.caught_up().await;
        streams.push(stream);
    }
    (desk, streams)
}

/// By how much the 99th percentile changes the benchmark `subscribers` measures. Here it is the order of events: everything sent
/// is answered while the subscribers are stalled, and none of them was cut before, which is what would free a sender who waits for
/// them (S30).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s31_a_sender_does_not_wait_for_stalled_subscribers() {
    let mut world = World::start();
    let mut messages = world.messages();
    // For each subscriber more than is held for it, so that it stalls midway, live.
    let large: Vec<_> = (0..400).map(|_| messages.alert(15_000)).collect();
    for (life, large) in large.chunks(200).enumerate() {
        let name = format!("stalled-{life}");
        let (stalled_desk, stalled) = stall_live(&world, &name).await;
        let sent = world.send_all(large).await;
        let mut desk = world.desk().await;
        for number in 0..16 {
            let there = desk.get(&format!("{name}-{number}")).await;
            // Of bytes that nobody takes, not for want of credit, and well before the last.
            let is_stalled = there.position < sent[150] && (1..CREDIT).contains(&there.unsettled);
            assert!(is_stalled, "{there:?}");
        }
        // The same streams go on as if nothing had been.
        let goes_on = stalled
            .into_iter()
            .map(|mut stream| tokio::spawn(async move { (stream.deliveries(200).await, stream) }));
        for gone_on in goes_on.collect::<Vec<_>>() {
            let (indexes, _stream) = gone_on.await.expect("it was not cut");
            assert_eq!(indexes, sent);
        }
        drop(stalled_desk);
        world.kill_and_start();
    }
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s32_a_closing_has_its_reason_and_says_whether_to_come_back() {
    let mut world = World::with_authorities();
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
    world.restart();
    // Who was told to come back is let in again.
    world.desk().await.open("desk", 1).await.caught_up().await;
    // Who leaves the directory, and whose certificate is revoked, while the gateway runs. (SLOW reaches only who begins to read
    // again, and only if the line has room for one word more: s30 takes either, and the gateway's histories, which hold the line
    // in their hands, ask for SLOW and nothing else.)
    let mut left = world.desk_of("mx-cofepris-hq").await;
    left.create("desk").await;
    let mut left = left.open("desk", 1).await;
    left.caught_up().await;
    let steward = ("mx-anam-mex", "mx.dev.invalid", "hernandez");
    let part = directory::proposed(&world.site, world.gateway(), steward, directory::without_hq);
    let applied = directory::apply(&world.site, world.gateway(), steward.0, &part, &[]);
    directory::expect_success(&applied);
    let stream = ("mx-cofepris-hq", &mut left);
    let (word, reason) = (pb::ClosingReason::Unlisted, pb::Reason::NodeUnknown);
    world.must_go(stream, word, reason).await;
    let mut fifth = world.desk().await.open("desk", 1).await;
    fifth.caught_up().await;
    world.revoke_in_mexico("mx/anam/mex.tls");
    let stream = ("mx-anam-mex", &mut fifth);
    let (word, reason) = (pb::ClosingReason::Revoked, pb::Reason::CertRevoked);
    world.must_go(stream, word, reason).await;
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
    world.end();
}
