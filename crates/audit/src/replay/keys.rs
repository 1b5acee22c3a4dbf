//! The keys of all entries so far: each may stand in a log once.

use precinto_envelope::crypto::sha256;
use precinto_proto::v1 as pb;
use std::collections::HashMap;

/// By what an entry is known, recomputed from its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// The key: unique in a log.
    pub(super) key: [u8; 32],
    /// The digest of what stands under it.
    pub(super) digest: [u8; 32],
}

/// Entry keys, with the index and the digest each stands for.
///
/// Of keys and digests the first 16 bytes are kept: they are SHA-256 values, and to make two of them meet there takes
/// 2^64 tries, whose only gain would be a finding.
#[derive(Default)]
pub(super) struct Keys(HashMap<[u8; 16], (u64, [u8; 16])>);

impl Keys {
    /// Takes in a key. Gives the index of the entry that has it already, if there is one.
    pub(super) fn insert(&mut self, known: &Known, index: u64) -> Option<u64> {
        use std::collections::hash_map::Entry;
        match self.0.entry(half(&known.key)) {
            Entry::Occupied(first) => Some(first.get().0),
            Entry::Vacant(place) => {
                place.insert((index, half(&known.digest)));
                None
            }
        }
    }

    /// The index of the entry with this key, and whether its digest is the one given.
    pub(super) fn find(&self, key: &[u8; 32], digest: &[u8]) -> Option<(u64, bool)> {
        let (index, known) = self.0.get(&half(key))?;
        Some((*index, digest.starts_with(known)))
    }
}

/// The key under which a log takes each message of a sender once.
pub(super) fn pair_key(statement: &pb::Statement) -> [u8; 32] {
    key_of(&statement.message_id, &statement.sender)
}

/// The same of a message id and its sender, as SPIFFE id.
pub(super) fn key_of(message_id: &[u8], sender: &str) -> [u8; 32] {
    sha256(&[b"precinto/pair/v1\0", message_id, sender.as_bytes()])
}

fn half(hash: &[u8; 32]) -> [u8; 16] {
    let (half, _) = hash
        .split_first_chunk()
        .expect("32 bytes have a first half");
    *half
}
