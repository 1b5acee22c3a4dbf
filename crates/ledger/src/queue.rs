//! The way to the owner: bounded by count and by bytes, and counting who is still on it.

use crate::committed::Committed;
use crate::entry::Entry;
use crate::journal::frame::ROW_LEN;
use crate::open::BatchLimits;
use crate::view::{Found, ReadError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// The callers' end.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    sender: SyncSender<Message>,
    /// One permit a byte, for the whole process.
    bytes: Arc<Semaphore>,
    in_flight: Arc<AtomicUsize>,
    stopping: Arc<AtomicBool>,
}

/// What the owner is told.
#[derive(Debug)]
pub(crate) enum Message {
    Append(Pending),
    /// Take what is queued, then end.
    Stop,
}

/// An entry that waits for its answer. Its bytes count until it is dropped.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) entry: Entry,
    pub(crate) reply: Reply,
}

/// Where the answer goes.
#[derive(Debug)]
pub(crate) struct Reply {
    sender: oneshot::Sender<Answer>,
    /// What the entry takes of the queue's bytes.
    #[expect(dead_code, reason = "held, not read")]
    room: OwnedSemaphorePermit,
}

/// What became of an entry. All of it is durable, or rests on what is.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It, or in this very batch the same, has become entry `index`.
    Appended {
        batch: Arc<Committed>,
        index: u64,
        duplicate: bool,
    },
    /// It was there already.
    Repeat(Found),
    /// Its key was there already, with another digest.
    Conflict(Found),
    /// Whether it was there cannot be told.
    Unreadable(ReadError),
}

/// Why an entry was not taken into the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotQueued {
    Full,
    Stopped,
}

/// Says that a submission is on its way to [`crate::Ledger::append`], for as long as this lives.
///
/// The owner lets a batch wait a moment only while more submissions are announced than have arrived. Keep it
/// until `append` has answered, or until the submission is refused.
#[derive(Debug)]
pub struct InFlight(Arc<AtomicUsize>);

/// Makes the two ends.
pub(crate) fn queue(limits: &BatchLimits) -> (Queue, Receiver<Message>) {
    let (sender, receiver) = sync_channel(limits.queue_entries);
    let bytes = limits.queue_bytes.min(Semaphore::MAX_PERMITS);
    let bytes = Arc::new(Semaphore::new(bytes));
    let (in_flight, stopping) = (Arc::default(), Arc::default());
    (
        Queue {
            sender,
            bytes,
            in_flight,
            stopping,
        },
        receiver,
    )
}

impl Queue {
    /// Queues an entry if there is room, without waiting.
    pub(crate) fn push(&self, entry: Entry) -> Result<oneshot::Receiver<Answer>, NotQueued> {
        if self.stopping.load(Ordering::SeqCst) {
            return Err(NotQueued::Stopped);
        }
        let bytes = u32::try_from(entry.size_bytes() + ROW_LEN).map_err(|_| NotQueued::Full)?;
        let permit = Arc::clone(&self.bytes).try_acquire_many_owned(bytes);
        let room = permit.map_err(|_| NotQueued::Full)?;
        let (sender, answer) = oneshot::channel();
        let pending = Pending {
            entry,
            reply: Reply { sender, room },
        };
        match self.sender.try_send(Message::Append(pending)) {
            Ok(()) => Ok(answer),
            Err(TrySendError::Full(_)) => Err(NotQueued::Full),
            Err(TrySendError::Disconnected(_)) => Err(NotQueued::Stopped),
        }
    }

    /// Asks the owner to end; waits for room in the queue. What is queued before is still committed.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Without an owner there is nobody left to stop.
        drop(self.sender.send(Message::Stop));
    }

    /// Counts a submission until the guard is dropped.
    pub(crate) fn announce(&self) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(Arc::clone(&self.in_flight))
    }

    /// The count of submissions announced.
    pub(crate) fn in_flight(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.in_flight)
    }
}

impl Reply {
    /// Answers; somebody who has stopped waiting is no error.
    pub(crate) fn send(self, answer: Answer) {
        drop(self.sender.send(answer));
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
