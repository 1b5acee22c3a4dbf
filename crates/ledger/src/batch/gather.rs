//! Taking a batch from the queue: all that is there, and for a moment what is known to be coming.

use crate::open::BatchLimits;
use crate::queue::{Inbox, Pending};
use std::time::Duration;

/// Makes batches of what is queued.
#[derive(Debug)]
pub(crate) struct Gatherer {
    inbox: Inbox,
    limits: BatchLimits,
    /// How long a batch may wait for more.
    linger: Duration,
}

impl Gatherer {
    pub(crate) fn new(inbox: Inbox, limits: BatchLimits) -> Self {
        Self {
            inbox,
            limits,
            linger: limits.linger,
        }
    }

    /// Whether the end was asked for, rather than everyone having gone away.
    pub(crate) fn is_stopping(&self) -> bool {
        self.inbox.is_stopping()
    }

    /// Lets the next batch wait for as long as a sync takes, within limits: a batch that leaves with one of many costs
    /// the others exactly that.
    pub(crate) fn last_sync_took(&mut self, sync: Duration) {
        self.linger = sync.clamp(self.limits.linger, self.limits.linger * 10);
    }

    /// The next batch, at least one entry; none when there will be no more.
    pub(crate) fn next(&mut self) -> Option<Vec<Pending>> {
        if !self.inbox.wait() {
            return None;
        }
        self.inbox.linger(self.linger);
        let (mut entries, mut bytes) = (0, 0);
        Some(self.inbox.take(|entry| {
            entries += 1;
            bytes += entry.size_bytes();
            entries == 1 || (entries <= self.limits.entries && bytes <= self.limits.data_bytes)
        }))
    }
}

#[cfg(test)]
mod tests;
