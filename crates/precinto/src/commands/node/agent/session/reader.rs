//! The receiving half of a session: the subscriptions, and the desk that takes their deliveries in.

use super::super::super::desk::{Desk, Done, Tray, tray};
use super::super::super::untaken::Untaken;
use super::Agent;
use super::ways::{By, Way, same, urgent_of};
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure, Text};
use precinto_client::heard::Common;
use precinto_client::inbox::{HandOver, Reception};
use precinto_client::subscribe::{Start, SubscribeError};
use precinto_client::{Clock, Settings};
use precinto_client::{Event, Pin, SubscribeOptions, Subscriber};
use precinto_proto::v1 as pb;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long a delivery that is being taken in may go on when the session ends; one that is cut off comes again.
const LAST_DELIVERY_MAX: Duration = Duration::from_secs(10);

/// The most attempts that a gateway grants: with the desk's delays four days, so that no outage of the agency's own systems
/// that somebody mends over a weekend parks an alert.
const ATTEMPTS_MAX: u32 = 100;

/// How many deliveries each subscription may have unsettled at once.
const CREDIT: u32 = 64;

/// Under which the agent keeps what subscriptions and outbox have heard together: no subscription can be named so.
const HEARD: &str = "agent.heard";

/// The receiving half.
pub(super) struct Reader {
    /// What brings everything.
    pub(super) all: Way,
    /// What brings what is urgent, once it is known what the first one lets through.
    pub(super) urgent: Option<Way>,
    line: Line,
    pub(super) desk: Tray,
    /// Where deliveries go.
    pub(super) reception: Arc<Reception>,
    at_work: JoinHandle<()>,
    /// Dropped to stop the desk.
    stop: DropGuard,
    /// What has come and is not the agency's yet.
    pub(super) untaken: Untaken,
}

/// What it takes to subscribe.
struct Line {
    node: Node,
    settings: Settings,
    clock: Clock,
    /// The newest checkpoint that was heard on any of them.
    common: Common,
}

impl Line {
    /// A subscription of this name that begins at `start` with `filter`, unless there is one already.
    fn subscriber(
        &self,
        name: &str,
        start: Start,
        filter: pb::Filter,
    ) -> Result<Subscriber, Failure> {
        let pin = pinned(&self.node, name)?;
        let options = SubscribeOptions {
            attempts_max: ATTEMPTS_MAX,
            // A person may have made it before, with a filter or less patience.
            as_it_is: true,
            // Nothing is handed over that the log does not hold.
            with_proofs: true,
            credit: CREDIT,
            start,
            filter,
            ..SubscribeOptions::named(name)
        };
        let (settings, clock) = (self.settings.clone(), self.clock.clone());
        let subscriber = Subscriber::new(settings, clock, options, pin);
        Ok(subscriber.with_common(self.common.clone()))
    }
}

/// What was heard of the log, as this node has it on disk under a name.
fn pinned(node: &Node, name: &str) -> Result<Pin, Failure> {
    let file = node.state.join(format!("{name}.pin"));
    Pin::open(file, &node.log).map_err(|error| {
        Failure::new(
            Exit::VerificationFailed,
            Text::cause(error, "no se puede usar el punto de control guardado"),
        )
    })
}

impl Agent {
    /// What subscriptions and outbox have heard together.
    pub(super) fn heard_together(&self) -> Result<Pin, Failure> {
        pinned(&self.node, HEARD)
    }

    /// The receiving half, if this agent receives.
    pub(super) fn reader(
        &self,
        material: &Material,
        common: Common,
        done: mpsc::Sender<Done>,
    ) -> Result<Option<Reader>, Failure> {
        if !self.run.receives() {
            return Ok(None);
        }
        let reception = Arc::new(self.reception(material)?);
        let desk = Desk {
            reception: Arc::clone(&reception),
            run: self.run.clone(),
            state: self.node.state.clone(),
            window: self.window.clone(),
            stop: CancellationToken::new(),
        };
        let line = Line {
            node: self.node.clone(),
            settings: material.settings.clone(),
            clock: material.clock.clone(),
            common,
        };
        let name = &self.run.subscription;
        let all = line.subscriber(name, Start::First, pb::Filter::default())?;
        // What both subscriptions may have unsettled at once.
        let (tray, coming) = tray(2 * usize::try_from(CREDIT).unwrap_or(1));
        let stop = desk.stop.clone().drop_guard();
        Ok(Some(Reader {
            reception,
            stop,
            all: Way::new(all.with_witness(material.witness()?)),
            urgent: None,
            line,
            desk: tray,
            at_work: tokio::spawn(desk.work(coming, done)),
            untaken: Untaken::default(),
        }))
    }

