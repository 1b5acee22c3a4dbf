//! OVERDUE entries: a missed deadline. What it says of its case is judged when its turn comes, in the order of the log.

use super::cases::Part;
use super::clocks::Late;
use super::keys::Known;
use super::outcome::{Examined, Of, Outcome};
use super::read::Read;
use super::stated;
use crate::finding::Kind;
use crate::verified::{Said, Verified};
use precinto_envelope::crypto::sha256;
use precinto_proto::v1 as pb;

/// A missed deadline with the directory that its record names.
pub(super) type Job = Read<pb::OverdueRecord>;

impl Job {
    /// Examines the entry.
    pub(super) fn run(self) -> Outcome {
        let (index, place) = self.place();
        let time_ms = self.leaf.time_ms;
        let mut kinds = self.wrong();
        let (known, late) = self.examine(&mut kinds).unzip();
        let late = late.flatten();
        let told = late.as_ref().and_then(Late::told);
        let examined = Examined {
            known,
            part: late.map_or(Part::None, |late| Part::Late(Box::new(late))),
            verified: told.map(|told| {
                Box::new(Verified {
                    index,
                    time_ms,
                    said: Said::Overdue(Box::new(told)),
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

    /// Gives back by what it is known, and what it says, if that can be.
    fn examine(self, kinds: &mut Vec<Kind>) -> Option<(Known, Option<Late>)> {
        kinds.extend(stated::beside_the_record(&self.entry));
        let record = self.record.ok()?;
        let key = key_of(&record);
        kinds.extend(stated::compare(self.entry.stated.as_ref(), &key, &key));
        let late = Late::new(record, self.leaf.time_ms, self.named.directory);
        if late.is_none() {
            let (en, es) = (
                "it names nothing that can be missed",
                "no nombra nada que pueda vencer",
            );
            kinds.push(Kind::Overdue {
                why: (en, es).into(),
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
