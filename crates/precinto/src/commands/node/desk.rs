//! The desk: takes deliveries in, while the line goes on listening.
//!
//! ```text
//! what comes ── urgent first ──> staged, held, answered ──┬──> urgent lane:   program, API, taken
//!                                                         └──> routine lane:  program, API, taken
//! ```
//!
//! Each is staged and answered before any program has a look at it. Each lane takes one after the other, so a program that takes
//! its time, or hangs, delays what is behind it in its own lane: the agency may have one program at work in each. Only where nothing
//! is run for a delivery, and it waits for whoever takes it by the API, many of a lane lie there at once: how many of them somebody
//! has in hand is their affair. Its queues hold what the gateway may have unsettled at once, so they never fill.

mod hands;
mod tray;

use super::api::{CREDIT_MAX, Window};
use super::program;
use crate::clock;
use crate::commands::watch::show;
use crate::config::Run;
use crate::counters::Counters;
use crate::exit::Text;
pub(super) use hands::Lane;
use hands::{Hand, Hands, Matter};
use precinto_alert::code::{MessageType, Precedence};
use precinto_alert::id::AlertId;
use precinto_client::inbox::{Item, Reception, ReceptionError, overdue_file_name};
use precinto_client::{Delivery, Overdue};
use precinto_proto::v1 as pb;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
pub(super) use tray::{Coming, Tray, tray};

/// After how long a delivery that was not taken comes again the first time; each time after that, twice as long.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The longest such delay: what a gateway grants at most.
const AGAIN_AFTER_MAX: Duration = Duration::from_hours(1);

/// What it hands over in a lane of its own if it states a precedence at least as urgent.
pub(super) const URGENT_AT_LEAST: Precedence = Precedence::P2;

/// What may be urgent: what states a precedence, and recalls, which state none. See [`Work::is_urgent`].
pub(super) const URGENT_TYPES: [MessageType; 6] = [
    MessageType::Alert,
    MessageType::Amend,
    MessageType::Recall,
    MessageType::ActionRequest,
    MessageType::Rfi,
    MessageType::Rfs,
];

/// What became of a delivery at the desk.
#[derive(Debug)]
pub(super) enum Done {
    /// It is the agency's, and may be settled.
    Taken {
        /// Its index in the log.
        index: u64,
        /// Which message, in a few words without any content.
        what: String,
        /// It was put away instead of handed over: its alert is recalled, and that was handed over.
        withheld: bool,
        /// It is a recall.
        recalls: bool,
    },
    /// It could not be taken; it must come again.
    NotTaken {
        /// Its index in the log.
        index: u64,
        /// Why.
        why: Text,
    },
}

impl Done {
    /// Whether it is a recall that was taken in.
    pub(super) fn recalls(&self) -> bool {
        matches!(self, Self::Taken { recalls: true, .. })
    }
}

/// One delivery for the desk.
#[derive(Debug)]
pub(super) struct Work {
    /// What is taken in.
    item: Arc<Item>,
    /// As the agency's systems read it.
    json: Arc<Vec<u8>>,
    /// Type and alert id: what may stand in a service's log.
    what: String,
    /// It is a recall.
    recalls: bool,
    /// Which lane it takes, whichever subscription has brought it.
    is_urgent: bool,
    /// The alert that it is about.
    alert: Option<AlertId>,
    /// As the gateway delivered it, for those who take it by the API.
    bytes: pb::Delivery,
}

impl Work {
    /// A delivery, as `watch -o json` prints it too.
    pub(super) fn of(delivery: &Delivery) -> Result<Self, serde_json::Error> {
        Ok(Self {
            item: Arc::new(Item::of(delivery)),
            json: Arc::new(line(&show::json(delivery, clock::now_us()))?),
            what: in_short(delivery),
            recalls: delivery.statement.message_type() == MessageType::Recall,
            is_urgent: is_urgent(delivery),
            alert: delivery.statement.alert_id().cloned(),
            bytes: pb::Delivery {
                index: delivery.index,
                attempt: delivery.attempt,
                time_ms: delivery.time_ms,
                envelope: delivery.envelope.envelope_bytes().to_vec().into(),
                body: delivery.body_bytes.clone().into(),
                receipt: delivery.receipt.clone(),
                kind: pb::EntryKind::Statement.into(),
                ..pb::Delivery::default()
            },
        })
    }

