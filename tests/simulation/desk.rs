//! A node that subscribes: it takes what it is delivered, once, settles it or puts it back, has its subscription moved, takes over
//! from itself, and answers alerts.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use precinto_alert::Reason;
use precinto_alert::code::MessageType;
use precinto_client::subscribe::{LinkDown, SubscribeError};
use precinto_client::subscriptions::{Start, Subscriptions};
use precinto_client::{
    Connection, Delivery, Draft, Event, Outbox, Overdue, Pin, SubscribeOptions, Subscriber,
};
use precinto_proto::v1 as pb;

use crate::dice::Dice;
use crate::fixture::{Place, fixture};
use crate::sender::{RETRY, called, catch_up, post, statement};
use crate::word::{arrive, judge_order, judge_rights, raise, take, take_overdue};
use crate::world::{Move, Order, World};

/// What the subscription is called.
const NAME: &str = "desk";
/// How long somebody waits who is kept out.
const KEPT_OUT: Duration = Duration::from_secs(1);
/// How often a desk looks whether it is told to do something.
const ORDERS: Duration = Duration::from_millis(50);

/// One life of the node.
pub(crate) async fn live(world: Arc<World>, place: &'static Place) -> turmoil::Result {
    let outbox = Outbox::open(&world.home(place))?;
    catch_up(&world, place, &outbox)?;
    let _gone = world.state().old_streams.remove(place.name);
    if let Some(Move::Asked(to)) = world.state().moves.get(place.name).copied() {
        tokio::spawn(seek(Arc::clone(&world), place, to));
    }
    let desk = Desk {
        subscriber: subscriber(&world, place)?,
        outbox: outbox.clone(),
        line: Line::default(),
        world: Arc::clone(&world),
        place,
    };
    if world.plan.answers == 0 {
        return desk.work().await;
    }
    tokio::select! {
        biased;
        done = desk.work() => done,
        done = answer(&world, place, &outbox) => done,
    }
}

/// Sends answers; a node whose certificate is revoked tries again later.
async fn answer(world: &World, place: &'static Place, outbox: &Outbox) -> turmoil::Result {
    loop {
        let error = post(world, place, outbox).await;
        if !was_ever_revoked(world, place) {
            return Err(format!("{}: {error}", place.name).into());
        }
        tokio::time::sleep(KEPT_OUT).await;
    }
}

fn was_ever_revoked(world: &World, place: &Place) -> bool {
    world.state().ever_revoked.contains(place.name)
}

/// A subscriber with a pin of its own.
fn subscriber(world: &World, place: &Place) -> Result<Subscriber, Box<dyn std::error::Error>> {
    let settings = fixture().settings(place);
    let takeovers = world.state().takeovers.get(place.name).copied();
    let pin = format!("pin-{}", takeovers.unwrap_or_default());
    let pin = Pin::open(world.home(place).join(pin), &settings.log)?;
    let options = SubscribeOptions {
        retry: RETRY,
        credit: world.plan.credit,
        with_proofs: world.plan.with_proofs,
        attempts_max: world.plan.attempts_max,
        ..SubscribeOptions::named(NAME)
    };
    Ok(Subscriber::new(settings, world.clock(), options, pin))
}

/// Asks for the subscription to be moved until the gateway says that it is: moved twice to one place, it is there.
async fn seek(world: Arc<World>, place: &'static Place, to: u64) {
    let settings = fixture().settings(place);
    loop {
        let _before = world.state().came.remove(place.name);
        if let Ok(line) = Connection::open(&settings, &world.clock()).await {
            let moved = Subscriptions::new(&line).seek(NAME, Start::Index(to)).await;
            if moved.is_ok() {
                break;
            }
        }
        tokio::time::sleep(RETRY.max).await;
    }
    world.note(place.name, format_args!("moved to {to}"));
    let mut state = world.state();
    let _asked = state.moves.insert(place.name, Move::Done(to));
    let _before = state.moved.insert(place.name, to);
}

/// The next thing that the desk is told to do.
async fn order(world: &World, place: &Place) -> Order {
    loop {
        let order = world.state().orders.remove(place.name);
        if let Some(order) = order {
            return order;
        }
        tokio::time::sleep(ORDERS).await;
    }
}

/// A node at work.
struct Desk {
    world: Arc<World>,
    place: &'static Place,
    subscriber: Subscriber,
    outbox: Outbox,
    line: Line,
}

