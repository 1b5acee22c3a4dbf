//! One message as a case keeps it: who said what to whom, in codes alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::Statement;
use crate::code::{
    AckLevel, ActionVerdict, AssessmentResult, DisseminationVerdict, HoldKind, HoldState,
    MessageType, OutcomeCode, RecallMeasure, Tlp, UseCode,
};
use crate::handling::Release;
use crate::id::{AgencyId, MessageId, NodeId, OfficerId};
use precinto_proto::v1 as pb;

/// Who is sent a message: a gateway's record of it, resolved through the directory of that day.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Audience {
    agencies: BTreeSet<Arc<AgencyId>>,
    nodes: BTreeSet<NodeId>,
    /// On account of which officer a node is sent it.
    officers: BTreeMap<OfficerId, BTreeSet<NodeId>>,
}

impl Audience {
    /// All nodes of these agencies, and these nodes, which are a named officer's.
    pub fn new(
        agencies: impl IntoIterator<Item = AgencyId>,
        nodes: impl IntoIterator<Item = NodeId>,
    ) -> Self {
        Self {
            agencies: agencies.into_iter().map(Arc::new).collect(),
            nodes: nodes.into_iter().collect(),
            officers: BTreeMap::new(),
        }
    }

    /// Those that a gateway's record names. A name that is none is left out: the gateway writes them from identifiers, and
    /// whoever audits it resolves the recipients again.
    pub fn of_recipients(recipients: &[pb::ResolvedRecipient]) -> Self {
        let agencies = recipients.iter().flat_map(|to| &to.agencies);
        let nodes = recipients.iter().flat_map(|to| &to.nodes);
        let mut audience = Self::new(
            agencies.filter_map(|name| name.parse().ok()),
            nodes.filter_map(|name| name.parse().ok()),
        );
        for to in recipients {
            let of_officer = |asked: &&pb::RecipientRef| asked.kind() == pb::RecipientKind::Officer;
            let officer = to.requested.as_ref().filter(of_officer);
            if let Some(officer) = officer.and_then(|asked| asked.name.parse().ok()) {
                let nodes = to.nodes.iter().filter_map(|name| name.parse().ok());
                audience.officers.entry(officer).or_default().extend(nodes);
            }
        }
        audience
    }

    /// The agencies that are sent it on all of their nodes, sorted.
    pub fn agencies(&self) -> impl Iterator<Item = &AgencyId> {
        self.agencies.iter().map(|agency| &**agency)
    }

    /// The nodes that are sent it by name, sorted.
    pub fn nodes(&self) -> impl Iterator<Item = &NodeId> {
        self.nodes.iter()
    }

    /// The nodes that are sent it on account of this officer, sorted.
    pub(super) fn nodes_of(&self, officer: &OfficerId) -> impl Iterator<Item = &NodeId> {
        self.officers.get(officer).into_iter().flatten()
    }

    /// Every agency that is sent it, if only on one node; possibly more than once.
    pub fn all(&self) -> impl Iterator<Item = &AgencyId> {
        let agencies = self.agencies.iter().map(|agency| &**agency);
        agencies.chain(self.nodes.iter().map(NodeId::agency))
    }

    /// Whether the agency is sent it, if only on one node.
    pub fn reaches(&self, agency: &AgencyId) -> bool {
        self.all().any(|one| one == agency)
    }

    /// Whether it is for any agency as such, and not for named nodes only.
    pub(super) fn has_agencies(&self) -> bool {
        !self.agencies.is_empty()
    }

    /// Whether the node is sent it: by its own name, or as one of its agency's.
    pub(super) fn reaches_node(&self, node: &NodeId) -> bool {
        self.nodes.contains(node) || self.agencies.contains(node.agency())
    }

    /// Whether anybody of `others`, but for the agency `own`, is not sent it.
    pub(super) fn lacks_any(&self, others: &Self, own: &AgencyId) -> bool {
        let mut agencies = self.lacking_agencies(others, own);
        agencies.next().is_some() || self.lacking_nodes(others, own).next().is_some()
    }