    /// A missed deadline, likewise. Nobody has said it, so nobody waits for a receipt.
    pub(super) fn of_overdue(overdue: &Overdue) -> Result<Self, serde_json::Error> {
        let (index, alert) = (overdue.index, &overdue.alert_id);
        let item = Item {
            index,
            name: overdue_file_name(index, alert),
            said: None,
        };
        Ok(Self {
            item: Arc::new(item),
            json: Arc::new(line(&show::late_json(overdue, clock::now_us()))?),
            what: format!("OVERDUE {alert}"),
            recalls: false,
            is_urgent: overdue.precedence <= URGENT_AT_LEAST,
            alert: None,
            bytes: pb::Delivery {
                index,
                attempt: overdue.attempt,
                time_ms: overdue.time_ms,
                receipt: Some(overdue.receipt.clone()),
                kind: pb::EntryKind::Overdue.into(),
                ..pb::Delivery::default()
            },
        })
    }

    /// Its index in the log.
    pub(super) fn index(&self) -> u64 {
        self.item.index
    }

    /// Whether it is taken in before what has come before it: a message of precedence P1 or P2, a recall, or a deadline that was
    /// missed for a message of such a precedence.
    pub(super) fn is_urgent(&self) -> bool {
        self.is_urgent
    }
}

/// What it takes to take a delivery in.
pub(super) struct Desk {
    /// Where deliveries go.
    pub(super) reception: Arc<Reception>,
    /// The agent's settings.
    pub(super) run: Run,
    /// The node's state folder, where its numbers are.
    pub(super) state: PathBuf,
    /// Where those get deliveries who take them by the API, if they are to.
    pub(super) window: Option<Window>,
    /// Cancelled when nothing more is to be begun.
    pub(super) stop: CancellationToken,
}

impl Desk {
    /// Takes in what comes until it is to stop, and says of each what became of it. What is in hand then is finished; what waits
    /// behind it comes again.
    pub(super) async fn work(self, coming: Coming, done: mpsc::Sender<Done>) {
        let hands = Arc::new(Hands::default());
        let desk = Arc::new(self);
        // As many may be staged and wait for their lane as may come.
        let (staged, ready) = tray(coming.room());
        let (urgent, routine) = ready.lanes();
        tokio::join!(
            desk.stage_all(coming, staged, &done),
            desk.hand_over_all(&hands, (Lane::Urgent, urgent), &done),
            desk.hand_over_all(&hands, (Lane::Routine, routine), &done),
        );
    }

