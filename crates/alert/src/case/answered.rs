//! How far an agency has answered one message, and what a gateway has noted because it had not: what the clock asks.
//!
//! Nothing here hangs on the order of the log: an answer speaks of a message by its id, or of a version by its number.

use super::{Case, Step};
use crate::code::{AckLevel, ActionVerdict, MessageType, OverdueStep};
use crate::id::{AgencyId, MessageId};

use precinto_proto::v1 as pb;

use MessageType as T;

/// A deadline that an agency has missed, and what follows: one step of one level of what it owes to one message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missed {
    /// The message that waits for an answer.
    pub message_id: MessageId,
    /// Who is late.
    pub agency: AgencyId,
    /// What it owes.
    pub level: AckLevel,
    /// What follows.
    pub step: OverdueStep,
}

impl Missed {
    /// What the record of an OVERDUE entry says; `None` if it names nothing that can be missed.
    pub fn of(record: &pb::OverdueRecord) -> Option<Self> {
        let (level, step) = (record.level(), record.step());
        if !crate::clock::LEVELS.contains(&level) || step == OverdueStep::Unspecified {
            return None;
        }
        Some(Self {
            message_id: MessageId::from_slice(&record.message_id).ok()?,
            agency: record.agency.parse().ok()?,
            level,
            step,
        })
    }
}

/// A missed deadline as a case shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Late {
    /// What was missed, and what followed.
    pub missed: Missed,
    /// It has been answered since, or nobody waits for it any more.
    pub is_answered: bool,
}

impl Late {
    /// Whether the escalation group was told, and there still is no answer.
    pub fn is_escalated(&self) -> bool {
        self.missed.step == OverdueStep::EscalationGroup && !self.is_answered
    }
}

impl Case {
    /// Takes in a missed deadline that is in the log. One that is there already changes nothing.
    pub fn apply_overdue(&mut self, missed: Missed) {
        if let Err(place) = self.missed.binary_search(&missed) {
            self.missed.reserve_exact(1);
            self.missed.insert(place, missed);
        }
    }

    /// The missed deadlines in the log, by message, agency, level and step.
    pub fn late(&self) -> impl Iterator<Item = Late> {
        self.missed.iter().map(|missed| Late {
            missed: missed.clone(),
            is_answered: self.is_made_good(missed),
        })
    }

    /// How far the agency has answered this message, if at all.
    ///
    /// | It has said | It has reached |
    /// |---|---|
    /// | ACK | its level |
    /// | `ACTION_RESPONSE` that asks for more time | PERSON |
    /// | ASSESSMENT, OUTCOME, REJECT, any other `ACTION_RESPONSE`, a hold, an RFI or RFS of its own, the answer to an RFI or RFS, a TRANSFER | everything: whoever answers so has looked at it |
    ///
    /// What was answered stays answered, whatever is said later.
    pub fn answered(&self, asked: &Step, agency: &AgencyId) -> Option<AckLevel> {
        self.answers_to(asked, agency).filter_map(Step::shows).max()
    }

    /// Whether nothing is expected of anybody any more.
    pub fn is_over(&self) -> bool {
        self.is_cancelled() || self.recalled().is_some() || self.is_closed()
    }

    /// Whether nothing is expected of the agency any more on account of this message, because it has reported its final
    /// outcome. A question waits for its answer all the same.
    pub fn is_released(&self, asked: &Step, agency: &AgencyId) -> bool {
        !matches!(asked.message_type, T::Rfi | T::Rfs) && self.is_final(agency)
    }

    /// What the agency has said in answer to this message.
    pub(crate) fn answers_to<'a>(
        &'a self,
        asked: &'a Step,
        agency: &'a AgencyId,
    ) -> impl Iterator<Item = &'a Step> {
        self.said_by(agency)
            .filter(move |said| self.is_about(said, asked))
    }

    /// Whether this step of this deadline is in the log.
    pub(crate) fn is_logged(&self, missed: &Missed) -> bool {
        self.missed.binary_search(missed).is_ok()
    }

    /// The message with this id, if the case has one.
    pub fn message(&self, message_id: MessageId) -> Option<&Step> {
        self.find(message_id)
    }

    /// A question or a request is answered by what refers to it; a version, and the taking over of one, also by what speaks
    /// of that version or of a later one. Whoever hands the work over has answered every request.
    fn is_about(&self, said: &Step, asked: &Step) -> bool {
        if said.refers_to == Some(asked.message_id) {
            return true;
        }
        let is_open = match asked.message_type {
            T::Alert | T::Amend | T::Transfer => true,
            T::ActionRequest => said.message_type == T::Transfer,
            _ => false,
        };
        if !is_open || said.version < asked.version {
            return false;
        }
        // An acknowledgement or refusal of a remark says nothing about the alert.
        let of_the_work = || {
            let about = said.refers_to.and_then(|id| self.find(id));
            about.is_some_and(|about| {
                matches!(
                    about.message_type,
                    T::Alert | T::Amend | T::ActionRequest | T::Transfer
                )
            })
        };
        !matches!(said.message_type, T::Ack | T::Reject) || of_the_work()
    }

    fn is_made_good(&self, missed: &Missed) -> bool {
        let Some(asked) = self.find(missed.message_id) else {
            // It was deleted by law, or never sent to whoever looks: nobody can tell.
            return false;
        };
        self.is_over()
            || self.is_released(asked, &missed.agency)
            || self.answered(asked, &missed.agency) >= Some(missed.level)
    }
}

impl Step {
    /// The level that whoever says this must have reached; `None` for what shows nothing.
    fn shows(&self) -> Option<AckLevel> {
        match self.message_type {
            T::Ack => self.ack_level(),
            T::ActionResponse if self.verdict() == Some(ActionVerdict::MoreTime) => {
                Some(AckLevel::Person)
            }
            T::ActionResponse
            | T::Assessment
            | T::Outcome
            | T::Reject
            | T::HoldSet
            | T::HoldStatus
            | T::HoldRelease
            | T::Rfi
            | T::Rfs
            | T::RfiResponse
            | T::RfsResult
            | T::Transfer => Some(AckLevel::Acted),
            _ => None,
        }
    }
}
