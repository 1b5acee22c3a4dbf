//! A log on a disk in memory, with a clock moved by hand, and the questions asked of it again and again.

use precinto_envelope::crypto::{SigningKey, sha256};
use precinto_ledger::clock::ManualClock;
use precinto_ledger::storage::FaultyMemory;
use precinto_ledger::{AppendError, Appended, BatchLimits, Entry, Ledger, OpenError, OwnerHandle};
use precinto_ledger::{EntryKey, testing};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::note::NoteSigner;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

pub(crate) const ORIGIN: &str = "log.example/2026";

/// When every clock starts, in ms.
pub(crate) const START_MS: u64 = 1_790_000_000_000;

/// The same key every time, so that a log can be opened again.
pub(crate) fn signer(origin: &str) -> NoteSigner {
    NoteSigner::new(origin, SigningKey::from_ed25519_seed([7; 32])).unwrap()
}

/// The same name, another key.
pub(crate) fn stranger() -> NoteSigner {
    NoteSigner::new(ORIGIN, SigningKey::from_ed25519_seed([8; 32])).unwrap()
}

/// Small segments, no publishing between start and stop, and time enough for a batch to fill.
pub(crate) fn limits() -> BatchLimits {
    BatchLimits {
        linger: Duration::from_mins(1),
        segment_bytes: 8 * 1024,
        publish_every: Duration::from_hours(1),
        ..BatchLimits::default()
    }
}

/// A disk, a clock, and how to open the log on it.
#[derive(Debug, Clone)]
pub(crate) struct Rig {
    pub(crate) disk: FaultyMemory,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) limits: BatchLimits,
}

/// An open log.
pub(crate) struct Log {
    pub(crate) ledger: Ledger,
    handle: OwnerHandle,
}

impl Rig {
    /// With a new log, durably.
    pub(crate) fn new() -> Self {
        let disk = FaultyMemory::new();
        testing::create_on(&disk, &signer(ORIGIN)).unwrap();
        Self::on(disk.copy())
    }

    pub(crate) fn on(disk: FaultyMemory) -> Self {
        Self {
            disk,
            clock: Arc::new(ManualClock::new(START_MS)),
            limits: limits(),
        }
    }

    pub(crate) fn open(&self) -> Result<Log, OpenError> {
        self.open_as(ORIGIN)
    }

    pub(crate) fn open_as(&self, origin: &str) -> Result<Log, OpenError> {
        self.open_with(signer(origin))
    }

    pub(crate) fn open_with(&self, signer: NoteSigner) -> Result<Log, OpenError> {
        let (disk, clock) = (Arc::new(self.disk.clone()), Arc::clone(&self.clock));
        let opened = testing::open_on(disk, signer, self.limits, clock, || ());
        let (ledger, handle) = opened?;
        Ok(Log { ledger, handle })
    }
}

impl Log {
    /// Appends entries in one batch, in this order.
    pub(crate) async fn append(&self, entries: Vec<Entry>) -> Vec<Result<Appended, AppendError>> {
        // A batch waits for half of those announced.
        let announce = |_| (self.ledger.announce(), self.ledger.announce());
        let announced: Vec<_> = entries.iter().map(announce).collect();
        let mut appends = JoinSet::new();
        for (number, (entry, announced)) in entries.into_iter().zip(announced).enumerate() {
            let ledger = self.ledger.clone();
            appends.spawn(async move {
                let answer = ledger.append(entry).await;
                drop(announced);
                (number, answer)
            });
        }
        let answers: BTreeMap<_, _> = appends.join_all().await.into_iter().collect();
        answers.into_values().collect()
    }

    pub(crate) async fn append_one(&self, entry: Entry) -> Result<Appended, AppendError> {
        self.ledger.append(entry).await
    }

    pub(crate) fn size(&self) -> u64 {
        self.ledger.published().borrow().size
    }

    pub(crate) fn stop(self) {
        self.handle.stop().unwrap();
    }

    /// Whether the ledger was still alive.
    pub(crate) fn try_stop(self) -> bool {
        self.handle.stop().is_ok()
    }

    /// Every entry as the bytes of its parts, read in small pieces.
    pub(crate) fn contents(&self) -> Vec<[Vec<u8>; 3]> {
        let mut all = Vec::new();
        while (all.len() as u64) < self.size() {
            let some = self.ledger.read_from(all.len() as u64, 1000).unwrap();
            all.extend(
                some.iter().map(|entry| {
                    [entry.record(), entry.content(), entry.body()].map(<[u8]>::to_vec)
                }),
            );
        }
        all
    }
}

/// An entry that `number` decides in full: up to some 2 KiB, so that frames end anywhere in a sector.
pub(crate) fn entry(number: u64) -> Entry {
    let [record, content, body] = parts(number);
    testing::entry(sha256(&[&number.to_be_bytes()]), &record, &content, &body)
}

pub(crate) fn parts(number: u64) -> [Vec<u8>; 3] {
    let byte = u8::try_from(number % 251).unwrap();
    let len = |factor: u64| usize::try_from(number * factor % 700).unwrap();
    [
        vec![byte; len(37) + 1],
        vec![byte ^ 1; len(101)],
        vec![byte ^ 2; len(211)],
    ]
}

pub(crate) fn key(number: u64) -> EntryKey {
    *entry(number).key()
}

/// The published checkpoint, if there is one.
pub(crate) fn published(disk: &FaultyMemory) -> Option<SignedCheckpoint> {
    let note = disk.contents("checkpoint")?;
    Some(SignedCheckpoint::verify(&note, &signer(ORIGIN).verifier()).unwrap())
}

/// A runtime for tests that go through thousands of disks.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}
