//! One session: a courier for the outbox, a subscription, a desk, and this loop, which owns the line and settles.

use super::super::desk::{Desk, Done, Work, again_after};
use super::super::keeper::{Kept, keep};
use super::super::notice::Notice;
use super::super::presence::Line;
use super::Agent;
use crate::commands::own_copy::contradicted;
use crate::commands::send::outbox_failed;
use crate::config::{Fingerprint, Material};
use crate::connect::refused;
use crate::exit::{Exit, Failure, Text};
use precinto_alert::Reason;
use precinto_alert::reason as catalogue;
use precinto_client::inbox::{HandOver, Reception};
use precinto_client::outbox::{Courier, CourierError, CourierEvent};
use precinto_client::subscribe::{Retry, SubscribeError, Unbelievable};
use precinto_client::{Event, Pin, SubscribeOptions, Subscriber};
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often news goes into the file for `node status`.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// How often certificates, keys, roots and revocation lists are looked at for changes.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How long a delivery that is being taken in may go on when the session ends; one that is cut off comes again.
const LAST_DELIVERY_MAX: Duration = Duration::from_secs(10);

/// A task that ends with whoever started it.
struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why a session ended.
pub(super) enum Ended {
    /// Somebody wants the agent to stop.
    Stopped,
    /// What certificates and trust are read from has changed.
    Changed,
    /// Something is wrong that may pass, or that a person mends while the agent runs.
    Trouble(Failure),
    /// The log or the gateway was caught.
    Lie(Failure),
}

/// The receiving half: the subscription, and the desk that takes its deliveries in.
struct Reader {
    subscriber: Subscriber,
    desk: mpsc::Sender<Work>,
    at_work: JoinHandle<()>,
    /// Handed to the desk and not answered for. A broken line brings them again while the desk still has them.
    at_desk: BTreeSet<u64>,
}

impl Agent {
    /// Works until something ends it.
    pub(super) async fn session(
        &mut self,
        stopped: &mut (impl Future<Output = ()> + Unpin),
    ) -> anyhow::Result<Ended> {
        let before = Fingerprint::of(&self.node);
        let material = match Material::load(&self.node) {
            Ok(material) => material,
            Err(error) => return Ok(Ended::Trouble(error.into())),
        };
        let (events, mut told) = mpsc::channel(64);
        let courier = Courier::new(
            self.outbox.clone(),
            material.settings.clone(),
            material.clock.clone(),
            Retry::default(),
            events,
        );
        let (done, mut desk) = mpsc::channel(64);
        let mut reader = match self.reader(&material, done) {
            Ok(reader) => reader,
            Err(failure) => return Ok(Ended::Trouble(failure)),
        };
        if reader.is_none() {
            self.presence.line(Line::Idle, None);
        }
        let courier = courier.run();
        tokio::pin!(courier);
        let (kept, mut copy) = mpsc::channel(1);
        let wake = Arc::new(Notify::new());
        let keeper = keep(self.node.clone(), self.output, Arc::clone(&wake), kept);
        let keeper = AbortOnDrop(tokio::spawn(keeper));
        let (mut report, mut look) = (interval(REPORT_EVERY), interval(LOOK_EVERY));
        report.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let ended = loop {
            tokio::select! {
                () = &mut *stopped => break Ended::Stopped,
                error = &mut courier => break of_courier(&error),
                Some(event) = told.recv() => {
                    self.heard_of_outbox(&event)?;
                    if matches!(event, CourierEvent::Sent { .. }) {
                        wake.notify_one();
                    }
                }
                Some(kept) = copy.recv() => if let Some(lie) = self.heard_of_copy(kept)? {
                    break Ended::Lie(lie);
                },
                event = next(reader.as_mut()) => match event {
                    Ok(event) => if let Some(reader) = &mut reader {
                        self.heard(event, reader).await?;
                    },
                    Err(error) => break self.of_subscription(&error),
                },
                Some(done) = desk.recv() => if let Some(reader) = &mut reader {
                    self.settle(done, reader).await?;
                    wake.notify_one();
                },
                _ = report.tick() => if std::mem::take(&mut self.is_news) {
                    self.post.report(&self.presence)?;
                },
                _ = look.tick() => if before.has_changed(&self.node) {
                    break Ended::Changed;
                },
            }
        };
        drop(keeper);
        if let Some(reader) = reader {
            reader.close(&mut desk).await;
        }
        Ok(ended)
    }

