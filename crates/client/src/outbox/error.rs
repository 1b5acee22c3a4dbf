//! Why the outbox cannot do what it was asked. The fault is this machine's, or nobody's: it is full.

use precinto_alert::id::MessageId;
use std::io;
use std::path::{Path, PathBuf};

/// Why something cannot be put into the outbox, or taken out of it.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// A file cannot be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: io::Error,
    },
    /// There is no more room. Nothing was dropped, and nothing was put in.
    #[error("the outbox is full: {messages} messages with {bytes} bytes wait")]
    Full {
        /// How many wait.
        messages: usize,
        /// How many bytes they have.
        bytes: u64,
    },
    /// So many messages were refused, and lie where nobody has looked, that nothing new is taken. Nothing was put in.
    #[error("{messages} refused messages lie in {}; look at them, and move them away", folder.display())]
    Unheeded {
        /// How many, at least.
        messages: usize,
        /// Where.
        folder: PathBuf,
    },
    /// The node has already said something else under this message id.
    #[error("the message id {0} stands for something else already")]
    Reused(MessageId),
    /// A file of the queue is none of ours, or damaged. It is not sent, not passed over and not deleted: a person must look.
    #[error("{} is not a signed message; look at it, and move it away", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

impl OutboxError {
    /// Whether it is certain that nothing was put in. A file that could not be written may still be there after all.
    pub fn is_before_anything(&self) -> bool {
        match self {
            Self::Full { .. } | Self::Unheeded { .. } | Self::Reused(_) | Self::Damaged { .. } => {
                true
            }
            Self::Io { .. } => false,
        }
    }
}

/// Names the file in an error.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> OutboxError + '_ {
    |cause| OutboxError::Io {
        path: path.to_owned(),
        cause,
    }
}
