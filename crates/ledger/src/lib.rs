//! Append once, durably, in order; read by index.
//!
//! A [`Ledger`] is one append-only log in one folder: a journal of frames, and in memory what it takes to find
//! and to prove. One thread, the owner, writes; everyone else reads what it has committed. Entries are bytes:
//! nothing here knows protobuf, connections, subscribers or anybody's rights.
//!
//! Promises: an entry that was answered for is on the disk, stays at its index, and is read back as it was or not
//! at all; a repeat gets the first answer, for the life of the log; no two signed checkpoints have one size and
//! different roots. When the ledger cannot keep a promise it ends the process.
//!
//! The format on disk is drawn byte by byte in this crate's `README.md`.

mod batch;
pub mod clock;
mod committed;
mod create;
pub mod durable;
mod entry;
mod fatal;
mod gate;
mod index;
mod journal;
mod marker;
mod newest;
mod onlooker;
mod open;
mod owner;
mod prune;
mod publish;
mod queue;
mod start;
pub mod storage;
pub mod testing;
mod view;

pub use committed::Proven;
pub use create::CreateError;
pub use entry::{Entry, EntryKey, Memory, StoredEntry};
pub use onlooker::Commit;
pub use open::{BatchLimits, CLOCK_TOLERANCE_MS, OpenError, Options, Rollback};
pub use prune::{PruneError, Pruned, prune_bodies};
pub use queue::InFlight;
pub use start::{OwnerHandle, Steps, StopError};
pub use view::{Found, Published, ReadError};

use clock::Clock;
use fatal::Fatal;
use gate::Gate;
use onlooker::Onlooker;
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::LEAF_LEN;
use precinto_merkle::note::NoteVerifier;
use queue::{Answer, NotQueued, Queue};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;
use view::{Passing, View};

/// A handle on an open log. Clones are cheap and equal.
#[derive(Debug, Clone)]
pub struct Ledger {
    queue: Queue,
    view: Arc<View>,
    entry_bytes_max: usize,
    gate: Arc<Gate>,
    /// Set for a log that is only read.
    rollback: Option<Rollback>,
    fatal: Fatal,
    onlooker: Onlooker,
}

/// Whether the log takes what is brought to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// It does.
    Well,
    /// It is only read, because it is older than it was; see [`Ledger::rollback`].
    ReadOnly,
    /// The disk is down to its reserve; see [`AppendError::StorageLow`].
    StorageLow,
    /// It has stopped, or was told to.
    Stopped,
}

/// What became of an entry that was appended.
#[derive(Debug, Clone)]
pub struct Appended {
    /// Whether the log had it already; the proof is then that of the first time.
    pub duplicate: bool,
    /// The entry with its receipt.
    pub proven: Proven,
}

