//! Nodes as witnesses: what they have cosigned of this log is kept, and handed out with later checkpoints and receipts.
//!
//! A node whose witness key the directory lists returns a cosignature for the checkpoints that its subscriptions hear
//! (C2SP tlog-cosignature): it has found each to begin with all that it saw before. Whoever runs the gateway cannot make
//! one, so a receipt with one of the other side shows that both sides have seen the same history up to there.
//!
//! Nothing waits for a witness, and nothing that a witness does can stop a subscription. What is kept is derived: a lost
//! file fills again with the next heartbeats. A file that shows more than the log, or another one, is another matter:
//! then the log has lost what was acknowledged, and must not go on.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use precinto_alert::id::{NodeId, Side};
use precinto_ledger::{Ledger, ReadError, durable};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::note::{NoteError, NoteVerifier};
use tokio_util::sync::CancellationToken;

use crate::blocking;
use crate::limits::{
    COSIGNATURE_LINE_MAX, COSIGNATURES_IN_NOTE_MAX, COSIGNATURES_PER_NODE_MAX, WITNESS_FLUSH,
};
use crate::registry::InForce;

mod file;
mod rejected;
#[cfg(test)]
mod tests;

pub use file::WitnessError;
use rejected::Evidence;

/// The cosignatures that nodes have returned.
#[derive(Debug)]
pub struct Witnesses {
    ledger: Ledger,
    directory: InForce,
    path: PathBuf,
    kept: Mutex<Kept>,
    /// What listed witnesses returned and does not hold.
    evidence: Mutex<Evidence>,
    /// Set when `kept` or `evidence` has something that its file does not have.
    dirty: AtomicBool,
    /// Held while the file is written, so that an older state never replaces a newer one.
    writing: Mutex<()>,
}

/// By size: the checkpoint and who has cosigned it. Of each node the newest [`COSIGNATURES_PER_NODE_MAX`].
#[derive(Debug, Default)]
struct Kept {
    by_size: BTreeMap<u64, Cosigned>,
}

#[derive(Debug)]
struct Cosigned {
    /// As the log has signed it, without cosignatures.
    checkpoint: Arc<SignedCheckpoint>,
    /// Signature lines, each with its line feed.
    lines: BTreeMap<NodeId, Line>,
}

/// What a node has returned for a checkpoint.
#[derive(Debug)]
struct Line {
    /// With its line feed.
    text: String,
    /// When it says that it was made, seconds since 1970 UTC.
    time: u64,
}

/// Why a cosignature is not kept; for the operator's log, never for a peer.
#[derive(Debug, thiserror::Error)]
enum Rejected {
    #[error("the directory lists no witness key of this node")]
    NoKey,
    #[error("it is no single signature line")]
    Form,
    #[error("the log has signed no checkpoint of {0} entries")]
    NoCheckpoint(u64),
    #[error("it is not this node's word on our checkpoint")]
    NotTheirs,
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Witnesses {
    /// Reads what was kept in `folder`, whose parent must exist; blocking. What no longer holds is left out: keys change,
    /// and what is missing comes again. Only a cosignature that shows that the log has lost something is an error.
    pub fn open(folder: &Path, ledger: Ledger, directory: InForce) -> Result<Self, WitnessError> {
        durable::create_folder(folder)?;
        let path = folder.join(FILE);
        let evidence = Evidence::read(&folder.join(REJECTED))?;
        let kept = file::read(&path, &ledger, &directory.now())?;
        Ok(Self {
            ledger,
            directory,
            path,
            kept: Mutex::new(kept),
            evidence: Mutex::new(evidence),
            dirty: AtomicBool::new(false),
            writing: Mutex::default(),
        })
    }

    /// Takes the cosignature `line` that `node` has returned for the checkpoint of `tree_size` entries.
    ///
    /// Says nothing to the node: one that does not hold is told to the operator, and kept beside those that do.
    pub async fn take(self: &Arc<Self>, node: &NodeId, line: String, tree_size: u64) {
        let (witnesses, of) = (Arc::clone(self), node.clone());
        // It takes a signature check, and may take a read from the disk.
        let taken = blocking::spawn(move || witnesses.judge_and_keep(&of, line, tree_size));
        match taken.await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => {
                tracing::warn!(%node, tree_size, %why, "a cosignature does not hold");
            }
            Err(_) => tracing::error!(%node, "judging a cosignature panicked"),
        }
    }

    fn judge_and_keep(&self, node: &NodeId, line: String, tree_size: u64) -> Result<(), Rejected> {
        let directory = self.directory.now();
        let key = directory.witness_of(node).ok_or(Rejected::NoKey)?;
        let (checkpoint, time) = match judge(&self.ledger, key, &line, tree_size) {
            Ok(judged) => judged,
            // Our own disk's fault says nothing about the witness.
            Err(error @ Rejected::Read(_)) => return Err(error),
            Err(why) => {
                let holds = self.ledger.published().borrow().size;
                if self.evidence().take(node, &line, tree_size, holds) {
                    self.dirty.store(true, Ordering::Release);
                }
                return Err(why);
            }
        };
        let line = Line { text: line, time };
        self.kept().add(node, checkpoint, line);
        self.dirty.store(true, Ordering::Release);
        Ok(())
    }

