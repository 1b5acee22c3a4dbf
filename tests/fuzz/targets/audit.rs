//! The targets of `precinto-audit`: a journal, and entries that somebody serves.

use super::{IN_FORCE_MS, NOW_MS};
use precinto_audit::{Expect, LogKey, Report, Step, Verdict};
use precinto_merkle::leaf::{EntryType, Leaf, commitment};
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::hint::black_box;

/// A segment of a journal, the newest one or not.
pub(crate) fn journal(bytes: &[u8]) {
    for last in [true, false] {
        // Every step consumes bytes, so there cannot be more of them than bytes.
        let steps =
            precinto_audit::format::segment_steps("00000000000000000000.seg", bytes.to_vec(), last);
        assert!(
            steps.take(bytes.len() + 16).count() < bytes.len() + 16,
            "no end"
        );
    }
}

/// What an auditor makes of entries that somebody serves: it comes to an end, and without a key and roots it is never clean.
fn audited(steps: Vec<Step>) -> Report {
    let expect = Expect {
        key: LogKey::Unknown,
        trust: None,
        witnesses: Vec::new(),
        now_ms: IN_FORCE_MS,
    };
    let report = precinto_audit::replay(steps, expect, Vec::new(), &mut |_| ());
    assert_ne!(report.verdict(), Verdict::Clean, "clean without a key");
    report
}

/// The record of an ACT entry.
pub(crate) fn act(bytes: &[u8]) {
    let report = alone(EntryType::Act, bytes);
    let whole = pb::ActRecord::decode(bytes).is_ok_and(|act| act.act_id.len() == 16);
    assert!(whole || report.faults() > 0, "an act without an id");
}

/// The record of an OVERDUE entry: nobody is late in a log that holds no message.
pub(crate) fn overdue(bytes: &[u8]) {
    let report = alone(EntryType::Overdue, bytes);
    assert!(report.faults() > 0, "late with an answer to nothing");
}

/// What is found in a log of this one entry, whose leaf commits to it.
fn alone(entry_type: EntryType, record: &[u8]) -> Report {
    let salt = [7; 32];
    let leaf = Leaf {
        entry_type,
        time_ms: NOW_MS,
        commitment: commitment(entry_type, &salt, record),
    };
    audited(vec![served(pb::Entry {
        leaf: leaf.to_bytes().to_vec(),
        salt: salt.to_vec(),
        record: record.to_vec(),
        ..Default::default()
    })])
}

/// The answers of `ReadEntries`, each after its length, as a gateway streams them to an auditor.
pub(crate) fn entries(mut bytes: &[u8]) {
    let mut steps = Vec::new();
    while !bytes.is_empty() {
        let Ok(answer) = pb::ReadEntriesResponse::decode_length_delimited(&mut bytes) else {
            break;
        };
        steps.push(precinto_audit::from_wire(answer));
    }
    black_box(audited(steps).faults());
}

fn served(entry: pb::Entry) -> Step {
    precinto_audit::from_wire(pb::ReadEntriesResponse {
        entry: Some(entry),
        ..Default::default()
    })
}
