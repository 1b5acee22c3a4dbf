//! What a rule may ask about, as Cedar's schema: our own text, and the coded vocabularies from the tables of the protocol.

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

/// The schema that every policy is checked against, and every question.
pub(crate) static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let (schema, _) = Schema::from_cedarschema_str(&schema()).expect("the schema is compiled in");
    schema
});

/// The schema as text, for whoever writes a policy and for editors that know Cedar.
pub fn schema() -> String {
    let mut text = include_str!("policy.cedarschema").to_owned();
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
