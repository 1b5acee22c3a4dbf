//! S11 to S18: credit, settlement, parking and what is put back.

use std::time::Duration;

use precinto_client::LogClient;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tokio::time::Instant;

use super::desk::{Desk, World, reason};

const LONG: Duration = Duration::from_hours(1);

/// A subscription whose deliveries are parked after `attempts`.
async fn impatient(desk: &mut Desk, attempts: u32) {
    desk.create_as(pb::CreateSubscriptionRequest {
        name: "desk".to_owned(),
        attempts_max: attempts,
        ..Default::default()
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s11_unsettled_deliveries_never_exceed_the_credit_which_ack_nack_and_parking_return() {
    let mut world = World::start();
    let sent = world.send(9).await;
    let mut desk = world.desk().await;
    impatient(&mut desk, 1).await;
    let mut stream = desk.open("desk", 2).await;
    assert_eq!(stream.deliveries(2).await, sent[..2]);
    assert!(stream.is_quiet().await);
    stream.ack(sent[0]).await;
    assert_eq!(stream.delivery().await.index, sent[2]);
    assert!(stream.is_quiet().await);
    stream.nack(sent[1], LONG, pb::Reason::SigBad).await; // its only attempt: parked
    assert_eq!(stream.delivery().await.index, sent[3]);
    assert!(stream.is_quiet().await);
    world.kill_and_start();
    let mut desk = world.desk().await;
    desk.create_as(pb::CreateSubscriptionRequest {
        name: "patient".to_owned(),
        ..Default::default()
    })
    .await
    .unwrap();
    let mut stream = desk.open("patient", 1).await;
    assert_eq!(stream.delivery().await.index, sent[0]);
    stream.nack(sent[0], LONG, pb::Reason::SigBad).await; // waits for its delay, and is no burden meanwhile
    assert_eq!(stream.delivery().await.index, sent[1]);
    assert!(stream.is_quiet().await);
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s12_what_is_no_delivery_takes_no_credit_and_comes_when_there_is_none() {
    let mut world = World::start();
    let sent = world.send(2).await;
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut stream = desk.open("desk", 1).await;
    assert_eq!(stream.delivery().await.index, sent[0]);
    // After 15 s of silence, although not a single delivery more may come; after 45 s the line would be taken for dead.
    let silent_since = Instant::now();
    let heartbeat = stream.heartbeat().await;
    assert!(silent_since.elapsed() < Duration::from_secs(45));
    assert_eq!(
        (heartbeat.unsettled, heartbeat.phase()),
        (1, pb::Phase::Replay)
    );
    // What is held back takes no credit either: it is covered, and the stream is live with a delivery outstanding.
    let alert = world.send_all(&[world.messages().alert(60)]).await[0];
    let notices = world.send(2).await;
    let filter = pb::Filter {
        types: vec![pb::MessageType::Alert.into()],
        ..Default::default()
    };
    desk.create_as(pb::CreateSubscriptionRequest {
        name: "alerts".to_owned(),
        filter: Some(filter),
        ..Default::default()
    })
    .await
    .unwrap();
    let mut alerts = desk.open("alerts", 1).await;
    assert_eq!(alerts.delivery().await.index, alert);
    // Behind the act of making it.
    assert_eq!(alerts.caught_up().await.position, notices[1] + 2);
    world.kill_and_start();
    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 1).await;
    assert_eq!(stream.delivery().await.index, sent[0], "unsettled");
    let at_the_end = pb::CreateSubscriptionRequest {
        name: "end".to_owned(),
        start: pb::StartPosition::Index.into(),
        start_index: notices[1],
        ..Default::default()
    };
    desk.create_as(at_the_end).await.unwrap();
    let mut other = desk.open("end", 1).await;
    assert_eq!(other.delivery().await.index, notices[1]);
    other.caught_up().await;
    world.end();
    assert_eq!(stream.closing().await.reason(), pb::ClosingReason::Draining);
    assert_eq!(other.closing().await.reason(), pb::ClosingReason::Draining);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s13_a_credit_of_nothing_or_above_the_limit_is_refused() {
    let mut world = World::start();
    for _ in 0..2 {
        let mut desk = world.desk().await;
        desk.create("desk").await;
        for credit in [0, 1001, u32::MAX] {
            let mut stream = desk.open("desk", credit).await;
            let status = stream.try_next().await.unwrap_err();
            assert_eq!(
                (status.code(), reason(&status).as_str()),
                (tonic::Code::InvalidArgument, "CREDIT_INVALID")
            );
        }
        desk.open("desk", 1000).await.caught_up().await;
        world.stop_and_start();
    }
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s14_settling_twice_is_once_and_settling_what_was_never_delivered_is_an_error() {
    let mut world = World::start();
    let mut messages = world.messages();
    let mixed = [
        messages.notice(),
        messages.alert(60),
        messages.notice(),
        messages.alert(60),
    ];
    let sent = world.send_all(&mixed).await;
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
    let mut stream = desk.open("desk", 10).await;
    assert_eq!(stream.drain().await.0, [sent[1], sent[3]]);
    for _ in 0..3 {
        stream.ack(sent[1]).await;
        stream
            .nack(sent[3], Duration::ZERO, pb::Reason::SigBad)
            .await;
    }
    assert!(stream.is_quiet().await, "what is settled stays settled");
    // Held back by the filter; before the statements, nobody's delivery; not there yet.
    for index in [sent[0], 0, sent[3] + 5] {
        for settle in [true, false] {
            let mut stream = desk.open("desk", 10).await;
            stream.caught_up().await;
            if settle {
                stream.ack(index).await;
            } else {
                stream.nack(index, LONG, pb::Reason::SigBad).await;
            }
            assert_eq!(stream.refusal().await, "INDEX_UNKNOWN", "{index}");
        }
    }
    // Before the beginning of this one.
    desk.create_as(pb::CreateSubscriptionRequest {
        name: "late".to_owned(),
        start: pb::StartPosition::Now.into(),
        ..Default::default()
    })
    .await
    .unwrap();
    let mut stream = desk.open("late", 10).await;
    stream.caught_up().await;
    stream.ack(sent[1]).await;
    assert_eq!(stream.refusal().await, "INDEX_UNKNOWN");
    world.kill_and_start();
    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 10).await;
    stream.drain().await;
    // Nobody knows any more what was delivered in the life before.
    stream.ack(sent[0]).await;
    stream.finish().await;
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s15_what_is_nacked_comes_again_with_the_next_attempt_while_others_go_on() {
    let mut world = World::start();
    let sent = world.send(3).await;
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut stream = desk.open("desk", 1).await;
    let first = stream.delivery().await;
    assert_eq!((first.index, first.attempt), (sent[0], 1));
    stream
        .nack(sent[0], Duration::from_secs(5), pb::Reason::SigBad)
        .await;
    for index in &sent[1..] {
        assert_eq!(stream.delivery().await.index, *index);
        stream.ack(*index).await;
    }
    let again = stream.delivery().await;
    assert_eq!((again.index, again.attempt), (sent[0], 2));
    assert_eq!(
        again.covered.unwrap_or_default(),
        pb::Range {
            first: again.covered.unwrap_or_default().first,
            end: again.covered.unwrap_or_default().first
        }
    );
    // A process that is killed while it waits has counted it; the next one has it due at once.
    stream.nack(sent[0], LONG, pb::Reason::SigBad).await;
    assert!(stream.is_quiet().await);
    stream.finish().await;
    world.kill_and_start();
    let mut stream = world.desk().await.open("desk", 1).await;
    let again = stream.delivery().await;
    assert_eq!((again.index, again.attempt), (sent[0], 3));
    stream.ack(sent[0]).await;
    // A thousand may wait so, and then nothing new comes until one of them is settled.
    world.send_many(1_010).await;
    let mut waiting = Vec::new();
    for _ in 0..1_000 {
        let index = stream.delivery().await.index;
        stream.nack(index, LONG, pb::Reason::SigBad).await;
        waiting.push(index);
    }
    assert!(stream.is_quiet().await);
    stream.ack(waiting[17]).await;
    assert_eq!(stream.delivery().await.index, waiting[999] + 1);
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s16_after_the_last_attempt_a_delivery_is_parked_and_does_not_come_by_itself() {
    let mut world = World::start();
    let sent = world.send(3).await;
    let mut desk = world.desk().await;
    impatient(&mut desk, 3).await;
    let before_ms = precinto_tests::now_ms();
    let mut stream = desk.open("desk", 10).await;
    stream.refuse(sent[0], 3).await;
    stream.finish().await;
    world.kill_and_start();
    let mut desk = world.desk().await;
    let described = desk.get("desk").await;
    assert_eq!((described.parked, described.unsettled), (1, 0));
    // The last entry is the act of making it.
    assert_eq!(described.settled, sent[2] + 2, "settled for the cursor");
    let parked = desk.parked("desk").await;
    let [one] = parked.as_slice() else {
        panic!("{parked:?}")
    };
    assert_eq!(
        (one.index, one.attempts, one.reason()),
        (sent[0], 3, pb::Reason::SigBad)
    );
    let time_ms = |time: Option<prost_types::Timestamp>| {
        let time = time.unwrap();
        u64::try_from(time.seconds).unwrap() * 1000 + u64::try_from(time.nanos).unwrap() / 1_000_000
    };
    let (first, last) = (time_ms(one.first_delivered), time_ms(one.parked));
    assert!(before_ms <= first && first < last && last <= precinto_tests::now_ms());
    let mut stream = desk.open("desk", 10).await;
    assert!(stream.drain().await.0.is_empty());
    assert!(stream.is_quiet().await);
    // Nor for another process of the node that remembers less: what it has missed comes again, what was refused does not.
    let older = || pb::Init {
        subscription: "desk".to_owned(),
        credit: 10,
        covered_up_to: sent[0],
        ..Default::default()
    };
    let mut stream = desk.open_as(older()).await;
    assert_eq!(stream.drain().await.0, sent[1..]);
    assert_eq!(desk.parked("desk").await.len(), 1);
    desk.unpark("desk", &[sent[0]]).await.unwrap();
    stream.refuse(sent[0], 3).await;
    // Put back before the log is read once more, it comes in its place.
    stream.finish().await;
    desk.unpark("desk", &[sent[0]]).await.unwrap();
    let mut stream = desk.open_as(older()).await;
    assert_eq!(stream.drain().await.0, sent);
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s17_putting_back_is_an_act_in_the_log_and_counts_from_the_first_attempt() {
    let mut world = World::start();
    let sent = world.send(2).await;
    let mut desk = world.desk().await;
    impatient(&mut desk, 1).await;
    let mut stream = desk.open("desk", 2).await;
    for index in &sent {
        assert_eq!(stream.delivery().await.index, *index);
        stream
            .nack(*index, Duration::ZERO, pb::Reason::SigBad)
            .await;
    }
    stream.caught_up().await;
    stream.finish().await;
    for wrong in [&[sent[0], 0][..], &[]] {
        let status = desk.unpark("desk", wrong).await.unwrap_err();
        let expected = if wrong.is_empty() {
            "FIELD_MISSING"
        } else {
            "INDEX_UNKNOWN"
        };
        assert_eq!(reason(&status), expected);
    }
    assert_eq!(desk.parked("desk").await.len(), 2, "none of them");
    // On an open stream it comes at once.
    let mut stream = desk.open("desk", 2).await;
    stream.caught_up().await;
    let act = desk.unpark("desk", &[sent[1], sent[1]]).await.unwrap();
    assert_eq!(act.indexes, [sent[1]]);
    let again = stream.delivery().await;
    assert_eq!((again.index, again.attempt), (sent[1], 1));
    stream.ack(sent[1]).await;
    stream.finish().await;
    // And on a later one, also after a kill: it was on disk before it was answered.
    let all = desk.client.unpark_deliveries(pb::UnparkDeliveriesRequest {
        name: "desk".to_owned(),
        all: true,
        ..Default::default()
    });
    assert_eq!(all.await.unwrap().into_inner().indexes, [sent[0]]);
    world.kill_and_start();
    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 2).await;
    let again = stream.delivery().await;
    assert_eq!((again.index, again.attempt), (sent[0], 1));
    let log = LogClient::new(&desk.connection);
    let record = log.receipt_at(act.act_index).await.unwrap().receipt.record;
    let record = pb::ActRecord::decode(record.as_ref()).unwrap();
    assert_eq!(record.kind(), pb::ActKind::SubscriptionUnparked);
    assert_eq!(
        (record.subject.as_str(), record.indexes),
        ("desk", vec![sent[1]])
    );
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s18_no_timer_redelivers_and_a_new_stream_begins_with_what_is_unsettled() {
    let mut world = World::start();
    let sent = world.send(4).await;
    let mut desk = world.desk().await;
    desk.create("desk").await;
    let mut stream = desk.open("desk", 10).await;
    assert_eq!(stream.deliveries(4).await, sent);
    stream.ack(sent[1]).await;
    stream.caught_up().await;
    assert_eq!(stream.silence().await.unsettled, 3, "the subscriber's turn");
    let described = desk.get("desk").await;
    assert_eq!(described.unsettled, 3);
    let oldest = described.oldest_unsettled_time.unwrap();
    let age_s = i64::try_from(precinto_tests::now_ms() / 1000).unwrap() - oldest.seconds;
    assert!((14..600).contains(&age_s), "{age_s} s");
    stream.finish().await;
    world.kill_and_start();
    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 10).await;
    for index in [sent[0], sent[2], sent[3]] {
        let delivery = stream.delivery().await;
        assert_eq!((delivery.index, delivery.attempt), (index, 2));
    }
    assert_eq!(
        desk.get("desk").await.oldest_unsettled_time,
        Some(oldest),
        "no younger for it"
    );
    world.end();
}
