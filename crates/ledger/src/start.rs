//! Starting a ledger: lock, recovery, checks, threads; and stopping it.

use crate::Ledger;
use crate::batch::Gatherer;
use crate::clock::Clock;
use crate::fatal::Fatal;
use crate::gate::Gate;
use crate::journal::reader::Reader;
use crate::journal::recovery::{self, Recovered};
use crate::journal::segment;
use crate::journal::writer::Writer;
use crate::marker::Marker;
use crate::onlooker::Onlooker;
use crate::open::{BatchLimits, CLOCK_TOLERANCE_MS, OpenError, Options};
use crate::owner::Owner;
use crate::publish::{self, Publisher};
use crate::queue::{Queue, queue};
use crate::storage::{FileStorage, Storage};
use crate::view::View;
use precinto_merkle::checkpoint::{Checkpoint, CheckpointError, Origin, SignedCheckpoint};
use precinto_merkle::hash::EMPTY_ROOT;
use precinto_merkle::note::NoteSigner;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// Stops the ledger in good order. Dropped instead, the ledger works on until its last handle is gone, and the next
/// start takes the stop for an unclean one.
#[derive(Debug)]
pub struct OwnerHandle {
    queue: Queue,
    owner: Run,
}

/// Where the owner does its work.
#[derive(Debug)]
enum Run {
    /// On a thread of its own.
    Thread(JoinHandle<bool>),
    /// On that of whoever says so.
    Steps(Steps),
}

/// An owner without a thread, for tests: it works when it is told to. Dropped with all its clones, it is gone as in a crash.
#[derive(Debug, Clone)]
pub struct Steps(Arc<Mutex<Option<Owner>>>);

/// The ledger had ended before it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the log had already ended")]
pub struct StopError;

impl OwnerHandle {
    /// Commits what is queued, refuses everything after it, publishes the last checkpoint and marks the stop as
    /// clean. Blocks until that is done.
    pub fn stop(self) -> Result<(), StopError> {
        self.queue.stop();
        let is_clean = match self.owner {
            Run::Thread(thread) => thread.join().unwrap_or(false),
            Run::Steps(steps) => steps.close(),
        };
        if is_clean { Ok(()) } else { Err(StopError) }
    }
}

impl Steps {
    /// Takes what is queued to the disk, one batch of it, answers it and publishes. False if there is nothing more to be done,
    /// because the ledger was stopped or has failed.
    pub fn step(&self) -> bool {
        let mut owner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        owner.as_mut().is_some_and(Owner::step)
    }

    fn close(self) -> bool {
        let owner = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        owner.is_some_and(Owner::finish)
    }
}

/// Opens the log in a real folder.
pub(crate) fn open_folder(
    options: Options,
    marker: Option<&Path>,
    clock: Arc<dyn Clock>,
) -> Result<(Ledger, OwnerHandle), OpenError> {
    let Options {
        dir,
        signer,
        limits,
    } = options;
    let marker = marker.map(Marker::at).transpose();
    let marker = marker.map_err(|error| OpenError::io("finding the second marker", error))?;
    let places = Places {
        storage: Arc::new(FileStorage::new(&dir)),
        marker,
    };
    open(places, signer, limits, clock, Fatal::abort())
}

/// Where a log lies.
pub(crate) struct Places {
    /// The data folder.
    pub(crate) storage: Arc<dyn Storage>,
    /// What is elsewhere.
    pub(crate) marker: Option<Marker>,
}

/// Opens the log in any storage, and starts its threads.
pub(crate) fn open(
    places: Places,
    signer: NoteSigner,
    limits: BatchLimits,
    clock: Arc<dyn Clock>,
    fatal: Fatal,
) -> Result<(Ledger, OwnerHandle), OpenError> {
    let threads = |error| OpenError::io("starting a thread", error);
    // It has nothing to write before the owner has committed something.
    let Places { storage, marker } = &places;
    let (storage, marker) = (Arc::clone(storage), marker.clone());
    let publisher = Publisher::start(storage, marker, limits.publish_every, fatal.clone());
    let publisher = publisher.map_err(threads)?;
    let (ledger, owner) = recovered(places, signer, limits, clock, fatal, publisher)?;
    let queue = ledger.queue.clone();
    let thread = thread::Builder::new().name("ledger-owner".to_owned());
    let thread = thread.spawn(move || owner.run()).map_err(threads)?;
    let owner = Run::Thread(thread);
    Ok((ledger, OwnerHandle { queue, owner }))
}

