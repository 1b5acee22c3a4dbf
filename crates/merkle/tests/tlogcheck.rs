//! A verifier that shares nothing with this crate must agree with what this crate writes.
//!
//! It is a Python program beside the project; without it, or without Python, these tests say so and pass.

#![expect(
    clippy::unwrap_used,
    reason = "a test may panic, and says what it skips"
)]

use base64ct::{Base64, Encoding};
use precinto_envelope::crypto::SigningKey;
use precinto_merkle::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use precinto_merkle::consistency;
use precinto_merkle::cosignature::CosignatureSigner;
use precinto_merkle::hash::leaf_hash;
use precinto_merkle::leaf::{EntryType, Leaf, commitment};
use precinto_merkle::note::NoteSigner;
use precinto_merkle::receipt::Receipt;
use precinto_merkle::tree::{BatchProver, Edge, HashStore};
use skipped::{shared, skipped};
use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

#[expect(unreachable_pub, reason = "one file for the tests of every crate")]
#[path = "../../../tests/harness/skipped.rs"]
mod skipped;

const ORIGIN: &str = "gw.us.example/log/2027";
/// The program's verdict; none if it cannot be run here.
fn accepts(arguments: &[&str]) -> Option<bool> {
    let program = shared("tools/tlogcheck.py")?;
    let output = Command::new("python3")
        .arg(program)
        .args(arguments)
        .output();
    output.map_or_else(
        |error| {
            skipped(&format!("python3: {error}"));
            None
        },
        |output| Some(output.status.success()),
    )
}

/// A file of this test run with `text` in it.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    File::create(&path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    path
}

fn log() -> NoteSigner {
    NoteSigner::new(ORIGIN, SigningKey::from_ed25519_seed([3; 32])).unwrap()
}

fn witness() -> CosignatureSigner {
    CosignatureSigner::new("witness.example/w1", SigningKey::from_ed25519_seed([4; 32])).unwrap()
}

fn cosigned(checkpoint: &Checkpoint) -> SignedCheckpoint {
    let line = witness().cosign(checkpoint, 1_795_000_001).unwrap();
    checkpoint
        .sign(&log())
        .unwrap()
        .with_cosignatures(&line)
        .unwrap()
}

#[test]
fn it_accepts_our_notes_with_cosignature_and_refuses_a_bent_one() {
    let origin = Origin::parse(ORIGIN).unwrap();
    let note = cosigned(&Checkpoint {
        origin,
        size: 42,
        root: [7; 32],
    })
    .note()
    .to_owned();
    let keys = (
        log().verifier().to_string(),
        witness().verifier().to_string(),
    );
    let verdict = |name: &str, note: &str| {
        let path = file(name, note);
        accepts(&[
            "note",
            path.to_str().unwrap(),
            "--vkey",
            &keys.0,
            "--cosigner",
            &keys.1,
        ])
    };
    let Some(accepted) = verdict("note", &note) else {
        return;
    };
    assert!(accepted);
    assert_eq!(
        verdict("note-bent", &note.replace("\n42\n", "\n43\n")),
        Some(false)
    );
}

#[test]
fn it_accepts_our_receipts_and_refuses_one_that_was_moved() {
    let (salt, record) = ([9; 32], b"what was said");
    let commitment = commitment(EntryType::Statement, &salt, record);
    let leaf = |time_ms| Leaf {
        entry_type: EntryType::Statement,
        time_ms,
        commitment,
    };
    let old = Edge::from_leaf_hashes((0..21).map(|n| leaf(n).hash()));
    let batch: Vec<_> = (21..34).map(|n| leaf(n).hash()).collect();
    let prover = BatchProver::new(&old, &batch);
    let (size, root) = (prover.size(), prover.root().unwrap());
    let origin = Origin::parse(ORIGIN).unwrap();
    let checkpoint_note = cosigned(&Checkpoint { origin, size, root })
        .note()
        .to_owned();
    let keys = (
        log().verifier().to_string(),
        witness().verifier().to_string(),
    );
    for index in [21, 27, 33] {
        let (leaf, path) = (leaf(index), prover.inclusion(index).unwrap());
        let receipt = Receipt {
            leaf,
            salt,
            index,
            path,
            checkpoint_note: checkpoint_note.clone(),
        };
        receipt.verify(&log().verifier(), record).unwrap();
        let moved = Receipt {
            index: index ^ 1,
            ..receipt.clone()
        };
        for (receipt, expected) in [(receipt, true), (moved, false)] {
            let path = file(&format!("{index}.tlog-proof"), &receipt.to_text());
            let path = path.to_str().unwrap();
            let arguments = ["receipt", path, "--vkey", &keys.0, "--cosigner", &keys.1];
            let Some(accepted) = accepts(&arguments) else {
                return;
            };
            assert_eq!(accepted, expected, "entry {index}");
        }
    }
}

#[test]
fn it_accepts_our_consistency_proofs_and_refuses_a_rewritten_log() {
    let mut store = HashStore::new();
    (0..40_u8).for_each(|n| store.push(leaf_hash(&[n])));
    let pair = |size: u64| {
        format!(
            "{size}:{}",
            Base64::encode_string(&store.root(size).unwrap())
        )
    };
    for (old, new) in [(1, 40), (8, 9), (13, 40), (32, 40), (40, 40)] {
        let proof = consistency::prove(&store, old, new).unwrap();
        let proof: Vec<String> = proof
            .iter()
            .map(|hash| Base64::encode_string(hash))
            .collect();
        for (claimed, expected) in [(pair(old), true), (pair(old).replace(':', ":AAAA"), false)] {
            let new = pair(new);
            let mut arguments = vec!["consistency", "--old", &claimed, "--new", &new];
            arguments.extend(proof.iter().map(String::as_str));
            let Some(accepted) = accepts(&arguments) else {
                return;
            };
            assert_eq!(accepted, expected, "{claimed} to {new}");
        }
    }
}
