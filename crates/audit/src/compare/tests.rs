//! One history, two histories, and what cannot be told.

use super::*;
use crate::testing::{Row, checkpoint, frame, segment_header};
use precinto_alert::Lang;
use precinto_envelope::crypto::{SigningKey, sha256};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::cosignature::CosignatureSigner;
use precinto_merkle::leaf::{EntryType, commitment};
use precinto_merkle::note::NoteSigner;
use precinto_merkle::receipt::Receipt;
use precinto_merkle::tree::{Edge, HashStore};
use precinto_merkle::{consistency, inclusion};
use std::io::Write;
use tempfile::TempDir;

const ORIGIN: &str = "gw.dev.invalid/log/2026";
const SALT: [u8; 32] = [9; 32];

fn log() -> NoteSigner {
    NoteSigner::new(ORIGIN, SigningKey::from_ed25519_seed([5; 32])).unwrap()
}

fn witness() -> CosignatureSigner {
    let key = SigningKey::from_ed25519_seed([6; 32]);
    CosignatureSigner::new("mx.dev.invalid/agency/anam/node/mex/witness", key).unwrap()
}

/// A log in memory, all of whose entries from `differs` on are another history's.
struct Log {
    leaves: Vec<Leaf>,
    tree: HashStore,
}

fn history(size: u64, differs: u64) -> Log {
    let mut tree = HashStore::new();
    let leaf = |index: u64| {
        let record: &[u8] = if index < differs { b"one" } else { b"other" };
        Leaf {
            entry_type: EntryType::Statement,
            time_ms: 1_795_000_000_000 + index,
            commitment: commitment(EntryType::Statement, &SALT, record),
        }
    };
    let leaves: Vec<Leaf> = (0..size).map(leaf).collect();
    for leaf in &leaves {
        tree.push(leaf.hash());
    }
    Log { leaves, tree }
}

impl Log {
    fn note(&self, size: u64) -> String {
        let leaves = self.leaves.iter().take(size.try_into().unwrap());
        checkpoint(&log(), &Edge::from_leaf_hashes(leaves.map(Leaf::hash)))
    }

    fn checkpoint(&self, name: &str, size: u64) -> Held {
        held(name, &self.note(size))
    }

    fn receipt(&self, name: &str, index: u64, size: u64) -> Held {
        let receipt = Receipt {
            leaf: self.leaves[usize::try_from(index).unwrap()],
            salt: SALT,
            index,
            path: inclusion::prove(&self.tree, index, size).unwrap(),
            checkpoint_note: self.note(size),
        };
        held(name, &receipt.to_text())
    }

    /// Its data folder, with one batch up to each of these sizes.
    fn write(&self, sizes: &[u64]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("journal")).unwrap();
        let (mut bytes, mut first) = (segment_header(0, ORIGIN), 0);
        for size in sizes {
            let rows: Vec<Row<'_>> = (first..*size).map(|index| self.row(index)).collect();
            bytes.extend(frame(first, &rows, &self.note(*size)));
            first = *size;
        }
        let path = folder.path().join("journal/00000000000000000000.seg");
        std::fs::File::create(path)
            .unwrap()
            .write_all(&bytes)
            .unwrap();
        folder
    }

    fn row(&self, index: u64) -> Row<'static> {
        Row {
            leaf: self.leaves[usize::try_from(index).unwrap()].to_bytes(),
            flags: 0,
            zero: 0,
            record: b"one",
            content: b"",
            body: b"",
            salt: SALT,
            key: sha256(&[&index.to_be_bytes()]),
            digest: [0; 32],
        }
    }
}

fn held(name: &str, text: &str) -> Held {
    Held {
        name: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    }
}

fn compare(held: Vec<Held>) -> Comparison {
    Comparison::new(held, &log().verifier(), &[witness().verifier()])
}

#[test]
fn the_same_checkpoint_in_two_hands_is_one_history() {
    let one = history(9, 99);
    let comparison = compare(vec![one.checkpoint("us", 7), one.checkpoint("mx", 7)]).finish();
    assert_eq!(comparison.verdict(), Verdict::Clean);
    let receipts = vec![one.receipt("us", 3, 7), one.checkpoint("mx", 7)];
    assert_eq!(compare(receipts).finish().verdict(), Verdict::Clean);
}

#[test]
fn two_roots_for_one_size_are_a_fork_and_both_notes_are_shown() {
    let (one, other) = (history(9, 99), history(9, 4));
    let comparison = compare(vec![one.checkpoint("us", 7), other.checkpoint("mx", 7)]).finish();
    assert_eq!(comparison.verdict(), Verdict::Findings);
    let [
        Fork::TwoRoots {
            tree_size: 7,
            first,
            second,
        },
    ] = &comparison.forks[..]
    else {
        panic!("{:?}", comparison.forks)
    };
    assert_eq!((first.name.as_str(), second.name.as_str()), ("us", "mx"));
    // Both exhibits verify by themselves: whoever is shown them needs nothing else.
    for (exhibit, of) in [(first, &one), (second, &other)] {
        let signed = SignedCheckpoint::verify(exhibit.note.as_bytes(), &log().verifier());
        assert_eq!(signed.unwrap().checkpoint().root, of.tree.root(7).unwrap());
    }
    for lang in [Lang::En, Lang::Es] {
        let text = comparison.lines(lang).join("\n");
        for line in first.note.lines().chain(second.note.lines()) {
            assert!(text.contains(line), "{text}");
        }
    }
    // Where the histories were still one, there is no fork.
    let before = compare(vec![one.checkpoint("us", 4), other.checkpoint("mx", 4)]).finish();
    assert_eq!(before.verdict(), Verdict::Clean);
}

