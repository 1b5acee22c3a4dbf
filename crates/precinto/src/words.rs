//! Messages in words: what is coded or nested, as a person reads it, in English or in Spanish.
//!
//! One place for all commands that show messages, so that a delivery, a case and a list call the same thing by the same
//! name. Foreign text goes through `printable` here.

mod content;
mod finding;
#[cfg(test)]
mod glossary;
mod goods;
mod late;
mod says;
mod sheet;
mod stand;
mod when;

pub(crate) use content::{Rows, of_alert, of_reply};
pub(crate) use finding::Finding;
pub(crate) use goods::shipments;
pub(crate) use late::{late, late_json};
pub(crate) use says::{handling, headline, labels, names, recipient, says, signer};
pub(crate) use sheet::Sheet;
pub(crate) use stand::{Stand, expired, level_marks, part_in_short, part_state, standing};
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

/// An amount with its unit.
fn quantity(value: &Value) -> Option<String> {
    let amount = text_of(value, "value")?;
    let unit = text_of(value, "unit").unwrap_or_default();
    Some(format!("{amount} {unit}").trim_end().to_owned())
}
