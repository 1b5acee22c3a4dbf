//! Why the copy cannot answer, and why it cannot be brought up to date.

use crate::log::LogError;
use crate::pin::{AcceptError, Contradiction, PinError};
use crate::refusal::Refusal;
use precinto_alert::Reason;
use std::io;
use std::path::PathBuf;

/// Why the copy cannot be opened, read or written. The fault is this machine's.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Another process has it open.
    #[error("{} is in use by another process; try again when it has finished", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The file is no copy, or is damaged.
    #[error("{} is damaged ({detail}); delete it and sync again; keep the files that end in .pin", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The file is a copy, but not this one.
    #[error("{} has {what} {found}, not {expected}; delete it and sync again, or give another state folder; keep the files that end in .pin", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What differs: `log`, `agency` or `format`.
        what: &'static str,
        /// What the file says.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// The file cannot be read or written.
    #[error("the own copy {} cannot be read or written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: io::Error,
    },
    /// The key of a page is none that a listing gave.
    #[error("{0:?} is not the key of a page; begin again without one")]
    PageKey(String),
}

/// Why the copy could not be brought up to date. What came before the error is kept.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The gateway refuses, or its answer is not believable, or the line failed.
    #[error(transparent)]
    Gateway(#[from] LogError),
    /// The log contradicts what the copy has seen of it. Both notes are in it; whoever reports it should keep them.
    #[error(transparent)]
    Contradiction(#[from] Box<Contradiction>),
    /// The connection is to another log than the copy's.
    #[error("the gateway's log is {found}, but the copy is of {expected}")]
    OtherLog {
        /// The log that the connection believes.
        found: String,
        /// The copy's.
        expected: String,
    },
    /// The newest checkpoint that was seen, kept beside the copy, cannot be read or replaced.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// This machine cannot write the copy.
    #[error(transparent)]
    Copy(#[from] CopyError),
}

impl SyncError {
    /// The coded reason; none if the line, or this machine, failed.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Gateway(error) => error.reason(),
            Self::Contradiction(_) => Some(Reason::LogInconsistent),
            Self::OtherLog { .. } => Some(Reason::LogOriginWrong),
            Self::Pin(_) | Self::Copy(_) => None,
        }
    }

    /// Whether another attempt may succeed though nobody changes anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Gateway(error) if error.is_transient())
    }

    /// What the gateway answered, if it refused.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Gateway(LogError::Refused(refusal)) => Some(refusal),
            _ => None,
        }
    }
}

impl From<AcceptError> for SyncError {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::Log(error) => Self::Gateway(error),
            AcceptError::Contradiction(contradiction) => Self::Contradiction(contradiction),
            AcceptError::Pin(error) => Self::Pin(error),
        }
    }
}
