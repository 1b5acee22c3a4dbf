//! Bits flip on a disk that nobody was watching: the log does not open, or the damaged entry says so.

use crate::harness::*;
use precinto_ledger::storage::Storage;
use precinto_ledger::{BatchLimits, Entry, ReadError, testing};

/// A stopped log of small entries in several segments, and its journal's files.
fn stopped_log() -> (Rig, Vec<String>) {
    let rig = Rig {
        limits: BatchLimits {
            segment_bytes: 1000,
            ..limits()
        },
        ..Rig::new()
    };
    block_on(async {
        let log = rig.open().unwrap();
        let mut number = 0;
        for batch in [1, 3, 2, 4, 1] {
            log.append((number..number + batch).map(small).collect())
                .await;
            number += batch;
        }
        log.stop();
    });
    let names = rig.disk.list("journal").unwrap();
    (
        rig,
        names.iter().map(|name| format!("journal/{name}")).collect(),
    )
}

fn small(number: u8) -> Entry {
    testing::entry([number; 32], &[number; 9], &[number; 7], &[number; 5])
}

#[test]
fn no_flipped_bit_of_the_journal_goes_unnoticed() {
    let (rig, files) = stopped_log();
    assert!(files.len() >= 2, "{files:?}");
    let expected = rig.disk.copy();
    let log = Rig::on(expected).open().unwrap();
    let (entries, receipts) = (log.contents(), receipts(&log));
    log.stop();
    let (mut refused, mut named) = (0, 0);
    for file in &files {
        let bytes = rig.disk.contents(file).unwrap();
        for (at, bit) in (0..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let disk = rig.disk.copy();
            disk.put(file, &flipped);
            let Ok(log) = Rig::on(disk).open() else {
                refused += 1;
                continue;
            };
            let mut errors = 0;
            for (index, expected) in (0..).zip(&entries) {
                match log.ledger.read(index) {
                    Ok(entry) => {
                        assert_eq!(
                            [entry.record(), entry.content(), entry.body()],
                            expected.each_ref().map(Vec::as_slice)
                        );
                        assert_eq!(
                            log.ledger.receipt(index).unwrap().receipt.to_text(),
                            receipts[usize::try_from(index).unwrap()]
                        );
                    }
                    Err(ReadError::Damaged { .. }) => errors += 1,
                    Err(other) => panic!("{other}"),
                }
            }
            assert!(
                errors > 0,
                "byte {at}, bit {bit} of {file} was not missed by anybody"
            );
            named += 1;
            log.stop();
        }
    }
    assert!(refused > 0 && named > 0, "{refused} refused, {named} named");
}

fn receipts(log: &Log) -> Vec<String> {
    (0..log.size())
        .map(|index| log.ledger.receipt(index).unwrap().receipt.to_text())
        .collect()
}

#[test]
fn damage_done_while_the_log_is_open_is_found_by_whoever_reads() {
    let (rig, files) = stopped_log();
    let log = rig.open().unwrap();
    // Not read before, so it is not at hand.
    let bytes = rig.disk.contents(&files[0]).unwrap();
    let file = rig.disk.open(&files[0]).unwrap();
    let data = bytes
        .windows(21)
        .rposition(|window| window == [3; 21])
        .unwrap();
    file.write_all_at(&[4], data as u64).unwrap();
    let error = log.ledger.read(3).unwrap_err();
    assert!(
        matches!(error, ReadError::Damaged { index: 3, .. }),
        "{error}"
    );
    assert!(log.ledger.receipt(3).is_err());
    assert!(
        log.ledger.find(small(3).key()).unwrap().is_some(),
        "its row is not damaged"
    );
    assert_eq!(
        log.ledger.read(0).unwrap().content(),
        [0; 7],
        "others are read"
    );
    assert!(matches!(log.ledger.read(99), Err(ReadError::Absent(99))));
    log.try_stop();
}

#[test]
fn whole_frames_of_another_log_are_not_taken_for_those_of_this_one() {
    // The same entries under the same key, but other salts: every checksum and every commitment holds.
    let ((rig, files), (other, _)) = (stopped_log(), stopped_log());
    let log = rig.open().unwrap();
    for file in &files {
        let bytes = other.disk.contents(file).unwrap();
        rig.disk
            .open(file)
            .unwrap()
            .write_all_at(&bytes, 0)
            .unwrap();
    }
    for index in 0..log.size() {
        let error = log.ledger.read(index).unwrap_err();
        assert!(matches!(error, ReadError::Damaged { .. }), "{error}");
        assert!(log.ledger.receipt(index).is_err());
        assert!(log.ledger.leaf(index).is_err());
    }
    assert!(log.ledger.find(small(3).key()).is_err());
    log.try_stop();
}
