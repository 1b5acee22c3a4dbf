//! What a rule may ask about, as Cedar's schema: our own text, and the coded vocabularies from the tables of the protocol.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use cedar_policy::Schema;
use precinto_alert::code::{
    AuthorityCode, Coded, CommodityClass, Family, MessageStatus, MessageType, Precedence,
    ProtectedBag, Tlp, UseCode,
};

/// The vocabularies, as the schema calls them.
pub(crate) const CODES: [(&str, &Family); 8] = [
    ("MessageType", MessageType::FAMILY),
    ("MessageStatus", MessageStatus::FAMILY),
    ("Precedence", Precedence::FAMILY),
    ("Tlp", Tlp::FAMILY),
    ("CommodityClass", CommodityClass::FAMILY),
    ("UseCode", UseCode::FAMILY),
    ("AuthorityCode", AuthorityCode::FAMILY),
    ("ProtectedBag", ProtectedBag::FAMILY),
];

/// What does not hang on the vocabularies.
const SCHEMA_TEXT: &str = include_str!("policy.cedarschema");

/// The schema that every policy is checked against, and every question.
pub(crate) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let (schema, _) = Schema::from_cedarschema_str(&schema()).expect("the schema is compiled in");
    schema
});

/// The schema as text, for whoever writes a policy and for editors that know Cedar.
pub fn schema() -> String {
    let mut text = SCHEMA_TEXT.to_owned();
    text.push_str("\n// The coded vocabularies: `precinto explain NAME` says what a code means.\n");
    for (name, family) in CODES {
        let codes: Vec<String> = family
            .rows()
            .map(|row| format!("\"{}\"", family.name_of(row)))
            .collect();
        let codes = codes.join(", ");
        writeln!(text, "entity {name} enum [{codes}];").expect("a String takes all that fits");
    }
    text
}

/// Each attribute of the schema, with a question mark if it may be missing, and its type; the words of a question as well.
fn attributes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = SCHEMA_TEXT.lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    let pairs = lines.filter_map(|line| line.split_once(':'));
    let pairs = pairs.map(|(name, of)| (name.trim(), of.trim().trim_end_matches(',')));
    pairs.chain([("action", "Action")])
}

/// Of what type that is which a word stands for, alone or behind a point. No two attributes of one name differ in it.
pub(crate) static TYPES: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let all = attributes();
    all.map(|(name, of)| (name.trim_end_matches('?'), of))
        .collect()
});

/// What may stand behind `resource has`.
pub(crate) static OPTIONAL: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let optional = attributes().filter_map(|(name, _)| name.strip_suffix('?'));
    optional.collect()
});