/// What a desk knows of its open line.
#[derive(Default)]
pub(crate) struct Line {
    is_up: bool,
    /// The highest index that came for the first time.
    pub(crate) last: Option<u64>,
    unsettled: Vec<u64>,
    /// What was put back on it, with its attempt.
    pub(crate) put_back: BTreeMap<u64, u32>,
}

impl Desk {
    async fn work(mut self) -> turmoil::Result {
        let world = Arc::clone(&self.world);
        let mut orders = pin!(order(&world, self.place));
        loop {
            tokio::select! {
                biased;
                told = &mut orders, if world.plan.answers > 0 => {
                    self.obey(told)?;
                    orders.set(order(&world, self.place));
                }
                event = self.subscriber.next() => match event {
                    Ok(event) => self.hear(event).await,
                    Err(error) => self.begin_anew(error).await?,
                },
            }
        }
    }

    fn obey(&mut self, order: Order) -> turmoil::Result {
        let place = self.place;
        match order {
            Order::Seek(hundredths) => {
                let mut state = self.world.state();
                let floor = state.floors.get(place.name).copied().unwrap_or_default();
                // One that is made already, and is not being moved.
                if floor == 0 || state.moves.contains_key(place.name) {
                    return Ok(());
                }
                let to = floor * hundredths / 100;
                let _none = state.moves.insert(place.name, Move::Asked(to));
                tokio::spawn(seek(Arc::clone(&self.world), place, to));
            }
            Order::TakeOver if self.line.is_up => {
                let mut state = self.world.state();
                *state.takeovers.entry(place.name).or_default() += 1;
                *state.old_streams.entry(place.name).or_default() += 1;
                drop(state);
                let new = subscriber(&self.world, place)?;
                let old = std::mem::replace(&mut self.subscriber, new);
                self.line = Line::default();
                tokio::spawn(hear_out(Arc::clone(&self.world), place, old));
            }
            // It has nothing to be taken over from.
            Order::TakeOver => {}
        }
        Ok(())
    }

    /// What ends a subscription for good is that the node is not let in; a person has seen to that by the next time.
    async fn begin_anew(&mut self, error: SubscribeError) -> turmoil::Result {
        if !was_ever_revoked(&self.world, self.place) {
            return Err(format!("{}: {error}", self.place.name).into());
        }
        let reason = error.reason();
        self.world
            .note(self.place.name, format_args!("kept out: {reason:?}"));
        tokio::time::sleep(KEPT_OUT).await;
        self.subscriber = subscriber(&self.world, self.place)?;
        self.line = Line::default();
        Ok(())
    }

    async fn hear(&mut self, event: Event) {
        let (world, place) = (Arc::clone(&self.world), self.place);
        let pause = world.state().slow.get(place.name).copied();
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        match event {
            Event::Connected {
                settled, position, ..
            } => {
                world.note(
                    place.name,
                    format_args!("connected: settled {settled}, position {position}"),
                );
                self.line = Line {
                    is_up: true,
                    ..Line::default()
                };
                arrive(&world, place, settled);
            }
            Event::Delivery(delivery) => {
                judge_rights(&world, place, &delivery);
                let name = called(delivery.statement.message_id().as_bytes());
                let (index, attempt) = (delivery.index, delivery.attempt);
                world.note(
                    place.name,
                    format_args!("delivery {index}: {name}, attempt {attempt}"),
                );
                take(&world, place, index, &name);
                self.reply(&delivery);
                self.settle(index, attempt).await;
            }
            Event::Overdue(overdue) => {
                let Overdue { index, attempt, .. } = *overdue;
                world.note(
                    place.name,
                    format_args!(
                        "late {index}: {:?}, attempt {attempt}",
                        overdue.missed.level
                    ),
                );
                take_overdue(&world, place, &overdue);
                self.settle(index, attempt).await;
            }
            Event::CaughtUp { settled, .. } => {
                world.note(place.name, "caught up");
                raise(&world, place, settled);
            }
            Event::Heartbeat { settled, .. } => raise(&world, place, settled),
            Event::Disconnected {
                reason, retry_in, ..
            } => {
                self.line.is_up = false;
                world.note(
                    place.name,
                    format_args!("lost the line: {reason:?}, {retry_in:?}"),
                );
            }
            Event::Unbelievable(what) => world.accuse(format!("{}: {what:?}", place.name)),
        }
    }

