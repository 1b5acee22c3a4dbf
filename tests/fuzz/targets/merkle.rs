//! The targets of `precinto-merkle`: what a log publishes or gives away as text.

use precinto_envelope::crypto::SigningKey;
use precinto_merkle::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use precinto_merkle::leaf::Leaf;
use precinto_merkle::note::{NoteSigner, NoteVerifier, SignedNote};
use precinto_merkle::policy::Policy;
use precinto_merkle::receipt::Receipt;
use std::hint::black_box;

/// Everything that a log publishes or gives away as text. Of each there is one spelling.
pub(crate) fn proof(bytes: &[u8]) {
    // Of a log that nobody runs; the corpus holds what it has signed.
    let signer = NoteSigner::new(
        "fuzz.dev.invalid/log",
        SigningKey::from_ed25519_seed([7; 32]),
    );
    let signer = signer.expect("a signer");
    let key = signer.verifier();
    if let Ok(note) = SignedNote::parse(bytes) {
        black_box(note.text().len());
    }
    if let Ok(signed) = SignedCheckpoint::verify(bytes, &key) {
        assert_eq!(
            signed.note().as_bytes(),
            bytes,
            "two spellings of one checkpoint"
        );
    }
    if let Ok(receipt) = Receipt::parse(bytes) {
        assert_eq!(
            receipt.to_text().as_bytes(),
            bytes,
            "two spellings of one receipt"
        );
        black_box(receipt.verify(&key, b"a record").is_ok());
    }
    if let Ok(leaf) = Leaf::from_bytes(bytes) {
        assert_eq!(leaf.to_bytes(), bytes, "two spellings of one leaf");
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.text(), text, "two spellings of one checkpoint");
    }
    if let Ok(origin) = Origin::parse(text) {
        assert_eq!(origin.as_str(), text, "two spellings of one origin");
    }
    if let Ok(key) = NoteVerifier::parse(text) {
        assert_eq!(key.to_string(), text, "two spellings of one key");
    }
}

/// A witness policy (C2SP tlog-policy). More cosignatures never make it harder to meet.
pub(crate) fn witness_policy(bytes: &[u8]) {
    match Policy::parse(bytes) {
        Ok(policy) => {
            assert!(policy.is_met(|_| true), "nobody can ever meet it");
            let alone = policy.is_met(|_| false);
            assert!(alone || policy.asks_for_witnesses(), "it asks for nobody");
            let first = policy.witnesses().first();
            let with_one = policy.is_met(|witness| Some(witness) == first);
            assert!(with_one || !alone, "one cosignature too many");
        }
        Err(error) => assert!(!error.to_string().is_empty(), "nothing to show"),
    }
}
