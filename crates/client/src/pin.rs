//! The newest checkpoint of the log that this node has verified, kept on disk: a log that goes back or forks is noticed.
//!
//! Trust statement: the file belongs to one subscriber and holds nothing secret. Whoever can write it can make the
//! node forget what it has seen, so that a fork stays unnoticed; the log's signature on it keeps anything else out.

use crate::extends::extends;
use crate::limits::PIN_BYTES_MAX;
use crate::log::{LogClient, LogError};
use crate::machine;
use precinto_merkle::ProofError;
use precinto_merkle::checkpoint::{CheckpointError, SignedCheckpoint};
use precinto_merkle::hash::Hash;
use precinto_merkle::note::NoteVerifier;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Where the newest verified checkpoint is kept.
#[derive(Debug)]
pub struct Pin {
    path: Option<PathBuf>,
    newest: Option<SignedCheckpoint>,
}

/// Why a pin cannot be read or moved. The fault is this machine's.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// The file cannot be read or replaced.
    #[error("the pinned checkpoint {} cannot be read or replaced", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: io::Error,
    },
    /// The file holds something else than a checkpoint of this log. It is not overwritten: a person must look.
    #[error("{} does not hold a checkpoint signed by this log; keep it, and look why", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: CheckpointError,
    },
}

/// Two checkpoints, both signed by the log, that cannot both be of one growing log; together they are evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// What was pinned.
    pub pinned: SignedCheckpoint,
    /// What came after it.
    pub offered: SignedCheckpoint,
    /// In which way.
    pub kind: ContradictionKind,
}

/// How two checkpoints contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContradictionKind {
    /// The later one is smaller.
    #[error("the log went back")]
    Smaller,
    /// The same size under two roots.
    #[error("the log has two roots for one size")]
    TwoRoots,
    /// The larger one does not begin with the smaller one, or nothing was shown that it does.
    #[error("the log does not show that it still begins with what it showed before: {0}")]
    NotAnExtension(ProofError),
}

/// Why an offered checkpoint is not accepted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AcceptError {
    /// It is not the log's, or its proof did not come.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log contradicts itself.
    #[error(transparent)]
    Contradiction(#[from] Box<Contradiction>),
    /// What was verified cannot be kept.
    #[error(transparent)]
    Pin(#[from] PinError),
}

/// What an offered checkpoint still needs before it may be pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing: it is the pinned one.
    Known,
    /// Nothing: there is nothing to compare it with.
    First,
    /// A consistency proof from the pinned size.
    Prove {
        /// The pinned size, at least 1.
        from: u64,
    },
}

impl Pin {
    /// Reads the pin at `path`; no file means that nothing was verified yet. Its folder must exist.
    pub fn open(path: impl Into<PathBuf>, log: &NoteVerifier) -> Result<Self, PinError> {
        let path = path.into();
        let newest = match read(&path) {
            Ok(note) => match SignedCheckpoint::verify(&note, log) {
                Ok(checkpoint) => Some(checkpoint),
                Err(cause) => return Err(PinError::Damaged { path, cause }),
            },
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
            Err(cause) => return Err(PinError::Io { path, cause }),
        };
        Ok(Self {
            path: Some(path),
            newest,
        })
    }

    /// A pin that lasts as long as the process: for tools that run once.
    pub fn memory() -> Self {
        Self {
            path: None,
            newest: None,
        }
    }

    /// The newest checkpoint verified.
    pub fn newest(&self) -> Option<&SignedCheckpoint> {
        self.newest.as_ref()
    }

    /// Verifies a checkpoint's note, and that it extends the pinned one, for which `log` is asked; `None` when it is the
    /// pinned one. [`Pin::advance`] is the caller's.
    pub(crate) async fn accept(
        &self,
        note: &str,
        log: &LogClient,
    ) -> Result<Option<SignedCheckpoint>, AcceptError> {
        let Some((offered, step)) = self.offered(note, log)? else {
            return Ok(None);
        };
        if let Step::Prove { from } = step {
            let size = offered.checkpoint().size;
            let proof = log.consistency_unchecked(from, size).await?;
            self.check(&offered, &proof)?;
        }
        Ok(Some(offered))
    }

