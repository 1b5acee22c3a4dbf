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
    let reader = auditor(&Arc::new(combined(us, mx).unwrap()));
    let seen = [reader.may_read(&stored), reader.is_delivered(&stored)];
    drop((stored, ledger));
    owner.stop().unwrap();
    seen
}

fn auditor(directory: &Arc<Directory>) -> Reader {
    let identity = Identity::Node(AUDIT.parse().unwrap());
    Reader::new(&identity, &AUDIT.parse().unwrap(), directory)
}

#[tokio::test]
async fn an_auditor_of_a_side_reads_of_refusals_in_the_name_of_its_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::new(1_000));
    let (ledger, owner) = crate::test_ledger::open(folder.path(), clock);
    let us = EXAMPLE_US.replace(&format!("\"{AUDIT}\""), "");
    let directory = Arc::new(combined(&us, EXAMPLE_MX).unwrap());
    let reader = auditor(&directory);
    let node = |side: &str| format!("spiffe://{side}.dev.invalid/agency/tax/node/hq");
    for (number, actor, party, sees) in [
        (1, "us", "us", false),
        (2, "us", "mx", true),
        (3, "mx", "us", true),
    ] {
        let act = pb::ActRecord {
            actor: node(actor),
            kind: pb::ActKind::SubmissionRefused.into(),
            party: node(party),
            ..Default::default()
        };
        let entry = precinto_ledger::Entry::act(&[number; 16], act.encode_to_vec());
        let stored = ledger.append(entry).await.unwrap().proven.entry;
        assert_eq!(reader.may_read(&stored), sees, "{actor} for {party}");
    }
    drop(ledger);
    owner.stop().unwrap();
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
fn the_narrow_view_of_a_statement_reads_its_sender() {
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
