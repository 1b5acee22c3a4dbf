//! One agency's part in a case: what it has said so far, in its own order. Nobody else's messages count, but for transfers,
//! which are only added up.

use super::rules::{Verdict, demand};
use super::{Case, Step};
use crate::Reason;
use crate::code::{AckLevel, ActionVerdict, HoldKind, HoldState, MessageType, OutcomeCode};
use crate::id::{AgencyId, MessageId};

impl Case {
    /// What the agency has said, in its own order.
    pub(super) fn said_by(&self, agency: &AgencyId) -> impl DoubleEndedIterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.from() == agency)
    }

    /// Whether the agency has reported an outcome as its last.
    pub(super) fn is_final(&self, agency: &AgencyId) -> bool {
        let mut said = self.said_by(agency);
        said.any(|step| step.outcome().is_some_and(|(_, last)| last))
    }

    /// Whether nothing more is to be expected of the agency.
    pub(super) fn has_ended(&self, agency: &AgencyId) -> bool {
        self.is_final(agency)
            || self.has_handed_over(agency)
            || self.has_rejected(agency)
            || matches!(
                self.answer_of(agency),
                Some(ActionVerdict::Declined | ActionVerdict::Unable)
            )
    }

    /// Its last answer to what was asked for; asking for more time is none.
    pub(super) fn answer_of(&self, agency: &AgencyId) -> Option<ActionVerdict> {
        let verdicts = self.said_by(agency).rev().filter_map(Step::verdict);
        verdicts
            .into_iter()
            .find(|verdict| *verdict != ActionVerdict::MoreTime)
    }

    /// Whether it gave the work to others as often as it was given it. Counted, because who was first may differ between logs.
    pub(super) fn has_handed_over(&self, agency: &AgencyId) -> bool {
        let transfers = || self.of(MessageType::Transfer);
        let given = transfers().filter(|step| step.from() == agency).count();
        let received = transfers()
            .filter(|step| step.transfer_to() == Some(agency))
            .count();
        let addressed = self.steps.iter().any(|step| {
            matches!(step.message_type, MessageType::Alert | MessageType::Amend)
                && step.to.reaches(agency)
        });
        given > 0 && given >= received + usize::from(addressed)
    }

    /// Whether it has refused the newest version that it was sent, and has not come round since: by a person's acknowledgement of
    /// what it had refused, or by accepting what is asked for.
    pub(super) fn has_rejected(&self, agency: &AgencyId) -> bool {
        let versions = self.steps.iter().filter(|step| {
            matches!(step.message_type, MessageType::Alert | MessageType::Amend)
                && step.to.reaches(agency)
        });
        let newest = versions.max_by_key(|step| (step.version, step.message_id));
        newest.is_some_and(|newest| {
            let mut said = self.said_by(agency);
            said.any(|step| {
                step.message_type == MessageType::Reject
                    && step.refers_to == Some(newest.message_id)
                    && !self.has_come_round(step)
                    && !self.accepts_after(step)
            })
        })
    }

    /// Whether it has accepted any request since: an ALERT or an `ACTION_REQUEST` that came later.
    fn accepts_after(&self, reject: &Step) -> bool {
        let verdicts = self.since(reject).filter_map(Step::verdict);
        let mut verdicts = verdicts.into_iter();
        verdicts.any(|verdict| matches!(verdict, ActionVerdict::Accepted | ActionVerdict::Partial))
    }

    /// What is closed stays closed: who has refused the alert does not take it up any more. Nothing else that is still accepted
    /// then can change that its part has ended.
    pub(super) fn stays_closed(&self, step: &Step) -> Verdict {
        let takes_up = step.ack_level() >= Some(AckLevel::Person);
        if !takes_up || !self.has_rejected(step.from()) || !self.is_closed() {
            return Ok(());
        }
        let mut after = self.clone();
        after.apply(step.clone());
        let detail = (
            "the sender had refused it, and every addressee has ended its part",
            "el remitente la había rechazado y todos los destinatarios concluyeron su parte",
        );
        demand(after.is_closed(), "type", Reason::AlertClosed, detail)
    }

    /// How far it has acknowledged the alert itself, or what was asked for by it; an acknowledgement of a question or a remark
    /// says nothing about the alert.
    pub(super) fn acknowledged_by(&self, agency: &AgencyId) -> Option<AckLevel> {
        let acks = self.said_by(agency).filter(|ack| {
            let acknowledged = ack.refers_to.and_then(|id| self.find(id));
            acknowledged.is_some_and(|step| {
                matches!(
                    step.message_type,
                    MessageType::Alert
                        | MessageType::Amend
                        | MessageType::ActionRequest
                        | MessageType::Transfer
                )
            })
        });
        acks.filter_map(Step::ack_level).max()
    }

    /// The newest version that it has acknowledged at any level.
    pub(super) fn version_acknowledged_by(&self, agency: &AgencyId) -> Option<u32> {
        let acks = self
            .said_by(agency)
            .filter(|step| step.ack_level().is_some());
        let versions = acks.filter_map(|ack| self.find(ack.refers_to?));
        versions
            .filter(|step| matches!(step.message_type, MessageType::Alert | MessageType::Amend))
            .map(|step| step.version)
            .max()
    }

    /// Its newest outcome.
    pub(super) fn outcome_of(&self, agency: &AgencyId) -> Option<OutcomeCode> {
        let mut outcomes = self.said_by(agency).rev().filter_map(Step::outcome);
        outcomes.next().map(|(code, _)| code)
    }

    /// Its holds of one kind: how the newest report says that it stands, and how often it was set while it stood.
    pub(super) fn hold_of(&self, agency: &AgencyId, kind: HoldKind) -> Option<(HoldState, u32)> {
        let mut now: Option<(HoldState, u32)> = None;
        for step in self.said_by(agency) {
            let Some((_, state)) = step.hold().filter(|(of, _)| *of == kind) else {
                continue;
            };
            let again = step.message_type == MessageType::HoldSet && now.is_some_and(stands);
            let repeats = now.map_or(0, |(_, repeats)| repeats);
            now = Some((state, repeats.saturating_add(u32::from(again))));
        }
        now
    }

    /// Whether a question of the agency, an RFI or RFS, has no answer as yet.
    pub(super) fn waits(&self, agency: &AgencyId) -> bool {
        let mut said = self.said_by(agency);
        said.any(|step| {
            matches!(step.message_type, MessageType::Rfi | MessageType::Rfs)
                && !self.is_answered(step.message_id)
        })
    }

    fn is_answered(&self, question: MessageId) -> bool {
        let mut answers = self.steps.iter();
        answers.any(|step| step.refers_to == Some(question) && step.is_answer())
    }
}

/// Whether goods are held.
pub(super) fn stands((state, _): (HoldState, u32)) -> bool {
    matches!(state, HoldState::InPlace | HoldState::Partial)
}
