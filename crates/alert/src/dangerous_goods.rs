//! UN numbers: which there are, and the class of those that alerts about our four kinds of goods name.
//!
//! Of the numbers that begin with `NA` or `ID` there is no list here, only where they can lie at all.

use crate::table::{SATCFDI, Table, behind};

/// Every number up to 3550, as far as the source has it: the list only ever warns.
pub const NUMBERS: Table = Table {
    name: "UN numbers",
    version: "2021 (revision 22)",
    source: "UN Recommendations on the Transport of Dangerous Goods, as kept by the Mexican tax administration (SAT, \
        c_MaterialPeligroso); 3316 added",
    package: Some(SATCFDI),
    complete: false,
};

/// The newest number of the list. Later revisions number on from here, so what lies above is not judged.
const NEWEST: u16 = 3550;

const LISTED: &str = include_str!("table/un-numbers.txt");

/// The numbers whose class is known, which are few: they only ever warn.
pub const TABLE: Table = Table {
    name: "UN numbers and their class",
    version: "2023 (revision 23)",
    source: "UN Recommendations on the Transport of Dangerous Goods, dangerous goods list (extract)",
    package: None,
    complete: false,
};

/// The numbers that fuels travel under.
pub const FUELS: Table = Table {
    name: "UN numbers of fuels",
    version: "2026-11",
    source: "data model, section 2; added: 1223 kerosene, 3082 waste oil, 3475 ethanol blends, 1011 and 1969 butanes, \
        1971 and 1972 natural gas, 1170 ethanol, 1987 alcohols",
    package: None,
    complete: false,
};

/// Number and class or division, sorted by number.
const CLASSES: &[(u16, &str)] = &[
    (12, "1.4S"),
    (55, "1.4S"),
    (1011, "2.1"),
    (1061, "2.1"),
    (1075, "2.1"),
    (1090, "3"),
    (1155, "3"),
    (1170, "3"),
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
    (1969, "2.1"),
    (1971, "2.1"),
    (1972, "2.1"),
    (1978, "2.1"),
    (1987, "3"),
    (1993, "3"),
    (2401, "8"),
    (3082, "9"),
    (3295, "3"),
    (3475, "3"),
];

const FUEL_NUMBERS: &[u16] = &[
    1011, 1075, 1170, 1202, 1203, 1223, 1267, 1268, 1863, 1965, 1969, 1971, 1972, 1978, 1987, 1993,
    3082, 3295, 3475,
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

/// Whether the list itself has the UN number.
pub fn is_known(number: u16) -> bool {
    behind::<5>(LISTED, &format!("{number:04}")).is_some()
}

/// Whether such a number is in the list, or is of a kind that the list does not judge.
pub fn is_listed(text: &str) -> bool {
    match (text.strip_prefix("UN"), number(text)) {
        (Some(digits), Some(number)) => number > NEWEST || behind::<5>(LISTED, digits).is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::assert_sound;

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
    fn the_list_of_numbers_holds_every_number_that_another_list_knows() {
        assert_sound::<5>(LISTED, 2_337);
        assert!(LISTED.ends_with(&format!("{NEWEST}\n")));
        for (number, _) in CLASSES {
            assert!(is_listed(&format!("UN{number:04}")), "{number}");
        }
        for substance in crate::substance::all() {
            let number = substance.un().map(|number| format!("UN{number:04}"));
            assert!(
                number.is_none_or(|number| is_listed(&number)),
                "{}",
                substance.cas
            );
        }
        for row in LISTED.lines() {
            assert!(is_possible(&format!("UN{row}")), "{row}");
        }
    }

    #[test]
    fn numbers_that_were_never_given_are_not_listed() {
        for not in ["UN0777", "UN1004", "UN2100", "UN3999"] {
            assert_eq!(is_listed(not), not == "UN3999", "{not}");
        }
        assert!(is_listed("UN3316") && is_listed("NA1004") && is_listed("ID8000"));
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