    /// Has everything that comes on disk and answered, and gives it to its lane.
    async fn stage_all(&self, mut coming: Coming, staged: Tray, done: &mpsc::Sender<Done>) {
        loop {
            let work = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                work = coming.next() => work,
            };
            let Some(work) = work else { return };
            let told = match self.stage(&work).await {
                Ok(None) => {
                    // There is room for all that may come.
                    if staged.put(work) {
                        continue;
                    }
                    return;
                }
                Ok(Some(withheld)) => work.taken(withheld),
                Err(why) => work.not_taken(why),
            };
            if done.send(told).await.is_err() {
                return;
            }
        }
    }

    /// How many of one lane may be under way: a program runs for one at a time.
    fn at_once(&self) -> usize {
        if self.window.is_some() && self.run.command.is_empty() {
            CREDIT_MAX
        } else {
            1
        }
    }

    async fn hand_over_all(
        self: &Arc<Self>,
        hands: &Arc<Hands>,
        (lane, mut ready): (Lane, mpsc::Receiver<Work>),
        done: &mpsc::Sender<Done>,
    ) {
        let room = Arc::new(Semaphore::new(self.at_once()));
        // Ended with this, whatever they are at.
        let mut under_way = JoinSet::new();
        let all = async {
            loop {
                let Ok(room) = Arc::clone(&room).acquire_owned().await else {
                    return;
                };
                let Some(work) = ready.recv().await else {
                    return;
                };
                let Some(hand) = hands.begin(lane, work.matter()).await else {
                    let why = (
                        "its recall is being handed over",
                        "se está entregando su retiro",
                    );
                    if done.send(work.not_taken(why.into())).await.is_err() {
                        return;
                    }
                    continue;
                };
                let (desk, done) = (Arc::clone(self), done.clone());
                let (laid, is_laid) = oneshot::channel();
                under_way.spawn(async move {
                    let told = match desk.take(&work, (lane, &hand), laid).await {
                        Ok(withheld) => work.taken(withheld),
                        Err(why) => work.not_taken(why),
                    };
                    drop((hand, room));
                    // Whoever wants to know is gone only when everything ends.
                    drop(done.send(told).await);
                });
                // The next one begins when this one lies at the API, or was not to: they lie there in their order.
                drop(is_laid.await);
                while let Some(ended) = under_way.try_join_next() {
                    go_on(ended);
                }
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            () = all => {}
        }
        // What is in hand is finished.
        while let Some(ended) = under_way.join_next().await {
            go_on(ended);
        }
    }

    /// Steps 1 to 3 of `precinto_client::inbox`. For what was taken before, nothing is left but what was left out: then whether it
    /// was withheld.
    async fn stage(&self, work: &Work) -> Result<Option<bool>, Text> {
        let Work { item, json, .. } = work;
        if self.on_disk(item, Reception::has).await? {
            self.on_disk(item, Reception::finish).await?;
            return self.on_disk(item, Reception::withholds).await.map(Some);
        }
        let (staged, state) = (Arc::clone(json), self.state.clone());
        self.on_disk(item, move |reception, item| {
            reception.stage(item, &staged)?;
            reception.hold(item, || {
                let number = Counters::open(&state, 1).and_then(|mut counters| counters.sequence());
                number.map_err(std::io::Error::other)
            })
        })
        .await
        .map(|()| None)
    }

    /// Steps 4 to 6: program, API, taken, released. Whether it was withheld.
    /// `laid` is dropped as soon as the next one may begin.
    async fn take(
        &self,
        work: &Work,
        (lane, hand): (Lane, &Hand),
        laid: oneshot::Sender<()>,
    ) -> Result<bool, Text> {
        let item = &work.item;
        let withheld = self.on_disk(item, Reception::withholds).await?;
        if !withheld {
            tokio::select! {
                biased;
                () = hand.cut.cancelled() => return Err((
                    "something more urgent about its alert has come",
                    "llegó algo más urgente sobre su alerta",
                ).into()),
                handed_over = self.hand_over(work, lane, laid) => handed_over?,
            }
        }
        self.on_disk(item, Reception::take).await.map(|()| withheld)
    }

    /// To the program, and behind it to whoever takes it by the API. Dropping it ends the program.
    async fn hand_over(
        &self,
        work: &Work,
        lane: Lane,
        laid: oneshot::Sender<()>,
    ) -> Result<(), Text> {
        let Run {
            command,
            command_limit,
            ..
        } = &self.run;
        let ran = program::run(command, *command_limit, &work.json).await;
        ran.map_err(|error| Text::cause(error, "el programa no la tomó"))?;
        match &self.window {
            Some(window) => self.by_api(window, work, lane, laid).await,
            None => Ok(()),
        }
    }

    /// Waits until somebody has taken it by the API; when the agent stops, nobody has.
    async fn by_api(
        &self,
        window: &Window,
        work: &Work,
        lane: Lane,
        laid: oneshot::Sender<()>,
    ) -> Result<(), Text> {
        let delivery = pb::TakeDeliveriesResponse {
            delivery: Some(work.bytes.clone()),
            json: String::from_utf8_lossy(&work.json).into_owned(),
        };
        let lies = window.lay((lane, work.index()), delivery);
        drop(laid);
        tokio::select! {
            biased;
            settled = lies.settled() => settled,
            () = self.stop.cancelled() => Err(("the agent stops", "el agente se detiene").into()),
        }
    }

    /// Does one step where waiting for the disk holds up nobody else.
    async fn on_disk<T: Send + 'static>(
        &self,
        item: &Arc<Item>,
        step: impl FnOnce(&Reception, &Item) -> Result<T, ReceptionError> + Send + 'static,
    ) -> Result<T, Text> {
        let (reception, item) = (Arc::clone(&self.reception), Arc::clone(item));
        let done = tokio::task::spawn_blocking(move || step(&reception, &item)).await;
        let done = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        done.map_err(|error| of_reception(&error))
    }
}

impl Work {
    fn taken(self, withheld: bool) -> Done {
        Done::Taken {
            index: self.item.index,
            recalls: self.recalls,
            what: self.what,
            withheld,
        }
    }

    fn matter(&self) -> Matter<'_> {
        Matter {
            alert: self.alert.as_ref(),
            index: self.item.index,
            recalls: self.recalls,
        }
    }

    fn not_taken(self, why: Text) -> Done {
        Done::NotTaken {
            index: self.item.index,
            why,
        }
    }
}

