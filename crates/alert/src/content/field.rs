//! Checks that fields of every kind of content share: text, lists, codes, quantities, places in lists.

use super::identifier::{EMAIL, structured};
use crate::Reason;
use crate::code;
use crate::country::is_country;
use crate::lang::is_language;
use crate::limits::{ATTACHMENTS_MAX, LINE_CHARS_MAX, LIST_MAX, TEXT_CHARS_MAX};
use crate::quantity::{Decimal, Dimension, dimension};
use crate::subdivision;
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;

/// One line of text; empty is absent.
pub(super) fn line(found: &mut Findings, at: At<'_>, text: &str) {
    if text.chars().count() > LINE_CHARS_MAX {
        found.error(
            at,
            Reason::FieldTooLong,
            format!("at most {LINE_CHARS_MAX} characters"),
        );
    } else if text.chars().any(char::is_control) {
        found.error(
            at,
            Reason::FieldFormat,
            "control characters do not belong in a line",
        );
    }
}

/// Several fields of one line each.
pub(super) fn lines_of(found: &mut Findings, at: &At<'_>, fields: &[(&str, &str)]) {
    for (name, text) in fields {
        line(found, at.field(name), text);
    }
}

/// A list of lines.
pub(super) fn line_list(found: &mut Findings, at: &At<'_>, name: &str, lines: &[String]) {
    for (index, text) in list(found, at, name, lines, LIST_MAX) {
        line(found, at.item(name, index), text);
    }
}

/// The items of a list with their positions, as far as the cap allows; a longer list is an error.
pub(super) fn list<'a, T>(
    found: &mut Findings,
    at: &At<'_>,
    name: &str,
    items: &'a [T],
    max: usize,
) -> impl Iterator<Item = (usize, &'a T)> + use<'a, T> {
    if items.len() > max {
        found.error(
            at.field(name),
            Reason::FieldTooLong,
            format!("at most {max}"),
        );
    }
    items.iter().take(max).enumerate()
}

/// A text of paragraphs; `None` is absent, an empty one is an error.
pub(super) fn text(found: &mut Findings, at: At<'_>, text: Option<&pb::Text>) {
    let Some(pb::Text { language, text }) = text else {
        return;
    };
    if !language.is_empty() && !is_language(language) {
        found.error(
            at.field("language"),
            Reason::LanguageInvalid,
            "en, es, en-US, es-MX …",
        );
    }
    let at = at.field("text");
    if text.trim().is_empty() {
        found.error(at, Reason::FieldMissing, "a text that says nothing");
    } else if text.chars().count() > TEXT_CHARS_MAX {
        found.error(
            at,
            Reason::FieldTooLong,
            format!("at most {TEXT_CHARS_MAX} characters"),
        );
    } else if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        found.error(
            at,
            Reason::FieldFormat,
            "control characters other than line feed and tab",
        );
    }
}

/// A text that must be there.
pub(super) fn required_text(found: &mut Findings, at: At<'_>, value: Option<&pb::Text>) {
    if value.is_none() {
        found.error(at, Reason::FieldMissing, "mandatory here");
    }
    text(found, at, value);
}

/// A code that may be unspecified.
pub(super) fn coded<T: TryFrom<i32>>(found: &mut Findings, at: At<'_>, raw: i32) {
    code::read::<T>(found, at, raw);
}

/// A code that must be stated.
pub(super) fn required<T: TryFrom<i32>>(found: &mut Findings, at: At<'_>, raw: i32) {
    code::require::<T>(found, at, raw);
}

/// An ISO 3166-1 country; empty is absent.
pub(super) fn country(found: &mut Findings, at: At<'_>, text: &str) {
    if !text.is_empty() && !is_country(text) {
        found.error(
            at,
            Reason::Iso3166Unknown,
            "two capital letters of ISO 3166-1",
        );
    }
}

