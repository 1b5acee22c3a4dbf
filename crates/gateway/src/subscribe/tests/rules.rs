//! Promises that a random history hardly ever puts to the test, one by one.

use std::sync::Arc;
use std::task::{Context, Waker};

use precinto_alert::id::Identity;
use precinto_envelope::trust::TrustStore;
use precinto_ledger::clock::{Clock, ManualClock};
use precinto_proto::v1 as pb;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};
use tonic_types::StatusExt as _;

use super::life::{Life, World, ask, node};
use crate::acts::Acts;
use crate::authenticate::Caller;
use crate::limits::SUBSCRIBE_STREAMS_PER_NODE_MAX;
use crate::subscribe::act::Acting;
use crate::subscribe::carried_through;
use crate::subscribe::cursor::Cursor;
use crate::subscribe::slot::Slot;

/// A node without a certificate, which nobody can revoke.
fn start(world: &World) -> Life {
    let caller = Caller::for_tests(Identity::Node(node()));
    world.start(&caller, Arc::new(TrustStore::new(Vec::new()).unwrap()))
}

/// One open stream, on a line of its own.
struct Stream {
    requests: mpsc::Sender<pb::SubscribeRequest>,
    answers: Streaming<pb::SubscribeResponse>,
}

async fn create(life: &Life, request: pb::CreateSubscriptionRequest) {
    let mut client = life.connect().await;
    client.create_subscription(request).await.unwrap();
}

fn named(name: &str) -> pb::CreateSubscriptionRequest {
    pb::CreateSubscriptionRequest {
        name: name.to_owned(),
        attempts_max: 1,
        ..Default::default()
    }
}

async fn open(life: &Life, name: &str, credit: u32) -> Stream {
    let (requests, outgoing) = mpsc::channel(8);
    let init = pb::Init {
        subscription: name.to_owned(),
        credit,
        ..Default::default()
    };
    let init = pb::SubscribeRequest {
        init: Some(init),
        ..ask()
    };
    requests.send(init).await.unwrap();
    let mut client = life.connect().await;
    let answers = client.subscribe(ReceiverStream::new(outgoing)).await;
    Stream {
        requests,
        answers: answers.unwrap().into_inner(),
    }
}

impl Stream {
    async fn next(&mut self) -> Result<pb::SubscribeResponse, Status> {
        self.answers.message().await.map(Option::unwrap)
    }

    async fn delivery(&mut self) -> pb::Delivery {
        loop {
            if let Some(delivery) = self.next().await.unwrap().delivery {
                return delivery;
            }
        }
    }

    async fn nack(&self, index: u64) {
        let nack = pb::Nack {
            index,
            ..Default::default()
        };
        let nack = Some(nack);
        let request = pb::SubscribeRequest { nack, ..ask() };
        self.requests.send(request).await.unwrap();
    }

    async fn ack(&self, index: u64) {
        self.settle(index, false).await;
    }

