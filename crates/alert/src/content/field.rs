//! Checks that fields of every kind of content share: text, lists, codes, quantities, places in lists.

use crate::Reason;
use crate::code;
use crate::country::is_country;
use crate::lang::is_language;
use crate::limits::{LINE_CHARS_MAX, LIST_MAX, TEXT_CHARS_MAX};
use crate::quantity::{Decimal, Dimension, dimension, meant, without_commas};
use crate::subdivision;
use crate::violation::{At, Detail, Findings, at_most};
use precinto_proto::v1 as pb;

/// Whether `text` is of visible ASCII and blanks and has at most `max` of them. Most texts are, and need no closer look.
fn is_plain(text: &str, max: usize) -> bool {
    // Without a way out of the loop, so that many bytes are looked at together.
    let plain = |all, byte| all & matches!(byte, b' '..=b'~');
    text.len() <= max && text.bytes().fold(true, plain)
}

/// One line of text; empty is absent.
pub(super) fn line(found: &mut Findings, at: At<'_>, text: &str) {
    if is_plain(text, LINE_CHARS_MAX) {
        return;
    }
    if text.chars().count() > LINE_CHARS_MAX {
        found.error(
            at,
            Reason::FieldTooLong,
            (
                format!("at most {LINE_CHARS_MAX} characters"),
                format!("{LINE_CHARS_MAX} caracteres como máximo"),
            ),
        );
    } else if text.chars().any(char::is_control) {
        found.error(
            at,
            Reason::FieldFormat,
            (
                "control characters do not belong in a line",
                "una línea no lleva caracteres de control",
            ),
        );
    }
}

/// Several fields of one line each.
pub(super) fn lines_of(found: &mut Findings, at: &At<'_>, fields: &[(&str, &str)]) {
    for (name, text) in fields {
        line(found, at.field(name), text);
    }
}

/// A list of lines, none of them blank.
pub(super) fn line_list(found: &mut Findings, at: &At<'_>, name: &str, lines: &[String]) {
    for (index, text) in list(found, at, name, lines, LIST_MAX) {
        present(found, at.item(name, index), text);
        line(found, at.item(name, index), text);
    }
}

/// An item of a list: one that says nothing was meant to say something.
pub(super) fn present(found: &mut Findings, at: At<'_>, text: &str) {
    said(found, at, !is_blank(text));
}

/// As [`present`], for a block.
pub(super) fn said(found: &mut Findings, at: At<'_>, says_something: bool) {
    if !says_something {
        found.refuse_new(
            at,
            Reason::FieldMissing,
            ("an empty item of a list", "un elemento vacío en una lista"),
        );
    }
}

/// Whether nothing but blanks stands there.
pub(super) fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
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
        found.error(at.field(name), Reason::FieldTooLong, at_most(max));
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
            (
                "such as en, es, en-US or es-MX",
                "por ejemplo en, es, en-US o es-MX",
            ),
        );
    }
    let at = at.field("text");
    if text.trim().is_empty() {
        found.error(
            at,
            Reason::FieldMissing,
            ("a text that says nothing", "el texto no dice nada"),
        );
    } else if is_plain(text, TEXT_CHARS_MAX) {
        // As nearly always.
    } else if text.chars().count() > TEXT_CHARS_MAX {
        found.error(
            at,
            Reason::FieldTooLong,
            (
                format!("at most {TEXT_CHARS_MAX} characters"),
                format!("{TEXT_CHARS_MAX} caracteres como máximo"),
            ),
        );
    } else if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        found.error(
            at,
            Reason::FieldFormat,
            (
                "control characters other than line feed and tab",
                "caracteres de control distintos de salto de línea y tabulador",
            ),
        );
    }
}

