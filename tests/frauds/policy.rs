//! Frauds with the rules: an operator lets in what they refuse, or writes down that others decided.

use crate::forger::Forgery;
use crate::real_log::{ENTRIES, PART_US, PARTS, Signed, real_log};
use precinto_envelope::crypto::sha256;
use precinto_proto::v1 as pb;

/// The floor as it was when these records were made: kept for ever, or nobody could repeat what it decided.
const FLOOR: &str = include_str!("../../crates/policy/src/floor/5.cedar");
/// The United States' own rule.
const POLICY: &str = r#"@id("no-outages-abroad")
forbid (principal, action in Action::"Obtain", resource)
when { resource.message_type == MessageType::"SYSTEM_NOTICE" }
unless { principal in Side::"us.dev.invalid" };
"#;
const ANAM: &str = "mx.dev.invalid/anam";
const SAT: &str = "mx.dev.invalid/sat";
const NOBODY: [(&str, Option<u64>); 0] = [];

/// The digest of the floor and this policy of the United States, by its documented form.
fn digest(policy: Option<&str>) -> [u8; 32] {
    let length = |text: &str| u32::try_from(text.len()).expect("short").to_be_bytes();
    let mut all = b"precinto/rules/v1\0floor/5\0".to_vec();
    all.extend(length(FLOOR));
    all.extend(FLOOR.as_bytes());
    if let Some(policy) = policy {
        all.extend(b"us.dev.invalid\0");
        all.extend(length(policy));
        all.extend(policy.as_bytes());
    }
    sha256(&[&all])
}

/// What an honest gateway writes down.
fn decided(record: &mut pb::StatementRecord, policy: Option<&str>) {
    record.decision = Some(pb::Decision {
        policy: "floor/5".to_owned(),
        policy_digest: digest(policy).to_vec(),
        rules: vec!["default-permit".to_owned()],
    });
}

/// What is found when these statements end the log, let in as they should be but for what `lie` does to the last one's record.
fn found(
    said: &[Signed],
    policy: Option<&str>,
    lie: impl FnOnce(&mut pb::StatementRecord),
) -> Vec<(&'static str, Option<u64>)> {
    let mut log = Forgery::of(real_log());
    for one in said {
        log.push_statement(one);
        let at = log.entries.len() - 1;
        log.record(at, |record| decided(record, policy));
    }
    let last = log.entries.len() - 1;
    log.record(last, lie);
    if let Some(policy) = policy {
        let text = PART_US.replacen(
            "[[agency]]",
            &format!("policy = '''\n{policy}'''\n[[agency]]"),
            1,
        );
        let [us, _] = &real_log().stewards;
        log.replace_trust(PARTS[0], real_log().part(&text, &[us]).0);
    }
    let report = real_log().audit(log.write().path());
    let findings = report.findings.iter();
    findings
        .map(|finding| (finding.code(), finding.place.entry))
        .collect()
}

/// The first statement that is added.
const ADDED: u64 = ENTRIES as u64;

/// A notice of Mexico, which no rule refuses.
fn notice() -> [Signed; 1] {
    [real_log().statement(41)]
}

#[test]
fn what_is_decided_as_it_is_written_down_is_no_fraud() {
    assert_eq!(found(&notice(), None, |_| ()), NOBODY);
    assert_eq!(found(&notice(), Some(POLICY), |_| ()), NOBODY);
}

#[test]
fn a_policy_digest_is_not_that_of_the_parts() {
    let wrong = [("RULES_DIGEST", Some(ADDED))];
    let left_out = found(&notice(), Some(POLICY), |record| decided(record, None));
    assert_eq!(left_out, wrong);
    let invented = found(&notice(), None, |record| decided(record, Some(POLICY)));
    assert_eq!(invented, wrong);
    let none = found(&notice(), None, |record| {
        let decision = record.decision.as_mut().expect("a decision");
        decision.policy_digest.clear();
    });
    assert_eq!(none, wrong);
}

#[test]
fn a_decision_names_rules_that_did_not_decide() {
    for rules in [&[][..], &["us.dev.invalid#no-outages-abroad"]] {
        let named = found(&notice(), Some(POLICY), |record| {
            let rules = rules.iter().map(|&rule| rule.to_owned());
            record.decision.as_mut().expect("a decision").rules = rules.collect();
        });
        assert_eq!(named, [("RULES_NAMED", Some(ADDED))], "{rules:?}");
    }
}

