//! A subscriber of a history: what it asked for, what it was told, and its stream while it has one.

use std::time::Duration;

use precinto_proto::v1 as pb;
use tokio::sync::mpsc;
use tonic::{Status, Streaming};

use super::hole::Hole;
use super::model::{Model, Seen};

/// After this long in the paused time, nothing more comes by itself.
const QUIET: Duration = Duration::from_millis(50);

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Alert,
    Other,
    Overdue,
}

/// One subscription, and who reads it.
pub(super) struct Subscriber {
    pub(super) name: String,
    pub(super) filter: pb::Filter,
    pub(super) model: Model,
    pub(super) stream: Option<Stream>,
}

/// An open stream, as far as it was read.
pub(super) struct Stream {
    pub(super) requests: mpsc::Sender<pb::SubscribeRequest>,
    pub(super) answers: Streaming<pb::SubscribeResponse>,
    pub(super) seen: Seen,
    /// Where its line can be lost.
    pub(super) hole: Hole,
}

impl Subscriber {
    /// A filter for alerts holds back what is another message; a missed deadline passes.
    pub(super) fn want(&mut self, index: u64, said: Said) {
        if said != Said::Other || self.filter.types.is_empty() {
            self.model.wanted.insert(index);
        }
    }
}

impl Stream {
    /// The next message; none if nothing comes for a while.
    pub(super) async fn next(&mut self) -> Option<Result<Option<pb::SubscribeResponse>, Status>> {
        tokio::time::timeout(QUIET, self.answers.message())
            .await
            .ok()
    }

    pub(super) async fn say(&self, request: pb::SubscribeRequest) {
        self.requests.send(request).await.unwrap();
    }

    /// Passes over what was on its way, all of it below `size`, to the closing.
    pub(super) async fn end_below(&mut self, size: u64) -> pb::ClosingReason {
        loop {
            let message = self.answers.message().await.unwrap().unwrap();
            if let Some(closing) = message.closing {
                return closing.reason();
            }
            if let Some(delivery) = message.delivery {
                assert!(delivery.index < size, "{} after the end", delivery.index);
            }
        }
    }

    /// Passes over what was on its way, to the closing.
    pub(super) async fn last_word(&mut self) -> Option<pb::ClosingReason> {
        loop {
            let message = self.answers.message().await.unwrap()?;
            if let Some(closing) = message.closing {
                return Some(closing.reason());
            }
        }
    }
}
