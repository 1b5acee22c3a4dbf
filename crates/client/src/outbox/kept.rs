//! How long receipts of what was sent are kept beside the outbox: long, and not for ever.

use super::error::at;
use super::{Outbox, OutboxError};
use crate::durable::{self, UNFINISHED};
use crate::limits::SENT_KEPT;
use precinto_alert::id::MessageId;
use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

impl Outbox {
    /// Removes what a killed agent has left unfinished. For the one agent, before it begins.
    ///
    /// Reads name by name: however much has gathered in the folders, it does not stop an agent from starting.
    pub fn tidy(&self) -> Result<(), OutboxError> {
        let unfinished =
            |entry: &DirEntry| entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        clear(&self.refused, unfinished)?;
        clear(&self.sent, unfinished)?;
        Ok(())
    }

    /// Removes receipts older than [`SENT_KEPT`] at `now_ms`, milliseconds since 1970-01-01 UTC, but none of a message that still
    /// waits. Gives how many files went.
    pub fn forget_sent(&self, now_ms: u64) -> Result<u64, OutboxError> {
        let waiting = self.queue()?.into_iter().map(|one| one.message_id);
        let waiting: BTreeSet<MessageId> = waiting.collect();
        let oldest = UNIX_EPOCH + Duration::from_millis(now_ms).saturating_sub(SENT_KEPT);
        clear(&self.sent, |entry| {
            let id = message_of(&entry.file_name().to_string_lossy());
            id.is_some_and(|id| !waiting.contains(&id)) && is_before(entry, oldest)
        })
    }
}

/// Removes the files that `goes` means.
fn clear(folder: &Path, goes: impl Fn(&DirEntry) -> bool) -> Result<u64, OutboxError> {
    let mut removed = 0;
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        if goes(&entry) {
            let path = entry.path();
            gone(fs::remove_file(&path)).map_err(at(&path))?;
            removed += 1;
        }
    }
    if removed > 0 {
        durable::sync_folder(folder).map_err(at(folder))?;
    }
    Ok(removed)
}

/// Which message a file of the folder of receipts is about; none of ours has another name.
fn message_of(name: &str) -> Option<MessageId> {
    let (id, _) = name.split_once('.')?;
    id.parse().ok()
}

/// A file whose age cannot be read stays.
fn is_before(entry: &DirEntry, oldest: SystemTime) -> bool {
    let changed = entry.metadata().and_then(|found| found.modified());
    changed.is_ok_and(|changed| changed < oldest)
}

fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
