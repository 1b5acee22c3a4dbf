//! What written rules decided, decided once more: digests, rules, persons, and whom they refuse.

use super::floor::{alert, part, rests_on};
use super::*;
use crate::specimen::PART;
use precinto_alert::content::media_type;
use precinto_alert::directory::Part;
use precinto_alert::id::MessageId;
use precinto_envelope::body::build_body;
use precinto_policy::{Floor, Rules};

/// A part with this policy, and these purposes of ANAM.
fn law(policy: &str, purposes: &str) -> String {
    let text = PART.replacen(
        "[[agency]]",
        &format!("policy = '''{policy}'''\n[[agency]]"),
        1,
    );
    let name = "name_es = \"Aduanas de México\"\n";
    text.replace(name, &format!("{name}purposes = [{purposes}]\n"))
}

/// What a gateway records that decided by this part.
fn decision(text: &str, rules: &[&str]) -> pb::Decision {
    let part = Part::parse(text).unwrap();
    let together = Rules::of_parts(Floor::NEWEST, [&part]).unwrap();
    pb::Decision {
        policy: "floor/5".to_owned(),
        policy_digest: together.digest().to_vec(),
        rules: rules.iter().map(|&rule| rule.to_owned()).collect(),
    }
}

/// What is said.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    /// A notice, before the log has shown where anybody lives.
    Notice,
    /// An alert with a party or without.
    Alert { names: bool },
}

/// What is found of entry 5, let in under this part by these rules, the record changed.
fn let_in(
    text: &str,
    says: Says,
    rules: &[&str],
    change: impl FnOnce(&mut pb::StatementRecord),
) -> Vec<&'static str> {
    let_in_of(text, says, rules, |draft| {
        let mut record = pb::StatementRecord::decode(draft.record.as_slice()).unwrap();
        change(&mut record);
        draft.record = record.encode_to_vec();
    })
}

fn let_in_of(
    text: &str,
    says: Says,
    rules: &[&str],
    change: impl FnOnce(&mut Draft),
) -> Vec<&'static str> {
    let found = after(|site, drafts| {
        drafts.truncate(4);
        let part = part(site, 2, &drafts[2], text);
        drafts.push(part.clone());
        let (statement, body) = match says {
            Says::Notice => site.statement(0, false),
            Says::Alert { names } => said(site, names),
        };
        drafts.push(site.entry_of(&statement, body, 0));
        record(drafts, 5, |record| {
            rests_on(&part)(&mut record.trust);
            record.decision = Some(decision(&text_of(&part), rules));
            record.nominal = says == Says::Alert { names: true };
        });
        change(&mut drafts[5]);
    });
    assert!(found.iter().all(|(_, at)| *at == Some(5)), "{found:?}");
    found.into_iter().map(|(code, _)| code).collect()
}

/// The text as it was signed.
fn text_of(part: &Draft) -> String {
    let part = pb::SignedPart::decode(part.content.as_slice()).unwrap();
    let envelope = pb::Envelope::decode(part.envelope.as_slice()).unwrap();
    String::from_utf8(envelope.payload).unwrap()
}

/// An alert about fuel.
fn said(site: &Site, names: bool) -> (pb::Statement, Vec<u8>) {
    let (mut alert, _) = alert(site, |_| ());
    let party = pb::Party {
        role: pb::PartyRole::Carrier.into(),
        name: "Ejemplo, S. A.".to_owned(),
        ..Default::default()
    };
    let content = pb::AlertContent {
        narrative: vec![pb::Text {
            language: "en".to_owned(),
            text: "waste oil declared, diesel suspected".to_owned(),
        }],
        fuels: vec![pb::Fuel {
            declared: pb::FuelProduct::Additive.into(),
            suspected: pb::FuelProduct::Diesel.into(),
            ..Default::default()
        }],
        parties: names.then_some(party).into_iter().collect(),
        ..Default::default()
    };
    let id = MessageId::from_slice(&alert.message_id).unwrap();
    let media_type = media_type(pb::MessageType::Alert);
    let (body, reference) = build_body(id, site.key_id(), media_type, content.encode_to_vec());
    alert.body = Some(reference);
    (alert, body)
}

