//! The desk: takes one delivery after the other in, while the line goes on listening.
//!
//! Its queue holds what the gateway may have unsettled at once, so it never fills, and a program that takes its time delays the
//! deliveries behind it and nothing else.

use super::api::Window;
use super::program;
use crate::clock;
use crate::commands::watch::show;
use crate::config::Run;
use crate::counters::Counters;
use crate::exit::Text;
use precinto_alert::code::MessageType;
use precinto_client::inbox::{Item, Reception, ReceptionError, overdue_file_name};
use precinto_client::{Delivery, Overdue};
use precinto_proto::v1 as pb;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// After how long a delivery that was not taken comes again the first time; each time after that, twice as long.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The longest such delay: what a gateway grants at most.
const AGAIN_AFTER_MAX: Duration = Duration::from_hours(1);

/// What became of a delivery at the desk.
#[derive(Debug)]
pub(super) enum Done {
    /// It is the agency's, and may be settled.
    Taken {
        /// Its index in the log.
        index: u64,
        /// Which message, in a few words without any content.
        what: String,
        /// It was put away instead of handed over: its alert is recalled, and that is confirmed.
        withheld: bool,
        /// It is a recall.
        recalls: bool,
    },
    /// It could not be taken; it must come again.
    NotTaken {
        /// Its index in the log.
        index: u64,
        /// 1 for the first time on this subscription.
        attempt: u32,
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
    /// 1 for the first time on this subscription.
    attempt: u32,
    /// It is a recall.
    recalls: bool,
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
            attempt: delivery.attempt,
            recalls: delivery.statement.message_type() == MessageType::Recall,
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
            attempt: overdue.attempt,
            recalls: false,
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

    /// 1 for the first time on this subscription.
    pub(super) fn attempt(&self) -> u32 {
        self.attempt
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
    pub(super) async fn work(self, mut deliveries: mpsc::Receiver<Work>, done: mpsc::Sender<Done>) {
        loop {
            let work = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                work = deliveries.recv() => work,
            };
            let Some(work) = work else { return };
            let index = work.item.index;
            let told = match self.take(&work).await {
                Ok(withheld) => Done::Taken {
                    index,
                    recalls: work.recalls,
                    what: work.what,
                    withheld,
                },
                Err(why) => Done::NotTaken {
                    index,
                    attempt: work.attempt,
                    why,
                },
            };
            if done.send(told).await.is_err() {
                return;
            }
        }
    }

    /// The order of `precinto_client::inbox`: staged, program, taken, released, answered. Whether it was withheld.
    async fn take(&self, work: &Work) -> Result<bool, Text> {
        let Work { item, json, .. } = work;
        let known = self.on_disk(item, Reception::has).await?;
        let withheld = self.on_disk(item, Reception::withholds).await?;
        if known {
            let finished = self.on_disk(item, Reception::finish).await;
            return finished.map(|()| withheld);
        }
        let staged = Arc::clone(json);
        self.on_disk(item, move |reception, item| reception.stage(item, &staged))
            .await?;
        let Run {
            command,
            command_limit,
            ..
        } = &self.run;
        if !withheld {
            let ran = program::run(command, *command_limit, json).await;
            ran.map_err(|error| Text::cause(error, "el programa no la tomó"))?;
            if let Some(window) = &self.window {
                self.by_api(window, work).await?;
            }
        }
        let state = self.state.clone();
        self.on_disk(item, move |reception, item| {
            reception.take(item, || {
                let number = Counters::open(&state, 1).and_then(|mut counters| counters.sequence());
                number.map_err(std::io::Error::other)
            })
        })
        .await
        .map(|()| withheld)
    }

    /// Waits until somebody has taken it by the API; when the agent stops, nobody has.
    async fn by_api(&self, window: &Window, work: &Work) -> Result<(), Text> {
        let delivery = pb::TakeDeliveriesResponse {
            delivery: Some(work.bytes.clone()),
            json: String::from_utf8_lossy(&work.json).into_owned(),
        };
        tokio::select! {
            settled = window.hand_over(work.index(), &delivery) => settled,
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
        assert_eq!((work.index(), work.attempt()), (17, 2));
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
