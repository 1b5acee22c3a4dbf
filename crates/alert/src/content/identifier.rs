//! Identifiers: one rule for every field that holds one, whichever block it stands in.
//!
//! Those with a check digit are refused when it is wrong, with what may have been meant; an RFC is only flagged, because
//! genuine ones fail. Those without one are held to their structure, and no further: there is no complete public list of
//! flights, airports, places, tariff codes or UN numbers behind these checks.

use super::field::country;
use crate::Reason;
use crate::check_digit::{CheckError, Scheme};
use crate::country::is_country;
use crate::violation::{At, Findings};

/// An identifier with a check digit; empty is absent. `digit` is the reason for a wrong check digit.
pub(super) fn checked(
    found: &mut Findings,
    at: At<'_>,
    text: &str,
    scheme: &Scheme,
    digit: Reason,
) {
    let Err(error) = scheme.check(text) else {
        return;
    };
    match error {
        _ if text.is_empty() => {}
        CheckError::Format { .. } => {
            let reason = match digit {
                Reason::AwbCheckDigit => Reason::BadWblFormat,
                _ => Reason::FieldFormat,
            };
            found.propose(at, reason, error.to_string(), scheme.proposals(text));
        }
        // The last digit may be right and another one wrong: candidates, never a correction.
        CheckError::Digit { .. } => {
            found.propose(at, digit, error.to_string(), scheme.proposals(text));
        }
    }
}

/// A UPU S10 item identifier; empty is absent.
pub(super) fn postal_item(found: &mut Findings, at: At<'_>, number: &str) {
    checked(found, at, number, &Scheme::S10, Reason::S10CheckDigit);
    let shaped = !matches!(Scheme::S10.check(number), Err(CheckError::Format { .. }));
    if shaped && !number.get(11..).is_some_and(is_country) {
        found.error(
            at,
            Reason::Iso3166Unknown,
            "the last two letters are no country",
        );
    }
}

/// A structure without a check digit: what it looks like, and how its text is judged.
pub(super) struct Structure {
    /// The form, for people.
    form: &'static str,
    fits: fn(&str) -> bool,
    /// The reason when it does not fit.
    reason: Reason,
}

impl Structure {
    const fn new(form: &'static str, fits: fn(&str) -> bool) -> Self {
        Self {
            form,
            fits,
            reason: Reason::FieldFormat,
        }
    }

    const fn of_route(form: &'static str, fits: fn(&str) -> bool) -> Self {
        Self {
            form,
            fits,
            reason: Reason::InvalidRouting,
        }
    }
}

pub(super) const ULD: Structure = Structure::new("AKE12345LH", is_uld);
pub(super) const FFL: Structure = Structure::new("1-23-456-78-9A-12345", is_ffl);
pub(super) const TRACE: Structure = Structure::new("T and digits", is_trace);
pub(super) const DEA_CODE: Structure = Structure::new("four digits", |t| pattern(t, "9999"));
pub(super) const EIN: Structure = Structure::new("12-3456789", |t| pattern(t, "99-9999999"));
pub(super) const PEDIMENTO: Structure =
    Structure::new("15 digits: year, aduana, patente, number", |t| {
        pattern(t, "999999999999999")
    });
pub(super) const CARTA_PORTE: Structure = Structure::new(
    "CCC, then the rest of a UUID, 36 characters",
    is_carta_porte,
);
pub(super) const INCOTERM: Structure = Structure::new("three capitals, FOB", |t| pattern(t, "AAA"));
pub(super) const HANDLING: Structure = Structure::new("three capitals, SPX", |t| pattern(t, "AAA"));
pub(super) const PAYMENT: Structure = Structure::new("PP or CC", |t| ["PP", "CC"].contains(&t));
pub(super) const HAZARD: Structure = Structure::new("a class or division: 3, 6.1, 1.4S", is_hazard);
pub(super) const PACKING: Structure =
    Structure::new("I, II or III", |t| ["I", "II", "III"].contains(&t));
pub(super) const EMAIL: Structure = Structure::new("somebody@example.com", is_email);
pub(super) const IP: Structure = Structure::new("an IPv4 or IPv6 address", |t| {
    t.parse::<std::net::IpAddr>().is_ok()
});
pub(super) const FLIGHT: Structure =
    Structure::of_route("carrier and number, AM690 or AMX690", is_flight);
pub(super) const CARRIER: Structure =
    Structure::of_route("IATA two characters or ICAO three letters", is_carrier);
pub(super) const AIRPORT: Structure = Structure::of_route("IATA three letters or ICAO four", |t| {
    pattern(t, "AAA") || pattern(t, "AAAA")
});
pub(super) const LOCODE: Structure =
    Structure::of_route("country and three characters, MXMEX", is_locode);
pub(super) const US_PORT: Structure =
    Structure::new("a port of four digits", |t| pattern(t, "9999"));
pub(super) const ADUANA: Structure =
    Structure::new("aduana and section, three digits", |t| pattern(t, "999"));
