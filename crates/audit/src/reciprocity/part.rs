//! One agency's part in an alert: when it reached which level, and what it said in the end.

use super::deadline::Clock;
use precinto_alert::code::{AckLevel, MessageType, OutcomeCode};
use precinto_alert::statement::Statement;
use std::collections::BTreeMap;

/// One alert for one agency of the other side.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) clock: Clock,
    /// When each level was reached first, milliseconds since 1970 UTC; in the order of [`LEVELS`].
    reached_ms: [Option<u64>; 4],
    pub(super) outcome: Option<OutcomeCode>,
    /// The alert's quality by the newest outcome, 1 to 5; 0 if that did not judge it.
    pub(super) quality: u32,
    /// By the number of the indicator's code: whether it proved right.
    pub(super) feedback: BTreeMap<i32, bool>,
}

/// In the order in which they are reached.
pub(super) const LEVELS: [AckLevel; 4] = [
    AckLevel::Node,
    AckLevel::Person,
    AckLevel::Assessed,
    AckLevel::Acted,
];

impl Part {
    /// Nothing said yet.
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            clock,
            reached_ms: [None; 4],
            outcome: None,
            quality: 0,
            feedback: BTreeMap::new(),
        }
    }

    /// Takes in what the agency has said about the alert; `counts` says whether an acknowledgement is one of the alert.
    pub(super) fn say(&mut self, statement: &Statement, counts: bool, time_ms: u64) {
        let highest = match statement.message_type() {
            MessageType::Ack if !counts => None,
            MessageType::Ack => statement.ack_level(),
            _ => implied(statement),
        };
        if let Some(until) = statement.more_time_until_ms() {
            self.ask_more_time(time_ms, until);
        }
        for (level, reached) in LEVELS.iter().zip(&mut self.reached_ms) {
            if highest >= Some(*level) {
                reached.get_or_insert(time_ms);
            }
        }
    }

    /// Counts only before the assessment is due: afterwards it is late, whatever is asked for.
    fn ask_more_time(&mut self, time_ms: u64, until_ms: u64) {
        let due = self.clock.due_ms(AckLevel::Assessed);
        if due.is_some_and(|due| time_ms <= due) {
            self.clock.more_time_ms = self.clock.more_time_ms.max(Some(until_ms));
        }
    }

    /// When a level was reached.
    pub(super) fn reached(&self, level: AckLevel) -> Option<u64> {
        let mut all = LEVELS.iter().zip(&self.reached_ms);
        all.find_map(|(one, reached)| reached.filter(|_| *one == level))
    }
}

/// The level that a message other than an acknowledgement shows to be reached.
fn implied(statement: &Statement) -> Option<AckLevel> {
    use MessageType as T;
    match statement.message_type() {
        T::ActionResponse if statement.more_time_until_ms().is_some() => Some(AckLevel::Person),
        T::Assessment
        | T::ActionResponse
        | T::Reject
        | T::Outcome
        | T::HoldSet
        | T::HoldStatus
        | T::HoldRelease
        | T::Transfer => Some(AckLevel::Assessed),
        // Somebody has written it, but it judges nothing.
        T::Rfi
        | T::Rfs
        | T::RfiResponse
        | T::RfsResult
        | T::ActionRequest
        | T::DisseminationRequest
        | T::DisseminationDecision
        | T::Link
        | T::Comment => Some(AckLevel::Person),
        T::RecallConfirm => Some(AckLevel::Node),
        _ => None,
    }
}