/// A decimal that is optional.
pub(super) fn decimal(found: &mut Findings, at: At<'_>, text: &str) -> Option<Decimal> {
    let value = Decimal::parse(text);
    if value.is_none() && !text.is_empty() {
        found.error(
            at,
            Reason::QuantityInvalid,
            "digits with a point, no sign, no exponent",
        );
    }
    value
}

/// A quantity in a unit of one of the `dimensions`; `None` is absent.
pub(super) fn quantity(
    found: &mut Findings,
    at: At<'_>,
    value: Option<&pb::Quantity>,
    dimensions: &[Dimension],
) {
    let Some(pb::Quantity { value, unit }) = value else {
        return;
    };
    if value.is_empty() {
        found.error(
            at.field("value"),
            Reason::QuantityInvalid,
            "a unit without an amount",
        );
    }
    decimal(found, at.field("value"), value);
    if !dimension(unit).is_some_and(|known| dimensions.contains(&known)) {
        found.error(
            at.field("unit"),
            Reason::UnitUnknown,
            "not a unit that measures this",
        );
    }
}

/// A state by ISO 3166-2; empty is absent. `country` is the country that stands beside it, or empty.
pub(super) fn subdivision(found: &mut Findings, at: At<'_>, text: &str, country: &str) {
    if text.is_empty() {
        return;
    }
    if !subdivision::is_shaped(text) {
        // People write the state without its country.
        let whole = format!("{country}-{text}");
        let proposals = subdivision::find(&whole).map(|row| row.code.to_owned());
        let detail = "a country, a hyphen, one to three characters: MX-JAL";
        found.propose(
            at,
            Reason::FieldFormat,
            detail,
            proposals.into_iter().collect(),
        );
        return;
    }
    let of = text.get(..2).unwrap_or_default();
    if subdivision::is_listed_country(of) && subdivision::find(text).is_none() {
        let today = subdivision::successor(text);
        let detail = today.map_or_else(
            || "not one of its country's states".to_owned(),
            |today| format!("today {today}"),
        );
        let proposals = today.map(str::to_owned).into_iter().collect();
        found.suggest(at, Reason::Iso3166Unknown, detail, proposals);
    }
    if !country.is_empty() && of != country {
        let detail = "a state of another country than the one beside it";
        found.warn(at, Reason::SubdivisionMismatch, detail);
    }
}

/// Positions of shipments, from 1; `shipments` is how many the message has.
pub(super) fn shipment_positions(
    found: &mut Findings,
    at: &At<'_>,
    positions: &[u32],
    shipments: usize,
) {
    for (index, position) in list(found, at, "shipments", positions, LIST_MAX) {
        let exists =
            usize::try_from(*position).is_ok_and(|position| (1..=shipments).contains(&position));
        if !exists {
            found.error(
                at.item("shipments", index),
                Reason::ValueRange,
                "no shipment has this position",
            );
        }
    }
}

/// A moment with the offset of the local clock.
pub(super) fn local_time(found: &mut Findings, at: At<'_>, time: Option<&pb::LocalTime>) {
    /// The widest offsets in use are -12 and +14 hours.
    const OFFSET_MINUTES_MAX: u32 = 14 * 60;
    let Some(pb::LocalTime {
        utc_ms,
        offset_minutes,
    }) = time
    else {
        return;
    };
    if *utc_ms == 0 {
        found.error(
            at.field("utc_ms"),
            Reason::FieldMissing,
            "a time without a moment",
        );
    }
    if offset_minutes.unsigned_abs() > OFFSET_MINUTES_MAX {
        found.error(
            at.field("offset_minutes"),
            Reason::ValueRange,
            "-840 to 840",
        );
    }
}

