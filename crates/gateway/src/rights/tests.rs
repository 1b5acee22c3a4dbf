//! What the narrow views of records take from the real messages. Who sees what is tested through the door.

use precinto_alert::directory::{EXAMPLE_MX, EXAMPLE_US};
use precinto_alert::id::Identity;
use precinto_ledger::clock::ManualClock;
use precinto_ledger::testing::unverified;
use std::sync::Arc;

use super::*;
use crate::registry::tests::combined;

const AUDIT: &str = "spiffe://us.dev.invalid/agency/oig/node/audit";

/// What the auditor may read and is delivered of a statement from `sender` to an agency, by these two parts.
async fn audited(us: &str, mx: &str, sender: &str, to: &str) -> [bool; 2] {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(1_000));
    let (ledger, owner) = crate::test_ledger::open(folder.path(), clock);
    let record = pb::StatementRecord {
        recipients: vec![pb::ResolvedRecipient {
            agencies: vec![to.to_owned()],
            ..Default::default()
        }],
        ..Default::default()
    };
    let statement = pb::Statement {
        sender: sender.to_owned(),
        ..Default::default()
    };
    let envelope = pb::Envelope {
        payload: statement.encode_to_vec(),
        ..Default::default()
    };
    let (record, content) = (record.encode_to_vec(), envelope.encode_to_vec());
    let written = ledger.append(unverified([1; 32], &record, &content, &[]));
    let stored = written.await.unwrap().proven.entry;
    let caller = Caller::for_tests(AUDIT.parse::<Identity>().unwrap());
    let directory = combined(us, mx).unwrap();
    let reader = Reader::new(&caller, &caller.node().unwrap().clone(), &directory);
    let seen = [reader.may_read(&stored), reader.is_delivered(&stored)];
    drop((stored, ledger));
    owner.stop().unwrap();
    seen
}

#[tokio::test]
async fn one_side_alone_makes_nobody_the_reader_of_what_is_not_its_own() {
    let unnamed = |part: &str| part.replace(&format!("\"{AUDIT}\""), "");
    let (us, mx) = (unnamed(EXAMPLE_US), unnamed(EXAMPLE_MX));
    let node = |side: &str| format!("spiffe://{side}.dev.invalid/agency/tax/node/hq");
    let to = |side: &str| format!("{side}.dev.invalid/tax");
    for (us, mx, of_us, over, of_mx) in [
        (EXAMPLE_US, mx.as_str(), true, true, false),
        (&us, EXAMPLE_MX, false, true, true),
        (EXAMPLE_US, EXAMPLE_MX, true, true, true),
        (&us, &mx, false, false, false),
    ] {
        for (from, for_side, sees) in [
            ("us", "us", of_us),
            ("us", "mx", over),
            ("mx", "us", over),
            ("mx", "mx", of_mx),
        ] {
            let seen = audited(us, mx, &node(from), &to(for_side)).await;
            assert_eq!(seen, [sees; 2], "{from} to {for_side}");
        }
    }
}

#[test]
fn the_narrow_views_read_the_fields_they_are_meant_to() {
    let record = pb::StatementRecord {
        envelope_digest: vec![1; 32],
        recipients: vec![pb::ResolvedRecipient {
            requested: Some(pb::RecipientRef {
                kind: 1,
                name: "mx.dev.invalid/anam".into(),
            }),
            agencies: vec!["mx.dev.invalid/anam".into()],
            nodes: vec!["spiffe://mx.dev.invalid/agency/sat/node/mty".into()],
        }],
        decision: Some(pb::Decision {
            policy: "floor/4".into(),
            policy_digest: Vec::new(),
        }),
        ..Default::default()
    };
    let audience = Audience::decode(record.encode_to_vec().as_slice()).unwrap();
    assert_eq!(
        audience.recipients[0].agencies,
        record.recipients[0].agencies
    );
    assert_eq!(audience.recipients[0].nodes, record.recipients[0].nodes);
    let statement = pb::Statement {
        sender: "spiffe://x".into(),
        sender_seq: 9,
        ..Default::default()
    };
    assert_eq!(
        Sender::decode(statement.encode_to_vec().as_slice())
            .unwrap()
            .sender,
        "spiffe://x"
    );
}
