//! The way to the owner: bounded by count and by bytes, and counting who is still on it.

use crate::committed::Committed;
use crate::entry::Entry;
use crate::journal::frame::ROW_LEN;
use crate::open::BatchLimits;
use crate::view::{Found, ReadError};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// The callers' end. The owner ends when the last one is gone.
#[derive(Debug, Clone)]
pub(crate) struct Queue(Arc<Callers>);

#[derive(Debug)]
struct Callers {
    shared: Arc<Shared>,
    entries_max: usize,
    /// One permit a byte, for the whole process.
    bytes: Arc<Semaphore>,
}

/// The owner's end. Once it is gone, nothing is taken any more, and who waits hears so.
#[derive(Debug)]
pub(crate) struct Inbox(Arc<Shared>);

/// What both ends share. The lock is never held over anything that waits.
#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    entries: VecDeque<Pending>,
    /// Submissions announced and not yet answered or refused, the queued ones included.
    in_flight: usize,
    /// Entries that one batch takes.
    batch_max: usize,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    /// What is queued is still taken.
    Stopping,
    /// As above, but nobody asked for it: all callers are gone.
    Abandoned,
    /// The owner is gone.
    Closed,
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
/// The owner lets a batch wait a moment only while half of those announced have not arrived. Keep it until `append` has
/// answered, or until the submission is refused.
#[derive(Debug)]
pub struct InFlight(Arc<Shared>);

/// Makes the two ends.
pub(crate) fn queue(limits: &BatchLimits) -> (Queue, Inbox) {
    let state = State {
        entries: VecDeque::new(),
        in_flight: 0,
        batch_max: limits.entries,
        stage: Stage::Open,
    };
    let shared = Arc::new(Shared {
        state: Mutex::new(state),
        changed: Condvar::new(),
    });
    let bytes = limits.queue_bytes.min(Semaphore::MAX_PERMITS);
    let callers = Callers {
        shared: Arc::clone(&shared),
        entries_max: limits.queue_entries,
        bytes: Arc::new(Semaphore::new(bytes)),
    };
    (Queue(Arc::new(callers)), Inbox(shared))
}

impl Queue {
    /// Queues an entry if there is room, without waiting.
    pub(crate) fn push(&self, entry: Entry) -> Result<oneshot::Receiver<Answer>, NotQueued> {
        let bytes = u32::try_from(entry.size_bytes() + ROW_LEN).map_err(|_| NotQueued::Full)?;
        let room = Arc::clone(&self.0.bytes).try_acquire_many_owned(bytes);
        let (sender, answer) = oneshot::channel();
        let mut state = self.0.shared.lock();
        if state.stage != Stage::Open {
            return Err(NotQueued::Stopped);
        }
        let room = room.map_err(|_| NotQueued::Full)?;
        if state.entries.len() >= self.0.entries_max {
            return Err(NotQueued::Full);
        }
        let reply = Reply { sender, room };
        state.entries.push_back(Pending { entry, reply });
        self.0.shared.wake_if_enough(&state);
        Ok(answer)
    }

    /// Asks the owner to end. What is queued before is still committed.
    pub(crate) fn stop(&self) {
        self.0.shared.end(Stage::Stopping);
    }

    /// Whether entries are taken.
    pub(crate) fn is_open(&self) -> bool {
        self.0.shared.lock().stage == Stage::Open
    }

    /// Counts a submission until the guard is dropped.
    pub(crate) fn announce(&self) -> InFlight {
        self.0.shared.lock().in_flight += 1;
        InFlight(Arc::clone(&self.0.shared))
    }
}

impl Drop for Callers {
    fn drop(&mut self) {
        self.shared.end(Stage::Abandoned);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.in_flight = state.in_flight.saturating_sub(1);
        self.0.wake_if_enough(&state);
    }
}

impl Inbox {
    /// Whether the end was asked for, rather than everyone having gone away.
    pub(crate) fn is_stopping(&self) -> bool {
        self.0.lock().stage == Stage::Stopping
    }

    /// Whether nothing is queued.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().entries.is_empty()
    }

    /// Waits until there is an entry; false if there will be none any more.
    pub(crate) fn wait(&self) -> bool {
        let short = |s: &mut State| s.entries.is_empty() && s.stage == Stage::Open;
        let state = self.0.changed.wait_while(self.0.lock(), short);
        let state = state.unwrap_or_else(PoisonError::into_inner);
        !state.entries.is_empty()
    }

    /// Waits until half of those in flight are here, or a batch full of them, for `linger` at most.
    ///
    /// One half is synced while the other is on its way. Alone, half is one: who sends one message after the other never
    /// waits.
    pub(crate) fn linger(&self, linger: Duration) {
        let short = |s: &mut State| !s.is_enough() && s.stage == Stage::Open;
        let wait = (self.0.changed).wait_timeout_while(self.0.lock(), linger, short);
        drop(wait); // poisoned or not: the next look at the state is under the lock again
    }

    /// Takes entries from the front for as long as `fits` says so of each.
    pub(crate) fn take(&self, mut fits: impl FnMut(&Entry) -> bool) -> Vec<Pending> {
        let mut state = self.0.lock();
        let mut taken = state.entries.iter().take_while(|p| fits(&p.entry));
        let count = taken.by_ref().count();
        state.entries.drain(..count).collect()
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.stage = Stage::Closed;
        state.entries.clear(); // who waits for an answer hears that none will come
    }
}

impl State {
    fn is_enough(&self) -> bool {
        self.entries.len() >= self.in_flight.div_ceil(2).min(self.batch_max)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Whole under the lock or not changed: a panic elsewhere leaves it as good as it was.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The owner is woken for the first entry and when there is enough for a batch, and not for each entry.
    fn wake_if_enough(&self, state: &State) {
        if state.entries.len() == 1 || state.is_enough() {
            self.changed.notify_one();
        }
    }

    fn end(&self, stage: Stage) {
        let mut state = self.lock();
        if state.stage == Stage::Open {
            state.stage = stage;
        }
        self.changed.notify_one();
    }
}

impl Reply {
    /// Answers; somebody who has stopped waiting is no error.
    pub(crate) fn send(self, answer: Answer) {
        drop(self.sender.send(answer));
    }
}
