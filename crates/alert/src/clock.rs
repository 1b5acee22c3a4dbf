//! The clock of a case: until when an agency must have answered a message, and what follows when it has not.
//!
//! Pure: times are arguments, milliseconds since 1970 UTC. A gateway asks [`Clocks::reading`] what to log now; an auditor
//! asks the same function what should have been logged. That a step is in the log is part of the [`Case`], which is
//! where [`Case::apply_overdue`] puts it.
//!
//! # What runs
//!
//! An ALERT, AMEND, `ACTION_REQUEST`, RFI, RFS or TRANSFER starts a clock for each agency that it is sent to (of a
//! TRANSFER: the one that takes over), but for the sender's own, at the time at which the log took it in. It has three
//! deadlines: the node has it, a person has taken it, it has been assessed. An EXERCISE or a TEST runs like the real
//! thing: it exercises this too.
//!
//! | Precedence | NODE | PERSON | ASSESSED |
//! |---|---|---|---|
//! | P1 | 5 s | 10 min | 30 min |
//! | P2 | 30 s | 1 h | 8 h |
//! | P3 | 5 min | 8 h | 3 days |
//! | P4 | 15 min | 24 h | 7 days |
//!
//! * `reply_due_ms` takes the place of the last column, and PERSON is never later than that; neither is sooner than NODE.
//! * A TRANSFER without a precedence has that of the version it speaks of; what is no version has the `last_action_ms` of the
//!   one it speaks of.
//! * *More time* (`more_time_until_ms` of an ACK or an `ACTION_RESPONSE`) moves ASSESSED to that time: the latest that was
//!   asked for, and never to an earlier time than the table's.
//! * Nothing is later than the *cap*: `last_action_ms` less a margin, which is the deadline's own length, at most a quarter
//!   of the time between start and last moment ([`crate::content::last_action`] says where that moment comes from). Where it
//!   had passed before the message was logged there is nothing left to hurry for, and no cap.
//!
//! # What follows
//!
//! Three steps for each deadline, each as long after the one before as the deadline is long, and all that are left at once
//! when the cap is reached: a second request, the alternate contacts, the escalation group. What ends them is an answer
//! ([`Case::answered`]), or that nobody waits any more: the case was cancelled, recalled or closed, or the agency's part has
//! ended.

use std::collections::BTreeMap;

use crate::Statement;
use crate::case::{Case, Missed, Step};
use crate::code::{AckLevel, MessageType, OverdueStep, Precedence};
use crate::floor::Rules;
use crate::id::{AgencyId, MessageId};

#[cfg(test)]
mod tests;

/// The levels that have a deadline, the first one first.
pub const LEVELS: [AckLevel; 3] = [AckLevel::Node, AckLevel::Person, AckLevel::Assessed];

/// What follows a missed deadline, in this order.
pub const STEPS: [OverdueStep; 3] = [
    OverdueStep::SecondRequest,
    OverdueStep::AlternateContact,
    OverdueStep::EscalationGroup,
];

/// How long an agency has to reach a level, milliseconds; `None` for what has no deadline.
pub const fn allowed_ms(precedence: Precedence, level: AckLevel) -> Option<u64> {
    const SECOND: u64 = 1000;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let row = match precedence {
        Precedence::P1 => [5 * SECOND, 10 * MINUTE, 30 * MINUTE],
        Precedence::P2 => [30 * SECOND, HOUR, 8 * HOUR],
        Precedence::P3 => [5 * MINUTE, 8 * HOUR, 3 * DAY],
        Precedence::P4 => [15 * MINUTE, 24 * HOUR, 7 * DAY],
        Precedence::Unspecified => return None,
    };
    let [node, person, assessed] = row;
    match level {
        AckLevel::Node => Some(node),
        AckLevel::Person => Some(person),
        AckLevel::Assessed => Some(assessed),
        AckLevel::Acted | AckLevel::Unspecified => None,
    }
}

/// The clocks of one case: what its messages say about time. What they say beyond that is in the [`Case`].
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    asked: Vec<Asked>,
    /// Until when, by the message that asks for it.
    more_time: BTreeMap<MessageId, u64>,
}

