//! From an entry's key to its index, by a fingerprint of the key.
//!
//! The whole key stands in the entry's row on disk; here are its first eight bytes. Two keys may share them, by
//! chance or because somebody searched for such a pair, so a hit is only a candidate until the row is compared.

use crate::entry::EntryKey;
use std::collections::HashMap;

/// Indexes by fingerprint.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Many small tables by the last byte of the fingerprint: none of them takes long to grow.
    tables: Vec<HashMap<Fingerprint, CompactIndex>>,
    /// The second, third … index of the few fingerprints that have more than one.
    more: HashMap<Fingerprint, Vec<u64>>,
}

type Fingerprint = [u8; 8];

/// An index below 2^40 in five bytes: with the fingerprint a table's row has 13, not 16.
#[derive(Debug, Clone, Copy)]
struct CompactIndex([u8; 5]);

impl Default for Keys {
    fn default() -> Self {
        let tables = std::iter::repeat_with(HashMap::new).take(TABLES).collect();
        Self {
            tables,
            more: HashMap::new(),
        }
    }
}

impl Keys {
    /// Adds an entry; the key may share its fingerprint with others.
    pub(crate) fn insert(&mut self, key: &EntryKey, index: u64) {
        let fingerprint = fingerprint(key);
        let Some(table) = self.tables.get_mut(table_of(fingerprint)) else {
            return;
        };
        if let Some(first) = table.insert(fingerprint, CompactIndex::new(index)) {
            // Order among candidates does not matter: all are compared.
            self.more
                .entry(fingerprint)
                .or_default()
                .push(first.index());
        }
    }

    /// Every entry whose key has the fingerprint of `key`.
    pub(crate) fn candidates(&self, key: &EntryKey) -> Vec<u64> {
        let fingerprint = fingerprint(key);
        let table = self.tables.get(table_of(fingerprint));
        let Some(last) = table.and_then(|table| table.get(&fingerprint)) else {
            return Vec::new();
        };
        let more = self.more.get(&fingerprint).into_iter().flatten().copied();
        more.chain([last.index()]).collect()
    }
}

impl CompactIndex {
    fn new(index: u64) -> Self {
        let [0, 0, 0, bytes @ ..] = index.to_be_bytes() else {
            unreachable!("2^40 entries do not fit into memory");
        };
        Self(bytes)
    }

    fn index(self) -> u64 {
        self.0
            .iter()
            .fold(0, |index, byte| index << 8 | u64::from(*byte))
    }
}

/// The first eight bytes of the key, which is itself a hash.
fn fingerprint(key: &EntryKey) -> Fingerprint {
    *key.as_bytes()
        .first_chunk()
        .expect("a key has more than eight bytes")
}

fn table_of([.., last]: Fingerprint) -> usize {
    usize::from(last) % TABLES
}

const TABLES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_with_one_fingerprint_are_all_candidates() {
        let key = |last| {
            let mut bytes = [7; 32];
            bytes[31] = last;
            EntryKey::from_bytes(bytes)
        };
        let mut keys = Keys::default();
        for index in 0..3 {
            keys.insert(&key(u8::try_from(index).unwrap()), 1000 + index);
        }
        let mut candidates = keys.candidates(&key(9));
        candidates.sort_unstable();
        assert_eq!(candidates, [1000, 1001, 1002]);
        assert!(keys.candidates(&EntryKey::trust(&[7; 32])).is_empty());
    }

    #[test]
    fn a_row_of_a_table_is_thirteen_bytes() {
        assert_eq!(size_of::<(Fingerprint, CompactIndex)>(), 13);
        assert_eq!(CompactIndex::new((1 << 40) - 1).index(), (1 << 40) - 1);
    }
}
