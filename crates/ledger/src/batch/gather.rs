//! Taking a batch from the queue: all that is there, and for a moment what is known to be coming.

use crate::open::BatchLimits;
use crate::queue::{Inbox, Pending};

/// Makes batches of what is queued.
#[derive(Debug)]
pub(crate) struct Gatherer {
    inbox: Inbox,
    limits: BatchLimits,
}

impl Gatherer {
    pub(crate) fn new(inbox: Inbox, limits: BatchLimits) -> Self {
        Self { inbox, limits }
    }

    /// Whether the end was asked for, rather than everyone having gone away.
    pub(crate) fn is_stopping(&self) -> bool {
        self.inbox.is_stopping()
    }

    /// The next batch, at least one entry; none when there will be no more.
    pub(crate) fn next(&mut self) -> Option<Vec<Pending>> {
        if !self.inbox.wait() {
            return None;
        }
        self.inbox.linger(self.limits.linger);
        Some(self.queued())
    }

    /// Whether nothing is queued.
    pub(crate) fn is_empty(&self) -> bool {
        self.inbox.is_empty()
    }

    /// What is queued, as far as it fits into a batch: perhaps nothing.
    pub(crate) fn queued(&self) -> Vec<Pending> {
        let (mut entries, mut bytes) = (0, 0);
        self.inbox.take(|entry| {
            entries += 1;
            bytes += entry.size_bytes();
            entries == 1 || (entries <= self.limits.entries && bytes <= self.limits.data_bytes)
        })
    }
}

#[cfg(test)]
mod tests;
