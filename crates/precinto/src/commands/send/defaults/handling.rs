//! How a message about a case is to be handled where its draft does not say: as what it is about.
//!
//! An amendment is the alert again, so it keeps the whole block of the newest version. Whatever else is said about a case may quote
//! it, so it keeps the marks, the release, what it may be used for and who must not learn of it: of the message that it is about and
//! of the newest version whatever is stricter ([`merge`]). What is typed stands, key by key, an empty list or `false` as well.
//!
//! Two things do not follow. That something is criminal intelligence, or an extract without names, is said of one text and not of
//! those about it. And a release narrows nobody's right to hear that an alert was taken back.

use super::T;
use crate::draft::{find_field, statement_descriptor};
use merge::merged;
pub(super) use merge::{Lands, Said};
use precinto_alert::code::MessageType;
use prost_reflect::{Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

mod merge;

/// What follows from one message to the next.
const FOLLOWS: [&str; 7] = [
    merge::MARKS,
    RELEASES,
    merge::USE_CODE,
    merge::EVIDENCE,
    merge::DERIVATIVE,
    "do_not_alert_subject",
    "do_not_contact_carrier",
];

const RELEASES: &str = merge::RELEASES;
const INTELLIGENCE: &str = "criminal_intelligence";
const REVIEW: &str = "review_by_ms";

/// Whether something of the block may be left for others to say.
pub(super) fn leaves_open(kind: MessageType, draft: &Value) -> bool {
    match draft.get("handling") {
        Some(Value::Object(typed)) => block().fields().any(|field| {
            let name = field.name();
            follows(kind, name, typed) && typed_as(typed, name).is_none()
        }),
        // What is no object the rules refuse.
        Some(_) => false,
        None => true,
    }
}

/// Adds what is not typed, from what the message is about and then the newest version; the names of what was added.
pub(super) fn follow(
    kind: MessageType,
    fields: &mut Map<String, Value>,
    sources: Vec<Said>,
    lands: &Lands<'_>,
) -> Vec<String> {
    let said = if kind == T::Amend {
        sources
            .into_iter()
            .next_back()
            .map(|newest| newest.handling)
    } else {
        merged(sources, lands)
    };
    let typed = fields.entry("handling").or_insert_with(|| json!({}));
    let Value::Object(typed) = typed else {
        return Vec::new();
    };
    let mut added = Vec::new();
    for (name, value) in said.unwrap_or_default() {
        if typed_as(typed, &name).is_some() || !follows(kind, &name, typed) {
            continue;
        }
        added.push(name.clone());
        drop(typed.insert(name, value));
    }
    // Nothing is left behind of a block that nobody wrote: the rules say what an empty one lacks.
    if typed.is_empty() {
        drop(fields.remove("handling"));
    }
    added
}

fn follows(kind: MessageType, name: &str, typed: &Map<String, Value>) -> bool {
    match kind {
        // A review date stands with criminal intelligence only, so whoever types that it is none types both.
        T::Amend => name != REVIEW || typed_as(typed, INTELLIGENCE) != Some(&Value::Bool(false)),
        T::Cancel | T::Recall => name != RELEASES && FOLLOWS.contains(&name),
        _ => FOLLOWS.contains(&name),
    }
}

/// What is typed of a field, under any of the spellings that a draft may use.
fn typed_as<'a>(typed: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let block = block();
    let mut all = typed.iter();
    let is = |key: &str| find_field(&block, key).is_some_and(|field| field.name() == name);
    all.find(|(key, _)| is(key)).map(|(_, value)| value)
}

