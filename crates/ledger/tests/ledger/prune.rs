//! Deletion by law: bodies go, and nothing else changes, whenever the power is cut.

use std::collections::BTreeSet;

use crate::crashes::{Answer, run};
use crate::harness::*;
use precinto_ledger::storage::{FaultyMemory, Storage as _, Survival};
use precinto_ledger::{PruneError, Pruned, testing};

/// A log of 60 entries in some segments, closed, and what its callers were told.
fn filled() -> (FaultyMemory, Vec<Answer>) {
    let rig = Rig::new();
    let answers = block_on(async {
        let log = rig.open().unwrap();
        let answers = run(&log, &rig.disk, 20).await;
        log.stop();
        answers
    });
    assert!(rig.disk.list("journal").unwrap().len() > 3);
    (rig.disk, answers)
}

/// Of each segment something: every fourth entry, and the last.
fn condemned(answers: &[Answer]) -> BTreeSet<u64> {
    let size = answers.len() as u64;
    (0..size).step_by(4).chain([size - 1]).collect()
}

/// Opens it and holds it to what was promised; which of the condemned bodies are gone.
fn gone(disk: &FaultyMemory, answers: &[Answer], condemned: &BTreeSet<u64>) -> BTreeSet<u64> {
    let rig = Rig::on(disk.clone());
    let log = rig.open().unwrap();
    assert_eq!(log.size(), answers.len() as u64);
    let mut gone = BTreeSet::new();
    for answer in answers {
        let stored = log.ledger.read(answer.index).unwrap();
        let [record, content, body] = parts(answer.number);
        assert_eq!(
            (stored.record(), stored.content()),
            (&record[..], &content[..])
        );
        if stored.body_pruned() {
            assert!(condemned.contains(&answer.index) && stored.body().is_empty());
            gone.insert(answer.index);
        } else {
            assert_eq!(stored.body(), body);
        }
        // Leaf, root and checkpoint are what they were: the receipt is made again to the byte.
        let proven = log.ledger.receipt(answer.index).unwrap();
        assert_eq!(proven.receipt.to_text(), answer.receipt);
    }
    // It goes on, and knows each entry by its key.
    block_on(async {
        let again = log.append_one(entry(answers[4].number)).await.unwrap();
        assert!(again.duplicate && again.proven.index == answers[4].index);
        assert!(!log.append_one(entry(1_000_000)).await.unwrap().duplicate);
    });
    log.stop();
    gone
}

/// Those of the condemned that had a body.
fn had_bodies(answers: &[Answer], condemned: &BTreeSet<u64>) -> BTreeSet<u64> {
    let with = answers.iter().filter(|answer| {
        let [.., body] = parts(answer.number);
        condemned.contains(&answer.index) && !body.is_empty()
    });
    with.map(|answer| answer.index).collect()
}

#[test]
fn bodies_go_and_every_receipt_still_holds() {
    let (disk, answers) = filled();
    let condemned = condemned(&answers);
    let expected = had_bodies(&answers, &condemned);
    let pruned = testing::prune_on(&disk, &condemned).unwrap();
    assert_eq!(pruned.bodies, expected.len() as u64);
    assert_eq!(pruned.segments, disk.list("journal").unwrap().len() as u64);
    // Once more, nothing is left to be done.
    assert_eq!(
        testing::prune_on(&disk, &condemned).unwrap(),
        Pruned::default()
    );
    assert_eq!(gone(&disk, &answers, &condemned), expected);
}

#[test]
fn only_the_segments_that_hold_one_of_them_are_touched() {
    let (disk, answers) = filled();
    let before = disk.list("journal").unwrap();
    let contents = |disk: &FaultyMemory| {
        let names = before.iter();
        names
            .map(|name| disk.contents(&format!("journal/{name}")).unwrap())
            .collect::<Vec<_>>()
    };
    let was = contents(&disk);
    let one = BTreeSet::from([7]);
    assert_eq!(
        testing::prune_on(&disk, &one).unwrap(),
        Pruned {
            bodies: 1,
            segments: 1
        }
    );
    let is = contents(&disk);
    let changed = was.iter().zip(&is).filter(|(was, is)| was != is);
    assert_eq!(changed.count(), 1);
    assert_eq!(
        disk.list("journal").unwrap(),
        before,
        "nothing is left lying about"
    );
    assert_eq!(gone(&disk, &answers, &one), one);
}

#[test]
fn a_power_cut_at_any_change_leaves_each_segment_with_them_or_without() {
    let (disk, answers) = filled();
    let condemned = condemned(&answers);
    let expected = had_bodies(&answers, &condemned);
    let before = disk.changes();
    testing::prune_on(&disk, &condemned).unwrap();
    let after = disk.changes();
    let (mut states, mut partly) = (0, 0);
    for changes in before..=after {
        for survival in [
            Survival::Discarded,
            Survival::Kept,
            Survival::Torn(changes as u64),
        ] {
            let left = disk.crash(changes, survival);
            let found = gone(&left.copy(), &answers, &condemned);
            assert!(found.is_subset(&expected), "{changes} {survival:?}");
            partly += usize::from(!found.is_empty() && found != expected);
            // Whoever was interrupted begins again.
            testing::prune_on(&left, &condemned).unwrap();
            assert_eq!(gone(&left, &answers, &condemned), expected);
            states += 1;
        }
    }
    assert!(
        states > 50 && partly > 10,
        "{states} states, {partly} of them midway"
    );
}

#[test]
fn an_open_log_and_a_damaged_one_are_left_alone() {
    let (disk, answers) = filled();
    let condemned = condemned(&answers);
    let log = Rig::on(disk.clone()).open().unwrap();
    let refused = testing::prune_on(&disk, &condemned).unwrap_err();
    assert!(matches!(refused, PruneError::Locked), "{refused}");
    log.stop();
    let segments = disk.list("journal").unwrap();
    let path = format!("journal/{}", segments[1]);
    let before = disk.contents(&path).unwrap();
    let file = disk.open(&path).unwrap();
    let last = before.len() as u64 - 1;
    file.write_all_at(&[before[before.len() - 1] ^ 1], last)
        .unwrap();
    let damaged = disk.contents(&path).unwrap();
    let refused = testing::prune_on(&disk, &condemned).unwrap_err();
    assert!(matches!(refused, PruneError::Damaged { .. }), "{refused}");
    assert_eq!(disk.contents(&path).unwrap(), damaged, "as it was");
    let nothing = FaultyMemory::new();
    assert!(matches!(
        testing::prune_on(&nothing, &condemned),
        Err(PruneError::NoLog)
    ));
}