pub(super) const MX_POSTAL: Structure = Structure::new("five digits", |t| pattern(t, "99999"));
pub(super) const US_POSTAL: Structure = Structure::new("five digits, or nine with a hyphen", |t| {
    pattern(t, "99999") || pattern(t, "99999-9999")
});

/// Holds `text` to its structure; empty is absent. The same characters in capitals and without blanks are proposed if
/// they fit.
pub(super) fn structured(found: &mut Findings, at: At<'_>, text: &str, structure: &Structure) {
    /// What is longer is no misspelt identifier, and is not copied.
    const TIDY_BYTES_MAX: usize = 64;
    if text.is_empty() || (structure.fits)(text) {
        return;
    }
    let mut proposals = Vec::new();
    if text.len() <= TIDY_BYTES_MAX {
        let tidied: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_uppercase)
            .collect();
        let bare: String = tidied.chars().filter(char::is_ascii_alphanumeric).collect();
        proposals.extend([tidied, bare].into_iter().find(|one| (structure.fits)(one)));
    }
    let detail = format!("written {}", structure.form);
    found.propose(at, structure.reason, detail, proposals);
}

/// A postal code, as far as its country's form is known; empty is absent.
pub(super) fn postal_code(found: &mut Findings, at: At<'_>, text: &str, country: &str) {
    match country {
        "MX" => structured(found, at, text, &MX_POSTAL),
        "US" => structured(found, at, text, &US_POSTAL),
        _ => super::field::line(found, at, text),
    }
}

/// A UPU S8 dispatch, 20 characters, or the S9 receptacle of one, 29: two IMPC codes, category, subclass, year, dispatch
/// number; a receptacle adds its number, two flags and its weight. Empty is absent.
pub(super) fn dispatch(found: &mut Findings, at: At<'_>, text: &str, length: usize) {
    if text.is_empty() {
        return;
    }
    let fits = text.len() == length
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && text.bytes().skip(15).all(|b| b.is_ascii_digit());
    if !fits {
        let detail = format!("{length} capitals and digits, beginning with two IMPC codes");
        found.error(at, Reason::FieldFormat, detail);
        return;
    }
    for place in [0, 6] {
        // Both post offices of exchange begin with their country.
        country(found, at, text.get(place..place + 2).unwrap_or_default());
    }
}

/// The same length, with a capital for every `A`, a digit for every `9`, and any other character for itself.
fn pattern(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, of)| match of {
                b'A' => byte.is_ascii_uppercase(),
                b'9' => byte.is_ascii_digit(),
                other => byte == other,
            })
}

fn is_digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_code(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Three letters, four or five digits, two characters of owner.
fn is_uld(text: &str) -> bool {
    let parts = text.split_at_checked(3).and_then(|(kind, rest)| {
        let (serial, owner) = rest.split_at_checked(rest.len().checked_sub(2)?)?;
        Some((kind, serial, owner))
    });
    parts.is_some_and(|(kind, serial, owner)| {
        pattern(kind, "AAA") && is_digits(serial, 4..=5) && is_code(owner)
    })
}

fn is_carrier(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_uppercase).count();
    match text.len() {
        2 => is_code(text) && letters > 0,
        3 => letters == 3,
        _ => false,
    }
}

/// A carrier, one to four digits, and at most one letter.
fn is_flight(text: &str) -> bool {
    [2, 3].into_iter().any(|length| {
        text.split_at_checked(length)
            .is_some_and(|(carrier, rest)| {
                let number = rest
                    .strip_suffix(|c: char| c.is_ascii_uppercase())
                    .unwrap_or(rest);
                is_carrier(carrier) && is_digits(number, 1..=4)
            })
    })
}

/// The digits 0 and 1 do not occur in the last three characters: too like letters.
fn is_locode(text: &str) -> bool {
    text.split_at_checked(2).is_some_and(|(of, place)| {
        // XZ: installations in international waters.
        (is_country(of) || of == "XZ")
            && place.len() == 3
            && is_code(place)
            && !place.contains(['0', '1'])
    })
}

fn is_ffl(text: &str) -> bool {
    text.split('-').map(str::len).eq([1, 2, 3, 2, 2, 5]) && text.split('-').all(is_code)
}

fn is_trace(text: &str) -> bool {
    text.strip_prefix('T')
        .is_some_and(|rest| is_digits(rest, 1..=20))
}

fn is_carta_porte(text: &str) -> bool {
    text.starts_with("CCC")
        && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn is_hazard(text: &str) -> bool {
    match text.as_bytes() {
        [b'1'..=b'9'] | [b'2' | b'4'..=b'6', b'.', b'1'..=b'3'] | [b'1', b'.', b'1'..=b'6'] => true,
        [b'1', b'.', b'1'..=b'6', group] => group.is_ascii_uppercase(),
        _ => false,
    }
}

/// One `@` between something and a domain of at least two labels; more is for the mail system to say.
fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        (1..=64).contains(&local.len())
            && domain.len() <= 253
            && domain.contains('.')
            && domain.split('.').all(|label| !label.is_empty())
            && !domain.contains('@')
            && !text.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

#[cfg(test)]
mod tests;
