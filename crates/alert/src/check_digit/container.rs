//! Freight containers, ISO 6346.

use super::{CheckError, compare};

const FORM: CheckError = CheckError::Format {
    expected: "CSQU3054383",
};

/// Checks a container number, four letters, six digits and a check digit, `CSQU3054383`: values times powers of two,
/// modulo 11, modulo 10.
///
/// The remainders 0 and 10 share the digit 0, and letters ten places apart share a value: between those, a slip goes
/// unnoticed.
pub fn container(text: &str) -> Result<(), CheckError> {
    let (body, check) = text.split_at_checked(10).ok_or(FORM)?;
    compare(check, container_digit(body), FORM)
}

/// The check digit for the owner's four letters and the six digits of the serial.
pub fn container_digit(body: &str) -> Option<char> {
    let (owner, serial) = body.split_at_checked(4)?;
    let shaped = owner.bytes().all(|b| b.is_ascii_uppercase())
        && serial.len() == 6
        && serial.bytes().all(|b| b.is_ascii_digit());
    if !shaped {
        return None;
    }
    let sum: u32 = body
        .bytes()
        .zip(0..)
        .map(|(byte, place)| value(byte) << place)
        .sum();
    char::from_digit(sum % 11 % 10, 10)
}

/// A is 10, and the multiples of 11 are left out: B is 12, L is 23, V is 34, Z is 38.
fn value(byte: u8) -> u32 {
    u32::from(match byte {
        b'0'..=b'9' => byte - b'0',
        b'A' => 10,
        b'B'..=b'K' => byte - b'B' + 12,
        b'L'..=b'U' => byte - b'L' + 23,
        _ => byte.saturating_sub(b'V') + 34,
    })
}