    /// The agencies of `others`, but for `own`, that are not sent it.
    pub(super) fn lacking_agencies<'a>(
        &'a self,
        others: &'a Self,
        own: &'a AgencyId,
    ) -> impl Iterator<Item = &'a AgencyId> {
        let agencies = others.agencies.iter().map(|agency| &**agency);
        agencies.filter(move |agency| *agency != own && !self.agencies.contains(*agency))
    }

    /// The nodes that `others` names, but for those of the agency `own`, that are not sent it.
    pub(super) fn lacking_nodes<'a>(
        &'a self,
        others: &'a Self,
        own: &'a AgencyId,
    ) -> impl Iterator<Item = &'a NodeId> {
        let nodes = others.nodes.iter();
        nodes.filter(move |node| node.agency() != own && !self.reaches_node(node))
    }
}

/// What a message says beyond its type.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Says {
    Nothing,
    /// An ALERT or AMEND, its last useful instant, and whether nobody new may get it, not even at home.
    Version {
        expires_ms: u64,
        is_close: bool,
    },
    Ack(AckLevel),
    Assessment(AssessmentResult),
    Verdict(ActionVerdict),
    Hold(HoldKind, HoldState),
    Outcome {
        code: OutcomeCode,
        last: bool,
    },
    Recall(RecallMeasure),
    Transfer(Arc<AgencyId>),
    /// And to whom it may be passed on.
    Decision(DisseminationVerdict, Arc<Vec<Release>>),
}

/// One message of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub(super) message_id: MessageId,
    pub(super) message_type: MessageType,
    pub(super) sender: Arc<NodeId>,
    pub(super) to: Arc<Audience>,
    pub(super) version: u32,
    pub(super) refers_to: Option<MessageId>,
    says: Says,
}

impl Step {
    /// What a statement is to its case, sent to this audience; `None` for a system notice, which belongs to none.
    pub fn new(statement: &Statement, audience: Audience) -> Option<Self> {
        statement.alert_id()?;
        Some(Self {
            message_id: statement.message_id(),
            message_type: statement.message_type(),
            sender: Arc::new(statement.sender().clone()),
            to: Arc::new(audience),
            version: statement.alert_version(),
            refers_to: statement.refers_to(),
            says: Says::of(statement),
        })
    }

    /// The message's id.
    pub fn message_id(&self) -> MessageId {
        self.message_id
    }

    /// What the message is for.
    pub fn message_type(&self) -> MessageType {
        self.message_type
    }

    /// The agency that sent it.
    pub fn from(&self) -> &AgencyId {
        self.sender.agency()
    }

    /// Who was sent it.
    pub fn to(&self) -> &Audience {
        &self.to
    }

    /// Whether the agency sent it, or was sent it.
    pub(super) fn concerns(&self, agency: &AgencyId) -> bool {
        self.from() == agency || self.to.reaches(agency)
    }

    /// Of an ALERT or AMEND: its last useful instant.
    pub(super) fn expires_ms(&self) -> Option<u64> {
        match self.says {
            Says::Version { expires_ms, .. } => Some(expires_ms),
            _ => None,
        }
    }

    /// Of an ALERT or AMEND: whether its handling keeps it with those who were sent it, those of their own side as well.
    pub(super) fn is_close(&self) -> bool {
        matches!(self.says, Says::Version { is_close: true, .. })
    }

    pub(super) fn ack_level(&self) -> Option<AckLevel> {
        match self.says {
            Says::Ack(level) => Some(level),
            _ => None,
        }
    }

    pub(super) fn assessment(&self) -> Option<AssessmentResult> {
        match self.says {
            Says::Assessment(result) => Some(result),
            _ => None,
        }
    }

    pub(super) fn verdict(&self) -> Option<ActionVerdict> {
        match self.says {
            Says::Verdict(verdict) => Some(verdict),
            _ => None,
        }
    }

    pub(super) fn hold(&self) -> Option<(HoldKind, HoldState)> {
        match self.says {
            Says::Hold(kind, state) => Some((kind, state)),
            _ => None,
        }
    }

    /// The outcome, and whether it is the last one.
    pub(super) fn outcome(&self) -> Option<(OutcomeCode, bool)> {
        match self.says {
            Says::Outcome { code, last } => Some((code, last)),
            _ => None,
        }
    }

    /// What shall be done, or was done, about a recall.
    pub(super) fn recall_measure(&self) -> Option<RecallMeasure> {
        match self.says {
            Says::Recall(measure) => Some(measure),
            _ => None,
        }
    }