    /// The newest cosigned checkpoint of at least `size_min` entries, with its cosignatures: the newest one with a
    /// cosignature from another side than `side`, or if there is none, the newest one with any.
    pub fn newest(&self, side: &Side, size_min: u64) -> Option<SignedCheckpoint> {
        let kept = self.kept();
        let covering = || kept.by_size.range(size_min..).rev().map(|(_, one)| one);
        let is_counterpart = |node: &NodeId| node.side() != side;
        let by_counterpart = covering().find(|one| one.lines.keys().any(is_counterpart));
        let chosen = by_counterpart.or_else(|| covering().next())?;
        // A note has room for so many; those of the other sides are what it is asked for.
        let (others, own): (Vec<_>, Vec<_>) = chosen
            .lines
            .iter()
            .partition(|(node, _)| is_counterpart(node));
        let lines = others.into_iter().chain(own);
        let lines = lines.map(|(_, line)| line.text.as_str());
        let lines: String = lines.take(COSIGNATURES_IN_NOTE_MAX).collect();
        chosen.checkpoint.with_cosignatures(&lines).ok()
    }

    /// When each witness last said something that counts, by its own clock: milliseconds since 1970 UTC. Not those whom the
    /// directory in force lists no more: nobody waits for them.
    pub(crate) fn newest_times_ms(&self) -> BTreeMap<NodeId, u64> {
        let directory = self.directory.now();
        let mut newest = BTreeMap::new();
        for one in self.kept().by_size.values() {
            let lines = one.lines.iter();
            for (node, line) in lines.filter(|(node, _)| directory.witness_of(node).is_some()) {
                let time: &mut u64 = newest.entry(node.clone()).or_default();
                *time = line.time.saturating_mul(1_000).max(*time);
            }
        }
        newest
    }

    /// How many cosignatures that do not hold are kept of each witness.
    pub(crate) fn rejected(&self) -> BTreeMap<NodeId, usize> {
        let evidence = self.evidence();
        let counts = evidence.counts();
        counts.map(|(node, count)| (node.clone(), count)).collect()
    }

    /// Writes what is new to the disk; blocking. A failure is logged and tried again: nothing precious is at stake.
    pub fn flush(&self) {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.dirty.swap(false, Ordering::AcqRel) {
            return;
        }
        let (kept, rejected) = (file::text(&self.kept()), self.evidence().text());
        let written = durable::replace(&self.path, kept.as_bytes());
        let written = written.and_then(|()| match rejected.as_str() {
            "" => Ok(()),
            text => durable::replace(&self.path.with_file_name(REJECTED), text.as_bytes()),
        });
        if let Err(error) = written {
            self.dirty.store(true, Ordering::Release);
            tracing::warn!(%error, "the cosignatures could not be written");
        }
    }

    /// Writes what is new every few seconds, until `stop`.
    pub(crate) async fn keep_written(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                biased; // the end writes what is left
                () = stop.cancelled() => return,
                () = tokio::time::sleep(WITNESS_FLUSH) => {}
            }
            let witnesses = Arc::clone(&self);
            if blocking::spawn(move || witnesses.flush()).await.is_err() {
                tracing::error!("writing cosignatures panicked");
            }
        }
    }

    fn evidence(&self) -> MutexGuard<'_, Evidence> {
        self.evidence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The map is whole at every moment, so a panic elsewhere while it was locked does no harm.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Our own checkpoint of `tree_size` entries, if `line` is a cosignature over it by `key`; and the time that it says.
fn judge(
    ledger: &Ledger,
    key: &NoteVerifier,
    line: &str,
    tree_size: u64,
) -> Result<(Arc<SignedCheckpoint>, u64), Rejected> {
    let is_one_line = line.find('\n') == Some(line.len().saturating_sub(1));
    if line.len() > COSIGNATURE_LINE_MAX || !is_one_line {
        return Err(Rejected::Form);
    }
    let none = || Rejected::NoCheckpoint(tree_size);
    let last = tree_size.checked_sub(1).ok_or_else(none)?;
    let checkpoint = match ledger.checkpoint(last) {
        Ok(checkpoint) if checkpoint.checkpoint().size == tree_size => checkpoint,
        Ok(_) | Err(ReadError::Absent(_)) => return Err(none()),
        Err(error) => return Err(error.into()),
    };
    let cosigned = checkpoint.with_cosignatures(line)?;
    let by_key = cosigned.cosignatures(std::slice::from_ref(key))?;
    match by_key.as_slice() {
        [one] => Ok((checkpoint, one.time.unwrap_or_default())),
        _ => Err(Rejected::NotTheirs),
    }
}

impl Kept {
    /// Takes the newest word of a node on a checkpoint, and lets go of its oldest.
    fn add(&mut self, node: &NodeId, checkpoint: Arc<SignedCheckpoint>, line: Line) {
        let cosigned = self
            .by_size
            .entry(checkpoint.checkpoint().size)
            .or_insert_with(|| Cosigned {
                checkpoint,
                lines: BTreeMap::new(),
            });
        cosigned.lines.insert(node.clone(), line);
        let mut newer = 0;
        for one in self.by_size.values_mut().rev() {
            if one.lines.contains_key(node) {
                newer += 1;
            }
            if newer > COSIGNATURES_PER_NODE_MAX {
                one.lines.remove(node);
            }
        }
        self.by_size.retain(|_, one| !one.lines.is_empty());
    }
}

/// The name of the file in the folder.
const FILE: &str = "cosigned";
/// Beside it: what does not hold.
const REJECTED: &str = "rejected";

impl From<io::Error> for WitnessError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
