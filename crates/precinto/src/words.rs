//! Messages in words: what is coded or nested, as a person reads it, in English or in Spanish.
//!
//! One place for all commands that show messages, so that a delivery, a case and a list call the same thing by the same
//! name. Foreign text goes through `printable` here.

mod content;
mod finding;
#[cfg(test)]
mod glossary;
mod late;
mod parts;
mod party;
mod route;
mod says;
mod sheet;
mod shipment;
mod stand;
mod subject;
mod suspicion;
mod terms;
mod when;

pub(crate) use content::{Rows, of_alert, of_reply};
pub(crate) use finding::Finding;
pub(crate) use late::{late, late_json};
pub(crate) use says::{handling, headline, labels, names, recipient, says, signer};
pub(crate) use sheet::Sheet;
pub(crate) use shipment::shipments;
pub(crate) use stand::{Stand, expired, level_marks, part_in_short, part_state, standing};
pub(crate) use terms::{terms, terms_of_reply, version};
use when::clock_time;
pub(crate) use when::{left, minute, span};

use crate::output::{Lang, printable};
use precinto_alert::code::Coded;
use serde_json::Value;

/// The name of a row, in English and in Spanish.
pub(crate) type Label = (&'static str, &'static str);

/// The code of this name with its label; the name alone when the table does not have it.
fn labelled<C: Coded>(name: &str, lang: Lang) -> String {
    C::from_name(name).map_or_else(
        || printable(name),
        |code| format!("{} ({name})", code.label(lang.texts())),
    )
}

/// A text, or a number, of an object.
fn text_of(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::String(text) => Some(printable(text)).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The words of a text that names its language.
fn words_of(value: &Value, name: &str) -> Option<String> {
    text_of(value.get(name)?, "text")
}

fn array<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// The texts of a list of texts.
fn texts_of(value: &Value, name: &str) -> Vec<String> {
    let texts = array(value, name).filter_map(Value::as_str);
    texts.map(printable).collect()
}

/// The label of a code alone, where nobody needs the code.
fn plainly<C: Coded>(name: &str, lang: Lang) -> String {
    C::from_name(name).map_or_else(
        || printable(name),
        |code| code.label(lang.texts()).to_owned(),
    )
}

/// An amount with its unit: the code of the papers, but where nobody has seen that code on any.
fn quantity(value: &Value, lang: Lang) -> Option<String> {
    let amount = text_of(value, "value")?;
    let unit = text_of(value, "unit").unwrap_or_default();
    Some(match unit.as_str() {
        "H87" => counted(&amount, ("piece", "pieza"), ("pieces", "piezas"), lang),
        "CEL" => format!("{amount} °C"),
        "FAH" => format!("{amount} °F"),
        _ => format!("{amount} {unit}").trim_end().to_owned(),
    })
}

/// So many of something.
fn counted(count: &str, one: Label, many: Label, lang: Lang) -> String {
    let (en, es) = if count == "1" { one } else { many };
    format!("{count} {}", lang.pick(en, es))
}

/// Whether a text is in the reader's language.
fn speaks(text: &Value, lang: Lang) -> bool {
    text_of(text, "language").is_some_and(|language| language.starts_with(lang.pick("en", "es")))
}
