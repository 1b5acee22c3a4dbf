//! One random history: alerts come and other messages, are acknowledged or not, and who is late is noted; subscribers read,
//! settle, refuse, stall, are cut off, take over, move, put back; their node is revoked, and let in again; clocks jump; the
//! gateway is stopped, or killed, also in the middle of a turn of its clocks.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use precinto_alert::code::Precedence;
use precinto_envelope::trust::TrustStore;
use precinto_ledger::clock::Clock as _;
use precinto_proto::v1 as pb;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use super::authority::{Authority, LONG, SERIAL};
use super::deadlines::Deadlines;
use super::dice::Dice;
use super::hole::Hole;
use super::life::{Life, NOW_MS, World, ask, node};
use super::model::Model;
use super::subscriber::{Said, Stream, Subscriber};
use crate::authenticate::Caller;

mod stall;

/// Half as long as [`LONG`]: clocks jump no more then, and no certificate ends.
const HALF_LONG_MS: u64 = 10 * 24 * 3_600_000;

pub(super) struct History {
    world: World,
    life: Option<Life>,
    /// For what is no stream: one for each life, because a line takes longer than a call.
    line: Option<SubscriptionServiceClient<Channel>>,
    dice: Dice,
    subscribers: Vec<Subscriber>,
    /// What the log has for the subscribers' node.
    ours: BTreeMap<u64, Said>,
    deadlines: Deadlines,
    is_revoked: bool,
    /// What this life of the gateway has not noticed.
    holes: Vec<Hole>,
}

/// The node of all histories, with what is trusted while it is welcome, and while it is not.
struct Standing {
    caller: Caller,
    welcome: Arc<TrustStore>,
    revoked: Arc<TrustStore>,
}

/// Made once: keys take longer than a history.
fn standing() -> &'static Standing {
    static STANDING: OnceLock<Standing> = OnceLock::new();
    STANDING.get_or_init(|| {
        let authority = Authority::new();
        Standing {
            caller: authority.caller(LONG),
            welcome: authority.trust(None),
            revoked: authority.trust(Some(SERIAL)),
        }
    })
}

impl History {
    pub(super) async fn run(seed: u64) {
        let mut history = Self {
            life: None,
            line: None,
            world: World::new(),
            dice: Dice::new(seed),
            subscribers: Vec::new(),
            ours: BTreeMap::new(),
            deadlines: Deadlines::default(),
            is_revoked: false,
            holes: Vec::new(),
        };
        history.start().await;
        history.submit(3).await;
        for name in ["all", "alerts"] {
            history.create(name).await;
        }
        for _ in 0..60 {
            history.step().await;
            history.keep_time().await;
        }
        if history.is_revoked {
            history.let_in_again().await;
        }
        history.settle_up().await;
    }

    async fn step(&mut self) {
        let which = usize::try_from(self.dice.in_range(0..2)).unwrap();
        match self.dice.in_range(0..100) {
            0..14 => {
                let count = self.dice.in_range(1..4);
                self.submit(count).await;
            }
            14..28 if self.is_revoked => self.is_kept_out(which).await,
            14..28 => self.open(which).await,
            // More often than it is revoked.
            28..30 if self.is_revoked => self.let_in_again().await,
            28..55 => drop(self.read(which).await),
            55..66 => self.settle(which).await,
            66 if !self.is_revoked => self.stall().await,
            67..70 => self.acknowledge().await,
            70..76 => self.refuse(which).await,
            76..78 => self.subscribers[which].stream = None, // cut off
            78..80 => self.vanish(which).await,
            80..84 => self.finish(which).await,
            84..88 => self.life().store.flush(),
            88..91 => self.seek(which).await,
            91..94 => self.unpark(which).await,
            94 => {
                let seconds = self.dice.in_range(1..7_200);
                self.world.pass(Duration::from_secs(seconds)).await;
            }
            95 => self.jump(60),
            96..98 => self.kill().await,
            98 => self.stop().await,
            _ if self.is_revoked => self.let_in_again().await,
            _ => self.revoke().await,
        }
    }

    fn life(&self) -> &Life {
        self.life.as_ref().unwrap()
    }

    fn size(&self) -> u64 {
        self.world.ledger.published().borrow().size
    }

    /// What is for this node and for others: alerts, which wait for an answer, and other messages.
    async fn submit(&mut self, count: u64) {
        for _ in 0..count {
            let is_ours = !self.dice.once_in(4);
            let agency = if is_ours { "anam" } else { "fgr" };
            let (said, index) = if self.dice.in_range(0..5) < 2 {
                (Said::Alert, self.alert(agency).await)
            } else {
                let notice = pb::MessageType::SystemNotice;
                (Said::Other, self.world.say(agency, notice).await)
            };
            if is_ours {
                self.is_ours(index, said);
            }
        }
    }

