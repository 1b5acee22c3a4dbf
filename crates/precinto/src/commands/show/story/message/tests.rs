//! What an amendment changed is told, whether it stands in the statement or in the content.

use super::*;
use crate::draft::{Draft, content_json, statement_descriptor};
use precinto_alert::code::{PayloadProtection, SignerRole};
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde_json::json;

const NOW_MS: u64 = 1_795_000_000_000;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

fn patience() -> Patience {
    Patience::default()
}

/// The sample of the fuel alert: no field of its handling is at the value that a test gives it.
fn sample() -> Draft {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/fuel-mx-us.yaml");
    let sample = std::fs::read_to_string(sample).unwrap();
    let draft: Value = serde_saphyr::from_str(&sample).unwrap();
    Draft::read(&draft, NOW_MS).unwrap()
}

/// The statement of the sample, changed.
fn statement(change: &dyn Fn(&mut pb::Statement)) -> Statement {
    let said = made(change);
    Statement::decode(&said.encode_to_vec()).unwrap_or_else(|error| panic!("{error:?}"))
}

/// The same before it is read.
fn made(change: &dyn Fn(&mut pb::Statement)) -> pb::Statement {
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
    said
}

/// Whether it is told that a statement was changed so, in both languages.
fn is_told(change: &dyn Fn(&mut pb::Statement)) -> bool {
    let (before, now) = (statement(&|_| ()), statement(change));
    let content = [Value::Null, Value::Null];
    [Lang::En, Lang::Es].iter().all(|lang| {
        let none = changed([&before, &before], Some(&content), &patience(), *lang);
        assert!(none.is_empty(), "{none:?}");
        let rows = changed([&before, &now], Some(&content), &patience(), *lang);
        rows.iter()
            .any(|((label, _), _)| *label == "now" || *label == "before")
    })
}

type Change = fn(&mut pb::Handling);

/// One for each field of the block.
const HANDLED_OTHERWISE: [(&str, Change); 11] = [
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

#[test]
fn an_amendment_that_changes_only_its_handling_says_so() {
    let block = statement_descriptor().get_field_by_name("handling");
    let block = block.unwrap().kind();
    let fields = block.as_message().unwrap().fields();
    let fields: Vec<String> = fields.map(|field| field.name().to_owned()).collect();
    let names = HANDLED_OTHERWISE.map(|(name, _)| name.to_owned());
    assert_eq!(names.as_slice(), fields);
    for (name, change) in HANDLED_OTHERWISE {
        let is_told = is_told(&|said| change(said.handling.as_mut().unwrap()));
        assert!(is_told, "{name}");
    }
}

fn intelligence(handling: &mut pb::Handling) {
    handling.criminal_intelligence = true;
    handling.review_by_ms = NOW_MS + DAY_MS;
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
        changed(
            [&said, &said],
            Some(&[before.clone(), now]),
            &patience(),
            Lang::Es,
        )
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

/// Of a version whose content was deleted, or cannot be read, nobody can say what it changed, and that is said.
#[test]
fn a_content_that_is_not_here_is_not_passed_over() {
    let said = statement(&|_| ());
    for (lang, words) in [
        (Lang::En, "cannot be told"),
        (Lang::Es, "no se puede saber"),
    ] {
        let rows = changed([&said, &said], None, &patience(), lang);
        assert!(
            matches!(rows.as_slice(), [(_, told)] if told.contains(words)),
            "{rows:?}"
        );
    }
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
        let rows = changed(
            [&said, &said],
            Some(&[before.clone(), now]),
            &patience(),
            Lang::En,
        );
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
    let rows = changed([&said, &said], Some(&[before, now]), &patience(), Lang::En);
    assert!(rows.iter().any(|row| row.1.contains("HOUSE-9")), "{rows:?}");
}

/// One leg more, and another's state: what is seen of a list that grew hides nothing else in it.
#[test]
fn a_list_that_grew_is_looked_through() {
    let said = statement(&|_| ());
    let (media_type, bytes) = sample().content.unwrap();
    let before = content_json(&media_type, &bytes);
    let legs = "/shipments/0/route/legs";
    let told = |state: bool| {
        let mut now = before.clone();
        let all = now.pointer_mut(legs).unwrap().as_array_mut().unwrap();
        let mut more = all[0].clone();
        more["flight"] = json!("XX1");
        if state {
            all[0]["departure"]["subdivision"] = json!("MX-TAM");
        }
        all.push(more);
        let both = [[before.clone(), now.clone()], [now, before.clone()]];
        both.map(|two| {
            let rows = changed([&said, &said], Some(&two), &patience(), Lang::En);
            let seen = rows.iter().any(|row| row.1.contains("XX1"));
            let unseen = rows.iter().any(|((label, _), _)| *label == "changed");
            (seen, unseen)
        })
    };
    assert_eq!(told(false), [(true, false); 2]);
    assert_eq!(told(true), [(true, true); 2]);
}

/// Of a story without end each amendment is told; whether more changed than is shown is no longer looked for, and that is said.
#[test]
fn patience_ends() {
    let said = statement(&|_| ());
    let (media_type, bytes) = sample().content.unwrap();
    let before = content_json(&media_type, &bytes);
    let mut now = before.clone();
    now["shipments"][0]["pieces"] = json!(977);
    let patience = patience();
    let two = [before, now];
    let ends = (0..10_000).find(|_| {
        let rows = changed([&said, &said], Some(&two), &patience, Lang::En);
        rows.len() == 3
    });
    // A usual case is over long before.
    assert!(ends.is_some_and(|count| count > 100), "{ends:?}");
    for (lang, word) in [(Lang::En, "perhaps "), (Lang::Es, "quizá ")] {
        let rows = changed([&said, &said], Some(&two), &patience, lang);
        assert!(rows[2].1.starts_with(word), "nobody has looked: {rows:?}");
    }
    let rows = changed(
        [&said, &said],
        Some(&[two[0].clone(), two[0].clone()]),
        &patience,
        Lang::En,
    );
    assert!(rows.is_empty(), "{rows:?}");
}

/// A long text is read through as often as many short ones are.
#[test]
fn patience_ends_sooner_for_long_texts() {
    let said = statement(&|_| ());
    let (media_type, bytes) = sample().content.unwrap();
    let mut before = content_json(&media_type, &bytes);
    before["narrative"] = json!([{ "language": "es", "text": "x".repeat(200 * 1024) }]);
    let mut now = before.clone();
    now["shipments"][0]["pieces"] = json!(977);
    let two = [before, now];
    let patience = patience();
    let ends = (0..100).find(|_| {
        let rows = changed([&said, &said], Some(&two), &patience, Lang::En);
        rows.len() == 3
    });
    assert!(ends.is_some_and(|count| count > 1), "{ends:?}");
}

mod statements;
