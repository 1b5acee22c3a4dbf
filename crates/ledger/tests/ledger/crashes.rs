//! A power cut at every change of the disk: what was answered for is there, byte for byte, and the log goes on.

use crate::harness::*;
use precinto_ledger::BatchLimits;
use precinto_ledger::storage::{FaultyMemory, Survival};
use precinto_merkle::checkpoint::Checkpoint;
use precinto_merkle::note::SignedNote;
use std::time::Duration;

/// What somebody was told, and how many changes the disk had seen by then.
pub(crate) struct Answer {
    pub(crate) number: u64,
    pub(crate) index: u64,
    pub(crate) receipt: String,
    pub(crate) changes: usize,
}

/// Appends batches of one to five entries until there are `batches`, or the ledger dies; collects the answers.
pub(crate) async fn run(log: &Log, disk: &FaultyMemory, batches: u64) -> Vec<Answer> {
    let (mut answers, mut number) = (Vec::new(), log.size());
    for batch in 0..batches {
        let numbers = number..number + batch % 5 + 1;
        number = numbers.end;
        let results = log.append(numbers.clone().map(entry).collect()).await;
        let changes = disk.changes();
        for (number, result) in numbers.zip(results) {
            let Ok(appended) = result else { return answers };
            let proven = appended.proven;
            let (index, receipt) = (proven.index, proven.receipt.to_text());
            answers.push(Answer {
                number,
                index,
                receipt,
                changes,
            });
        }
    }
    answers
}

/// Opens what a crash left, holds it to what was promised, appends to it, and opens it once more.
pub(crate) async fn check(disk: &FaultyMemory, promised: &[&Answer], what: &str) {
    let rig = Rig::on(disk.clone());
    let published = published(disk);
    let log = rig.open().unwrap_or_else(|error| panic!("{what}: {error}"));
    for (age, answer) in promised.iter().rev().enumerate() {
        // Every entry is read; of the older receipts, which cost more, every eleventh is made again.
        check_answer(&log, answer, age <= 5 || age % 11 == 0, what);
    }
    if let Some(published) = published {
        let claim = published.checkpoint();
        assert_eq!(
            log.ledger.root(claim.size),
            Some(claim.root),
            "{what}: published"
        );
    }
    let size = log.size();
    let appended = log.append_one(entry(1_000_000)).await.unwrap();
    assert_eq!(
        (appended.proven.index, appended.duplicate),
        (size, false),
        "{what}"
    );
    if let Some(repeat) = promised.last() {
        let again = log.append_one(entry(repeat.number)).await.unwrap();
        assert_eq!(again.proven.receipt.to_text(), repeat.receipt, "{what}");
    }
    let root = log.ledger.root(size + 1);
    log.stop();
    let log = rig
        .open()
        .unwrap_or_else(|error| panic!("{what}, again: {error}"));
    assert_eq!(
        (log.size(), log.ledger.root(size + 1)),
        (size + 1, root),
        "{what}"
    );
    assert_eq!(log.contents().len() as u64, size + 1);
    log.stop();
}

fn check_answer(log: &Log, answer: &Answer, with_receipt: bool, what: &str) {
    let Answer {
        number,
        index,
        receipt,
        ..
    } = answer;
    let found = log.ledger.find(&key(*number)).unwrap();
    assert_eq!(
        found.map(|found| found.index),
        Some(*index),
        "{what}: entry {number}"
    );
    let stored = log.ledger.read(*index).unwrap();
    let parts = parts(*number);
    assert_eq!(
        [stored.record(), stored.content(), stored.body()],
        parts.each_ref().map(|p| &p[..])
    );
    if !with_receipt {
        return;
    }
    let proven = log.ledger.receipt(*index).unwrap();
    assert_eq!(proven.receipt.to_text(), *receipt, "{what}");
    // Never two roots for one size: the tree of the receipt's size still has the receipt's root.
    let note = SignedNote::parse(proven.receipt.checkpoint_note.as_bytes()).unwrap();
    let claim = Checkpoint::parse(note.text()).unwrap();
    assert_eq!(log.ledger.root(claim.size), Some(claim.root), "{what}");
}

/// What may be left of the unsynced, for image number `image`: each kind always, tears different every time.
fn survivals(image: usize) -> [Survival; 4] {
    let seed = image as u64 * 2 + 1;
    [
        Survival::Discarded,
        Survival::Kept,
        Survival::Torn(seed),
        Survival::Torn(seed + 1),
    ]
}

fn crash_everywhere(publish_every: Duration) {
    let limits = BatchLimits {
        publish_every,
        ..limits()
    };
    let rig = Rig {
        limits,
        ..Rig::new()
    };
    block_on(async {
        let log = rig.open().unwrap();
        let answers = run(&log, &rig.disk, 40).await;
        log.stop();
        assert_eq!(answers.len(), 120);
        let mut images = 0;
        for changes in 0..=rig.disk.changes() {
            let promised: Vec<_> = answers
                .iter()
                .filter(|answer| answer.changes <= changes)
                .collect();
            for survival in survivals(changes) {
                let image = rig.disk.crash(changes, survival);
                check(
                    &image,
                    &promised,
                    &format!("{changes} changes, {survival:?}"),
                )
                .await;
                images += 1;
            }
        }
        assert!(images > 4 * 80, "only {images} images");
    });
}

#[test]
fn a_crash_at_any_write_or_sync_loses_nothing_that_was_answered_for() {
    crash_everywhere(Duration::from_hours(1));
}

#[test]
fn a_crash_at_any_write_or_sync_while_checkpoints_are_published() {
    crash_everywhere(Duration::ZERO);
}

#[test]
fn a_crash_during_recovery_is_recovered_from() {
    let rig = Rig::new();
    block_on(async {
        let log = rig.open().unwrap();
        let answers = run(&log, &rig.disk, 6).await;
        let promised: Vec<_> = answers.iter().collect();
        // The seventh batch is written and not synced: half of the changes are the write's.
        let before = rig.disk.changes();
        log.append((100..105).map(entry).collect()).await;
        log.try_stop();
        for seed in 0..6 {
            let torn = rig.disk.crash(before + 1, Survival::Torn(seed));
            Rig::on(torn.clone()).open().unwrap().stop();
            for changes in 0..=torn.changes() {
                for survival in survivals(changes) {
                    let image = torn.crash(changes, survival);
                    check(
                        &image,
                        &promised,
                        &format!("seed {seed}, {changes} changes, {survival:?}"),
                    )
                    .await;
                }
            }
        }
    });
}