const NONE: [&str; 0] = [];
const DEFAULT: &[&str] = &["default-permit"];
const ALERT: Says = Says::Alert { names: false };
const NAMES: Says = Says::Alert { names: true };
/// Nobody but who is listed gets a notice.
const NO_NOTICES: &str = r#"@id("no-notices")
forbid (principal == Agency::"us.dev.invalid/anam", action in Action::"Obtain", resource)
when { resource.message_type == MessageType::"SYSTEM_NOTICE" };"#;

#[test]
fn what_was_decided_as_it_is_recorded_is_sound() {
    assert_eq!(let_in(PART, Says::Notice, DEFAULT, |_| ()), NONE);
    assert_eq!(let_in(PART, ALERT, DEFAULT, |_| ()), NONE);
    assert_eq!(let_in(&law("", ""), ALERT, DEFAULT, |_| ()), NONE);
    assert_eq!(let_in(&law(NO_NOTICES, ""), ALERT, DEFAULT, |_| ()), NONE);
    let permits = r#"@id("all") permit (principal, action, resource);"#;
    let all = let_in(&law(permits, ""), ALERT, &["us.dev.invalid#all"], |_| ());
    assert_eq!(all, NONE);
    assert_eq!(
        let_in(&law("", "\"ILLICIT_FUEL\""), NAMES, DEFAULT, |_| ()),
        NONE
    );
}

#[test]
fn a_digest_is_that_of_the_texts_that_the_record_names() {
    let other = |decision: &mut pb::Decision| decision.policy_digest[0] ^= 1;
    for text in [PART, &law(NO_NOTICES, "")] {
        let found = let_in(text, ALERT, DEFAULT, |record| {
            other(record.decision.as_mut().unwrap());
        });
        assert_eq!(found, ["RULES_DIGEST"]);
    }
    let found = let_in(&law(NO_NOTICES, ""), ALERT, DEFAULT, |record| {
        record.decision = Some(decision(PART, DEFAULT));
    });
    assert_eq!(found, ["RULES_DIGEST"], "a policy that is left out");
}

#[test]
fn the_rules_that_are_named_are_those_that_decided() {
    for rules in [
        &[][..],
        &["us.dev.invalid#all"],
        &["default-permit", "floor-release"],
    ] {
        let found = let_in(&law(NO_NOTICES, ""), ALERT, rules, |_| ());
        assert_eq!(found, ["RULES_NAMED"], "{rules:?}");
    }
}

#[test]
fn what_a_rule_refuses_is_not_let_in() {
    let notice = let_in(&law(NO_NOTICES, ""), Says::Notice, DEFAULT, |_| ());
    assert_eq!(notice, ["RULES_REFUSE"]);
    // Of data about persons the law of who receives them says what they may be for.
    let refused = ["RULES_REFUSE"];
    assert_eq!(let_in(PART, NAMES, DEFAULT, |_| ()), refused);
    assert_eq!(
        let_in(&law("", "\"FIREARM\""), NAMES, DEFAULT, |_| ()),
        refused
    );
    // The floor is asked first, and whoever permits everything permits nothing that it forbids.
    let permits = r#"@id("all") permit (principal, action, resource);"#;
    assert_eq!(let_in(&law(permits, ""), NAMES, DEFAULT, |_| ()), refused);
}

#[test]
fn whether_it_names_persons_its_content_says_and_then_its_record() {
    let fuel = law("", "\"ILLICIT_FUEL\"");
    let denied = |record: &mut pb::StatementRecord| record.nominal = false;
    assert_eq!(let_in(&fuel, NAMES, DEFAULT, denied), ["NOMINAL"]);
    let claimed = |record: &mut pb::StatementRecord| record.nominal = true;
    assert_eq!(let_in(&fuel, ALERT, DEFAULT, claimed), ["NOMINAL"]);
    // Who denies it lets nobody have it.
    let both = ["NOMINAL", "RULES_REFUSE"];
    assert_eq!(let_in(PART, NAMES, DEFAULT, denied), both);
    // When the body is gone nobody but the record can say.
    let without = |nominal: bool| {
        move |draft: &mut Draft| {
            let mut record = pb::StatementRecord::decode(draft.record.as_slice()).unwrap();
            record.nominal = nominal;
            draft.record = record.encode_to_vec();
            (draft.body, draft.flags) = (Vec::new(), 2);
        }
    };
    let gone = let_in_of(PART, NAMES, DEFAULT, without(true));
    assert_eq!(gone, ["BODY_PRUNED", "RULES_REFUSE"]);
    let gone = let_in_of(PART, NAMES, DEFAULT, without(false));
    assert_eq!(gone, ["BODY_PRUNED"]);
}

