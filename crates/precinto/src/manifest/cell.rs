//! What one cell says: whether anything at all, and in how many ways it can be read.

use super::column::AWB_SERIAL_DIGITS;
use precinto_alert::check_digit::{self, CheckError};
use precinto_alert::limits::LINE_CHARS_MAX;
use precinto_alert::lookup::{Identifier, Kind, guesses};

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

/// Kinds of which a text that is not written like one is odd; a tax number may be any country's.
pub(super) const FORMED: [Kind; 7] = [
    Kind::Waybill,
    Kind::S10,
    Kind::Receptacle,
    Kind::Dispatch,
    Kind::Uld,
    Kind::Container,
    Kind::Cas,
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
/// in groups (`RB 123 456 785 GB`, `MSCU 123456 5`, `865 4829 1176`) has a shorter one among them.
const ALONE: (usize, usize) = (5, 8);

fn stands_alone(text: &str) -> bool {
    let count = |is: fn(char) -> bool| text.chars().filter(|letter| is(*letter)).count();
    count(|one| one.is_ascii_digit()) >= ALONE.0 && count(char::is_alphanumeric) >= ALONE.1
}

/// `865-48291176 865-48291180`: blanks divide it only when each word could be a number by itself.
fn several_numbers(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.clone().nth(1).is_some() && words.all(stands_alone)
}

/// The numbers among the words of a text that no separator divides, each word that stands alone and each group of words with
/// digits: of `AWB: 865-48291176 (consol)` the one, of `AWB 865 4829 1176` the three together. Never the text itself.
pub(super) fn numbers_among(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| letter.is_whitespace() || BESIDE.contains(&letter));
    let words = words.map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let digits = |word: &&str| word.bytes().any(|byte| byte.is_ascii_digit());
    let groups = words
        .split(|word| !digits(word))
        .map(|group| group.join(" "));
    let single = words.iter().map(|word| (*word).to_owned());
    let mut found: Vec<String> = groups
        .chain(single)
        .filter(|number| stands_alone(number))
        .chain(with_letters(&words))
        .filter(|number| number != text)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Identifiers that have letters of their own before or behind their digits, where blanks stand between: of `paquete LX 473 124
/// 829 US` the postal item. Only what has such a form in full; every word is a neighbour of some number.
fn with_letters(words: &[&str]) -> Vec<String> {
    let digits = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = words.iter().skip(from).position(|word| digits(word)) {
        let start = from + start;
        let group = words.iter().skip(start).take_while(|word| digits(word));
        let end = start + group.count();
        let befores = [start, start.saturating_sub(1)];
        for (before, after) in befores
            .iter()
            .flat_map(|one| [(*one, end), (*one, end + 1)])
        {
            let joined = words.get(before..after).unwrap_or_default().join(" ");
            let kinds = [Kind::S10, Kind::Container, Kind::Uld];
            if (before, after) != (start, end) && !of_form(&joined, &kinds).is_empty() {
                found.push(joined);
            }
        }
        from = end;
    }
    found
}

/// What stands beside a number and in none.
const BESIDE: [char; 8] = ['(', ')', '[', ']', ':', '#', '=', '"'];

/// `8.65483E+10`: what a spreadsheet makes of a long number.
pub(super) fn rounded(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    upper.split_once("E+").is_some_and(|(number, power)| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits(&number.replace(['.', ','], "")) && digits(power)
    })
}

/// An air waybill whose leading zeros a spreadsheet has taken away; nine or ten digits are left of eleven.
fn zeros_restored(text: &str, kinds: &[Kind]) -> Option<Identifier> {
    let short = (AWB_SERIAL_DIGITS + 1..AWB_SERIAL_DIGITS + 3).contains(&text.len());
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let may_be = kinds.contains(&Kind::Waybill) && short && digits;
    may_be
        .then(|| Identifier::new(Kind::Waybill, &format!("{text:0>11}")))
        .flatten()
}

/// What a text with separators in it is if it is one value. No form is asked for in a named column: a wrong reading
/// finds nothing.
pub(super) fn as_whole(whole: &str, cell: &str, kinds: &[Kind]) -> Vec<Identifier> {
    if !kinds.is_empty() {
        let read = kinds.iter().map(|kind| Identifier::new(*kind, whole));
        return read.flatten().collect();
    }
    let mut found = guesses(whole);
    found.retain(|one| whole == cell || one.kind() != Kind::Party);
    found
}

/// What a text is if it is written like one of these kinds.
pub(super) fn of_form(text: &str, kinds: &[Kind]) -> Vec<Identifier> {
    let mut found = guesses(text);
    found.retain(|one| kinds.contains(&one.kind()));
    found.extend(zeros_restored(text, kinds));
    found
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
