//! Taking a batch from the queue: all that is there, and for a moment what is known to be coming.

use crate::clock::Stopwatch;
use crate::open::BatchLimits;
use crate::queue::{Message, Pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

/// The owner's end of the queue.
#[derive(Debug)]
pub(crate) struct Gatherer {
    queue: Receiver<Message>,
    limits: BatchLimits,
    /// Submissions announced and not yet answered, those in the batch included.
    in_flight: Arc<AtomicUsize>,
    /// What did not fit into the batch before.
    held: Option<Pending>,
    stopping: bool,
    linger: Duration,
}

impl Gatherer {
    pub(crate) fn new(
        queue: Receiver<Message>,
        limits: BatchLimits,
        in_flight: Arc<AtomicUsize>,
    ) -> Self {
        Self {
            queue,
            limits,
            in_flight,
            held: None,
            stopping: false,
            linger: limits.linger,
        }
    }

    /// Whether the end was asked for, rather than everyone having gone away.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// Lets the next batch wait for as long as a sync takes, within limits: on a slow disk a batch that leaves
    /// without half of those in flight makes them wait for two syncs.
    pub(crate) fn last_sync_took(&mut self, sync: Duration) {
        self.linger = sync.clamp(self.limits.linger, self.limits.linger * 10);
    }

    /// The next batch, at least one entry; none when there will be no more.
    pub(crate) fn next(&mut self) -> Option<Vec<Pending>> {
        let first = self.held.take().or_else(|| self.wait())?;
        let mut bytes = first.entry.size_bytes();
        let mut batch = vec![first];
        let waiting = Stopwatch::start();
        while batch.len() < self.limits.entries {
            let Some(next) = self.more(batch.len(), waiting) else {
                break;
            };
            bytes += next.entry.size_bytes();
            if bytes > self.limits.data_bytes {
                self.held = Some(next);
                break;
            }
            batch.push(next);
        }
        Some(batch)
    }

    /// The next entry, however long it takes; none when there will be no more.
    fn wait(&mut self) -> Option<Pending> {
        while !self.stopping {
            match self.queue.recv() {
                Ok(Message::Append(pending)) => return Some(pending),
                Ok(Message::Stop) => self.stopping = true,
                Err(_) => return None,
            }
        }
        None // the queue is in order: all that came before the stop has been taken
    }

    /// Another entry for a batch of `taken`: one that is there, or that comes while it is worth waiting.
    fn more(&mut self, taken: usize, waiting: Stopwatch) -> Option<Pending> {
        loop {
            if let Some(pending) = self.queued() {
                return Some(pending);
            }
            let left = waiting.left_of(self.linger);
            let all_here = self.in_flight.load(Ordering::SeqCst) <= taken;
            if self.stopping || all_here || left.is_zero() {
                return None;
            }
            match self.queue.recv_timeout(left) {
                Ok(Message::Append(pending)) => return Some(pending),
                Ok(Message::Stop) => self.stopping = true,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// An entry that is in the queue now.
    fn queued(&mut self) -> Option<Pending> {
        loop {
            match self.queue.try_recv() {
                Ok(Message::Append(pending)) => return Some(pending),
                Ok(Message::Stop) => self.stopping = true,
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests;