    /// Judges what has come, and settles it or puts it back. If the line is down just now, it comes again.
    async fn settle(&mut self, index: u64, attempt: u32) {
        let (world, place) = (Arc::clone(&self.world), self.place);
        judge_order(&world, place, &mut self.line, index, attempt);
        {
            let mut state = world.state();
            let _came = state.came.entry(place.name).or_default().insert(index);
            let _owed = state.owed.entry(place.name).or_default().remove(&index);
        }
        let mut dice = Dice::new(world.plan.seed ^ (index << 8) ^ u64::from(attempt));
        if dice.chance(world.plan.nacks) {
            let delay = Duration::from_millis(dice.within(0, 1_500));
            self.put_back(index, attempt, delay).await;
            return;
        }
        let line = &mut self.line;
        line.unsettled.push(index);
        let is_full = line.unsettled.len() as u64 >= u64::from(world.plan.credit);
        if index % 2 != world.plan.settles_every_other && !is_full {
            return;
        }
        let unsettled = std::mem::take(&mut line.unsettled);
        let settled = match unsettled.iter().max() {
            Some(highest) if line.put_back.is_empty() => self.subscriber.ack_up_to(*highest).await,
            _ => self.settle_each(&unsettled).await,
        };
        settled.unwrap_or_else(|LinkDown| world.note(place.name, "not settled"));
    }

    /// What was put back is not settled with what lies behind it.
    async fn settle_each(&self, unsettled: &[u64]) -> Result<(), LinkDown> {
        for index in unsettled {
            self.subscriber.ack(*index).await?;
        }
        Ok(())
    }

    async fn put_back(&mut self, index: u64, attempt: u32, delay: Duration) {
        let nacked = self.subscriber.nack(index, delay, Reason::SigBad).await;
        if nacked.is_err() {
            self.world.note(self.place.name, "not put back");
            return;
        }
        let max = self.subscriber.attempts_max();
        if max.is_some_and(|max| attempt >= max) {
            return; // parked
        }
        let _before = self.line.put_back.insert(index, attempt);
        let mut state = self.world.state();
        state.owed.entry(self.place.name).or_default().insert(index);
    }

    /// The node says that it has an alert, once.
    fn reply(&self, delivery: &Delivery) {
        let (world, place, index) = (&self.world, self.place, delivery.index);
        let said = &delivery.statement;
        let mut dice = Dice::new(world.plan.seed.rotate_left(16) ^ index);
        let mut state = world.state();
        let answered = state.answered.entry(place.name).or_default();
        if said.message_type() != MessageType::Alert
            || !dice.chance(world.plan.answers)
            || !answered.insert(index)
        {
            return;
        }
        let number = answered.len() - 1;
        let _before = state.written.insert(place.name, number + 1);
        drop(state);
        let (now_ms, to) = (world.clock().now_ms(), said.sender().agency().to_string());
        let ack = pb::Statement {
            r#type: MessageType::Ack.into(),
            ack_level: pb::AckLevel::Node.into(),
            alert_id: said.alert_id().map(ToString::to_string).unwrap_or_default(),
            alert_version: said.alert_version(),
            refers_to: said.message_id().as_bytes().to_vec(),
            ..statement(place, number, vec![to], now_ms)
        };
        let draft = Draft {
            statement: ack,
            content: None,
        };
        let author = fixture().author(place);
        let signed = author.sign(draft, &[], now_ms).expect("a valid statement");
        let put = self
            .outbox
            .turn()
            .and_then(|mut turn| turn.put(&signed).map(drop));
        put.unwrap_or_else(|error| world.accuse(format!("{}: {error}", place.name)));
    }
}

/// Listens to a stream that was taken over, until its end.
async fn hear_out(world: Arc<World>, place: &'static Place, old: Subscriber) {
    let end = end_of(&world, place, old).await;
    world.note(place.name, format_args!("old stream: {end}"));
    let mut state = world.state();
    let open = state.old_streams.entry(place.name).or_default();
    *open = open.saturating_sub(1);
}

async fn end_of(world: &World, place: &'static Place, mut old: Subscriber) -> String {
    loop {
        return match old.next().await {
            Ok(Event::Delivery(delivery)) => {
                judge_rights(world, place, &delivery);
                continue;
            }
            Ok(Event::Disconnected { reason, .. }) => format!("{reason:?}"),
            Ok(Event::Connected { .. } | Event::Unbelievable(_)) => {
                world.accuse(format!("{}: not what an old stream says", place.name));
                continue;
            }
            Ok(_) => continue,
            Err(SubscribeError::Closed(reason)) => reason.as_str_name().to_owned(),
            Err(error) => {
                world.accuse(format!("{}: {error}", place.name));
                error.to_string()
            }
        };
    }
}
