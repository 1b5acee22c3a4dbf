//! Waybills by the form of their text, and house waybills.

use super::{checked, postal_item};
use crate::Reason;
use crate::airline;
use crate::check_digit::Scheme;
use crate::content::field::{is_blank, line};
use crate::violation::{At, Findings};
use crate::waybill::{Form, form};

/// Characters of a house air waybill number; the older C-IMP messages allowed twelve.
const HOUSE_AWB_BYTES_MAX: usize = 35;

/// A house air waybill: a forwarder's own number, without a check digit.
pub(in crate::content) fn house_bill(found: &mut Findings, at: At<'_>, number: &str) {
    let fits = (1..=HOUSE_AWB_BYTES_MAX).contains(&number.len())
        && number
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    if !fits {
        let detail = (
            "1 to 35 capitals, digits and hyphens",
            "de 1 a 35 mayúsculas, dígitos y guiones",
        );
        found.error(at, Reason::InvalidHouseBillNbr, detail);
    }
}

/// What shall be screened, or was: a master or house air waybill or a postal item, by the form of its text. Two letters at both
/// ends of nine digits are a postal item. Eleven digits are a master waybill when they are written as one, 865-48291176, or begin
/// with an airline's prefix: forwarders and couriers have numbers of eleven digits too. Each has its check digit, because a
/// mistyped one sends somebody to the wrong parcel; anything else is a house waybill. What a label has `verbatim` is exempt.
pub(in crate::content) fn waybill(found: &mut Findings, at: At<'_>, text: &str, verbatim: bool) {
    if is_blank(text) {
        let detail = ("which parcel it is", "de qué envío se trata");
        found.error(at, Reason::MissingWblLine, detail);
    } else if verbatim {
        line(found, at, text);
    } else {
        let bare = text.chars().filter(char::is_ascii_alphanumeric);
        let bare: String = bare.map(|c| c.to_ascii_uppercase()).collect();
        match form(&bare) {
            Form::Master if is_master(text) => {
                checked(found, at, text, &Scheme::AWB, Reason::AwbCheckDigit);
            }
            Form::Postal => postal_item(found, at, text),
            Form::Master | Form::Other => house_bill(found, at, text),
        }
    }
}

/// Whether a text of eleven digits means a master air waybill.
fn is_master(text: &str) -> bool {
    let is_written_so = matches!(text.as_bytes().get(3), Some(b'-' | b' '));
    let prefix = || text.get(..3).filter(|_| text.len() == 11);
    is_written_so || prefix().is_some_and(|prefix| airline::of_prefix(prefix).is_some())
}
