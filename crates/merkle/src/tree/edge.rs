//! The right edge: the least one must remember of a tree to go on growing it.

use super::{HashSource, join, row_of_subtrees};
use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// The hashes of the complete subtrees that make up a tree, the largest first: one for each one-bit of its size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    peaks: Vec<Hash>,
}

impl Edge {
    /// The edge of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of a tree with these leaf hashes, in order.
    pub fn from_leaf_hashes(leaf_hashes: impl IntoIterator<Item = Hash>) -> Self {
        let mut edge = Self::new();
        leaf_hashes
            .into_iter()
            .for_each(|leaf_hash| edge.append(leaf_hash));
        edge
    }

    /// The edge of the first `size` entries of a source; none if it does not reach so far.
    pub(super) fn from_source(source: &impl HashSource, size: u64) -> Option<Self> {
        Some(Self {
            size,
            peaks: row_of_subtrees(source, 0, size)?,
        })
    }

    /// Adds one entry by its leaf hash.
    pub fn append(&mut self, leaf_hash: Hash) {
        let mut joined = leaf_hash;
        // As in counting up by one: each trailing one-bit is a subtree that the new one completes.
        let untouched = self.peaks.len() - self.size.trailing_ones() as usize;
        for left in self.peaks.drain(untouched..).rev() {
            joined = node_hash(&left, &joined);
        }
        self.peaks.push(joined);
        self.size += 1;
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all entries.
    pub fn root(&self) -> Hash {
        join(&self.peaks).unwrap_or(EMPTY_ROOT)
    }

    /// The complete subtree of 2^`height` leaves in this tree's row of them, if its size has that bit.
    pub(super) fn peak(&self, height: u32) -> Option<&Hash> {
        let higher = self.size.checked_shr(height)?;
        if higher & 1 == 0 {
            return None;
        }
        self.peaks.get((higher >> 1).count_ones() as usize)
    }
}
