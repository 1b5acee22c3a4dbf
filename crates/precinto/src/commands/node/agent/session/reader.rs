//! The receiving half of a session: the subscription, and the desk that takes its deliveries in.

use super::super::super::desk::{Desk, Done, Work};
use super::Agent;
use crate::config::Material;
use crate::exit::{Exit, Failure, Text};
use precinto_client::inbox::{HandOver, Reception};
use precinto_client::subscribe::SubscribeError;
use precinto_client::{Event, Pin, SubscribeOptions, Subscriber};
use std::collections::BTreeMap;
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

/// The receiving half.
pub(super) struct Reader {
    pub(super) subscriber: Subscriber,
    pub(super) desk: mpsc::Sender<Work>,
    /// Where deliveries go.
    pub(super) reception: Arc<Reception>,
    at_work: JoinHandle<()>,
    /// Dropped to stop the desk.
    stop: DropGuard,
    /// Handed to the desk and not answered for, each with when. A broken line brings them again while the desk still has them.
    pub(super) at_desk: BTreeMap<u64, u64>,
}

impl Agent {
    /// The receiving half, if this agent receives.
    pub(super) fn reader(
        &self,
        material: &Material,
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
        let name = &self.run.subscription;
        let pin = self.node.state.join(format!("{name}.pin"));
        let pin = Pin::open(pin, &self.node.log).map_err(|error| {
            Failure::new(
                Exit::VerificationFailed,
                Text::cause(error, "no se puede usar el punto de control guardado"),
            )
        })?;
        let options = SubscribeOptions {
            attempts_max: ATTEMPTS_MAX,
            // A person may have made it before, with a filter or less patience.
            as_it_is: true,
            // Nothing is handed over that the log does not hold.
            with_proofs: true,
            ..SubscribeOptions::named(name)
        };
        let room = usize::try_from(options.credit).unwrap_or(1);
        let (settings, clock) = (material.settings.clone(), material.clock.clone());
        let (sender, deliveries) = mpsc::channel(room);
        let subscriber = Subscriber::new(settings, clock, options, pin);
        let stop = desk.stop.clone().drop_guard();
        Ok(Some(Reader {
            reception,
            stop,
            subscriber: subscriber.with_witness(material.witness()?),
            desk: sender,
            at_work: tokio::spawn(desk.work(deliveries, done)),
            at_desk: BTreeMap::new(),
        }))
    }

    /// Where deliveries go, and who answers them.
    fn reception(&self, material: &Material) -> Result<Reception, Failure> {
        let folder = self.run.hand_over.as_ref().map(|folder| {
            HandOver::open(folder).map_err(|error| {
                let folder = folder.display();
                Failure::new(
                    Exit::Failed,
                    (
                        format!("the hand-over folder {folder} cannot be used: {error}"),
                        format!("no se puede usar la carpeta de entrega {folder}: {error}"),
                    ),
                )
            })
        });
        let signs = self.run.receipts && self.node.signing.is_some();
        let author = signs.then(|| material.author().map_err(Failure::from));
        Ok(Reception {
            inbox: Arc::clone(&self.inbox),
            folder: folder.transpose()?,
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
        self.subscriber
            .attempts_max()
            .filter(|max| *max < ATTEMPTS_MAX)
    }

    /// Ends it: the desk finishes what it has in hand and begins nothing more, and what was settled is at the gateway before this returns.
    pub(super) async fn close(self, done: &mut mpsc::Receiver<Done>) {
        drop(self.stop);
        drop(self.desk);
        let settled = async {
            while let Some(done) = done.recv().await {
                if let Done::Taken { index, .. } = done {
                    let _lost = self.subscriber.ack(index).await;
                }
            }
        };
        if timeout(LAST_DELIVERY_MAX, settled).await.is_err() {
            self.at_work.abort();
        }
        drop(self.at_work.await);
        // Unconfirmed means that it comes again, and is known by its index.
        let _unconfirmed = self.subscriber.finish().await;
    }
}

/// The next event; for ever none without a subscription.
pub(super) async fn next(reader: Option<&mut Reader>) -> Result<Event, SubscribeError> {
    match reader {
        Some(reader) => reader.subscriber.next().await,
        None => std::future::pending().await,
    }
}
