//! Consistency proofs: the larger tree has the smaller one as its beginning (RFC 6962, 2.1.2).

use crate::hash::{Hash, node_hash};
use crate::tree::{HashSource, range_root, split};
use crate::{PROOF_HASHES_MAX, ProofError};

/// The hashes that lead from the root of `old` entries to that of `new`; empty if both are the same size.
///
/// None if `old` is zero or above `new`, or the source does not hold the tree that far.
pub fn prove(source: &impl HashSource, old: u64, new: u64) -> Option<Vec<Hash>> {
    if old == 0 || old > new {
        return None;
    }
    let (mut start, mut end) = (0, new);
    let mut from_the_top = Vec::new();
    while old != end {
        let middle = split(start, end);
        if old <= middle {
            from_the_top.push(range_root(source, middle, end)?);
            end = middle;
        } else {
            from_the_top.push(range_root(source, start, middle)?);
            start = middle;
        }
    }
    // Where the old tree is itself one of the new tree's subtrees, the verifier knows its hash: the old root.
    if start != 0 {
        from_the_top.push(range_root(source, start, end)?);
    }
    from_the_top.reverse();
    Some(from_the_top)
}

/// Checks that the tree of `old` entries with `old_root` begins the tree of `new` entries with `new_root`
/// (RFC 9162, 2.1.4.2). `old` of zero proves nothing and is refused.
pub fn verify(
    old: u64,
    new: u64,
    old_root: &Hash,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old == 0 || old > new {
        return Err(ProofError::Range);
    }
    if old == new {
        return match (proof.is_empty(), old_root == new_root) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    if proof.len() > PROOF_HASHES_MAX {
        return Err(ProofError::Length);
    }
    let (seed, rest) = match proof.split_first() {
        Some(_) if old.is_power_of_two() => (old_root, proof),
        Some((first, rest)) => (first, rest),
        None => return Err(ProofError::Length),
    };
    let (old_reached, new_reached) = climb(old, new, seed, rest)?;
    if old_reached == *old_root && new_reached == *new_root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// Rebuilds both roots from the largest subtree that ends where the old tree ends, `seed`, and the hashes beside
/// the way up from it.
fn climb(old: u64, new: u64, seed: &Hash, siblings: &[Hash]) -> Result<(Hash, Hash), ProofError> {
    let below = (old - 1).trailing_ones();
    let (mut first, mut last) = ((old - 1) >> below, (new - 1) >> below);
    let (mut old_reached, mut new_reached) = (*seed, *seed);
    for sibling in siblings {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if first & 1 == 1 || first == last {
            old_reached = node_hash(sibling, &old_reached);
            new_reached = node_hash(sibling, &new_reached);
            while first != 0 && first & 1 == 0 {
                first >>= 1;
                last >>= 1;
            }
        } else {
            new_reached = node_hash(&new_reached, sibling);
        }
        first >>= 1;
        last >>= 1;
    }
    if last == 0 {
        Ok((old_reached, new_reached))
    } else {
        Err(ProofError::Length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::{leaf_hashes, mth, store_of};

    #[test]
    fn every_pair_of_sizes_is_proven_and_nothing_else() {
        let leaf_hashes = leaf_hashes(64);
        let store = store_of(&leaf_hashes);
        for new in 0..=64_u64 {
            assert_eq!(prove(&store, 0, new), None);
            assert_eq!(prove(&store, new + 1, new), None);
            for old in 1..=new {
                let (old_root, new_root) = (store.root(old).unwrap(), store.root(new).unwrap());
                let proof = prove(&store, old, new).unwrap();
                verify(old, new, &old_root, &new_root, &proof).unwrap();
                refuses_mutations(old, new, &old_root, &new_root, &proof);
            }
        }
    }

    fn refuses_mutations(old: u64, new: u64, old_root: &Hash, new_root: &Hash, proof: &[Hash]) {
        for at in 0..proof.len() {
            let mut bent = proof.to_vec();
            bent[at][at % 32] ^= 0x80;
            assert_eq!(
                verify(old, new, old_root, new_root, &bent),
                Err(ProofError::Root)
            );
        }
        if !proof.is_empty() {
            let (tail, head) = (&proof[1..], &proof[..proof.len() - 1]);
            assert!(verify(old, new, old_root, new_root, tail).is_err());
            assert!(verify(old, new, old_root, new_root, head).is_err());
            assert!(verify(old, new, new_root, old_root, proof).is_err());
        }
        let longer = [proof, &[*old_root]].concat();
        assert_eq!(
            verify(old, new, old_root, new_root, &longer),
            Err(ProofError::Length)
        );
        assert_eq!(
            verify(0, new, old_root, new_root, proof),
            Err(ProofError::Range)
        );
        assert_eq!(
            verify(new + 1, new, old_root, new_root, proof),
            Err(ProofError::Range)
        );
    }

    #[test]
    fn a_log_that_rewrote_an_old_entry_cannot_prove_it_did_not() {
        let honest = leaf_hashes(20);
        for rewritten in 0..13 {
            let mut other = honest.clone();
            other[rewritten][0] ^= 1;
            let store = store_of(&other);
            let proof = prove(&store, 13, 20).unwrap();
            let verdict = verify(13, 20, &mth(&honest[..13]), &mth(&other), &proof);
            assert_eq!(verdict, Err(ProofError::Root));
        }
    }
}