    async fn settle(&self, index: u64, all_up_to: bool) {
        let ack = pb::Ack { index, all_up_to };
        let ack = Some(ack);
        let request = pb::SubscribeRequest { ack, ..ask() };
        self.requests.send(request).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_node_whose_streams_are_all_half_open_takes_over_each_of_them() {
    let world = World::new();
    let life = start(&world);
    let names: Vec<String> = (0..SUBSCRIBE_STREAMS_PER_NODE_MAX)
        .map(|number| format!("desk-{number}"))
        .collect();
    let mut streams = Vec::new();
    for name in &names {
        create(&life, named(name)).await;
        let mut stream = open(&life, name, 1).await;
        assert!(stream.next().await.unwrap().caught_up.is_some());
        streams.push(stream);
    }
    let mut again = Vec::new();
    for name in &names {
        let mut stream = open(&life, name, 1).await;
        assert!(stream.next().await.unwrap().caught_up.is_some(), "{name}");
        again.push(stream);
    }
    // One more is one too many.
    create(&life, named("more")).await;
    let refused = open(&life, "more", 1).await.next().await.unwrap_err();
    let reason = refused.get_details_error_info().unwrap().reason;
    assert_eq!(reason, "LIMIT_REACHED");
    life.end().await;
}

/// Waits until what was said into the stream has come to the cursor: as long as this holds of it.
async fn while_so(slot: &Slot, holds: impl Fn(&Cursor) -> bool) {
    while slot.read_cursor(&holds) {
        tokio::task::yield_now().await;
    }
}

/// Two alerts delivered on the subscription `desk`, of which the first was refused and is parked.
async fn first_of_two_is_parked(world: &World, life: &Life) -> ([u64; 2], Arc<Slot>, Stream) {
    let first = world.say("anam", pb::MessageType::Alert).await;
    let second = world.say("anam", pb::MessageType::Alert).await;
    create(life, named("desk")).await;
    let slot = life.store.get(&node(), "desk").unwrap();
    let mut stream = open(life, "desk", 2).await;
    stream.delivery().await;
    stream.delivery().await;
    stream.nack(first).await;
    while_so(&slot, |cursor| cursor.parked().len() == 0).await;
    ([first, second], slot, stream)
}

#[tokio::test(start_paused = true)]
async fn a_nack_that_crosses_its_putting_back_does_not_deliver_it_twice() {
    let world = World::new();
    let life = start(&world);
    let ([first, second], slot, mut stream) = first_of_two_is_parked(&world, &life).await;
    // Put back, and the stream has not heard of it when the same nack comes once more.
    slot.with_cursor(|cursor| cursor.unpark(first, 1));
    stream.nack(first).await;
    stream.ack(second).await;
    while_so(&slot, |cursor| cursor.unsettled().len() > 1).await;
    slot.tell_put_back();
    let delivery = stream.delivery().await;
    assert_eq!((delivery.index, delivery.attempt), (first, 1));
    let more = tokio::time::timeout(std::time::Duration::from_secs(5), stream.delivery());
    assert!(more.await.is_err(), "outstanding already");
    life.end().await;
}

/// What seed 167 of the histories meets on a busy machine only, in its order: all up to an entry is acknowledged while one below it,
/// which was put back, waits to come again, and once more while it is on its way and not read.
#[tokio::test(start_paused = true)]
async fn an_ack_up_to_settles_what_is_on_its_way_again_and_not_what_waits_for_it() {
    let world = World::new();
    let life = start(&world);
    let ([first, second], slot, mut stream) = first_of_two_is_parked(&world, &life).await;
    // Put back, and neither the stream nor its subscriber has heard of it.
    slot.with_cursor(|cursor| cursor.unpark(first, 1));
    stream.settle(second, true).await;
    while_so(&slot, |cursor| cursor.is_unsettled(second)).await;
    assert!(slot.read_cursor(|cursor| cursor.is_unsettled(first)));
    slot.tell_put_back();
    while_so(&slot, |cursor| cursor.put_back().count() > 0).await;
    stream.settle(second, true).await;
    while_so(&slot, |cursor| cursor.unsettled().len() > 0).await;
    let delivery = stream.delivery().await;
    assert_eq!((delivery.index, delivery.attempt), (first, 1));
    life.end().await;
}

/// What moving this subscription takes.
fn acting(world: &World, slot: &Arc<Slot>) -> Acting {
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&world.clock);
    Acting {
        slot: Arc::clone(slot),
        ledger: world.ledger.clone(),
        acts: Acts::new(world.ledger.clone(), Arc::clone(&clock)),
        clock,
    }
}

fn to_entry_1() -> pb::SeekSubscriptionRequest {
    pb::SeekSubscriptionRequest {
        name: "desk".to_owned(),
        to: pb::StartPosition::Index.into(),
        index: 1,
        time: None,
    }
}

#[tokio::test(start_paused = true)]
async fn an_act_that_cannot_be_recorded_does_not_happen() {
    let mut world = World::new();
    let life = start(&world);
    let (_, slot, _stream) = first_of_two_is_parked(&world, &life).await;
    let before = slot.describe();
    world.stop_log();
    let unpark = pb::UnparkDeliveriesRequest {
        name: "desk".to_owned(),
        all: true,
        ..Default::default()
    };
    let sought = acting(&world, &slot).seek(to_entry_1()).await;
    assert_eq!(sought.unwrap_err().reason(), pb::Reason::Draining);
    let put_back = acting(&world, &slot).unpark(unpark).await;
    assert_eq!(put_back.unwrap_err().reason(), pb::Reason::Draining);
    assert_eq!(slot.describe(), before, "neither moved nor put back");
    life.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_act_that_is_logged_takes_effect_although_nobody_waits_for_it() {
    let world = World::new();
    let life = start(&world);
    create(&life, named("desk")).await;
    world.say("anam", pb::MessageType::Alert).await;
    let slot = life.store.get(&node(), "desk").unwrap();
    let acting = acting(&world, &slot);
    {
        let mut act = std::pin::pin!(carried_through(acting.seek(to_entry_1())));
        let first = act.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(first.is_pending());
    }
    // The caller has hung up.
    let mut published = world.ledger.published();
    published.wait_for(|log| log.size == 2).await.unwrap();
    while_so(&slot, |cursor| cursor.moves() == 0).await;
    assert_eq!(slot.read_cursor(Cursor::position), 1);
    life.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_for_the_subscriber_is_covered_although_all_credit_is_used_up() {
    let world = World::new();
    let life = start(&world);
    let filter = pb::Filter {
        types: vec![pb::MessageType::Alert.into()],
        ..Default::default()
    };
    let alerts = pb::CreateSubscriptionRequest {
        filter: Some(filter),
        ..named("desk")
    };
    create(&life, alerts).await;
    let alert = world.say("anam", pb::MessageType::Alert).await;
    for _ in 0..5 {
        world.say("anam", pb::MessageType::Ack).await;
        world.say("fgr", pb::MessageType::Alert).await;
    }
    let mut stream = open(&life, "desk", 1).await;
    assert_eq!(stream.delivery().await.index, alert);
    let caught_up = stream.next().await.unwrap().caught_up.expect("live");
    assert_eq!(caught_up.position, alert + 11);
    // Live, it goes on so; and what is for it waits.
    world.say("fgr", pb::MessageType::Alert).await;
    let second = world.say("anam", pb::MessageType::Alert).await;
    world.say("anam", pb::MessageType::Ack).await;
    let heartbeat = stream
        .next()
        .await
        .unwrap()
        .heartbeat
        .expect("nothing else");
    assert_eq!(heartbeat.covered.unwrap().end, second);
    assert_eq!(heartbeat.phase(), pb::Phase::Live);
    stream.ack(alert).await;
    assert_eq!(stream.delivery().await.index, second);
    life.end().await;
}
