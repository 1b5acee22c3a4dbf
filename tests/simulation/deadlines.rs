//! Which deadlines were missed, by the table of the clocks and the log alone, and which of them the log says were missed.

use std::collections::BTreeMap;
use std::sync::Arc;

use precinto_alert::clock::{LEVELS, STEPS, allowed_ms};
use precinto_alert::code::{AckLevel, MessageType, Precedence};
use precinto_ledger::StoredEntry;
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

/// How late the clocks may be with what is due: they are looked at five times a second.
const LOOKED_AT_MS: u64 = 1_000;

/// Whom a message waits for: where it stands, and the agency.
type Waiting = (u64, String);
/// The level and the step that were missed.
type Missed = (i32, i32);

/// A message and its clock.
struct Asked {
    started_ms: u64,
    precedence: Precedence,
    /// Where the answer of the agency's node stands.
    answer: Option<u64>,
}

/// What is due, and what is logged.
pub(crate) struct Deadlines {
    asked: BTreeMap<Waiting, Asked>,
    logged: BTreeMap<Waiting, Vec<Missed>>,
    /// What stands in the log and should not.
    pub(crate) wrong: Vec<String>,
}

impl Deadlines {
    /// Reads a log from its beginning.
    pub(crate) fn of(entries: &[Arc<StoredEntry>]) -> Self {
        let mut deadlines = Self {
            asked: BTreeMap::new(),
            logged: BTreeMap::new(),
            wrong: Vec::new(),
        };
        let mut by_id = BTreeMap::new();
        for entry in entries {
            match entry.leaf().entry_type {
                EntryType::Statement => deadlines.hear(entry, &mut by_id),
                EntryType::Overdue => deadlines.log(entry),
                _ => {}
            }
        }
        deadlines
    }

    fn hear(&mut self, entry: &StoredEntry, by_id: &mut BTreeMap<Vec<u8>, u64>) {
        let envelope = pb::Envelope::decode(entry.content()).expect("an envelope");
        let said = pb::Statement::decode(&*envelope.payload).expect("a statement");
        match said.r#type() {
            MessageType::Alert => {
                let _none = by_id.insert(said.message_id.clone(), entry.index());
                for recipient in &said.recipients {
                    let asked = Asked {
                        started_ms: entry.leaf().time_ms,
                        precedence: said.precedence(),
                        answer: None,
                    };
                    let waiting = (entry.index(), recipient.name.clone());
                    let _none = self.asked.insert(waiting, asked);
                }
            }
            MessageType::Ack => {
                let about = by_id.get(&said.refers_to).copied();
                let agency = agency_of(&said.sender);
                let asked = about.and_then(|about| self.asked.get_mut(&(about, agency)));
                match asked {
                    Some(asked) => asked.answer = asked.answer.or_else(|| Some(entry.index())),
                    None => (self.wrong).push(format!("{} answers nothing", entry.index())),
                }
            }
            _ => {}
        }
    }

    fn log(&mut self, entry: &StoredEntry) {
        let record = pb::OverdueRecord::decode(entry.record()).expect("a missed deadline");
        let (level, step) = (record.level(), record.step());
        let waiting = (record.index, record.agency.clone());
        if !self.is_right(&waiting, &record, entry.leaf().time_ms) {
            let wrong = format!("{} is not late: {record:?}", entry.index());
            self.wrong.push(wrong);
        }
        let logged = self.logged.entry(waiting).or_default();
        let missed = (level.into(), step.into());
        if logged.contains(&missed) {
            self.wrong.push(format!("{} is late twice", entry.index()));
        }
        logged.push(missed);
    }

    /// Whether it was due, and nobody had answered.
    fn is_right(&self, waiting: &Waiting, record: &pb::OverdueRecord, time_ms: u64) -> bool {
        let Some(asked) = self.asked.get(waiting) else {
            return false;
        };
        // The log is read in its order: an answer that is known stands before this.
        let is_answered = record.level() == AckLevel::Node && asked.answer.is_some();
        let due = asked
            .due()
            .find(|(missed, _)| *missed == (record.level, record.step));
        let is_due = due.is_some_and(|(_, at_ms)| at_ms == record.due_ms && at_ms <= time_ms);
        is_due && !is_answered
    }

    /// What is due by `now_ms`, and not in the log. Whether an answer that came late came before the clocks were looked at, which
    /// may be much later, when the gateway was down, is not known here: what was answered at last is not asked for.
    pub(crate) fn missing(&self, now_ms: u64) -> Vec<String> {
        let mut missing = Vec::new();
        for (waiting, asked) in &self.asked {
            let logged = self.logged.get(waiting);
            for (missed, at_ms) in asked.due() {
                let (level, step) = missed;
                let is_answered = level == i32::from(AckLevel::Node) && asked.answer.is_some();
                let is_logged = logged.is_some_and(|logged| logged.contains(&missed));
                if at_ms + LOOKED_AT_MS <= now_ms && !is_answered && !is_logged {
                    missing.push(format!("{waiting:?}: level {level}, step {step}"));
                }
            }
        }
        missing
    }
}

impl Asked {
    /// When each step of each level is due: each as long after the one before as the deadline is long.
    fn due(&self) -> impl Iterator<Item = (Missed, u64)> + '_ {
        LEVELS.into_iter().flat_map(move |level| {
            let allowed_ms = allowed_ms(self.precedence, level).expect("it has a deadline");
            let steps = (1..).zip(STEPS);
            steps.map(move |(times, step)| {
                let missed = (i32::from(level), i32::from(step));
                (missed, self.started_ms + times * allowed_ms)
            })
        })
    }
}

/// Where the missed deadlines stand that this agency is told of.
pub(crate) fn concerning<'a>(
    entries: &'a [Arc<StoredEntry>],
    agency: &'a str,
) -> impl Iterator<Item = u64> + 'a {
    let overdue = entries
        .iter()
        .filter(|entry| entry.leaf().entry_type == EntryType::Overdue);
    let told = overdue.filter(move |entry| {
        let record = pb::OverdueRecord::decode(entry.record()).expect("a missed deadline");
        record.agencies.iter().any(|told| told == agency)
    });
    told.map(|entry| entry.index())
}

/// The agency of a node, as recipients are named.
fn agency_of(node: &str) -> String {
    let path = node.trim_start_matches("spiffe://");
    let (agency, _) = path.split_once("/node/").expect("a node");
    agency.replacen("/agency/", "/", 1)
}
