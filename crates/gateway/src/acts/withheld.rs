//! What the rules in force keep from an agency for which it stands in the log: noted where they have spoken, recorded beside it.
//!
//! Nobody waits for the record: to withhold takes nothing from anybody that could be held back for it. Nor may whoever reads
//! be told by the log, whose leaves every node sees, that something was for its agency: all that was noted is recorded together, every
//! [`WITHHELD_EVERY_MS`](crate::limits::WITHHELD_EVERY_MS) by the clock and at the stop, in one act for each two sides, which is written where nothing was
//! withheld as well ([`Recorder`]). A crash loses what was noted since.
//!
//! The rules that spoke may have gone by then: a subscription that was passed over by them has no next time, so it is recorded all the
//! same. `precinto policy why` finds the rules by their digest, before the act. What the log cannot take waits for the next time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use precinto_alert::id::AgencyId;
use precinto_proto::v1 as pb;

use book::Book;

mod book;
mod recorder;

pub(crate) use recorder::Recorder;

/// The end that those speak to who withhold. Clones are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Withheld {
    book: Arc<Mutex<Book>>,
}

/// What was kept from whom, and by which verdict.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The entry.
    pub(crate) index: u64,
    /// Who sent it, as SPIFFE id; empty if that was deleted by law.
    pub(crate) sender: String,
    /// From whom.
    pub(crate) agency: AgencyId,
    /// Which rules.
    pub(crate) decision: Arc<pb::Decision>,
    /// Whether they forbid it; they could not be evaluated otherwise.
    pub(crate) is_forbidden: bool,
}

impl Withheld {
    /// Notes it, unless it was noted before. Waits for nothing.
    pub(crate) fn note(&self, kept: &Kept) {
        self.book().note(kept);
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
