//! Headings of the Harmonized System: the first four digits of every tariff code.
//!
//! The fifth and sixth digit are not listed, and a national tariff's further ones differ by country, so they are checked
//! for structure only.

use crate::table::{SATCFDI, Table, behind};

/// The headings. They are whole as far as they were compared; the list still only warns, because a tariff of an older or
/// a newer edition is not a mistake of the sender.
pub const TABLE: Table = Table {
    name: "headings of the Harmonized System",
    version: "2022",
    source: "World Customs Organization, as kept in the Mexican tariff (SAT, c_FraccionArancelaria, edition 2017); the \
        headings that the edition of 2022 added and removed by hand",
    package: Some(SATCFDI),
    complete: false,
};

const HEADINGS: &str = include_str!("table/hs-headings.txt");

/// Whether the first four characters of `code` are a heading.
pub fn has_heading(code: &str) -> bool {
    code.get(..4)
        .is_some_and(|heading| behind::<5>(HEADINGS, heading).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::assert_sound;

    #[test]
    fn the_list_has_the_1228_headings_of_2022() {
        assert_sound::<5>(HEADINGS, 1_228);
    }

    #[test]
    fn headings_are_those_of_2022() {
        for code in [
            "0309",
            "240411",
            "3827",
            "85249100",
            "8807",
            "9301",
            "9306900000",
        ] {
            assert!(has_heading(code), "{code}");
        }
        for not in [
            "", "01", "0100", "8107", "8803", "7701", "9801", "9999", "ÑÑÑ",
        ] {
            assert!(!has_heading(not), "{not}");
        }
    }

    #[test]
    fn every_listed_substance_has_a_heading() {
        for substance in crate::substance::all() {
            assert!(substance.hs().is_none_or(has_heading), "{}", substance.cas);
        }
    }
}
