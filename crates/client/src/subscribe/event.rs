//! What a subscription tells, and why it stops.

use super::coverage::CoverageError;
use super::delivery::Delivery;
use crate::connection::ConnectError;
use crate::overdue::Overdue;
use crate::pin::{Contradiction, PinError};
use crate::refusal::Refusal;
use crate::unbelievable::Unbelievable;
use precinto_alert::Reason;
use precinto_merkle::checkpoint::CheckpointError;
use precinto_proto::v1 as pb;
use std::time::Duration;

/// What a subscription tells.
#[derive(Debug)]
pub enum Event {
    /// The stream is open; everything below `settled` is settled, durably.
    Connected {
        /// The gateway's address.
        gateway: String,
        /// The durable floor of the cursor.
        settled: u64,
        /// Everything below this index was covered by streams of this subscription.
        position: u64,
        /// Where the subscription was moved to since the stream before, if it was: what lies between is not delivered, or
        /// comes once more.
        moved_to: Option<u64>,
    },
    /// A verified message; settle it by its index.
    Delivery(Box<Delivery>),
    /// A missed deadline, which the log vouches for; settle it by its index too.
    Overdue(Box<Overdue>),
    /// Something that is no message; settle it by its index too.
    Unbelievable(Unbelievable),
    /// The replay has reached the newest entry.
    CaughtUp {
        /// Everything below this index has been covered.
        position: u64,
        /// The durable floor of the cursor.
        settled: u64,
        /// Number of entries under the verified checkpoint.
        tree_size: u64,
    },
    /// The line lives, and the log has this size under a checkpoint that extends all that were seen before.
    Heartbeat {
        /// Number of entries under the verified checkpoint.
        tree_size: u64,
        /// The durable floor of the cursor.
        settled: u64,
        /// Deliveries not settled yet.
        unsettled: u32,
        /// Whether the stream follows the newest entry, rather than reading what was missed.
        live: bool,
        /// Deliveries that were parked.
        parked: u32,
        /// The gateway's clock, milliseconds since 1970-01-01 UTC; 0 if it did not say.
        server_time_ms: u64,
    },
    /// The line is gone; `next` waits and connects again.
    Disconnected {
        /// The coded reason, if one was told.
        reason: Option<Reason>,
        /// One sentence.
        detail: String,
        /// The pause before the next attempt.
        retry_in: Duration,
    },
}

/// Why a subscription has stopped for good. Nothing that was delivered is taken back.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// The gateway, or this node, is not believed.
    #[error(transparent)]
    Connect(ConnectError),
    /// The gateway refuses, and trying again does not help.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// Entries were left out, or counted twice. Keep what was received as evidence.
    #[error("the gateway's account of the log does not add up: {0}")]
    Coverage(#[from] CoverageError),
    /// A checkpoint is not signed by the log's key.
    #[error("the gateway showed a checkpoint that is not the log's: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The log contradicts itself: the gravest of all.
    #[error(transparent)]
    Contradiction(#[from] Box<Contradiction>),
    /// The pin cannot be kept.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The gateway has ended the stream on purpose.
    #[error("the gateway has closed the subscription: {}", .0.as_str_name())]
    Closed(pb::ClosingReason),
    /// A message with no content, or more than one.
    #[error("the gateway sent a message that is none of the protocol's")]
    Message,
    /// It had stopped before.
    #[error("the subscription has stopped")]
    Stopped,
}

impl SubscribeError {
    /// The coded reason, if there is one.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Connect(error) => error.reason(),
            Self::Refused(refusal) => refusal.reason,
            Self::Coverage(_) => Some(Reason::DeliveryGap),
            Self::Checkpoint(_) => Some(Reason::CheckpointInvalid),
            Self::Contradiction(_) => Some(Reason::LogInconsistent),
            Self::Closed(closing) => closing_reason(*closing),
            Self::Message => Some(Reason::Malformed),
            Self::Pin(_) | Self::Stopped => None,
        }
    }
}

/// There is no line at the moment. What was not settled will be delivered again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not connected; the delivery will come again")]
pub struct LinkDown;

/// The reason of the catalogue that a closing stands for.
pub(super) fn closing_reason(closing: pb::ClosingReason) -> Option<Reason> {
    match closing {
        pb::ClosingReason::Draining => Some(Reason::Draining),
        pb::ClosingReason::Superseded => Some(Reason::SubscriptionSuperseded),
        pb::ClosingReason::Revoked => Some(Reason::CertRevoked),
        pb::ClosingReason::Unlisted => Some(Reason::NodeUnknown),
        pb::ClosingReason::Slow => Some(Reason::Slow),
        pb::ClosingReason::Deleted => Some(Reason::SubscriptionUnknown),
        pb::ClosingReason::Sought | pb::ClosingReason::Unspecified => None,
    }
}