/// Why an entry was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The caller's fault: the log holds something else under the same key.
    #[error("entry {index} has the same key and says something else")]
    Conflict {
        /// The entry that the log holds.
        index: u64,
        /// Its digest.
        digest: Hash,
    },
    /// The caller's fault: record, content and body together exceed [`BatchLimits::data_bytes`].
    #[error("the entry is too large for a batch")]
    TooLarge,
    /// The disk has less room left than the log keeps in reserve: 5 %, at least 256 MiB and at most 2 GiB; 192 MiB for acts
    /// that somebody asks for, 128 MiB for what the gateway itself records. Nothing was queued, and reads go on.
    #[error("the disk is down to its reserve")]
    StorageLow,
    /// The log was opened to be read only: see [`Rollback`].
    #[error("the log takes nothing: {0}")]
    ReadOnly(Rollback),
    /// More is waiting than may wait. Worth trying again in a moment.
    #[error("too much is waiting to be written")]
    Busy,
    /// The ledger is stopping or has stopped. If the entry was on its way it may have been appended: trying again
    /// later is safe.
    #[error("the log has stopped")]
    Stopped,
    /// The disk's fault: whether the log has the entry could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Ledger {
    /// Begins a new, empty log in a folder that holds none, durably. To be asked for once in a log's life, by a
    /// person: a second log under the same key is what a lost one looks like from outside.
    ///
    /// Blocks. Interrupted, it may be called again; after that either it or [`Ledger::open`] succeeds.
    pub fn create(options: &Options) -> Result<(), CreateError> {
        create::create_folder(options)
    }

    /// Opens the log in a folder, after a clean stop or after any other end. A folder without a log is refused.
    ///
    /// Reads the whole journal but for the data; blocks for as long as that takes. Starts the owner's thread, and
    /// one that publishes.
    pub fn open(options: Options, clock: Arc<dyn Clock>) -> Result<(Self, OwnerHandle), OpenError> {
        start::open_folder(options, None, clock)
    }

    /// The same with a second marker at this path, on another volume than the log: the newest checkpoint is written there as well,
    /// and read at the next start. If it shows more than the journal holds, or something else, the log is opened to be read and
    /// takes nothing ([`Ledger::rollback`]); if it is gone, the log is not opened.
    pub fn open_marked(
        options: Options,
        marker: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, OwnerHandle), OpenError> {
        start::open_folder(options, Some(marker), clock)
    }

    /// Why nothing is appended, if the log is only read.
    pub fn rollback(&self) -> Option<Rollback> {
        self.rollback
    }

    /// The log's key: its name is the origin, its `Display` the `vkey`.
    pub fn verifier(&self) -> &NoteVerifier {
        self.view.key()
    }

    /// Says that a submission has arrived that will probably be appended; see [`InFlight`].
    pub fn announce(&self) -> InFlight {
        self.queue.announce()
    }

    /// Takes an entry to the point where losing it is no longer possible.
    ///
    /// MUST NOT return a proof, nor a refusal that rests on another entry, before the frame that holds the entry is
    /// synced. If the caller stops waiting, the entry may be appended all the same.
    pub async fn append(&self, entry: Entry) -> Result<Appended, AppendError> {
        if entry.size_bytes() > self.entry_bytes_max {
            return Err(AppendError::TooLarge);
        }
        // What the log holds already takes no room: a start says again by what it judges.
        let is_known = || matches!(self.find(&entry.key), Ok(Some(_)));
        if let Some(rollback) = self.rollback
            && !is_known()
        {
            return Err(AppendError::ReadOnly(rollback));
        }
        if self.gate.is_shut_for(&entry) && !is_known() {
            return Err(AppendError::StorageLow);
        }
        let answer = self.queue.push(entry).map_err(|refused| match refused {
            NotQueued::Full => AppendError::Busy,
            NotQueued::Stopped => AppendError::Stopped,
        })?;
        match answer.await.map_err(|_| AppendError::Stopped)? {
            Answer::Appended {
                batch,
                index,
                duplicate,
            } => {
                let Some(Ok(proven)) = batch.proven(index) else {
                    // It held when the owner computed it from the same memory.
                    self.fatal.end("verifying a receipt", &"it does not hold");
                    return Err(AppendError::Stopped);
                };
                Ok(Appended { duplicate, proven })
            }
            Answer::Repeat(found) => Ok(Appended {
                duplicate: true,
                proven: self.view.proven(found.index)?,
            }),
            Answer::Conflict(Found { index, digest }) => {
                Err(AppendError::Conflict { index, digest })
            }
            Answer::Unreadable(error) => Err(error.into()),
        }
    }

    /// Whether the log takes statements at this moment. Looks at the disk again where there was too little room the last time.
    pub fn taking(&self) -> Taking {
        if self.fatal.has_ended() || !self.queue.is_open() {
            Taking::Stopped
        } else if self.rollback.is_some() {
            Taking::ReadOnly
        } else if self.gate.is_shut() {
            Taking::StorageLow
        } else {
            Taking::Well
        }
    }

    /// The room of the file system that the log is on.
    pub fn space(&self) -> io::Result<storage::Space> {
        self.gate.space()
    }

    /// Has `see` told of each batch after it was committed, by the thread that writes: it MUST NOT wait for anything. Only the
    /// first who asks is told.
    pub fn on_commit(&self, see: impl Fn(Commit) + Send + Sync + 'static) {
        self.onlooker.set(see);
    }

    /// The entry under a key, if the log has one.
    pub fn find(&self, key: &EntryKey) -> Result<Option<Found>, ReadError> {
        self.view.find(key)
    }

    /// The receipt of an entry: the same bytes as the first time, verified, signature included.
    pub fn receipt(&self, index: u64) -> Result<Proven, ReadError> {
        self.view.proven(index)
    }

    /// The signed checkpoint of the batch that the entry at an index was committed in: the first one that covers it.
    /// May read from the disk.
    pub fn checkpoint(&self, index: u64) -> Result<Arc<SignedCheckpoint>, ReadError> {
        self.view.checkpoint(index)
    }

    /// How far the log reaches; changes after every commit, and stays open for as long as any handle lives.
    pub fn published(&self) -> watch::Receiver<Published> {
        self.view.published().subscribe()
    }

    /// The entry at an index.
    pub fn read(&self, index: u64) -> Result<Arc<StoredEntry>, ReadError> {
        self.view.read(index)
    }

    /// Entries from `index` on: at least one unless the log ends before, and no more than fit into `bytes_max`.
    ///
    /// The answer may end before that, where a batch ends: small ones are read together, up to 512 KiB, a larger one
    /// alone. Go on from there. The entries of a batch are read from the disk together, so many small answers cost more
    /// than few large ones, unless they are at hand: what is read is kept so for a while, as more may be asked of it.
    pub fn read_from(
        &self,
        index: u64,
        bytes_max: usize,
    ) -> Result<Vec<Arc<StoredEntry>>, ReadError> {
        self.view.read_from(index, bytes_max, Passing::Stays)
    }

    /// The same for whoever goes through the log and asks for nothing twice: it drives nothing out of memory that others are
    /// about to read, but for a large batch that it is in the middle of.
    pub fn pass_from(
        &self,
        index: u64,
        bytes_max: usize,
    ) -> Result<Vec<Arc<StoredEntry>>, ReadError> {
        self.view.read_from(index, bytes_max, Passing::Goes)
    }

    /// The index at which the batch behind that of this entry begins; the log's end for the last one. None beyond that.
    pub fn batch_end(&self, index: u64) -> Option<u64> {
        self.view.batch_end(index)
    }

    /// The leaf at an index, as it was hashed into the tree.
    pub fn leaf(&self, index: u64) -> Result<[u8; LEAF_LEN], ReadError> {
        self.view.leaf(index)
    }

    /// The inclusion path of an entry in the tree of the first `size` entries; none if either is not there.
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        self.view.inclusion(index, size)
    }

    /// The proof that the tree of the first `old` entries begins that of the first `new`; none if `old` is zero or
    /// the log does not reach so far.
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        self.view.consistency(old, new)
    }

    /// The root of the first `size` entries; none if there are fewer.
    pub fn root(&self, size: u64) -> Option<Hash> {
        self.view.root(size)
    }
}
