//! What can go wrong with a stream: for now, or for good.

use super::SubscribeError;
use super::event::closing_reason;
use crate::connection::ConnectError;
use crate::log::LogError;
use crate::pin::PinError;
use crate::refusal::Refusal;
use precinto_alert::Reason;
use precinto_proto::v1 as pb;
use std::time::Duration;

/// Why a step failed.
pub(super) enum Failure {
    /// The line: try again.
    Line {
        reason: Option<Reason>,
        detail: String,
        retry_after: Option<Duration>,
    },
    /// Stop.
    Final(SubscribeError),
}

impl Failure {
    pub(super) fn line(detail: &str) -> Self {
        Self::Line {
            reason: None,
            detail: detail.to_owned(),
            retry_after: None,
        }
    }
}

impl From<SubscribeError> for Failure {
    fn from(error: SubscribeError) -> Self {
        Self::Final(error)
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        if error.is_transient() {
            Self::Line {
                reason: error.reason(),
                detail: chain(&error),
                retry_after: None,
            }
        } else {
            Self::Final(SubscribeError::Connect(error))
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        if refusal.is_transient() {
            let retry_after = refusal.retry_after;
            Self::Line {
                reason: refusal.reason,
                detail: refusal.to_string(),
                retry_after,
            }
        } else {
            Self::Final(SubscribeError::Refused(Box::new(refusal)))
        }
    }
}

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        Refusal::from(status).into()
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Refused(refusal) => (*refusal).into(),
            LogError::Checkpoint(error) => Self::Final(error.into()),
            // An answer that is none to the question: not believed, and no reason to believe the next one.
            LogError::Receipt(_) | LogError::Proof(_) | LogError::Leaf(_) | LogError::Answer(_) => {
                Self::Final(SubscribeError::Message)
            }
        }
    }
}

impl From<PinError> for Failure {
    fn from(error: PinError) -> Self {
        Self::Final(error.into())
    }
}

/// The end that the gateway has announced: passing if it advises to try again.
pub(super) fn closed(closing: &pb::Closing) -> Failure {
    let why = closing.reason();
    let passing = matches!(
        why,
        pb::ClosingReason::Draining | pb::ClosingReason::Slow | pb::ClosingReason::Sought
    );
    if !passing {
        return Failure::Final(SubscribeError::Closed(why));
    }
    Failure::Line {
        reason: closing_reason(why),
        detail: format!("the gateway closed the stream: {}", why.as_str_name()),
        retry_after: closing
            .retry_after
            .and_then(|delay| Duration::try_from(delay).ok()),
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
