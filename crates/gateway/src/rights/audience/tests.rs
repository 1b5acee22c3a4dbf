//! The reading in place answers as a decoder would that reads everything.

use precinto_proto::v1 as pb;
use prost::Message as _;

use super::*;

/// The same fields, read by the library.
#[derive(Clone, PartialEq, prost::Message)]
struct Record {
    #[prost(message, repeated, tag = "3")]
    recipients: Vec<Recipient>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Recipient {
    #[prost(string, repeated, tag = "2")]
    agencies: Vec<String>,
    #[prost(string, repeated, tag = "3")]
    nodes: Vec<String>,
}

fn record() -> pb::StatementRecord {
    let recipient = |agencies: &[&str], nodes: &[&str]| pb::ResolvedRecipient {
        requested: Some(pb::RecipientRef {
            name: "mx.dev.invalid/uif".to_owned(),
            ..Default::default()
        }),
        agencies: agencies.iter().map(ToString::to_string).collect(),
        nodes: nodes.iter().map(ToString::to_string).collect(),
    };
    pb::StatementRecord {
        envelope_digest: vec![1; 32],
        statement_id: vec![2; 32],
        recipients: vec![
            recipient(&["mx.dev.invalid/anam", "mx.dev.invalid/sat"], &[]),
            recipient(&[], &["spiffe://mx.dev.invalid/agency/fgr/node/a"]),
        ],
        decision: Some(pb::Decision::default()),
        ..Default::default()
    }
}

/// Who is named, by the reading in place and by the library.
fn both(bytes: &[u8], name: &str) -> (bool, bool) {
    let ours = Audience(bytes).names(|named| match named {
        Named::Agency(agency) => agency == name,
        Named::Node(node) => node == name,
    });
    let Record { recipients } = Record::decode(bytes).unwrap_or_default();
    let is_named = |one: &Recipient| {
        one.agencies.iter().any(|agency| agency == name)
            || one.nodes.iter().any(|node| node == name)
    };
    (ours, recipients.iter().any(is_named))
}

#[test]
fn all_who_are_named_are_found_and_nobody_else() {
    let bytes = record().encode_to_vec();
    for (name, is_named) in [
        ("mx.dev.invalid/anam", true),
        ("mx.dev.invalid/sat", true),
        ("spiffe://mx.dev.invalid/agency/fgr/node/a", true),
        // Requested is not resolved.
        ("mx.dev.invalid/uif", false),
        ("mx.dev.invalid/sa", false),
        ("", false),
    ] {
        assert_eq!(both(&bytes, name), (is_named, is_named), "{name}");
    }
}

#[test]
fn only_named_nodes_are_no_agencies() {
    let mut record = record();
    assert!(Audience(&record.encode_to_vec()).has_agencies());
    record.recipients.remove(0);
    assert!(!Audience(&record.encode_to_vec()).has_agencies());
}

#[test]
fn whatever_is_damaged_is_judged_as_the_library_judges_it() {
    let whole = record().encode_to_vec();
    for name in [
        "mx.dev.invalid/anam",
        "spiffe://mx.dev.invalid/agency/fgr/node/a",
    ] {
        for len in 0..whole.len() {
            let (ours, theirs) = both(&whole[..len], name);
            assert_eq!(ours, theirs, "{name}, cut to {len}");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                let (ours, theirs) = both(&bytes, name);
                assert_eq!(ours, theirs, "{name}, byte {at}, bit {bit}");
            }
        }
    }
}
