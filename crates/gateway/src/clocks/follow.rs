//! Following the log: which messages wait for an answer, and when each is to be looked at first.
//!
//! At a start the log is read from its beginning. Until its end is reached, open cases are kept in memory, so that those
//! which were answered or have run through all their steps are forgotten without being looked at one by one; of what is
//! left, only the calendar remains. A case that comes back after it was forgotten, or finds no room, is looked at by
//! itself: that costs time, and never a deadline.

use std::collections::HashMap;

use precinto_alert::case::{Audience, Case, Step};
use precinto_alert::clock::{Clocks, starts};
use precinto_alert::code::MessageType;
use precinto_alert::id::{AlertId, MessageId};
use precinto_ledger::{ReadError, StoredEntry};
use precinto_merkle::leaf::EntryType;

use super::{Calendar, Sources};
use crate::cases::{Clocked, alert_id_of, said};
use crate::limits::{CLOCK_CASES_MAX, CLOCK_ENTRIES_PER_TURN_MAX, READ_BYTES_MAX};

/// What one read of the old log may bring: as much as a batch has. What is new lies in memory, and comes in small pieces.
const READ_BYTES: usize = 8 * 1024 * 1024;

/// Reads the log, and keeps the calendar.
pub(super) struct Follower {
    pub(super) sources: Sources,
    pub(super) calendar: Calendar,
    next: u64,
    /// Open cases, until the end of the log was reached for the first time.
    open: Option<HashMap<String, Open>>,
}

/// A case that may still wait for answers.
struct Open {
    clocked: Clocked,
    /// The messages that run a clock, and where they stand.
    running: Vec<(MessageId, u64)>,
}

impl Follower {
    pub(super) fn new(sources: Sources) -> Self {
        let calendar = Calendar::begun_at(sources.clock.now_ms());
        Self {
            sources,
            calendar,
            next: 0,
            open: Some(HashMap::new()),
        }
    }

    /// Takes in what is new, up to a limit; then what is due comes before what may fall due. Blocks.
    pub(super) fn follow(&mut self) -> Result<(), ReadError> {
        let size = self.sources.ledger.published().borrow().size;
        let stop = self.next.saturating_add(CLOCK_ENTRIES_PER_TURN_MAX);
        while self.next < size.min(stop) {
            let most = if self.is_behind() {
                READ_BYTES
            } else {
                READ_BYTES_MAX
            };
            let entries = self.sources.ledger.read_from(self.next, most)?;
            let Some(last) = entries.last() else {
                break;
            };
            for entry in &entries {
                self.take(entry);
            }
            self.next = last.index().saturating_add(1);
        }
        if self.next >= size
            && let Some(open) = self.open.take()
        {
            self.enter(open);
        }
        Ok(())
    }

    /// Whether the end of the log was not reached yet since the start.
    pub(super) fn is_behind(&self) -> bool {
        self.open.is_some()
    }

    fn take(&mut self, entry: &StoredEntry) {
        let Some(open) = &mut self.open else {
            return self.calendar.enter(entry);
        };
        if let Some(alert_id) = alert_id_of(entry) {
            open_case(open, &mut self.calendar, &alert_id, entry);
        }
    }

    /// What is still open when the end is reached for the first time; the calendar puts it in order.
    fn enter(&mut self, open: HashMap<String, Open>) {
        for Open { clocked, running } in open.into_values() {
            for (message_id, index) in running {
                let reading = clocked.clocks.reading(&clocked.case, message_id, 0);
                let precedence = clocked.clocks.precedence(message_id).unwrap_or_default();
                if let Some(next_ms) = reading.next_ms {
                    self.calendar.look_at(index, next_ms, precedence);
                }
            }
        }
        tracing::debug!(
            waiting = self.calendar.waiting(),
            "deadlines read from the log"
        );
    }
}

impl Calendar {
    /// A new entry: if it waits for answers, it is looked at when the first of them is due.
    fn enter(&mut self, entry: &StoredEntry) {
        if entry.leaf().entry_type != EntryType::Statement {
            return;
        }
        let Some((statement, record)) = said(entry) else {
            return;
        };
        let message_type = statement.message_type();
        if !starts(message_type) {
            return;
        }
        let time_ms = entry.leaf().time_ms;
        if !matches!(message_type, MessageType::Alert | MessageType::Amend) {
            // How urgent it is may follow from the version that it speaks of.
            let precedence = statement.precedence().unwrap_or_default();
            return self.look_at(entry.index(), time_ms, precedence);
        }
        let audience = Audience::of_recipients(&record.recipients);
        let policy = record.decision.map(|decision| decision.policy);
        let (mut case, mut clocks) = (Case::default(), Clocks::default());
        if let Some(step) = Step::new(&statement, audience) {
            case.apply(step);
        }
        clocks.take(&statement, time_ms, &policy.unwrap_or_default());
        if let Some(next_ms) = clocks.next_ms(&case, 0) {
            let precedence = statement.precedence().unwrap_or_default();
            self.look_at(entry.index(), next_ms, precedence);
        }
    }
}

fn open_case(
    open: &mut HashMap<String, Open>,
    calendar: &mut Calendar,
    alert_id: &str,
    entry: &StoredEntry,
) {
    let statement = said(entry).map(|(statement, _)| statement);
    let message_type = statement
        .as_ref()
        .map(precinto_alert::Statement::message_type);
    if !open.contains_key(alert_id) {
        let opens = message_type == Some(MessageType::Alert) && open.len() < CLOCK_CASES_MAX;
        let Some(parsed) = alert_id.parse::<AlertId>().ok().filter(|_| opens) else {
            calendar.enter(entry);
            return;
        };
        let clocked = Clocked::new(parsed);
        let running = Vec::new();
        open.insert(alert_id.to_owned(), Open { clocked, running });
    }
    let Some(of) = open.get_mut(alert_id) else {
        return;
    };
    of.clocked.take(entry);
    if let Some(statement) = statement.filter(|said| of.clocked.clocks.runs(said.message_id())) {
        of.running.push((statement.message_id(), entry.index()));
    }
    let may_end = message_type != Some(MessageType::Alert) || of.running.is_empty();
    if may_end && of.clocked.clocks.next_ms(&of.clocked.case, 0).is_none() {
        open.remove(alert_id);
    }
}
