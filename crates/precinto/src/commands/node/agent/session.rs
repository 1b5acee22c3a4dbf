//! One session: a courier for the outbox, a subscription, a desk, and this loop, which owns the line and settles.

mod reader;

use super::super::desk::{Done, Work, again_after};
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
use precinto_client::Event;
use precinto_client::outbox::{Courier, CourierError, CourierEvent};
use precinto_client::subscribe::{Retry, SubscribeError, Unbelievable};
use reader::{Reader, next};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// How often news goes into the file for `node status`.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// How often certificates, keys, roots and revocation lists are looked at for changes.
const LOOK_EVERY: Duration = Duration::from_secs(30);

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

/// What becomes of a delivery that was put back.
enum Next {
    /// It comes again after so long.
    Comes(Duration),
    /// That was its last attempt: it comes again when a person says so.
    Parked,
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

    async fn heard(&mut self, event: Event, reader: &mut Reader) -> anyhow::Result<()> {
        let lang = self.output.lang();
        self.is_news = true;
        if !matches!(event, Event::Disconnected { .. }) {
            self.presence.heard();
        }
        match event {
            Event::Delivery(delivery) => self.put_on_desk(Work::of(&delivery)?, reader).await,
            Event::Overdue(overdue) => self.put_on_desk(Work::of_overdue(&overdue)?, reader).await,
            Event::Unbelievable(problem) => self.doubt(&problem, reader).await?,
            Event::Connected {
                gateway,
                settled,
                moved_to,
            } => {
                self.presence.line(Line::Up, None);
                self.presence.settled = Some(settled);
                let said = match moved_to {
                    Some(_) => (
                        "the subscription was MOVED; connected to",
                        "la suscripción se MOVIÓ; conectado a",
                    ),
                    None => ("connected to", "conectado a"),
                };
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

    /// Hands an entry to the desk, unless it has it already.
    async fn put_on_desk(&mut self, work: Work, reader: &mut Reader) {
        let (index, attempt) = (work.index(), work.attempt());
        if !reader.at_desk.insert(index) {
            return;
        }
        // Never full: it holds what the gateway may have unsettled. Were it, the delivery would come again.
        if reader.desk.try_send(work).is_err() {
            reader.at_desk.remove(&index);
            let reason = Reason::Overloaded;
            let _next = self.put_back(reader, (index, attempt), reason).await;
        }
    }

    /// What is not believed is never settled: an alert that nobody has read must not be gone.
    async fn doubt(&mut self, problem: &Unbelievable, reader: &Reader) -> anyhow::Result<()> {
        let (index, reason) = (problem.index, problem.reason);
        let name = catalogue::name(reason);
        self.presence
            .trouble(format!("entry {index}: {name}: {}", problem.detail));
        let back = self.put_back(reader, (index, problem.attempt), reason);
        let said = match back.await {
            Next::Comes(_) => ("NOT BELIEVED, entry", "NO SE CREE, entrada"),
            Next::Parked => (
                "NOT BELIEVED and PARKED (see: precinto sub parked), entry",
                "NO SE CREE y queda APARTADA (vea: precinto sub parked), entrada",
            ),
        };
        let notice = Notice::of("unbelievable", self.output.lang(), said).entry(index);
        self.say(notice.reason(Some(name)).detail(&problem.detail))
    }

    /// Without a line it comes again by itself.
    async fn put_back(
        &mut self,
        reader: &Reader,
        (index, attempt): (u64, u32),
        reason: Reason,
    ) -> Next {
        self.presence.put_back += 1;
        let delay = again_after(attempt);
        let put = reader.subscriber.nack(index, delay, reason).await;
        let last = reader.subscriber.attempts_max();
        match put {
            Ok(()) if last.is_some_and(|last| attempt >= last) => Next::Parked,
            Ok(()) | Err(_) => Next::Comes(delay),
        }
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
            Done::NotTaken {
                index,
                attempt,
                why,
            } => {
                reader.at_desk.remove(&index);
                self.presence.trouble(format!("entry {index}: {why}"));
                let back = self.put_back(reader, (index, attempt), Reason::Internal);
                match back.await {
                    Next::Comes(delay) => {
                        let said = (
                            "NOT handed over, it comes again, entry",
                            "NO entregada, llegará de nuevo, entrada",
                        );
                        let notice = Notice::of("not_taken", lang, said).entry(index);
                        self.say(notice.detail(why).retry_in(delay))
                    }
                    Next::Parked => {
                        let said = (
                            "NOT handed over and PARKED (see: precinto sub parked), entry",
                            "NO entregada y queda APARTADA (vea: precinto sub parked), entrada",
                        );
                        self.say(Notice::of("parked", lang, said).entry(index).detail(why))
                    }
                }
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
