//! Inclusion proofs: this entry stands at this index under this root (RFC 6962, 2.1.1).

use crate::hash::{Hash, node_hash};
use crate::tree::{HashSource, range_root, split};
use crate::{PROOF_HASHES_MAX, ProofError};

/// The siblings on the way from entry `index` up to the root of `size` entries, the leaf's own sibling first.
///
/// None if `index` is not below `size`, or the source does not hold the tree that far.
pub fn prove(source: &impl HashSource, index: u64, size: u64) -> Option<Vec<Hash>> {
    if index >= size {
        return None;
    }
    let (mut start, mut end) = (0, size);
    let mut from_the_top = Vec::new();
    while end - start > 1 {
        let middle = split(start, end);
        if index < middle {
            from_the_top.push(range_root(source, middle, end)?);
            end = middle;
        } else {
            from_the_top.push(range_root(source, start, middle)?);
            start = middle;
        }
    }
    from_the_top.reverse();
    Some(from_the_top)
}

/// Checks that `leaf_hash` stands at `index` in the tree of `size` entries with `root` (RFC 9162, 2.1.3.2).
pub fn verify(
    index: u64,
    size: u64,
    leaf_hash: &Hash,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Range);
    }
    if path.len() > PROOF_HASHES_MAX {
        return Err(ProofError::Length);
    }
    let (mut first, mut last, mut reached) = (index, size - 1, *leaf_hash);
    for sibling in path {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if first & 1 == 1 || first == last {
            reached = node_hash(sibling, &reached);
            // On the right edge, levels without a sibling are skipped.
            while first != 0 && first & 1 == 0 {
                first >>= 1;
                last >>= 1;
            }
        } else {
            reached = node_hash(&reached, sibling);
        }
        first >>= 1;
        last >>= 1;
    }
    match (last == 0, reached == *root) {
        (false, _) => Err(ProofError::Length),
        (true, false) => Err(ProofError::Root),
        (true, true) => Ok(()),
    }
}
