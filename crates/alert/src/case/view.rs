//! Where a case stands, for people and for programs: computed from its messages whenever it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::part::stands;
use super::{Case, Late, Step};
use crate::code::{
    AckLevel, ActionVerdict, AssessmentResult, DisseminationVerdict, HoldKind, HoldState,
    MessageType, OutcomeCode, RecallMeasure,
};
use crate::id::{AgencyId, MessageId, NodeId};

/// How far an agency's part has come. Earlier states are implied by later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Sent to it; its node has not acknowledged.
    Relayed,
    /// Its node has it.
    Delivered,
    /// A person has taken it.
    Acknowledged,
    /// Being assessed, or assessed and not answered.
    Assessing,
    /// It waits for the answer to its own RFI or RFS.
    Referred,
    /// It does what was asked, or some of it.
    ActionAccepted,
    /// It will not, or refused the message.
    Declined,
    /// It cannot.
    Unable,
    /// It has done what it accepted.
    Acted,
    /// It has handed the work to another agency.
    HandedOver,
    /// It has said what came of it; more may follow.
    OutcomeReported,
    /// It has said so for the last time.
    Closed,
}

/// Where a case stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Who answers for it; `None` when neither the ALERT nor anything that only its originator may say is there.
    pub originator: Option<AgencyId>,
    /// The newest version; above 1 it was amended.
    pub version: u32,
    /// Last useful instant of the newest version, milliseconds since 1970 UTC.
    pub expires_ms: Option<u64>,
    /// The originator needs it no longer.
    pub is_cancelled: bool,
    /// Every addressee's part has ended.
    pub is_closed: bool,
    /// The recall, if there was one.
    pub recall: Option<Recall>,
    /// Each addressee's part.
    pub parts: BTreeMap<AgencyId, Part>,
    /// Every RFI, RFS, `ACTION_REQUEST` and `DISSEMINATION_REQUEST`.
    pub questions: BTreeMap<MessageId, Question>,
    /// Holds, as their newest report says, lifted ones included.
    pub holds: BTreeMap<(AgencyId, HoldKind), Hold>,
    /// Deadlines that were missed, and what followed.
    pub late: Vec<Late>,
    /// Messages that somebody who was sent them has rejected, and who: as long as neither of the two has moved.
    pub disputes: BTreeMap<MessageId, BTreeSet<AgencyId>>,
}

impl View {
    /// Whether nobody has ended the case and its last useful instant has passed at `now_ms`, milliseconds since 1970 UTC: the
    /// state EXPIRED. It is for people to see and binds nobody; what is still accepted does not hang on the clock.
    pub fn is_expired(&self, now_ms: u64) -> bool {
        let is_over = self.is_cancelled || self.is_closed || self.recall.is_some();
        !is_over && self.expires_ms.is_some_and(|last_ms| last_ms <= now_ms)
    }

    /// The agencies whose escalation group was told that they had not answered, and that still have not.
    pub fn escalated(&self) -> BTreeSet<&AgencyId> {
        let escalated = self.late.iter().filter(|late| late.is_escalated());
        escalated.map(|late| &late.missed.agency).collect()
    }
}

/// One addressee's part in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How far it has come.
    pub state: State,
    /// The highest level of its acknowledgements.
    pub acknowledged: Option<AckLevel>,
    /// The newest version that it has acknowledged: below the case's, somebody works from an old one.
    pub version: Option<u32>,
    /// Its newest assessment.
    pub assessment: Option<AssessmentResult>,
    /// Its answer to what was asked.
    pub verdict: Option<ActionVerdict>,
    /// Its newest outcome.
    pub outcome: Option<OutcomeCode>,
}

/// A question, and who has answered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// RFI, RFS, `ACTION_REQUEST` or `DISSEMINATION_REQUEST`.
    pub message_type: MessageType,
    /// Who asked.
    pub by: AgencyId,
    /// Who was asked and has not answered; asking for more time is no answer.
    pub open: BTreeSet<AgencyId>,
    /// Who has answered.
    pub answered: BTreeSet<AgencyId>,
    /// Whether information may be passed on, as its author last decided.
    pub decision: Option<DisseminationVerdict>,
}

/// A hold on goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// How it stands.
    pub state: HoldState,
    /// How often it was set while it stood already.
    pub repeats: u32,
}

impl Hold {
    /// Whether goods are held.
    pub fn stands(self) -> bool {
        stands((self.state, self.repeats))
    }
}

/// A recall, and who has carried it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// What everybody shall do: the strictest that was asked for.
    pub measure: RecallMeasure,
    /// Everybody who was ever sent anything of the case, but for the originator.
    pub confirmations: BTreeMap<AgencyId, Confirmation>,
}

/// What one agency has confirmed about a recall. Each node keeps its own copies and answers for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The strictest measure that any of its nodes says it has taken.
    pub taken: Option<RecallMeasure>,
    /// Its nodes that are known to hold a copy, because they were named or have spoken, and have not confirmed the measure
    /// asked for.
    pub outstanding: BTreeSet<NodeId>,
    /// Whether a node has taken the measure asked for, and none is outstanding.
    pub is_done: bool,
}