#[test]
fn of_a_side_that_nobody_knows_where_it_lives_every_country_is_possible() {
    let lives = |country: &str| {
        let rule = format!(
            r#"@id("abroad") forbid (principal, action in Action::"Obtain", resource)
when {{ principal.country == Country::"{country}" }};"#
        );
        law(&rule, "")
    };
    assert_eq!(let_in(&lives("US"), Says::Notice, DEFAULT, |_| ()), NONE);
    assert_eq!(let_in(&lives("MX"), Says::Notice, DEFAULT, |_| ()), NONE);
    // An alert shows it.
    assert_eq!(
        let_in(&lives("US"), ALERT, DEFAULT, |_| ()),
        ["RULES_REFUSE"]
    );
    assert_eq!(let_in(&lives("MX"), ALERT, DEFAULT, |_| ()), NONE);
    let only = law(
        r#"@id("only") forbid (principal, action in Action::"Obtain", resource)
unless { principal.country == Country::"MX" };"#,
        "",
    );
    assert_eq!(let_in(&only, Says::Notice, DEFAULT, |_| ()), NONE);
    assert_eq!(let_in(&only, ALERT, DEFAULT, |_| ()), ["RULES_REFUSE"]);
    // What none of them gives is found all the same.
    let never = let_in(&lives("MX"), Says::Notice, &["floor-release"], |_| ());
    assert_eq!(never, ["RULES_NAMED"]);
}

#[test]
fn an_older_floor_behind_a_newer_one_is_found_and_the_newer_one_asked() {
    let older = |text: &str| {
        let text = text.to_owned();
        after(move |site, drafts| {
            drafts.truncate(4);
            let part = part(site, 2, &drafts[2], &text);
            drafts.push(part.clone());
            let (alert, body) = said(site, false);
            drafts.push(site.entry_of(&alert, body, 0));
            drafts.push(site.statement_entry(1, false));
            for at in [5, 6] {
                record(drafts, at, |record| rests_on(&part)(&mut record.trust));
            }
            let decision = decision(&text_of(&part), DEFAULT);
            record(drafts, 5, |record| record.decision = Some(decision));
        })
    };
    let back = ("RULES_WENT_BACK", Some(6));
    assert_eq!(older(PART), [back]);
    assert_eq!(
        older(&law(NO_NOTICES, "")),
        [back, ("RULES_REFUSE", Some(6))]
    );
    // Where no newer one was named before, the older one is what counts.
    let first = let_in(&law(NO_NOTICES, ""), Says::Notice, &[], |record| {
        record.decision = Some(pb::Decision {
            policy: "floor/4".to_owned(),
            ..pb::Decision::default()
        });
    });
    assert_eq!(first, NONE);
}

#[test]
fn a_floor_that_nobody_knows_is_never_clean() {
    let named = |name: &'static str| {
        let_in(PART, ALERT, DEFAULT, move |record| {
            name.clone_into(&mut record.decision.as_mut().unwrap().policy);
        })
    };
    assert_eq!(named("floor/6"), ["FLOOR_UNKNOWN"]);
    assert_eq!(named(""), ["RECORD_MALFORMED"]);
}

#[test]
fn a_policy_that_is_none_is_told_of_its_part() {
    let found = after(|site, drafts| {
        let text = law(
            "@id(\"a\")\nforbid (principal, action, resource) when { resource.tpl };",
            "",
        );
        drafts.truncate(4);
        drafts.push(part(site, 2, &drafts[2], &text));
    });
    assert_eq!(found, [("DIRECTORY_CONTENT", Some(4))]);
}
