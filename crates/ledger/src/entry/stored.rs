//! An entry as it is read back, every checksum and commitment verified.

use super::EntryKey;
use crate::journal::frame::{ROW_LEN, Row};
use bytes::Bytes;
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::Leaf;

/// An entry of the log. It exists only if its frame's checksums held and its record is the one that its leaf
/// commits to (or was pruned).
#[derive(Debug)]
pub struct StoredEntry {
    index: u64,
    row: Row,
    /// Record, content and body, one after the other; a part of `memory` or the whole of it.
    data: Bytes,
    memory: Memory,
}

/// The piece of memory that an entry's bytes lie in. While one part of it is held, all of it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Where it is: no other piece has the same as long as this one is held.
    pub address: usize,
    /// Bytes.
    pub bytes: usize,
}

/// Equal are those that say the same at the same place in the log, wherever in memory they lie.
impl PartialEq for StoredEntry {
    fn eq(&self, other: &Self) -> bool {
        (self.index, &self.row, &self.data) == (other.index, &other.row, &other.data)
    }
}

impl Eq for StoredEntry {}

impl StoredEntry {
    /// The caller has checked `data` against the row.
    pub(crate) fn new(index: u64, row: Row, data: Bytes, memory: Memory) -> Self {
        Self {
            index,
            row,
            data,
            memory,
        }
    }

    pub(crate) fn row(&self) -> &Row {
        &self.row
    }

    /// Where in the log, counted from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Type, time and commitment: what stands in the tree.
    pub fn leaf(&self) -> &Leaf {
        &self.row.leaf
    }

    /// The salt of the leaf's commitment; zero if the record was pruned.
    pub fn salt(&self) -> &[u8; 32] {
        &self.row.salt
    }

    /// What the leaf commits to, byte for byte as it was appended; empty if pruned.
    pub fn record(&self) -> &[u8] {
        self.split().0
    }

    /// The envelope, certificate, list or text, byte for byte; empty if pruned.
    pub fn content(&self) -> &[u8] {
        self.split().1
    }

    /// The body, byte for byte; empty if there is none or it was pruned.
    pub fn body(&self) -> &[u8] {
        self.split().2
    }

    /// Record, content and body, without a copy: whoever hands the entry out to many holds it once.
    pub fn shared(&self) -> [Bytes; 3] {
        let (record, content, body) = self.split();
        [record, content, body].map(|part| self.data.slice_ref(part))
    }

    /// The memory that is held as long as anything of [`Self::shared`] is.
    pub fn memory(&self) -> Memory {
        self.memory
    }

    /// By what the entry is known; outlives pruning.
    pub fn key(&self) -> &EntryKey {
        &self.row.key
    }

    /// What tells a repeat from a conflict: the `statement_id`, or SHA-256 of a TRUST entry's content.
    pub fn digest(&self) -> &Hash {
        &self.row.digest
    }

    /// Whether record, salt and content were deleted by law.
    pub fn record_pruned(&self) -> bool {
        self.row.record_pruned()
    }

    /// Whether the body was deleted by law.
    pub fn body_pruned(&self) -> bool {
        self.row.body_pruned()
    }

    /// What the entry takes up: its row and its data, in bytes.
    pub fn size_bytes(&self) -> usize {
        ROW_LEN + self.data.len()
    }

    fn split(&self) -> (&[u8], &[u8], &[u8]) {
        let (record_len, content_len) = (self.row.record_len, self.row.content_len);
        let parts = self
            .data
            .split_at_checked(record_len as usize)
            .and_then(|(record, rest)| {
                let (content, body) = rest.split_at_checked(content_len as usize)?;
                Some((record, content, body))
            });
        parts.expect("the data is as long as its row says")
    }
}
