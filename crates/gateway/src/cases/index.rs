//! Which entries a case may consist of: one number an entry, in some 15 bytes.
//!
//! The number's upper 28 bits are a part of the alert id's hash, the lower 36 the entry's index. Two cases may share the
//! part; whoever reads the entries sees which case they belong to. The hash is keyed anew for each process, so nobody can
//! choose alert ids that share it.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use precinto_alert::id::AlertId;

/// Bits of an index: a log of so many entries needs four tebibytes of memory before.
const INDEX_BITS: u32 = 36;

#[derive(Debug, Default)]
pub(super) struct Index {
    key: RandomState,
    entries: BTreeSet<u64>,
}

impl Index {
    pub(super) fn insert(&mut self, alert_id: &AlertId, index: u64) {
        self.insert_text(alert_id.as_str(), index);
    }

    /// The same for an alert id as it stands in the log, which was checked before it got there.
    pub(super) fn insert_text(&mut self, alert_id: &str, index: u64) {
        debug_assert!(index >> INDEX_BITS == 0, "a log of 2^36 entries");
        self.entries.insert(self.first(alert_id) | index);
    }

    /// Ascending.
    pub(super) fn candidates(&self, alert_id: &AlertId) -> Vec<u64> {
        let first = self.first(alert_id.as_str());
        let last = first | INDEX_MASK;
        let entries = self.entries.range(first..=last);
        entries.map(|entry| entry & INDEX_MASK).collect()
    }

    /// The case's part of the hash, with index 0.
    fn first(&self, alert_id: &str) -> u64 {
        self.key.hash_one(alert_id) & !INDEX_MASK
    }
}

const INDEX_MASK: u64 = (1 << INDEX_BITS) - 1;
