//! One agency and one message that waits for its answer: until when each level is due, and when it was reached.
//!
//! The deadlines are those of [`precinto_alert::clock`], by which the gateway asks again, and what counts as an answer is what
//! [`Case::answered`] takes for one. So no figure says that a deadline was missed where the log says that it was kept.

use precinto_alert::Statement;
use precinto_alert::case::Case;
use precinto_alert::clock::Clocks;
use precinto_alert::code::AckLevel;
use precinto_alert::id::{AgencyId, MessageId};

/// In the order in which they are reached.
pub(super) const LEVELS: [AckLevel; 4] = [
    AckLevel::Node,
    AckLevel::Person,
    AckLevel::Assessed,
    AckLevel::Acted,
];

/// What an agency owes to a message.
#[derive(Debug, Clone)]
pub(super) struct Wait {
    message_id: MessageId,
    /// When the log took the message in, milliseconds since 1970 UTC.
    pub(super) start_ms: u64,
    levels: [Level; 4],
}

/// A level: milliseconds since 1970 UTC.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    due_ms: Option<u64>,
    reached_ms: Option<u64>,
}

/// What became of something that was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    InTime,
    Late,
    Missed,
    Open,
    Ended,
}

/// What bounds the time of all waits of an alert, milliseconds since 1970 UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Since when nobody waits any more, if so.
    pub(super) over_ms: Option<u64>,
    /// As far as the log goes.
    pub(super) end_ms: u64,
}

impl Wait {
    /// The clock starts; case and clocks hold the message already.
    pub(super) fn new(
        (case, clocks): (&Case, &Clocks),
        message_id: MessageId,
        agency: &AgencyId,
        start_ms: u64,
    ) -> Self {
        let levels = LEVELS.map(|level| Level {
            due_ms: clocks.deadline_ms(case, message_id, agency, level),
            reached_ms: None,
        });
        Self {
            message_id,
            start_ms,
            levels,
        }
    }

    /// The agency has said this at `time_ms`; case and clocks hold it already. An answer shows that the message was looked at;
    /// that something was done is only what an acknowledgement says in so many words.
    pub(super) fn look(
        &mut self,
        (case, clocks): (&Case, &Clocks),
        said: &Statement,
        time_ms: u64,
    ) {
        let agency = said.sender().agency();
        let asked = case.message(self.message_id);
        let answered = asked.and_then(|asked| case.answered(asked, agency));
        let has_acted = said.ack_level() == Some(AckLevel::Acted);
        for (level, wait) in LEVELS.into_iter().zip(&mut self.levels) {
            // Time that is asked for too late heals nothing: the deadline had been missed.
            let is_over = wait.due_ms.is_some_and(|due_ms| time_ms > due_ms);
            if wait.reached_ms.is_none() && !is_over {
                wait.due_ms = clocks.deadline_ms(case, self.message_id, agency, level);
            }
            let is_shown = level != AckLevel::Acted || has_acted;
            if is_shown && answered >= Some(level) {
                wait.reached_ms.get_or_insert(time_ms);
            }
        }
    }

    /// What became of a level, and how long it took, milliseconds, if it was reached while somebody waited.
    pub(super) fn fate(&self, level: AckLevel, bounds: Bounds) -> (Fate, Option<u64>) {
        let found = LEVELS
            .iter()
            .zip(&self.levels)
            .find(|(one, _)| **one == level);
        let (due_ms, reached_ms) =
            found.map_or((None, None), |(_, one)| (one.due_ms, one.reached_ms));
        self.judge(due_ms, reached_ms, bounds)
    }

    /// The same for an answer that came at `answered_ms`, which is due when the assessment is.
    pub(super) fn fate_of_answer(
        &self,
        answered_ms: Option<u64>,
        bounds: Bounds,
    ) -> (Fate, Option<u64>) {
        let [_, _, assessed, _] = self.levels;
        self.judge(assessed.due_ms, answered_ms, bounds)
    }

    /// Without a deadline what came is in time, and what did not is open.
    fn judge(
        &self,
        due_ms: Option<u64>,
        at_ms: Option<u64>,
        bounds: Bounds,
    ) -> (Fate, Option<u64>) {
        let in_time = at_ms.is_some_and(|at_ms| due_ms.is_none_or(|due_ms| at_ms <= due_ms));
        let mut over = bounds.over_ms.into_iter();
        let ended = over.any(|over_ms| due_ms.is_none_or(|due_ms| over_ms <= due_ms));
        let fate = match at_ms {
            Some(_) if in_time => Fate::InTime,
            _ if ended => Fate::Ended,
            Some(_) => Fate::Late,
            None if due_ms.is_some_and(|due_ms| bounds.end_ms > due_ms) => Fate::Missed,
            None => Fate::Open,
        };
        let took_ms = at_ms.map(|at_ms| at_ms.saturating_sub(self.start_ms));
        (fate, took_ms.filter(|_| fate != Fate::Ended))
    }
}
