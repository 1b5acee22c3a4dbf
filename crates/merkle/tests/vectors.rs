//! Proofs, checkpoints and a whole log that others have published: all of it must be judged as they label it.
//!
//! The vectors lie beside the project, not in it; without them these tests say so and pass.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic, and says what it skips"
)]

use base64ct::{Base64, Encoding};
use precinto_envelope::crypto::sha256;
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::hash::{Hash, leaf_hash};
use precinto_merkle::note::NoteVerifier;
use precinto_merkle::tree::{Edge, HashStore};
use precinto_merkle::{consistency, inclusion};
use serde_json::Value;
use skipped::shared;
use std::path::{Path, PathBuf};

#[expect(unreachable_pub, reason = "one file for the tests of every crate")]
#[path = "../../../tests/harness/skipped.rs"]
mod skipped;

/// The folder of vectors, or nothing where it does not exist.
fn vectors(folder: &str) -> Option<PathBuf> {
    shared(&format!("vectors/{folder}"))
}

/// Every case below `folder`, with its file.
fn cases(folder: &Path) -> Vec<(PathBuf, Value)> {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            cases.append(&mut self::cases(&path));
        } else {
            let case = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            cases.push((path, case));
        }
    }
    cases
}

/// The hash in a field. An empty field is none, which our types refuse at the border. Where a case has a text in
/// place of a hash ("don't care 2"), any hash will do that differs where the texts do.
fn hash(value: &Value) -> Option<Hash> {
    let bytes = Base64::decode_vec(value.as_str()?).ok()?;
    if bytes.is_empty() {
        return None;
    }
    Some(Hash::try_from(bytes).unwrap_or_else(|text| sha256(&[&text])))
}

fn hashes(value: &Value) -> Option<Vec<Hash>> {
    value.as_array().into_iter().flatten().map(hash).collect()
}

fn judge(folder: &str, accepts: impl Fn(&Value) -> Option<bool>) {
    let Some(folder) = vectors("merkle/testdata").map(|root| root.join(folder)) else {
        return;
    };
    let cases = cases(&folder);
    assert_eq!(cases.len(), 98);
    for (path, case) in &cases {
        let accepted = accepts(case).unwrap_or(false);
        assert_eq!(
            accepted,
            case["wantErr"] == false,
            "{}: {}",
            path.display(),
            case["desc"]
        );
    }
}

#[test]
fn published_inclusion_proofs() {
    judge("inclusion", |case| {
        let (leaf, path, root) = (
            hash(&case["leafHash"])?,
            hashes(&case["proof"])?,
            hash(&case["root"])?,
        );
        let (index, size) = (case["leafIdx"].as_u64()?, case["treeSize"].as_u64()?);
        Some(inclusion::verify(index, size, &leaf, &path, &root).is_ok())
    });
}

#[test]
fn published_consistency_proofs() {
    judge("consistency", |case| {
        let (old_root, new_root) = (hash(&case["root1"])?, hash(&case["root2"])?);
        let (old, new) = (case["size1"].as_u64()?, case["size2"].as_u64()?);
        let proof = hashes(&case["proof"])?;
        Some(consistency::verify(old, new, &old_root, &new_root, &proof).is_ok())
    });
}

/// The log that the Tessera project publishes for tests of this kind.
const TESSERA: &str =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

/// The entries of a bundle: a run of `uint16 length || entry`.
fn entries(mut bundle: &[u8]) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bundle.split_first_chunk() {
        let (entry, rest) = rest.split_at(u16::from_be_bytes(*length).into());
        entries.push(entry.to_vec());
        bundle = rest;
    }
    entries
}

#[test]
fn a_log_somebody_else_wrote_has_the_roots_its_checkpoints_say() {
    let Some(log) = vectors("tessera-log/testdata/log") else {
        return;
    };
    let key = NoteVerifier::parse(TESSERA).unwrap();
    let mut roots = Vec::new();
    let mut store = HashStore::new();
    for size in 0..=15_u64 {
        let note = std::fs::read(log.join(format!("checkpoint.{size}"))).unwrap();
        let signed = SignedCheckpoint::verify(&note, &key).unwrap();
        assert_eq!(signed.note().as_bytes(), note);
        assert_eq!(signed.checkpoint().size, size);
        let entries = match size {
            0 => Vec::new(),
            _ => entries(&std::fs::read(log.join(format!("tile/entries/000.p/{size}"))).unwrap()),
        };
        assert_eq!(entries.len() as u64, size);
        let leaf_hashes: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        if let Some(leaf_hash) = leaf_hashes.last() {
            store.push(*leaf_hash);
        }
        assert_eq!(
            Edge::from_leaf_hashes(leaf_hashes).root(),
            signed.checkpoint().root
        );
        roots.push(signed.checkpoint().root);
    }
    for (new, new_root) in (0..).zip(&roots) {
        for (old, old_root) in (1..new).zip(&roots[1..]) {
            let proof = consistency::prove(&store, old, new).unwrap();
            consistency::verify(old, new, old_root, new_root, &proof).unwrap();
        }
    }
}
