//! What an amendment changed is told, whether it stands in the statement or in the content.

use super::*;
use crate::draft::{Draft, content_json, statement_descriptor};
use precinto_alert::code::{MessageStatus, PayloadProtection, SignerRole};
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde_json::json;

const NOW_MS: u64 = 1_795_000_000_000;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The sample of the fuel alert: no field of its handling is at the value that a test gives it.
fn sample() -> Draft {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/fuel-mx-us.yaml");
    let sample = std::fs::read_to_string(sample).unwrap();
    let draft: Value = serde_saphyr::from_str(&sample).unwrap();
    Draft::read(&draft, NOW_MS).unwrap()
}

/// The statement of the sample, changed.
fn statement(change: &dyn Fn(&mut pb::Statement)) -> Statement {
    let mut said = sample().statement;
    said.message_id = vec![7; 16];
    said.created_ms = NOW_MS;
    said.sender = "spiffe://mx.dev.invalid/agency/fgr/node/hq".to_owned();
    said.log_origin = "log.dev.invalid".to_owned();
    said.required_signers = vec![pb::SignerRef {
        key_id: vec![1; 32],
        role: SignerRole::Node.into(),
        alg: 1,
    }];
    said.sender_seq = 1;
    said.alert_id = "US-CBPLAX-2026-000001V".to_owned();
    said.alert_version = 1;
    said.payload_protection = PayloadProtection::Clear.into();
    said.body = Some(pb::BodyRef {
        digest: vec![3; 32],
        size: 100,
        plaintext_commitment: vec![4; 32],
    });
    said.actions.sort_unstable();
    change(&mut said);
    Statement::decode(&said.encode_to_vec()).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Whether it is told that a statement was changed so, in both languages.
fn is_told(change: &dyn Fn(&mut pb::Statement)) -> bool {
    let (before, now) = (statement(&|_| ()), statement(change));
    let content = [Value::Null, Value::Null];
    [Lang::En, Lang::Es].iter().all(|lang| {
        let none = changed([&before, &before], Some(&content), *lang);
        assert!(none.is_empty(), "{none:?}");
        let rows = changed([&before, &now], Some(&content), *lang);
        rows.iter()
            .any(|((label, _), _)| *label == "now" || *label == "before")
    })
}

#[test]
fn an_amendment_that_changes_only_its_handling_says_so() {
    type Change = fn(&mut pb::Handling);
    let changes: [(&str, Change); 11] = [
        ("tlp", |it| it.tlp = 4),
        ("marks", |it| it.marks.push("MX:CONFIDENCIAL".to_owned())),
        ("releasable_to", |it| it.releasable_to.truncate(1)),
        ("use_code", |it| it.use_code = 4),
        ("evidence_use", |it| it.evidence_use = 2),
        ("derivative_use", |it| it.derivative_use = 2),
        ("criminal_intelligence", intelligence),
        ("review_by_ms", intelligence),
        ("do_not_alert_subject", |it| it.do_not_alert_subject = true),
        ("do_not_contact_carrier", |it| {
            it.do_not_contact_carrier = true;
        }),
        ("tear_line", |it| it.tear_line = true),
    ];
    let block = statement_descriptor().get_field_by_name("handling");
    let block = block.unwrap().kind();
    let fields = block.as_message().unwrap().fields();
    let fields: Vec<String> = fields.map(|field| field.name().to_owned()).collect();
    assert_eq!(changes.map(|(name, _)| name.to_owned()).as_slice(), fields);
    for (name, change) in changes {
        let is_told = is_told(&|said| change(said.handling.as_mut().unwrap()));
        assert!(is_told, "{name}");
    }
}

fn intelligence(handling: &mut pb::Handling) {
    handling.criminal_intelligence = true;
    handling.review_by_ms = NOW_MS + DAY_MS;
}

#[test]
fn an_amendment_that_changes_its_statement_says_so() {
    type Change = fn(&mut pb::Statement);
    let changes: [(&str, Change); 13] = [
        ("status", |it| it.status = MessageStatus::Test.into()),
        ("precedence", |it| it.precedence = 1),
        ("commodities", |it| it.commodities = vec![1, 4]),
        ("recipients", |it| {
            it.recipients[0].name = "us.dev.invalid/dea".to_owned();
        }),
        ("last_action", |it| it.last_action_ms -= DAY_MS),
        ("expires", |it| it.expires_ms += DAY_MS),
        ("actions", |it| it.actions.truncate(1)),
        ("authority", |it| it.authority = 2),
        ("protected_bag", |it| it.protected_bag = 3),
        ("reply_due", |it| it.reply_due_ms = NOW_MS + DAY_MS),
        ("linked_alerts", |it| {
            it.linked_alerts = vec!["US-CBPLAX-2026-000002T".to_owned()];
        }),
        ("unit", |it| it.unit = "Night desk".to_owned()),
        ("languages", |it| it.languages.push("en-US".to_owned())),
    ];
    for (name, change) in changes {
        assert!(is_told(&change), "{name}");
    }
}

/// The other language's narrative is not shown; that it changed is.
#[test]
fn no_change_is_passed_over() {
    let said = statement(&|_| ());
    let (media_type, bytes) = sample().content.unwrap();
    let before = content_json(&media_type, &bytes);
    let told = |change: (&str, Value)| {
        let mut now = before.clone();
        *now.pointer_mut(change.0).unwrap() = change.1;
        changed([&said, &said], Some(&[before.clone(), now]), Lang::Es)
    };
    let place = "/shipments/0/route/legs/0/departure/subdivision";
    let rows = told((place, json!("MX-TAM")));
    assert!(
        matches!(rows.as_slice(), [(("changed", "cambió"), _)]),
        "{rows:?}"
    );
    let rows = told(("/fuels/0/plate", json!("EJ-48-XX")));
    assert_eq!(rows.len(), 2, "{rows:?}");
}

/// A change that is seen hides none that is not, in the same field or in another.
#[test]
fn of_two_changes_at_once_both_are_told() {
    let said = statement(&|_| ());
    let (media_type, bytes) = sample().content.unwrap();
    let before = content_json(&media_type, &bytes);
    let told = |changes: &[(&str, Value)]| {
        let mut now = before.clone();
        for (place, value) in changes {
            let (holder, name) = place.rsplit_once('/').unwrap();
            now.pointer_mut(holder).unwrap()[name] = value.clone();
        }
        let rows = changed([&said, &said], Some(&[before.clone(), now]), Lang::En);
        let unseen = rows.iter().filter(|((label, _), _)| *label == "changed");
        (rows.len() - unseen.clone().count(), unseen.count())
    };
    let unseen = "/shipments/0/route/legs/0/departure/subdivision";
    let unseen = (unseen, json!("MX-TAM"));
    let pieces = ("/shipments/0/pieces", json!(977));
    let plate = ("/fuels/0/plate", json!("EJ-48-XX"));
    assert_eq!(told(&[]), (0, 0));
    assert_eq!(told(&[pieces.clone(), plate.clone()]), (4, 0));
    assert_eq!(told(&[unseen.clone(), pieces.clone()]), (2, 1));
    assert_eq!(told(&[unseen, plate]), (2, 1));
    // One waybill more, however many there are, is read out.
    let house: Vec<String> = (1..=9).map(|n| format!("HOUSE-{n}")).collect();
    let (_, bytes) = sample().content.unwrap();
    let mut before = content_json(&media_type, &bytes);
    before["shipments"][0]["house_awbs"] = json!(house[..8]);
    let mut now = before.clone();
    now["shipments"][0]["house_awbs"] = json!(house);
    now["shipments"][0]["pieces"] = json!(977);
    let rows = changed([&said, &said], Some(&[before, now]), Lang::En);
    assert!(rows.iter().any(|row| row.1.contains("HOUSE-9")), "{rows:?}");
}
