//! Identifiers: one rule for every field that holds one, whichever block it stands in.
//!
//! Those with a check digit are refused when it is wrong, with what may have been meant; an RFC is only flagged, because
//! genuine ones fail. Those without one are held to their structure here; where there is a list ([`crate::table`]), whoever
//! reads the field looks it up, and what is not in it is flagged.

mod waybill;

pub(super) use waybill::{house_bill, waybill};

use super::field::{country, line};
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
    if text.is_empty() {
        return;
    }
    let Err(error) = scheme.check(text) else {
        return;
    };
    match error {
        CheckError::Format { .. } => {
            let reason = match digit {
                Reason::AwbCheckDigit => Reason::BadWblFormat,
                _ => Reason::FieldFormat,
            };
            found.propose(at, reason, error.detail(), scheme.proposals(text));
        }
        // The last digit may be right and another one wrong: candidates, never a correction.
        CheckError::Digit { .. } => {
            found.propose(at, digit, error.detail(), scheme.proposals(text));
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
            (
                "the last two letters are no country",
                "las dos últimas letras no son de ningún país",
            ),
        );
    }
}

/// The same words in English and in Spanish.
type Words = (&'static str, &'static str);

/// A structure without a check digit: what it looks like, and how its text is judged.
pub(super) struct Structure {
    /// The form, for people, in English and in Spanish: what follows on `written`.
    form: Words,
    pub(super) fits: fn(&str) -> bool,
    /// The reason when it does not fit.
    reason: Reason,
}

impl Structure {
    const fn new(form: Words, fits: fn(&str) -> bool) -> Self {
        Self {
            form,
            fits,
            reason: Reason::FieldFormat,
        }
    }

    const fn of_route(form: Words, fits: fn(&str) -> bool) -> Self {
        Self {
            form,
            fits,
            reason: Reason::InvalidRouting,
        }
    }
}

pub(super) const ULD: Structure = Structure::new(("as AKE12345LH", "como AKE12345LH"), is_uld);
pub(super) const FFL: Structure = Structure::new(
    ("as 1-23-456-78-9A-12345", "como 1-23-456-78-9A-12345"),
    is_ffl,
);
pub(super) const TRACE: Structure =
    Structure::new(("with T and digits", "con T y dígitos"), is_trace);
pub(super) const DEA_CODE: Structure =
    Structure::new(("with four digits", "con cuatro dígitos"), |t| {
        pattern(t, "9999")
    });
pub(super) const EIN: Structure = Structure::new(("as 12-3456789", "como 12-3456789"), |t| {
    pattern(t, "99-9999999")
});
pub(super) const PEDIMENTO: Structure = Structure::new(
    (
        "with 15 digits: year, aduana, patente, number",
        "con 15 dígitos: año, aduana, patente y número",
    ),
    |t| pattern(t, "999999999999999"),
);
pub(super) const CARTA_PORTE: Structure = Structure::new(
    (
        "with CCC and the rest of a UUID, 36 characters",
        "con CCC y el resto de un UUID, 36 caracteres",
    ),
    is_carta_porte,
);
pub(super) const INCOTERM: Structure = Structure::new(
    (
        "with three capitals, as FOB",
        "con tres mayúsculas, como FOB",
    ),
    |t| pattern(t, "AAA"),
);
pub(super) const HANDLING: Structure = Structure::new(
    (
        "with three capitals, as SPX",
        "con tres mayúsculas, como SPX",
    ),
    |t| pattern(t, "AAA"),
);
pub(super) const PAYMENT: Structure = Structure::new(("as PP or CC", "como PP o CC"), |t| {
    ["PP", "CC"].contains(&t)
});
pub(super) const HAZARD: Structure = Structure::new(
    (
        "as a class or division: 3, 6.1, 1.4S",
        "como clase o división: 3, 6.1, 1.4S",
    ),
    is_hazard,
);
pub(super) const PACKING: Structure =
    Structure::new(("as I, II or III", "como I, II o III"), |t| {
        ["I", "II", "III"].contains(&t)
    });
pub(super) const EMAIL: Structure = Structure::new(
    ("as somebody@example.com", "como alguien@example.com"),
    is_email,
);
pub(super) const IP: Structure = Structure::new(
    ("as an IPv4 or IPv6 address", "como dirección IPv4 o IPv6"),
    |t| t.parse::<std::net::IpAddr>().is_ok(),
);
pub(super) const FLIGHT: Structure = Structure::of_route(
    (
        "with carrier and number, as AM690 or AMX690",
        "con aerolínea y número, como AM690 o AMX690",
    ),
    is_flight,
);
pub(super) const CARRIER: Structure = Structure::of_route(
    (
        "with two characters (IATA) or three letters (ICAO)",
        "con dos caracteres (IATA) o tres letras (OACI)",
    ),
    is_carrier,
);
pub(super) const AIRPORT: Structure = Structure::of_route(
    (
        "with three letters (IATA) or four (ICAO)",
        "con tres letras (IATA) o cuatro (OACI)",
    ),
    |t| pattern(t, "AAA") || pattern(t, "AAAA"),
);
pub(super) const LOCODE: Structure = Structure::of_route(
    (
        "with country and three characters, as MXMEX",
        "con país y tres caracteres, como MXMEX",
    ),
    is_locode,
);
pub(super) const US_PORT: Structure = Structure::new(
    (
        "with the four digits of the port",
        "con los cuatro dígitos del puerto",
    ),
    |t| pattern(t, "9999"),
);
pub(super) const ADUANA: Structure = Structure::new(
    (
        "with aduana and section, three digits",
        "con aduana y sección, tres dígitos",
    ),
    |t| pattern(t, "999"),
);
pub(super) const MX_POSTAL: Structure =
    Structure::new(("with five digits", "con cinco dígitos"), |t| {
        pattern(t, "99999")
    });
pub(super) const US_POSTAL: Structure = Structure::new(
    (
        "with five digits, or nine with a hyphen",
        "con cinco dígitos, o nueve con guion",
    ),
    |t| pattern(t, "99999") || pattern(t, "99999-9999"),
);

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
    let (form, form_es) = structure.form;
    let detail = (format!("written {form}"), format!("se escribe {form_es}"));
    found.propose(at, structure.reason, detail, proposals);
}

/// A postal code, as far as its country's form is known; empty is absent.
pub(super) fn postal_code(found: &mut Findings, at: At<'_>, text: &str, country: &str) {
    match country {
        "MX" => structured(found, at, text, &MX_POSTAL),
        "US" => structured(found, at, text, &US_POSTAL),
        _ => line(found, at, text),
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
        let detail = (
            format!("{length} capitals and digits, beginning with two IMPC codes"),
            format!("{length} mayúsculas y dígitos, empezando con dos códigos IMPC"),
        );
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

/// The nine classes and their divisions, of class 1 with the letter of the compatibility group: UN Model Regulations, part 2.
fn is_hazard(text: &str) -> bool {
    match text.as_bytes() {
        [b'1'..=b'9']
        | [b'2' | b'4', b'.', b'1'..=b'3']
        | [b'5' | b'6', b'.', b'1' | b'2']
        | [b'1', b'.', b'1'..=b'6'] => true,
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
