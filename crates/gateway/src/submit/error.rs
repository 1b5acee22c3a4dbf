//! Why a submission is refused, step by step, and what its sender is told of it.
#![warn(clippy::wildcard_enum_match_arm)]

use precinto_alert::content::ContentError;
use precinto_alert::id::NodeId;
use precinto_alert::statement::StatementError;
use precinto_alert::{Detail, Reason, Violation};
use precinto_envelope::body::BodyError;
use precinto_envelope::certificate::HintError;
use precinto_envelope::verify::VerifyError;
use precinto_ledger::{AppendError, ReadError};
use precinto_proto::v1 as pb;
use tonic::Status;

use super::Submissions;
use crate::cases::CaseError;
use crate::limits::SHED_RETRY_AFTER;
use crate::quota::OverQuota;
use crate::status::Refusal;

/// Why a submission was refused. Each is the sender's to mend, except the last eight.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// A part that must be there is not.
    #[error("malformed: {0}")]
    Malformed(Detail),
    /// The envelope holds unknown fields, or is encoded in another way than the canonical one.
    #[error("the envelope's encoding is not canonical")]
    EnvelopeEncoding,
    /// A part is larger than its limit.
    #[error("the {what} has {bytes} bytes, of at most {max}")]
    TooLarge {
        /// Which part, by its name in the interface.
        what: &'static str,
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        max: usize,
    },
    /// The hinted certificates are too many, too large, or none.
    #[error(transparent)]
    Hints(#[from] HintError),
    /// The signatures do not hold.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The statement says nothing that we understand.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// This caller may not carry it, or not to this log.
    #[error("not carried: {0:?}")]
    NotCarried(Reason),
    /// It is too early or too late.
    #[error("out of time: {violation}")]
    Time {
        /// What is wrong with which time.
        violation: Violation,
        /// Our own time, so that the sender can set its clock.
        now_ms: u64,
    },
    /// The body is not the one that was signed for.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The content breaks a rule of the domain.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// Rules of the content, of time or of the policy are broken: all that are.
    #[error("not allowed")]
    Denied(Vec<Violation>),
    /// Rules of the floor or of a side's policy forbid it, and perhaps it breaks others as well: all that are broken.
    #[error("forbidden")]
    Forbidden {
        /// What is wrong.
        violations: Vec<Violation>,
        /// Which of those rules have forbidden it.
        decision: pb::Decision,
    },
    /// It may not follow what was said in its case.
    #[error("its case does not allow it: {0}")]
    Case(Violation),
    /// The message id stands in the log for another statement; the reuse is logged itself.
    #[error("the message id was used before, at index {index}")]
    Reused {
        /// The entry that has it.
        index: u64,
    },
    /// The ledger did not take it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The ledger could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There was no room for it in the process, for longer than a sender should wait.
    #[error("too much is in flight")]
    NoRoom,
    /// It is not urgent, and what is in flight is mostly spent.
    #[error("not urgent enough for what is in flight")]
    Shed,
    /// Something of the same case was put off on the same stream before.
    #[error("behind a message of its case that was put off")]
    Behind,
    /// Its node or agency has used up its allowance.
    #[error(transparent)]
    Quota(#[from] OverQuota),
    /// The gateway is shutting down.
    #[error("shutting down")]
    Draining,
    /// The task that checked it died: our bug.
    #[error("the check did not finish")]
    Lost,
}

impl SubmitError {
    /// Whether the same bytes may be taken later, although nothing else has changed than the state of the gateway.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::NoRoom
            | Self::Shed
            | Self::Behind
            | Self::Quota(_)
            | Self::Draining
            | Self::Lost
            | Self::Read(_) => true,
            Self::Append(error) => match error {
                AppendError::Conflict { .. } | AppendError::TooLarge => false,
                AppendError::StorageLow
                | AppendError::ReadOnly(_)
                | AppendError::Busy
                | AppendError::Stopped
                | AppendError::Read(_) => true,
            },
            Self::Malformed(_)
            | Self::EnvelopeEncoding
            | Self::TooLarge { .. }
            | Self::Hints(_)
            | Self::Verify(_)
            | Self::Statement(_)
            | Self::NotCarried(_)
            | Self::Time { .. }
            | Self::Body(_)
            | Self::Content(_)
            | Self::Denied(_)
            | Self::Forbidden { .. }
            | Self::Case(_)
            | Self::Reused { .. } => false,
        }
    }
}

