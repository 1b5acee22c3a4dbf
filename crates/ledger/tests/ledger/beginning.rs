//! A log begins once, when somebody says so; a start never begins one.

use crate::crashes::check;
use crate::harness::*;
use precinto_ledger::clock::ManualClock;
use precinto_ledger::storage::{FaultyMemory, Survival};
use precinto_ledger::{CreateError, Ledger, OpenError, Options, testing};
use std::path::Path;
use std::sync::Arc;

fn options(dir: &Path) -> Options {
    Options {
        dir: dir.to_owned(),
        signer: signer(ORIGIN),
        limits: limits(),
    }
}

fn open_error(dir: &Path) -> OpenError {
    Ledger::open(options(dir), Arc::new(ManualClock::new(START_MS)))
        .map(drop)
        .unwrap_err()
}

#[test]
fn a_start_without_a_log_is_refused_and_begins_none() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("data");
    assert!(matches!(open_error(&dir), OpenError::NoLog), "no folder");
    assert!(!dir.try_exists().unwrap());
    std::fs::create_dir(&dir).unwrap();
    assert!(matches!(open_error(&dir), OpenError::NoLog), "no journal");
    std::fs::create_dir(dir.join("journal")).unwrap();
    assert!(matches!(open_error(&dir), OpenError::NoLog), "no segment");
    Ledger::create(&options(&dir)).unwrap();
    let (ledger, handle) =
        Ledger::open(options(&dir), Arc::new(ManualClock::new(START_MS))).unwrap();
    assert_eq!(ledger.published().borrow().size, 0);
    let error = Ledger::create(&options(&dir)).unwrap_err();
    assert!(matches!(error, CreateError::Locked), "{error}");
    handle.stop().unwrap();
}

#[test]
fn whatever_a_log_leaves_behind_keeps_another_from_beginning() {
    let of_this_log = [
        "checkpoint",
        "log.vkey",
        "clean",
        "journal/00000000000000000000.seg",
        "remnants/00000000000000000000-64-1",
        "cursors/us.dev.invalid~cbp~lax",
    ];
    for name in of_this_log {
        let disk = FaultyMemory::new();
        disk.put(name, b"");
        let error = testing::create_on(&disk, &signer(ORIGIN)).unwrap_err();
        let CreateError::Exists { trace } = error else {
            panic!("{name}: {error}")
        };
        assert!(name.starts_with(trace), "{name}: {trace}");
    }
    let disk = FaultyMemory::new();
    disk.put("journal/00000000000000000000.seg.tmp", b"half");
    testing::create_on(&disk, &signer(ORIGIN)).unwrap();
}

#[test]
fn a_crash_or_a_failure_while_it_begins_leaves_a_log_or_the_way_to_one() {
    let whole = FaultyMemory::new();
    testing::create_on(&whole, &signer(ORIGIN)).unwrap();
    let all = whole.changes();
    let begin_and_check = |disk: FaultyMemory, what: &str| {
        let disk = match testing::create_on(&disk, &signer(ORIGIN)) {
            Ok(())
            | Err(CreateError::Exists {
                trace: "journal" | "log.vkey",
            }) => disk.copy(),
            Err(other) => panic!("{what}: {other}"),
        };
        block_on(check(&disk, &[], what));
    };
    for changes in 0..=all {
        for survival in [
            Survival::Discarded,
            Survival::Kept,
            Survival::Torn(changes as u64),
        ] {
            let disk = whole.crash(changes, survival);
            begin_and_check(disk.clone(), &format!("{changes} changes, {survival:?}"));
        }
        assert!(
            changes < all
                || whole
                    .crash(all, Survival::Discarded)
                    .contents("log.vkey")
                    .is_some()
        );
    }
    for nth in 1..=all {
        let disk = FaultyMemory::new();
        disk.fail(nth);
        let error = testing::create_on(&disk, &signer(ORIGIN)).unwrap_err();
        assert!(matches!(error, CreateError::Io { .. }), "{error}");
        let left = disk.crash(disk.changes(), Survival::Torn(nth as u64));
        begin_and_check(left, &format!("change {nth} failed"));
    }
}
