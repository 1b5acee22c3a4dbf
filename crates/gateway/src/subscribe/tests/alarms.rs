//! What wakes an operator (S16, S18): a delivery that is not settled for a quarter of an hour, and one that is parked.

use std::sync::Arc;
use std::time::Duration;

use precinto_ledger::clock::ManualClock;
use precinto_proto::v1 as pb;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::authority::{Authority, HOUR};
use super::life::{NOW_MS, World, ask, node};
use crate::heard::Heard;
use crate::limits::{ATTEMPTS_DEFAULT, UNSETTLED_ALARM, UNSETTLED_PATROL};
use crate::serve::warn_of_unsettled;
use crate::subscribe::definition::{Definition, Start};
use crate::subscribe::filter::Filter;
use crate::subscribe::store::{Figures, Store};

const UNSETTLED: &str = "a delivery is not settled";
const PARKED: &str = "a delivery was parked";

fn subscription(name: &str) -> Definition {
    Definition {
        node: node(),
        name: name.to_owned(),
        start: Start::First,
        start_index: 0,
        filter: Filter::default(),
        attempts_max: ATTEMPTS_DEFAULT,
    }
}

#[test]
fn s18_a_delivery_is_an_alarm_after_a_quarter_of_an_hour_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    let (slow, quick) = (
        store.create(subscription("slow")).unwrap(),
        store.create(subscription("quick")).unwrap(),
    );
    let alarm_ms = u64::try_from(UNSETTLED_ALARM.as_millis()).unwrap();
    slow.with_cursor(|cursor| cursor.deliver(3, NOW_MS));
    // Delivered again, it is as old as it was.
    slow.with_cursor(|cursor| cursor.deliver(3, NOW_MS + alarm_ms - 1));
    quick.with_cursor(|cursor| cursor.deliver(3, NOW_MS));
    quick.with_cursor(|cursor| cursor.settle(3).unwrap());
    quick.with_cursor(|cursor| cursor.deliver(4, NOW_MS + 1));
    let heard = Heard::listen();
    let at = |now_ms: u64| {
        store.warn_of_unsettled(now_ms);
        heard.take(UNSETTLED)
    };
    assert_eq!(at(NOW_MS + alarm_ms - 1), [""; 0]);
    let lines = at(NOW_MS + alarm_ms);
    let [line] = &*lines else {
        panic!("one alarm, for the one that is so old: {lines:?}");
    };
    for fact in [
        "WARN",
        &format!("node={}", node()),
        "subscription=\"slow\"",
        "index=3",
        "minutes=15",
    ] {
        assert!(line.contains(fact), "{fact} in {line}");
    }
    assert_eq!(at(NOW_MS + alarm_ms + 1).len(), 2, "each that is so old");
    slow.with_cursor(|cursor| cursor.settle(3).unwrap());
    quick.with_cursor(|cursor| cursor.settle(4).unwrap());
    assert_eq!(at(NOW_MS + 2 * alarm_ms), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn s18_it_is_looked_for_every_minute_for_as_long_as_the_gateway_runs() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(folder.path(), 10).unwrap());
    let slot = store.create(subscription("slow")).unwrap();
    slot.with_cursor(|cursor| cursor.deliver(3, NOW_MS));
    let alarm_ms = u64::try_from(UNSETTLED_ALARM.as_millis()).unwrap();
    let clock = Arc::new(ManualClock::new(NOW_MS + alarm_ms));
    let stop = tokio_util::sync::CancellationToken::new();
    let heard = Heard::listen();
    let patrol = tokio::spawn(warn_of_unsettled(store, clock, stop.clone()));
    for _ in 0..3 {
        tokio::time::sleep(UNSETTLED_PATROL + Duration::from_millis(1)).await;
        assert_eq!(heard.take(UNSETTLED).len(), 1);
    }
    stop.cancel();
    patrol.await.unwrap();
}

#[test]
fn the_figures_of_a_node_are_those_of_its_worst_subscription() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    assert!(store.figures(10).is_empty());
    for (name, position, delivered) in [("a", 9, &[3, 4][..]), ("b", 2, &[1]), ("c", 5, &[])] {
        let slot = store.create(subscription(name)).unwrap();
        slot.with_cursor(|cursor| {
            cursor.cover(position);
            for index in delivered {
                cursor.deliver(*index, NOW_MS + index);
            }
        });
    }
    let parked = store.get(&node(), "a").unwrap();
    parked.with_cursor(|cursor| cursor.park(4, precinto_alert::Reason::Internal, NOW_MS));
    let figures = Figures {
        lag: 8,
        oldest_ms: Some(NOW_MS + 1),
        parked: 1,
    };
    assert_eq!(store.figures(10), [(node(), figures)].into());
}

#[tokio::test(start_paused = true)]
async fn s16_a_delivery_that_is_parked_is_told_of_once() {
    let (world, authority) = (World::new(), Authority::new());
    let life = world.start(&authority.caller(HOUR), authority.trust(None));
    let mut client = life.connect().await;
    let create = pb::CreateSubscriptionRequest {
        name: "desk".to_owned(),
        attempts_max: 2,
        ..Default::default()
    };
    client.create_subscription(create).await.unwrap();
    let (requests, outgoing) = mpsc::channel(8);
    let init = pb::Init {
        subscription: "desk".to_owned(),
        credit: 4,
        ..Default::default()
    };
    let init = pb::SubscribeRequest {
        init: Some(init),
        ..ask()
    };
    requests.send(init).await.unwrap();
    let answers = client.subscribe(ReceiverStream::new(outgoing)).await;
    let mut answers = answers.unwrap().into_inner();
    let index = world.say("anam", pb::MessageType::SystemNotice).await;
    let heard = Heard::listen();
    for attempt in 1..=2 {
        assert_eq!(heard.take(PARKED), [""; 0], "before attempt {attempt}");
        loop {
            let message = answers.message().await.unwrap().unwrap();
            if let Some(delivery) = message.delivery {
                assert_eq!((delivery.index, delivery.attempt), (index, attempt));
                break;
            }
        }
        let nack = pb::Nack {
            index,
            ..Default::default()
        };
        let nack = pb::SubscribeRequest {
            nack: Some(nack),
            ..ask()
        };
        requests.send(nack).await.unwrap();
    }
    // It does not come again by itself, and nobody says it again.
    let quiet = async {
        loop {
            let message = answers.message().await.unwrap().unwrap();
            assert!(message.delivery.is_none(), "{message:?}");
        }
    };
    let quiet = tokio::time::timeout(UNSETTLED_ALARM, quiet).await;
    assert!(quiet.is_err());
    let lines = heard.take(PARKED);
    let [line] = &*lines else {
        panic!("told once: {lines:?}");
    };
    for fact in [
        "WARN",
        &format!("node={}", node()),
        "subscription=\"desk\"",
        &format!("index={index}"),
        "attempts=2",
        "parked=1",
    ] {
        assert!(line.contains(fact), "{fact} in {line}");
    }
    life.end().await;
}
