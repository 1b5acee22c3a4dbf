//! Opening a journal: everything it holds is checked, or it is not opened.
//!
//! 1. Headers, entry tables and checkpoints are read from the first segment to the last; the data areas are left
//!    for whoever reads them, but for that of the last frame. The index grows on the way.
//! 2. A last frame that an interrupted write can explain is set aside. Whatever else is wrong is fatal: it was
//!    synced once, so somebody may hold a receipt for it.
//! 3. The last checkpoint must bear our key's signature and the root of all leaves; the published one must not
//!    show more than is here, nor another root.
//! 4. Unless the last stop was clean, the last segment is copied into a new file without what was set aside: the
//!    page cache may show what the disk never took.

mod scan;
mod tail;

pub(crate) use tail::REMNANTS;

use scan::{Ending, Scan};

use super::FOLDER;
use super::segment::{self, HEADER_LEN};
use crate::durable;
use crate::index::Index;
use crate::open::OpenError;
use crate::publish;
use crate::storage::{Storage, read_small};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::note::NoteVerifier;
use precinto_merkle::tree::Edge;
use std::io;

/// What a journal holds, and where it goes on.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) index: Index,
    pub(crate) edge: Edge,
    /// Time of the last leaf, 0 if there is none.
    pub(crate) last_time_ms: u64,
    /// The checkpoint of the last frame, if there is one.
    pub(crate) checkpoint: Option<SignedCheckpoint>,
    /// The last segment's first entry, and its length in bytes.
    pub(crate) tail: (u64, u64),
}

/// Reads the journal, mends its tail if it must and may, and takes the `clean` mark away.
///
/// Must be called with the lock held. A folder without a segment is refused: see [`OpenError::NoLog`].
pub(crate) fn recover(storage: &dyn Storage, key: &NoteVerifier) -> Result<Recovered, OpenError> {
    let clean = read_clean(storage)?;
    let published = publish::published(storage, key)?;
    let origin_digest = segment::origin_digest(key.name());
    let segments = list(storage)?;
    if segments.is_empty() {
        // A published checkpoint says more exactly what is missing.
        refuse_if_behind(published.as_ref(), &Scan::new(origin_digest))?;
        return Err(OpenError::NoLog);
    }
    let remnants = storage.create_folder(REMNANTS);
    remnants.map_err(|error| OpenError::io("creating a folder", error))?;
    let mut scan = Scan::new(origin_digest);
    let mut ending = Ending::Whole {
        end: HEADER_LEN as u64,
    };
    for (number, first) in segments.iter().enumerate() {
        let is_last = number + 1 == segments.len();
        ending = scan.segment(storage, *first, is_last)?;
    }
    let last = segments.last().copied().unwrap_or_default();
    if let Ending::Torn { at, file_len } = ending {
        tail::refuse_if_followed(storage, last, (at, file_len), &scan, key)?;
    }
    if clean.is_some_and(|clean| clean > ending.end()) {
        // The mark is taken away before anything is written, so all up to there was synced.
        let (at, what) = (
            ending.end(),
            "what was there at the last clean stop is not".to_owned(),
        );
        return Err(OpenError::Damaged {
            segment: last,
            at,
            what,
        });
    }
    refuse_if_behind(published.as_ref(), &scan)?;
    let checkpoint = scan.last_checkpoint(key)?;
    if clean != Some(ending.file_len()) || matches!(ending, Ending::Torn { .. }) {
        tail::rewrite(storage, last, &ending)
            .map_err(|error| OpenError::io("copying the last segment", error))?;
    }
    if clean.is_some() {
        unmark_clean(storage)
            .map_err(|error| OpenError::io("removing the mark of a clean stop", error))?;
    }
    let Scan {
        index,
        edge,
        last_time_ms,
        ..
    } = scan;
    Ok(Recovered {
        index,
        edge,
        last_time_ms,
        checkpoint,
        tail: (last, ending.end()),
    })
}

/// Leaves the mark of a clean stop: the last segment's length in bytes.
pub(crate) fn mark_clean(storage: &dyn Storage, end: u64) -> io::Result<()> {
    durable::replace_in(storage, CLEAN, format!("{end}\n").as_bytes())
}

/// Takes the mark of a clean stop away, durably: what it says of the last segment's length will not be so any more.
pub(crate) fn unmark_clean(storage: &dyn Storage) -> io::Result<()> {
    match storage.remove(CLEAN) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.and_then(|()| storage.sync_folder("")),
    }
}

/// The first entries of all segments, rising. What an interrupted copy left behind is removed.
pub(crate) fn list(storage: &dyn Storage) -> Result<Vec<u64>, OpenError> {
    let names = storage.list(FOLDER).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => OpenError::NoLog,
        _ => OpenError::io("listing the journal", error),
    })?;
    let mut segments = Vec::new();
    for name in names {
        if let Some(first) = segment::first_of(&name) {
            segments.push(first);
        } else if segment::is_unfinished(&name) {
            let removed = storage.remove(&format!("{FOLDER}/{name}"));
            removed.map_err(|error| OpenError::io("removing an unfinished file", error))?;
        } else {
            tracing::warn!(
                name,
                "a file in the journal's folder is no segment and is left alone"
            );
        }
    }
    Ok(segments)
}

/// The last segment's length at a clean stop, if the last stop was one.
fn read_clean(storage: &dyn Storage) -> Result<Option<u64>, OpenError> {
    let bytes = read_small(storage, CLEAN, 32);
    let bytes = bytes.map_err(|error| OpenError::io("reading the mark of a clean stop", error))?;
    // A mark that cannot be read is as good as none: the tail is then copied.
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()?.trim_end().parse().ok()))
}

/// What was published was durable before: a journal that does not hold it has lost or changed something.
fn refuse_if_behind(published: Option<&SignedCheckpoint>, scan: &Scan) -> Result<(), OpenError> {
    let Some(published) = published.map(SignedCheckpoint::checkpoint) else {
        return Ok(());
    };
    match scan.index.hashes.root(published.size) {
        None => Err(OpenError::Behind {
            published: published.size,
            journal: scan.index.size(),
        }),
        Some(root) if root != published.root => Err(OpenError::Forked {
            size: published.size,
        }),
        Some(_) => Ok(()),
    }
}

/// The mark of a clean stop.
pub(crate) const CLEAN: &str = "clean";
