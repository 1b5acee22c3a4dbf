//! Codes of goods: tariff codes and UN numbers. Structure refuses; the lists, which are not whole, only flag.

use crate::violation::{At, Findings};
use crate::{Reason, dangerous_goods, tariff};

/// As many digits as a tariff code has, here or in a `national` tariff; empty is absent.
fn digits(found: &mut Findings, at: At<'_>, text: &str, national: bool) {
    let (lengths, detail): (&[usize], _) = if national {
        (
            &[8, 10],
            ("exactly 8 or 10 digits", "exactamente 8 o 10 dígitos"),
        )
    } else {
        (&[6], ("exactly 6 digits", "exactamente 6 dígitos"))
    };
    let fits = lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !text.is_empty() && !fits {
        found.error(at, Reason::FieldFormat, detail);
    }
}

/// `UN`, `NA` or `ID` and four digits; empty is absent. A number that is not in the list is flagged.
pub(super) fn un_number(found: &mut Findings, at: At<'_>, text: &str) {
    if text.is_empty() {
        return;
    }
    if dangerous_goods::number(text).is_none() {
        found.error(
            at,
            Reason::FieldFormat,
            (
                "UN, NA or ID and four digits",
                "UN, NA o ID y cuatro dígitos",
            ),
        );
    } else if !dangerous_goods::is_possible(text) {
        found.warn(
            at,
            Reason::UnUnknown,
            (
                "no such number can be in the list",
                "la lista no puede tener ese número",
            ),
        );
    } else if !dangerous_goods::is_listed(text) {
        let detail = (
            "not in the list of dangerous goods",
            "no está en la lista de mercancías peligrosas",
        );
        found.warn(at, Reason::UnUnknown, detail);
    }
}

/// Digits of a tariff code, six, or eight or ten of a `national` tariff; empty is absent. Chapters and headings that do
/// not exist are flagged; the codes within a heading are not compiled in.
pub(super) fn tariff_code(found: &mut Findings, at: At<'_>, text: &str, national: bool) {
    digits(found, at, text, national);
    let missing = match text.get(..2) {
        Some("00" | "77") => Some(NO_CHAPTER),
        // Kept for national use: the Harmonized System itself has nothing there.
        Some("98" | "99") => (!national).then_some(NO_CHAPTER),
        Some(_) => (!tariff::has_heading(text)).then_some((
            "no heading of the Harmonized System of 2022",
            "no es una partida del Sistema Armonizado de 2022",
        )),
        None => None,
    };
    if let Some(detail) = missing {
        found.warn(at, Reason::HsUnknown, detail);
    }
}

const NO_CHAPTER: (&str, &str) = (
    "no chapter of the Harmonized System",
    "no es un capítulo del Sistema Armonizado",
);
