//! What one cell says: whether anything at all, and in how many ways it can be read.

use super::column::AWB_SERIAL_DIGITS;
use precinto_alert::check_digit::{self, CheckError};
use precinto_alert::limits::LINE_CHARS_MAX;
use precinto_alert::lookup::{Identifier, Kind};

/// What stands between several values of one cell. What stands further behind is the likelier to be a part of a value: a
/// house waybill may have a slash in it, and none has a semicolon.
const SEPARATORS: [&[char]; 3] = [&[';', '\n', '\r', '\t'], &[',', '|'], &['/']];

/// The ways in which people fill a cell that has nothing to say, as the normal form of names writes them.
const NOTHING: [&str; 10] = [
    "NA",
    "N A",
    "S N",
    "SN",
    "NONE",
    "NIL",
    "NULL",
    "NINGUNO",
    "SIN DATO",
    "NO APLICA",
];

/// Blank, nothing but punctuation, or one of [`NOTHING`]. A long text always says something.
pub(super) fn says_nothing(text: &str) -> bool {
    if !text.chars().any(char::is_alphanumeric) {
        return true;
    }
    let bare = Identifier::new(Kind::Party, text);
    bare.is_some_and(|bare| NOTHING.contains(&bare.value()))
}

/// No identifier is longer; nothing is looked for that is.
pub(super) fn too_long(text: &str) -> bool {
    text.chars().count() > LINE_CHARS_MAX
}

/// A text with separators in it, and what stands between them.
pub(super) struct Readings<'a> {
    /// What has separators in it and could be one value all the same: the whole text first. Empty for a text without any.
    pub(super) wholes: Vec<&'a str>,
    /// What no separator divides any more.
    pub(super) parts: Vec<&'a str>,
}

/// Divides a text at the separators of each level in turn, and at blanks where they stand between numbers; each piece of each level is a reading of its own, so that
/// `AB/12, AB/13` is read as both numbers, too. What says nothing is left out.
pub(super) fn readings(text: &str) -> Readings<'_> {
    let mut wholes = Vec::new();
    let mut parts = vec![text.trim()];
    for separators in SEPARATORS {
        let mut finer = Vec::new();
        for part in parts {
            if part.contains(separators) {
                wholes.push(part);
            }
            let pieces = part.split(separators).map(str::trim);
            finer.extend(pieces.filter(|piece| !says_nothing(piece)));
        }
        parts = finer;
    }
    let mut words = Vec::new();
    for part in parts {
        if several_numbers(part) {
            wholes.push(part);
            words.extend(part.split_whitespace());
        } else {
            words.push(part);
        }
    }
    Readings {
        wholes,
        parts: words,
    }
}

/// Digits, and letters or digits, that a number has at least which stands between blanks by itself. A number that is written
/// in groups (`RB 123 456 785 GB`, `MSCU 123456 5`, `865 48291176`) has a shorter one among them.
const ALONE: (usize, usize) = (5, 8);

/// `865-48291176 865-48291180`: blanks divide it only when each word could be a number by itself.
fn several_numbers(text: &str) -> bool {
    let stands_alone = |word: &str| {
        let count = |is: fn(char) -> bool| word.chars().filter(|letter| is(*letter)).count();
        count(|one| one.is_ascii_digit()) >= ALONE.0 && count(char::is_alphanumeric) >= ALONE.1
    };
    let mut words = text.split_whitespace();
    words.clone().nth(1).is_some() && words.all(stands_alone)
}

/// `8.65483E+10`: what a spreadsheet makes of a long number.
pub(super) fn rounded(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    upper.split_once("E+").is_some_and(|(number, power)| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits(&number.replace(['.', ','], "")) && digits(power)
    })
}

/// An air waybill whose leading zeros a spreadsheet has taken away; nine or ten digits are left of eleven.
pub(super) fn zeros_restored(text: &str, kinds: &[Kind]) -> Option<Identifier> {
    let short = (AWB_SERIAL_DIGITS + 1..AWB_SERIAL_DIGITS + 3).contains(&text.len());
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let may_be = kinds.contains(&Kind::Waybill) && short && digits;
    may_be
        .then(|| Identifier::new(Kind::Waybill, &format!("{text:0>11}")))
        .flatten()
}

/// The check digit that an identifier should have, if it has another.
pub(super) fn wrong_digit(identifier: &Identifier) -> Option<char> {
    let value = identifier.value();
    let checked = match identifier.kind() {
        Kind::Waybill => {
            let (prefix, serial) = value.split_at_checked(3)?;
            check_digit::awb(&format!("{prefix}-{serial}"))
        }
        Kind::S10 => check_digit::s10(value),
        Kind::Container => check_digit::container(value),
        _ => return None,
    };
    match checked {
        Err(CheckError::Digit { expected }) => Some(expected),
        _ => None,
    }
}
