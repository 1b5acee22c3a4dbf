//! One normal form for what people and labels write differently.

use super::Kind;
use crate::limits::LINE_CHARS_MAX;

/// The normal form of a text of this kind; `None` when nothing is left, or when it is too long to be one.
pub(super) fn of(kind: Kind, text: &str) -> Option<String> {
    if text.len() > LINE_CHARS_MAX * 4 || text.chars().count() > LINE_CHARS_MAX {
        return None;
    }
    let value = match kind {
        Kind::Party => name(text),
        Kind::Phone => text.chars().filter(char::is_ascii_digit).collect(),
        Kind::Email => capitals(text, |c| !c.is_whitespace()),
        _ => code(text),
    };
    Some(value).filter(|value| !value.is_empty())
}

/// Capitals and digits alone. The ampersand stays: it is a letter of the Mexican RFC.
pub(super) fn code(text: &str) -> String {
    capitals(text, |c| c.is_alphanumeric() || c == '&')
}

/// Capitals first: one letter may become several, not all of which are letters.
fn capitals(text: &str, keep: fn(char) -> bool) -> String {
    let capitals = text.chars().flat_map(char::to_uppercase);
    capitals.filter(|c| keep(*c)).collect()
}

/// A name: capitals without accents, words with single blanks between them. Dots and apostrophes go without a trace, so that
/// `S.A. de C.V.` is `SA DE CV`; any other punctuation separates words.
fn name(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for character in text.chars().flat_map(char::to_uppercase) {
        if is_silent(character) {
            continue;
        }
        if !character.is_alphanumeric() {
            gap = true;
            continue;
        }
        if gap && !folded.is_empty() {
            folded.push(' ');
        }
        gap = false;
        match plain(character) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(character),
        }
    }
    folded
}

/// Dots, apostrophes, and accents that travel as characters of their own.
fn is_silent(character: char) -> bool {
    matches!(
        character,
        '.' | '\'' | '’' | '‘' | '´' | '`' | '\u{300}'..='\u{36f}'
    )
}

/// The letter below the accent, for the Latin alphabets of Europe; others stay as they are.
fn plain(capital: char) -> Option<&'static str> {
    Some(match capital {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'Æ' => "AE",
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => "C",
        'Ð' | 'Ď' | 'Đ' => "D",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => "G",
        'Ĥ' | 'Ħ' => "H",
        'Ì'..='Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' => "I",
        'Ķ' => "K",
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ł' => "L",
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' => "N",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ŏ' | 'Ő' => "O",
        'Œ' => "OE",
        'Ŕ' | 'Ŗ' | 'Ř' => "R",
        'Ś' | 'Ŝ' | 'Ş' | 'Š' | 'Ș' => "S",
        'Ţ' | 'Ť' | 'Ț' => "T",
        'Þ' => "TH",
        'Ù'..='Ü' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' => "U",
        'Ý' | 'Ŷ' | 'Ÿ' => "Y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        _ => return None,
    })
}