#[test]
fn a_gateway_lets_in_what_a_sides_rule_refuses() {
    let of_us = || [real_log().statement(40)];
    let refuse = [("RULES_REFUSE", Some(ADDED))];
    assert_eq!(found(&of_us(), Some(POLICY), |_| ()), refuse);
    assert_eq!(found(&of_us(), None, |_| ()), NOBODY);
    // Whoever claims the floor of yesterday behind that of today is found out twice.
    let yesterday = |record: &mut pb::StatementRecord| {
        record.decision = Some(pb::Decision {
            policy: "floor/4".to_owned(),
            ..pb::Decision::default()
        });
    };
    let [mx] = notice();
    let [us] = of_us();
    let last = Some(ADDED + 1);
    assert_eq!(
        found(&[mx, us], Some(POLICY), yesterday),
        [("RULES_WENT_BACK", last), ("RULES_REFUSE", last)]
    );
}

#[test]
fn a_record_says_of_persons_what_is_not_so() {
    // It has no content at all.
    let bare = [real_log().statement(45)];
    let named = found(&bare, None, |record| record.nominal = true);
    assert_eq!(named, [("NOMINAL", Some(ADDED))]);
}

/// The message of the case, by the side that its number says.
fn in_case(
    number: u8,
    kind: pb::MessageType,
    to: &str,
    change: impl FnOnce(&mut pb::Statement),
) -> Signed {
    real_log().statement_with(number, |statement| {
        statement.r#type = kind.into();
        statement.notice_kind = 0;
        "US-CBPLAX-2026-000123B".clone_into(&mut statement.alert_id);
        statement.alert_version = 1;
        to.clone_into(&mut statement.recipients[0].name);
        change(statement);
    })
}

/// The United States' alert to customs, and the request to pass it on to the tax administration.
fn asked() -> Vec<Signed> {
    use pb::MessageType as T;
    let alert = in_case(40, T::Alert, ANAM, |alert| {
        alert.precedence = pb::Precedence::P4.into();
        alert.commodities = vec![pb::CommodityClass::IllicitFuel.into()];
        alert.protected_bag = pb::ProtectedBag::None.into();
        alert.authority = pb::AuthorityCode::CustomsAgreement.into();
    });
    let request = in_case(
        41,
        T::DisseminationRequest,
        "us.dev.invalid/cbp",
        |request| {
            request.refers_to = alert.message_id.as_bytes().to_vec();
            request.authority = pb::AuthorityCode::CustomsAgreement.into();
            request.release_to = vec![SAT.to_owned()];
        },
    );
    vec![alert, request]
}

/// The originator's word on it, entry [`GRANTED`].
fn granted(request: &Signed) -> Signed {
    in_case(48, pb::MessageType::DisseminationDecision, ANAM, |word| {
        word.refers_to = request.message_id.as_bytes().to_vec();
        word.dissemination = pb::DisseminationVerdict::Granted.into();
        word.release_to = vec![SAT.to_owned()];
    })
}

const GRANTED: u64 = ADDED + 2;

/// Customs speaks of it to the tax administration.
fn passed_on(alert: &Signed) -> Signed {
    in_case(43, pb::MessageType::Comment, SAT, |comment| {
        comment.refers_to = alert.message_id.as_bytes().to_vec();
    })
}

#[test]
fn what_is_anothers_is_passed_on_without_its_word() {
    let without = |lie: fn(&mut pb::StatementRecord)| {
        let mut said = asked();
        let on = passed_on(&said[0]);
        said.push(on);
        found(&said, None, lie)
    };
    let refuse = [("RULES_REFUSE", Some(ADDED + 2))];
    assert_eq!(without(|_| ()), refuse);
    let invented = without(|record| {
        record.onward = vec![pb::Onward {
            agency: SAT.to_owned(),
            released_by: ADDED,
        }];
    });
    assert_eq!(invented, refuse);
}

#[test]
fn by_whose_word_it_was_passed_on_follows_from_the_case() {
    let with = |by: Option<u64>| {
        let mut said = asked();
        let (word, on) = (granted(&said[1]), passed_on(&said[0]));
        said.extend([word, on]);
        found(&said, None, |record| {
            let agency = SAT.to_owned();
            let onward = by.map(|released_by| pb::Onward {
                agency,
                released_by,
            });
            record.onward = onward.into_iter().collect();
        })
    };
    let wrong = [("ONWARD", Some(ADDED + 3))];
    assert_eq!(with(Some(GRANTED)), NOBODY);
    assert_eq!(with(None), wrong);
    assert_eq!(with(Some(ADDED)), wrong);
}