#[test]
fn two_receipts_of_one_index_for_different_entries_are_a_fork_whatever_their_sizes() {
    let (one, other) = (history(9, 99), history(9, 4));
    let comparison = compare(vec![one.receipt("us", 5, 7), other.receipt("mx", 5, 9)]).finish();
    assert!(
        matches!(comparison.forks[..], [Fork::TwoLeaves { index: 5, .. }]),
        "{:?}",
        comparison.forks
    );
    assert_eq!(comparison.verdict(), Verdict::Findings);
}

#[test]
fn sizes_that_differ_say_nothing_until_something_links_them() {
    let (one, other) = (history(9, 99), history(9, 4));
    let given = || vec![one.checkpoint("us", 5), one.checkpoint("mx", 9)];
    let alone = compare(given()).finish();
    assert_eq!(alone.verdict(), Verdict::Inconclusive);
    assert_eq!(alone.unlinked, [Gap { from: 5, to: 9 }]);
    assert!(alone.lines(Lang::En).join("\n").contains("--journal"));

    let mut linked = compare(given());
    assert!(linked.link(5, 9, &consistency::prove(&one.tree, 5, 9).unwrap()));
    assert_eq!(linked.finish().verdict(), Verdict::Clean);

    // A proof of another history links nothing, and proves nothing either.
    let mut refused = compare(given());
    assert!(!refused.link(5, 9, &consistency::prove(&other.tree, 5, 9).unwrap()));
    assert_eq!(refused.finish().verdict(), Verdict::Inconclusive);
}

#[test]
fn a_log_links_what_it_holds_and_convicts_itself_of_what_it_does_not() {
    let (one, other) = (history(9, 99), history(9, 4));
    let folder = one.write(&[4, 6, 9]);
    let with = |held: Vec<Held>| {
        let mut comparison = compare(held);
        let sizes = comparison.sizes();
        let history = History::read(folder.path(), &log().verifier(), &sizes).unwrap();
        comparison.compare_with(&history);
        comparison.finish()
    };
    // Sizes need not be those of the log's own batches.
    let sound = with(vec![one.checkpoint("us", 5), one.checkpoint("mx", 8)]);
    assert_eq!(sound.verdict(), Verdict::Clean, "{:?}", sound.unlinked);
    let forked = with(vec![one.checkpoint("us", 5), other.checkpoint("mx", 8)]);
    assert_eq!(forked.verdict(), Verdict::Findings);
    let [
        Fork::NotThisLog {
            tree_size: 8,
            held,
            log: newest,
        },
    ] = &forked.forks[..]
    else {
        panic!("{:?}", forked.forks)
    };
    assert_eq!(held.name, "mx");
    assert_eq!(newest.note, one.note(9), "the log's own word on it");
    // A log that ends before is not accused of another history, but does not pass either.
    let longer = history(12, 99);
    let beyond = with(vec![longer.checkpoint("us", 12)]);
    assert_eq!(beyond.verdict(), Verdict::Inconclusive);
    assert_eq!(beyond.beyond_log, [12]);
}

#[test]
fn what_is_not_the_logs_is_not_used_and_not_passed_over() {
    let one = history(9, 99);
    let bent = one.note(7).replacen("\n7\n", "\n8\n", 1);
    let comparison = compare(vec![one.checkpoint("us", 7), held("mx", &bent)]).finish();
    assert_eq!(comparison.unusable.len(), 1);
    assert_eq!(comparison.verdict(), Verdict::Inconclusive);
    assert_eq!(
        compare(Vec::new()).finish().verdict(),
        Verdict::Inconclusive
    );
}

#[test]
fn who_has_cosigned_is_told_with_the_time() {
    let one = history(9, 99);
    let signed = SignedCheckpoint::verify(one.note(7).as_bytes(), &log().verifier()).unwrap();
    let line = witness()
        .cosign(signed.checkpoint(), 1_795_000_060)
        .unwrap();
    let cosigned = signed.with_cosignatures(&line).unwrap();
    let comparison = compare(vec![held("us", cosigned.note())]).finish();
    assert_eq!(comparison.files[0].cosigned_by[0].time, 1_795_000_060);
    let text = comparison.lines(Lang::Es).join("\n");
    assert!(
        text.contains("cofirmado por mx.dev.invalid/agency/anam"),
        "{text}"
    );
    // One that does not hold makes the file useless.
    let other = witness()
        .cosign(
            &precinto_merkle::checkpoint::Checkpoint {
                size: 8,
                ..signed.checkpoint().clone()
            },
            1_795_000_060,
        )
        .unwrap();
    let bent = signed.with_cosignatures(&other).unwrap();
    assert_eq!(compare(vec![held("us", bent.note())]).unusable.len(), 1);
}
