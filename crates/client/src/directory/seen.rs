//! The newest part of each side that this node has seen, on disk: so nobody can show it an older one.
//!
//! One line a side: the domain, the version, the digest in hexadecimal. Trust statement: the file holds nothing secret; whoever
//! deletes it can make this node take an older directory for the newest.

use crate::pin::replace;
use precinto_alert::id::Side;
use std::collections::BTreeMap;
use std::fmt::Write as _;
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
    /// The gateway shows an older part than before, or another one of the same version.
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
}

impl Seen {
    /// Reads the file at `path`, whose folder must exist; without a file nothing was seen.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, SeenError> {
        let path = path.into();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
            Err(cause) => return Err(SeenError::Io { path, cause }),
        };
        let sides = text.lines().map(parse).collect::<Option<_>>();
        let damaged = || SeenError::Damaged { path: path.clone() };
        let sides = sides.ok_or_else(damaged)?;
        Ok(Self { path, sides })
    }

    /// Version and digest of the newest part of a side that was seen.
    pub fn of(&self, side: &Side) -> Option<(u64, [u8; 32])> {
        self.sides.get(side).copied()
    }

    /// Remembers a part, durably.
    pub(super) fn keep(
        &mut self,
        side: &Side,
        version: u64,
        digest: [u8; 32],
    ) -> Result<(), SeenError> {
        if self.of(side) == Some((version, digest)) {
            return Ok(());
        }
        self.sides.insert(side.clone(), (version, digest));
        let mut text = String::new();
        for (side, (version, digest)) in &self.sides {
            writeln!(text, "{side} {version} {}", hex(digest)).expect("a string takes everything");
        }
        let io = |cause| SeenError::Io {
            path: self.path.clone(),
            cause,
        };
        replace(Path::new(&self.path), text.as_bytes()).map_err(io)
    }
}

/// Lower-case hexadecimal, as `previous` in a part has it.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
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
}
