//! Mexican numbers of taxpayers and persons: RFC and CURP.
//!
//! A wrong check character of an RFC is for flagging only, because genuine ones exist that fail; that of a CURP is an
//! error. Whether date and letters fit a name is not looked at: names change, numbers do not.

use super::{CheckError, compare};

const RFC: CheckError = CheckError::Format {
    expected: "GODE561231GR8",
};
const CURP: CheckError = CheckError::Format {
    expected: "BOXW310820HNERXN09",
};

/// The numbers that stand for everybody: domestic and foreign general public. They fail the check and are right.
const GENERIC: [&str; 2] = ["XAXX010101000", "XEXX010101000"];

/// Checks an RFC: three letters (companies) or four (persons), a date `YYMMDD`, and three characters of which the last is
/// the check, a digit or `A`.
pub fn rfc(text: &str) -> Result<(), CheckError> {
    if GENERIC.contains(&text) {
        return Ok(());
    }
    let split = text.len().checked_sub(1).ok_or(RFC)?;
    let (body, check) = text.split_at_checked(split).ok_or(RFC)?;
    let expected = rfc_digit(body).ok_or(RFC)?;
    match check.chars().next() {
        Some(found) if found == expected => Ok(()),
        Some('0'..='9' | 'A') => Err(CheckError::Digit { expected }),
        _ => Err(RFC),
    }
}

/// The check character for the 11 or 12 characters before it: weights 13 to 2, modulo 11; a company's number is filled
/// up with a blank in front.
pub fn rfc_digit(body: &str) -> Option<char> {
    let length = body.chars().count();
    let letters = length.checked_sub(8)?;
    let shaped = (3..=4).contains(&letters)
        && body.chars().take(letters).all(is_letter_of_name)
        && is_date(body.chars().skip(letters).take(6))
        && body
            .chars()
            .skip(letters + 6)
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    if !shaped {
        return None;
    }
    let padding = (letters == 3).then_some(' ');
    let mut sum = 0;
    for (character, weight) in padding.into_iter().chain(body.chars()).zip((2..=13).rev()) {
        let value = match character {
            '&' => 24,
            'O'..='Z' => u32::from(character) - u32::from('O') + 25,
            ' ' => 37,
            'Ñ' => 38,
            other => other.to_digit(36)?,
        };
        sum += value * weight;
    }
    match (11 - sum % 11) % 11 {
        10 => Some('A'),
        digit => char::from_digit(digit, 10),
    }
}

/// Checks a CURP: four letters, a date `YYMMDD`, sex, two letters of the state, three consonants, a character that tells
/// namesakes apart, and a check digit.
pub fn curp(text: &str) -> Result<(), CheckError> {
    let split = text.len().checked_sub(1).ok_or(CURP)?;
    let (body, check) = text.split_at_checked(split).ok_or(CURP)?;
    compare(check, curp_digit(body), CURP)
}

/// The check digit for the 17 characters before it: weights 18 to 2, modulo 10.
pub fn curp_digit(body: &str) -> Option<char> {
    let letters = |from: usize, count: usize| {
        body.chars()
            .skip(from)
            .take(count)
            .all(|c| c.is_ascii_uppercase() || c == 'Ñ')
    };
    let shaped = body.chars().count() == 17
        && letters(0, 4)
        && is_date(body.chars().skip(4).take(6))
        && matches!(body.chars().nth(10), Some('H' | 'M' | 'X'))
        && letters(11, 5);
    if !shaped {
        return None;
    }
    let mut sum = 0;
    for (character, weight) in body.chars().zip((2..=18).rev()) {
        let value = match character {
            'Ñ' => 24,
            'O'..='Z' => u32::from(character) - u32::from('O') + 25,
            other if other.is_ascii_lowercase() => return None,
            other => other.to_digit(36)?,
        };
        sum += value * weight;
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}

fn is_letter_of_name(c: char) -> bool {
    c.is_ascii_uppercase() || c == 'Ñ' || c == '&'
}

/// `YYMMDD` with a month and a day that exist in some year; February has 29.
fn is_date(characters: impl Iterator<Item = char>) -> bool {
    let mut count = 0;
    let mut number = 0;
    for character in characters {
        let Some(digit) = character.to_digit(10) else {
            return false;
        };
        number = number * 10 + digit;
        count += 1;
    }
    let (month, day) = (number / 100 % 100, number % 100);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 29,
        _ => 0,
    };
    count == 6 && (1..=days).contains(&day)
}
