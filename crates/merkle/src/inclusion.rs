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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::{leaf_hashes, store_of};

    #[test]
    fn every_entry_of_every_size_is_proven_and_nothing_else() {
        let leaf_hashes = leaf_hashes(64);
        let store = store_of(&leaf_hashes);
        for size in 0..=64 {
            let root = store.root(size).unwrap();
            assert_eq!(prove(&store, size, size), None);
            for (index, leaf) in (0..size).zip(&leaf_hashes) {
                let path = prove(&store, index, size).unwrap();
                verify(index, size, leaf, &path, &root).unwrap();
                refuses_mutations(index, size, leaf, &path, &root);
            }
        }
        assert_eq!(prove(&store, 0, 65), None);
    }

    fn refuses_mutations(index: u64, size: u64, leaf: &Hash, path: &[Hash], root: &Hash) {
        let with = |at: usize| {
            let mut path = path.to_vec();
            path[at][at % 32] ^= 1;
            path
        };
        for at in 0..path.len() {
            assert_eq!(
                verify(index, size, leaf, &with(at), root),
                Err(ProofError::Root)
            );
        }
        if let Some((_, shorter)) = path.split_last() {
            assert_eq!(
                verify(index, size, leaf, shorter, root),
                Err(ProofError::Length)
            );
            let headless = &path[1..];
            assert_eq!(
                verify(index, size, leaf, headless, root),
                Err(ProofError::Length)
            );
        }
        let longer = [path, &[*leaf]].concat();
        assert_eq!(
            verify(index, size, leaf, &longer, root),
            Err(ProofError::Length)
        );
        for other in (0..=size).filter(|other| *other != index) {
            assert!(
                verify(other, size, leaf, path, root).is_err(),
                "{index} passed as {other}"
            );
        }
        assert_eq!(
            verify(index, size, root, path, leaf),
            if size == 1 {
                Ok(())
            } else {
                Err(ProofError::Root)
            }
        );
        assert_eq!(verify(size, size, leaf, path, root), Err(ProofError::Range));
    }

    #[test]
    fn the_largest_sizes_do_not_overflow() {
        let hash = [0; 32];
        assert!(verify(u64::MAX - 1, u64::MAX, &hash, &[hash; 63], &hash).is_err());
        assert!(verify(u64::MAX, u64::MAX, &hash, &[], &hash).is_err());
        assert_eq!(
            verify(0, u64::MAX, &hash, &[hash; 64], &hash),
            Err(ProofError::Length)
        );
    }
}