/// Files by reference; `shipments` is how many the message has.
pub(super) fn attachments(
    found: &mut Findings,
    at: &At<'_>,
    items: &[pb::Attachment],
    shipments: usize,
) {
    for (index, item) in list(found, at, "attachments", items, ATTACHMENTS_MAX) {
        let at = at.item("attachments", index);
        let pb::Attachment {
            sha256,
            size,
            media_type,
            caption,
            retain_until_ms: _,
            shipments: positions,
        } = item;
        if sha256.len() != 32 {
            found.error(at.field("sha256"), Reason::FieldFormat, "32 bytes");
        }
        if *size == 0 {
            found.error(at.field("size"), Reason::FieldMissing, "the size in bytes");
        }
        if media_type.is_empty() {
            found.error(
                at.field("media_type"),
                Reason::FieldMissing,
                "as image/jpeg",
            );
        }
        line(found, at.field("media_type"), media_type);
        text(found, at.field("caption"), caption.as_ref());
        shipment_positions(found, &at, positions, shipments);
    }
}

/// Whom to call.
pub(super) fn contact(found: &mut Findings, at: At<'_>, contact: Option<&pb::Contact>) {
    let Some(pb::Contact {
        function,
        phone,
        email,
    }) = contact
    else {
        return;
    };
    line(found, at.field("function"), function);
    structured(found, at.field("email"), email, &EMAIL);
    phone_number(found, at.field("phone"), phone);
}

/// E.164: plus sign, a country code that does not begin with 0, at most fifteen digits; empty is absent.
pub(super) fn phone_number(found: &mut Findings, at: At<'_>, text: &str) {
    /// What is longer is no misspelt number, and is not copied.
    const TIDY_BYTES_MAX: usize = 40;
    let fits = |text: &str| {
        text.strip_prefix('+').is_some_and(|number| {
            (3..=15).contains(&number.len())
                && number.bytes().all(|b| b.is_ascii_digit())
                && !number.starts_with('0')
        })
    };
    if text.is_empty() || fits(text) {
        return;
    }
    let tidied: String = text
        .chars()
        .take(TIDY_BYTES_MAX)
        .filter(|c| !c.is_whitespace() && !"-.()/".contains(*c))
        .collect();
    let proposals = Some(tidied).filter(|tidied| fits(tidied));
    found.propose(
        at,
        Reason::FieldFormat,
        "plus sign and digits, +525512345678",
        proposals.into_iter().collect(),
    );
}

/// The originator's grading: a scale, and grades of that scale.
pub(super) fn evaluation(found: &mut Findings, at: At<'_>, value: Option<&pb::Evaluation>) {
    use crate::code::{
        EvaluationScale as Scale, InformationGrade as Information, SourceGrade as Source,
    };
    let Some(pb::Evaluation {
        scale,
        source,
        information,
    }) = value
    else {
        return;
    };
    let Some(scale) = code::require::<Scale>(found, at.field("scale"), *scale) else {
        return;
    };
    let siena = scale == Scale::Siena;
    let source = code::read::<Source>(found, at.field("source"), *source);
    let of_scale = match source {
        Some(Source::X) => siena,
        Some(Source::D | Source::E | Source::F) => !siena,
        _ => true,
    };
    if !of_scale {
        found.error(
            at.field("source"),
            Reason::ValueRange,
            "not a grade of this scale",
        );
    }
    let information = code::read::<Information>(found, at.field("information"), *information);
    let beyond_siena = matches!(
        information,
        Some(Information::InformationGrade5 | Information::InformationGrade6)
    );
    if siena && beyond_siena {
        found.error(
            at.field("information"),
            Reason::ValueRange,
            "not a grade of this scale",
        );
    }
}

/// A decimal that may be negative, in degrees Celsius or Fahrenheit; `None` is absent.
pub(super) fn temperature(found: &mut Findings, at: At<'_>, value: Option<&pb::Temperature>) {
    let Some(pb::Temperature { value, unit }) = value else {
        return;
    };
    if Decimal::parse(value.strip_prefix('-').unwrap_or(value)).is_none() {
        found.error(
            at.field("value"),
            Reason::QuantityInvalid,
            "digits with a point, a minus sign at most",
        );
    }
    if !["CEL", "FAH"].contains(&unit.as_str()) {
        found.error(at.field("unit"), Reason::UnitUnknown, "CEL or FAH");
    }
}
