//! Who is involved: a name, where to find it, how to reach it, and how far it may be told.

use super::parts::Parts;
use super::{array, minute, names, plainly, text_of, texts_of};
use crate::output::Lang;
use precinto_alert::code::{Confidence, PartyRole, TaxIdKind};
use precinto_alert::country;
use serde_json::Value;

/// Who somebody is, where, how to reach them, and to whom they may be named.
pub(super) fn party(party: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(party, lang);
    parts.flag(("not stated", "sin indicar"), "not_stated");
    parts.plain(&["name"]);
    let others = texts_of(party, "also_known_as").join(", ");
    parts.behind(
        ("also", "también"),
        Some(others).filter(|all| !all.is_empty()),
    );
    parts.say(party.get("address").map(|one| address(one, lang)));
    parts.say([texts_of(party, "phones").join(", ")]);
    parts.say([texts_of(party, "emails").join(", ")]);
    parts.say(array(party, "tax_ids").map(|one| tax_id(one, lang)));
    parts.say(party.get("account").map(|one| account(one, lang)));
    parts.every(("IP", "IP"), "ip_addresses");
    parts.flag(("known consignor", "expedidor conocido"), "known_consignor");
    parts.coded::<Confidence>(("role:", "papel:"), "role_confidence");
    let release = texts_of(party, "releasable_to");
    let release = (!release.is_empty()).then(|| names(release));
    parts.behind(("releasable only to", "puede darse solo a"), release);
    parts.behind(
        ("to be deleted by", "suprimir antes de"),
        moment(party, "retain_until_ms"),
    );
    let mut whole = Parts::of(party, lang);
    whole.code::<PartyRole>("role");
    whole.say([parts.with_semicolons()]);
    whole.with_colon()
}

fn address(one: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(one, lang);
    parts.say(texts_of(one, "lines"));
    parts.plain(&["city", "subdivision", "postal_code"]);
    parts.say(text_of(one, "country").map(|code| country_of(&code, lang)));
    parts.with_commas()
}

/// `Hong Kong (HK)`.
fn country_of(code: &str, lang: Lang) -> String {
    let name = country::label(code, lang.texts());
    name.map_or_else(|| code.to_owned(), |name| format!("{name} ({code})"))
}

fn tax_id(one: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(one, lang);
    let kind = text_of(one, "kind").map(|kind| plainly::<TaxIdKind>(&kind, lang));
    let number = text_of(one, "number");
    parts.say([kind.into_iter().chain(number).collect::<Vec<_>>().join(" ")]);
    parts.flag(
        ("written so on the document", "así en el documento"),
        "verbatim",
    );
    parts.with_commas()
}

fn account(one: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(one, lang);
    parts
        .plain(&["number"])
        .named(("with", "con"), "issuer")
        .behind(("since", "desde"), moment(one, "opened_ms"))
        .named(
            ("shipments in a year:", "envíos en un año:"),
            "uses_last_year",
        )
        .named(("billed", "se factura"), "billing");
    format!("{} {}", lang.pick("account", "cuenta"), parts.with_commas())
}

/// A moment to the minute.
pub(super) fn moment(one: &Value, field: &str) -> Option<String> {
    one.get(field).and_then(Value::as_u64).map(minute)
}