/// A message that waits for answers.
#[derive(Clone, Debug)]
struct Asked {
    message_id: MessageId,
    /// The version that it is; 0 for what is none.
    version: u32,
    started_ms: u64,
    precedence: Precedence,
    reply_due_ms: Option<u64>,
    last_action_ms: Option<u64>,
}

/// A step that follows now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Who has missed what.
    pub missed: Missed,
    /// Since when the clock runs.
    pub started_ms: u64,
    /// When the step fell due.
    pub at_ms: u64,
    /// Whose deadlines hold.
    pub precedence: Precedence,
}

/// What a clock shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What follows now: what fell due first, first.
    pub due: Vec<Due>,
    /// When something falls due next, unless it is answered before; never sooner because of what is said later.
    pub next_ms: Option<u64>,
}

impl Clocks {
    /// Takes in a message of the case, which the log took in at `time_ms` by the rules `policy`. All of them, in the order of
    /// the log. What a gateway let in that kept no clock runs none.
    pub fn take(&mut self, statement: &Statement, time_ms: u64, policy: &str) {
        if let Some(until_ms) = statement.more_time_until_ms() {
            self.more_time.insert(statement.message_id(), until_ms);
        }
        let message_id = statement.message_id();
        if !Rules::of(policy).keep_clocks()
            || !starts(statement.message_type())
            || self.of(message_id).is_some()
        {
            return;
        }
        let is_version = matches!(
            statement.message_type(),
            MessageType::Alert | MessageType::Amend
        );
        let version = statement.alert_version();
        let about = self.asked.iter().find(|asked| asked.version == version);
        let about = about.filter(|_| !is_version);
        let precedence = statement
            .precedence()
            .or_else(|| about.map(|about| about.precedence));
        let Some(precedence) = precedence else {
            return;
        };
        let last_action_ms = statement
            .last_action_ms()
            .or_else(|| about.and_then(|about| about.last_action_ms));
        self.asked.push(Asked {
            message_id,
            version: if is_version { version } else { 0 },
            started_ms: time_ms,
            precedence,
            reply_due_ms: statement.reply_due_ms(),
            last_action_ms,
        });
    }

    /// Whether the message runs a clock.
    pub fn runs(&self, message_id: MessageId) -> bool {
        self.of(message_id).is_some()
    }

    /// How urgent the message is whose clock runs: by its own word, or by that of the version it speaks of.
    pub fn precedence(&self, message_id: MessageId) -> Option<Precedence> {
        self.of(message_id).map(|asked| asked.precedence)
    }

    /// What the clock of one message shows at `now_ms`. `case` is that of the same messages.
    pub fn reading(&self, case: &Case, message_id: MessageId, now_ms: u64) -> Reading {
        let mut reading = Reading::default();
        let asked = self.of(message_id).zip(case.message(message_id));
        if let Some((asked, step)) = asked
            && !case.is_over()
        {
            for agency in asked_of(step) {
                self.read(case, (asked, step), agency, now_ms, &mut reading);
            }
        }
        reading.due.sort_by_key(|due| due.at_ms);
        reading
    }

    /// Until when the agency is to reach a level in answer to this message, by all that the case holds so far; `None` for what
    /// runs no clock or has no deadline.
    pub fn deadline_ms(
        &self,
        case: &Case,
        message_id: MessageId,
        agency: &AgencyId,
        level: AckLevel,
    ) -> Option<u64> {
        let (asked, step) = self.of(message_id).zip(case.message(message_id))?;
        let is_assessment = level == AckLevel::Assessed;
        let more_ms = is_assessment
            .then(|| self.more_time_of(case, step, agency))
            .flatten();
        asked.due_ms(level, 0, more_ms)
    }

    /// When something falls due next, as seen at `now_ms`, of all clocks of the case; at once for what is due already.
    pub fn next_ms(&self, case: &Case, now_ms: u64) -> Option<u64> {
        let readings = self.asked.iter().map(|asked| {
            let reading = self.reading(case, asked.message_id, now_ms);
            let due = reading.due.first().map(|due| due.at_ms);
            due.into_iter().chain(reading.next_ms).min()
        });
        readings.flatten().min()
    }

