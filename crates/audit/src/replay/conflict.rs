//! CONFLICT entries: a message id used again. The refused envelope must be what the record says, and really in conflict.

use super::cases::Part;
use super::keys::Known;
use super::outcome::{Claim, Of, Outcome};
use super::shelf::{Named, Shelf};
use super::{stated, statement};
use crate::finding::Kind;
use crate::source::Entry;
use crate::verified::{Said, Verified};
use precinto_envelope::crypto::sha256;
use precinto_envelope::pae;
use precinto_merkle::leaf::Leaf;
use precinto_proto::v1 as pb;
use prost::Message;

/// A conflict with the trust that its record names.
pub(super) struct Job {
    leaf: Leaf,
    entry: Entry,
    record: Result<pb::ConflictRecord, Kind>,
    named: Named,
}

/// Reads the record and takes down from the shelf what it names.
pub(super) fn prepare(leaf: Leaf, entry: Entry, shelf: &mut Shelf) -> Job {
    let record = pb::ConflictRecord::decode(entry.record.as_slice()).map_err(|error| {
        Kind::RecordMalformed {
            why: error.to_string(),
        }
    });
    let refs = record.as_ref().map_or(&[][..], |record| &record.trust);
    let named = shelf.named(refs, leaf.time_ms);
    Job {
        leaf,
        entry,
        record,
        named,
    }
}

impl Job {
    /// Examines the entry.
    pub(super) fn run(self) -> Outcome {
        let (index, place) = (self.entry.index, self.entry.place.clone());
        let mut kinds = Vec::new();
        let time_ms = self.leaf.time_ms;
        let sender = self.record.as_ref().ok();
        let sender = sender.and_then(|record| record.sender.parse().ok());
        let (known, conflict) = self.examine(&mut kinds).unzip();
        Outcome {
            place,
            kinds,
            of: Of::Entry {
                index,
                known,
                conflict,
                part: Part::None,
                verified: sender.map(|sender| {
                    Box::new(Verified {
                        index,
                        time_ms,
                        said: Said::Reused { sender },
                    })
                }),
            },
        }
    }

    /// Gives back by what it is known, and what the record claims about an earlier entry.
    fn examine(self, kinds: &mut Vec<Kind>) -> Option<(Known, Claim)> {
        let Self {
            leaf,
            entry,
            record,
            named,
        } = self;
        kinds.extend(stated::commitment(&leaf, &entry));
        kinds.extend(named.kinds.iter().cloned());
        if !entry.body.is_empty() || entry.body_pruned {
            kinds.push(stated::body_unexpected());
        }
        let record = record.map_err(|kind| kinds.push(kind)).ok()?;
        if record.encode_to_vec() != entry.record {
            kinds.push(Kind::UnknownFields { what: "the record" });
        }
        let opened = statement::open(&entry.content).map_err(|kind| kinds.push(kind));
        let (envelope, refused) = opened.ok()?;
        kinds.extend(statement::unknown_in(&envelope, &entry.content));
        let id = pae::statement_id(&envelope.payload);
        let key = sha256(&[b"precinto/conflict/v1\0", &id]);
        kinds.extend(stated::compare(entry.stated.as_ref(), &key, &id));
        kinds.extend(compare(&record, &refused, &id, &entry.content));
        kinds.extend(statement::signatures(entry.content, &named, leaf.time_ms));
        let claim = Claim {
            key: statement::pair_key(&refused),
            accepted_index: record.accepted_index,
            accepted_statement_id: record.accepted_statement_id,
        };
        Some((Known { key, digest: id }, claim))
    }
}

/// Compares the record with the refused envelope.
fn compare(
    record: &pb::ConflictRecord,
    refused: &pb::Statement,
    id: &[u8; 32],
    content: &[u8],
) -> Option<Kind> {
    let wrong = |why: &str| {
        Some(Kind::Conflict {
            why: why.to_owned(),
        })
    };
    if record.refused_envelope_digest != sha256(&[content]) {
        return Some(Kind::EnvelopeDigest);
    }
    if record.refused_statement_id != id {
        return Some(Kind::StatementId);
    }
    if record.sender != refused.sender || record.message_id != refused.message_id {
        return wrong("sender or message id are not those of the refused statement");
    }
    if record.accepted_statement_id == id {
        return wrong("the refused statement is the accepted one");
    }
    None
}
