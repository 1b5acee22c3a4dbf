//! What a caller hears, and what is then in the log.

use crate::harness::*;
use precinto_ledger::storage::Space;
use precinto_ledger::testing;
use precinto_ledger::{AppendError, BatchLimits, Entry, EntryKey};
use precinto_merkle::leaf::{EntryType, Leaf};

#[tokio::test]
async fn an_entry_gets_an_index_a_receipt_and_a_place() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    assert_eq!(log.size(), 0);
    let mut published = log.ledger.published();
    let appended = log
        .append_one(Entry::trust(b"DER".to_vec(), b"record".to_vec()))
        .await
        .unwrap();
    assert!(!appended.duplicate);
    assert_eq!((appended.proven.index, appended.proven.size), (0, 1));
    let text = appended.proven.receipt.to_text();
    let receipt = precinto_merkle::receipt::Receipt::parse(&text).unwrap();
    let verified = receipt
        .verify(log.ledger.verifier(), appended.proven.entry.record())
        .unwrap();
    assert_eq!(verified.leaf().entry_type, EntryType::Trust);
    assert_eq!(verified.leaf().time_ms, START_MS);
    published.changed().await.unwrap();
    assert_eq!(published.borrow().size, 1);
    assert_eq!(
        published.borrow().checkpoint.note(),
        receipt.checkpoint_note
    );
    let digest = precinto_envelope::crypto::sha256(&[b"DER"]);
    let found = log.ledger.find(&EntryKey::trust(&digest)).unwrap().unwrap();
    assert_eq!((found.index, found.digest), (0, digest));
    assert_eq!(log.ledger.read(0).unwrap().content(), b"DER");
    assert_eq!(
        Leaf::from_bytes(&log.ledger.leaf(0).unwrap()).unwrap(),
        *verified.leaf()
    );
    log.stop();
}

#[tokio::test]
async fn a_batch_costs_one_write_and_one_data_sync() {
    let rig = Rig {
        limits: BatchLimits {
            segment_bytes: 1 << 20,
            ..limits()
        },
        ..Rig::new()
    };
    let log = rig.open().unwrap();
    let (changes, syncs) = (rig.disk.changes(), rig.disk.sync_data_calls());
    assert_eq!(syncs, 0, "data syncs are for commits alone");
    for batch in 0..10 {
        log.append((0..9).map(|number| entry(batch * 9 + number)).collect())
            .await;
    }
    assert_eq!(rig.disk.sync_data_calls(), 10);
    assert_eq!(rig.disk.changes() - changes, 20);
    assert_eq!(log.size(), 90);
    log.stop();
    assert_eq!(rig.disk.sync_data_calls(), 10);
}

#[tokio::test]
async fn a_repeat_gets_the_first_receipt_byte_for_byte_across_restarts() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    let mut first = Vec::new();
    for batch in 0..8 {
        for appended in log
            .append((0..5).map(|number| entry(batch * 5 + number)).collect())
            .await
        {
            first.push(appended.unwrap().proven);
        }
    }
    log.stop();
    for restart in 0..3 {
        rig.clock.advance(60_000);
        let log = rig.open().unwrap();
        for proven in &first {
            let again = log
                .append_one(entry(number_of(&proven.entry)))
                .await
                .unwrap();
            assert!(again.duplicate);
            assert_eq!(again.proven.receipt.to_text(), proven.receipt.to_text());
            assert_eq!(again.proven.entry, proven.entry);
        }
        assert_eq!(log.size(), 40, "restart {restart}");
        log.stop();
    }
}

/// Which entry of the harness this is.
fn number_of(stored: &precinto_ledger::StoredEntry) -> u64 {
    (0..40)
        .find(|number| key(*number) == *stored.key())
        .unwrap()
}

#[tokio::test]
async fn the_same_twice_in_one_batch_is_one_entry() {
    let log = Rig::new().open().unwrap();
    let answers = log
        .append(vec![entry(1), entry(2), entry(1), entry(1)])
        .await;
    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(log.size(), 2);
    let same = [&answers[0], &answers[2], &answers[3]];
    assert_eq!(same.iter().filter(|appended| appended.duplicate).count(), 2);
    assert!(
        same.iter()
            .all(|a| a.proven.receipt.to_text() == same[0].proven.receipt.to_text())
    );
    assert!(!answers[1].duplicate);
    log.stop();
}

#[tokio::test]
async fn another_content_under_one_key_is_a_conflict_and_changes_nothing() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    let one = || testing::entry([1; 32], b"record", b"one", b"");
    let two = || testing::entry([1; 32], b"record", b"two", b"");
    // In one batch the first to arrive wins, and the other hears of it only when that one is durable.
    let answers = log.append(vec![one(), two(), entry(1)]).await;
    let (won, lost) = match (&answers[0], &answers[1]) {
        (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won.proven.clone(), lost),
        other => panic!("{other:?}"),
    };
    let conflict_with = |error: &AppendError| match error {
        AppendError::Conflict { index, digest } => (*index, *digest),
        other => panic!("{other}"),
    };
    assert_eq!(conflict_with(lost), (won.index, *won.entry.digest()));
    assert_eq!(log.size(), 2);
    log.stop();
    let log = rig.open().unwrap();
    let (same, other) = if won.entry.content() == b"one" {
        (one(), two())
    } else {
        (two(), one())
    };
    let error = log.append_one(other).await.unwrap_err();
    assert_eq!(conflict_with(&error), (won.index, *won.entry.digest()));
    let again = log.append_one(same).await.unwrap();
    assert!(again.duplicate);
    assert_eq!(again.proven.receipt.to_text(), won.receipt.to_text());
    assert_eq!(log.size(), 2);
    log.stop();
}