    /// What the clocks of all messages of the case show at `now_ms`.
    pub fn all_due(&self, case: &Case, now_ms: u64) -> Vec<Due> {
        let asked = self.asked.iter();
        asked
            .flat_map(|asked| self.reading(case, asked.message_id, now_ms).due)
            .collect()
    }

    fn of(&self, message_id: MessageId) -> Option<&Asked> {
        self.asked
            .iter()
            .find(|asked| asked.message_id == message_id)
    }

    fn read(
        &self,
        case: &Case,
        (asked, step): (&Asked, &Step),
        agency: &AgencyId,
        now_ms: u64,
        reading: &mut Reading,
    ) {
        if case.is_released(step, agency) {
            return;
        }
        let answered = case.answered(step, agency);
        let asks_until = self.more_time_of(case, step, agency);
        for level in LEVELS {
            if answered >= Some(level) {
                continue;
            }
            let more_ms = asks_until.filter(|_| level == AckLevel::Assessed);
            for (place, follows) in (0_u64..).zip(STEPS) {
                let Some(due_ms) = asked.due_ms(level, place, more_ms) else {
                    continue;
                };
                let missed = Missed {
                    message_id: asked.message_id,
                    agency: agency.clone(),
                    level,
                    step: follows,
                };
                if case.is_logged(&missed) {
                    continue;
                }
                if due_ms > now_ms {
                    reading.next_ms = reading.next_ms.into_iter().chain([due_ms]).min();
                    continue;
                }
                reading.due.push(Due {
                    missed,
                    started_ms: asked.started_ms,
                    at_ms: due_ms,
                    precedence: asked.precedence,
                });
            }
        }
    }

    /// Until when the agency has asked for more time.
    fn more_time_of(&self, case: &Case, asked: &Step, agency: &AgencyId) -> Option<u64> {
        let asks = case.answers_to(asked, agency);
        asks.filter_map(|step| self.more_time.get(&step.message_id()))
            .copied()
            .max()
    }
}

impl Asked {
    /// When a step falls due: `place` 0 for the first. `None` for what has no deadline.
    fn due_ms(&self, level: AckLevel, place: u64, more_ms: Option<u64>) -> Option<u64> {
        let span_ms = self.span_ms(level)?;
        let first_ms = self.started_ms.saturating_add(span_ms);
        let first_ms = more_ms.map_or(first_ms, |more_ms| more_ms.max(first_ms));
        let due_ms = first_ms.saturating_add(span_ms.saturating_mul(place));
        Some(self.cap_ms(span_ms).map_or(due_ms, |cap| due_ms.min(cap)))
    }

    fn span_ms(&self, level: AckLevel) -> Option<u64> {
        let table_ms = allowed_ms(self.precedence, level)?;
        let least_ms = allowed_ms(self.precedence, AckLevel::Node)?;
        let reply_ms = self.reply_due_ms.map(|due_ms| {
            let reply_ms = due_ms.saturating_sub(self.started_ms);
            reply_ms.max(least_ms)
        });
        Some(match (level, reply_ms) {
            (AckLevel::Assessed, Some(reply_ms)) => reply_ms,
            (AckLevel::Person, Some(reply_ms)) => reply_ms.min(table_ms),
            _ => table_ms,
        })
    }

    /// The moment after which nothing falls due, because it could not be acted on any more.
    fn cap_ms(&self, span_ms: u64) -> Option<u64> {
        let last_ms = self.last_action_ms?;
        let left_ms = last_ms.checked_sub(self.started_ms)?;
        (left_ms > 0).then(|| last_ms.saturating_sub(span_ms.min(left_ms / 4)))
    }
}

/// Whether a message of this type waits for answers.
pub fn starts(message_type: MessageType) -> bool {
    matches!(
        message_type,
        MessageType::Alert
            | MessageType::Amend
            | MessageType::ActionRequest
            | MessageType::Rfi
            | MessageType::Rfs
            | MessageType::Transfer
    )
}

/// The agencies that must answer, each once.
fn asked_of(step: &Step) -> impl Iterator<Item = &AgencyId> {
    let sent = step.to().all();
    let sent = sent.filter(|agency| {
        let takes_over = step.transfer_to().is_none_or(|taker| taker == *agency);
        takes_over && *agency != step.from()
    });
    sent.collect::<std::collections::BTreeSet<_>>().into_iter()
}