    /// Verifies a checkpoint's note, and that it is not older than the pinned one; `None` when it is the pinned one. Whether it goes
    /// on from it is not asked yet: that is the [`Step`].
    pub(crate) fn offered(
        &self,
        note: &str,
        log: &LogClient,
    ) -> Result<Option<(SignedCheckpoint, Step)>, AcceptError> {
        if self
            .newest
            .as_ref()
            .is_some_and(|pinned| pinned.note() == note)
        {
            return Ok(None);
        }
        let offered = log.verified(note)?;
        Ok(match self.judge(&offered)? {
            Step::Known => None,
            step @ (Step::First | Step::Prove { .. }) => Some((offered, step)),
        })
    }

    /// What `offered` needs before it may take the place of the pinned one.
    pub(crate) fn judge(&self, offered: &SignedCheckpoint) -> Result<Step, Box<Contradiction>> {
        let Some(pinned) = &self.newest else {
            return Ok(Step::First);
        };
        let (old, new) = (pinned.checkpoint(), offered.checkpoint());
        let contradicts = |kind| {
            Err(Box::new(Contradiction {
                pinned: pinned.clone(),
                offered: offered.clone(),
                kind,
            }))
        };
        match old.size.cmp(&new.size) {
            std::cmp::Ordering::Greater => contradicts(ContradictionKind::Smaller),
            std::cmp::Ordering::Equal if old.root != new.root => {
                contradicts(ContradictionKind::TwoRoots)
            }
            std::cmp::Ordering::Equal => Ok(Step::Known),
            std::cmp::Ordering::Less if old.size == 0 => Ok(Step::First),
            std::cmp::Ordering::Less => Ok(Step::Prove { from: old.size }),
        }
    }

    /// Checks the proof that `offered` extends the pinned checkpoint.
    pub(crate) fn check(
        &self,
        offered: &SignedCheckpoint,
        proof: &[Hash],
    ) -> Result<(), Box<Contradiction>> {
        let Some(pinned) = &self.newest else {
            return Ok(());
        };
        extends(pinned.checkpoint(), offered.checkpoint(), proof).map_err(|error| {
            Box::new(Contradiction {
                pinned: pinned.clone(),
                offered: offered.clone(),
                kind: ContradictionKind::NotAnExtension(error),
            })
        })
    }

    /// Takes `checkpoint`, which [`Pin::judge`] and [`Pin::check`] let pass, as the newest: on disk first.
    pub(crate) async fn advance(&mut self, checkpoint: SignedCheckpoint) -> Result<(), PinError> {
        if let Some(path) = &self.path {
            let (path, note) = (path.clone(), checkpoint.note().to_owned());
            let write = move || {
                replace(&path, note.as_bytes()).map_err(|cause| PinError::Io { path, cause })
            };
            // A sync may take long; the runtime's workers have other things to do.
            let written = machine::blocking(write).await;
            written.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        }
        self.newest = Some(checkpoint);
        Ok(())
    }
}

/// Verifies that two checkpoints of the same log, the older one first or not, are of one growing log.
pub(crate) async fn agree(
    one: &SignedCheckpoint,
    other: &SignedCheckpoint,
    log: &LogClient,
) -> Result<(), AcceptError> {
    let is_older = one.checkpoint().size <= other.checkpoint().size;
    let (older, newer) = if is_older { (one, other) } else { (other, one) };
    let pin = Pin {
        path: None,
        newest: Some(older.clone()),
    };
    pin.accept(newer.note(), log).await.map(drop)
}

impl std::fmt::Display for Contradiction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (old, new) = (
            self.pinned.checkpoint().size,
            self.offered.checkpoint().size,
        );
        write!(
            f,
            "{} (size {old}, then {new}); keep both checkpoints as evidence",
            self.kind
        )
    }
}

impl std::error::Error for Contradiction {}

/// At most one byte more than a note may have, so that a larger file is refused and not cut.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut note = Vec::new();
    File::open(path)?
        .take(PIN_BYTES_MAX + 1)
        .read_to_end(&mut note)?;
    Ok(note)
}

/// Replaces the file so that a crash leaves the old note or the new one, whole.
pub(crate) fn replace(path: &Path, note: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(note)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