    async fn alert(&mut self, agency: &str) -> u64 {
        let urgent = self.dice.once_in(4);
        let precedence = match (urgent, self.dice.once_in(2)) {
            (true, true) => Precedence::P1,
            (true, false) => Precedence::P2,
            (false, true) => Precedence::P3,
            (false, false) => Precedence::P4,
        };
        let agency = format!("mx.dev.invalid/{agency}");
        let alert = self
            .deadlines
            .next_alert(self.world.key(), &agency, precedence);
        let index = self.world.admit(self.life(), &alert, &agency).await;
        let entry = self.world.ledger.read(index).unwrap();
        self.deadlines.ask(alert, &entry);
        index
    }

    /// One of the agencies answers one of its alerts, at the next level. That is for its sender.
    async fn acknowledge(&mut self) {
        let choice = self.dice.in_range(0..1_000);
        if let Some((ack, to)) = self.deadlines.next_ack(self.world.key(), choice) {
            self.world.admit(self.life(), &ack, to).await;
        }
    }

    fn is_ours(&mut self, index: u64, said: Said) {
        self.ours.insert(index, said);
        for subscriber in &mut self.subscribers {
            subscriber.want(index, said);
        }
    }

    /// The clocks do what is due. All that has fallen due by now stands in the log then, once, and nothing else.
    async fn keep_time(&mut self) {
        self.world.keep_time(self.life.as_mut().unwrap()).await;
        self.deadlines.pass(self.world.clock.now_ms());
        for index in self.deadlines.heard()..self.size() {
            let entry = self.world.ledger.read(index).unwrap();
            let Some(missed) = self.deadlines.hear(&entry) else {
                continue;
            };
            let (agency, node) = (node().agency().to_string(), node().to_string());
            if missed.agencies.contains(&agency) || missed.nodes.contains(&node) {
                self.is_ours(index, Said::Overdue);
            }
        }
        self.deadlines.compare();
    }

    /// The clock is set ahead, or the machine was asleep: by up to so many hours, as long as certificates hold.
    fn jump(&mut self, hours: u64) {
        let minutes = self.dice.in_range(0..hours * 60);
        if self.world.clock.now_ms() < NOW_MS + HALF_LONG_MS {
            self.world.clock.advance(minutes * 60_000);
        }
    }

    /// Begins after what is there already, which comes only to who moves back.
    async fn create(&mut self, name: &str) {
        let attempts_max = u32::try_from(self.dice.in_range(1..4)).unwrap();
        let types = if name == "all" {
            Vec::new()
        } else {
            vec![pb::MessageType::Alert.into()]
        };
        let filter = pb::Filter {
            types,
            ..Default::default()
        };
        let request = pb::CreateSubscriptionRequest {
            name: name.to_owned(),
            start: pb::StartPosition::Now.into(),
            filter: Some(filter.clone()),
            attempts_max,
            ..Default::default()
        };
        let made = self.line().create_subscription(request).await;
        let made = made.unwrap().into_inner().subscription.unwrap();
        let mut subscriber = Subscriber {
            name: name.to_owned(),
            filter,
            model: Model::new(made.start_index, attempts_max),
            stream: None,
        };
        for (index, said) in &self.ours {
            subscriber.want(*index, *said);
        }
        self.subscribers.push(subscriber);
    }

    /// Opens a stream, over another one if there is one, with the subscriber's memory or without.
    async fn open(&mut self, which: usize) {
        self.begin(which).await;
        // It always has something to say at first; from then on time may jump.
        assert!(self.read(which).await > 0);
    }

    /// Of a node that is revoked a stream is let in no more: it hears why, and no entry.
    async fn is_kept_out(&mut self, which: usize) {
        self.begin(which).await;
        let mut stream = self.subscribers[which].stream.take().unwrap();
        let first = stream.answers.message().await.unwrap().unwrap();
        let closing = first.closing.expect("nothing else");
        assert_eq!(closing.reason(), pb::ClosingReason::Revoked);
    }

    async fn begin(&mut self, which: usize) {
        let credit = u32::try_from(self.dice.in_range(1..6)).unwrap();
        self.begin_with(which, credit).await;
    }

