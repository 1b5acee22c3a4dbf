//! Why a submission is refused, step by step.

use precinto_alert::content::ContentError;
use precinto_alert::statement::StatementError;
use precinto_alert::{Reason, Violation};
use precinto_envelope::body::BodyError;
use precinto_envelope::certificate::HintError;
use precinto_envelope::verify::VerifyError;
use precinto_ledger::{AppendError, ReadError};

/// Why a submission was refused. Each is the sender's to mend, except the last four.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// A part that must be there is not.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The envelope holds unknown fields, or is encoded in another way than the canonical one.
    #[error("the envelope's encoding is not canonical")]
    EnvelopeEncoding,
    /// A part is larger than its limit.
    #[error("the {what} has {bytes} bytes, of at most {max}")]
    TooLarge {
        /// Which part.
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
    /// The policy says no.
    #[error("not allowed")]
    Denied(Vec<Violation>),
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
    /// The gateway is shutting down.
    #[error("shutting down")]
    Draining,
    /// The task that checked it died: our bug.
    #[error("the check did not finish")]
    Lost,
}
