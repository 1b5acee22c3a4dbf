//! UN numbers with their class: those that alerts about our four kinds of goods name.
//!
//! The list of dangerous goods has well over two thousand numbers; here are the few that matter most, so a number that
//! is not listed says nothing. What is known of all of them is where they can lie at all.

use crate::table::Table;

/// The numbers below, which are few: they only ever warn.
pub const TABLE: Table = Table {
    name: "UN numbers and their class",
    version: "2023 (revision 23)",
    source: "UN Recommendations on the Transport of Dangerous Goods, dangerous goods list (extract)",
    complete: false,
};

/// The numbers that fuels travel under.
pub const FUELS: Table = Table {
    name: "UN numbers of fuels",
    version: "2026-11",
    source: "data model, section 2; 1223, 3082 and 3475 added for kerosene, waste oil and ethanol blends",
    complete: false,
};

/// Number and class or division, sorted by number.
const CLASSES: &[(u16, &str)] = &[
    (12, "1.4S"),
    (55, "1.4S"),
    (1061, "2.1"),
    (1075, "2.1"),
    (1090, "3"),
    (1155, "3"),
    (1193, "3"),
    (1202, "3"),
    (1203, "3"),
    (1223, "3"),
    (1235, "3"),
    (1267, "3"),
    (1268, "3"),
    (1294, "3"),
    (1490, "5.1"),
    (1547, "6.1"),
    (1689, "6.1"),
    (1715, "8"),
    (1789, "8"),
    (1830, "8"),
    (1863, "3"),
    (1965, "2.1"),
    (1978, "2.1"),
    (1993, "3"),
    (2401, "8"),
    (3082, "9"),
    (3295, "3"),
    (3475, "3"),
];

const FUEL_NUMBERS: &[u16] = &[
    1075, 1202, 1203, 1223, 1267, 1268, 1863, 1965, 1978, 1993, 3082, 3295, 3475,
];

/// The four digits behind `UN`, `NA` or `ID`; `None` when `text` has another form.
pub fn number(text: &str) -> Option<u16> {
    let (prefix, digits) = text.split_at_checked(2)?;
    let shaped = ["UN", "NA", "ID"].contains(&prefix)
        && digits.len() == 4
        && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| shaped)
}

/// The class or division of a number, if the extract has it.
pub fn class_of(number: u16) -> Option<&'static str> {
    let place = CLASSES
        .binary_search_by_key(&number, |(known, _)| *known)
        .ok()?;
    CLASSES.get(place).map(|(_, class)| *class)
}

/// Whether fuels travel under this number.
pub fn is_fuel(number: u16) -> bool {
    FUEL_NUMBERS.binary_search(&number).is_ok()
}

/// Whether the list can have such a number: explosives stand from 0004, everything else from 1001, `ID` is 8000 alone,
/// `NA` from 9000 or as UN. The bounds leave room for new numbers.
pub fn is_possible(text: &str) -> bool {
    let listed = |number| matches!(number, 4..=599 | 1001..=3999);
    match (text.get(..2), number(text)) {
        (Some("UN"), Some(number)) => listed(number),
        (Some("NA"), Some(number)) => listed(number) || number >= 9000,
        (Some("ID"), Some(number)) => number == 8000,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_agree() {
        assert!(CLASSES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(FUEL_NUMBERS.is_sorted_by(|a, b| a < b));
        for fuel in FUEL_NUMBERS {
            assert!(class_of(*fuel).is_some(), "{fuel}");
            assert!(is_possible(&format!("UN{fuel:04}")));
        }
    }

    #[test]
    fn numbers_are_read_and_placed() {
        assert_eq!(number("UN1267"), Some(1267));
        assert_eq!(class_of(12), Some("1.4S"));
        assert!(is_fuel(1203) && !is_fuel(1715));
        for bad in ["", "UN", "1267", "un1267", "UN126", "UN12677", "ÑN1267"] {
            assert_eq!(number(bad), None, "{bad}");
        }
        assert!(is_possible("UN0012") && is_possible("ID8000") && is_possible("NA9035"));
        assert!(!is_possible("UN0000") && !is_possible("UN0777") && !is_possible("ID1203"));
    }
}
