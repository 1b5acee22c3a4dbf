//! All leaf hashes of a log in memory, at about 34 bytes an entry.

use super::{Edge, HashSource, root_of};
use crate::hash::{Hash, node_hash};

/// Every leaf hash, and above the leaves the nodes of every fourth level; levels between are hashed anew.
///
/// Storing one level in four costs 1/15 more than the leaves alone; a question then costs at most 7 hashes.
#[derive(Debug, Default)]
pub struct HashStore {
    /// Level `i` holds the complete subtrees of height `4 * i`.
    levels: Vec<Level>,
}

impl HashStore {
    /// A store without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one entry by its leaf hash.
    pub fn push(&mut self, leaf_hash: Hash) {
        let mut hash = leaf_hash;
        for index in 0.. {
            if index == self.levels.len() {
                self.levels.push(Level::default());
            }
            let Some(level) = self.levels.get_mut(index) else {
                return;
            };
            level.push(hash);
            if !level.len.is_multiple_of(FAN) {
                return;
            }
            let Some(parent) = level.join(level.len - FAN, FAN) else {
                return;
            };
            hash = parent;
        }
    }

    /// The number of entries.
    pub fn len(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len)
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The root of the first `size` entries; none if there are fewer.
    pub fn root(&self, size: u64) -> Option<Hash> {
        root_of(self, size)
    }

    /// The right edge of the tree of the first `size` entries, ready to grow; none if there are fewer.
    pub fn edge(&self, size: u64) -> Option<Edge> {
        Edge::from_source(self, size)
    }

    /// The leaf hash of entry `index`.
    pub fn leaf_hash(&self, index: u64) -> Option<Hash> {
        self.subtree(index, 0)
    }
}

impl HashSource for HashStore {
    fn subtree(&self, start: u64, height: u32) -> Option<Hash> {
        if start.trailing_zeros() < height {
            return None;
        }
        let level = self.levels.get((height / FAN_HEIGHT) as usize)?;
        let stored_height = height - height % FAN_HEIGHT;
        level.join(start >> stored_height, 1 << (height - stored_height))
    }
}

/// One level's hashes, in pieces of equal size: growing never copies what is there, nor doubles the memory.
#[derive(Debug, Default)]
struct Level {
    len: u64,
    chunks: Vec<Vec<Hash>>,
}

impl Level {
    fn push(&mut self, hash: Hash) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(hash),
            _ => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(hash);
                self.chunks.push(chunk);
            }
        }
        self.len += 1;
    }

    fn hash(&self, index: u64) -> Option<Hash> {
        let index = usize::try_from(index).ok()?;
        self.chunks.get(index / CHUNK)?.get(index % CHUNK).copied()
    }

    /// The node over `count` (a power of two) neighbours from `first` on.
    fn join(&self, first: u64, count: u64) -> Option<Hash> {
        if count == 1 {
            return self.hash(first);
        }
        let half = count / 2;
        Some(node_hash(
            &self.join(first, half)?,
            &self.join(first + half, half)?,
        ))
    }
}

/// Levels of the tree for one that is stored.
const FAN_HEIGHT: u32 = 4;

/// Nodes of a stored level under one node of the next.
const FAN: u64 = 1 << FAN_HEIGHT;

/// Hashes in a piece: 32 KiB each.
const CHUNK: usize = 1024;
