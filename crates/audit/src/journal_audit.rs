//! The audit of a folder: the journal, and what the gateway has published beside it.

use crate::expect::{Expect, Held, LogKey};
use crate::finding::{Kind, Place};
use crate::folder::{Folder, OpenError};
use crate::replay::Replay;
use crate::report::Report;
use crate::verified::Verified;
use precinto_merkle::note::NoteVerifier;
use std::path::Path;

/// How far an audit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Entries replayed.
    pub entries: u64,
    /// Bytes of the journal taken in.
    pub bytes_read: u64,
    /// Bytes of the journal in all.
    pub bytes_total: u64,
}

/// Audits the data folder or journal folder at `path` against what others hold. `progress` hears of every batch.
///
/// Fails only if there is no journal to audit; everything else that is wrong is in the report.
pub fn audit_folder(
    path: &Path,
    expect: Expect,
    held: Vec<Held>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, OpenError> {
    run(path, expect, held, None, progress)
}

/// As [`audit_folder`], and `told` hears of every entry with which nothing is wrong, in the order of the log.
///
/// What it hears may be part of a log that is found wrong in the end: the report says so.
pub fn audit_folder_telling(
    path: &Path,
    expect: Expect,
    held: Vec<Held>,
    told: &mut dyn FnMut(Verified),
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, OpenError> {
    run(path, expect, held, Some(told), progress)
}

fn run(
    path: &Path,
    expect: Expect,
    held: Vec<Held>,
    mut told: Option<&mut dyn FnMut(Verified)>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, OpenError> {
    let folder = Folder::open(path)?;
    let beside = folder.vkey.as_deref().map(NoteVerifier::parse);
    let key = match &expect.key {
        LogKey::Given(key) => Some(key.clone()),
        LogKey::BesideTheLog => beside.clone().and_then(Result::ok),
        LogKey::Unknown => None,
    };
    let mut journal = folder.journal(key.as_ref().map(NoteVerifier::name))?;
    let unpinned = expect.key == LogKey::BesideTheLog && key.is_some();
    let differs = match (&key, &beside) {
        (Some(key), Some(Ok(beside))) => key != beside,
        (_, Some(Err(_))) => true,
        (None, Some(Ok(_))) | (_, None) => false,
    };
    let mut replay = Replay::with_key(expect, key, held);
    if told.is_some() {
        replay.keep_verified();
    }
    if unpinned {
        replay.note(Kind::LogKeyUnpinned, Place::file("log.vkey"));
    }
    if differs {
        replay.note(Kind::LogKeyDiffers, Place::file("log.vkey"));
    }
    if let Some(published) = &folder.published {
        replay.hold_published(published);
    }
    while let Some(step) = journal.next() {
        replay.step(step);
        if let Some(told) = &mut told {
            replay.take_verified().into_iter().for_each(&mut **told);
        }
        let (bytes_read, bytes_total) = (journal.bytes_read(), journal.bytes_total());
        progress(Progress {
            entries: replay.entries(),
            bytes_read,
            bytes_total,
        });
    }
    let (report, rest) = replay.finish_telling();
    if let Some(told) = told {
        rest.into_iter().for_each(told);
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
