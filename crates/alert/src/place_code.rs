//! UN/LOCODE: the places of the world by country and three characters.
//!
//! The United Nations add places twice a year; what is not in this release is flagged, never refused.

use crate::table::{PYUNLOCODE, Table, behind};

/// The list: whole as of its release, with one airport of a later one.
pub const TABLE: Table = Table {
    name: "UN/LOCODE, places of the world",
    version: "2023-1",
    source: "UN/LOCODE, United Nations Economic Commission for Europe; MXNLU added by hand",
    package: Some(PYUNLOCODE),
    complete: false,
};

/// Rows of one code, `MXMEX`.
const CODES: &str = include_str!("table/locodes.txt");

/// Whether the list has the place with this code of five characters.
pub fn is_listed(code: &str) -> bool {
    code.len() == 5 && behind::<6>(CODES, code).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::is_country;
    use crate::table::assert_sound;

    #[test]
    fn the_list_is_sorted_and_whole_as_it_was_made() {
        assert_sound::<6>(CODES, 116_553);
        let of = |country: &str| CODES.lines().filter(|row| row.starts_with(country)).count();
        // The data model counts 965 and 20,878 in the release that it was written from.
        assert_eq!((of("MX"), of("US")), (968, 20_852));
    }

    #[test]
    fn every_place_lies_in_a_country_and_every_code_is_found() {
        for code in CODES.lines() {
            let (country, _) = code.split_at(2);
            assert!(is_country(country) || country == "XZ", "{code}");
            assert!(is_listed(code), "{code}");
        }
    }

    #[test]
    fn what_is_not_a_place_is_not_found() {
        for code in ["MXMEX", "MXNLU", "MXGDL", "USLAX", "USMEM"] {
            assert!(is_listed(code), "{code}");
        }
        for not in ["", "MX", "MXM", "MXQQQ", "mxmex", "MXMEX ", "MX MEX", "ÑÑM"] {
            assert!(!is_listed(not), "{not}");
        }
    }
}
