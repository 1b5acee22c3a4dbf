//! ISO 3166-1: the 249 two-letter codes of countries and territories officially assigned.

mod list;

use crate::Lang;
use crate::table::{BABEL, Table, label_of};
use list::NAMES;

/// The list, whole: a code that is not in it is refused.
pub const TABLE: Table = Table {
    name: "countries and territories",
    version: "2024-02-29",
    source: "ISO 3166-1 alpha-2, officially assigned",
    package: None,
    complete: true,
};

/// What each is called. Nothing is refused by it.
pub const LABELS: Table = Table {
    name: "names of countries and territories",
    version: "2026-02-01",
    source: "Unicode Common Locale Data Repository, in English and in Spanish as in Mexico",
    package: Some(BABEL),
    complete: false,
};

/// The second letters, in order, of all codes that begin with `first`: two comparisons find a code, where a search
/// through 249 of them would take longer than the rest of an address.
const fn second_letters(first: u8) -> &'static [u8] {
    match first {
        b'A' => b"DEFGILMOQRSTUWXZ",
        b'B' => b"ABDEFGHIJLMNOQRSTVWYZ",
        b'C' => b"ACDFGHIKLMNORUVWXYZ",
        b'D' => b"EJKMOZ",
        b'E' => b"CEGHRST",
        b'F' => b"IJKMOR",
        b'G' => b"ABDEFGHILMNPQRSTUWY",
        b'H' => b"KMNRTU",
        b'I' => b"DELMNOQRST",
        b'J' => b"EMOP",
        b'K' => b"EGHIMNPRWYZ",
        b'L' => b"ABCIKRSTUVY",
        b'M' => b"ACDEFGHKLMNOPQRSTUVWXYZ",
        b'N' => b"ACEFGILOPRUZ",
        b'O' => b"M",
        b'P' => b"AEFGHKLMNRSTWY",
        b'Q' => b"A",
        b'R' => b"EOSUW",
        b'S' => b"ABCDEGHIJKLMNORSTVXYZ",
        b'T' => b"CDFGHJKLMNORTVWZ",
        b'U' => b"AGMSYZ",
        b'V' => b"ACEGINU",
        b'W' => b"FS",
        b'Y' => b"ET",
        b'Z' => b"AMW",
        _ => b"",
    }
}

/// Whether `code` is an officially assigned two-letter code, in capitals.
pub fn is_country(code: &str) -> bool {
    match code.as_bytes() {
        [first, second] => second_letters(*first).contains(second),
        _ => false,
    }
}

/// What people call the country or territory of that code.
pub fn label(code: &str, lang: Lang) -> Option<&'static str> {
    label_of(NAMES, code, lang)
}

/// Territories with a code of their own, behind the state that they belong to. ISO 3166-2 has each as a subdivision of that
/// state as well, the post ships under the state's code, and lists of airports have now the one, now the other.
const TERRITORIES: [(&str, &[&str]); 2] = [
    (
        "FR",
        &[
            "BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT",
        ],
    ),
    ("US", &["AS", "GU", "MP", "PR", "UM", "VI"]),
];

/// Whether two codes can mean the same place: they are equal, or one is a territory of the other.
pub fn may_be_same(one: &str, other: &str) -> bool {
    let holds = |state: &str, territory: &str| {
        let row = TERRITORIES.iter().find(|(of, _)| *of == state);
        row.is_some_and(|(_, territories)| territories.contains(&territory))
    };
    one == other || holds(one, other) || holds(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_sorted() {
        let mut count = 0;
        for first in 0..=u8::MAX {
            let seconds = second_letters(first);
            assert!(seconds.is_sorted_by(|a, b| a < b));
            assert!(seconds.iter().all(u8::is_ascii_uppercase));
            count += seconds.len();
        }
        assert_eq!(count, 249);
    }

    #[test]
    fn every_one_has_a_name_in_both_languages() {
        assert_eq!(NAMES.len(), 249);
        assert!(NAMES.is_sorted_by(|(one, _), (other, _)| one < other));
        for (code, names) in NAMES {
            assert!(is_country(code), "{code}");
            assert!(names.iter().all(|name| !name.is_empty()), "{code}");
        }
        assert_eq!(label("DE", Lang::Es), Some("Alemania"));
        assert_eq!(label("DE", Lang::En), Some("Germany"));
        assert_eq!(label("XX", Lang::En), None);
    }

    #[test]
    fn a_territory_may_be_written_as_its_state_and_never_as_another_territory() {
        for (state, territories) in TERRITORIES {
            assert!(is_country(state) && territories.is_sorted());
            for territory in territories {
                assert!(is_country(territory), "{territory}");
                assert!(may_be_same(state, territory) && may_be_same(territory, state));
            }
        }
        assert!(may_be_same("MX", "MX") && !may_be_same("MX", "US"));
        assert!(!may_be_same("PR", "VI") && !may_be_same("US", "GP"));
    }

    #[test]
    fn only_assigned_codes_in_capitals_are_countries() {
        assert!(is_country("MX") && is_country("US") && is_country("GB"));
        for not in ["", "M", "mx", "MEX", "XX", "UK", "EU", "A ", " A", "D A"] {
            assert!(!is_country(not), "{not}");
        }
    }
}
