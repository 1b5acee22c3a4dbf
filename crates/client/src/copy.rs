//! An agency's own copy: every statement that it is a party to, verified, on its own disk, and looked through there.
//!
//! ```text
//! gateway ── ListRecords, from the position on ──> judged like a delivery ──> one transaction a page: messages, bodies,
//!                                                  checkpoint pinned          identifiers, recalls carried out, position
//! show, list, find, match <── this file alone: nobody learns what was asked
//! ```
//!
//! The copy says what *this agency was told*. That each statement stands in the log is proven; that none was held back
//! cannot be, and nothing here claims it. What does not hold is not stored as a message, and not passed over in silence
//! either: it is marked with its reason, tried again at each sync, and told.
//!
//! # A recall
//! A RECALL is carried out in the transaction that brings it: the content of every message of its case, whenever it comes,
//! is out of everything that this module answers, except what stays after a recall (`crate::recalled`): the recall and its
//! confirmations, and facts of their own about the goods. Those stay where they were handed over too, and no confirmation
//! counts them. *Quarantine* keeps the bytes in the file, under lock; *erase* deletes bodies and identifiers and writes the file
//! anew, so that no unused page of it holds them. The measure is the strictest that was asked for. The originator's own copy is
//! quarantined in either case: whoever recalls must still be able to answer for what was said. The record in the receipt
//! quotes the content in its findings, so it goes the same way, although the receipt alone proves nothing without it.
//!
//! # On disk
//! One file of `redb`, private to its user, locked while it is open. It holds nothing that the log does not, so a file that is
//! damaged, or of another log, agency or version, is deleted and fetched again. A note beside it, `copy.closed`, says what it
//! looked like when it was closed: it is read whole only when that has changed, and once a day. The newest checkpoint that was
//! seen is the exception, because only it shows a fork: it has a file of its own beside the copy, one for each log. Trust
//! statement: statements are verified before they are written and not again when they are read, so whoever can write the file
//! can make the node believe anything; whoever can read it reads everything the agency was told.

mod closed;
mod error;
mod extracts;
mod find;
mod list;
mod overdue;
mod read;
mod recall;
mod store;
mod sync;
mod take;
#[cfg(test)]
mod tests;
mod witnessed;

pub use error::{CopyError, SyncError};
pub use extracts::Extract;
pub use find::Hit;
pub use list::{CaseSummary, Cases, Filter, Mark, Page, Standing};
pub use read::{BodyState, Held, HeldCase, SignedBy};
pub use recall::RecallWork;
pub use sync::{PrunedBody, Synced};

use precinto_alert::id::{AgencyId, AlertId};
use redb::Database;
use std::path::PathBuf;
use std::sync::Arc;

/// The copy, open and locked.
#[derive(Debug)]
pub struct OwnCopy {
    path: PathBuf,
    database: Arc<Database>,
    origin: String,
    agency: AgencyId,
    position: u64,
    as_of_ms: Option<u64>,
    recalled_untold: Vec<AlertId>,
    /// The last field: it is dropped after the file was closed.
    _closed: closed::Closed,
}

impl OwnCopy {
    /// Opens the copy at `path`, whose folder must exist, or begins an empty one. `origin` is the log's, `agency` whose copy
    /// it is.
    ///
    /// Reads the whole file once a day, and whenever it is not as it was when it was closed, so that damage is found now and
    /// not in the middle of an answer. `now_ms` is this machine's time, milliseconds since 1970-01-01 UTC. An erasing that a
    /// crash has interrupted is ended here, which takes as long as writing the file.
    pub fn open(
        path: impl Into<PathBuf>,
        origin: &str,
        agency: &AgencyId,
        now_ms: u64,
    ) -> Result<Self, CopyError> {
        let path = path.into();
        let checked_ms = closed::still_good(&path, now_ms);
        let database = store::open(&path, checked_ms.is_none())?;
        let (position, as_of_ms) = store::settle(&database, &path, origin, agency)?;
        let database = recall::resume(database, &path)?;
        Ok(Self {
            _closed: closed::Closed::new(&path, checked_ms.unwrap_or(now_ms)),
            path,
            database: Arc::new(database),
            origin: origin.to_owned(),
            agency: agency.clone(),
            position,
            as_of_ms,
            recalled_untold: Vec::new(),
        })
    }

    /// Whose copy it is.
    pub fn agency(&self) -> &AgencyId {
        &self.agency
    }

    /// Everything below this index of the log was asked for.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// When the copy was last brought up to date, by this machine's clock, milliseconds since 1970-01-01 UTC; `None` when it
    /// never was.
    pub fn as_of_ms(&self) -> Option<u64> {
        self.as_of_ms
    }

    /// Cases whose recall was carried out here by a sync that then failed. The next [`Synced::quarantined`] names them too.
    pub fn recalled_untold(&self) -> &[AlertId] {
        &self.recalled_untold
    }

    /// Where the newest checkpoint seen of this log is kept: `copy.redb` has `copy.gw.example_log_2026.pin` beside it.
    fn pin_path(&self) -> PathBuf {
        self.path
            .with_extension(format!("{}.pin", self.origin.replace('/', "_")))
    }
}
