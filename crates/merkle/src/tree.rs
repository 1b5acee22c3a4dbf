//! The tree: what it takes to grow one, to know its root, and to answer for its parts.
//!
//! Three holders of a tree, by what they must do. [`Edge`] grows it and knows the root, in two kilobytes at most.
//! [`BatchProver`] proves the entries of the newest batch without reading anything older.
//! [`HashStore`] keeps all leaf hashes in memory and proves anything. The last two only say what the hash of
//! a complete subtree is ([`HashSource`]); proofs and roots are made from that in one place.

mod batch;
mod edge;
mod store;

pub use batch::{BatchProver, batch_inclusion};
pub use edge::Edge;
pub use store::HashStore;

use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// Knows the hashes of complete subtrees.
pub trait HashSource {
    /// The hash of the 2^`height` leaves from `start` on, where 2^`height` divides `start`; none if they are not
    /// all there.
    fn subtree(&self, start: u64, height: u32) -> Option<Hash>;
}

/// The root of the first `size` entries (RFC 6962, 2.1); none if the source does not reach so far.
pub fn root_of(source: &impl HashSource, size: u64) -> Option<Hash> {
    if size == 0 {
        Some(EMPTY_ROOT)
    } else {
        range_root(source, 0, size)
    }
}

/// The hash over the leaves of `start..end`, a subtree that may be incomplete on its right.
pub(crate) fn range_root(source: &impl HashSource, start: u64, end: u64) -> Option<Hash> {
    join(&row_of_subtrees(source, start, end)?)
}

/// The complete subtrees that such a range is made of, from the largest, on the left, to the smallest.
fn row_of_subtrees(source: &impl HashSource, start: u64, end: u64) -> Option<Vec<Hash>> {
    let mut row = Vec::new();
    let mut at = start;
    while at < end {
        let height = (end - at).ilog2();
        row.push(source.subtree(at, height)?);
        at += 1 << height;
    }
    Some(row)
}

/// Joins a row of subtrees of falling size from its right; none if it is empty.
fn join(row: &[Hash]) -> Option<Hash> {
    row.iter()
        .rev()
        .copied()
        .reduce(|right, left| node_hash(&left, &right))
}

/// Where a range of two or more leaves splits: at the largest power of two below their number.
pub(crate) fn split(start: u64, end: u64) -> u64 {
    start + (1 << (end - start - 1).ilog2())
}

#[cfg(test)]
pub(crate) mod tests;
