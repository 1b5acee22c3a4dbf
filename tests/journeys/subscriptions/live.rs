//! S4 to S10: replay, then live, without a hole or a repeat, and every index accounted for.

use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use std::time::Duration;

use super::desk::{Stream, World};

/// A live stream this far behind returns to replay.
const FALL_BEHIND: usize = 1_024;

const CREDIT: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s04_everything_permitted_comes_at_least_once_and_first_deliveries_rise() {
    let mut world = World::start();
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let (mut sent, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
    for round in 0..4 {
        sent.extend(world.send(8).await);
        let mut stream = desk.open("desk", 5).await;
        for _ in 0..4 {
            let delivery = stream.delivery().await;
            seen.insert(delivery.index);
            stream.ack(delivery.index).await;
        }
        if round % 2 == 0 {
            world.kill_and_start();
        } else {
            world.stop_and_start();
        }
        desk = world.desk().await;
    }
    let mut stream = desk.open("desk", 5).await;
    seen.extend(stream.drain().await.0);
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), sent);
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s05_the_change_to_live_neither_loses_nor_repeats_while_the_log_grows() {
    let mut world = World::start();
    world.desk().await.create("desk").await;
    let (mut all, mut covered) = (Vec::new(), None);
    for _ in 0..2 {
        world.send_many(150).await;
        let mut stream = world.desk().await.open("desk", 1000).await;
        // The next life begins where this one ends: without a hole, and without an overlap.
        stream.covered = covered;
        let reading = async {
            for _ in 0..450 {
                let delivery = stream.delivery().await;
                assert_eq!(delivery.attempt, 1);
                stream.ack(delivery.index).await;
                all.push(delivery.index);
            }
        };
        tokio::join!(reading, world.send_many(300));
        assert!(stream.is_quiet().await, "450 were sent, and 450 came");
        stream.finish().await; // what was settled is on disk
        covered = stream.covered;
        world.kill_and_start();
    }
    assert!(all.is_sorted_by(|a, b| a < b));
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s06_nothing_is_delivered_above_the_newest_signed_checkpoint() {
    let mut world = World::start();
    world.send(5).await;
    for _ in 0..2 {
        let mut desk = world.desk().await;
        desk.create("desk").await;
        let log = desk.connection.receipts().log().clone();
        let mut stream = desk
            .open_as(pb::Init {
                subscription: "desk".to_owned(),
                credit: 100,
                with_proofs: true,
                ..Default::default()
            })
            .await;
        for _ in 0..5 {
            let delivery = stream.delivery().await;
            let receipt = delivery.receipt.unwrap();
            let proof = Receipt::parse(&receipt.proof).unwrap();
            let proven = proof.verify(&log, &receipt.record).unwrap();
            assert_eq!(proven.index(), delivery.index);
            assert!(proven.size() > delivery.index);
        }
        let caught_up = stream.caught_up().await;
        assert!(
            caught_up
                .checkpoint
                .contains(&format!("\n{}\n", caught_up.position))
        );
        world.kill_and_start();
    }
    world.end();
}

/// Lets a live stream use up its credit and fall behind by more than it may; what came, unsettled.
async fn fall_behind(world: &World, stream: &mut Stream) -> Vec<u64> {
    world.send_many(FALL_BEHIND + CREDIT + 100).await;
    stream.deliveries(CREDIT).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s07_caught_up_is_said_at_once_when_nothing_is_there_and_after_every_fall_behind() {
    let mut world = World::start();
    let mut desk = world.desk().await;
    let now = pb::CreateSubscriptionRequest {
        name: "desk".to_owned(),
        start: pb::StartPosition::Now.into(),
        ..Default::default()
    };
    let made = desk.create_as(now).await.unwrap();
    let mut stream = desk.open("desk", 64).await;
    let first = stream.next().await.caught_up.expect("before anything else");
    // Behind the act of making it.
    assert_eq!(first.position, made.start_index + 1);
    let first = fall_behind(&world, &mut stream).await;
    for index in &first {
        stream.ack(*index).await;
    }
    let (rest, caught_up) = stream.drain().await;
    assert_eq!(rest.len(), FALL_BEHIND + 100);
    assert_eq!(
        caught_up.position,
        first[CREDIT - 1] + 1 + rest.len() as u64
    );
    world.kill_and_start();
    let mut desk = world.desk().await;
    // What was acknowledged last may not have been on disk, and comes again first.
    desk.open("desk", 64).await.drain().await;
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s08_falling_behind_is_said_at_once_and_does_not_end_the_stream() {
    let mut world = World::start();
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut stream = desk.open("desk", 64).await;
    stream.drain().await;
    let first = fall_behind(&world, &mut stream).await;
    // Also without any credit left, and long before the next heartbeat is due.
    let heartbeat = tokio::time::timeout(Duration::from_secs(14), stream.heartbeat()).await;
    assert_eq!(heartbeat.expect("at once").phase(), pb::Phase::Replay);
    for index in &first {
        stream.ack(*index).await;
    }
    let (_, caught_up) = stream.drain().await;
    assert!(caught_up.position > first[CREDIT - 1]);
    let live = world.send(1).await;
    assert_eq!(stream.delivery().await.index, live[0], "live again");
    world.kill_and_start();
    let mut stream = world.desk().await.open("desk", 64).await;
    stream.drain().await;
    let live = world.send(1).await;
    assert_eq!(stream.delivery().await.index, live[0], "live again");
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s09_ranges_are_contiguous_under_a_filter_and_from_stream_to_stream() {
    let mut world = World::start();
    let mut desk = world.desk().await;
    let filter = pb::Filter {
        types: vec![pb::MessageType::Alert.into()],
        ..Default::default()
    };
    desk.create_as(pb::CreateSubscriptionRequest {
        name: "desk".to_owned(),
        filter: Some(filter),
        ..Default::default()
    })
    .await
    .unwrap();
    let mut messages = world.messages();
    let mut mixed = Vec::new();
    for number in 0..30 {
        mixed.push(if number % 7 == 3 {
            messages.alert(60)
        } else {
            messages.notice()
        });
    }
    let sent = world.send_all(&mixed).await;
    let alerts: Vec<u64> = (0..30).filter(|n| n % 7 == 3).map(|n| sent[n]).collect();
    let mut stream = desk.open("desk", 100).await;
    let (seen, caught_up) = stream.drain().await;
    assert_eq!(seen, alerts);
    let all = stream.covered.unwrap();
    assert_eq!(
        (all.first, all.end),
        (0, sent[29] + 1),
        "all of it, and no more"
    );
    assert_eq!(caught_up.position, all.end);
    stream.finish().await;
    world.kill_and_start();
    let more = world.send(3).await;
    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 100).await;
    assert!(stream.drain().await.0.is_empty());
    assert_eq!(
        stream.covered,
        Some(pb::Range {
            first: all.end,
            end: more[2] + 1
        })
    );
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s10_the_cursor_moves_through_what_does_not_match_and_a_restart_does_not_scan_it_again() {
    let mut world = World::start();
    let sent = world.send(20).await;
    let mut desk = world.desk().await;
    let filter = pb::Filter {
        types: vec![pb::MessageType::Recall.into()],
        ..Default::default()
    };
    desk.create_as(pb::CreateSubscriptionRequest {
        name: "desk".to_owned(),
        filter: Some(filter),
        ..Default::default()
    })
    .await
    .unwrap();
    let mut stream = desk.open("desk", 1).await;
    let caught_up = stream.caught_up().await;
    // Behind the act of making it.
    assert_eq!(caught_up.position, sent[19] + 2);
    desk.until_settled("desk", sent[19] + 2).await;
    // More comes that does not match: the next word covers it, and the cursor is where that word says.
    let more = world.send(3).await;
    let heartbeat = stream.silence().await;
    assert_eq!(heartbeat.covered.unwrap_or_default().end, more[2] + 1);
    desk.until_settled("desk", more[2] + 1).await;
    world.kill_and_start();
    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 1).await;
    let again = stream.caught_up().await.covered.unwrap_or_default();
    assert_eq!(again.first, more[2] + 1, "nothing is scanned again");
    world.end();
}
