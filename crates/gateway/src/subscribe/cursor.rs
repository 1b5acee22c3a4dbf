//! How far a subscriber has come: a floor and what is settled above it.
//!
//! Kept as the complement, *position* (everything below it has been covered) and *unsettled* (delivered below it, and not
//! settled), because that is bounded by credit while the settled set is not. The floor is the lowest unsettled index, or
//! the position if there is none. What was *parked* is settled for the floor, and remembered: indexes, not copies.
//!
//! Owner: the gateway's operator, who by deleting a cursor makes its subscriber see everything once more, and by moving it
//! ahead makes it miss entries. A subscriber that is running says how far it was covered and gets the rest in spite of it;
//! one that has just started remembers nothing and does not notice: only who reads the whole log does, or the sender who
//! waits for an answer.

use std::collections::BTreeMap;

use precinto_alert::Reason;

mod text;

pub use super::definition::{Definition, Start};

#[cfg(test)]
mod tests;

/// How far one subscription has come. Owned by its slot; the stream that holds the slot changes it, and whoever moves it or
/// puts something back.
#[derive(Debug, Clone)]
pub struct Cursor {
    position: u64,
    /// No stream begins before this index: where the subscription began, or was moved to since.
    begin: u64,
    /// How often it was moved.
    moves: u64,
    unsettled: BTreeMap<u64, Pending>,
    parked: BTreeMap<u64, Parked>,
    /// Deliveries below this index may have been made and acknowledged before a restart without being remembered here.
    forgotten_below: u64,
    /// Counts changes of what goes to disk; no part of what a cursor is.
    changes: u64,
}

/// A delivery that is not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pending {
    /// Deliveries so far; 0 for what was put back and waits to be delivered again.
    attempts: u32,
    /// When it was delivered first, or put back, milliseconds since 1970 UTC; 0 when nobody wrote it down (version 1).
    since_ms: u64,
}

/// A delivery that was put aside after its last attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parked {
    /// How often it was delivered.
    pub attempts: u32,
    /// Why it was nacked the last time.
    pub reason: Reason,
    /// When it was delivered first, milliseconds since 1970 UTC.
    pub since_ms: u64,
    /// When it was parked, milliseconds since 1970 UTC.
    pub at_ms: u64,
}

impl PartialEq for Cursor {
    fn eq(&self, other: &Self) -> bool {
        let numbers = |cursor: &Self| {
            let Self {
                position,
                begin,
                moves,
                forgotten_below,
                ..
            } = cursor;
            (*position, *begin, *moves, *forgotten_below)
        };
        numbers(self) == numbers(other)
            && self.unsettled == other.unsettled
            && self.parked == other.parked
    }
}

impl Eq for Cursor {}

/// An index that was never delivered on this subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the index was not delivered on this subscription")]
pub struct NotDelivered;

