//! Whether each missed deadline was one, and whether all of them are in the log.
//!
//! The same pure function that told the gateway what to log ([`precinto_alert::clock`]) is asked once more, with what the
//! log held before the entry. What is missing is found as time passes in the log: a step that was due at one entry, and
//! is still not there more than [`TOLERANCE_MS`] later, while the log went on. That the gateway was down for just that
//! time cannot be excluded, so this says that something could not be checked, not that it is wrong.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use super::countries::Countries;
use super::directory::Directory;
use crate::finding::Kind;
use crate::verified::Overdue;
use precinto_alert::case::{Case, Missed};
use precinto_alert::clock::{Clocks, Due, Reading, starts};
use precinto_alert::code::{Coded, MessageStatus};
use precinto_alert::floor::Rules;
use precinto_alert::handling::Release;
use precinto_alert::id::{AgencyId, AlertId, MessageId, NodeId};
use precinto_alert::{Detail, Statement};
use precinto_proto::v1 as pb;

mod told;

/// A case as far as it was replayed.
#[derive(Default)]
pub(super) struct Held {
    pub(super) case: Case,
    clocks: Clocks,
    /// The messages that wait for answers.
    asked: Vec<Asked>,
}

/// A message that waits for answers, beyond what its case and its clock know of it.
struct Asked {
    message_id: MessageId,
    sender: NodeId,
    status: MessageStatus,
    index: u64,
    /// To whom its sender lets it be known.
    release: Vec<Release>,
    /// Whether the gateway that let it in asked that before it told anybody of a deadline.
    asks_release: bool,
}

/// What a message says about time.
pub(super) struct Timed {
    statement: Statement,
    policy: String,
    index: u64,
}

/// An OVERDUE entry that is one by itself.
pub(super) struct Late {
    record: pb::OverdueRecord,
    missed: Missed,
    alert_id: AlertId,
    pub(super) time_ms: u64,
    /// The directory that the record names.
    directory: Option<Arc<Directory>>,
}

/// When to look at which message again, and since when something of it is missing.
#[derive(Default)]
pub(super) struct Calendar(BinaryHeap<Reverse<(u64, Look)>>);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    alert_id: AlertId,
    message_id: MessageId,
    /// The time of the entry at which something was due already.
    since_ms: Option<u64>,
}

/// How long a gateway that runs may take to notice: it looks several times a second, but may have much to catch up with.
const TOLERANCE_MS: u64 = 60_000;

impl Timed {
    pub(super) fn of(
        statement: &Statement,
        record: &pb::StatementRecord,
        index: u64,
    ) -> Option<Box<Self>> {
        let says = starts(statement.message_type()) || statement.more_time_until_ms().is_some();
        let policy = record.decision.as_ref().map(|decision| &*decision.policy);
        says.then(|| {
            Box::new(Self {
                statement: statement.clone(),
                policy: policy.unwrap_or_default().to_owned(),
                index,
            })
        })
    }

    /// Whether it waits for an answer.
    pub(super) fn waits(&self) -> bool {
        starts(self.statement.message_type())
    }

    /// Takes it into its case; gives the message if it runs a clock.
    pub(super) fn take(self, held: &mut Held, time_ms: u64) -> Option<MessageId> {
        let message_id = self.statement.message_id();
        let ran = held.clocks.runs(message_id);
        held.clocks.take(&self.statement, time_ms, &self.policy);
        if ran || !held.clocks.runs(message_id) {
            return None;
        }
        held.asked.push(Asked {
            message_id,
            sender: self.statement.sender().clone(),
            status: self.statement.status(),
            index: self.index,
            release: self.statement.handling().releasable_to().to_vec(),
            // Older rules may have been in force when it was let in, and no longer when its deadline was missed.
            asks_release: Rules::of(&self.policy).ask_floor(),
        });
        Some(message_id)
    }
}

impl Asked {
    /// Whether an agency beside sender and receivers may hear of a deadline; `None` if that cannot be said.
    fn may_know(&self, agency: &AgencyId, countries: &Countries) -> Option<bool> {
        let released = countries.is_released(&self.release, agency, self.sender.agency());
        released.filter(|released| *released || self.asks_release)
    }
}

impl Held {
    fn reading(&self, message_id: MessageId, time_ms: u64) -> Reading {
        self.clocks.reading(&self.case, message_id, time_ms)
    }
}

impl Late {
    /// `None` for a record that names nothing that can be missed.
    pub(super) fn new(
        record: pb::OverdueRecord,
        time_ms: u64,
        directory: Option<Arc<Directory>>,
    ) -> Option<Self> {
        Some(Self {
            missed: Missed::of(&record)?,
            alert_id: record.alert_id.parse().ok()?,
            record,
            time_ms,
            directory,
        })
    }

    /// What to hand on if it is as it should be.
    pub(super) fn told(&self) -> Option<Overdue> {
        Some(Overdue {
            alert_id: self.alert_id.clone(),
            sender: self.record.sender.parse().ok()?,
            missed: self.missed.clone(),
        })
    }

