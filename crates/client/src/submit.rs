//! Submitting one statement: sent, answered, and believed only when the receipt proves that the log holds it.

use crate::author::Signed;
use crate::connection::{Connection, unary};
use crate::receipt::{Proven, ReceiptError};
use crate::refusal::Refusal;
use precinto_alert::Reason;
use precinto_alert::id::MessageId;
use precinto_merkle::hash::Hash;
use precinto_proto::v1 as pb;
use std::time::Duration;

/// A statement that the log holds: the receipt has been verified against our own bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The message.
    pub message_id: MessageId,
    /// SHA-256 of its PAE.
    pub statement_id: [u8; 32],
    /// Where in the log it stands, from 0.
    pub index: u64,
    /// When the log took it in, by the log's clock, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// Number of entries under the receipt's checkpoint.
    pub tree_size: u64,
    /// The root over them.
    pub root: Hash,
    /// Whether the log held it already; the receipt is then the first one.
    pub duplicate: bool,
    /// What the gateway found and let pass, as it stands in the record.
    pub warnings: Vec<pb::Finding>,
    /// To whom it goes, as it stands in the record.
    pub recipients: Vec<pb::ResolvedRecipient>,
    /// The receipt to keep: `proof` is the text of a `.tlog-proof` file, `record` the bytes beside it.
    pub receipt: pb::Receipt,
}

/// Why a statement is not known to be in the log.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SubmitError {
    /// The gateway does not take it, and this call has not put it on the way into the log.
    #[error("refused: {0}")]
    Refused(Box<Refusal>),
    /// The line or the gateway failed before the answer was known: it may be in the log or not. Send the same bytes again.
    #[error("no answer: {0}")]
    Lost(Box<Refusal>),
    /// The gateway claims to have taken it, and does not prove it. Keep the answer as evidence.
    #[error("the receipt proves nothing: {0}")]
    Receipt(#[from] ReceiptError),
    /// The answer is not one to this request.
    #[error("the gateway's answer is not one to this message")]
    Answer,
}

impl SubmitError {
    /// The coded reason; none if the line failed.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Refused(refusal) | Self::Lost(refusal) => refusal.reason,
            Self::Receipt(error) => Some(error.reason()),
            Self::Answer => Some(Reason::ReceiptInvalid),
        }
    }

    /// Whether sending the same bytes again later may succeed; it never does harm.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_transient(),
            Self::Lost(_) => true,
            Self::Receipt(_) | Self::Answer => false,
        }
    }

    /// How long the gateway asks to wait first.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(refusal) | Self::Lost(refusal) => refusal.retry_after,
            Self::Receipt(_) | Self::Answer => None,
        }
    }
}

impl From<Refusal> for SubmitError {
    fn from(refusal: Refusal) -> Self {
        // The gateway gives up on a call at its deadline, when it is cancelled, and when something fails within; by then it
        // may have handed the entry to the log.
        let may_be_in = matches!(
            refusal.reason,
            Some(Reason::Deadline | Reason::Cancelled | Reason::Internal)
        );
        let lost = refusal.is_of_the_line() || may_be_in;
        let refusal = Box::new(refusal);
        if lost {
            Self::Lost(refusal)
        } else {
            Self::Refused(refusal)
        }
    }
}

impl From<tonic::Status> for SubmitError {
    fn from(status: tonic::Status) -> Self {
        Refusal::from(status).into()
    }
}

/// Submits one statement and believes the answer only with a receipt that holds.
pub async fn submit(connection: &Connection, signed: &Signed) -> Result<Accepted, SubmitError> {
    let request = pb::SubmitRequest {
        validate_only: false,
        ..signed.request().clone()
    };
    let response = connection
        .submission()
        .submit(unary(request))
        .await?
        .into_inner();
    believe(connection, Expected::of(signed), response)
}

/// Has the gateway check everything and write nothing; gives what it would let pass with a warning.
pub async fn validate(
    connection: &Connection,
    signed: &Signed,
) -> Result<Vec<pb::Finding>, SubmitError> {
    let request = pb::SubmitRequest {
        validate_only: true,
        ..signed.request().clone()
    };
    let response = connection
        .submission()
        .submit(unary(request))
        .await?
        .into_inner();
    Ok(response.warnings)
}

/// What an answer has to be about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    pub(crate) message_id: MessageId,
    subject: crate::receipt::Subject,
}

impl Expected {
    pub(crate) fn of(signed: &Signed) -> Self {
        Self {
            message_id: signed.message_id(),
            subject: signed.subject(),
        }
    }

    pub(crate) fn statement_id(&self) -> [u8; 32] {
        self.subject.statement_id
    }
}

/// Turns an answer into an acceptance, if its receipt proves what was `expected`.
pub(crate) fn believe(
    connection: &Connection,
    expected: Expected,
    response: pb::SubmitResponse,
) -> Result<Accepted, SubmitError> {
    // The warnings beside the receipt are a copy of those in the record, which alone are under the log's signature.
    let pb::SubmitResponse {
        receipt,
        duplicate,
        warnings: _,
    } = response;
    let Expected {
        message_id,
        subject,
    } = expected;
    let proven = connection
        .receipts()
        .verify(receipt.as_ref(), &subject, duplicate)?;
    let Proven {
        index,
        time_ms,
        tree_size,
        root,
        record,
    } = proven;
    Ok(Accepted {
        message_id,
        statement_id: subject.statement_id,
        index,
        time_ms,
        tree_size,
        root,
        duplicate,
        warnings: record.warnings,
        recipients: record.recipients,
        receipt: receipt.ok_or(ReceiptError::Missing)?,
    })
}

#[cfg(test)]
mod tests;
