//! Proofs for the newest batch, from the edge before it and its own leaves alone.
//!
//! The log's owner makes a receipt for every entry before it has written any of them. All it needs: the
//! siblings on the way from a new entry to the root are either made of new leaves or are peaks of the old edge.

use super::{Edge, HashSource, root_of};
use crate::hash::{Hash, node_hash};
use crate::inclusion;

/// The subtrees that a batch touches: about one hash an entry to build; a proof then takes a few more, at the right edge.
#[derive(Debug, Clone)]
pub struct BatchProver {
    old_size: u64,
    size: u64,
    /// By height, from the leaves up.
    rows: Vec<Row>,
}

/// Neighbouring complete subtrees of one height: an old peak where there is one, then all that hold a new leaf.
#[derive(Debug, Clone)]
struct Row {
    /// Position of the first among all subtrees of its height.
    first: u64,
    hashes: Vec<Hash>,
}

impl BatchProver {
    /// Prepares proofs in the tree of `old` followed by `leaf_hashes`.
    pub fn new(old: &Edge, leaf_hashes: &[Hash]) -> Self {
        let size = old.size() + leaf_hashes.len() as u64;
        let mut rows: Vec<Row> = Vec::new();
        let mut new = leaf_hashes.to_vec();
        for height in 0..=size.checked_ilog2().unwrap_or(0) {
            // With the old peak in front, the row starts at an even position: at a pair.
            let first = (old.size() >> height) & !1;
            let hashes: Vec<Hash> = old.peak(height).copied().into_iter().chain(new).collect();
            new = hashes
                .as_chunks()
                .0
                .iter()
                .map(|[left, right]| node_hash(left, right))
                .collect();
            rows.push(Row { first, hashes });
        }
        Self {
            old_size: old.size(),
            size,
            rows,
        }
    }

    /// The number of entries, those of the batch included.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of all entries, from the rows: a second way to it beside [`Edge::append`], against bit flips.
    pub fn root(&self) -> Option<Hash> {
        root_of(self, self.size)
    }

    /// The way from entry `index` to the root of all entries; none if it is not of this batch.
    pub fn inclusion(&self, index: u64) -> Option<Vec<Hash>> {
        if index < self.old_size {
            return None;
        }
        inclusion::prove(self, index, self.size)
    }
}

impl HashSource for BatchProver {
    fn subtree(&self, start: u64, height: u32) -> Option<Hash> {
        let row = self.rows.get(height as usize)?;
        let at = (start >> height).checked_sub(row.first)?;
        row.hashes.get(usize::try_from(at).ok()?).copied()
    }
}

/// The inclusion path of entry `index` in the tree of `old` followed by `new_leaf_hashes`; none if `index` is not
/// one of the new ones. For a whole batch, build one [`BatchProver`].
pub fn batch_inclusion(old: &Edge, new_leaf_hashes: &[Hash], index: u64) -> Option<Vec<Hash>> {
    BatchProver::new(old, new_leaf_hashes).inclusion(index)
}
