//! What a party said and signed: the statement, taken apart and checked as a whole.
//!
//! Everything that can be judged from the statement alone is judged here: form, what its type demands and forbids, and
//! the rules of handling. Not judged here are signatures (`envelope`), the directory, and the history of an alert
//! (`gateway`). The table of what each type demands is in the comment of `Statement` in `statement.proto`.

mod claim;
mod head;
mod rules;
mod says;
mod time;

pub use claim::{BodyRef, Claim, Recipient, Signer};

use crate::Reason;
use crate::canonical::is_canonical;
use crate::code::{
    AckLevel, ActionCode, ActionVerdict, AssessmentResult, AuthorityCode, CommodityClass,
    DisseminationVerdict, HoldKind, HoldState, LinkKind, MessageStatus, MessageType, NoticeKind,
    OutcomeCode, PayloadProtection, Precedence, ProtectedBag, RecallGround, RecallMeasure,
    VerdictGround,
};
use crate::handling::{Handling, Release};
use crate::id::{AgencyId, AlertId, MessageId, NodeId};
use crate::violation::{At, Broken, Detail, Findings, Violation, headline, rules_broken};
use head::Head;
use precinto_proto::v1 as pb;
use says::Says;

/// A statement that breaks no rule of its own. Only [`Statement::decode`] and [`Statement::decode_lenient`] build one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    head: Head,
    says: Says,
    log_origin: String,
    languages: Vec<String>,
    warnings: Vec<Violation>,
}

/// Why bytes are not a statement. Always the fault of whoever made them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not a protobuf message of this shape.
    #[error("not a statement: {0}")]
    Malformed(String),
    /// Unknown fields, or another encoding than the canonical one. Refused, because two readers could differ about it.
    #[error("not the canonical encoding of a statement, or unknown fields")]
    NonCanonical,
    /// Rules are broken: all of them, and what would be flagged besides.
    #[error("{} rules broken", .0.errors.len())]
    Violations(Broken),
}

impl StatementError {
    /// The reason that heads the answer.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Malformed(_) => Reason::Malformed,
            Self::NonCanonical => Reason::NonCanonical,
            Self::Violations(broken) => headline(&broken.errors),
        }
    }

    /// What is wrong with it as a whole. What a decoder says of the bytes is not for people and is not repeated here.
    pub fn detail(&self) -> Detail {
        match self {
            Self::Malformed(_) => ("not a statement", "no es un mensaje").into(),
            Self::NonCanonical => (
                "not the canonical encoding of a statement, or unknown fields",
                "no es la codificación canónica de un mensaje, o contiene campos desconocidos",
            )
                .into(),
            Self::Violations(broken) => rules_broken(broken.errors.len()),
        }
    }
}

/// A statement read by someone who must not fail because a newer sender says more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lenient {
    /// What was understood.
    pub statement: Statement,
    /// There is more in the bytes, or another encoding: it must be flagged, not ignored.
    pub unknown_fields: bool,
}