impl Case {
    /// Where the case stands: the same for every order of the agencies' messages that keeps each agency's own.
    pub fn view(&self) -> View {
        let parts = self.addressees().into_iter();
        View {
            originator: self.originator().cloned(),
            version: self.version(),
            expires_ms: self.newest().and_then(Step::expires_ms),
            is_cancelled: self.is_cancelled(),
            is_closed: self.is_closed(),
            recall: self.recall(),
            parts: parts
                .map(|agency| (agency.clone(), self.part(agency)))
                .collect(),
            questions: self.questions(),
            holds: self.holds(),
            late: self.late().collect(),
            disputes: self.disputes(),
        }
    }

    fn part(&self, agency: &AgencyId) -> Part {
        let assessments = self.said_by(agency).rev().filter_map(Step::assessment);
        Part {
            state: self.state(agency),
            acknowledged: self.acknowledged_by(agency),
            version: self.version_acknowledged_by(agency),
            assessment: assessments.into_iter().next(),
            verdict: self.answer_of(agency),
            outcome: self.outcome_of(agency),
        }
    }

    fn state(&self, agency: &AgencyId) -> State {
        let acknowledged = self.acknowledged_by(agency);
        if self.is_final(agency) {
            return State::Closed;
        }
        if self.outcome_of(agency).is_some() {
            return State::OutcomeReported;
        }
        if self.has_handed_over(agency) {
            return State::HandedOver;
        }
        if acknowledged == Some(AckLevel::Acted) {
            return State::Acted;
        }
        match self.answer_of(agency) {
            Some(ActionVerdict::Accepted | ActionVerdict::Partial) => return State::ActionAccepted,
            Some(ActionVerdict::Declined) => return State::Declined,
            Some(ActionVerdict::Unable) => return State::Unable,
            Some(ActionVerdict::MoreTime | ActionVerdict::Unspecified) | None => {}
        }
        if self.has_rejected(agency) {
            State::Declined
        } else if self.waits(agency) {
            State::Referred
        } else if acknowledged == Some(AckLevel::Assessed)
            || self.said_by(agency).any(|step| step.assessment().is_some())
        {
            State::Assessing
        } else {
            match acknowledged {
                Some(AckLevel::Person) => State::Acknowledged,
                Some(AckLevel::Node) => State::Delivered,
                _ => State::Relayed,
            }
        }
    }

    fn recall(&self) -> Option<Recall> {
        let measure = self.recalled()?;
        let originator = self.originator();
        let sent = self.steps.iter().flat_map(|step| step.to.all());
        let holders: BTreeSet<&AgencyId> =
            sent.filter(|agency| Some(*agency) != originator).collect();
        Some(Recall {
            measure,
            confirmations: holders
                .into_iter()
                .map(|agency| (agency.clone(), self.confirmation(agency, measure)))
                .collect(),
        })
    }

    fn confirmation(&self, agency: &AgencyId, measure: RecallMeasure) -> Confirmation {
        let named = self.steps.iter().flat_map(|step| step.to.nodes());
        let named = named.filter(|node| node.agency() == agency);
        let spoke = self.said_by(agency).map(|step| &*step.sender);
        let mut outstanding: BTreeSet<NodeId> = named.chain(spoke).cloned().collect();
        let said = self.said_by(agency);
        let confirms = said.filter(|step| step.message_type == MessageType::RecallConfirm);
        let mut taken = None;
        for confirm in confirms {
            let by_node = confirm.recall_measure();
            taken = taken.max(by_node);
            if by_node >= Some(measure) {
                outstanding.remove(&confirm.sender);
            }
        }
        Confirmation {
            taken,
            is_done: taken >= Some(measure) && outstanding.is_empty(),
            outstanding,
        }
    }

    fn questions(&self) -> BTreeMap<MessageId, Question> {
        let asked = self.steps.iter().filter(|step| {
            matches!(
                step.message_type,
                MessageType::Rfi
                    | MessageType::Rfs
                    | MessageType::ActionRequest
                    | MessageType::DisseminationRequest
            )
        });
        asked
            .map(|step| (step.message_id, self.question(step)))
            .collect()
    }

    fn question(&self, asked: &Step) -> Question {
        let answers = || {
            self.steps.iter().filter(|step| {
                step.refers_to == Some(asked.message_id)
                    && step.is_answer()
                    && step.verdict() != Some(ActionVerdict::MoreTime)
            })
        };
        let answered: BTreeSet<AgencyId> = answers().map(|step| step.from().clone()).collect();
        let open = asked
            .to
            .all()
            .filter(|agency| *agency != asked.from() && !answered.contains(agency));
        // Only its author decides, so the last one in the log is the last one said.
        let author = asked.refers_to.and_then(|id| self.find(id));
        let decisions = answers().filter(|step| author.is_some_and(|of| of.from() == step.from()));
        Question {
            message_type: asked.message_type,
            by: asked.from().clone(),
            open: open.cloned().collect(),
            decision: decisions.rev().find_map(Step::decision),
            answered,
        }
    }

    fn holds(&self) -> BTreeMap<(AgencyId, HoldKind), Hold> {
        let mut holds = BTreeMap::new();
        for step in &self.steps {
            if let Some((kind, _)) = step.hold()
                && let Some((state, repeats)) = self.hold_of(step.from(), kind)
            {
                let key = (step.from().clone(), kind);
                holds.insert(key, Hold { state, repeats });
            }
        }
        holds
    }
}
