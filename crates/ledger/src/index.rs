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

    /// The first index behind the frame that holds entry `index`.
    pub(crate) fn batch_end(&self, index: u64) -> Option<u64> {
        let first = self.place(index)?.first;
        // Frames hold at most 512 entries, so there are ten steps at most.
        let (mut inside, mut outside) = (index, self.size());
        while outside - inside > 1 {
            let middle = inside + (outside - inside).min(1024) / 2;
            match self.place(middle) {
                Some(place) if place.first == first => inside = middle,
                _ => outside = middle,
            }
        }
        Some(outside)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_ends_where_the_next_one_begins() {
        let mut index = Index::default();
        let mut first = 0;
        for count in [1_u64, 512, 3, 1, 100] {
            let place = Place {
                first,
                segment: 0,
                at: u32::try_from(first).unwrap(),
            };
            let entry =
                |number: u64| ([0; 32], EntryKey::from_bytes([number.to_be_bytes()[7]; 32]));
            index.add(place, (first..first + count).map(entry));
            first += count;
        }
        let ends = [0, 1, 400, 512, 513, 515, 516, 517, 616].map(|at| index.batch_end(at));
        let expected = [1, 513, 513, 513, 516, 516, 517, 617, 617].map(Some);
        assert_eq!(ends, expected);
        assert_eq!(index.batch_end(617), None);
    }
}
