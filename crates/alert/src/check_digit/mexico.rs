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
    /// Value and weight of the blank before a company's number.
    const PADDING: u32 = 37 * 13;
    let length = body.chars().count();
    let letters = length.checked_sub(8).filter(|n| (3..=4).contains(n))?;
    let (mut sum, mut date) = (if letters == 3 { PADDING } else { 0 }, 0);
    for ((place, character), weight) in body.chars().enumerate().zip((2..=9 + letters).rev()) {
        let value = match character {
            '0'..='9' => u32::from(character) - u32::from('0'),
            'A'..='N' => u32::from(character) - u32::from('A') + 10,
            '&' => 24,
            'O'..='Z' => u32::from(character) - u32::from('O') + 25,
            'Ñ' => 38,
            _ => return None,
        };
        let fits = if place < letters {
            !character.is_ascii_digit()
        } else if place < letters + 6 {
            date = date * 10 + value;
            character.is_ascii_digit()
        } else {
            character.is_ascii_alphanumeric()
        };
        if !fits {
            return None;
        }
        sum += value * u32::try_from(weight).ok()?;
    }
    if !is_date(date) {
        return None;
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
    if body.chars().count() != 17 {
        return None;
    }
    let (mut sum, mut date) = (0, 0);
    for ((place, character), weight) in body.chars().enumerate().zip((2..=18).rev()) {
        let value = match character {
            '0'..='9' => u32::from(character) - u32::from('0'),
            'A'..='N' => u32::from(character) - u32::from('A') + 10,
            'Ñ' => 24,
            'O'..='Z' => u32::from(character) - u32::from('O') + 25,
            _ => return None,
        };
        let fits = match place {
            0..4 | 11..16 => !character.is_ascii_digit(),
            4..10 => {
                date = date * 10 + value;
                character.is_ascii_digit()
            }
            10 => matches!(character, 'H' | 'M' | 'X'),
            _ => true,
        };
        if !fits {
            return None;
        }
        sum += value * weight;
    }
    if !is_date(date) {
        return None;
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}

/// `YYMMDD` as a number, with a month and a day that exist in some year; February has 29.
fn is_date(number: u32) -> bool {
    let (month, day) = (number / 100 % 100, number % 100);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 29,
        _ => 0,
    };
    (1..=days).contains(&day)
}