/// The same in a withdrawal, which passes every side's policy by its type alone: why, and no room for what it takes back. What an
/// older build let in is read in a log.
pub(super) fn withdrawal_remark(found: &mut Findings, at: At<'_>, value: Option<&pb::Text>) {
    text(found, at, value);
    let count = value.map_or(0, |value| value.text.chars().count());
    if count > LINE_CHARS_MAX && count <= TEXT_CHARS_MAX {
        found.refuse_new(
            at.field("text"),
            Reason::FieldTooLong,
            (
                format!("at most {LINE_CHARS_MAX} characters in a withdrawal"),
                format!("{LINE_CHARS_MAX} caracteres como máximo en un retiro"),
            ),
        );
    }
}

/// A text that must be there.
pub(super) fn required_text(found: &mut Findings, at: At<'_>, value: Option<&pb::Text>) {
    if value.is_none() {
        found.error(
            at,
            Reason::FieldMissing,
            ("mandatory here", "es obligatorio aquí"),
        );
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
            (
                "two capital letters of ISO 3166-1",
                "dos mayúsculas, según ISO 3166-1",
            ),
        );
    }
}

/// A decimal that is optional.
pub(super) fn decimal(found: &mut Findings, at: At<'_>, text: &str) -> Option<Decimal> {
    let value = Decimal::parse(text);
    if value.is_none() && !text.is_empty() {
        found.propose(
            at,
            Reason::QuantityInvalid,
            (
                "digits with a point, no sign, no exponent",
                "dígitos con punto decimal, sin signo ni exponente",
            ),
            without_commas(text),
        );
    }
    value
}

/// What a weight is that anybody has weighed.
pub(super) const ABOVE_ZERO: (&str, &str) = ("a decimal above zero", "un decimal mayor que cero");

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
            ("a unit without an amount", "una unidad sin cantidad"),
        );
    }
    decimal(found, at.field("value"), value);
    let detail = (
        "not a unit that measures this",
        "no es una unidad que mida esto",
    );
    unit_of(found, at.field("unit"), unit, (dimensions, detail));
}

/// A unit that measures one of the dimensions. What people write for one, `kgs` or `lb`, is understood and proposed.
pub(super) fn unit_of(
    found: &mut Findings,
    at: At<'_>,
    unit: &str,
    (dimensions, detail): (&[Dimension], (&'static str, &'static str)),
) {
    let fits = |code| dimension(code).is_some_and(|known| dimensions.contains(&known));
    if !fits(unit) {
        let proposals = meant(unit).filter(|code| fits(code)).map(str::to_owned);
        let proposals = proposals.into_iter().collect();
        found.propose(at, Reason::UnitUnknown, detail, proposals);
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
        let detail = (
            "a country, a hyphen, one to three characters: MX-JAL",
            "un país, un guion y de uno a tres caracteres: MX-JAL",
        );
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
            || {
                let own = "not one of its country's states";
                Detail::from((own, "no es una de las entidades de su país"))
            },
            |today| (format!("today {today}"), format!("hoy {today}")).into(),
        );
        let proposals = today.map(str::to_owned).into_iter().collect();
        found.suggest(at, Reason::Iso3166Unknown, detail, proposals);
    }
    // Puerto Rico is `PR`, and the state `US-PR` beside that: beside a territory there is only its own.
    let is_its_own = crate::country::may_be_same(of, country)
        && (of == country || !subdivision::is_listed_country(of) || text.ends_with(country));
    if !country.is_empty() && !is_its_own {
        let detail = (
            "a state of another country than the one beside it",
            "una entidad de un país distinto del indicado",
        );
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
                (
                    "no shipment has this position",
                    "ningún envío tiene esta posición",
                ),
            );
        }
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
            (
                "digits with a point, a minus sign at most",
                "dígitos con punto decimal y, si acaso, signo menos",
            ),
        );
    }
    if !["CEL", "FAH"].contains(&unit.as_str()) {
        found.error(
            at.field("unit"),
            Reason::UnitUnknown,
            ("CEL or FAH", "CEL o FAH"),
        );
    }
}
