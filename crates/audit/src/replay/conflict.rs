//! CONFLICT entries: a message id used again. The refused envelope must be what the record says, and really in conflict.

use super::keys::{Known, pair_key};
use super::outcome::{Claim, Examined, Of, Outcome};
use super::read::Read;
use super::{stated, statement};
use crate::finding::Kind;
use crate::verified::{Said, Verified};
use precinto_envelope::crypto::sha256;
use precinto_envelope::pae;
use precinto_proto::v1 as pb;

/// A conflict with the trust that its record names.
pub(super) type Job = Read<pb::ConflictRecord>;

impl Job {
    /// Examines the entry.
    pub(super) fn run(self) -> Outcome {
        let (index, place) = self.place();
        let mut kinds = self.wrong();
        let time_ms = self.leaf.time_ms;
        let sender = self.record.as_ref().ok();
        let sender = sender.and_then(|record| record.sender.parse().ok());
        let (known, conflict) = self.examine(&mut kinds).unzip();
        let examined = Examined {
            known,
            conflict,
            verified: sender.map(|sender| {
                Box::new(Verified {
                    index,
                    time_ms,
                    said: Said::Reused { sender },
                })
            }),
            ..Examined::at(index)
        };
        Outcome {
            place,
            kinds,
            of: Of::Entry(examined),
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
        if !entry.body.is_empty() || entry.body_pruned {
            kinds.push(stated::body_unexpected());
        }
        let record = record.ok()?;
        let opened = statement::open(&entry.content).map_err(|kind| kinds.push(kind));
        let (envelope, refused) = opened.ok()?;
        kinds.extend(statement::unknown_in(&envelope, &entry.content));
        let id = pae::statement_id(&envelope.payload);
        let key = sha256(&[b"precinto/conflict/v1\0", &id]);
        kinds.extend(stated::compare(entry.stated.as_ref(), &key, &id));
        kinds.extend(compare(&record, &refused, &id, &entry.content));
        let (wrong, _) = statement::signatures(entry.content, &named, leaf.time_ms);
        kinds.extend(wrong);
        let claim = Claim {
            key: pair_key(&refused),
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
    let wrong = |en: &'static str, es: &'static str| {
        Some(Kind::Conflict {
            why: (en, es).into(),
        })
    };
    if record.refused_envelope_digest != sha256(&[content]) {
        return Some(Kind::EnvelopeDigest);
    }
    if record.refused_statement_id != id {
        return Some(Kind::StatementId);
    }
    if record.sender != refused.sender || record.message_id != refused.message_id {
        return wrong(
            "sender or message id are not those of the refused statement",
            "el remitente o el identificador no son los del mensaje rechazado",
        );
    }
    if record.accepted_statement_id == id {
        return wrong(
            "the refused statement is the accepted one",
            "el mensaje rechazado es el admitido",
        );
    }
    None
}