/// Bytes that are no cursor, or a damaged one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is damaged: {0}")]
pub struct CursorError(&'static str);

impl CursorError {
    /// The file is whole, and lies where that of another subscription belongs.
    pub(super) const OTHER: Self = Self("it is that of another subscription");
}

impl Cursor {
    /// A cursor at the beginning of a new subscription.
    pub fn new(start_index: u64) -> Self {
        Self {
            position: start_index,
            begin: start_index,
            moves: 0,
            unsettled: BTreeMap::new(),
            parked: BTreeMap::new(),
            forgotten_below: 0,
            changes: 0,
        }
    }

    /// Another number after each change of what goes to disk, and only then.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Everything below has been covered.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// No stream begins before this index.
    pub fn begin(&self) -> u64 {
        self.begin
    }

    /// How often it was moved.
    pub fn moves(&self) -> u64 {
        self.moves
    }

    /// Everything below is settled.
    pub fn floor(&self) -> u64 {
        let first = self.unsettled.keys().next();
        first.map_or(self.position, |first| self.position.min(*first))
    }

    /// What was delivered and is not settled, by rising index.
    pub fn unsettled(&self) -> impl ExactSizeIterator<Item = u64> {
        self.unsettled.keys().copied()
    }

    /// Of that, what was put back and has not been delivered since.
    pub fn put_back(&self) -> impl Iterator<Item = u64> {
        let waits = |(index, pending): (&u64, &Pending)| (pending.attempts == 0).then_some(*index);
        self.unsettled.iter().filter_map(waits)
    }

    /// Whether this index is delivered and not settled.
    pub fn is_unsettled(&self, index: u64) -> bool {
        self.unsettled.contains_key(&index)
    }

    /// How often this index was delivered, if it is not settled.
    pub fn attempts(&self, index: u64) -> Option<u32> {
        self.unsettled.get(&index).map(|pending| pending.attempts)
    }

    /// Since when the longest unsettled one is so, with its index, as far as that was written down.
    pub fn oldest(&self) -> Option<(u64, u64)> {
        let known = self.unsettled.iter().filter(|(_, p)| p.since_ms > 0);
        let since = known.map(|(index, pending)| (pending.since_ms, *index));
        since.min()
    }

    /// What was parked, by rising index.
    pub fn parked(&self) -> impl ExactSizeIterator<Item = (u64, &Parked)> {
        self.parked.iter().map(|(index, parked)| (*index, parked))
    }

    /// Whether this index was parked.
    pub fn is_parked(&self, index: u64) -> bool {
        self.parked.contains_key(&index)
    }

    /// What was parked from `first` on, which is not to be delivered by itself.
    pub fn parked_from(&self, first: u64) -> impl Iterator<Item = u64> {
        self.parked.range(first..).map(|(index, _)| *index)
    }

    /// Moves on to `end` through entries that are not for this subscriber.
    pub fn cover(&mut self, end: u64) {
        if end > self.position {
            self.position = end;
            self.changed();
        }
    }

    /// Goes back to `to`, or stays where it is if it has not come so far: nothing from `to` on counts as delivered, but for what
    /// was parked, which somebody of its node had and refused: it stays so until somebody puts it back.
    ///
    /// For a subscriber that says how far it was covered: only it knows what was on its way when the line broke. To believe
    /// it can cost repeats (if another process of its node had come further), never an entry. It never goes back beyond
    /// [`Self::begin`].
    pub fn go_back(&mut self, to: u64) {
        let to = to.max(self.begin);
        if to < self.position {
            self.position = to;
            let _forgotten = self.unsettled.split_off(&to);
            self.changed();
        }
    }

    /// Moves to `to`, as if the subscription were made there: what is before it and not settled will not come, what is from
    /// there on comes anew. What is parked before it stays parked.
    pub fn seek(&mut self, to: u64) {
        self.position = to;
        self.begin = to;
        self.moves = self.moves.saturating_add(1);
        self.unsettled.clear();
        let _comes_anew = self.parked.split_off(&to);
        self.changed();
    }

    /// Notes a delivery at `now_ms`, the first or a further one; the answer is its attempt, counted from 1.
    pub fn deliver(&mut self, index: u64, now_ms: u64) -> u32 {
        self.cover(index.saturating_add(1));
        let pending = self.unsettled.entry(index).or_insert(Pending {
            attempts: 0,
            since_ms: now_ms,
        });
        pending.attempts = pending.attempts.saturating_add(1);
        let attempt = pending.attempts;
        self.changed();
        attempt
    }

    fn changed(&mut self) {
        self.changes = self.changes.wrapping_add(1);
    }

    /// Settles one delivery. Settling it again changes nothing.
    pub fn settle(&mut self, index: u64) -> Result<(), NotDelivered> {
        self.was_delivered(index)?;
        if self.unsettled.remove(&index).is_some() {
            self.changed();
        }
        Ok(())
    }

    /// Settles every delivery up to and with `index`, and returns them. What was put back and waits is none yet: nobody can
    /// mean it.
    pub fn settle_up_to(&mut self, index: u64) -> Result<Vec<u64>, NotDelivered> {
        self.was_delivered(index)?;
        let above = self.unsettled.split_off(&index.saturating_add(1));
        let below = std::mem::replace(&mut self.unsettled, above);
        let (settled, waits): (BTreeMap<_, _>, BTreeMap<_, _>) = below
            .into_iter()
            .partition(|(_, pending)| pending.attempts > 0);
        self.unsettled.extend(waits);
        if !settled.is_empty() {
            self.changed();
        }
        Ok(settled.into_keys().collect())
    }

    /// Puts an unsettled delivery aside, for good unless somebody puts it back; false if it is not unsettled.
    pub fn park(&mut self, index: u64, reason: Reason, now_ms: u64) -> bool {
        let Some(Pending { attempts, since_ms }) = self.unsettled.remove(&index) else {
            return false;
        };
        let parked = Parked {
            attempts,
            reason,
            since_ms,
            at_ms: now_ms,
        };
        self.parked.insert(index, parked);
        self.changed();
        true
    }

    /// Puts a parked delivery back: it is unsettled again, and its attempts are counted anew. False if it is not parked. It may lie
    /// beyond the position, when the cursor has gone back: then it comes when the log is read so far.
    pub fn unpark(&mut self, index: u64, now_ms: u64) -> bool {
        if self.parked.remove(&index).is_none() {
            return false;
        }
        let pending = Pending {
            attempts: 0,
            since_ms: now_ms,
        };
        self.unsettled.insert(index, pending);
        self.changed();
        true
    }

    /// Whether the index can have been delivered. What is below the position was covered, unless it lies before the
    /// beginning of a subscription that was never moved; whether it was delivered, too, the log and the subscriber's rights
    /// tell. Beyond that, only what an earlier process may have delivered and forgotten is forgiven.
    pub fn was_delivered(&self, index: u64) -> Result<(), NotDelivered> {
        let begun = self.moves > 0 || index >= self.begin;
        if self.is_forgotten(index) || (begun && index < self.position) {
            Ok(())
        } else {
            Err(NotDelivered)
        }
    }

    /// Whether a restart has forgotten what became of this index, so that settling it must not be an error.
    pub fn is_forgotten(&self, index: u64) -> bool {
        index < self.forgotten_below
    }

    /// Adapts a cursor read from disk to a log of `size` entries: deliveries since the last flush are forgotten, and
    /// acknowledging them is no error. One that is ahead of the log must not come here: [`super::store::StoreError::Behind`].
    #[must_use]
    pub fn recovered(mut self, size: u64) -> Self {
        self.forgotten_below = size;
        self
    }
}
