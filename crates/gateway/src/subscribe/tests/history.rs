//! One random history: entries come, subscribers read, settle, refuse, stall, are cut off, take over, move, put back; the
//! gateway is stopped, or killed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use precinto_envelope::trust::TrustStore;
use precinto_ledger::testing::unverified;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::dice::Dice;
use super::life::{Life, World, ask, caller};
use super::model::Model;
use super::subscriber::{Stream, Subscriber};

pub(super) struct History {
    world: World,
    life: Option<Life>,
    dice: Dice,
    subscribers: Vec<Subscriber>,
    /// What was sent to the subscribers' node, and whether it is an alert.
    ours: BTreeMap<u64, bool>,
    sent: u64,
}

impl History {
    pub(super) async fn run(seed: u64) {
        let world = World::new();
        let trust = Arc::new(TrustStore::new(Vec::new()).unwrap());
        let mut history = Self {
            life: Some(world.start(&caller(), trust)),
            world,
            dice: Dice::new(seed),
            subscribers: Vec::new(),
            ours: BTreeMap::new(),
            sent: 0,
        };
        history.submit(3).await;
        for name in ["all", "alerts"] {
            history.create(name).await;
        }
        for _ in 0..60 {
            history.step().await;
        }
        history.settle_up().await;
    }

    async fn step(&mut self) {
        let which = usize::try_from(self.dice.in_range(0..2)).unwrap();
        match self.dice.in_range(0..100) {
            0..15 => {
                let count = self.dice.in_range(1..6);
                self.submit(count).await;
            }
            15..30 => self.open(which).await,
            30..55 => drop(self.read(which).await),
            55..70 => self.settle(which).await,
            70..76 => self.refuse(which).await,
            76..80 => self.subscribers[which].stream = None, // cut off
            80..84 => self.finish(which).await,
            84..88 => self.life().store.flush(),
            88..91 => self.seek(which).await,
            91..94 => self.unpark(which).await,
            94..96 => {
                let seconds = self.dice.in_range(1..7_200);
                self.world.pass(Duration::from_secs(seconds)).await;
            }
            96..98 => self.kill().await,
            _ => self.stop().await,
        }
    }

    fn life(&self) -> &Life {
        self.life.as_ref().unwrap()
    }

    fn size(&self) -> u64 {
        self.world.ledger.published().borrow().size
    }

    /// Messages for this node and for others, alerts and others.
    async fn submit(&mut self, count: u64) {
        for _ in 0..count {
            self.sent += 1;
            let is_ours = !self.dice.once_in(4);
            let is_alert = self.dice.once_in(2);
            let agency = if is_ours { "anam" } else { "fgr" };
            let record = pb::StatementRecord {
                recipients: vec![pb::ResolvedRecipient {
                    agencies: vec![format!("mx.dev.invalid/{agency}")],
                    ..Default::default()
                }],
                ..Default::default()
            };
            let kind = if is_alert {
                pb::MessageType::Alert
            } else {
                pb::MessageType::Ack
            };
            let statement = pb::Statement {
                r#type: kind.into(),
                sender: "spiffe://us.dev.invalid/agency/cbp/node/lax".to_owned(),
                ..Default::default()
            };
            let envelope = pb::Envelope {
                payload: statement.encode_to_vec(),
                ..Default::default()
            };
            let mut key = [0; 32];
            key[..8].copy_from_slice(&self.sent.to_be_bytes());
            let (record, envelope) = (record.encode_to_vec(), envelope.encode_to_vec());
            let index = self
                .world
                .append(unverified(key, &record, &envelope, b"body"))
                .await;
            if is_ours {
                self.ours.insert(index, is_alert);
                for subscriber in &mut self.subscribers {
                    subscriber.want(index, is_alert);
                }
            }
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
        let made = self
            .life()
            .connect()
            .await
            .create_subscription(request)
            .await;
        let made = made.unwrap().into_inner().subscription.unwrap();
        let mut subscriber = Subscriber {
            name: name.to_owned(),
            filter,
            model: Model::new(made.start_index, attempts_max),
            stream: None,
        };
        for (index, is_alert) in &self.ours {
            subscriber.want(*index, *is_alert);
        }
        self.subscribers.push(subscriber);
    }

    /// Opens a stream, over another one if there is one, with the subscriber's memory or without.
    async fn open(&mut self, which: usize) {
        let credit = u32::try_from(self.dice.in_range(1..6)).unwrap();
        let remembers = !self.dice.once_in(3);
        let mut client = self.life().connect().await;
        let subscriber = &mut self.subscribers[which];
        let covered_up_to = if remembers {
            subscriber.model.covered_up_to
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
        };
        if let Some(mut before) = subscriber.stream.replace(stream) {
            assert_eq!(
                before.last_word().await,
                Some(pb::ClosingReason::Superseded)
            );
        }
        // It always has something to say at first; from then on time may jump.
        assert!(self.read(which).await > 0);
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
        let mut client = self.life().connect().await;
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
        let mut client = self.life().connect().await;
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
        let listed = self.life().connect().await.list_parked(request).await;
        let listed = listed.unwrap().into_inner().parked;
        listed.iter().map(|parked| parked.index).collect()
    }

    /// Only what is on disk now is left, and no line survives.
    async fn kill(&mut self) {
        let image = self.world.image();
        for subscriber in &mut self.subscribers {
            subscriber.stream = None;
        }
        self.life.take().unwrap().end().await;
        World::restore(&image);
        self.start();
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
        self.start();
    }

    fn start(&mut self) {
        let trust = Arc::new(TrustStore::new(Vec::new()).unwrap());
        self.life = Some(self.world.start(&caller(), trust));
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
            let found = self.life().connect().await.get_subscription(request).await;
            let found = found.unwrap().into_inner().subscription.unwrap();
            assert_eq!((found.unsettled, found.settled), (0, found.position));
        }
        self.life.take().unwrap().end().await;
    }
}