    /// Where deliveries go, and who answers them.
    fn reception(&self, material: &Material) -> Result<Reception, Failure> {
        let held = self.node.state.join("held");
        let (folder, opened) = match &self.run.hand_over {
            Some(folder) => (folder, HandOver::open(folder)),
            None => (&held, HandOver::private(&held)),
        };
        let folder = opened.map_err(|error| {
            let folder = folder.display();
            Failure::new(
                Exit::Failed,
                (
                    format!("the hand-over folder {folder} cannot be used: {error}"),
                    format!("no se puede usar la carpeta de entrega {folder}: {error}"),
                ),
            )
        })?;
        let signs = self.run.receipts && self.node.signing.is_some();
        let author = signs.then(|| material.author().map_err(Failure::from));
        Ok(Reception {
            inbox: Arc::clone(&self.inbox),
            folder: Some(folder),
            outbox: self.outbox.clone(),
            author: author.transpose()?,
            clock: material.clock.clone(),
            confirms_recalls: self.run.confirm_recalls,
        })
    }
}

impl Reader {
    /// How often a delivery comes at most, if somebody has made the subscription with less patience than an agent's.
    pub(super) fn impatience(&self) -> Option<u32> {
        self.all
            .subscriber
            .attempts_max()
            .filter(|max| *max < ATTEMPTS_MAX)
    }

    /// Ends it: the desk finishes what it has in hand and begins nothing more, and what was settled is at the gateway before this returns.
    pub(super) async fn close(self, done: &mut mpsc::Receiver<Done>) {
        let Self {
            mut all,
            mut urgent,
            desk,
            at_work,
            stop,
            ..
        } = self;
        drop((stop, desk));
        let settled = async {
            while let Some(done) = done.recv().await {
                if let Done::Taken { index, .. } = done {
                    settle([Some(&mut all), urgent.as_mut()], index).await;
                }
            }
        };
        if timeout(LAST_DELIVERY_MAX, settled).await.is_err() {
            at_work.abort();
        }
        drop(at_work.await);
        for way in urgent.into_iter().chain([all]) {
            // Unconfirmed means that it comes again, and is known by its index.
            let _unconfirmed = way.subscriber.finish().await;
        }
    }

    /// Settles an entry with whoever has brought it.
    pub(super) async fn settle(&mut self, index: u64) {
        settle([Some(&mut self.all), self.urgent.as_mut()], index).await;
    }

    /// Begins to have brought what is urgent, out of what the first subscription lets through, from `settled` on: what lies below
    /// is dealt with.
    pub(super) fn hurry(&mut self, name: &str, settled: u64) -> Result<(), Failure> {
        if self.urgent.is_some() {
            return Ok(());
        }
        let all = self.all.subscriber.filter().cloned().unwrap_or_default();
        if let Some(filter) = urgent_of(&all) {
            let subscriber = self.line.subscriber(name, Start::Index(settled), filter)?;
            self.urgent = Some(Way::new(subscriber));
        }
        Ok(())
    }

    /// Whether the second subscription brings just that. One of its name that a person has made may bring anything.
    pub(super) fn is_as_wanted(&self) -> bool {
        let all = self.all.subscriber.filter().cloned().unwrap_or_default();
        let found = self.urgent.as_ref();
        let found = found.and_then(|way| way.subscriber.filter());
        found.is_none_or(|found| urgent_of(&all).is_some_and(|wanted| same(&wanted, found)))
    }
}

async fn settle(ways: [Option<&mut Way>; 2], index: u64) {
    for way in ways.into_iter().flatten() {
        way.settle(index).await;
    }
}

/// The next event; for ever none without a subscription.
pub(super) async fn next(reader: Option<&mut Reader>) -> (By, Result<Event, SubscribeError>) {
    let Some(Reader { all, urgent, .. }) = reader else {
        return std::future::pending().await;
    };
    let hurried = async {
        match urgent {
            Some(way) => way.subscriber.next().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        biased;
        event = hurried => (By::Urgent, event),
        event = all.subscriber.next() => (By::All, event),
    }
}
