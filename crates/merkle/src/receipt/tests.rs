//! Receipts: a log's whole answer, and every way to bend it.

use super::*;
use crate::checkpoint::Origin;
use crate::cosignature::CosignatureSigner;
use crate::leaf::EntryType;
use crate::note::NoteSigner;
use crate::tree::{BatchProver, Edge};
use precinto_envelope::crypto::SigningKey;
use proptest::prelude::*;

const ORIGIN: &str = "gw.us.example/log/2027";
const RECORD: &[u8] = b"what was said";

fn log() -> NoteSigner {
    NoteSigner::new(ORIGIN, SigningKey::from_ed25519_seed([3; 32])).unwrap()
}

fn witness(seed: u8) -> CosignatureSigner {
    CosignatureSigner::new(
        &format!("witness/{seed}"),
        SigningKey::from_ed25519_seed([seed; 32]),
    )
    .unwrap()
}

/// The receipt for `RECORD` as entry `index` of a log of `size` entries.
fn receipt(index: u64, size: u64) -> Receipt {
    let salt = [9; 32];
    let commitment = commitment(EntryType::Statement, &salt, RECORD);
    let leaf = Leaf {
        entry_type: EntryType::Statement,
        time_ms: 1_795_000_000_000,
        commitment,
    };
    let others = |n: u64| Leaf { time_ms: n, ..leaf }.hash();
    let leaves: Vec<Hash> = (0..size)
        .map(|n| if n == index { leaf.hash() } else { others(n) })
        .collect();
    let prover = BatchProver::new(&Edge::new(), &leaves);
    let root = prover.root().unwrap();
    let checkpoint = Checkpoint {
        origin: Origin::parse(ORIGIN).unwrap(),
        size,
        root,
    };
    let checkpoint_note = checkpoint.sign(&log()).unwrap().note().to_owned();
    Receipt {
        leaf,
        salt,
        index,
        path: prover.inclusion(index).unwrap(),
        checkpoint_note,
    }
}

#[test]
fn a_receipt_proves_its_record_and_no_other() {
    for (index, size) in [(0, 1), (0, 2), (1, 2), (4, 5), (70, 100)] {
        let receipt = receipt(index, size);
        let verified = receipt.verify(&log().verifier(), RECORD).unwrap();
        assert_eq!(
            (verified.index(), verified.size(), verified.grade()),
            (index, size, Grade::Local)
        );
        assert_eq!(*verified.leaf(), receipt.leaf);
        assert_eq!(Receipt::parse(receipt.to_text()), Ok(receipt.clone()));
        let other = receipt.verify(&log().verifier(), b"what was not said");
        assert_eq!(other, Err(ReceiptError::Record));
    }
}

#[test]
fn each_part_is_bound_to_the_signature() {
    let good = receipt(4, 7);
    let refused = |bend: fn(&mut Receipt)| {
        let mut receipt = good.clone();
        bend(&mut receipt);
        receipt.verify(&log().verifier(), RECORD).unwrap_err()
    };
    assert_eq!(refused(|r| r.index = 3), ProofError::Root.into());
    assert_eq!(refused(|r| r.index = 7), ProofError::Range.into());
    assert_eq!(refused(|r| r.leaf.time_ms += 1), ProofError::Root.into());
    assert_eq!(
        refused(|r| r.leaf.entry_type = EntryType::Trust),
        ReceiptError::Record
    );
    assert_eq!(refused(|r| r.salt[0] ^= 1), ReceiptError::Record);
    assert_eq!(refused(|r| r.path[1][0] ^= 1), ProofError::Root.into());
    assert_eq!(refused(|r| r.path.truncate(2)), ProofError::Length.into());
    let bent_note = refused(|r| r.checkpoint_note = r.checkpoint_note.replace("\n7\n", "\n8\n"));
    assert!(matches!(bent_note, ReceiptError::Checkpoint(_)));
    let stranger = NoteSigner::new(ORIGIN, SigningKey::from_ed25519_seed([8; 32])).unwrap();
    assert!(good.verify(&stranger.verifier(), RECORD).is_err());
}

#[test]
fn one_verified_checkpoint_serves_the_receipts_under_it_only() {
    let (one, two) = (receipt(4, 7), receipt(5, 7));
    let checkpoint = one.checkpoint(&log().verifier()).unwrap();
    assert!(one.verify_under(&checkpoint, RECORD).is_ok());
    assert_eq!(
        two.verify_under(&checkpoint, RECORD),
        Err(ReceiptError::OtherCheckpoint)
    );
}

