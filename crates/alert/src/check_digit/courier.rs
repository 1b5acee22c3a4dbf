//! Couriers' tracking numbers, as far as a rule for them is public.
//!
//! A courier uses several forms, and new ones appear. [`courier`] therefore answers `None` for a form that it does not
//! know, which is flagged and not refused: a duty officer must be able to report what stands on the label.
//! Source of the rules: the public repository `jkeen/tracking_number_data`.

use super::{CheckError, Scheme, compare, digits};

const DHL: CheckError = CheckError::Format {
    expected: "3318810025",
};
const FEDEX: CheckError = CheckError::Format {
    expected: "986578788855",
};
const UPS: CheckError = CheckError::Format {
    expected: "1Z5R89390357567127",
};

/// The scheme that a number of this carrier must keep to: the carrier's name as written, capitals or not, with or without
/// a product (`FedEx Express`). `None` when no public rule covers a number of this form.
pub fn courier(carrier: &str, number: &str) -> Option<&'static Scheme> {
    let name = carrier.split_whitespace().next()?;
    let numeric = number.bytes().all(|b| b.is_ascii_digit());
    if name.eq_ignore_ascii_case("DHL") {
        (numeric && (10..=11).contains(&number.len())).then_some(&Scheme::DHL)
    } else if name.eq_ignore_ascii_case("FEDEX") {
        (numeric && number.len() == 12).then_some(&Scheme::FEDEX)
    } else if name.eq_ignore_ascii_case("UPS") {
        number.starts_with("1Z").then_some(&Scheme::UPS)
    } else {
        None
    }
}

/// Whether some rule of this carrier is known, so that a number of another form is worth a flag.
pub fn has_courier_rule(carrier: &str) -> bool {
    let name = carrier.split_whitespace().next().unwrap_or_default();
    ["DHL", "FEDEX", "UPS"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// Checks a DHL waybill, ten or eleven digits: all but the last, modulo 7, are the last.
///
/// Two digits that differ by 7 exchange unnoticed.
pub fn dhl(text: &str) -> Result<(), CheckError> {
    let (serial, check) = text
        .len()
        .checked_sub(1)
        .and_then(|end| text.split_at_checked(end))
        .ok_or(DHL)?;
    compare(check, dhl_digit(serial), DHL)
}

/// The check digit for the nine or ten digits before it.
pub fn dhl_digit(serial: &str) -> Option<char> {
    let shaped = (9..=10).contains(&serial.len()) && serial.bytes().all(|b| b.is_ascii_digit());
    let rest = serial.bytes().fold(0, |rest, b| {
        (rest * 10 + u32::from(b.wrapping_sub(b'0'))) % 7
    });
    char::from_digit(rest, 10).filter(|_| shaped)
}

/// Checks a `FedEx` number of twelve digits: weights 3 1 7 in turn over eleven, modulo 11, modulo 10.
///
/// The remainders 0 and 10 share the digit 0.
pub fn fedex(text: &str) -> Result<(), CheckError> {
    let (serial, check) = text.split_at_checked(11).ok_or(FEDEX)?;
    compare(check, fedex_digit(serial), FEDEX)
}

/// The check digit for the eleven digits before it.
pub fn fedex_digit(serial: &str) -> Option<char> {
    let weights = [3, 1, 7].into_iter().cycle();
    let sum: u32 = digits::<11>(serial)?
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    char::from_digit(sum % 11 % 10, 10)
}

/// Checks a UPS number, `1Z`, fifteen digits or capitals, and a check digit: every second one counts double, modulo 10.
///
/// Where a character counts double, a change by 5 goes unnoticed; so does a letter that stands ten places from another.
pub fn ups(text: &str) -> Result<(), CheckError> {
    let (body, check) = text.split_at_checked(17).ok_or(UPS)?;
    compare(check, ups_digit(body), UPS)
}

/// The check digit for `1Z` and the fifteen characters after it.
pub fn ups_digit(body: &str) -> Option<char> {
    let account = body.strip_prefix("1Z").filter(|rest| rest.len() == 15)?;
    let mut sum = 0;
    for (byte, weight) in account.bytes().zip([1, 2].into_iter().cycle()) {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => (byte - 3) % 10,
            _ => return None,
        };
        sum += u32::from(value) * weight;
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}
