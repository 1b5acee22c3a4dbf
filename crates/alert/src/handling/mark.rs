//! Marks: a closed list, because a mark that nobody can enforce is a promise that nobody keeps.

use crate::Reason;
use crate::country::is_country;
use crate::violation::{At, Findings, at_most};

/// Every mark that is carried, written with its side: the same word means different things on the two sides. What each
/// means stands in [`crate::code::MARKS`], in the same order.
pub(crate) const KNOWN: [&str; 9] = [
    "US:U",
    "US:LES",
    "US:U//LES",
    "US:SBU",
    "US:CUI",
    "US:U//SBU/CUI",
    "US:SSI",
    "MX:RESERVADA",
    "MX:CONFIDENCIAL",
];

/// Words of classification, whichever side writes them. `CONFIDENCIAL` is not one: in Mexico it concerns personal data.
const CLASSIFIED: [&str; 9] = [
    "C",
    "S",
    "TS",
    "CONFIDENTIAL",
    "SECRET",
    "TOP SECRET",
    "SECRETO",
    "ALTO SECRETO",
    "SCI",
];

/// Words that forbid release abroad.
const NOT_FOREIGN: [&str; 3] = ["NOFORN", "NF", "LES-NF"];

pub(super) fn check_all(found: &mut Findings, at: At<'_>, marks: &[String], max: usize) {
    if marks.len() > max {
        found.error(at.field("marks"), Reason::FieldTooLong, at_most(max));
    }
    for (index, mark) in marks.iter().take(max).enumerate() {
        let at = at.item("marks", index);
        if let Some((reason, detail)) = refusal(mark) {
            found.error(at, reason, detail);
        }
        if marks.iter().take(index).any(|earlier| earlier == mark) {
            found.error(
                at,
                Reason::Repeated,
                ("the mark stands twice", "la leyenda aparece dos veces"),
            );
        }
    }
}

/// Why a mark is refused; the graver cause first.
fn refusal(mark: &str) -> Option<(Reason, (&'static str, &'static str))> {
    if KNOWN.contains(&mark) {
        return None;
    }
    let (side, text) = mark.split_once(':').unwrap_or(("", mark));
    let text = text.to_ascii_uppercase();
    let words = || {
        text.split('/')
            .map(str::trim)
            .filter(|word| !word.is_empty())
    };
    if words().any(|word| CLASSIFIED.contains(&word)) {
        Some((
            Reason::ClassifiedRefused,
            ("a classified mark", "es una leyenda de clasificación"),
        ))
    } else if words().any(|word| NOT_FOREIGN.contains(&word)) {
        Some((
            Reason::NotReleasable,
            (
                "the mark forbids release abroad",
                "la leyenda prohíbe la entrega al extranjero",
            ),
        ))
    } else if is_country(side) {
        Some((
            Reason::MarkUnknown,
            (
                "not in the list of marks",
                "no está en la lista de leyendas",
            ),
        ))
    } else {
        Some((
            Reason::MarkUnknown,
            (
                "a mark is written with its side, US:LES",
                "la leyenda se escribe con su lado, como US:LES",
            ),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_known_or_refused_for_the_gravest_cause() {
        for mark in KNOWN {
            assert_eq!(refusal(mark), None, "{mark}");
        }
        for (mark, reason) in [
            ("US:SECRET", Reason::ClassifiedRefused),
            ("US:S//NF", Reason::ClassifiedRefused),
            ("us:top secret", Reason::ClassifiedRefused),
            ("TS//SCI", Reason::ClassifiedRefused),
            ("US:CONFIDENTIAL", Reason::ClassifiedRefused),
            ("US:LES-NF", Reason::NotReleasable),
            ("US:U//NOFORN", Reason::NotReleasable),
            ("LES", Reason::MarkUnknown),
            ("MX:LES", Reason::MarkUnknown),
            ("", Reason::MarkUnknown),
        ] {
            assert_eq!(
                refusal(mark).map(|(reason, _)| reason),
                Some(reason),
                "{mark}"
            );
        }
    }
}
