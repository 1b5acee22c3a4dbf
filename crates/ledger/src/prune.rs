//! Deletion by law: segments written anew without the bodies that have to go, while no ledger is open in the folder.
//!
//! Leaves, records, checkpoints and every other body are copied as they are, so each receipt and each proof goes on holding. A
//! crash leaves each segment with the bodies or without, never half of one; whoever was interrupted begins again, and what is
//! gone already is left alone. **Which** bodies may go, and the entry of type TOMBSTONE that says so, is the caller's: here is
//! only what has to be done on the disk after that.
//!
//! What the disk itself keeps of blocks that were written over, and what backups and copies hold, is out of reach.

use crate::durable::UNFINISHED;
use crate::journal::frame::Frame;
use crate::journal::reader::{FrameFault, frame_at, head_at};
use crate::journal::segment::{self, HEADER_LEN};
use crate::journal::{FOLDER, recovery};
use crate::start::LOCK;
use crate::storage::{FileStorage, Storage, StoredFile};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Bodies that were there and are not any more.
    pub bodies: u64,
    /// Segments that were written anew.
    pub segments: u64,
}

/// Why bodies were not deleted, or not all of them. Each segment is as it was, or without all that was to go from it.
#[derive(Debug, thiserror::Error)]
pub enum PruneError {
    /// There is no log in the folder.
    #[error("there is no log")]
    NoLog,
    /// A ledger is open in the folder: it would go on reading from places that are not there any more.
    #[error("another process has this log open")]
    Locked,
    /// A frame does not hold: what is wrong with the log comes first.
    #[error("segment {segment}, position {at}: {what}; nothing was deleted from this segment")]
    Damaged {
        /// First entry of the segment.
        segment: u64,
        /// Position of the frame in its file.
        at: u64,
        /// What is wrong.
        what: String,
    },
    /// The system refused something.
    #[error("{doing} failed: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// Deletes the bodies of these entries from the log in `dir`; those that have none, or none any more, count for nothing.
pub fn prune_bodies(dir: &Path, deleted: &BTreeSet<u64>) -> Result<Pruned, PruneError> {
    prune_on(&FileStorage::new(dir), deleted)
}

/// As [`prune_bodies`], in any storage.
pub(crate) fn prune_on(
    storage: &dyn Storage,
    deleted: &BTreeSet<u64>,
) -> Result<Pruned, PruneError> {
    let _lock = storage.lock(LOCK).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => PruneError::Locked,
        io::ErrorKind::NotFound => PruneError::NoLog,
        _ => io_error("taking the lock")(error),
    })?;
    let segments = recovery::list(storage).map_err(|error| match error {
        crate::OpenError::NoLog => PruneError::NoLog,
        crate::OpenError::Io { doing, source } => PruneError::Io { doing, source },
        other => io_error("listing the journal")(io::Error::other(other)),
    })?;
    // A start that finds the mark takes a last segment that is shorter for one that lost something.
    recovery::unmark_clean(storage).map_err(io_error("removing the mark of a clean stop"))?;
    let mut done = Pruned::default();
    for (number, first) in segments.iter().enumerate() {
        let end = segments.get(number + 1).copied().unwrap_or(u64::MAX);
        if deleted.range(first..&end).next().is_some() {
            let bodies = rewrite(storage, *first, deleted)?;
            done.bodies += bodies;
            done.segments += u64::from(bodies > 0);
        }
    }
    Ok(done)
}

/// Writes one segment anew; how many bodies it has lost by that.
fn rewrite(storage: &dyn Storage, first: u64, deleted: &BTreeSet<u64>) -> Result<u64, PruneError> {
    let path = segment::path(first);
    let opening = io_error("opening a segment");
    let from = storage.open(&path).map_err(&opening)?;
    let len = from.size_bytes().map_err(&opening)?;
    let unfinished = format!("{path}{UNFINISHED}");
    let writing = io_error("writing a segment anew");
    let to = storage.create(&unfinished).map_err(&writing)?;
    let mut copy = Copy {
        first,
        from: &*from,
        to: &*to,
        read: HEADER_LEN as u64,
        written: HEADER_LEN as u64,
        bodies: 0,
    };
    let header = from.read_vec_at(HEADER_LEN, 0).map_err(&opening)?;
    to.write_all_at(&header, 0).map_err(&writing)?;
    while copy.read < len {
        copy.next(deleted)?;
    }
    let bodies = copy.bodies;
    if bodies == 0 {
        storage.remove(&unfinished).map_err(&writing)?;
        return Ok(0);
    }
    to.sync_all()
        .and_then(|()| storage.rename(&unfinished, &path))
        .and_then(|()| storage.sync_folder(FOLDER))
        .map_err(&writing)?;
    Ok(bodies)
}

/// A segment on its way from one file to another.
struct Copy<'a> {
    first: u64,
    from: &'a dyn StoredFile,
    to: &'a dyn StoredFile,
    read: u64,
    written: u64,
    bodies: u64,
}

impl Copy<'_> {
    /// Takes the next frame over: as it is, byte for byte, or without what has to go.
    fn next(&mut self, deleted: &BTreeSet<u64>) -> Result<(), PruneError> {
        let Self {
            first, read: at, ..
        } = *self;
        let damaged = |fault| match fault {
            FrameFault::Io(error) => io_error("reading a segment")(error),
            FrameFault::Frame(error) => PruneError::Damaged {
                segment: first,
                at,
                what: error.to_string(),
            },
        };
        let head = head_at(self.from, at).map_err(damaged)?;
        let len = head.header.frame_len();
        // Every frame is read and checked, also one that stays: a copy of what is damaged would look like our doing.
        let frame: Frame = frame_at(self.from, at).map_err(damaged)?;
        let bytes = if let Some((bytes, bodies)) = frame.without_bodies(deleted) {
            self.bodies += bodies as u64;
            bytes
        } else {
            let same = usize::try_from(len).map_err(io::Error::other);
            let same = same.and_then(|len| self.from.read_vec_at(len, at));
            same.map_err(io_error("reading a segment"))?
        };
        let written = self.to.write_all_at(&bytes, self.written);
        written.map_err(io_error("writing a segment anew"))?;
        self.read += len;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

fn io_error(doing: &'static str) -> impl Fn(io::Error) -> PruneError {
    move |source| PruneError::Io { doing, source }
}
