//! S19 to S24: what survives a kill, what is evidence, and what a client refuses to believe.

use std::collections::BTreeSet;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Waker};

use precinto_client::subscribe::{Event, SubscribeError, SubscribeOptions, Subscriber};
use precinto_client::{LogClient, Pin};
use precinto_proto::v1 as pb;

use super::desk::{Desk, World, within};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s19_a_repeat_is_the_same_entry_under_the_same_index() {
    let mut world = World::start();
    world.send(3).await;
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut stream = desk.open("desk", 10).await;
    let mut before = Vec::new();
    for _ in 0..3 {
        before.push(stream.delivery().await);
    }
    stream.finish().await; // that they were delivered is on disk
    world.kill_and_start();
    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 10).await;
    for first in before {
        let again = stream.delivery().await;
        assert_eq!(again.attempt, first.attempt + 1);
        assert_eq!(
            (
                again.index,
                again.envelope,
                again.body,
                again.receipt,
                again.time_ms
            ),
            (
                first.index,
                first.envelope,
                first.body,
                first.receipt,
                first.time_ms
            )
        );
    }
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s20_a_stream_ack_moves_a_cursor_and_leaves_nothing_in_the_log() {
    let mut world = World::start();
    let sent = world.send(3).await;
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let size = LogClient::new(&desk.connection)
        .checkpoint(0)
        .await
        .unwrap();
    let mut stream = desk.open("desk", 10).await;
    stream.drain().await;
    stream.finish().await;
    world.stop_and_start();
    let mut desk = world.desk().await;
    // The last entry is the act of making it.
    assert_eq!(desk.get("desk").await.settled, sent[2] + 2);
    let after = LogClient::new(&desk.connection)
        .checkpoint(0)
        .await
        .unwrap();
    assert_eq!(after.checkpoint().size, size.checkpoint().size);
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s21_after_a_kill_there_is_no_gap_and_only_what_was_not_on_disk_comes_again() {
    let mut world = World::start();
    let sent = world.send(30).await;
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut stream = desk.open("desk", 1000).await;
    assert_eq!(stream.deliveries(20).await, sent[..20]);
    // Every other one, so that the cursor is a floor and what is settled above it.
    for index in sent[..10].iter().step_by(2) {
        stream.ack(*index).await;
    }
    stream.finish().await; // these are on disk
    let mut stream = desk.open("desk", 1000).await;
    let expected: Vec<u64> = sent[..10]
        .iter()
        .skip(1)
        .step_by(2)
        .chain(&sent[10..])
        .copied()
        .collect();
    assert_eq!(stream.deliveries(25).await, expected);
    for index in &sent[10..20] {
        stream.ack(*index).await; // these may be, or not
    }
    world.kill_and_start();
    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 1000).await;
    let (again, _) = stream.drain().await;
    let again: BTreeSet<u64> = again.into_iter().collect();
    let certain: BTreeSet<u64> = sent[..10].iter().step_by(2).copied().collect();
    assert!(again.is_disjoint(&certain), "settled on disk: {again:?}");
    let unsettled = sent[..10].iter().skip(1).step_by(2).chain(&sent[20..]);
    for index in unsettled {
        assert!(again.contains(index), "{index} is lost");
    }
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s22_a_subscription_goes_on_in_another_process_and_a_reader_of_its_own_writes_waits() {
    // One gateway, one log: in a cluster it would be another machine. That a cursor is shared between gateways is not
    // tested, because there is no cluster yet.
    let mut world = World::start();
    let sent = world.send(2).await;
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut stream = desk.open("desk", 1).await;
    let first = stream.delivery().await.index;
    stream.ack(first).await;
    desk.until_settled("desk", sent[1]).await;
    world.kill_and_start();
    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 10).await;
    assert_eq!(stream.delivery().await.index, sent[1]);
    // Who waits for a size when the process ends is told so, and asks the next one.
    let log = LogClient::new(&desk.connection);
    let mut waiting = pin!(log.checkpoint(sent[1] + 3));
    assert!(waits(&mut waiting, &mut desk).await);
    world.kill_and_start();
    assert!(within(waiting).await.is_err());
    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 10).await;
    let log = LogClient::new(&desk.connection);
    let mut waiting = pin!(log.checkpoint(sent[1] + 3));
    assert!(waits(&mut waiting, &mut desk).await);
    let written = world.send(1).await;
    let checkpoint = within(waiting).await.unwrap();
    assert!(checkpoint.checkpoint().size > written[0]);
    while stream.delivery().await.index != written[0] {}
    world.end();
}

