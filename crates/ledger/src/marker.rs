//! A second marker: the newest published checkpoint once more, on another volume than the log.
//!
//! Journal, published checkpoint and cursors lie in one folder, and an older copy of that folder agrees with itself. What lies
//! elsewhere does not: if it shows more than the journal holds, entries are gone for which receipts may exist, and nothing may be
//! signed in their place.

use crate::durable;
use crate::open::{OpenError, Rollback};
use crate::storage::{FileStorage, Storage, read_small};
use crate::view::View;
use precinto_merkle::checkpoint::{Checkpoint, SignedCheckpoint};
use precinto_merkle::hash::EMPTY_ROOT;
use precinto_merkle::note::NOTE_BYTES_MAX;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The file on the other volume.
#[derive(Debug, Clone)]
pub(crate) struct Marker {
    storage: Arc<dyn Storage>,
    name: String,
    /// Whether the last write failed, so that it is said once.
    is_failing: Arc<AtomicBool>,
}

impl Marker {
    /// The marker at `path`, whose folder must be there.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        let (folder, name) = durable::split(path)?;
        Ok(Self::on(Arc::new(FileStorage::new(folder)), name))
    }

    /// The marker of this name in any storage.
    pub(crate) fn on(storage: Arc<dyn Storage>, name: &str) -> Self {
        Self {
            storage,
            name: name.to_owned(),
            is_failing: Arc::default(),
        }
    }

    /// At a start: what is wrong with the log, if the marker knows more; else the marker shows it from now on.
    pub(crate) fn meet(&self, view: &View) -> Result<Option<Rollback>, OpenError> {
        let rollback = self.judge(view)?;
        if let Some(rollback) = rollback {
            tracing::warn!(
                %rollback,
                "this is not the log that was: it is read, and takes nothing"
            );
        } else {
            // A marker that cannot be written at a start is a setting that promises what is not so.
            let newest = Arc::clone(&view.published().borrow().checkpoint);
            let written = self.replace(&newest);
            written.map_err(|error| OpenError::io("writing the second marker", error))?;
        }
        Ok(rollback)
    }

    /// Holds the journal, as it was recovered, against what the marker shows. A log without entries has none as yet.
    fn judge(&self, view: &View) -> Result<Option<Rollback>, OpenError> {
        let note = read_small(&*self.storage, &self.name, NOTE_BYTES_MAX);
        let note = note.map_err(|error| OpenError::io("reading the second marker", error))?;
        let journal = view.published().borrow().size;
        let Some(note) = note else {
            return if journal == 0 {
                Ok(None)
            } else {
                Err(OpenError::NoMarker)
            };
        };
        let marked = SignedCheckpoint::verify(&note, view.key()).map_err(OpenError::Marker)?;
        let Checkpoint { size, root, .. } = *marked.checkpoint();
        let own = match size {
            0 => Some(EMPTY_ROOT),
            _ => view.root(size),
        };
        Ok(match own {
            None => Some(Rollback::Behind {
                marked: size,
                journal,
            }),
            Some(own) if own != root => Some(Rollback::Forked { size }),
            Some(_) => None,
        })
    }

    /// Replaces what it shows. No receipt rests on it, so a volume that is gone stops nothing once the log is open, and is an
    /// operator's business.
    pub(crate) fn write(&self, checkpoint: &SignedCheckpoint) {
        let written = self.replace(checkpoint);
        let was_failing = self.is_failing.swap(written.is_err(), Ordering::Relaxed);
        match written {
            Err(error) if !was_failing => tracing::warn!(
                %error,
                "the second marker cannot be written: until it can, an older copy of the log would not be noticed"
            ),
            Ok(()) if was_failing => tracing::info!("the second marker is written again"),
            _ => {}
        }
    }

    fn replace(&self, checkpoint: &SignedCheckpoint) -> io::Result<()> {
        durable::replace_in(&*self.storage, &self.name, checkpoint.note().as_bytes())
    }
}
