//! What is kept in memory of every entry: its leaf's hash, the place of its frame, and a fingerprint of its key.
//!
//! All of it is derived from the journal and rebuilt on start. An entry costs about 34 bytes for the hash, 14 to
//! 32 for the fingerprint, and its share of the 16 bytes of its frame: at most 82 bytes when every entry has a
//! frame of its own and the fingerprints' tables have just grown.

mod frames;
mod keys;

pub(crate) use frames::{Frames, Place};
pub(crate) use keys::Keys;

use crate::entry::EntryKey;
use crate::journal::frame::Row;
use precinto_merkle::hash::Hash;
use precinto_merkle::tree::HashStore;

/// The index over all committed entries.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) hashes: HashStore,
    pub(crate) frames: Frames,
    keys: Keys,
}

impl Index {
    /// Takes in a committed frame: where it is, and of each of its entries the leaf's hash and the key.
    pub(crate) fn add(
        &mut self,
        place: Place,
        entries: impl IntoIterator<Item = (Hash, EntryKey)>,
    ) {
        self.frames.push(place);
        for (leaf_hash, key) in entries {
            self.keys.insert(&key, self.hashes.len());
            self.hashes.push(leaf_hash);
        }
    }

    /// The number of entries.
    pub(crate) fn size(&self) -> u64 {
        self.hashes.len()
    }

    /// The frame that holds entry `index`, and the index at which the next one begins.
    pub(crate) fn place(&self, index: u64) -> Option<Place> {
        if index < self.size() {
            self.frames.place(index)
        } else {
            None
        }
    }

    /// The entries that may have this key: all that do, and seldom one that does not.
    pub(crate) fn candidates(&self, key: &EntryKey) -> Vec<u64> {
        self.keys.candidates(key)
    }
}

/// What [`Index::add`] takes of a row.
pub(crate) fn of_row(row: &Row) -> (Hash, EntryKey) {
    (row.leaf.hash(), row.key)
}
