//! ACT entries: what somebody did to the gateway's own state. Nothing but the record says so.

use super::keys::Known;
use super::outcome::{Examined, Of, Outcome};
use super::read::{record, unknown_in};
use super::stated;
use crate::finding::Kind;
use crate::source::Entry;
use precinto_alert::id::NodeId;
use precinto_envelope::crypto::sha256;
use precinto_merkle::leaf::Leaf;
use precinto_proto::v1 as pb;

/// An act to be examined.
pub(super) struct Job {
    pub(super) leaf: Leaf,
    pub(super) entry: Entry,
}

impl Job {
    /// Examines the entry.
    pub(super) fn run(self) -> Outcome {
        let (index, place) = (self.entry.index, self.entry.place.clone());
        let mut kinds = Vec::new();
        let examined = Examined {
            known: self.examine(&mut kinds),
            ..Examined::at(index)
        };
        Outcome {
            place,
            kinds,
            of: Of::Entry(examined),
        }
    }

    fn examine(self, kinds: &mut Vec<Kind>) -> Option<Known> {
        let Self { leaf, entry } = self;
        kinds.extend(stated::commitment(&leaf, &entry));
        kinds.extend(stated::beside_the_record(&entry));
        let read = record(&entry).map_err(|kind| kinds.push(kind));
        let record: pb::ActRecord = read.ok()?;
        kinds.extend(unknown_in(&record, &entry));
        kinds.extend(wrong_with(&record).map(|why| Kind::Act { why: why.into() }));
        let key = sha256(&[b"precinto/act/v1\0", &record.act_id]);
        let digest = sha256(&[&entry.record]);
        kinds.extend(stated::compare(entry.stated.as_ref(), &key, &digest));
        Some(Known { key, digest })
    }
}

fn wrong_with(record: &pb::ActRecord) -> Option<(&'static str, &'static str)> {
    if record.act_id.len() != 16 {
        return Some((
            "its id has not 16 bytes",
            "su identificador no tiene 16 bytes",
        ));
    }
    if record.actor.parse::<NodeId>().is_err() {
        return Some(("its actor is no node", "su autor no es un nodo"));
    }
    if record.kind() == pb::ActKind::Unspecified {
        return Some(("nobody knows what was done", "no se sabe qué se hizo"));
    }
    record.subject.is_empty().then_some((
        "nobody knows to what it was done",
        "no se sabe a qué se hizo",
    ))
}
