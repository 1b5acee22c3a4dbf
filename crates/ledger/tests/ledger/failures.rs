//! The disk refuses: the first change, the second, the third … until a run gets through.

use crate::crashes::{check, run};
use crate::harness::*;
use precinto_ledger::storage::{FaultyMemory, Survival};
use precinto_ledger::{AppendError, BatchLimits, OpenError};
use std::time::Duration;

const BATCHES: u64 = 14;

#[test]
fn whichever_change_fails_nothing_answered_for_is_lost() {
    fails_everywhere(|| Rig::new().disk);
}

#[test]
fn whichever_change_fails_from_a_torn_tail_on_nothing_answered_for_is_lost() {
    let before = Rig::new();
    let (changes, answers) = block_on(async {
        let log = before.open().unwrap();
        let answers = run(&log, &before.disk, 3).await;
        let changes = before.disk.changes();
        log.append((100..105).map(entry).collect()).await;
        log.try_stop();
        (changes, answers)
    });
    // The fourth batch is written, and torn. Its tail goes to the remnants, the front is copied: any of it may fail.
    let torn = before.disk.crash(changes + 1, Survival::Torn(3));
    block_on(check(
        &torn.copy(),
        &answers.iter().collect::<Vec<_>>(),
        "before anything fails",
    ));
    fails_everywhere(|| torn.copy());
}

/// Lets the first change fail, then the second … until a run on such a disk gets through.
fn fails_everywhere(disk: impl Fn() -> FaultyMemory) {
    let mut nth = 1;
    while fails_at(nth, disk()) {
        nth += 1;
    }
    assert!(
        nth > 2 * usize::try_from(BATCHES).unwrap(),
        "got through after {nth} changes"
    );
}

/// Runs with the `nth` change failing; false if there was no such change.
fn fails_at(nth: usize, disk: FaultyMemory) -> bool {
    let limits = BatchLimits {
        publish_every: Duration::ZERO,
        segment_bytes: 4096,
        ..limits()
    };
    let rig = Rig {
        limits,
        ..Rig::on(disk)
    };
    rig.disk.fail(nth);
    block_on(async {
        let answers = match rig.open() {
            Ok(log) => {
                let answers = run(&log, &rig.disk, BATCHES).await;
                let clean = log.try_stop();
                assert_eq!(clean, !rig.disk.has_failed(), "change {nth}");
                answers
            }
            Err(OpenError::Io { .. }) => Vec::new(),
            Err(other) => panic!("change {nth}: {other}"),
        };
        let promised: Vec<_> = answers.iter().collect();
        for survival in [
            Survival::Discarded,
            Survival::Kept,
            Survival::Torn(nth as u64),
        ] {
            let image = rig.disk.crash(rig.disk.changes(), survival);
            check(
                &image,
                &promised,
                &format!("change {nth} failed, {survival:?}"),
            )
            .await;
        }
    });
    rig.disk.has_failed()
}

#[tokio::test]
async fn a_failed_sync_answers_nobody_and_ends_the_ledger() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    log.append_one(entry(0)).await.unwrap();
    rig.disk.fail(2); // the write is the first
    let stopped = log.append_one(entry(1)).await.unwrap_err();
    assert!(matches!(stopped, AppendError::Stopped), "{stopped}");
    let stopped = log.append_one(entry(0)).await.unwrap_err();
    assert!(
        matches!(stopped, AppendError::Stopped),
        "not even a repeat: {stopped}"
    );
    assert_eq!(log.size(), 1);
    assert!(!log.try_stop());
    let left: FaultyMemory = rig.disk.crash(rig.disk.changes(), Survival::Kept);
    assert_eq!(Rig::on(left).open().unwrap().size(), 1);
}
