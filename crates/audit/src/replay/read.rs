//! What all entries have alike whose records rest on trust: the record, read, with what it names taken down from the shelf.

use super::shelf::{Named, Shelf};
use super::stated::{self, claimed};
use crate::finding::{Kind, Place, Thing};
use crate::source::Entry;
use precinto_alert::floor::Rules;
use precinto_merkle::leaf::Leaf;
use precinto_proto::v1 as pb;
use prost::Message;

/// An entry with its record, and the trust that this names.
pub(super) struct Read<R> {
    pub(super) leaf: Leaf,
    pub(super) entry: Entry,
    pub(super) record: Result<R, Kind>,
    pub(super) named: Named,
}

/// A record that rests on trust.
pub(super) trait Rests: Message + Default {
    /// What it names.
    fn trust(&self) -> &[pb::TrustRef];

    /// By which rules its message was let in, if it is of one.
    fn rules(&self) -> Option<Rules> {
        None
    }
}

impl Rests for pb::StatementRecord {
    fn trust(&self) -> &[pb::TrustRef] {
        &self.trust
    }

    fn rules(&self) -> Option<Rules> {
        Some(claimed(self))
    }
}

impl Rests for pb::ConflictRecord {
    fn trust(&self) -> &[pb::TrustRef] {
        &self.trust
    }
}

impl Rests for pb::OverdueRecord {
    fn trust(&self) -> &[pb::TrustRef] {
        &self.trust
    }
}

impl<R: Rests> Read<R> {
    /// Reads the record and takes down from the shelf what it names.
    pub(super) fn new(leaf: Leaf, entry: Entry, shelf: &mut Shelf) -> Self {
        let record = record(&entry);
        let refs = record.as_ref().map_or(&[][..], R::trust);
        let named = shelf.named(refs, leaf.time_ms);
        if let Some(rules) = record.as_ref().ok().and_then(R::rules) {
            shelf.parts.claims(rules);
        }
        Self {
            leaf,
            entry,
            record,
            named,
        }
    }

    /// Where it stands.
    pub(super) fn place(&self) -> (u64, Place) {
        (self.entry.index, self.entry.place.clone())
    }

    /// What is wrong with it as far as leaf, record and the names in it tell.
    pub(super) fn wrong(&self) -> Vec<Kind> {
        let mut kinds = Vec::new();
        kinds.extend(stated::commitment(&self.leaf, &self.entry));
        kinds.extend(self.named.kinds.iter().cloned());
        match &self.record {
            Ok(record) => kinds.extend(unknown_in(record, &self.entry)),
            Err(kind) => kinds.push(kind.clone()),
        }
        kinds
    }
}

/// The record of an entry.
pub(super) fn record<R: Message + Default>(entry: &Entry) -> Result<R, Kind> {
    R::decode(entry.record.as_slice()).map_err(|error| Kind::RecordMalformed {
        why: error.to_string(),
    })
}

/// Whether the record holds more than this program knows.
pub(super) fn unknown_in(record: &impl Message, entry: &Entry) -> Option<Kind> {
    let what = Thing::RECORD;
    (record.encode_to_vec() != entry.record).then_some(Kind::UnknownFields { what })
}
