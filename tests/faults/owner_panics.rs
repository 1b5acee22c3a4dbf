//! A bug in the one thread that writes the log: whoever waits is not answered, and the process ends rather than go on half.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use precinto_envelope::crypto::SigningKey;
use precinto_ledger::clock::{Clock, SystemClock};
use precinto_ledger::storage::FaultyMemory;
use precinto_ledger::{BatchLimits, testing};
use precinto_merkle::note::NoteSigner;
use tokio::time::Instant;

/// A clock that is good for a start, and then panics.
#[derive(Debug, Default)]
struct Bug(AtomicBool);

impl Clock for Bug {
    fn now_ms(&self) -> u64 {
        assert!(!self.0.load(Ordering::Relaxed), "a bug, as it was ordered");
        SystemClock.now_ms()
    }
}

#[tokio::test]
async fn a_panic_of_the_writer_ends_the_process_and_answers_nobody() {
    let signer = || NoteSigner::new("log.invalid", SigningKey::from_ed25519_seed([7; 32]));
    let signer = || signer().expect("a log's name");
    let disk = FaultyMemory::new();
    testing::create_on(&disk, &signer()).expect("begun");
    let (bug, ended) = (Arc::new(Bug::default()), Arc::new(AtomicBool::new(false)));
    let end = {
        let ended = Arc::clone(&ended);
        move || ended.store(true, Ordering::SeqCst)
    };
    let (clock, limits) = (Arc::clone(&bug), BatchLimits::default());
    let opened = testing::open_on(Arc::new(disk.clone()), signer(), limits, clock, end);
    let (ledger, _owner) = opened.expect("opened");
    let entry = |key| testing::entry([key; 32], b"record", b"content", b"");
    ledger.append(entry(1)).await.expect("no bug yet");
    bug.0.store(true, Ordering::Relaxed);
    let answer = ledger.append(entry(2));
    let answer = tokio::time::timeout(Duration::from_mins(1), answer).await;
    assert!(answer.is_ok_and(|answer| answer.is_err()), "an answer");
    // The writer's thread unwinds first: whoever waits may hear of it a moment before the process ends.
    let end = Instant::now() + Duration::from_mins(1);
    while !ended.load(Ordering::SeqCst) {
        assert!(Instant::now() < end, "the process goes on");
        tokio::time::sleep(Duration::from_millis(5)).await; // polls a condition of another thread
    }
    assert_eq!(ledger.published().borrow().size, 1);
}