    async fn begin_with(&mut self, which: usize, credit: u32) {
        let (remembers, hole) = (!self.dice.once_in(3), Hole::default());
        let is_older = self.dice.once_in(6);
        let mut client = self.life().connect_over(&hole).await;
        let subscriber = &mut self.subscribers[which];
        let covered_up_to = if remembers {
            let newest = subscriber.model.covered_up_to;
            if is_older { newest / 2 } else { newest }
        } else {
            0
        };
        let init = pb::Init {
            subscription: subscriber.name.clone(),
            credit,
            covered_up_to,
            ..Default::default()
        };
        let (requests, outgoing) = mpsc::channel(64);
        let first = pb::SubscribeRequest {
            init: Some(init),
            ..ask()
        };
        requests.send(first).await.unwrap();
        let answers = client.subscribe(ReceiverStream::new(outgoing)).await;
        let stream = Stream {
            requests,
            answers: answers.unwrap().into_inner(),
            seen: subscriber.model.open(credit, covered_up_to),
            hole,
        };
        if let Some(mut before) = subscriber.stream.replace(stream) {
            assert_eq!(
                before.last_word().await,
                Some(pb::ClosingReason::Superseded)
            );
        }
    }

    /// Reads a few messages, or as many as come; how many it was.
    async fn read(&mut self, which: usize) -> u64 {
        let count = self.dice.in_range(1..12);
        for read in 0..count {
            let size = self.size();
            let subscriber = &mut self.subscribers[which];
            let Some(stream) = &mut subscriber.stream else {
                return read;
            };
            match stream.next().await {
                Some(Ok(Some(message))) => {
                    assert_eq!(message.closing, None, "nobody has closed it");
                    // What was appended while it was on its way counts as well.
                    let size = size.max(self.world.ledger.published().borrow().size);
                    subscriber.model.hear(&mut stream.seen, &message, size);
                }
                Some(other) => panic!("the stream ended: {other:?}"),
                None => return read,
            }
        }
        count
    }

    async fn settle(&mut self, which: usize) {
        let (up_to, again) = (self.dice.once_in(5), self.dice.once_in(4));
        let Subscriber { model, stream, .. } = &mut self.subscribers[which];
        let Some(stream) = stream else { return };
        let outstanding: Vec<u64> = stream.seen.outstanding.iter().copied().collect();
        let Some(index) = self.dice.choose(&outstanding) else {
            return;
        };
        if up_to {
            model.ack_up_to(&mut stream.seen, index);
        } else {
            model.ack(&mut stream.seen, index);
        }
        let ack = pb::Ack {
            index,
            all_up_to: up_to,
        };
        for _ in 0..=u32::from(again) {
            stream
                .say(pb::SubscribeRequest {
                    ack: Some(ack),
                    ..ask()
                })
                .await;
        }
    }

    async fn refuse(&mut self, which: usize) {
        let delay_ms = i32::try_from(self.dice.in_range(0..900)).unwrap();
        let Subscriber { model, stream, .. } = &mut self.subscribers[which];
        let Some(stream) = stream else { return };
        let outstanding: Vec<u64> = stream.seen.outstanding.iter().copied().collect();
        let Some(index) = self.dice.choose(&outstanding) else {
            return;
        };
        model.nack(&mut stream.seen, index);
        let delay = prost_types::Duration {
            seconds: 0,
            nanos: delay_ms * 1_000_000,
        };
        let nack = pb::Nack {
            index,
            delay: Some(delay),
            reason: pb::Reason::SigBad.into(),
        };
        stream
            .say(pb::SubscribeRequest {
                nack: Some(nack),
                ..ask()
            })
            .await;
    }

    /// Says its last word, and hears out the gateway.
    async fn finish(&mut self, which: usize) {
        let Subscriber { model, stream, .. } = &mut self.subscribers[which];
        let Some(Stream {
            requests,
            mut answers,
            mut seen,
            ..
        }) = stream.take()
        else {
            return;
        };
        drop(requests);
        while let Some(message) = answers.message().await.unwrap() {
            assert_eq!(message.closing, None);
            let size = self.world.ledger.published().borrow().size;
            model.hear(&mut seen, &message, size);
        }
        model.confirm(&seen);
    }

    async fn seek(&mut self, which: usize) {
        let size = self.size();
        let index = self.dice.in_range(0..size + 1);
        let mut client = self.line();
        let Subscriber {
            name,
            model,
            stream,
            ..
        } = &mut self.subscribers[which];
        let request = pb::SeekSubscriptionRequest {
            name: name.clone(),
            to: pb::StartPosition::Index.into(),
            index,
            time: None,
        };
        let moved = client
            .seek_subscription(request)
            .await
            .unwrap()
            .into_inner();
        let moved = moved.subscription.unwrap();
        assert_eq!(
            (moved.position, moved.settled, moved.unsettled),
            (index, index, 0)
        );
        model.seek(index);
        if let Some(mut stream) = stream.take() {
            assert_eq!(stream.last_word().await, Some(pb::ClosingReason::Sought));
        }
    }