impl Statement {
    /// Reads the exact bytes that were signed, as a gateway does: canonical, or refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let Lenient {
            statement,
            unknown_fields,
        } = Self::decode_lenient(bytes)?;
        if unknown_fields {
            Err(StatementError::NonCanonical)
        } else {
            Ok(statement)
        }
    }

    /// Reads the exact bytes that were signed, as clients and auditors do: unknown fields are flagged.
    pub fn decode_lenient(bytes: &[u8]) -> Result<Lenient, StatementError> {
        let message = claim::parse(bytes)?;
        let unknown_fields = !is_canonical::<pb::Statement>(bytes);
        match Self::from_proto(message) {
            Ok(statement) => Ok(Lenient {
                statement,
                unknown_fields,
            }),
            // A field that we do not know may be why a rule seems broken.
            Err(_) if unknown_fields => Err(StatementError::NonCanonical),
            Err(broken) => Err(StatementError::Violations(broken)),
        }
    }

    fn from_proto(message: pb::Statement) -> Result<Self, Broken> {
        let (at, mut found) = (At::root(""), Findings::default());
        let head = Head::read(&mut found, &at, &message);
        let says = Says::read(&mut found, &at, &message);
        rules::check(&mut found, &at, &message, &says);
        if let Some(head) = &head {
            rules::check_signers(&mut found, &at, head, &says);
        }
        let warnings = found.finish()?;
        // Without a head there was an error, and `finish` has returned it.
        let head = head.ok_or_else(|| Broken {
            errors: Vec::new(),
            warnings: Vec::new(),
        })?;
        Ok(Self {
            head,
            says,
            log_origin: message.log_origin,
            languages: message.languages,
            warnings,
        })
    }

    /// The id of this message.
    pub fn message_id(&self) -> MessageId {
        self.head.message_id
    }

    /// What the message is for.
    pub fn message_type(&self) -> MessageType {
        self.head.message_type
    }

    /// The sending node.
    pub fn sender(&self) -> &NodeId {
        &self.head.sender
    }

    /// The origin of the log it is meant for.
    pub fn log_origin(&self) -> &str {
        &self.log_origin
    }

    /// Everybody who must sign, in the statement's order; one to four.
    pub fn signers(&self) -> &[Signer] {
        &self.head.signers
    }

    /// To whom it is addressed, as the sender wrote it; one to thirty-two.
    pub fn recipients(&self) -> &[Recipient] {
        &self.head.recipients
    }

    /// When the sender made it, milliseconds since 1970 UTC, by the sender's clock.
    pub fn created_ms(&self) -> u64 {
        self.head.created_ms
    }

    /// Last useful instant, milliseconds since 1970 UTC.
    pub fn expires_ms(&self) -> u64 {
        self.head.expires_ms
    }

    /// The sender's count of its statements in this log, from 1.
    pub fn sender_seq(&self) -> u64 {
        self.head.sender_seq
    }

    /// Whether it is meant in earnest.
    pub fn status(&self) -> MessageStatus {
        self.head.status
    }

    /// How the information may be handled.
    pub fn handling(&self) -> &Handling {
        &self.head.handling
    }

    /// What the body must be; `None` when there is none.
    pub fn body(&self) -> Option<&BodyRef> {
        self.head.body.as_ref()
    }

    /// How the body is protected; `None` when there is none.
    pub fn payload_protection(&self) -> Option<PayloadProtection> {
        self.says.payload_protection
    }

    /// The message amended, answered, recalled and so on.
    pub fn refers_to(&self) -> Option<MessageId> {
        self.head.refers_to
    }

    /// Further messages that it points to.
    pub fn references(&self) -> &[MessageId] {
        &self.head.references
    }

    /// Unit of the sending agency.
    pub fn unit(&self) -> Option<&str> {
        self.head.unit.as_deref()
    }

    /// Originating agency identifier.
    pub fn ori(&self) -> Option<&str> {
        self.head.ori.as_deref()
    }

    /// The alert it belongs to; `None` only in a system notice.
    pub fn alert_id(&self) -> Option<&AlertId> {
        self.says.alert_id.as_ref()
    }

    /// Version of the alert, from 1; 0 in a system notice.
    pub fn alert_version(&self) -> u32 {
        self.says.alert_version
    }

    /// How fast people must answer; `None` means as the message referred to.
    pub fn precedence(&self) -> Option<Precedence> {
        self.says.precedence
    }

    /// What kinds of goods it is about, ascending.
    pub fn commodities(&self) -> &[CommodityClass] {
        &self.says.commodities
    }

    /// Languages of the body's free text, the primary one first.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// The kind of law it rests on.
    pub fn authority(&self) -> Option<AuthorityCode> {
        self.says.authority
    }

    /// Whether any consignment is a protected bag; never DIPLOMATIC, which is refused.
    pub fn protected_bag(&self) -> Option<ProtectedBag> {
        self.says.protected_bag
    }

    /// Last moment to act on the goods, milliseconds since 1970 UTC.
    pub fn last_action_ms(&self) -> Option<u64> {
        self.says.last_action_ms
    }

    /// When an answer is asked for, milliseconds since 1970 UTC; `None` means by the precedence's table.
    pub fn reply_due_ms(&self) -> Option<u64> {
        self.says.reply_due_ms
    }

    /// Other alerts that belong with this one.
    pub fn linked_alerts(&self) -> &[AlertId] {
        &self.says.linked_alerts
    }

    /// How they belong together.
    pub fn link_kind(&self) -> Option<LinkKind> {
        self.says.link_kind
    }

    /// Level of an acknowledgement.
    pub fn ack_level(&self) -> Option<AckLevel> {
        self.says.ack_level
    }

    /// Actions asked for, accepted or carried out, by the type; ascending.
    pub fn actions(&self) -> &[ActionCode] {
        &self.says.actions
    }

    /// Answer to an action request.
    pub fn verdict(&self) -> Option<ActionVerdict> {
        self.says.verdict
    }

    /// Why not everything was accepted.
    pub fn verdict_ground(&self) -> Option<VerdictGround> {
        self.says.verdict_ground
    }

    /// The time that is asked for, milliseconds since 1970 UTC.
    pub fn more_time_until_ms(&self) -> Option<u64> {
        self.says.more_time_until_ms
    }

    /// Result of an assessment.
    pub fn assessment(&self) -> Option<AssessmentResult> {
        self.says.assessment
    }

    /// What came of the alert.
    pub fn outcome_code(&self) -> Option<OutcomeCode> {
        self.says.outcome_code
    }

    /// The sender's part of the case is closed.
    pub fn final_outcome(&self) -> bool {
        self.says.final_outcome
    }

    /// Why a recipient refuses a message, ascending.
    pub fn reject_reasons(&self) -> &[Reason] {
        &self.says.reject_reasons
    }

    /// Kind of hold.
    pub fn hold_kind(&self) -> Option<HoldKind> {
        self.says.hold_kind
    }

    /// Where the hold stands.
    pub fn hold_state(&self) -> Option<HoldState> {
        self.says.hold_state
    }

    /// Answer to a request to pass information on.
    pub fn dissemination(&self) -> Option<DisseminationVerdict> {
        self.says.dissemination
    }

    /// To whom it shall be, or may be, passed on.
    pub fn release_to(&self) -> &[Release] {
        &self.says.release_to
    }

    /// What shall be done, or was done, about a recall.
    pub fn recall_measure(&self) -> Option<RecallMeasure> {
        self.says.recall_measure
    }

    /// Why it is recalled.
    pub fn recall_ground(&self) -> Option<RecallGround> {
        self.says.recall_ground
    }

    /// The agency that shall take over.
    pub fn transfer_to(&self) -> Option<&AgencyId> {
        self.says.transfer_to.as_ref()
    }

    /// What a system notice announces.
    pub fn notice_kind(&self) -> Option<NoticeKind> {
        self.says.notice_kind
    }

    /// What is accepted and flagged whatever the time: belongs into the record.
    pub fn warnings(&self) -> &[Violation] {
        &self.warnings
    }

    /// Judges the statement's times at `now_ms`, milliseconds since 1970 UTC.
    ///
    /// Refused: more than five minutes ahead (`TIME_FUTURE`), or past its last useful instant (`EXPIRED`). Flagged: more
    /// than a day old (`TIME_STALE`).
    pub fn check_time(&self, now_ms: u64) -> Result<Vec<Violation>, Violation> {
        time::check(self.created_ms(), self.expires_ms(), now_ms)
    }

    /// The signer that is the sending node itself; there is exactly one.
    pub fn node_signer(&self) -> Option<&Signer> {
        self.signers().iter().find(|signer| signer.is_node())
    }

    /// The officers who sign.
    pub fn officer_signers(&self) -> impl Iterator<Item = &Signer> {
        self.signers().iter().filter(|signer| !signer.is_node())
    }
}

#[cfg(test)]
pub(crate) mod tests;
