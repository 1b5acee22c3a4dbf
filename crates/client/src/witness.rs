//! This node as a witness: it cosigns the checkpoints that it has verified, and never two that contradict each other.
//!
//! ```text
//! offered ──> does it begin with what this key cosigned last? ──> on disk ──> signed line, to be returned
//!               no: both are evidence, and nothing is signed
//! ```
//!
//! A key is one witness, however many subscriptions and processes of its node use it (C2SP tlog-cosignature): what it
//! has cosigned last stands in one file that they share. Trust statement: the file holds nothing secret. Whoever can
//! write it can make this witness cosign a fork, but not forge what the log has signed.

use crate::clock::Clock;
use crate::extends::extends;
use crate::limits::COSIGN_SKEW_MAX;
use crate::log::{LogClient, LogError};
use crate::machine;
use crate::pin::{Contradiction, ContradictionKind, Pin, PinError, Step, replace};
use precinto_alert::id::NodeId;
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::cosignature::CosignatureSigner;
use precinto_merkle::note::NoteVerifier;
use precinto_proto::v1 as pb;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A node's witness key, and where it keeps what it has cosigned last.
#[derive(Debug, Clone)]
pub struct Witness {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    signer: CosignatureSigner,
    log: NoteVerifier,
    path: PathBuf,
}

/// Why a witness does not cosign.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CosignError {
    /// The log contradicts what this key has cosigned.
    #[error(transparent)]
    Contradiction(#[from] Box<Contradiction>),
    /// What was cosigned last cannot be read or kept.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// No answer to be believed.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// How an attempt ended.
enum Attempt {
    /// The line to return.
    Cosigned(String),
    /// There is nothing to say: this key has cosigned a larger tree already, which begins with this one.
    Behind,
    /// Another process of this node has cosigned meanwhile.
    Again,
}

impl Witness {
    /// A witness for the log `log` that keeps what it has cosigned last in the file at `path`, whose folder must exist.
    /// A file that holds something else is refused, and not overwritten: a person must look.
    pub fn open(
        path: impl Into<PathBuf>,
        signer: CosignatureSigner,
        log: &NoteVerifier,
    ) -> Result<Self, PinError> {
        let path = path.into();
        Pin::open(&path, log)?;
        let log = log.clone();
        Ok(Self {
            shared: Arc::new(Shared { signer, log, path }),
        })
    }

    /// What others need to verify its cosignatures.
    pub fn verifier(&self) -> NoteVerifier {
        self.shared.signer.verifier()
    }

    /// Cosigns `offered`, which the caller has verified, if it begins with what this key has cosigned last, for which
    /// `log` is asked: on disk first, then the line with its line feed. None if there is nothing to say.
    pub(crate) async fn cosign(
        &self,
        offered: &SignedCheckpoint,
        log: &LogClient,
        now_ms: u64,
    ) -> Result<Option<String>, CosignError> {
        for _ in 0..ATTEMPTS_MAX {
            match self.attempt(offered, log, now_ms).await? {
                Attempt::Cosigned(line) => return Ok(Some(line)),
                Attempt::Behind => return Ok(None),
                Attempt::Again => {}
            }
        }
        // Others of this node are busy doing it: the next heartbeat is another chance.
        Ok(None)
    }

    async fn attempt(
        &self,
        offered: &SignedCheckpoint,
        log: &LogClient,
        now_ms: u64,
    ) -> Result<Attempt, CosignError> {
        let shared = Arc::clone(&self.shared);
        let last = blocking(move || Pin::open(&shared.path, &shared.log)).await?;
        let size = offered.checkpoint().size;
        if let Some(cosigned) = last.newest()
            && cosigned.checkpoint().size > size
        {
            // An older stream of this node: what it was shown must be part of what was cosigned.
            return begins(offered, cosigned, log).await;
        }
        if let Step::Prove { from } = last.judge(offered)? {
            let proof = log.consistency_unchecked(from, size).await?;
            last.check(offered, &proof)?;
        }
        let (shared, offered) = (Arc::clone(&self.shared), offered.clone());
        Ok(blocking(move || shared.commit(&last, &offered, now_ms)).await?)
    }
}

impl Shared {
    /// Signs, and returns the line when it is on disk; blocking. Nothing if `last` is no longer what stands there.
    fn commit(
        &self,
        last: &Pin,
        offered: &SignedCheckpoint,
        now_ms: u64,
    ) -> Result<Attempt, PinError> {
        let io = |cause| PinError::Io {
            path: self.path.clone(),
            cause,
        };
        let _lock = lock(&self.path).map_err(io)?;
        if Pin::open(&self.path, &self.log)?.newest() != last.newest() {
            return Ok(Attempt::Again);
        }
        let Ok(line) = self.signer.cosign(offered.checkpoint(), now_ms / 1000) else {
            return Ok(Attempt::Behind); // a clock before 1970
        };
        // With our own line, so that the file shows others what this witness has said, and when.
        let kept = offered.with_cosignatures(&line);
        let kept = kept.as_ref().unwrap_or(offered);
        replace(&self.path, kept.note().as_bytes()).map_err(io)?;
        Ok(Attempt::Cosigned(line))
    }
}

/// Whether the smaller tree that was `offered` begins the one that was `cosigned`.
async fn begins(
    offered: &SignedCheckpoint,
    cosigned: &SignedCheckpoint,
    log: &LogClient,
) -> Result<Attempt, CosignError> {
    let (old, new) = (offered.checkpoint(), cosigned.checkpoint());
    let proof = if old.size == 0 {
        Vec::new()
    } else {
        log.consistency_unchecked(old.size, new.size).await?
    };
    extends(old, new, &proof).map_err(|error| {
        Box::new(Contradiction {
            pinned: cosigned.clone(),
            offered: offered.clone(),
            kind: ContradictionKind::NotAnExtension(error),
        })
    })?;
    Ok(Attempt::Behind)
}

/// Whether what the gateway says its time is lies near enough to ours to cosign with our time. A heartbeat that lay in a
/// stalled line for an hour would otherwise look as if the log had stood still for that hour.
pub(crate) fn is_timely(message: Option<&prost_types::Timestamp>, clock: &Clock) -> bool {
    let Some(theirs) = message else {
        return false;
    };
    let apart = crate::wire_time::timestamp_ms(*theirs).abs_diff(clock.now_ms());
    u128::from(apart) <= COSIGN_SKEW_MAX.as_millis()
}

/// The name of a node's witness key: its identity without the scheme, and what the key is for, because a key of another
/// purpose is another cosigner.
pub fn key_name(node: &NodeId) -> String {
    let identity = node.to_string();
    let identity = identity.strip_prefix("spiffe://").unwrap_or(&identity);
    format!("{identity}/witness")
}

/// What the gateway is told.
pub(crate) fn message(line: String, offered: &SignedCheckpoint) -> pb::Cosignature {
    pb::Cosignature {
        line,
        tree_size: offered.checkpoint().size,
    }
}

/// Held for the moment of comparing and replacing; other processes of this node wait for it.
fn lock(path: &Path) -> io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(name)?;
    file.lock()?;
    Ok(file)
}

/// A sync may take long; the runtime's workers have other things to do.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let done = machine::blocking(work).await;
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

/// How often a checkpoint is tried when others of this node cosign at the same moment.
const ATTEMPTS_MAX: usize = 3;

#[cfg(test)]
mod tests;
