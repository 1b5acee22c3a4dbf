//! A segment: a file of the journal, from its name and header on.

use super::FOLDER;
use super::fields::{Fields, is_sealed, seal};
use crate::durable::{self, UNFINISHED};
use crate::storage::Storage;
use precinto_envelope::crypto::sha256;
use precinto_merkle::hash::Hash;
use std::io;

/// Length of a segment's header in bytes.
pub(crate) const HEADER_LEN: usize = 64;

/// What stands at the beginning of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    /// Index of the first entry.
    pub(crate) first: u64,
    /// SHA-256 of the log's origin.
    pub(crate) origin_digest: Hash,
}

/// Why bytes are not the header of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SegmentError {
    #[error("the segment ends within its header")]
    Incomplete,
    #[error("the checksum of the segment's header does not match")]
    Checksum,
    #[error("the segment does not begin with PRECJRNL")]
    Magic,
    #[error("the segment is of version {0}, which this program does not know")]
    Version(u16),
    #[error("unused bytes of the segment's header are not zero")]
    NotZero,
}

impl SegmentHeader {
    pub(crate) fn to_bytes(self) -> [u8; HEADER_LEN] {
        let (version, first) = (VERSION.to_be_bytes(), self.first.to_be_bytes());
        seal(&[
            MAGIC,
            &version,
            &[0; 6],
            &first,
            &self.origin_digest,
            &[0; 4],
        ])
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, SegmentError> {
        let bytes: &[u8; HEADER_LEN] = bytes.first_chunk().ok_or(SegmentError::Incomplete)?;
        if !is_sealed(bytes) {
            return Err(SegmentError::Checksum);
        }
        let mut fields = Fields::of(bytes);
        if fields.take() != *MAGIC {
            return Err(SegmentError::Magic);
        }
        let version = u16::from_be_bytes(fields.take());
        if version != VERSION {
            return Err(SegmentError::Version(version));
        }
        let zero = fields.zero::<6>();
        let header = Self {
            first: fields.u64(),
            origin_digest: fields.take(),
        };
        if zero && fields.zero::<4>() {
            Ok(header)
        } else {
            Err(SegmentError::NotZero)
        }
    }

    /// Creates the segment with this header and nothing else, durably, name included.
    pub(crate) fn create(self, storage: &dyn Storage) -> io::Result<()> {
        durable::replace_in(storage, &path(self.first), &self.to_bytes())
    }
}

/// The SHA-256 of an origin, by which a segment names its log.
pub(crate) fn origin_digest(origin: &str) -> Hash {
    sha256(&[origin.as_bytes()])
}

/// The name of the segment that begins with entry `first`, folder included.
pub(crate) fn path(first: u64) -> String {
    format!("{FOLDER}/{first:020}{EXTENSION}")
}

/// The first entry of the segment of this name, without folder; none if the name is no segment's.
pub(crate) fn first_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(EXTENSION)?;
    let all_digits = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits {
        digits.parse().ok()
    } else {
        None
    }
}

/// Whether a file of this name was being written when the process ended.
pub(crate) fn is_unfinished(name: &str) -> bool {
    name.ends_with(UNFINISHED)
}

const EXTENSION: &str = ".seg";
const MAGIC: &[u8; 8] = b"PRECJRNL";
const VERSION: u16 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_and_every_bit_of_it_counts() {
        let header = SegmentHeader {
            first: 7,
            origin_digest: origin_digest("log.example/1"),
        };
        let bytes = header.to_bytes();
        assert_eq!(SegmentHeader::from_bytes(&bytes), Ok(header));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(SegmentHeader::from_bytes(&flipped).is_err(), "bit {bit}");
        }
        assert_eq!(
            SegmentHeader::from_bytes(&bytes[..63]),
            Err(SegmentError::Incomplete)
        );
    }

    #[test]
    fn what_the_checksum_covers_is_checked_too() {
        let version = seal::<64>(&[MAGIC, &[0, 2], &[0; 50]]);
        assert_eq!(
            SegmentHeader::from_bytes(&version),
            Err(SegmentError::Version(2))
        );
        let magic = seal::<64>(&[b"PRECJRNM", &[0, 1], &[0; 50]]);
        assert_eq!(SegmentHeader::from_bytes(&magic), Err(SegmentError::Magic));
        let unused = seal::<64>(&[MAGIC, &[0, 1], &[0; 49], &[1]]);
        assert_eq!(
            SegmentHeader::from_bytes(&unused),
            Err(SegmentError::NotZero)
        );
    }

    #[test]
    fn a_name_is_twenty_digits() {
        assert_eq!(path(42), "journal/00000000000000000042.seg");
        assert_eq!(first_of("00000000000000000042.seg"), Some(42));
        for name in [
            "42.seg",
            "0000000000000000004+.seg",
            "00000000000000000042.seg.tmp",
            "",
        ] {
            assert_eq!(first_of(name), None, "{name}");
        }
        assert_eq!(first_of("99999999999999999999.seg"), None);
    }
}
