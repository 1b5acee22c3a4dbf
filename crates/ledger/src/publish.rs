//! The two files by which others see the log grow: its newest checkpoint and its verifier key.
//!
//! Both are derived from the journal and the key. The checkpoint is replaced at most once in a while, off the
//! commit path, and once more at a stop; it never shows more than is committed. What it shows is never taken
//! back: a journal that holds less is not opened.

use crate::durable;
use crate::fatal::Fatal;
use crate::marker::Marker;
use crate::newest::{NewestWriter, Next};
use crate::open::OpenError;
use crate::storage::{Storage, read_small};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::note::{NOTE_BYTES_MAX, NoteVerifier};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Shows the newest checkpoint to others.
#[derive(Debug)]
pub(crate) struct Publisher {
    folder: Folder,
    /// The second marker has a thread of its own: a disk that does not answer may be another machine's, and holds up nothing here.
    marker: Option<NewestWriter>,
}

/// Who writes into the log's own folder.
#[derive(Debug)]
enum Folder {
    Thread(NewestWriter),
    /// Nobody but [`Publisher::write_newest`].
    ByHand(Next),
}

impl Publisher {
    /// Starts its threads.
    pub(crate) fn start(
        storage: Arc<dyn Storage>,
        marker: Option<Marker>,
        every: Duration,
        fatal: Fatal,
    ) -> io::Result<Self> {
        let publish = move |checkpoint: &SignedCheckpoint| {
            let written = write_checkpoint(&*storage, checkpoint);
            let failed = |error: &io::Error| fatal.end("publishing a checkpoint", error);
            written.inspect_err(failed).is_ok()
        };
        let mark = |marker: Marker| {
            let write = move |checkpoint: &SignedCheckpoint| {
                marker.write(checkpoint);
                true
            };
            NewestWriter::start("ledger-marker", every, write)
        };
        Ok(Self {
            folder: Folder::Thread(NewestWriter::start("ledger-publish", every, publish)?),
            marker: marker.map(mark).transpose()?,
        })
    }

    /// A publisher without a thread: it writes when it is told to.
    pub(crate) fn by_hand() -> Self {
        Self {
            folder: Folder::ByHand(Next::default()),
            marker: None,
        }
    }

    /// Writes what waits, now; false if that failed. Only for one without a thread.
    pub(crate) fn write_newest(&self, storage: &dyn Storage, fatal: &Fatal) -> bool {
        let newest = match &self.folder {
            Folder::Thread(_) => None,
            Folder::ByHand(next) => next.take(),
        };
        let written = newest.map_or(Ok(()), |newest| write_checkpoint(storage, &newest));
        written
            .inspect_err(|error| fatal.end("publishing a checkpoint", error))
            .is_ok()
    }

    /// Asks for a committed checkpoint to be written, soon, unless a newer one comes first.
    pub(crate) fn publish(&self, checkpoint: Arc<SignedCheckpoint>) {
        if let Some(marker) = &self.marker {
            marker.put(Arc::clone(&checkpoint));
        }
        match &self.folder {
            Folder::Thread(writer) => writer.put(checkpoint),
            Folder::ByHand(next) => next.put(checkpoint),
        }
    }

    /// Waits until the newest checkpoint is written; for the second marker not longer than a stop can bear.
    pub(crate) fn stop(self) {
        // Each reports its own errors before it ends.
        if let Folder::Thread(writer) = self.folder {
            writer.stop();
        }
        let is_marked = self
            .marker
            .is_none_or(|marker| marker.stop_within(MARKER_PATIENCE));
        if !is_marked {
            tracing::warn!(
                "the second marker's disk does not answer: it shows less than the log holds"
            );
        }
    }
}

/// Replaces the published checkpoint.
pub(crate) fn write_checkpoint(storage: &dyn Storage, signed: &SignedCheckpoint) -> io::Result<()> {
    durable::replace_in(storage, CHECKPOINT, signed.note().as_bytes())
}

/// Writes the verifier key, if it is not there already.
pub(crate) fn write_key(storage: &dyn Storage, key: &NoteVerifier) -> io::Result<()> {
    let line = format!("{key}\n");
    if read_small(storage, KEY, NOTE_BYTES_MAX)?.as_deref() == Some(line.as_bytes()) {
        return Ok(());
    }
    durable::replace_in(storage, KEY, line.as_bytes())
}

/// The published checkpoint, its signature verified; none if there is no such file.
pub(crate) fn published(
    storage: &dyn Storage,
    key: &NoteVerifier,
) -> Result<Option<SignedCheckpoint>, OpenError> {
    let note = read_small(storage, CHECKPOINT, NOTE_BYTES_MAX);
    let note = note.map_err(|error| OpenError::io("reading the published checkpoint", error))?;
    let verify = |note: Vec<u8>| SignedCheckpoint::verify(&note, key);
    note.map(verify).transpose().map_err(OpenError::Published)
}

/// The file of the newest published checkpoint.
pub(crate) const CHECKPOINT: &str = "checkpoint";

/// The file of the verifier key.
pub(crate) const KEY: &str = "log.vkey";

/// How long a stop waits for the second marker's disk.
const MARKER_PATIENCE: Duration = Duration::from_secs(5);
