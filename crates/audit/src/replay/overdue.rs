//! OVERDUE entries: a missed deadline. What it says of its case is judged when its turn comes, in the order of the log.

use super::cases::Part;
use super::clocks::Late;
use super::keys::Known;
use super::outcome::{Of, Outcome};
use super::shelf::{Named, Shelf};
use super::stated;
use crate::finding::Kind;
use crate::source::Entry;
use precinto_envelope::crypto::sha256;
use precinto_merkle::leaf::Leaf;
use precinto_proto::v1 as pb;
use prost::Message;

/// A missed deadline with the directory that its record names.
pub(super) struct Job {
    leaf: Leaf,
    entry: Entry,
    record: Result<pb::OverdueRecord, Kind>,
    named: Named,
}

/// Reads the record and takes down from the shelf what it names.
pub(super) fn prepare(leaf: Leaf, entry: Entry, shelf: &mut Shelf) -> Job {
    let record =
        pb::OverdueRecord::decode(entry.record.as_slice()).map_err(|error| Kind::RecordMalformed {
            why: error.to_string(),
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
        let (known, late) = self.examine(&mut kinds).unzip();
        Outcome {
            place,
            kinds,
            of: Of::Entry {
                index,
                known,
                conflict: None,
                part: late
                    .flatten()
                    .map_or(Part::None, |late| Part::Late(Box::new(late))),
                verified: None,
            },
        }
    }

    /// Gives back by what it is known, and what it says, if that can be.
    fn examine(self, kinds: &mut Vec<Kind>) -> Option<(Known, Option<Late>)> {
        let Self {
            leaf,
            entry,
            record,
            named,
        } = self;
        kinds.extend(stated::commitment(&leaf, &entry));
        kinds.extend(stated::beside_the_record(&entry));
        kinds.extend(named.kinds.iter().cloned());
        let record = record.map_err(|kind| kinds.push(kind)).ok()?;
        if record.encode_to_vec() != entry.record {
            kinds.push(Kind::UnknownFields { what: "the record" });
        }
        let key = key_of(&record);
        kinds.extend(stated::compare(entry.stated.as_ref(), &key, &key));
        let late = Late::new(record, leaf.time_ms, named.directory);
        if late.is_none() {
            kinds.push(Kind::Overdue {
                why: "it names nothing that can be missed".to_owned(),
            });
        }
        Some((Known { key, digest: key }, late))
    }
}

/// The key under which a log takes each step once.
fn key_of(record: &pb::OverdueRecord) -> [u8; 32] {
    // Numbers beyond a byte are none that there are; they give a key, and a finding of their own.
    let byte = |number: i32| u8::try_from(number).unwrap_or(u8::MAX);
    sha256(&[
        b"precinto/overdue/v1\0",
        &record.message_id,
        &[byte(record.level), byte(record.step)],
        record.sender.as_bytes(),
        b"\0",
        record.agency.as_bytes(),
    ])
}
