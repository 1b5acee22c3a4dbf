//! An entry of the small log before it becomes bytes.

use super::NOW_MS;
use crate::testing::{self, Row};
use precinto_merkle::leaf::{EntryType, Leaf, commitment};

/// An entry before it becomes bytes. The leaf's commitment is made when the log is written.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) entry_type: EntryType,
    pub(crate) time_ms: u64,
    pub(crate) salt: [u8; 32],
    pub(crate) record: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) body: Vec<u8>,
    pub(crate) flags: u8,
    pub(crate) zero: u8,
    pub(crate) key: [u8; 32],
    pub(crate) digest: [u8; 32],
    /// Set to write these bytes instead of the right leaf.
    pub(crate) leaf: Option<[u8; 50]>,
}

impl Draft {
    /// A TRUST entry that says nothing yet.
    pub(super) fn empty() -> Self {
        Self {
            entry_type: EntryType::Trust,
            time_ms: NOW_MS,
            salt: [9; 32],
            record: Vec::new(),
            content: Vec::new(),
            body: Vec::new(),
            flags: 0,
            zero: 0,
            key: [0; 32],
            digest: [0; 32],
            leaf: None,
        }
    }

    /// The leaf as the log is to hold it.
    pub(crate) fn leaf_bytes(&self) -> [u8; 50] {
        let commitment = commitment(self.entry_type, &self.salt, &self.record);
        let leaf = Leaf {
            entry_type: self.entry_type,
            time_ms: self.time_ms,
            commitment,
        };
        self.leaf.unwrap_or_else(|| leaf.to_bytes())
    }

    fn row(&self) -> Row<'_> {
        Row {
            leaf: self.leaf_bytes(),
            flags: self.flags,
            zero: self.zero,
            record: &self.record,
            content: &self.content,
            body: &self.body,
            salt: self.salt,
            key: self.key,
            digest: self.digest,
        }
    }
}

/// One frame of these entries.
pub(crate) fn frame(first: u64, batch: &[Draft], note: &str) -> Vec<u8> {
    let rows: Vec<Row<'_>> = batch.iter().map(Draft::row).collect();
    testing::frame(first, &rows, note)
}
