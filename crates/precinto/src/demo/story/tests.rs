//! The samples are real drafts: readable, and saying what a gateway accepts.

use super::*;
use precinto_alert::code::{CommodityClass, PayloadProtection, SignerRole};
use precinto_alert::{Content, Statement};
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::collections::BTreeSet;

const NOW_MS: u64 = 1_795_000_000_000;

/// What the sending program fills in.
fn completed(draft: pb::Statement) -> Statement {
    let signer = pb::SignerRef {
        key_id: vec![7; 32],
        role: SignerRole::Node.into(),
        alg: 1,
    };
    let body = pb::BodyRef {
        digest: vec![1; 32],
        size: 100,
        plaintext_commitment: vec![2; 32],
    };
    let statement = pb::Statement {
        message_id: vec![3; 16],
        sender: "spiffe://us.dev.invalid/agency/cbp/node/lax".to_owned(),
        log_origin: "gw.dev.invalid/log/2026".to_owned(),
        required_signers: vec![signer],
        created_ms: NOW_MS,
        sender_seq: 1,
        alert_id: "US-CBPLAX-2026-000123B".to_owned(),
        alert_version: 1,
        body: Some(body),
        payload_protection: PayloadProtection::Clear.into(),
        ..draft
    };
    Statement::decode(&statement.encode_to_vec()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_samples_are_sound_drafts_of_all_four_kinds_in_both_directions() {
    let mut kinds = BTreeSet::new();
    let mut sides = BTreeSet::new();
    for sample in &SAMPLES {
        let value = draft_of(sample).unwrap();
        let draft =
            Draft::read(&value, NOW_MS).unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        kinds.extend(draft.statement.commodities.iter().copied());
        sides.extend(sample.sender.split('/').next());
        let (media_type, bytes) = draft.content.unwrap();
        let statement = completed(draft.statement);
        let content = Content::decode(&media_type, &bytes, &statement)
            .unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        assert!(
            content.warnings().is_empty(),
            "{}: {:?}",
            sample.name,
            content.warnings()
        );
    }
    assert_eq!(kinds.len(), 4);
    assert!(kinds.contains(&(CommodityClass::IllicitFuel as i32)));
    assert_eq!(sides.len(), 2);
}

#[test]
fn the_replies_can_be_read_too() {
    let script = script().unwrap();
    for sample in &SAMPLES {
        let replies = script.replies(sample.handler.0, sample.name);
        assert_eq!(replies.len(), 2, "{}", sample.name);
        for reply in replies {
            let mut draft = reply.draft.clone();
            draft["to"] = json!(["us.dev.invalid/cbp"]);
            Draft::read(&draft, NOW_MS).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}