/// A task's panic is ours.
fn go_on(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        std::panic::resume_unwind(error.into_panic());
    }
}

fn is_urgent(delivery: &Delivery) -> bool {
    let said = &delivery.statement;
    let by_precedence = said.precedence().is_some_and(|one| one <= URGENT_AT_LEAST);
    let kind = said.message_type();
    URGENT_TYPES.contains(&kind) && (by_precedence || kind == MessageType::Recall)
}

fn line(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = serde_json::to_vec(value)?;
    json.push(b'\n');
    Ok(json)
}

/// Why it was not taken in, in both languages; the cause is the library's.
fn of_reception(error: &ReceptionError) -> Text {
    let es = match error {
        ReceptionError::Inbox(_) => "no se puede usar el registro de entregas",
        ReceptionError::HandOver(_) => "no se puede escribir en la carpeta de entrega",
        ReceptionError::Outbox(_) => "no se puede poner el acuse en la cola de salida",
        ReceptionError::Answer(_) => "no se puede firmar el acuse",
        ReceptionError::Confirmation(_) => "no se puede firmar la confirmación",
        ReceptionError::Counter(_) => "no se pueden leer o escribir los contadores del nodo",
    };
    Text::cause(error, es)
}

/// Type and alert id: what may stand in a service's log.
fn in_short(delivery: &Delivery) -> String {
    use precinto_alert::code::Coded as _;
    let said = &delivery.statement;
    let alert = said.alert_id().map(ToString::to_string);
    let name = said.message_type().name();
    alert.map_or_else(|| name.to_owned(), |alert| format!("{name} {alert}"))
}

/// 10 s, 20 s, 40 s … up to an hour; `attempt` counts from 1.
pub(super) fn again_after(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    (AGAIN_AFTER * 2_u32.pow(doublings)).min(AGAIN_AFTER_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_alert::case::Missed;
    use precinto_alert::code::{AckLevel, MessageStatus, OverdueStep, Precedence};

    #[test]
    fn a_missed_deadline_is_handed_over_and_nobody_is_answered() {
        let overdue = Overdue {
            index: 17,
            attempt: 2,
            time_ms: 1_795_305_600_000,
            alert_id: "US-CBPLAX-2026-000001V".parse().unwrap(),
            missed: Missed {
                message_id: "0192f0c1-0000-7000-8000-000000000001".parse().unwrap(),
                agency: "mx.dev.invalid/anam".parse().unwrap(),
                level: AckLevel::Person,
                step: OverdueStep::EscalationGroup,
            },
            sender: "spiffe://us.dev.invalid/agency/cbp/node/lax"
                .parse()
                .unwrap(),
            asked_index: 3,
            started_ms: 1_795_305_000_000,
            due_ms: 1_795_305_600_000,
            precedence: Precedence::P1,
            status: MessageStatus::Actual,
            contacts: Vec::new(),
            nobody_listed: true,
            told: Vec::new(),
            receipt: pb::Receipt::default(),
        };
        let work = Work::of_overdue(&overdue).unwrap();
        assert_eq!((work.index(), work.is_urgent()), (17, true));
        let name = "00000000000000000017-OVERDUE-US-CBPLAX-2026-000001V.json";
        assert_eq!(work.item.name, name);
        assert!(work.item.said.is_none());
        let json: serde_json::Value = serde_json::from_slice(&work.json).unwrap();
        assert_eq!(json["event"], "overdue");
        assert_eq!(json["index"], 17);
    }

    #[test]
    fn why_it_was_not_taken_is_said_in_both_languages() {
        use crate::output::Lang;
        let full = ReceptionError::HandOver(std::io::Error::other("no space"));
        let why = of_reception(&full);
        assert_eq!(
            why.pick(Lang::En),
            "the hand-over folder cannot be written: no space"
        );
        let es = why.spanish().unwrap_or_default();
        assert!(es.starts_with("no se puede escribir"), "{es}");
    }

    #[test]
    fn what_could_not_be_taken_comes_again_ever_later() {
        let secs: Vec<u64> = [0, 1, 2, 3, 10, u32::MAX]
            .map(|attempt| again_after(attempt).as_secs())
            .into();
        assert_eq!(secs, [10, 10, 20, 40, 3600, 3600]);
    }
}
