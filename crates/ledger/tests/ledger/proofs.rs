//! Proofs from the ledger, checked by what a client would check them with.

use crate::harness::*;
use precinto_ledger::storage::Storage as _;
use precinto_ledger::testing;
use precinto_merkle::leaf::Leaf;
use precinto_merkle::{consistency, inclusion};

#[tokio::test]
async fn every_entry_is_proven_in_every_tree_and_every_tree_in_every_later_one() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    crate::crashes::run(&log, &rig.disk, 12).await;
    let size = log.size();
    let root = |size| log.ledger.root(size).unwrap();
    for new in 1..=size {
        for index in 0..new {
            let leaf = Leaf::from_bytes(&log.ledger.leaf(index).unwrap()).unwrap();
            let path = log.ledger.inclusion(index, new).unwrap();
            inclusion::verify(index, new, &leaf.hash(), &path, &root(new)).unwrap();
        }
        for old in 1..=new {
            let proof = log.ledger.consistency(old, new).unwrap();
            consistency::verify(old, new, &root(old), &root(new), &proof).unwrap();
        }
    }
    assert_eq!(log.ledger.inclusion(size, size), None);
    assert_eq!(log.ledger.inclusion(0, size + 1), None);
    assert_eq!(log.ledger.consistency(1, size + 1), None);
    assert_eq!(log.ledger.consistency(0, size), None);
    assert!(log.ledger.leaf(size).is_err());
    log.stop();
}

#[tokio::test]
async fn reading_on_covers_every_entry_once_and_keeps_to_the_bytes_asked_for() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    crate::crashes::run(&log, &rig.disk, 12).await;
    for bytes_max in [0, 1000, 5000, usize::MAX] {
        let mut next = 0;
        while next < log.size() {
            let some = log.ledger.read_from(next, bytes_max).unwrap();
            let bytes: usize = some.iter().map(|entry| entry.size_bytes()).sum();
            assert!(some.len() == 1 || bytes <= bytes_max);
            for entry in some {
                assert_eq!(entry.index(), next);
                assert_eq!(entry.content(), parts(next)[1]);
                next += 1;
            }
        }
        assert!(log.ledger.read_from(next, bytes_max).unwrap().is_empty());
        assert!(
            log.ledger
                .read_from(u64::MAX, bytes_max)
                .unwrap()
                .is_empty()
        );
    }
    log.stop();
}

/// Whoever goes through the log reads a large batch from the disk once, and not again for each piece.
#[tokio::test]
async fn a_batch_that_is_read_in_pieces_is_at_hand_from_the_first_one_on() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    let large = |number: u8| testing::entry([number; 32], &[number], &[number; 2_000], &[]);
    let appended = log.append((0..6).map(large).collect()).await;
    let sizes = appended.iter().map(|one| one.as_ref().unwrap().proven.size);
    assert!(sizes.eq([6; 6]), "one batch");
    log.stop();
    let log = rig.open().unwrap();
    let piece = |from| log.ledger.pass_from(from, 4_500);
    assert_eq!(piece(0).unwrap().len(), 2);
    // Nobody can read it from the disk any more.
    let spoilt = rig.disk.list("journal").unwrap();
    for name in spoilt {
        let file = rig.disk.open(&format!("journal/{name}")).unwrap();
        let size = usize::try_from(file.size_bytes().unwrap()).unwrap();
        file.write_all_at(&vec![0; size], 0).unwrap();
    }
    for from in [2, 4] {
        let some = piece(from).unwrap();
        assert!(some.iter().map(|entry| entry.index()).eq([from, from + 1]));
    }
    log.try_stop();
}

#[tokio::test]
async fn small_batches_are_read_together_until_it_is_worth_the_reading() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    for number in 0..1_200 {
        log.append_one(entry(number)).await.unwrap(); // each in a batch of its own
    }
    let some = log.ledger.read_from(3, usize::MAX).unwrap();
    let sizes: Vec<usize> = some.iter().map(|entry| entry.size_bytes()).collect();
    let (last, others) = sizes.split_last().unwrap();
    let others: usize = others.iter().sum();
    assert!(
        others < 512 * 1024 && others + last >= 512 * 1024,
        "{sizes:?}"
    );
    log.stop();
}
