//! Codes of goods: tariff codes and UN numbers. Neither list is compiled in whole, so structure refuses and no more.

use crate::violation::{At, Findings};
use crate::{Reason, dangerous_goods};

/// Digits of an exact number, as of a tariff code; empty is absent.
fn digits(found: &mut Findings, at: At<'_>, text: &str, lengths: &[usize]) {
    let fits = lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !text.is_empty() && !fits {
        found.error(
            at,
            Reason::FieldFormat,
            format!("digits only, {lengths:?} of them"),
        );
    }
}

/// `UN`, `NA` or `ID` and four digits; empty is absent. Only where no list can have the number is it flagged.
pub(super) fn un_number(found: &mut Findings, at: At<'_>, text: &str) {
    if text.is_empty() {
        return;
    }
    if dangerous_goods::number(text).is_none() {
        found.error(at, Reason::FieldFormat, "UN, NA or ID and four digits");
    } else if !dangerous_goods::is_possible(text) {
        found.warn(at, Reason::UnUnknown, "no such number can be in the list");
    }
}

/// Digits of a tariff code, six, or eight or ten of a `national` tariff; empty is absent. Chapters that do not exist are
/// flagged; the codes within a chapter are not compiled in.
pub(super) fn tariff_code(found: &mut Findings, at: At<'_>, text: &str, national: bool) {
    digits(found, at, text, if national { &[8, 10] } else { &[6] });
    let exists = match text.get(..2) {
        Some("00" | "77") => false,
        // Kept for national use: the Harmonized System itself has nothing there.
        Some("98" | "99") => national,
        _ => true,
    };
    if !exists {
        found.warn(at, Reason::HsUnknown, "no chapter of the Harmonized System");
    }
}