#[tokio::test]
async fn an_entry_larger_than_a_batch_is_refused() {
    let rig = Rig {
        limits: BatchLimits {
            data_bytes: 100,
            ..limits()
        },
        ..Rig::new()
    };
    let log = rig.open().unwrap();
    let too_large = log
        .append_one(Entry::trust(vec![0; 99], vec![0; 2]))
        .await
        .unwrap_err();
    assert!(matches!(too_large, AppendError::TooLarge), "{too_large}");
    log.append_one(Entry::trust(vec![0; 98], vec![0; 2]))
        .await
        .unwrap();
    log.stop();
}

#[tokio::test]
async fn batches_keep_to_count_and_bytes() {
    let rig = Rig {
        limits: BatchLimits {
            entries: 4,
            data_bytes: 3000,
            ..limits()
        },
        ..Rig::new()
    };
    let log = rig.open().unwrap();
    let answers = log.append((0..30).map(entry).collect()).await;
    let mut per_batch = std::collections::BTreeMap::new();
    for appended in &answers {
        let proven = &appended.as_ref().unwrap().proven;
        let (count, bytes) = per_batch.entry(proven.size).or_insert((0, 0));
        *count += 1;
        *bytes += proven.entry.size_bytes() - 160;
    }
    assert!(
        per_batch
            .values()
            .all(|(count, bytes)| *count <= 4 && *bytes <= 3000),
        "{per_batch:?}"
    );
    assert_eq!(log.size(), 30);
    assert_eq!(
        log.ledger.read_from(0, usize::MAX).unwrap().len(),
        30,
        "little is read together, whatever batches it came in"
    );
    log.stop();
}

#[tokio::test]
async fn what_is_queued_at_a_stop_is_committed_and_answered() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    let ledger = log.ledger.clone();
    // Announced and never sent: without the stop the owner would wait for it.
    let _never = (ledger.announce(), ledger.announce(), ledger.announce());
    let waiting = tokio::spawn({
        let ledger = ledger.clone();
        async move { ledger.append(entry(1)).await }
    });
    tokio::task::yield_now().await; // one thread: now it is in the queue
    tokio::task::spawn_blocking(|| log.stop()).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().proven.index, 0);
    let error = ledger.append(entry(2)).await.unwrap_err();
    assert!(matches!(error, AppendError::Stopped), "{error}");
    assert_eq!(
        ledger.read(0).unwrap().content(),
        parts(1)[1],
        "reading goes on"
    );
    assert_eq!(published(&rig.disk).unwrap().checkpoint().size, 1);
}

#[tokio::test]
async fn the_log_s_time_never_goes_back() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    let mut times = Vec::new();
    for (number, step) in [0, 5, -3000, 1, 4000].into_iter().enumerate() {
        let now = START_MS.checked_add_signed(step).unwrap();
        rig.clock.set(now);
        let appended = log.append_one(entry(number as u64)).await.unwrap();
        times.push(appended.proven.entry.leaf().time_ms - START_MS);
    }
    assert_eq!(times, [0, 5, 5, 5, 4000]);
    log.stop();
}

#[tokio::test]
async fn keys_that_share_a_fingerprint_are_told_apart() {
    let rig = Rig::new();
    let keys: Vec<[u8; 32]> = (0..4)
        .map(|last| [[7; 31].as_slice(), &[last]].concat().try_into().unwrap())
        .collect();
    let entry = |key: &[u8; 32]| testing::entry(*key, b"record", key, b"");
    for restart in 0..2 {
        let log = rig.open().unwrap();
        for (index, key) in (0..).zip(&keys) {
            let appended = log.append_one(entry(key)).await.unwrap();
            assert_eq!(
                (appended.proven.index, appended.duplicate),
                (index, restart > 0)
            );
            assert_eq!(
                log.ledger.find(entry(key).key()).unwrap().unwrap().index,
                index
            );
        }
        assert_eq!(log.ledger.find(entry(&[7; 32]).key()).unwrap(), None);
        log.stop();
    }
}

#[tokio::test]
async fn a_log_whose_disk_is_nearly_full_takes_nothing_and_is_read_all_the_same() {
    const MIB: u64 = 1 << 20;
    let space = |free| Space {
        free,
        total: 100_000 * MIB,
    };
    let rig = Rig::new();
    let log = rig.open().unwrap();
    let first = log.append_one(entry(1)).await.unwrap().proven;
    // Seen behind the next batch: what is on its way is still taken.
    rig.disk.set_space(space(100 * MIB));
    log.append_one(entry(2)).await.unwrap();
    let changes = rig.disk.changes();
    let refused = log.append_one(entry(3)).await.unwrap_err();
    assert!(matches!(refused, AppendError::StorageLow), "{refused}");
    let again = log.append_one(entry(1)).await.unwrap();
    assert!(again.duplicate, "what it holds takes no room");
    assert_eq!(rig.disk.changes(), changes, "nothing is written");
    assert_eq!(
        log.ledger.receipt(0).unwrap().receipt.to_text(),
        first.receipt.to_text()
    );
    // Also by a process that starts like that, and no longer than it is so.
    log.stop();
    let log = rig.open().unwrap();
    assert_eq!(log.ledger.read(1).unwrap().content(), parts(2)[1]);
    let refused = log.append_one(entry(3)).await.unwrap_err();
    assert!(matches!(refused, AppendError::StorageLow), "{refused}");
    rig.disk.set_space(space(50_000 * MIB));
    assert_eq!(log.append_one(entry(3)).await.unwrap().proven.index, 2);
    log.stop();
}