/// Opens the log in any storage, without a thread.
pub(crate) fn open_stepped(
    storage: Arc<dyn Storage>,
    signer: NoteSigner,
    limits: BatchLimits,
    clock: Arc<dyn Clock>,
    fatal: Fatal,
) -> Result<(Ledger, OwnerHandle, Steps), OpenError> {
    let publisher = Publisher::by_hand();
    let places = Places {
        storage,
        marker: None,
    };
    let (ledger, owner) = recovered(places, signer, limits, clock, fatal, publisher)?;
    let queue = ledger.queue.clone();
    let steps = Steps(Arc::new(Mutex::new(Some(owner))));
    let owner = Run::Steps(steps.clone());
    Ok((ledger, OwnerHandle { queue, owner }, steps))
}

/// The ledger as it is found in the storage, and its owner, who does nothing yet.
fn recovered(
    Places { storage, marker }: Places,
    signer: NoteSigner,
    limits: BatchLimits,
    clock: Arc<dyn Clock>,
    fatal: Fatal,
    publisher: Publisher,
) -> Result<(Ledger, Owner), OpenError> {
    let limits = limits.within_format();
    let key = signer.verifier();
    let origin = Origin::parse(key.name()).map_err(OpenError::Key)?;
    let lock = storage.lock(LOCK).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => OpenError::Locked,
        io::ErrorKind::NotFound => OpenError::NoLog,
        _ => OpenError::io("taking the lock", error),
    })?;
    let recovered = recovery::recover(&*storage, &key)?;
    let Recovered {
        index,
        edge,
        last_time_ms,
        checkpoint,
        tail,
    } = recovered;
    refuse_if_clock_is_behind(&*clock, last_time_ms)?;
    let newest = match checkpoint {
        Some(checkpoint) => checkpoint,
        None => of_nothing(&origin, &signer).map_err(OpenError::Key)?,
    };
    // What an earlier process committed and did not get to publish is published now.
    let written = publish::write_key(&*storage, &key)
        .and_then(|()| publish::write_checkpoint(&*storage, &newest));
    written.map_err(|error| OpenError::io("publishing the checkpoint", error))?;
    let origin_digest = segment::origin_digest(key.name());
    let writer = Writer::open(
        Arc::clone(&storage),
        origin_digest,
        limits.segment_bytes,
        tail,
    );
    let writer = writer.map_err(|error| OpenError::io("opening the last segment", error))?;
    let reader = Reader::new(Arc::clone(&storage));
    let view = Arc::new(View::new(key, reader, index, newest));
    let rollback = match &marker {
        Some(marker) => marker.meet(&view)?,
        None => None,
    };
    let (queue, inbox) = queue(&limits);
    let gate = Arc::new(Gate::new(Arc::clone(&storage)));
    let onlooker = Onlooker::default();
    let ledger = Ledger {
        queue,
        view: Arc::clone(&view),
        entry_bytes_max: limits.data_bytes,
        gate: Arc::clone(&gate),
        rollback,
        fatal: fatal.clone(),
        onlooker: onlooker.clone(),
    };
    let owner = Owner {
        queue: Gatherer::new(inbox, limits),
        view,
        clock,
        signer,
        origin,
        writer,
        edge,
        last_time_ms,
        publisher,
        storage,
        gate,
        fatal,
        onlooker,
        lock,
    };
    Ok((ledger, owner))
}

/// An entry's time never decreases, so with a clock far behind every new entry would be dated forward.
fn refuse_if_clock_is_behind(clock: &dyn Clock, last_time_ms: u64) -> Result<(), OpenError> {
    let behind_ms = last_time_ms.saturating_sub(clock.now_ms());
    if behind_ms > CLOCK_TOLERANCE_MS {
        Err(OpenError::ClockBehind { behind_ms })
    } else {
        Ok(())
    }
}

/// The checkpoint of the empty log: always the same, so it needs no place in the journal.
fn of_nothing(origin: &Origin, signer: &NoteSigner) -> Result<SignedCheckpoint, CheckpointError> {
    Checkpoint {
        origin: origin.clone(),
        size: 0,
        root: EMPTY_ROOT,
    }
    .sign(signer)
}

/// The file that is locked.
pub(crate) const LOCK: &str = "lock";
