//! What a ledger is opened with, and why it may refuse to open.

use crate::journal::frame::{DATA_BYTES_MAX, ENTRIES_MAX};
use precinto_merkle::checkpoint::CheckpointError;
use precinto_merkle::note::NoteSigner;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// What a ledger is opened with.
#[derive(Debug)]
pub struct Options {
    /// The data folder.
    pub dir: PathBuf,
    /// The log's key. Its name is the log's origin.
    pub signer: NoteSigner,
    /// Sizes and delays.
    pub limits: BatchLimits,
}

/// How much waits, how much goes together, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Entries in a batch: at most 512, the format's limit.
    pub entries: usize,
    /// Bytes of record, content and body in a batch, and so in an entry: at most 8 MiB, the format's limit.
    pub data_bytes: usize,
    /// How long a batch waits at most until half of the submissions that are announced are here: one half is synced while
    /// the other is verified. Longer, and a slow disk stands idle; shorter, and batches leave with one of many.
    pub linger: Duration,
    /// Entries that may wait for the owner.
    pub queue_entries: usize,
    /// Bytes that may wait for the owner or be on their way to the disk, in the whole process.
    pub queue_bytes: usize,
    /// A segment of the journal that has reached this many bytes gets no more frames; at most 16 MiB, the format's limit.
    pub segment_bytes: u64,
    /// How often at most the newest checkpoint is written to its file.
    pub publish_every: Duration,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self {
            entries: ENTRIES_MAX,
            data_bytes: DATA_BYTES_DEFAULT,
            linger: Duration::from_millis(2),
            queue_entries: 1024,
            queue_bytes: 64 * 1024 * 1024,
            segment_bytes: 16 * 1024 * 1024,
            publish_every: Duration::from_secs(1),
        }
    }
}

impl BatchLimits {
    /// These limits, no wider than the format allows.
    pub(crate) fn within_format(self) -> Self {
        let data_bytes_max = usize::try_from(DATA_BYTES_MAX).unwrap_or(usize::MAX);
        Self {
            entries: self.entries.clamp(1, ENTRIES_MAX),
            data_bytes: self.data_bytes.min(data_bytes_max),
            queue_entries: self.queue_entries.max(1),
            segment_bytes: self.segment_bytes.min(SEGMENT_BYTES_MAX),
            ..self
        }
    }
}

/// Why a ledger was not opened. Nothing was lost by the attempt; what is refused is to go on writing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or another ledger of this one, has the data folder open.
    #[error("another process has this log open")]
    Locked,
    /// The folder holds no log, or is not there: never begun, or lost, or its disk is not mounted. It is never begun by
    /// a start: a second log under the same key would deny all that the first one promised.
    #[error("the data folder holds no log")]
    NoLog,
    /// The system refused something.
    #[error("{doing} failed: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The journal is damaged where an interrupted write cannot be the cause.
    #[error("the journal is damaged: segment {segment:020}, byte {at}: {what}")]
    Damaged {
        /// First entry of the segment, which is its file's name.
        segment: u64,
        /// Position in the file.
        at: u64,
        /// What does not hold.
        what: String,
    },
    /// The journal belongs to another origin.
    #[error("segment {segment:020} belongs to a log of another origin")]
    OtherLog {
        /// First entry of the segment.
        segment: u64,
    },
    /// The origin cannot name a log, or the journal's last checkpoint is not signed by the key given.
    #[error("the journal's last checkpoint does not hold under the key given: {0}")]
    Key(CheckpointError),
    /// The file `checkpoint` is not a checkpoint of this log.
    #[error("the published checkpoint does not hold: {0}")]
    Published(CheckpointError),
    /// The published checkpoint shows more than the journal holds: committed entries are gone.
    #[error("the published checkpoint has {published} entries, the journal only {journal}")]
    Behind {
        /// Entries under the published checkpoint.
        published: u64,
        /// Entries in the journal.
        journal: u64,
    },
    /// The published checkpoint has another root than the journal's leaves up to its size.
    #[error("the published checkpoint of size {size} has another root than the journal")]
    Forked {
        /// Entries under the published checkpoint.
        size: u64,
    },
    /// The second marker is not there, and the log has entries: its volume is not mounted, or it was never begun.
    #[error("the second marker is not there, and the log has entries")]
    NoMarker,
    /// The second marker is not a checkpoint of this log.
    #[error("the second marker does not hold: {0}")]
    Marker(CheckpointError),
    /// The clock shows less than the last entry's time by more than [`CLOCK_TOLERANCE_MS`].
    #[error("the clock is {behind_ms} ms behind the log's last entry")]
    ClockBehind {
        /// By how much, in milliseconds.
        behind_ms: u64,
    },
}

/// In what a log is not what it was when its second marker was written. It was opened to be read, and takes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rollback {
    /// Entries are gone: most likely an older copy of the data folder was put in its place.
    #[error("the second marker has {marked} entries, the journal only {journal}")]
    Behind {
        /// Entries under the marker.
        marked: u64,
        /// Entries in the journal.
        journal: u64,
    },
    /// The journal's leaves up to the marker's size are others.
    #[error("the second marker of size {size} has another root than the journal")]
    Forked {
        /// Entries under the marker.
        size: u64,
    },
}

impl OpenError {
    pub(crate) fn io(doing: &'static str, source: io::Error) -> Self {
        Self::Io { doing, source }
    }
}

/// By how much the clock may be behind the last entry's time at a start: more than a synchronised clock is ever
/// stepped back, less than anybody could use to date an entry forward.
pub const CLOCK_TOLERANCE_MS: u64 = 5_000;

/// The format's limit: whoever reads a segment holds it whole, with one frame more.
const SEGMENT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A revocation list must fit into a batch, with room for its record.
const _: () = assert!(2 * precinto_envelope::limits::CRL_BYTES_MAX <= DATA_BYTES_DEFAULT);

/// The default of [`BatchLimits::data_bytes`].
const DATA_BYTES_DEFAULT: usize = 4 * 1024 * 1024;
