//! A subscriber who settles the same delivery again and again: each may cost a read of the log, so it is done at a pace.

use std::time::Duration;

use precinto_alert::code::MessageType;
use precinto_proto::v1 as pb;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::authority::{Authority, HOUR};
use super::life::{Life, World, ask};
use crate::limits::{IDLE_SETTLEMENTS_BURST, IDLE_SETTLEMENTS_PER_SECOND};

/// Said so often beyond what may be said at once.
const BEYOND: u32 = 512;

/// Opens a new subscription with so many entries before it, and reads until all are delivered; their indexes.
async fn delivered(
    life: &Life,
    count: usize,
) -> (
    mpsc::Sender<pb::SubscribeRequest>,
    Streaming<pb::SubscribeResponse>,
    Vec<u64>,
) {
    let mut client = life.connect().await;
    let create = pb::CreateSubscriptionRequest {
        name: "desk".to_owned(),
        start: pb::StartPosition::First.into(),
        ..Default::default()
    };
    client.create_subscription(create).await.unwrap();
    let (requests, outgoing) = mpsc::channel(8_192);
    let init = pb::Init {
        subscription: "desk".to_owned(),
        credit: 1_000,
        ..Default::default()
    };
    let init = pb::SubscribeRequest {
        init: Some(init),
        ..ask()
    };
    requests.send(init).await.unwrap();
    let answers = client.subscribe(ReceiverStream::new(outgoing)).await;
    let mut answers = answers.unwrap().into_inner();
    let mut indexes = Vec::new();
    while indexes.len() < count {
        let message = answers.message().await.unwrap().unwrap();
        indexes.extend(message.delivery.map(|delivery| delivery.index));
    }
    (requests, answers, indexes)
}

/// Says `what` about the first of some deliveries, as often as there are numbers, and half-closes; how long it takes until all
/// of it was heard.
async fn said(count: u32, what: impl Fn(u64) -> pb::SubscribeRequest) -> Duration {
    let (world, authority) = (World::new(), Authority::new());
    let life = world.start(&authority.caller(HOUR), authority.trust(None));
    world.say("anam", MessageType::SystemNotice).await;
    let (requests, mut answers, indexes) = delivered(&life, 1).await;
    let began = Instant::now();
    for _ in 0..count {
        requests.send(what(indexes[0])).await.unwrap();
    }
    drop(requests);
    while answers.message().await.unwrap().is_some() {}
    let took = began.elapsed();
    life.end().await;
    took
}

fn ack(index: u64) -> pb::SubscribeRequest {
    let ack = pb::Ack {
        index,
        all_up_to: false,
    };
    pb::SubscribeRequest {
        ack: Some(ack),
        ..ask()
    }
}

fn nack(index: u64) -> pb::SubscribeRequest {
    let nack = pb::Nack {
        index,
        delay: Some(Duration::from_mins(30).try_into().unwrap()),
        ..Default::default()
    };
    pb::SubscribeRequest {
        nack: Some(nack),
        ..ask()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small number"
)]
#[tokio::test(start_paused = true)]
async fn who_settles_what_is_settled_does_it_at_a_pace() {
    let burst = IDLE_SETTLEMENTS_BURST as u32;
    let pace = Duration::from_secs_f64(f64::from(BEYOND) / IDLE_SETTLEMENTS_PER_SECOND);
    for what in [ack, nack] {
        // The first one settles something, or puts it back.
        let took = said(1 + burst, what).await;
        assert!(took < pace / 2, "at once: {took:?}");
        let took = said(1 + burst + BEYOND, what).await;
        assert!(took >= pace, "no faster: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_settles_what_was_delivered_never_waits() {
    let (world, authority) = (World::new(), Authority::new());
    let life = world.start(&authority.caller(HOUR), authority.trust(None));
    for _ in 0..600 {
        world.say("anam", MessageType::SystemNotice).await;
    }
    let (requests, mut answers, indexes) = delivered(&life, 600).await;
    let began = Instant::now();
    for index in indexes {
        requests.send(nack(index)).await.unwrap();
        requests.send(ack(index)).await.unwrap();
    }
    drop(requests);
    while answers.message().await.unwrap().is_some() {}
    assert!(began.elapsed() < Duration::from_millis(500));
    life.end().await;
}