/// Whether a call that was begun has no answer when a later one over the same line has.
async fn waits<T>(call: &mut std::pin::Pin<&mut impl Future<Output = T>>, desk: &mut Desk) -> bool {
    let mut poll = || call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    let begun = poll().is_pending();
    desk.get("desk").await;
    begun && poll().is_pending()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s23_a_heartbeat_says_checkpoint_range_phase_time_and_what_is_unsettled() {
    let mut world = World::start();
    let sent = world.send(3).await;
    world.desk().await.create("desk").await;
    for expected in [&sent[..], &sent[1..]] {
        let mut desk = world.desk().await;
        let mut stream = desk.open("desk", 10).await;
        assert_eq!(stream.deliveries(expected.len()).await, expected);
        stream.ack(sent[0]).await; // the second time it is settled already
        stream.caught_up().await;
        let heartbeat = stream.heartbeat().await;
        let log = LogClient::new(&desk.connection);
        let newest = log.checkpoint(0).await.unwrap();
        assert_eq!(heartbeat.checkpoint, newest.note());
        assert_eq!(
            heartbeat.covered.unwrap_or_default().end,
            newest.checkpoint().size
        );
        assert_eq!(
            (heartbeat.phase(), heartbeat.unsettled),
            (pb::Phase::Live, 2)
        );
        assert_eq!(heartbeat.settled, sent[1], "the floor that is on disk");
        let now_s = i64::try_from(precinto_tests::now_ms() / 1000).unwrap();
        let told = heartbeat.server_time.unwrap().seconds;
        assert!((now_s - 60..=now_s + 1).contains(&told), "{told}");
        world.kill_and_start();
    }
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s24_a_client_refuses_a_log_that_went_back() {
    let mut world = World::start();
    world.send(2).await;
    world.stop_and_start();
    let node = world.site.node("mx-anam-mex", world.gateway());
    let subscriber = |pin| {
        let (settings, clock) = (node.settings.clone(), node.clock.clone());
        Subscriber::new(settings, clock, SubscribeOptions::named("desk"), pin)
    };
    let pinned = world.site.path().join("desk.pin");
    let pin = || Pin::open(pinned.clone(), &node.settings.log).unwrap();
    // Somebody keeps the folder as it is now, with its cursors …
    world.desk().await.create("desk").await;
    world.stop();
    let kept = world.site.path().join("kept");
    copy(&world.site.data(), &kept);
    world.restart();
    world.send(3).await;
    let mut desk = subscriber(pin());
    within(async { while !matches!(desk.next().await.unwrap(), Event::CaughtUp { .. }) {} }).await;
    drop(desk);
    // … and puts it back: signed by the right key, well-formed, and three entries short.
    world.stop();
    std::fs::remove_dir_all(world.site.data()).unwrap();
    copy(&kept, &world.site.data());
    world.restart();
    let mut desk = subscriber(pin());
    let error = within(async {
        loop {
            if let Err(error) = desk.next().await {
                return error;
            }
        }
    })
    .await;
    assert!(matches!(error, SubscribeError::Contradiction(_)), "{error}");
    world.end();
}

/// Copies a folder of files and folders.
#[expect(clippy::disallowed_methods, reason = "a test's own throw-away folder")]
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for inside in std::fs::read_dir(from).unwrap() {
        let inside = inside.unwrap();
        let to = to.join(inside.file_name());
        if inside.file_type().unwrap().is_dir() {
            copy(&inside.path(), &to);
        } else {
            std::fs::write(&to, std::fs::read(inside.path()).unwrap()).unwrap();
        }
    }
}
