//! The room that all queues have together beyond what each has of its own, so that 1,000 subscribers that read nothing hold little.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::limits::{OUTBOX_BYTES_MAX, OUTBOX_BYTES_OWN, OUTBOXES_BYTES_MAX};

/// What all queues have taken beyond their own. Who reads gives it back at once, who does not is cut after
/// [`crate::limits::PROGRESS_TIMEOUT`]; until then the others go on with what is their own.
#[derive(Debug, Default)]
pub(in crate::subscribe) struct Pool {
    taken: AtomicUsize,
}

/// One queue's room: its own, and what it has of the pool. What is left of it goes back when the queue goes.
#[derive(Debug)]
pub(super) struct Share {
    pool: Arc<Pool>,
    taken: usize,
}

impl Pool {
    fn take(&self, bytes: usize) -> bool {
        let more = |taken: usize| {
            let taken = taken.saturating_add(bytes);
            (taken <= OUTBOXES_BYTES_MAX).then_some(taken)
        };
        // A count that nothing else hangs on.
        let order = Ordering::Relaxed;
        self.taken.fetch_update(order, order, more).is_ok()
    }

    fn give(&self, bytes: usize) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn has_some(&self) -> bool {
        self.taken.load(Ordering::Relaxed) + STEP <= OUTBOXES_BYTES_MAX
    }
}

impl Share {
    pub(super) fn of(pool: &Arc<Pool>) -> Self {
        Self {
            pool: Arc::clone(pool),
            taken: 0,
        }
    }

    fn bytes(&self) -> usize {
        OUTBOX_BYTES_OWN + self.taken
    }

    /// Whether there is room for so many bytes in all; takes what is missing from the pool, if that has it.
    pub(super) fn has_room(&mut self, bytes: usize) -> bool {
        if bytes <= self.bytes() {
            return true;
        }
        // In steps, so that not every message counts with all the others.
        let missing = (bytes - self.bytes()).next_multiple_of(STEP);
        let has_room = bytes <= OUTBOX_BYTES_MAX && self.pool.take(missing);
        if has_room {
            self.taken += missing;
        }
        has_room
    }

    /// So many bytes are left: gives back what that does not take, but for a step.
    pub(super) fn holds(&mut self, bytes: usize) {
        let needed = bytes
            .saturating_sub(OUTBOX_BYTES_OWN)
            .next_multiple_of(STEP)
            + STEP;
        if self.taken > needed {
            self.pool.give(self.taken - needed);
            self.taken = needed;
        }
    }

    /// Whether a queue of so many bytes, which had no room, has it again for a good part.
    pub(super) fn is_worth_waking(&self, bytes: usize) -> bool {
        bytes + PIECE_BYTES <= OUTBOX_BYTES_MAX
            && (bytes <= self.bytes() / 2 || self.pool.has_some())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.pool.give(self.taken);
    }
}

/// So many bytes at once.
const STEP: usize = OUTBOX_BYTES_OWN;
/// So many bytes make a good part.
const PIECE_BYTES: usize = OUTBOX_BYTES_MAX / 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_takes_what_it_needs_and_gives_it_back() {
        let pool = Arc::new(Pool::default());
        let taken = || pool.taken.load(Ordering::Relaxed);
        let mut share = Share::of(&pool);
        assert!(share.has_room(OUTBOX_BYTES_OWN));
        assert_eq!(taken(), 0, "its own");
        assert!(share.has_room(OUTBOX_BYTES_MAX));
        assert_eq!(taken(), OUTBOX_BYTES_MAX - OUTBOX_BYTES_OWN);
        assert!(!share.has_room(OUTBOX_BYTES_MAX + 1), "not even alone");
        share.holds(OUTBOX_BYTES_OWN + 1);
        assert_eq!(taken(), 2 * STEP, "a step that is begun, and one more");
        share.holds(0);
        assert_eq!(taken(), STEP);
        drop(share);
        assert_eq!(taken(), 0);
    }

    #[test]
    fn who_comes_when_the_pool_is_empty_has_its_own_and_the_rest_when_others_leave() {
        let pool = Arc::new(Pool::default());
        let greedy: Vec<Share> = (0..OUTBOXES_BYTES_MAX / STEP)
            .map(|_| {
                let mut share = Share::of(&pool);
                assert!(share.has_room(OUTBOX_BYTES_OWN + STEP));
                share
            })
            .collect();
        let mut late = Share::of(&pool);
        assert!(late.has_room(OUTBOX_BYTES_OWN));
        assert!(!late.has_room(OUTBOX_BYTES_MAX));
        assert!(!late.is_worth_waking(OUTBOX_BYTES_OWN));
        assert!(late.is_worth_waking(OUTBOX_BYTES_OWN / 2));
        drop(greedy);
        assert!(late.has_room(OUTBOX_BYTES_MAX));
    }
}
