//! What the file looked like when it was closed, and when it was last read whole: so that it is not at every command.
//!
//! Reading a copy of 100,000 messages whole takes seconds, and a duty officer asks many times a day. A note beside the
//! copy says what the file system showed of it after it was closed. As long as that is unchanged, nobody has written the
//! file since, and a disk is given a day before it is looked at again. A process that was killed leaves no note, or an old
//! one. The note is a shortcut and no promise: without it, or when it is wrong, the file is read whole.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How long a file that nobody has written is believed to be whole.
pub(super) const CHECKED_MS: u64 = 24 * 60 * 60 * 1000;

/// A note is five numbers.
const NOTE_BYTES_MAX: u64 = 200;

/// Writes the note when it is dropped: it must be dropped after the file was closed.
#[derive(Debug)]
pub(super) struct Closed {
    path: PathBuf,
    checked_ms: u64,
}

impl Closed {
    /// Of the copy at `path`, which was read whole at `checked_ms`.
    pub(super) fn new(path: &Path, checked_ms: u64) -> Self {
        Self {
            path: path.to_owned(),
            checked_ms,
        }
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        let Some(seen) = seen(&self.path) else { return };
        let text = format!("{seen} {}\n", self.checked_ms);
        // Not synced: a note that is lost costs the next one a whole reading.
        let folder = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let new = tempfile::Builder::new()
            .prefix(crate::durable::UNFINISHED)
            .tempfile_in(folder);
        if let Ok(mut new) = new
            && new.write_all(text.as_bytes()).is_ok()
        {
            drop(new.persist(note_of(&self.path)));
        }
    }
}

/// When the copy at `path` was last read whole, if it is as it was when it was closed and that is not too long ago.
pub(super) fn still_good(path: &Path, now_ms: u64) -> Option<u64> {
    let note = note_of(path);
    if std::fs::metadata(&note).ok()?.len() > NOTE_BYTES_MAX {
        return None;
    }
    let note = std::fs::read_to_string(note).ok()?;
    let (was, checked_ms) = note.trim_end().rsplit_once(' ')?;
    let checked_ms: u64 = checked_ms.parse().ok()?;
    // A clock that was set back says nothing either.
    let is_recent = (checked_ms..checked_ms.saturating_add(CHECKED_MS)).contains(&now_ms);
    (is_recent && seen(path)? == was).then_some(checked_ms)
}

/// What the file system shows of a file that changes with every writing.
fn seen(path: &Path) -> Option<String> {
    let file = std::fs::metadata(path).ok()?;
    let (of, size) = (file.ino(), file.len());
    Some(format!(
        "{of} {size} {} {}",
        file.mtime(),
        file.mtime_nsec()
    ))
}

/// `copy.redb` has `copy.closed` beside it.
fn note_of(path: &Path) -> PathBuf {
    path.with_extension("closed")
}
