//! What a text could be that a person types, or that stands in a cell of some table: every kind whose form admits it.

use super::normal::code;
use super::{Identifier, Kind};
use crate::limits::LINE_CHARS_MAX;
use crate::waybill::{Form, form, is_shaped};

/// Country codes that people leave out of telephone numbers on the two sides.
const PREFIXES: [&str; 2] = ["1", "52"];
/// Digits of a telephone number without its country's code, on both sides.
const NATIONAL_DIGITS: usize = 10;

/// Everything that `text` could be, in the order of [`Kind::ALL`]; nothing for a text without letters and digits.
///
/// Generous on purpose: a wrong guess finds nothing. Check digits are not asked.
pub fn guesses(text: &str) -> Vec<Identifier> {
    // No identifier is longer, and work on foreign text is bounded.
    if text.len() > LINE_CHARS_MAX * 4 {
        return Vec::new();
    }
    let bare = code(text);
    let kinds = Kind::ALL
        .into_iter()
        .filter(|kind| could_be(*kind, text, &bare));
    let mut found: Vec<Identifier> = kinds
        .filter_map(|kind| Identifier::new(kind, text))
        .collect();
    if is_phone(text) && bare.len() == NATIONAL_DIGITS {
        let whole = PREFIXES.iter().map(|prefix| format!("{prefix}{bare}"));
        found.extend(whole.filter_map(|number| Identifier::new(Kind::Phone, &number)));
    }
    found
}

/// Whether a text with these letters and digits (`bare`) has the form of that kind.
pub(super) fn could_be(kind: Kind, text: &str, bare: &str) -> bool {
    let number = has_digit(bare);
    // House waybills, references and serial numbers may be all letters; several words are a name or a description.
    let word = number || !text.trim().contains(char::is_whitespace);
    match kind {
        Kind::Waybill => form(bare) == Form::Master,
        Kind::HouseWaybill => word && bare.len() <= 35,
        Kind::S10 => form(bare) == Form::Postal,
        Kind::Receptacle => number && bare.len() == 29,
        Kind::Dispatch => number && bare.len() == 20,
        Kind::Courier => number && (8..=40).contains(&bare.len()),
        Kind::Uld => ["AAA9999XX", "AAA99999XX"]
            .iter()
            .any(|form| is_shaped(bare, form)),
        Kind::Container => is_shaped(bare, "AAAA9999999"),
        Kind::Reference | Kind::Serial => word && !text.contains('@'),
        Kind::Seal | Kind::Account => number,
        Kind::Trace => bare.strip_prefix('T').is_some_and(is_number),
        Kind::Cas => is_number(bare) && (5..=10).contains(&bare.len()),
        Kind::Party => bare.chars().any(char::is_alphabetic) && !text.contains('@'),
        Kind::TaxId => number && [9, 12, 13, 18].contains(&bare.chars().count()),
        Kind::Phone => is_phone(text),
        Kind::Email => text.contains('@'),
        Kind::Plate => number && bare.len() <= 15,
        // Two letters, a node's code of two to ten, four and six digits, the check character.
        Kind::AlertId => {
            (15..=23).contains(&bare.len()) && is_shaped(bare.get(..2).unwrap_or(""), "AA")
        }
    }
}

fn has_digit(bare: &str) -> bool {
    bare.bytes().any(|b| b.is_ascii_digit())
}

fn is_number(bare: &str) -> bool {
    !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit())
}

/// As people write telephone numbers: ten to fifteen digits, and nothing else but what stands between them.
fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (NATIONAL_DIGITS..=15).contains(&digits)
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-.()/".contains(c))
}