/// The contract's handling block.
fn block() -> MessageDescriptor {
    let handling = statement_descriptor().get_field_by_name("handling");
    match handling.map(|field| field.kind()) {
        Some(Kind::Message(block)) => block,
        _ => unreachable!("the contract has a handling block"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_alert::code::Coded as _;
    use std::collections::BTreeSet;

    /// Every field of the block, none at its default.
    fn whole() -> Map<String, Value> {
        let block = json!({
            "tlp": "AMBER", "marks": ["US:LES"], "releasable_to": ["MX", "US"], "use_code": "H1",
            "evidence_use": "ASK", "derivative_use": "FORBIDDEN", "criminal_intelligence": true,
            "review_by_ms": 1_800_000_000_000_u64, "do_not_alert_subject": true,
            "do_not_contact_carrier": true, "tear_line": true,
        });
        let Value::Object(block) = block else {
            unreachable!("an object was written");
        };
        let block_of_contract = super::block();
        let fields = block_of_contract.fields();
        let names: Vec<String> = fields.map(|field| field.name().to_owned()).collect();
        assert!(names.iter().all(|name| block.contains_key(name)));
        block
    }

    /// The handling of a draft once it follows a message of CBP.
    fn followed(kind: MessageType, typed: Option<Value>, handling: &Map<String, Value>) -> Value {
        let mut fields = Map::new();
        if let Some(typed) = typed {
            drop(fields.insert("handling".to_owned(), typed));
        }
        let said = Said {
            handling: handling.clone(),
            author: "us.dev.invalid/cbp".parse().unwrap(),
        };
        let author = said.author.clone();
        let lands = Lands {
            originator: Some(&author),
            country: "US",
        };
        let before = fields.get("handling").cloned().unwrap_or(json!({}));
        let added = follow(kind, &mut fields, vec![said], &lands);
        let after = fields.remove("handling").unwrap_or(Value::Null);
        let grown = after.as_object().map_or(0, Map::len);
        assert_eq!(
            before.as_object().map_or(0, Map::len) + added.len(),
            grown,
            "what was added is named"
        );
        after
    }

    #[test]
    fn an_amendment_keeps_every_field_that_nobody_types() {
        let whole = whole();
        let kept = Value::Object(whole.clone());
        assert_eq!(followed(T::Amend, None, &whole), kept);
        assert_eq!(followed(T::Amend, Some(json!({})), &whole), kept);
        for (name, _) in &whole {
            let mut expected = whole.clone();
            drop(expected.insert(name.clone(), json!("TYPED")));
            let typed = json!({ name.as_str(): "TYPED" });
            let said = followed(T::Amend, Some(typed), &whole);
            assert_eq!(said, Value::Object(expected), "{name}");
        }
    }

    #[test]
    fn what_is_typed_as_nothing_is_typed() {
        let whole = whole();
        let typed =
            json!({ "marks": [], "do_not_alert_subject": false, "criminal_intelligence": false });
        let said = followed(T::Amend, Some(typed), &whole);
        assert_eq!(said["marks"], json!([]));
        assert_eq!(said["do_not_alert_subject"], false);
        assert!(said.get("review_by_ms").is_none(), "{said}");
        let said = followed(T::Amend, Some(json!({ "review_by": "+30d" })), &whole);
        assert!(said.get("review_by_ms").is_none(), "{said}");
        assert_eq!(said["review_by"], "+30d");
        assert_eq!(said["criminal_intelligence"], true);
    }

    #[test]
    fn a_follow_up_keeps_what_limits_its_use_and_no_more() {
        let whole = whole();
        let said = followed(T::Comment, None, &whole);
        let names: BTreeSet<&str> = said
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(names, BTreeSet::from(FOLLOWS));
        // Who must hear that it is void was perhaps told before the release was narrowed.
        for kind in [T::Cancel, T::Recall] {
            let said = followed(kind, None, &whole);
            assert!(
                said.get("releasable_to").is_none() && said.get("marks").is_some(),
                "{said}"
            );
        }
        assert_eq!(followed(T::Comment, None, &Map::new()), Value::Null);
    }

    #[test]
    fn whoever_limited_a_release_can_be_answered() {
        let released = |to: Value, kind| {
            let mut said = Map::new();
            drop(said.insert("releasable_to".to_owned(), to));
            followed(kind, None, &said)["releasable_to"].clone()
        };
        let anam = json!(["mx.dev.invalid/anam"]);
        let both = json!(["mx.dev.invalid/anam", "us.dev.invalid/cbp"]);
        assert_eq!(released(anam.clone(), T::Rfi), both);
        assert_eq!(released(both.clone(), T::Rfi), both);
        assert_eq!(released(json!(["MX", "US"]), T::Rfi), json!(["MX", "US"]));
        // The author's own amendment says what the author said.
        assert_eq!(released(anam.clone(), T::Amend), anam);
    }

    #[test]
    fn a_field_is_typed_under_every_spelling() {
        let whole = whole();
        let typed =
            json!({ "releasableTo": ["US"], "criminalIntelligence": false, "evidenceUse": "ASK" });
        for kind in [T::Comment, T::Amend] {
            let said = followed(kind, Some(typed.clone()), &whole);
            assert_eq!(said["releasableTo"], json!(["US"]));
            let twice = ["releasable_to", INTELLIGENCE, REVIEW, "evidence_use"];
            assert!(twice.iter().all(|name| said.get(name).is_none()), "{said}");
            let draft = json!({ "type": kind.name(), "handling": said });
            let read = crate::draft::Draft::read(&draft, 1_795_357_449_000).unwrap_err();
            // Only what a draft is for, and nothing that would stand twice.
            assert!(
                read.problems
                    .iter()
                    .all(|problem| problem.starts_with("to")),
                "{read}"
            );
        }
    }

    #[test]
    fn a_block_is_open_until_all_that_follows_is_typed() {
        let typed = |names: &[&str]| {
            let mut some = whole();
            some.retain(|name, _| names.contains(&name.as_str()));
            json!({ "handling": some })
        };
        for kind in [T::Amend, T::Comment, T::Recall] {
            assert!(leaves_open(kind, &json!({})));
            assert!(leaves_open(kind, &typed(&["tlp"])));
            assert!(!leaves_open(kind, &json!({ "handling": whole() })));
            assert!(!leaves_open(kind, &json!({ "handling": "AMBER" })));
        }
        assert!(!leaves_open(T::Comment, &typed(&FOLLOWS)));
        // An amendment keeps the rest as well: all of it has to be typed.
        assert!(leaves_open(T::Amend, &typed(&FOLLOWS)));
        for (name, _) in &whole() {
            let mut some = whole();
            drop(some.remove(name));
            assert!(
                leaves_open(T::Amend, &json!({ "handling": some })),
                "{name}"
            );
        }
    }
}