    async fn unpark(&mut self, which: usize) {
        let parked = self.parked(which).await;
        let some: Vec<u64> = parked
            .iter()
            .copied()
            .filter(|_| self.dice.once_in(2))
            .collect();
        if some.is_empty() {
            return;
        }
        let request = pb::UnparkDeliveriesRequest {
            name: self.subscribers[which].name.clone(),
            indexes: some.clone(),
            all: false,
        };
        let mut client = self.line();
        let back = client
            .unpark_deliveries(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(back.indexes, some);
        let Subscriber { model, stream, .. } = &mut self.subscribers[which];
        model.unpark(stream.as_mut().map(|stream| &mut stream.seen), &some);
    }

    async fn parked(&self, which: usize) -> Vec<u64> {
        let request = pb::ListParkedRequest {
            name: self.subscribers[which].name.clone(),
            ..Default::default()
        };
        let listed = self.line().list_parked(request).await;
        let listed = listed.unwrap().into_inner().parked;
        listed.iter().map(|parked| parked.index).collect()
    }

    /// Only what is on disk now is left, and no line survives.
    async fn kill(&mut self) {
        let image = self.world.image();
        if self.dice.once_in(2) {
            self.jump(12);
            self.life.as_mut().unwrap().die_in_a_turn();
            // The log takes one after the other: behind this everything is in it that was handed over.
            self.world.say("fgr", pb::MessageType::SystemNotice).await;
        }
        for subscriber in &mut self.subscribers {
            subscriber.stream = None;
        }
        self.life.take().unwrap().end().await;
        World::restore(&image);
        self.jump(12); // what falls due while it is away
        self.start().await;
    }

    /// Everybody hears that it ends.
    async fn stop(&mut self) {
        self.life().begin_end();
        for subscriber in &mut self.subscribers {
            if let Some(mut stream) = subscriber.stream.take() {
                assert_eq!(stream.last_word().await, Some(pb::ClosingReason::Draining));
            }
        }
        self.life.take().unwrap().end().await;
        self.start().await;
    }

    async fn start(&mut self) {
        let Standing {
            caller,
            welcome,
            revoked,
        } = standing();
        let trust = if self.is_revoked { revoked } else { welcome };
        let life = self.world.start(caller, Arc::clone(trust));
        self.holes.clear();
        self.line = Some(life.connect().await);
        self.life = Some(life);
    }

    fn line(&self) -> SubscriptionServiceClient<Channel> {
        self.line.clone().unwrap()
    }

    /// Another revocation list comes into force: every stream hears of it in time, and nothing that comes after it.
    async fn revoke(&mut self) {
        self.is_revoked = true;
        let revoked = Arc::clone(&standing().revoked);
        self.life().believe(revoked).await;
        let size = self.size();
        self.submit(2).await;
        for subscriber in &mut self.subscribers {
            if let Some(mut stream) = subscriber.stream.take() {
                let end = stream.end_below(size);
                let end = tokio::time::timeout(Duration::from_secs(5), end).await;
                assert_eq!(end.unwrap(), pb::ClosingReason::Revoked);
            }
        }
    }

    async fn let_in_again(&mut self) {
        self.is_revoked = false;
        let welcome = Arc::clone(&standing().welcome);
        self.life().believe(welcome).await;
    }

    /// Acknowledges everything that is outstanding.
    async fn settle_all(&mut self, which: usize) {
        let Subscriber { model, stream, .. } = &mut self.subscribers[which];
        let stream = stream.as_mut().unwrap();
        for index in std::mem::take(&mut stream.seen.outstanding) {
            model.ack(&mut stream.seen, index);
            let ack = pb::Ack {
                index,
                all_up_to: false,
            };
            stream
                .say(pb::SubscribeRequest {
                    ack: Some(ack),
                    ..ask()
                })
                .await;
        }
    }

    /// Reads and settles everything that is owed, and compares.
    async fn settle_up(&mut self) {
        for which in 0..self.subscribers.len() {
            self.subscribers[which].stream = None;
            self.open(which).await;
            loop {
                self.settle_all(which).await;
                if self.read(which).await == 0 {
                    break;
                }
            }
            assert_eq!(self.subscribers[which].model.covered_up_to, self.size());
            self.finish(which).await;
            let parked = self.parked(which).await;
            self.subscribers[which].model.settle_up(&parked);
            let name = self.subscribers[which].name.clone();
            let request = pb::GetSubscriptionRequest { name };
            let found = self.line().get_subscription(request).await;
            let found = found.unwrap().into_inner().subscription.unwrap();
            assert_eq!((found.unsettled, found.settled), (0, found.position));
        }
        self.life.take().unwrap().end().await;
    }
}
