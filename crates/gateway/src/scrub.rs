//! Reads the whole log again once a day, slowly: what a disk has lost is found before somebody asks for it, and while the
//! other side, a witness or a backup still has it.
//!
//! What the system keeps in its page cache is not read from the disk; of a log that is larger than the memory, most is.

use precinto_ledger::{Ledger, ReadError};
use tokio_util::sync::CancellationToken;

use crate::blocking;
use crate::limits::{SCRUB_AFTER, SCRUB_BYTES, SCRUB_EVERY, SCRUB_PAUSE};

/// What one reading of the whole log has found.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    whole: u64,
    /// The first bad entry of each batch: a batch is read as one, so nothing is known of those behind it.
    damaged: Vec<u64>,
    /// The first entry of what could not be read, which says nothing of what is there.
    unread: Vec<u64>,
}

/// Reads the log again and again, until the gateway stops.
pub(crate) async fn keep(ledger: Ledger, stop: CancellationToken) {
    let scrubbing = async {
        tokio::time::sleep(SCRUB_AFTER).await;
        loop {
            let Found {
                whole,
                damaged,
                unread,
            } = scrub(&ledger).await;
            let (damaged, unread) = (damaged.len(), unread.len());
            tracing::info!(whole, damaged, unread, "the whole log has been read again");
            tokio::time::sleep(SCRUB_EVERY).await;
        }
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        () = scrubbing => {}
    }
}

/// Reads every entry that there is at the beginning; each is held to the commitments it was logged under.
async fn scrub(ledger: &Ledger) -> Found {
    let size = ledger.published().borrow().size;
    let mut found = Found::default();
    let mut next = 0;
    while next < size {
        let (log, from) = (ledger.clone(), next);
        let read = blocking::spawn(move || log.pass_from(from, SCRUB_BYTES)).await;
        match read {
            Ok(Ok(entries)) => {
                let count = u64::try_from(entries.len()).unwrap_or(u64::MAX).max(1);
                next += count;
                found.whole += count;
            }
            Ok(Err(ReadError::Pruned(_) | ReadError::Absent(_))) => next += 1,
            Ok(Err(error)) => {
                let end = ledger.batch_end(next).unwrap_or(size).max(next + 1);
                if matches!(error, ReadError::Io { .. }) {
                    tracing::warn!(first = next, end, %error, "entries of the log could not be read, and are read again next time");
                    found.unread.push(next);
                } else {
                    tracing::warn!(first = next, end, %error, "a batch of the log is damaged: mend it from another copy");
                    found.damaged.push(next);
                }
                next = end;
            }
            Err(_) => {
                tracing::error!(index = next, "reading the log panicked");
                next += 1;
            }
        }
        tokio::time::sleep(SCRUB_PAUSE).await;
    }
    found
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;
    use std::sync::Arc;

    use precinto_ledger::clock::{Clock, ManualClock};
    use precinto_ledger::testing;

    use super::*;
    use crate::test_ledger;

    #[tokio::test(start_paused = true)]
    async fn a_bad_batch_is_told_of_once_and_what_cannot_be_read_is_not_called_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(1_000));
        let (ledger, owner) = test_ledger::open(folder.path(), Arc::clone(&clock));
        let entries = (0..100_u8).map(|number| {
            let body = vec![number; 20 * 1024];
            ledger.append(testing::entry([number; 32], b"record", b"content", &body))
        });
        let entries: Vec<_> = entries.collect();
        for appended in futures_join(entries).await {
            appended.unwrap();
        }
        // What was there last is read at a start.
        let last = vec![255; 600 * 1024];
        let last = testing::entry([255; 32], b"record", b"content", &last);
        ledger.append(last).await.unwrap();
        owner.stop().unwrap();
        drop(ledger);
        let segment = spoil(folder.path(), 90);
        let (ledger, owner) = test_ledger::open_again(folder.path(), Arc::clone(&clock));
        let found = scrub(&ledger).await;
        assert_eq!((found.damaged.len(), found.unread.len()), (1, 0));
        assert!(found.whole < 100, "the others of its batch");
        owner.stop().unwrap();
        drop(ledger);

        let (ledger, owner) = test_ledger::open_again(folder.path(), clock);
        std::fs::remove_file(segment).unwrap();
        let found = scrub(&ledger).await;
        assert!(found.damaged.is_empty(), "{found:?}");
        assert!(!found.unread.is_empty(), "{found:?}");
        owner.stop().unwrap();
    }

    /// All of them at once.
    async fn futures_join<T>(all: Vec<impl Future<Output = T>>) -> Vec<T> {
        let mut all: Vec<_> = all.into_iter().map(Box::pin).collect();
        for one in &mut all {
            // On its way before the first is waited for.
            let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
            assert!(one.as_mut().poll(context).is_pending());
        }
        let mut done = Vec::new();
        for one in all {
            done.push(one.await);
        }
        done
    }

    /// Flips a bit in the body of this number; the segment that it lies in.
    fn spoil(folder: &std::path::Path, number: u8) -> std::path::PathBuf {
        let mut segments = std::fs::read_dir(folder.join("log/journal")).unwrap();
        let segment = segments.next().unwrap().unwrap().path();
        let bytes = std::fs::read(&segment).unwrap();
        let is_it = |window: &[u8]| window == [number; 64];
        let at = bytes.windows(64).position(is_it).unwrap();
        let options = std::fs::OpenOptions::new().write(true).open(&segment);
        let at = u64::try_from(at).unwrap() + 100;
        options.unwrap().write_all_at(&[number ^ 1], at).unwrap();
        segment
    }

    #[tokio::test(start_paused = true)]
    async fn every_entry_is_read_and_a_damaged_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(1_000));
        let (ledger, owner) = test_ledger::open(folder.path(), Arc::clone(&clock));
        // Larger than what is kept at hand of each batch.
        for number in 0..12_u8 {
            let body = vec![number; 600 * 1024];
            let entry = testing::entry([number; 32], b"record", b"content", &body);
            ledger.append(entry).await.unwrap();
        }
        let whole = Found {
            whole: 12,
            ..Found::default()
        };
        assert_eq!(scrub(&ledger).await, whole);
        owner.stop().unwrap();
        drop(ledger);

        // One bit of the body of entry 4.
        spoil(folder.path(), 4);
        let (ledger, owner) = test_ledger::open_again(folder.path(), clock);
        let damaged = Found {
            whole: 11,
            damaged: vec![4],
            ..Found::default()
        };
        assert_eq!(scrub(&ledger).await, damaged);
        owner.stop().unwrap();
        drop(ledger);
    }
}