    /// The receiving half, if this agent receives.
    fn reader(
        &self,
        material: &Material,
        done: mpsc::Sender<Done>,
    ) -> Result<Option<Reader>, Failure> {
        if !self.run.receives() {
            return Ok(None);
        }
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
        let reception = Reception {
            inbox: Arc::clone(&self.inbox),
            folder: folder.transpose()?,
            outbox: self.outbox.clone(),
            author: author.transpose()?,
            clock: material.clock.clone(),
        };
        let desk = Desk {
            reception: Arc::new(reception),
            run: self.run.clone(),
            state: self.node.state.clone(),
        };
        let name = &self.run.subscription;
        let pin = self.node.state.join(format!("{name}.pin"));
        let pin = Pin::open(pin, &self.node.log).map_err(|error| {
            Failure::new(
                Exit::VerificationFailed,
                Text::cause(error, "no se puede usar el punto de control guardado"),
            )
        })?;
        let options = SubscribeOptions::named(name);
        let room = usize::try_from(options.credit).unwrap_or(1);
        let (settings, clock) = (material.settings.clone(), material.clock.clone());
        let (sender, deliveries) = mpsc::channel(room);
        Ok(Some(Reader {
            subscriber: Subscriber::new(settings, clock, options, pin),
            desk: sender,
            at_work: tokio::spawn(desk.work(deliveries, done)),
            at_desk: BTreeSet::new(),
        }))
    }

    async fn heard(&mut self, event: Event, reader: &mut Reader) -> anyhow::Result<()> {
        let lang = self.output.lang();
        self.is_news = true;
        if !matches!(event, Event::Disconnected { .. }) {
            self.presence.heard();
        }
        match event {
            Event::Delivery(delivery) => {
                let (index, attempt) = (delivery.index, delivery.attempt);
                if reader.at_desk.insert(index) {
                    // Never full: it holds what the gateway may have unsettled. Were it, the delivery would come again.
                    let handed = reader.desk.try_send(Work::of(&delivery)?);
                    if handed.is_err() {
                        reader.at_desk.remove(&index);
                        let delay = again_after(attempt);
                        self.put_back(reader, index, delay, Reason::Overloaded)
                            .await;
                    }
                }
            }
            Event::Unbelievable(problem) => self.doubt(&problem, reader).await?,
            Event::Connected { gateway, settled } => {
                self.presence.line(Line::Up, None);
                self.presence.settled = Some(settled);
                let said = ("connected to", "conectado a");
                self.say(Notice::of("connected", lang, said).detail(gateway))?;
            }
            Event::CaughtUp {
                position,
                settled,
                tree_size,
            } => {
                (self.presence.settled, self.presence.tree_size) = (Some(settled), Some(tree_size));
                let said = ("up to date at entry", "al día en la entrada");
                self.say(Notice::of("caught_up", lang, said).entry(position))?;
            }
            Event::Heartbeat {
                tree_size, settled, ..
            } => {
                (self.presence.settled, self.presence.tree_size) = (Some(settled), Some(tree_size));
            }
            Event::Disconnected {
                reason,
                detail,
                retry_in,
            } => {
                self.presence.line(Line::Down, Some(detail.clone()));
                let said = ("the line is down:", "sin conexión:");
                let notice = Notice::of("disconnected", lang, said);
                let notice = notice.reason(reason.map(catalogue::name)).detail(detail);
                self.say(notice.retry_in(retry_in))?;
            }
        }
        Ok(())
    }

    /// What is not believed is never settled: an alert that nobody has read must not be gone.
    async fn doubt(&mut self, problem: &Unbelievable, reader: &Reader) -> anyhow::Result<()> {
        let (index, reason) = (problem.index, problem.reason);
        let name = catalogue::name(reason);
        self.presence
            .trouble(format!("entry {index}: {name}: {}", problem.detail));
        let said = ("NOT BELIEVED, entry", "NO SE CREE, entrada");
        let notice = Notice::of("unbelievable", self.output.lang(), said).entry(index);
        self.say(notice.reason(Some(name)).detail(&problem.detail))?;
        let delay = again_after(problem.attempt);
        self.put_back(reader, index, delay, reason).await;
        Ok(())
    }

    /// Without a line it comes again by itself.
    async fn put_back(&mut self, reader: &Reader, index: u64, delay: Duration, reason: Reason) {
        self.presence.put_back += 1;
        let _lost = reader.subscriber.nack(index, delay, reason).await;
    }

    async fn settle(&mut self, done: Done, reader: &mut Reader) -> anyhow::Result<()> {
        let lang = self.output.lang();
        self.is_news = true;
        match done {
            Done::Taken { index, what } => {
                reader.at_desk.remove(&index);
                self.presence.taken += 1;
                // Without a line it comes again, and is known by its index.
                let _lost = reader.subscriber.ack(index).await;
                let said = ("taken in, entry", "recibida, entrada");
                self.say(Notice::of("taken", lang, said).entry(index).detail(what))
            }
            Done::NotTaken { index, delay, why } => {
                reader.at_desk.remove(&index);
                self.presence.trouble(format!("entry {index}: {why}"));
                self.put_back(reader, index, delay, Reason::Internal).await;
                let said = (
                    "NOT handed over, it comes again, entry",
                    "NO entregada, llegará de nuevo, entrada",
                );
                let notice = Notice::of("not_taken", lang, said).entry(index);
                self.say(notice.detail(why).retry_in(delay))
            }
        }
    }

