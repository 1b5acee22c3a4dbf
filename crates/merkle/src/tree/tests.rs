//! Trees against RFC 6962's own recursive definition, for every small size.

use super::*;
use crate::hash::leaf_hash;
use crate::inclusion;

/// MTH of RFC 6962, 2.1, word for word.
pub(crate) fn mth(leaf_hashes: &[Hash]) -> Hash {
    match leaf_hashes {
        [] => EMPTY_ROOT,
        [leaf_hash] => *leaf_hash,
        _ => {
            let k = leaf_hashes.len().next_power_of_two() / 2;
            node_hash(&mth(&leaf_hashes[..k]), &mth(&leaf_hashes[k..]))
        }
    }
}

/// Leaf hashes of `count` different entries.
pub(crate) fn leaf_hashes(count: usize) -> Vec<Hash> {
    (0..count)
        .map(|n| leaf_hash(format!("entry {n}").as_bytes()))
        .collect()
}

/// A store with those leaf hashes.
pub(crate) fn store_of(leaf_hashes: &[Hash]) -> HashStore {
    let mut store = HashStore::new();
    for leaf_hash in leaf_hashes {
        store.push(*leaf_hash);
    }
    store
}

#[test]
fn the_root_of_the_well_known_eight_entries() {
    // The example tree of the Certificate Transparency reference code; twelve bytes of its root will do.
    let entries: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let root = Edge::from_leaf_hashes(entries.map(leaf_hash)).root();
    let beginning = [
        0x5d, 0xc9, 0xda, 0x79, 0xa7, 0x06, 0x59, 0xa9, 0xad, 0x55, 0x9c, 0xb7,
    ];
    assert_eq!(root[..12], beginning);
}

#[test]
fn edge_and_store_know_the_same_root_as_the_definition() {
    let leaf_hashes = leaf_hashes(600);
    let store = store_of(&leaf_hashes);
    let mut edge = Edge::new();
    for size in 0..=leaf_hashes.len() {
        let root = mth(&leaf_hashes[..size]);
        assert_eq!((edge.size(), edge.root()), (size as u64, root));
        assert_eq!(store.root(size as u64), Some(root), "size {size}");
        if let Some(leaf_hash) = leaf_hashes.get(size) {
            edge.append(*leaf_hash);
        }
    }
    assert_eq!(store.root(601), None);
    assert_eq!(store.root(u64::MAX), None);
}

#[test]
fn a_store_answers_for_complete_subtrees_only() {
    let leaf_hashes = leaf_hashes(300);
    let store = store_of(&leaf_hashes);
    for height in 0..10 {
        for start in 0..310 {
            let end = start + (1 << height);
            let complete = start % (1 << height) == 0 && end <= leaf_hashes.len();
            let expected = complete.then(|| mth(&leaf_hashes[start..end]));
            assert_eq!(
                store.subtree(start as u64, height),
                expected,
                "{start} at {height}"
            );
        }
    }
    assert_eq!(store.subtree(0, 64), None);
    assert_eq!(store.subtree(u64::MAX, u32::MAX), None);
}

#[test]
fn a_store_outgrows_its_first_pieces() {
    let leaf_hashes = leaf_hashes(70_000); // beyond one piece on the level above the leaves, too
    let store = store_of(&leaf_hashes);
    assert_eq!(store.len(), 70_000);
    assert_eq!(store.root(70_000), Some(mth(&leaf_hashes)));
    assert_eq!(store.leaf_hash(69_999), leaf_hashes.last().copied());
    assert_eq!(store.leaf_hash(70_000), None);
    assert_eq!(
        store.edge(65_537),
        Some(Edge::from_leaf_hashes(leaf_hashes[..65_537].to_vec()))
    );
}

#[test]
fn a_batch_proves_its_entries_from_the_old_edge_alone() {
    let leaf_hashes = leaf_hashes(80);
    let store = store_of(&leaf_hashes);
    for old in 0..=40 {
        let edge = Edge::from_leaf_hashes(leaf_hashes[..old].to_vec());
        for new in 0..=40 {
            let batch = &leaf_hashes[old..old + new];
            let size = (old + new) as u64;
            let prover = BatchProver::new(&edge, batch);
            assert_eq!(prover.size(), size);
            assert_eq!(prover.root(), store.root(size), "{old} + {new}");
            for index in 0..=size {
                let path = prover.inclusion(index);
                let of_the_batch = index >= old as u64 && index < size;
                let expected = of_the_batch.then(|| inclusion::prove(&store, index, size).unwrap());
                assert_eq!(path, expected, "{old} + {new}, entry {index}");
            }
            let last = size.saturating_sub(1);
            assert_eq!(batch_inclusion(&edge, batch, last), prover.inclusion(last));
        }
    }
}
