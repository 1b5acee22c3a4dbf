//! A log that can be read, as far as comparing takes it: the roots at the sizes asked about, and what its key has signed.

use crate::folder::{Folder, OpenError};
use crate::source::{Batch, Step};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::hash::{Hash, leaf_hash};
use precinto_merkle::note::NoteVerifier;
use precinto_merkle::tree::Edge;
use std::collections::BTreeMap;
use std::path::Path;

/// What a log's leaves come to.
#[derive(Debug, Clone)]
pub struct History {
    name: String,
    roots: BTreeMap<u64, Hash>,
    newest: Option<SignedCheckpoint>,
}

/// Why a log cannot be compared with.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is none.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It has a hole, or something in it is damaged: an audit says more.
    #[error("{0}: the journal is damaged; audit it first")]
    Damaged(String),
}

impl History {
    /// Reads the data folder or journal folder at `path`, for the roots at `sizes`.
    pub fn read(path: &Path, key: &NoteVerifier, sizes: &[u64]) -> Result<Self, HistoryError> {
        let mut history = Self {
            name: path.display().to_string(),
            roots: BTreeMap::new(),
            newest: None,
        };
        let mut edge = Edge::new();
        for step in Folder::open(path)?.journal(Some(key.name()))? {
            let Step::Batch(Batch {
                entries,
                checkpoint,
            }) = step
            else {
                // A leftover file or a torn end is no hole; whatever else it is, the roots show it.
                continue;
            };
            for entry in entries {
                if entry.index != edge.size() {
                    return Err(HistoryError::Damaged(history.name));
                }
                edge.append(leaf_hash(&entry.leaf));
                if sizes.binary_search(&edge.size()).is_ok() {
                    history.roots.insert(edge.size(), edge.root());
                }
            }
            // Only what the key has signed over these very entries can be held against anybody.
            let signed = checkpoint.and_then(|one| SignedCheckpoint::verify(&one.note, key).ok());
            let is_of_this = |signed: &SignedCheckpoint| {
                let claim = signed.checkpoint();
                claim.size == edge.size() && claim.root == edge.root()
            };
            if let Some(signed) = signed.filter(is_of_this) {
                history.newest = Some(signed);
            }
        }
        Ok(history)
    }

    /// The root at a size asked about; none if the log does not reach so far.
    pub(super) fn root(&self, size: u64) -> Option<Hash> {
        self.roots.get(&size).copied()
    }

    /// The entries that the newest checkpoint covers which the log's key has signed.
    pub(super) fn signed_size(&self) -> u64 {
        self.newest
            .as_ref()
            .map_or(0, |newest| newest.checkpoint().size)
    }

    /// That checkpoint.
    pub(super) fn note(&self) -> &str {
        self.newest.as_ref().map_or("", SignedCheckpoint::note)
    }

    /// What the log is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}