    fn heard_of_outbox(&mut self, event: &CourierEvent) -> anyhow::Result<()> {
        let lang = self.output.lang();
        self.is_news = true;
        match event {
            CourierEvent::Connected => {
                self.presence.heard();
                if !self.run.receives() {
                    self.presence.line(Line::Up, None);
                }
                Ok(())
            }
            CourierEvent::Sent { accepted, .. } => {
                self.presence.heard();
                let said = ("sent, entry", "enviado, entrada");
                let notice = Notice::of("sent", lang, said).entry(accepted.index);
                self.say(notice.message(accepted.message_id))
            }
            CourierEvent::Refused { entry, refused } => {
                let why = refused.message_es.as_ref().unwrap_or(&refused.message);
                let why = lang.pick(&refused.message, why);
                let id = entry.message_id;
                let name = refused.reason.as_deref();
                self.presence
                    .trouble(format!("{id}: {}: {why}", name.unwrap_or_default()));
                let said = (
                    "REFUSED by the gateway, kept aside:",
                    "RECHAZADO por la pasarela, se aparta:",
                );
                let notice = Notice::of("refused", lang, said).message(id);
                self.say(notice.reason(name).detail(why))
            }
            CourierEvent::Waiting {
                reason,
                detail,
                retry_in,
            } => {
                if !self.run.receives() {
                    self.presence.line(Line::Down, Some(detail.clone()));
                }
                let said = (
                    "the outbox waits for the line:",
                    "la cola de salida espera la conexión:",
                );
                let notice = Notice::of("outbox_waiting", lang, said);
                let notice = notice.reason(reason.map(catalogue::name)).detail(detail);
                self.say(notice.retry_in(*retry_in))
            }
        }
    }

    /// What came of bringing the copy up to date; a failure that is a lie of the log's is given back.
    fn heard_of_copy(&mut self, kept: Kept) -> anyhow::Result<Option<Failure>> {
        let lang = self.output.lang();
        match kept {
            Kept::Fresh { recalled } => {
                for alert in recalled {
                    let said = (
                        "RECALLED, out of use in the own copy; withdraw it from other systems, then  precinto sync --confirm-recalls:",
                        "RETIRADA, fuera de uso en la copia propia; retírela de otros sistemas y luego  precinto sync --confirm-recalls:",
                    );
                    self.say(Notice::of("recalled", lang, said).detail(alert))?;
                }
            }
            Kept::Failed(failure) if failure.exit == Exit::VerificationFailed => {
                return Ok(Some(failure));
            }
            // The line is told of elsewhere.
            Kept::Failed(failure) if failure.exit == Exit::Unreachable => {}
            Kept::Failed(failure) => {
                self.is_news = true;
                let what = failure.message.pick(lang).to_owned();
                self.presence.trouble(what.clone());
                let said = (
                    "the own copy is not up to date:",
                    "la copia propia no está al día:",
                );
                self.say(Notice::of("copy_trouble", lang, said).detail(what))?;
            }
        }
        Ok(None)
    }

    fn of_subscription(&self, error: &SubscribeError) -> Ended {
        let failure = match (error, error.reason()) {
            (SubscribeError::Contradiction(contradiction), _) => {
                contradicted(contradiction, &self.node.state)
            }
            (SubscribeError::Refused(refusal), _) => refused(refusal),
            (_, Some(reason)) => Failure::caused(reason, error),
            (_, None) => Failure::new(Exit::Failed, Text::cause(error, "terminó la suscripción")),
        };
        match error {
            SubscribeError::Contradiction(_)
            | SubscribeError::Coverage(_)
            | SubscribeError::Checkpoint(_) => Ended::Lie(failure),
            _ => Ended::Trouble(failure),
        }
    }
}

impl Reader {
    /// Ends it: the desk may finish what it has in hand, and what was settled is at the gateway before this returns.
    async fn close(self, done: &mut mpsc::Receiver<Done>) {
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
async fn next(reader: Option<&mut Reader>) -> Result<Event, SubscribeError> {
    match reader {
        Some(reader) => reader.subscriber.next().await,
        None => std::future::pending().await,
    }
}

fn of_courier(error: &CourierError) -> Ended {
    let failure = match (error, error.reason()) {
        (CourierError::Outbox(error), _) => outbox_failed(error),
        (_, Some(reason)) => Failure::caused(reason, error),
        (_, None) => Failure::new(
            Exit::Failed,
            Text::cause(error, "no se puede seguir con la bandeja de salida"),
        ),
    };
    match error {
        CourierError::Disbelieved { .. } => Ended::Lie(failure),
        _ => Ended::Trouble(failure),
    }
}
