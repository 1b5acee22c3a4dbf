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

/// The record of an ACT entry, in a log of this one entry whose leaf commits to it.
pub(crate) fn act(bytes: &[u8]) {
    let salt = [7; 32];
    let leaf = Leaf {
        entry_type: EntryType::Act,
        time_ms: NOW_MS,
        commitment: commitment(EntryType::Act, &salt, bytes),
    };
    let entry = pb::Entry {
        leaf: leaf.to_bytes().to_vec(),
        salt: salt.to_vec(),
        record: bytes.to_vec(),
        ..Default::default()
    };
    let report = audited(vec![served(entry)]);
    let whole = pb::ActRecord::decode(bytes).is_ok_and(|act| act.act_id.len() == 16);
    assert!(whole || report.faults() > 0, "an act without an id");
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
