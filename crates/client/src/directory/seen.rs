//! The newest part of each side that this node has seen, on disk: so nobody can show it an older one.
//!
//! One line a side: the domain, the version, the digest in hexadecimal. Trust statement: the file holds nothing secret; whoever
//! deletes it can make this node take an older directory for the newest. Beside it lies its lock: commands of one node may run at
//! the same time, and what one has seen no other takes back.

use crate::pin::replace;
use precinto_alert::id::Side;
use precinto_envelope::hex;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// What was seen, and the file that remembers it.
#[derive(Debug)]
pub struct Seen {
    path: PathBuf,
    sides: BTreeMap<Side, (u64, [u8; 32])>,
}

/// Why what was seen speaks against what is shown, or cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum SeenError {
    /// The file cannot be read or written.
    #[error("{path}: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The file holds something else; it is not overwritten.
    #[error("{path}: holds something else than the parts of the directory that were seen")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The gateway shows an older part than before, another one of the same version, or one that does not lead back to the one
    /// that was seen.
    #[error(
        "the part of {side} that is shown now, version {shown}, does not go together with version {seen}, which was seen before"
    )]
    Contradiction {
        /// Whose.
        side: String,
        /// The version that was seen.
        seen: u64,
        /// The version that is shown.
        shown: u64,
    },
    /// The gateway leaves out a side that it showed before, or shows one twice.
    #[error("the part of {side} is not shown exactly once")]
    NotOnce {
        /// Whose.
        side: String,
    },
}

impl Seen {
    /// Reads the file at `path`, whose folder must exist; without a file nothing was seen.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, SeenError> {
        let path = path.into();
        let sides = read(&path)?;
        Ok(Self { path, sides })
    }

    /// Version and digest of the newest part of a side that was seen.
    pub fn of(&self, side: &Side) -> Option<(u64, [u8; 32])> {
        self.sides.get(side).copied()
    }

    /// Whether each side that was seen, and each that is shown, is shown once.
    pub(super) fn all_are_once_in(&self, shown: &[&Side]) -> Result<(), SeenError> {
        let mut sides = self.sides.keys().chain(shown.iter().copied());
        let is_once = |side: &&Side| shown.iter().filter(|one| *one == side).count() == 1;
        match sides.find(|side| !is_once(side)) {
            None => Ok(()),
            Some(side) => Err(SeenError::NotOnce {
                side: side.to_string(),
            }),
        }
    }

    /// Remembers a part, durably, and never less than is remembered: what another process has seen meanwhile counts too.
    /// Blocks for that process's write, and two syncs.
    pub(super) fn keep(
        &mut self,
        side: &Side,
        version: u64,
        digest: [u8; 32],
    ) -> Result<(), SeenError> {
        if self.of(side) == Some((version, digest)) {
            return Ok(());
        }
        let io = |path: &Path| {
            let path = path.to_owned();
            move |cause| SeenError::Io { path, cause }
        };
        let mut lock_path = self.path.clone().into_os_string();
        lock_path.push(".lock");
        let lock_path = PathBuf::from(lock_path);
        let mut options = File::options();
        let options = options.write(true).create(true).truncate(false);
        let lock = options.open(&lock_path).map_err(io(&lock_path))?;
        lock.lock().map_err(io(&lock_path))?;
        self.sides = read(&self.path)?;
        match self.of(side) {
            // The gateway answered us before it answered the other one.
            Some((seen, _)) if seen > version => return Ok(()),
            Some((seen, other)) if seen == version && other != digest => {
                return Err(SeenError::Contradiction {
                    side: side.to_string(),
                    seen,
                    shown: version,
                });
            }
            _ => {}
        }
        self.sides.insert(side.clone(), (version, digest));
        let mut text = String::new();
        for (side, (version, digest)) in &self.sides {
            writeln!(text, "{side} {version} {}", hex(digest)).expect("a string takes everything");
        }
        replace(&self.path, text.as_bytes()).map_err(io(&self.path))
    }
}

fn read(path: &Path) -> Result<BTreeMap<Side, (u64, [u8; 32])>, SeenError> {
    let path = path.to_owned();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
        Err(cause) => return Err(SeenError::Io { path, cause }),
    };
    let sides = text.lines().map(parse).collect::<Option<_>>();
    sides.ok_or(SeenError::Damaged { path })
}

fn parse(line: &str) -> Option<(Side, (u64, [u8; 32]))> {
    let mut words = line.split(' ');
    let (side, version, digest) = (words.next()?, words.next()?, words.next()?);
    let version = version.parse().ok()?;
    let mut bytes = [0; 32];
    let (pairs, []) = digest.as_bytes().as_chunks::<2>() else {
        return None;
    };
    if pairs.len() != bytes.len() || words.next().is_some() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some((side.parse().ok()?, (version, bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_remembered_and_a_foreign_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.seen");
        let side: Side = "us.dev.invalid".parse().unwrap();
        let mut seen = Seen::open(&path).unwrap();
        assert_eq!(seen.of(&side), None);
        seen.keep(&side, 7, [0xab; 32]).unwrap();
        assert_eq!(Seen::open(&path).unwrap().of(&side), Some((7, [0xab; 32])));
        replace(&path, b"something else\n").unwrap();
        assert!(matches!(Seen::open(&path), Err(SeenError::Damaged { .. })));
    }
    #[test]
    fn what_another_command_has_seen_is_never_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.seen");
        let (us, mx): (Side, Side) = (
            "us.dev.invalid".parse().unwrap(),
            "mx.dev.invalid".parse().unwrap(),
        );
        let mut one = Seen::open(&path).unwrap();
        let mut other = Seen::open(&path).unwrap();
        other.keep(&us, 8, [8; 32]).unwrap();
        one.keep(&us, 7, [7; 32]).unwrap();
        one.keep(&mx, 1, [1; 32]).unwrap();
        let after = Seen::open(&path).unwrap();
        assert_eq!(after.of(&us), Some((8, [8; 32])));
        assert_eq!(after.of(&mx), Some((1, [1; 32])));
        let forked = other.keep(&mx, 1, [2; 32]);
        assert!(matches!(forked, Err(SeenError::Contradiction { .. })));
    }
}