    pub(crate) fn transfer_to(&self) -> Option<&AgencyId> {
        match &self.says {
            Says::Transfer(agency) => Some(agency),
            _ => None,
        }
    }

    pub(super) fn decision(&self) -> Option<DisseminationVerdict> {
        match self.says {
            Says::Decision(verdict, _) => Some(verdict),
            _ => None,
        }
    }

    /// Of a `DISSEMINATION_DECISION` that grants what was asked: to whom. Conditions, if there are any, are for people to keep.
    pub(super) fn releases(&self) -> &[Release] {
        use DisseminationVerdict as D;
        match &self.says {
            Says::Decision(D::Granted | D::GrantedOnConditions, to) => to,
            _ => &[],
        }
    }
}

impl Says {
    fn of(statement: &Statement) -> Self {
        use MessageType as T;
        let said = match statement.message_type() {
            T::Alert | T::Amend => Some(Self::Version {
                expires_ms: statement.expires_ms(),
                is_close: is_close(statement),
            }),
            T::Ack => statement.ack_level().map(Self::Ack),
            T::Assessment => statement.assessment().map(Self::Assessment),
            T::ActionResponse => statement.verdict().map(Self::Verdict),
            T::HoldSet | T::HoldStatus | T::HoldRelease => {
                let hold = statement.hold_kind().zip(statement.hold_state());
                hold.map(|(kind, state)| Self::Hold(kind, state))
            }
            T::Outcome => statement.outcome_code().map(|code| Self::Outcome {
                code,
                last: statement.final_outcome(),
            }),
            T::Recall | T::RecallConfirm => statement.recall_measure().map(Self::Recall),
            T::Transfer => {
                let taker = statement.transfer_to().cloned();
                taker.map(|agency| Self::Transfer(Arc::new(agency)))
            }
            T::DisseminationDecision => {
                let to = Arc::new(statement.release_to().to_vec());
                let verdict = statement.dissemination();
                verdict.map(|verdict| Self::Decision(verdict, to))
            }
            _ => None,
        };
        said.unwrap_or(Self::Nothing)
    }
}

/// Whether its handling keeps it with those to whom it was sent.
fn is_close(statement: &Statement) -> bool {
    let handling = statement.handling();
    matches!(handling.tlp(), Tlp::AmberStrict | Tlp::Red)
        || handling.use_code() == Some(UseCode::H2)
        || !handling.releasable_to().is_empty()
}

/// Names and audiences, each kept once for however many cases: most messages go to the same few.
#[derive(Debug, Default)]
pub struct Names {
    agencies: BTreeSet<Arc<AgencyId>>,
    senders: BTreeSet<Arc<NodeId>>,
    audiences: BTreeSet<Arc<Audience>>,
}

impl Names {
    /// The same message, with its names shared.
    #[must_use]
    pub fn share(&mut self, mut step: Step) -> Step {
        step.sender = self.sender(&step.sender);
        step.to = self.audience(&step.to);
        if let Says::Transfer(agency) = &mut step.says {
            *agency = self.agency(agency);
        }
        step
    }

    fn agency(&mut self, agency: &Arc<AgencyId>) -> Arc<AgencyId> {
        if let Some(known) = self.agencies.get(agency) {
            return Arc::clone(known);
        }
        self.agencies.insert(Arc::clone(agency));
        Arc::clone(agency)
    }

    fn sender(&mut self, node: &Arc<NodeId>) -> Arc<NodeId> {
        if let Some(known) = self.senders.get(node) {
            return Arc::clone(known);
        }
        self.senders.insert(Arc::clone(node));
        Arc::clone(node)
    }

    fn audience(&mut self, audience: &Arc<Audience>) -> Arc<Audience> {
        if let Some(known) = self.audiences.get(audience) {
            return Arc::clone(known);
        }
        let agencies = audience.agencies.iter();
        let shared = Arc::new(Audience {
            agencies: agencies.map(|agency| self.agency(agency)).collect(),
            nodes: audience.nodes.clone(),
            officers: audience.officers.clone(),
        });
        self.audiences.insert(Arc::clone(&shared));
        shared
    }
}
