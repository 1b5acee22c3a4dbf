//! One session: a courier for the outbox, two subscriptions, a desk, and this loop, which owns the line and settles.

mod hurry;
mod news;
mod reader;
mod ways;

use super::super::desk::{Done, Work};
use super::super::janitor::tidy;
use super::super::keeper::{Keeper, Kept, Wake};
use super::super::notice::Notice;
use super::super::presence::Line;
use super::super::task::{AbortOnDrop, ended};
use super::Agent;
use crate::clock;
use crate::config::Material;
use crate::exit::Failure;
use news::of_courier;
use precinto_alert::Reason;
use precinto_alert::reason as catalogue;
use precinto_client::Event;
use precinto_client::heard::Common;
use precinto_client::outbox::{Courier, CourierEvent};
use precinto_client::subscribe::{Retry, Unbelievable};
use reader::{Reader, next};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Interval, MissedTickBehavior, interval};
use ways::By;

/// How often news goes into the file for `node status`.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// It is written so often though there is no news: a file that is older says that the agent hangs.
const REPORT_AT_LEAST_EVERY: Duration = Duration::from_secs(30);

/// How often certificates, keys, roots and revocation lists are looked at for changes, and an API that is down is tried again.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Why a session ended.
pub(super) enum Ended {
    /// Somebody wants the agent to stop.
    Stopped,
    /// Other certificates or trust are in force: the next one works by them.
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

/// Ticks at most so often.
fn every(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// It is time to look at the files; whether somebody has asked for it.
async fn due(asked: &Notify, look: &mut Interval) -> bool {
    tokio::select! {
        () = asked.notified() => true,
        _ = look.tick() => false,
    }
}

impl Agent {
    /// Works until something ends it.
    pub(super) async fn session(
        &mut self,
        stopped: &mut (impl Future<Output = ()> + Unpin),
    ) -> anyhow::Result<Ended> {
        let material = match self.files.material(&self.node) {
            Ok(material) => material,
            Err(failure) => return Ok(Ended::Trouble(failure)),
        };
        let (events, mut told) = mpsc::channel(64);
        let (courier, common) = match self.courier(&material, events) {
            Ok(courier) => courier,
            Err(failure) => return Ok(Ended::Trouble(failure)),
        };
        let (done, mut desk) = mpsc::channel(64);
        let mut reader = match self.reader(&material, common, done) {
            Ok(reader) => reader,
            Err(failure) => return Ok(Ended::Trouble(failure)),
        };
        if reader.is_none() {
            self.line(Line::Idle, None)?;
        }
        self.hurry = Some(courier.hurry());
        let mut courier = std::pin::pin!(courier.run());
        let (kept, mut copy) = mpsc::channel(1);
        let wake = Arc::new(Wake::default());
        let (floor, settled) = watch::channel(0);
        let works = (reader.as_ref(), &material);
        let aides = self.aides(works, Arc::clone(&wake), settled, kept);
        let asked = Arc::clone(&self.asked);
        let (mut report, mut look) = (every(REPORT_EVERY), every(LOOK_EVERY));
        let ended = loop {
            tokio::select! {
                () = &mut *stopped => break Ended::Stopped,
                error = &mut courier => break of_courier(&error),
                Some(event) = told.recv() => {
                    self.heard_of_outbox(&event)?;
                    if matches!(event, CourierEvent::Sent { .. }) {
                        wake.news.notify_one();
                    }
                }
                Some(kept) = copy.recv() => if let Some(lie) = self.heard_of_copy(kept)? {
                    break Ended::Lie(lie);
                },
                (by, event) = next(reader.as_mut()) => match (by, event) {
                    (by, Ok(event)) => if let Some(reader) = &mut reader {
                        self.heard_by(by, event, reader).await?;
                        floor.send_replace(self.presence.settled.unwrap_or_default());
                    },
                    (by, Err(error)) => if let Some(ended) = self.lost(by, &error, reader.as_mut())? {
                        break ended;
                    },
                },
                Some(done) = desk.recv() => if let Some(reader) = &mut reader {
                    let woken = if done.recalls() { &wake.recall } else { &wake.news };
                    self.settle(done, reader).await?;
                    woken.notify_one();
                },
                () = ended(self.api.as_mut()) => self.api_ended()?,
                _ = report.tick() => self.report(REPORT_AT_LEAST_EVERY)?,
                is_asked = due(&asked, &mut look) => {
                    self.serve_api()?;
                    if self.look(is_asked)? {
                        break Ended::Changed;
                    }
                }
            }
        };
        drop(aides);
        if let Some(reader) = reader {
            reader.close(&mut desk).await;
        }
        Ok(ended)
    }

    /// Who sends what waits, and what it hears of the log together with the subscriptions.
    fn courier(
        &self,
        material: &Material,
        events: mpsc::Sender<CourierEvent>,
    ) -> Result<(Courier, Common), Failure> {
        let common = Common::kept(self.heard_together()?);
        let courier = Courier::new(
            self.node.identity.clone(),
            self.outbox.clone(),
            material.settings.clone(),
            material.clock.clone(),
            Retry::default(),
            events,
        );
        Ok((courier.with_common(common.clone()), common))
    }

    /// Who works beside the loop: the keeper of the own copy, and the janitor.
    fn aides(
        &self,
        (reader, material): (Option<&Reader>, &Arc<Material>),
        wake: Arc<Wake>,
        settled: watch::Receiver<u64>,
        told: mpsc::Sender<Kept>,
    ) -> [AbortOnDrop; 2] {
        let confirms = reader.map(|reader| Arc::clone(&reader.reception));
        let keeper = Keeper {
            node: self.node.clone(),
            material: Arc::clone(material),
            output: self.output,
            confirms: confirms.filter(|reception| reception.confirms_recalls),
        };
        let janitor = tidy(
            self.outbox.clone(),
            Arc::clone(&self.inbox),
            settled,
            told.clone(),
        );
        [
            AbortOnDrop(tokio::spawn(keeper.keep(wake, told))),
            AbortOnDrop(tokio::spawn(janitor)),
        ]
    }

    async fn heard(&mut self, event: Event, reader: &mut Reader) -> anyhow::Result<()> {
        let lang = self.output.lang();
        self.is_news = true;
        if !matches!(event, Event::Disconnected { .. }) {
            self.presence.heard();
        }
        match event {
            Event::Delivery(delivery) => {
                let brought = (delivery.index, delivery.attempt);
                self.bring(brought, Work::of(&delivery)?, reader).await;
            }
            Event::Overdue(overdue) => {
                let brought = (overdue.index, overdue.attempt);
                self.bring(brought, Work::of_overdue(&overdue)?, reader)
                    .await;
            }
            Event::Unbelievable(problem) => self.doubt(By::All, &problem, reader).await?,
            Event::Connected {
                gateway,
                settled,
                position,
                moved_to,
            } => {
                self.line(Line::Up, None)?;
                self.settled(settled, reader);
                if let Some(hurry) = &self.hurry {
                    // What waits for the end of a pause need not any more.
                    hurry.notify_waiters();
                }
                let said = match moved_to {
                    Some(_) => (
                        "the subscription was MOVED; connected to",
                        "la suscripción se MOVIÓ; conectado a",
                    ),
                    None => ("connected to", "conectado a"),
                };
                self.say(Notice::of("connected", lang, said).detail(gateway))?;
                if moved_to.is_some() {
                    reader.all.moved();
                }
                self.begins(position, reader).await?;
                self.hurry(settled, reader)?;
            }
            Event::CaughtUp {
                position,
                settled,
                tree_size,
            } => {
                self.settled(settled, reader);
                self.presence.tree_size = Some(tree_size);
                let said = ("up to date at entry", "al día en la entrada");
                self.say(Notice::of("caught_up", lang, said).entry(position))?;
            }
            Event::Heartbeat {
                tree_size,
                settled,
                parked,
                ..
            } => {
                self.settled(settled, reader);
                (self.presence.parked, self.presence.tree_size) = (parked, Some(tree_size));
            }
            Event::Disconnected {
                reason,
                detail,
                retry_in,
            } => self.is_cut(reason, detail, retry_in)?,
        }
        Ok(())
    }

    fn is_cut(
        &mut self,
        reason: Option<Reason>,
        detail: String,
        retry_in: Duration,
    ) -> anyhow::Result<()> {
        self.line(Line::Down, Some(detail.clone()))?;
        let said = ("the line is down:", "sin conexión:");
        let notice = Notice::of("disconnected", self.output.lang(), said);
        let notice = notice.reason(reason.map(catalogue::name)).detail(detail);
        self.say(notice.retry_in(retry_in))
    }

    /// What a person must know, and the inbox, of a subscription as it is at the beginning of a stream.
    async fn begins(&mut self, position: u64, reader: &Reader) -> anyhow::Result<()> {
        let lang = self.output.lang();
        self.presence.parked = reader.all.subscriber.parked().unwrap_or_default();
        if let Some(max) = reader.impatience() {
            let said = (
                "the subscription was made earlier, and parks a delivery after so many attempts:",
                "la suscripción se creó antes, y aparta una entrega tras este número de intentos:",
            );
            self.say(Notice::of("impatient", lang, said).detail(max))?;
        }
        let (inbox, moves) = (Arc::clone(&self.inbox), reader.all.subscriber.moves());
        let moved = move || inbox.moved(moves.unwrap_or_default(), position);
        let again = tokio::task::spawn_blocking(moved).await?;
        let again = again.map_err(|error| super::inbox_failed(&error))?;
        if again > 0 {
            let said = (
                "MOVED BACK: so much that was handed over before is handed over once more:",
                "MOVIDA HACIA ATRÁS: se entrega de nuevo esta cantidad de lo ya entregado:",
            );
            self.say(
                Notice::of("again", lang, said)
                    .entry(position)
                    .detail(again),
            )?;
        }
        Ok(())
    }

    /// What the subscription of everything has brought: index and attempt.
    async fn bring(&mut self, (index, attempt): (u64, u32), work: Work, reader: &mut Reader) {
        reader.all.brings(index, attempt);
        self.put_on_desk(work, reader).await;
    }

    /// Hands an entry to the desk, unless it has it already.
    async fn put_on_desk(&mut self, work: Work, reader: &mut Reader) {
        let index = work.index();
        let is_new = reader.untaken.comes(index, clock::now_ms());
        self.presence.lies(&reader.untaken);
        // Never full: it holds what the gateway may have unsettled. Were it, the delivery would come again.
        if is_new && !reader.desk.put(work) {
            let _next = self.put_back(reader, index, Reason::Overloaded).await;
        }
    }

    /// Everything below `floor` is settled.
    fn settled(&mut self, floor: u64, reader: &mut Reader) {
        self.presence.settled = Some(floor);
        reader.untaken.settled(floor);
        self.presence.lies(&reader.untaken);
    }

    /// What is not believed is never settled: an alert that nobody has read must not be gone.
    async fn doubt(
        &mut self,
        by: By,
        problem: &Unbelievable,
        reader: &mut Reader,
    ) -> anyhow::Result<()> {
        let (index, reason) = (problem.index, problem.reason);
        let name = catalogue::name(reason);
        self.presence
            .trouble(format!("entry {index}: {name}: {}", problem.detail));
        let said = match self.put_back_doubted(by, problem, reader).await {
            Next::Comes(_) => ("NOT BELIEVED, entry", "NO SE CREE, entrada"),
            Next::Parked => (
                "NOT BELIEVED and PARKED (see: precinto sub parked), entry",
                "NO SE CREE y queda APARTADA (vea: precinto sub parked), entrada",
            ),
        };
        let notice = Notice::of("unbelievable", self.output.lang(), said).entry(index);
        self.say(notice.reason(Some(name)).detail(&problem.detail))
    }

    async fn settle(&mut self, done: Done, reader: &mut Reader) -> anyhow::Result<()> {
        let lang = self.output.lang();
        self.is_news = true;
        match done {
            Done::Taken {
                index,
                what,
                withheld,
                ..
            } => {
                reader.untaken.gone(index);
                self.presence.lies(&reader.untaken);
                self.presence.took();
                reader.settle(index).await;
                let (event, said) = if withheld {
                    let said = (
                        "PUT AWAY and not handed over, its alert is recalled: entry",
                        "APARTADA en cuarentena y no entregada, su alerta fue retirada: entrada",
                    );
                    ("withheld", said)
                } else {
                    ("taken", ("taken in, entry", "recibida, entrada"))
                };
                self.say(Notice::of(event, lang, said).entry(index).detail(what))
            }
            Done::NotTaken { index, why } => {
                let why = why.pick(lang).to_owned();
                let entry = lang.pick("entry", "entrada");
                self.presence.trouble(format!("{entry} {index}: {why}"));
                match self.put_back(reader, index, Reason::Internal).await {
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
}
