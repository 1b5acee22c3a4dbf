//! Check digits of the identifiers on labels and documents. They catch misreadings; they prove nothing else.
//!
//! Nothing here corrects: a checker says what the digit would have to be, [`Scheme::proposals`] says what may have been
//! meant, and a person decides. An identifier that is wrong on the label itself travels verbatim, in
//! `Shipment.label_identifiers`. The vectors of the tests are those of the data model, section 5.

mod candidate;
mod container;
mod courier;
mod mexico;
mod scheme;

pub use candidate::CANDIDATES_MAX;
pub(crate) use candidate::candidates;
pub use container::{container, container_digit};
pub use courier::{courier, dhl, dhl_digit, fedex, fedex_digit, has_courier_rule, ups, ups_digit};
pub use mexico::{curp, curp_digit, rfc, rfc_digit};
pub use scheme::Scheme;

use crate::violation::{Detail, not_of_the_form};

/// Why an identifier fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// Not of the identifier's form.
    #[error("not of the form {expected}")]
    Format {
        /// The form, by an example.
        expected: &'static str,
    },
    /// The form is right, the check digit is not.
    #[error("check digit should be {expected}")]
    Digit {
        /// The check digit that the rest would have.
        expected: char,
    },
}

impl CheckError {
    /// The same for a violation, in both languages.
    pub(crate) fn detail(self) -> Detail {
        match self {
            Self::Format { expected } => not_of_the_form(expected),
            Self::Digit { expected } => (
                format!("check digit should be {expected}"),
                format!("el dígito verificador debería ser {expected}"),
            )
                .into(),
        }
    }
}

const AWB: CheckError = CheckError::Format {
    expected: "020-12345675",
};
const S10: CheckError = CheckError::Format {
    expected: "RB123456785GB",
};
const CAS: CheckError = CheckError::Format {
    expected: "108-24-7",
};

/// Checks an air waybill number, `NNN-NNNNNNNN` (IATA resolution 600a): the seven digits of the serial modulo 7.
///
/// The three digits of the airline are not covered, and two digits that differ by 7 exchange unnoticed.
pub fn awb(text: &str) -> Result<(), CheckError> {
    let (prefix, rest) = text.split_once('-').ok_or(AWB)?;
    let (serial, check) = rest.split_at_checked(7).ok_or(AWB)?;
    let prefix_ok = prefix.len() == 3 && prefix.bytes().all(|b| b.is_ascii_digit());
    compare(check, awb_digit(serial).filter(|_| prefix_ok), AWB)
}

/// The check digit for the seven digits of an air waybill's serial.
pub fn awb_digit(serial: &str) -> Option<char> {
    let number = digits::<7>(serial)?.iter().fold(0, |n, d| n * 10 + d);
    char::from_digit(number % 7, 10)
}

/// Checks a UPU S10 item identifier, `AANNNNNNNNCAA`: weights 8 6 4 2 3 5 9 7 modulo 11, 10 becoming 0 and 11 becoming 5.
///
/// The letters are not covered; whether the last two name a country is the caller's to check.
pub fn s10(text: &str) -> Result<(), CheckError> {
    let (service, rest) = text.split_at_checked(2).ok_or(S10)?;
    let (serial, rest) = rest.split_at_checked(8).ok_or(S10)?;
    let (check, country) = rest.split_at_checked(1).ok_or(S10)?;
    let letters = |s: &str| s.len() == 2 && s.bytes().all(|b| b.is_ascii_uppercase());
    compare(
        check,
        s10_digit(serial).filter(|_| letters(service) && letters(country)),
        S10,
    )
}

/// The check digit for the eight digits of an S10 serial.
pub fn s10_digit(serial: &str) -> Option<char> {
    const WEIGHTS: [u32; 8] = [8, 6, 4, 2, 3, 5, 9, 7];
    let sum: u32 = digits::<8>(serial)?
        .iter()
        .zip(WEIGHTS)
        .map(|(d, w)| d * w)
        .sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        other => other,
    };
    char::from_digit(check, 10)
}

/// Checks a CAS registry number, two to seven digits, two digits, one check digit: `108-24-7`.
pub fn cas(text: &str) -> Result<(), CheckError> {
    let (body, check) = text.rsplit_once('-').ok_or(CAS)?;
    compare(check, cas_digit(body), CAS)
}

/// The check digit for a CAS number without it, `108-24`: each digit times its place, counted from the right, modulo 10.
pub fn cas_digit(body: &str) -> Option<char> {
    let (head, tail) = body.split_once('-')?;
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let shaped = (2..=7).contains(&head.len()) && !head.starts_with('0') && tail.len() == 2;
    if !shaped || !all_digits(head) || !all_digits(tail) {
        return None;
    }
    let from_right = tail.bytes().rev().chain(head.bytes().rev());
    let sum: u32 = (1..)
        .zip(from_right)
        .map(|(place, b)| place * u32::from(b - b'0'))
        .sum();
    char::from_digit(sum % 10, 10)
}

/// The ISO 7064 MOD 37,36 check character for a text of digits and capital letters; `None` for any other text.
pub fn mod37_36(text: &str) -> Option<char> {
    mod37_36_of(text.bytes())
}

/// As [`mod37_36`], of texts that stand apart, byte by byte.
pub(crate) fn mod37_36_of(bytes: impl Iterator<Item = u8>) -> Option<char> {
    let mut product = 36;
    for byte in bytes {
        let value = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 10,
            _ => return None,
        };
        product = (product + value) % 36;
        if product == 0 {
            product = 36;
        }
        product = product * 2 % 37;
    }
    let check = (37 - product) % 36;
    char::from_digit(check, 36).map(|c| c.to_ascii_uppercase())
}

fn compare(check: &str, expected: Option<char>, format: CheckError) -> Result<(), CheckError> {
    let expected = expected.ok_or(format)?;
    let mut characters = check.chars();
    match (characters.next(), characters.next()) {
        (Some(found), None) if found == expected => Ok(()),
        (Some(found), None) if found.is_ascii_digit() => Err(CheckError::Digit { expected }),
        _ => Err(format),
    }
}

fn digits<const N: usize>(text: &str) -> Option<[u32; N]> {
    if text.len() != N {
        return None;
    }
    let mut values = [0; N];
    for (value, byte) in values.iter_mut().zip(text.bytes()) {
        *value = char::from(byte).to_digit(10)?;
    }
    Some(values)
}

#[cfg(test)]
mod tests;
