//! Mistakes in the statement and in the content are found in one go, and only real ones.

use super::*;
use crate::draft::Draft;
use precinto_alert::code::SignerRole;
use serde_json::{Value as Json, json};

const NOW_MS: u64 = 1_795_000_000_000;

/// What is found in a draft once it is filled in like one of a node.
pub(crate) fn found_in(draft: &Json) -> Found {
    let draft = Draft::read(draft, NOW_MS).unwrap_or_else(|error| panic!("{error}"));
    let mut statement = draft.statement;
    let bytes = draft.content.as_ref().map(|(_, bytes)| bytes.as_slice());
    super::super::compose::fill(&mut statement, bytes, "US", NOW_MS);
    statement.message_id = vec![7; 16];
    statement.created_ms = NOW_MS;
    statement.sender = "spiffe://us.dev.invalid/agency/cbp/node/lax".to_owned();
    statement.log_origin = "log.dev.invalid".to_owned();
    let signer = |role: SignerRole, key: u8| pb::SignerRef {
        key_id: vec![key; 32],
        role: role.into(),
        alg: 1,
    };
    statement.required_signers = vec![signer(SignerRole::Node, 1)];
    if !draft.officers.is_empty() || statement.ack_level > 1 {
        statement
            .required_signers
            .push(signer(SignerRole::Officer, 2));
    }
    statement.sender_seq = 1;
    if statement.r#type == i32::from(MessageType::Alert) && statement.alert_id.is_empty() {
        statement.alert_id = PLACEHOLDER_ALERT.to_owned();
    }
    if statement.alert_version == 0 && !statement.alert_id.is_empty() {
        statement.alert_version = 1;
    }
    if draft.content.is_some() {
        statement.payload_protection = precinto_alert::code::PayloadProtection::Clear.into();
        statement.body = Some(pb::BodyRef {
            digest: vec![3; 32],
            size: 100,
            plaintext_commitment: vec![4; 32],
        });
    }
    judged(statement, draft.content, NOW_MS)
}

fn judged(statement: pb::Statement, content: Option<(String, Vec<u8>)>, now_ms: u64) -> Found {
    judge(&statement.encode_to_vec(), statement, content, now_ms)
}

fn expect(found: &Found, field: &str, reason: Reason) {
    let hit = found
        .errors
        .iter()
        .any(|one| one.field == field && one.reason == reason);
    assert!(hit, "{field} {reason:?} in {:#?}", found.errors);
}

/// The example of an alert, to these, released to those, and its first party too.
fn released(to: &[&str], message: &[&str], party: &[&str]) -> Vec<(String, Reason)> {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/precursor-us-mx.yaml");
    let sample = std::fs::read_to_string(sample).unwrap();
    let mut draft: Json = serde_saphyr::from_str(&sample).unwrap();
    draft["to"] = json!(to);
    if !message.is_empty() {
        draft["handling"]["releasable_to"] = json!(message);
    }
    draft["content"]["parties"][0]["releasable_to"] = json!(party);
    let found = found_in(&draft);
    let errors = found.errors.into_iter();
    errors.map(|one| (one.field, one.reason)).collect()
}

#[test]
fn who_is_named_outside_a_release_is_told_without_a_directory() {
    const ANAM: &str = "mx.dev.invalid/anam";
    const SAT: &str = "mx.dev.invalid/sat";
    const DEA: &str = "us.dev.invalid/dea";
    let outside = |field: &str| vec![(field.to_owned(), Reason::RecipientNotReleasable)];
    let (message, party) = ("recipients[1]", "content.parties[0].releasable_to");
    let both = &[ANAM, SAT][..];
    assert_eq!(released(both, both, both), []);
    assert_eq!(released(both, &[ANAM], &[ANAM]), outside(message));
    assert_eq!(released(both, both, &[ANAM]), outside(party));
    // An officer is of an agency; who stands behind a group is not known here.
    let officer = "spiffe://mx.dev.invalid/agency/sat/officer/x";
    assert_eq!(
        released(&[ANAM, officer], &[ANAM, SAT], &[ANAM]),
        outside(party)
    );
    assert_eq!(released(&[ANAM, "group:cargo"], &[ANAM], &[ANAM]), []);
    // The sender's own country is that of the alert's id; of which another side is, a gateway knows.
    assert_eq!(
        released(&[ANAM, DEA], &["MX", "US"], &["MX"]),
        outside(party)
    );
    assert_eq!(released(&[ANAM, DEA], &["MX"], &["MX"]), outside(message));
    assert_eq!(released(&[ANAM], &["US"], &["US"]), []);
}

#[test]
fn a_broken_statement_does_not_hide_broken_content() {
    let found = found_in(&json!({
        "type": "ALERT", "to": "mx.dev.invalid/anam", "status": "EXERCISE", "protected_bag": "NONE",
        "content": {
            "shipments": [{ "master_awb": "865-48291177", "pieces": 1, "gross_weight": "1 KGM", "goods_description": "toys" }],
            "parties": [{ "role": "SHIPPER", "name": "A", "address": { "city": "B", "country": "US" } }],
            "suspicion": { "indicators": [{ "code": "PK05", "strength": 2 }] },
        },
    }));
    expect(&found, "precedence", Reason::FieldMissing);
    expect(&found, "authority", Reason::NoLegalBasis);
    expect(&found, "commodities", Reason::FieldMissing);
    expect(
        &found,
        "content.shipments[0].master_awb",
        Reason::AwbCheckDigit,
    );
    expect(&found, "content.parties", Reason::MissingCneName);
    assert_eq!(found.errors.len(), 5, "{:#?}", found.errors);
}

#[test]
fn a_mark_that_does_not_fit_the_recipients_does_not_hide_the_content() {
    let found = found_in(&json!({
        "type": "ALERT", "to": "mx.dev.invalid/anam", "status": "EXERCISE", "precedence": "P1",
        "authority": "CUSTOMS_AGREEMENT", "handling": { "tlp": "RED" }, "last_action": "+99h", "expires": "+9h",
        "content": { "shipments": [{ "master_awb": "865-48291177" }] },
    }));
    expect(&found, "recipients[0]", Reason::HandlingConflict);
    expect(&found, "last_action_ms", Reason::TimeOrder);
    expect(
        &found,
        "content.shipments[0].master_awb",
        Reason::AwbCheckDigit,
    );
}

#[test]
fn placeholders_are_never_found_fault_with() {
    let found = found_in(&json!({
        "type": "OUTCOME", "to": "us.dev.invalid/cbp", "status": "EXERCISE", "outcome_code": "SEIZED",
        "content": { "alert_quality": 9 },
    }));
    expect(&found, "alert_id", Reason::FieldMissing);
    expect(&found, "refers_to", Reason::FieldMissing);
    expect(&found, "content.seizure_form", Reason::FieldMissing);
    expect(&found, "content.alert_quality", Reason::ValueRange);
    let found = found_in(&json!({
        "type": "HOLD_RELEASE", "to": "us.dev.invalid/cbp", "status": "TEST", "content": { "hold_reference": "1" },
    }));
    assert!(
        found
            .errors
            .iter()
            .all(|one| !one.field.starts_with("content")),
        "{:#?}",
        found.errors
    );
}
