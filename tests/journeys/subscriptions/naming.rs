//! S1 to S3: what a name stands for, what of it is fixed, and who streams on it.

use precinto_client::LogClient;
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::desk::{World, reason};

fn request(name: &str) -> pb::CreateSubscriptionRequest {
    pb::CreateSubscriptionRequest {
        name: name.to_owned(),
        ..Default::default()
    }
}

fn only_recalls() -> pb::Filter {
    pb::Filter {
        types: vec![pb::MessageType::Recall.into()],
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s01_the_same_definition_is_the_same_subscription_and_another_is_refused() {
    let mut world = World::start();
    let mut desk = world.desk().await;
    let defined = pb::CreateSubscriptionRequest {
        filter: Some(only_recalls()),
        attempts_max: 3,
        ..request("desk")
    };
    let made = desk.create_as(defined.clone()).await.unwrap();
    assert_eq!(desk.create_as(defined.clone()).await.unwrap(), made);
    world.kill_and_start();
    let mut desk = world.desk().await;
    assert_eq!(desk.create_as(defined.clone()).await.unwrap(), made);
    let nowhere = pb::SeekSubscriptionRequest {
        name: "desk".to_owned(),
        ..Default::default()
    };
    let status = desk.client.seek_subscription(nowhere).await.unwrap_err();
    assert_eq!(
        reason(&status),
        "FIELD_MISSING",
        "not to the beginning by mistake"
    );
    for other in [
        request("desk"),
        pb::CreateSubscriptionRequest {
            attempts_max: 4,
            ..defined.clone()
        },
        pb::CreateSubscriptionRequest {
            start: pb::StartPosition::Now.into(),
            ..defined.clone()
        },
    ] {
        let status = desk.create_as(other).await.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (tonic::Code::AlreadyExists, "SUBSCRIPTION_EXISTS")
        );
    }
    // A name is the node's own.
    let mut other = world.desk_of("mx-fgr-hq").await;
    other.create("desk").await;
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s02_a_definition_is_fixed_and_moving_is_an_act_in_the_log_that_closes_the_stream() {
    let mut world = World::start();
    let sent = world.send(6).await;
    let mut desk = world.desk().await;
    let made = desk
        .create_as(pb::CreateSubscriptionRequest {
            filter: Some(pb::Filter {
                types: vec![pb::MessageType::SystemNotice.into()],
                ..Default::default()
            }),
            attempts_max: 7,
            start: pb::StartPosition::Index.into(),
            start_index: sent[1],
            ..request("desk")
        })
        .await
        .unwrap();
    let mut stream = desk.open("desk", 100).await;
    assert_eq!(stream.drain().await.0, sent[1..]);
    let moved = desk.seek("desk", sent[0]).await;
    assert_eq!(stream.closing().await.reason(), pb::ClosingReason::Sought);
    world.kill_and_start();
    let mut desk = world.desk().await;
    let now = desk.get("desk").await;
    assert_eq!(
        moved.subscription.as_ref(),
        Some(&now),
        "durable before it was answered"
    );
    assert_eq!(
        (now.position, now.settled, now.moves),
        (sent[0], sent[0], 1)
    );
    assert_eq!(
        (now.filter, now.attempts_max, now.start_index),
        (made.filter, 7, sent[1]),
        "what it is has not changed"
    );
    // The act is an entry, which its node may read, and nobody else.
    let log = LogClient::new(&desk.connection);
    let act = log
        .receipt_at(moved.act_index)
        .await
        .unwrap()
        .receipt
        .record;
    let act = pb::ActRecord::decode(act.as_ref()).unwrap();
    assert_eq!(act.kind(), pb::ActKind::SubscriptionSought);
    assert_eq!(
        (act.subject.as_str(), act.from_index, act.to_index),
        // From behind the act of making it.
        ("desk", sent[5] + 2, sent[0])
    );
    assert!(
        act.actor.ends_with("/agency/anam/node/mex"),
        "{}",
        act.actor
    );
    let other = world.desk_of("mx-fgr-hq").await;
    let log = LogClient::new(&other.connection);
    assert!(log.receipt_at(moved.act_index).await.is_err());
    let mut stream = desk.open("desk", 100).await;
    assert_eq!(stream.drain().await.0, sent);
    world.end();
}

/// When the log took in what it sent to the desk, milliseconds since 1970 UTC.
async fn taken_in_ms(world: &World, index: u64) -> u64 {
    let desk = world.desk().await;
    let log = LogClient::new(&desk.connection);
    let receipt = log.receipt_at(index).await.unwrap().receipt;
    Receipt::parse(&receipt.proof).unwrap().leaf.time_ms
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s02_a_start_may_be_a_time_and_is_kept_as_the_index_it_meant() {
    let mut world = World::start();
    let (mut before, mut after) = (world.send(3).await, world.send(3).await);
    // A thousandth of a second may hold them all.
    while taken_in_ms(&world, before[2]).await == taken_in_ms(&world, after[0]).await {
        (before, after) = (after, world.send(3).await);
    }
    let time_ms = taken_in_ms(&world, after[0]).await;
    let time = |time_ms: u64| {
        Some(prost_types::Timestamp {
            seconds: i64::try_from(time_ms / 1000).unwrap(),
            nanos: i32::try_from(time_ms % 1000 * 1_000_000).unwrap(),
        })
    };
    let since = |name: &str, time_ms| pb::CreateSubscriptionRequest {
        start: pb::StartPosition::Time.into(),
        start_time: time(time_ms),
        ..request(name)
    };
    let mut desk = world.desk().await;
    let made = desk.create_as(since("desk", time_ms)).await.unwrap();
    assert_eq!(made.start_index, after[0]);
    world.stop_and_start();
    let mut desk = world.desk().await;
    assert_eq!(desk.create_as(since("desk", time_ms)).await.unwrap(), made);
    let mut stream = desk.open("desk", 100).await;
    assert_eq!(stream.drain().await.0, after);
    let all = desk.create_as(since("all", 0)).await.unwrap();
    assert_eq!(all.start_index, 0);
    let ahead = since("ahead", precinto_tests::now_ms() + 60_000);
    let status = desk.create_as(ahead).await.unwrap_err();
    assert_eq!(
        reason(&status),
        "CURSOR_AHEAD",
        "nobody knows yet where that is"
    );
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s03_a_second_stream_takes_over_also_from_one_that_nobody_reads() {
    let mut world = World::start();
    let sent = world.send(3).await;
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut first = desk.open("desk", 10).await;
    assert_eq!(first.deliveries(3).await, sent);
    // Over another connection of the same node, as after a break that the gateway has not noticed.
    let mut again = world.desk().await;
    let mut second = again.open("desk", 10).await;
    assert_eq!(second.deliveries(3).await, sent);
    let closing = first.closing().await;
    assert_eq!(closing.reason(), pb::ClosingReason::Superseded);
    assert_eq!(
        closing.retry_after, None,
        "to come back would only supersede the other"
    );
    let _half_open = second;
    world.kill_and_start();
    let mut desk = world.desk().await;
    let _unread = desk.open("desk", 10).await;
    let mut third = world.desk().await.open("desk", 10).await;
    assert_eq!(third.deliveries(3).await, sent);
    world.end();
}