    /// Takes it into its case; gives what speaks against its being there.
    pub(super) fn take(
        self,
        cases: &mut HashMap<AlertId, Held>,
        countries: &Countries,
    ) -> Option<Kind> {
        let held = cases.get_mut(&self.alert_id);
        let why = match held {
            None => Some(Detail::from((
                "no message of its case stands before it",
                "ningún mensaje de su caso está antes",
            ))),
            Some(held) => {
                let why = self.judge(held, countries);
                held.case.apply_overdue(self.missed);
                why
            }
        };
        why.map(|why| Kind::Overdue { why })
    }

    fn judge(&self, held: &Held, countries: &Countries) -> Option<Detail> {
        let wrong = |en: &'static str, es: &'static str| Some(Detail::from((en, es)));
        let Self {
            record,
            missed,
            time_ms,
            ..
        } = self;
        let mut asked = held.asked.iter();
        let Some(asked) = asked.find(|asked| asked.message_id == missed.message_id) else {
            return wrong(
                "no message before it waits for such an answer",
                "ningún mensaje anterior espera una respuesta así",
            );
        };
        if record.sender != asked.sender.to_string()
            || record.index != asked.index
            || record.status() != asked.status
        {
            return wrong(
                "the message that it names is another one",
                "el mensaje que nombra es otro",
            );
        }
        let reading = held.reading(missed.message_id, *time_ms);
        let Some(due) = reading.due.iter().find(|due| due.missed == *missed) else {
            return Some(not_due(held, missed, *time_ms).into());
        };
        if (record.started_ms, record.due_ms, record.precedence())
            != (due.started_ms, due.at_ms, due.precedence)
        {
            return wrong("it fell due at another time", "venció a otra hora");
        }
        let is_before = |other: &&Due| {
            other.missed.agency == missed.agency
                && other.missed.level == missed.level
                && other.missed.step < missed.step
        };
        if reading.due.iter().any(|other| is_before(&other)) {
            return wrong("a step before it is missing", "falta un paso anterior");
        }
        let (Some(directory), Some(step)) = (&self.directory, held.case.message(missed.message_id))
        else {
            return wrong(
                "it names no directory that the log holds",
                "no nombra ningún directorio que esté en la bitácora",
            );
        };
        let may_know = |agency: &AgencyId| asked.may_know(agency, countries);
        let told = (missed, step.to(), &asked.sender);
        (!told::fits(record, told, directory, may_know)).then(|| {
            let en = "it is for others than the directory says";
            (en, "es para otros que los que dice el directorio").into()
        })
    }
}

/// Why a step that is not due is not.
fn not_due(held: &Held, missed: &Missed, time_ms: u64) -> (&'static str, &'static str) {
    if held.case.late().any(|late| late.missed == *missed) {
        ("it stands in the log already", "ya está en la bitácora")
    } else if held
        .reading(missed.message_id, u64::MAX)
        .due
        .iter()
        .any(|due| due.missed == *missed && due.at_ms > time_ms)
    {
        ("it was not due yet", "aún no vencía")
    } else {
        (
            "it had been answered, or nobody waited for it any more",
            "ya se había respondido, o nadie lo esperaba ya",
        )
    }
}

impl Calendar {
    /// A message that waits for answers.
    pub(super) fn enter(&mut self, alert_id: AlertId, message_id: MessageId, held: &Held) {
        self.look_at(alert_id, message_id, &held.reading(message_id, 0));
    }

    fn look_at(&mut self, alert_id: AlertId, message_id: MessageId, reading: &Reading) {
        if let Some(next_ms) = reading.next_ms {
            let look = Look {
                alert_id,
                message_id,
                since_ms: None,
            };
            self.0.push(Reverse((next_ms, look)));
        }
    }

    /// The log has come to this time: what is missing by now.
    pub(super) fn pass(&mut self, time_ms: u64, cases: &HashMap<AlertId, Held>) -> Vec<Kind> {
        let mut missing = Vec::new();
        while self.0.peek().is_some_and(|Reverse((at, _))| *at <= time_ms) {
            let Some(Reverse((_, look))) = self.0.pop() else {
                break;
            };
            let Some(held) = cases.get(&look.alert_id) else {
                continue;
            };
            let reading = held.reading(look.message_id, time_ms);
            let overdue = |since_ms: u64| reading.due.iter().find(|due| due.at_ms <= since_ms);
            match (reading.due.first(), look.since_ms) {
                (None, _) => self.look_at(look.alert_id, look.message_id, &reading),
                (Some(_), Some(since_ms)) if overdue(since_ms).is_some() => {
                    // Told once for each message: whoever looks into one case sees the rest.
                    missing.extend(overdue(since_ms).map(|due| held.missing(due)));
                }
                (Some(_), _) => {
                    let again_ms = time_ms.saturating_add(TOLERANCE_MS);
                    let since_ms = Some(time_ms);
                    self.0.push(Reverse((again_ms, Look { since_ms, ..look })));
                }
            }
        }
        missing
    }
}

impl Held {
    fn missing(&self, due: &Due) -> Kind {
        let mut asked = self.asked.iter();
        let asked = asked.find(|asked| asked.message_id == due.missed.message_id);
        Kind::OverdueMissing {
            asked: asked.map_or(0, |asked| asked.index),
            agency: due.missed.agency.to_string(),
            level: due.missed.level.name(),
            step: due.missed.step.name(),
        }
    }
}
