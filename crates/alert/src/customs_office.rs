//! Customs offices: the Mexican aduanas, and the districts to which the ports of the United States belong.
//!
//! The list has what the first two digits say: an aduana, whose section is the third digit, and a district, whose port the
//! third and fourth are. Sections and ports open and close too often to be kept by hand.

use crate::table::Table;

/// Aduanas of Mexico.
pub const ADUANAS: Table = Table {
    name: "customs offices of Mexico, without their sections",
    version: "2026-11",
    source: "Anexo 22, Apéndice 1, of the general rules of foreign trade, collected; to be checked against the current text",
    package: None,
    complete: false,
};

/// Districts of the United States.
pub const DISTRICTS: Table = Table {
    name: "customs districts of the United States, without their ports",
    version: "2026-11",
    source: "Schedule D of the U.S. Census Bureau, collected; to be checked against the current text",
    package: None,
    complete: false,
};

/// Mexican offices, sorted; 47 is the airport of Mexico City, 85 the one that freighters use since 2023.
const OF_MEXICO: &[&str] = &[
    "01", "02", "05", "06", "07", "08", "11", "12", "14", "16", "17", "18", "19", "20", "22", "23",
    "24", "25", "26", "27", "28", "30", "31", "33", "34", "37", "38", "39", "40", "42", "43", "44",
    "46", "47", "48", "50", "51", "52", "53", "64", "65", "67", "73", "75", "80", "81", "82", "83",
    "84", "85",
];

/// U.S. districts, sorted; 47 is the airport of New York, 27 Los Angeles, 20 New Orleans with Memphis and Louisville.
const OF_THE_UNITED_STATES: &[&str] = &[
    "01", "02", "04", "05", "07", "09", "10", "11", "13", "14", "15", "16", "17", "18", "19", "20",
    "21", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35", "36", "37",
    "38", "39", "41", "45", "46", "47", "49", "51", "52", "53", "54", "55",
];

/// Whether the list knows the office that `code` begins with; `None` for a country that is not listed at all.
pub fn is_listed(country: &str, code: &str) -> Option<bool> {
    let offices = match country {
        "MX" => OF_MEXICO,
        "US" => OF_THE_UNITED_STATES,
        _ => return None,
    };
    let office = code.get(..2);
    Some(office.is_some_and(|office| offices.binary_search(&office).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_shaped() {
        for offices in [OF_MEXICO, OF_THE_UNITED_STATES] {
            assert!(offices.is_sorted_by(|a, b| a < b));
            for office in offices {
                assert!(
                    office.len() == 2 && office.bytes().all(|b| b.is_ascii_digit()),
                    "{office}"
                );
            }
        }
        assert_eq!((OF_MEXICO.len(), OF_THE_UNITED_STATES.len()), (50, 44));
    }

    #[test]
    fn an_office_is_known_by_its_first_two_digits() {
        for (country, code) in [
            ("MX", "470"),
            ("MX", "850"),
            ("US", "2720"),
            ("US", "4701"),
            ("US", "2006"),
        ] {
            assert_eq!(is_listed(country, code), Some(true), "{country} {code}");
        }
        for (country, code) in [
            ("MX", "990"),
            ("MX", "03"),
            ("US", "9999"),
            ("US", ""),
            ("MX", "Ñ"),
        ] {
            assert_eq!(is_listed(country, code), Some(false), "{country} {code}");
        }
        assert_eq!(is_listed("CA", "0809"), None);
    }
}