impl From<CaseError> for SubmitError {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Objection(violation) => Self::Case(violation),
            CaseError::Append(error) => Self::Append(error),
            CaseError::Read(error) => Self::Read(error),
            CaseError::Busy | CaseError::Moved => Self::NoRoom,
            CaseError::Lost => Self::Lost,
        }
    }
}

impl From<SubmitError> for Refusal {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::EnvelopeEncoding => Self::new(Reason::NonCanonical),
            SubmitError::Malformed(detail) => Self::new(Reason::Malformed).with_detail(detail),
            SubmitError::TooLarge { what, bytes, max } => Self::new(Reason::Size)
                .with_detail((
                    format!("{what}: {bytes} bytes, of at most {max}."),
                    format!("{what}: {bytes} bytes, de {max} como máximo."),
                ))
                .with_fact("limit", max),
            SubmitError::Hints(error) => Self::new(error.reason()),
            SubmitError::Verify(error) => match error.key_id() {
                Some(key_id) => {
                    Self::new(error.reason()).with_fact("key_id", precinto_envelope::hex(&key_id))
                }
                None => Self::new(error.reason()),
            },
            SubmitError::Statement(error) => statement(error),
            SubmitError::NotCarried(reason) => Self::new(reason),
            SubmitError::Time { violation, now_ms } => {
                Self::violations(vec![violation]).with_fact("gateway_time_ms", now_ms)
            }
            SubmitError::Body(error) => Self::new(error.reason()),
            SubmitError::Content(error) => content(error),
            SubmitError::Denied(violations) | SubmitError::Forbidden { violations, .. } => {
                Self::violations(violations)
            }
            SubmitError::Case(violation) => Self::violations(vec![violation]),
            SubmitError::Reused { index } => {
                Self::new(Reason::MessageIdReused).with_fact("accepted_index", index)
            }
            SubmitError::Append(error) => error.into(),
            SubmitError::Read(error) => error.into(),
            SubmitError::NoRoom => Self::new(Reason::Overloaded),
            SubmitError::Behind => Self::new(Reason::Overloaded).with_detail((
                "A message of this alert that came before it on this stream was put off; send that one first.",
                "Un mensaje de esta alerta que llegó antes por este flujo quedó aplazado; envíe primero ese.",
            )),
            SubmitError::Shed => Self::new(Reason::Overloaded).with_retry_after(SHED_RETRY_AFTER),
            SubmitError::Quota(over) => quota(over),
            SubmitError::Draining => Self::new(Reason::Draining),
            SubmitError::Lost => Self::new(Reason::Internal),
        }
    }
}

fn quota(over: OverQuota) -> Refusal {
    let OverQuota {
        subject,
        limit,
        unit,
        wait,
    } = over;
    Refusal::new(Reason::Quota)
        .with_fact("limit", limit)
        .with_fact("unit", unit)
        .with_quota(subject, format!("{limit} {unit} a minute"), wait)
}

fn statement(error: StatementError) -> Refusal {
    let reason = error.reason();
    match error {
        StatementError::Violations(broken) => Refusal::violations(broken.errors),
        StatementError::Malformed(_) | StatementError::NonCanonical => Refusal::new(reason),
    }
}

fn content(error: ContentError) -> Refusal {
    let reason = error.reason();
    match error {
        ContentError::Violations(broken) => Refusal::violations(broken.errors),
        ContentError::MediaType { expected } => Refusal::new(reason).with_detail((
            format!("Expected {expected}."),
            format!("Se esperaba {expected}."),
        )),
        ContentError::Malformed(_) | ContentError::NonCanonical => Refusal::new(reason),
    }
}

impl Submissions {
    /// What the caller is told; noted for the operator by reason, caller and rule only.
    pub(super) fn refuse(&self, caller: &NodeId, error: SubmitError) -> Status {
        if let SubmitError::Forbidden { decision, .. } = &error {
            self.counts.denied(&decision.rules);
        }
        let refusal = Refusal::from(error);
        self.counts.refused(refusal.reason());
        let reason = precinto_alert::reason::name(refusal.reason());
        tracing::info!(%caller, reason, "submission refused");
        refusal.to_status()
    }
}
