//! The 50 bytes that stand in the tree for an entry: type, time, and a commitment to its record.
//!
//! ```text
//! offset  size  field
//!      0     1  version = 1
//!      1     1  type
//!      2     8  time_ms, big-endian, never below that of the entry before
//!     10    32  commitment
//!     42     8  reserved = 0
//! ```
//!
//! The record and its salt lie outside the tree and can be deleted by law; the leaf then remains as an opaque
//! value and every proof keeps its worth. Whoever sees only leaves learns counts, times and types.

use crate::hash::{self, Hash};
use precinto_envelope::crypto::sha256;

/// Length of a leaf in bytes.
pub const LEAF_LEN: usize = 50;

/// What kind of entry a leaf stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum EntryType {
    /// Any party's signed envelope.
    Statement = 1,
    /// The peer gateway's receipt, or the fact of hand-over.
    Delivery = 2,
    /// A checkpoint of the other log that was cosigned here.
    PeerCheckpoint = 3,
    /// Certificates, revocation lists, recipient keys, hashes of configuration and policy.
    Trust = 4,
    /// Which records were deleted, by which order, when.
    Tombstone = 5,
    /// A rotation of the log's key.
    Key = 6,
    /// An RFC 3161 token over a checkpoint.
    Timestamp = 7,
    /// The link to the last checkpoint of the shard before.
    Shard = 8,
    /// A reused message id: both digests and the refused envelope.
    Conflict = 9,
    /// A missed deadline, noticed by the gateway.
    Overdue = 10,
    /// What somebody did to the gateway's own state.
    Act = 11,
}

impl EntryType {
    /// Every type, by rising number.
    pub const ALL: [Self; 11] = [
        Self::Statement,
        Self::Delivery,
        Self::PeerCheckpoint,
        Self::Trust,
        Self::Tombstone,
        Self::Key,
        Self::Timestamp,
        Self::Shard,
        Self::Conflict,
        Self::Overdue,
        Self::Act,
    ];

    /// The byte in the leaf.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The type with this number, if it is a known one.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|entry_type| entry_type.number() == number)
    }
}

/// A leaf, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leaf {
    /// What kind of entry this is.
    pub entry_type: EntryType,
    /// When the log took it in, in milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// [`commitment`] to type, salt and record.
    pub commitment: Hash,
}

/// Why bytes are not a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Not exactly [`LEAF_LEN`] bytes.
    #[error("a leaf has 50 bytes")]
    Length,
    /// Another version than 1.
    #[error("leaf version {0} is unknown")]
    Version(u8),
    /// A type without a meaning.
    #[error("entry type {0} is unknown")]
    EntryType(u8),
    /// The last eight bytes are not zero.
    #[error("the reserved bytes of the leaf are not zero")]
    Reserved,
}

impl Leaf {
    /// The leaf's bytes, as hashed into the tree.
    pub fn to_bytes(self) -> [u8; LEAF_LEN] {
        let mut bytes = [0; LEAF_LEN];
        let [version, number, time @ .., _, _, _, _, _, _, _, _] = &mut bytes;
        (*version, *number) = (VERSION, self.entry_type.number());
        let (time, commitment) = time.split_at_mut(size_of::<u64>());
        time.copy_from_slice(&self.time_ms.to_be_bytes());
        commitment.copy_from_slice(&self.commitment);
        bytes
    }

    /// Reads a leaf; every byte must be as [`Leaf::to_bytes`] writes it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LeafError> {
        let bytes: &[u8; LEAF_LEN] = bytes.try_into().map_err(|_| LeafError::Length)?;
        let [version, number, rest @ ..] = bytes;
        if *version != VERSION {
            return Err(LeafError::Version(*version));
        }
        let entry_type = EntryType::from_number(*number).ok_or(LeafError::EntryType(*number))?;
        let (time, rest) = rest.split_first_chunk().ok_or(LeafError::Length)?;
        let (commitment, reserved) = rest.split_first_chunk().ok_or(LeafError::Length)?;
        if reserved != RESERVED {
            return Err(LeafError::Reserved);
        }
        Ok(Self {
            entry_type,
            time_ms: u64::from_be_bytes(*time),
            commitment: *commitment,
        })
    }

    /// The hash under which the leaf stands in the tree.
    pub fn hash(&self) -> Hash {
        hash::leaf_hash(&self.to_bytes())
    }
}

/// SHA-256("precinto/rec/v1" || 0x00 || type || salt || record): binds a record without revealing it.
///
/// `salt` is 32 fresh random bytes, kept beside the record and deleted with it; without it a record of few
/// possible values could be guessed from its hash.
pub fn commitment(entry_type: EntryType, salt: &[u8; 32], record: &[u8]) -> Hash {
    sha256(&[
        b"precinto/rec/v1".as_slice(),
        &[0, entry_type.number()],
        salt,
        record,
    ])
}

const VERSION: u8 = 1;
const RESERVED: &[u8] = &[0; 8];

#[cfg(test)]
mod tests;
