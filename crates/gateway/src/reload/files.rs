//! Whether the files that a reload reads are others than those that were read.

use std::path::PathBuf;
use std::time::SystemTime;

/// How each file was found, in the order asked for.
pub(crate) type Look = Vec<(PathBuf, Option<Found>)>;

/// What tells one state of a file from another without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    modified: Option<SystemTime>,
    /// When its rights changed last, too: what could not be read may be readable now.
    changed: (i64, i64),
    bytes: u64,
    /// A file that was put in the place of another is another one, whatever its dates.
    inode: u64,
}

/// What was read, and what was seen since.
///
/// They are looked at, once a second, and no notice of the system is waited for: not every file system gives one, and for
/// some forty files it costs less than a thousandth of a core.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    read: Option<Look>,
    last: Option<Look>,
}

/// Looks at the files. Blocks.
pub(crate) fn look(files: Vec<PathBuf>) -> Look {
    let found = |path: &PathBuf| {
        let data = std::fs::metadata(path).ok()?;
        Some(Found {
            modified: data.modified().ok(),
            changed: changed(&data),
            bytes: data.len(),
            inode: inode(&data),
        })
    };
    let seen = files.into_iter();
    seen.map(|path| {
        let found = found(&path);
        (path, found)
    })
    .collect()
}

impl Watched {
    /// Whether they are others than were read, and have rested since the look before: a pair that is half written, a
    /// certificate and not its key as yet, is not read.
    pub(crate) fn sees(&mut self, now: Look) -> bool {
        let now = Some(now);
        let has_rested = self.last == now;
        self.last = now;
        has_rested && self.last != self.read
    }

    /// They are about to be read as they are now.
    pub(crate) fn reads(&mut self, now: Look) {
        self.last = Some(now.clone());
        self.read = Some(now);
    }
}

#[cfg(unix)]
fn changed(data: &std::fs::Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (data.ctime(), data.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &std::fs::Metadata) -> (i64, i64) {
    (0, 0)
}

#[cfg(unix)]
fn inode(data: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(data)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use precinto_ledger::durable;

    use super::*;

    #[test]
    fn a_change_counts_when_it_has_rested() {
        let folder = tempfile::tempdir().unwrap();
        let files = vec![folder.path().join("a"), folder.path().join("b")];
        durable::replace(&files[0], b"one").unwrap();
        let now = || look(files.clone());
        let mut watched = Watched::default();
        watched.reads(now());
        assert!(!watched.sees(now()));
        durable::replace(&files[0], b"two").unwrap();
        assert!(!watched.sees(now()), "the other one may be on its way");
        durable::replace(&files[1], b"two").unwrap();
        assert!(!watched.sees(now()));
        assert!(watched.sees(now()));
        watched.reads(now());
        assert!(!watched.sees(now()));
    }
}