#[test]
fn the_grade_is_computed_from_the_witnesses_asked_for() {
    let local = receipt(4, 7);
    let checkpoint = local.checkpoint(&log().verifier()).unwrap();
    let line = witness(11)
        .cosign(checkpoint.checkpoint(), 1_795_000_001)
        .unwrap();
    let note = checkpoint
        .with_cosignatures(&line)
        .unwrap()
        .note()
        .to_owned();
    let cosigned = Receipt {
        checkpoint_note: note,
        ..local.clone()
    };
    let grade = |receipt: &Receipt, policy: &str| {
        let policy = Policy::parse(policy).unwrap();
        receipt
            .verify_graded(&log().verifier(), &policy, RECORD)
            .unwrap()
            .grade()
    };
    let line = |name: &str, seed| format!("witness {name} {}\n", witness(seed).verifier());
    let (one, two) = (line("one", 11), line("two", 12));
    assert_eq!(
        grade(&cosigned, &format!("{one}quorum one\n")),
        Grade::Witnessed
    );
    let both = format!("{one}{two}group both all one two\nquorum both\n");
    assert_eq!(grade(&cosigned, &both), Grade::Local);
    assert_eq!(
        grade(&cosigned, &format!("{two}quorum two\n")),
        Grade::Local
    );
    assert_eq!(
        grade(&cosigned, &format!("{one}quorum none\n")),
        Grade::Local
    );
    assert_eq!(grade(&local, &format!("{one}quorum one\n")), Grade::Local);
}

#[test]
fn what_is_not_exactly_a_receipt_is_refused() {
    let text = receipt(4, 7).to_text();
    let path_line = text.lines().nth(3).unwrap();
    for bad in [
        text.replace("@v1", "@v2"),
        text.replace("extra ", "Extra "),
        text.replace("index 4", "index 04"),
        text.replace("index 4", "index +4"),
        text.replace("index 4\n", ""),
        text.replace("index 4", "index 4\r"),
        text.replacen(path_line, path_line.trim_end_matches('='), 1),
        text.replacen(path_line, &format!("{path_line} "), 1),
        text.replacen(path_line, &[path_line; 64].join("\n"), 1),
        text.replacen("\n\n", "\n", 1),
        text.replacen("\n\n", "\n\n\n", 2),
        text.trim_end().to_owned(),
        format!(" {text}"),
        format!("{text}\n"),
        text.replacen("extra AQ", "extra Ag", 1),
        text.replacen("extra AQ", "extra AA", 1),
        format!("{text}{}", "x".repeat(RECEIPT_BYTES_MAX)),
    ] {
        assert!(Receipt::parse(&bad).is_err(), "{bad}");
    }
    let no_extra: String = text
        .split_inclusive('\n')
        .filter(|l| !l.starts_with("extra"))
        .collect();
    assert_eq!(Receipt::parse(no_extra), Err(ReceiptError::Form("extra")));
}

proptest! {
    #[test]
    fn text_and_meaning_are_one(index: u64, time_ms: u64, salt: [u8; 32], path in prop::collection::vec(any::<[u8; 32]>(), 0..=63)) {
        let good = receipt(0, 1);
        let leaf = Leaf { time_ms, ..good.leaf };
        let receipt = Receipt { leaf, salt, index, path, ..good };
        prop_assert_eq!(Receipt::parse(receipt.to_text()), Ok(receipt));
    }

    #[test]
    fn a_bent_receipt_is_refused_or_says_the_same_as_before(at: prop::sample::Index, flip in 1..=255_u8) {
        let good = receipt(4, 7);
        let mut bent = good.to_text().into_bytes();
        let at = at.index(bent.len());
        bent[at] ^= flip;
        if let Ok(read) = Receipt::parse(&bent) {
            prop_assert_eq!(read.to_text().into_bytes(), bent);
            prop_assert!(read.verify(&log().verifier(), RECORD).is_err());
        }
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes: Vec<u8>, lines in "(extra|index|[A-Za-z0-9+/]{43})[ =]([0-9]{1,3})?\n{1,2}") {
        let text = format!("{HEAD}\n{lines}");
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(read) = Receipt::parse(bytes) {
                prop_assert_eq!(read.to_text().into_bytes(), bytes);
            }
        }
    }
}
