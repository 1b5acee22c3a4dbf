//! How a message about a case is to be handled where its draft does not say: as what it is about.
//!
//! An amendment is the alert again, so it keeps the whole block of the newest version. Whatever else is said about a case may quote
//! it, so it keeps the marks, the release, what it may be used for and who must not learn of it: first of the message it is about,
//! then of the newest version. What is typed stands, key by key, an empty list or `false` as well.
//!
//! Two things do not follow. That something is criminal intelligence, or an extract without names, is said of one text and not of
//! those about it. And a release narrows nobody's right to hear that an alert was taken back.

use super::T;
use precinto_alert::code::MessageType;
use precinto_alert::id::{AgencyId, AlertId};
use serde_json::{Map, Value, json};

/// What follows from one message to the next.
const FOLLOWS: [&str; 7] = [
    "marks",
    RELEASES,
    "use_code",
    "evidence_use",
    "derivative_use",
    "do_not_alert_subject",
    "do_not_contact_carrier",
];

const RELEASES: &str = "releasable_to";
const INTELLIGENCE: &str = "criminal_intelligence";
const REVIEW: &str = "review_by_ms";

/// The handling of a message, as its JSON says it, and who wrote it.
pub(super) struct Said<'a> {
    pub(super) handling: &'a Map<String, Value>,
    pub(super) author: &'a AgencyId,
    /// The author's country, where it is known.
    pub(super) country: Option<&'a str>,
}

/// Whether something of the block may be left for others to say.
pub(super) fn leaves_open(draft: &Value) -> bool {
    match draft.get("handling") {
        Some(Value::Object(typed)) => FOLLOWS.iter().any(|name| !is_typed(typed, name)),
        // What is no object the rules refuse.
        Some(_) => false,
        None => true,
    }
}

/// Adds what is not typed; the names of what was added.
pub(super) fn follow(
    kind: MessageType,
    fields: &mut Map<String, Value>,
    said: &Said<'_>,
) -> Vec<String> {
    let typed = fields.entry("handling").or_insert_with(|| json!({}));
    let Value::Object(typed) = typed else {
        return Vec::new();
    };
    let mut added = Vec::new();
    for (name, value) in said.handling {
        if is_typed(typed, name) || !follows(kind, name, typed) {
            continue;
        }
        let value = if name == RELEASES && kind != T::Amend {
            with_author(value, said)
        } else {
            value.clone()
        };
        drop(typed.insert(name.clone(), value));
        added.push(name.clone());
    }
    // Nothing is left behind of a block that nobody wrote: the rules say what an empty one lacks.
    if typed.is_empty() {
        drop(fields.remove("handling"));
    }
    added
}

/// The country of whoever wrote a message: an alert's id says it of its originator.
pub(super) fn country_of<'a>(
    author: &AgencyId,
    originator: Option<&AgencyId>,
    alert: &'a AlertId,
) -> Option<&'a str> {
    (originator == Some(author)).then(|| alert.country())
}

fn follows(kind: MessageType, name: &str, typed: &Map<String, Value>) -> bool {
    match kind {
        // A review date stands with criminal intelligence only, so whoever types that it is none types both.
        T::Amend => name != REVIEW || typed.get(INTELLIGENCE) != Some(&Value::Bool(false)),
        T::Cancel | T::Recall => name != RELEASES && FOLLOWS.contains(&name),
        _ => FOLLOWS.contains(&name),
    }
}

/// Drafts may write a time without its unit.
fn is_typed(typed: &Map<String, Value>, name: &str) -> bool {
    let bare = name.strip_suffix("_ms").unwrap_or(name);
    typed.contains_key(name) || typed.contains_key(bare)
}

/// Whoever limited a release wrote what it covers, and may be answered.
fn with_author(releases: &Value, said: &Said<'_>) -> Value {
    let Value::Array(releases) = releases else {
        return releases.clone();
    };
    let mut releases = releases.clone();
    let author = said.author.to_string();
    let covers = |release: &Value| {
        let release = release.as_str();
        release == Some(author.as_str()) || (release.is_some() && release == said.country)
    };
    if !releases.is_empty() && !releases.iter().any(covers) {
        releases.push(json!(author));
    }
    Value::Array(releases)
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let fields = crate::draft::statement_descriptor();
        let fields = fields.get_field_by_name("handling").unwrap().kind();
        let fields = fields.as_message().unwrap().fields();
        let names: Vec<String> = fields.map(|field| field.name().to_owned()).collect();
        assert!(names.iter().all(|name| block.contains_key(name)));
        block
    }

    /// The handling of a draft once it follows a message of CBP.
    fn followed(kind: MessageType, typed: Option<Value>, handling: &Map<String, Value>) -> Value {
        let author: AgencyId = "us.dev.invalid/cbp".parse().unwrap();
        let mut fields = Map::new();
        if let Some(typed) = typed {
            drop(fields.insert("handling".to_owned(), typed));
        }
        let said = Said {
            handling,
            author: &author,
            country: Some("US"),
        };
        let before = fields.get("handling").cloned().unwrap_or(json!({}));
        let added = follow(kind, &mut fields, &said);
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
    fn a_block_is_open_until_all_of_it_is_typed() {
        assert!(leaves_open(&json!({})));
        assert!(leaves_open(&json!({ "handling": { "tlp": "AMBER" } })));
        assert!(!leaves_open(&json!({ "handling": whole() })));
        assert!(!leaves_open(&json!({ "handling": "AMBER" })));
    }
}
