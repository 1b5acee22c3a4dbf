//! Why a stream ends, and what is said of it.

use std::time::Duration;

use precinto_alert::Reason;
use precinto_ledger::ReadError;
use precinto_proto::v1 as pb;
use tonic::Status;

use crate::limits::{DRAIN_RETRY, RETRY_AFTER};
use crate::status::{Refusal, raised_below};
use crate::subscribe::slot::Hold;

/// Why a stream ends.
#[derive(Debug)]
pub(in crate::subscribe) enum End {
    /// On purpose, with a reason for the subscriber.
    Closing(pb::ClosingReason, Option<Duration>),
    /// The subscriber is gone.
    Gone,
    /// The subscriber made a mistake, or we did.
    Refused(Box<Refusal>),
}

impl End {
    /// What an error while reading from the subscriber means.
    pub(in crate::subscribe) fn from_inbound(status: &Status) -> Self {
        use tonic::Code;
        if matches!(status.code(), Code::Cancelled | Code::Unknown) {
            // The stream or its connection was reset: nobody to tell.
            return Self::Gone;
        }
        refused(raised_below(status))
    }
}

pub(super) fn refused(reason: Reason) -> End {
    End::Refused(Box::new(Refusal::new(reason)))
}

pub(super) fn broken(error: ReadError) -> End {
    End::Refused(Box::new(error.into()))
}

pub(super) fn draining() -> End {
    End::Closing(pb::ClosingReason::Draining, Some(DRAIN_RETRY))
}

/// The end that the slot's holder was told; a slot that is gone altogether was deleted.
pub(super) fn ended(told: bool, hold: &Hold) -> End {
    let reason = hold.ending.borrow().filter(|_| told);
    let reason = reason.unwrap_or(pb::ClosingReason::Deleted);
    // Coming back would only supersede whoever has superseded us; after a move it is what the subscriber should do.
    let retry_after = (reason == pb::ClosingReason::Sought).then_some(RETRY_AFTER);
    End::Closing(reason, retry_after)
}

pub(super) fn revoked() -> End {
    End::Closing(pb::ClosingReason::Revoked, None)
}

/// Not to be mistaken for a certificate that has to be renewed.
pub(super) fn unlisted() -> End {
    End::Closing(pb::ClosingReason::Unlisted, None)
}
