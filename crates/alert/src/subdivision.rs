//! ISO 3166-2 for Mexico and the United States, with what people call each state.

mod list;

use crate::Lang;
use crate::table::{Table, row_of};
use list::SUBDIVISIONS;

/// The states of both sides, whole; other countries' are checked for structure only.
pub const TABLE: Table = Table {
    name: "subdivisions of Mexico and the United States",
    version: "2020-11-24",
    source: "ISO 3166-2, entries MX and US",
    package: None,
    complete: true,
};

/// One state, district or territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subdivision {
    /// `MX-JAL`.
    pub code: &'static str,
    names: [&'static str; 2],
}

impl Subdivision {
    const fn new(code: &'static str, english: &'static str, spanish: &'static str) -> Self {
        Self {
            code,
            names: [english, spanish],
        }
    }

    /// What people call it.
    pub fn label(&self, lang: Lang) -> &'static str {
        let [english, spanish] = self.names;
        match lang {
            Lang::En => english,
            Lang::Es => spanish,
        }
    }
}

/// The state of that code, if it is a Mexican or a U.S. one.
pub fn find(code: &str) -> Option<&'static Subdivision> {
    row_of(SUBDIVISIONS, code, |row| row.code)
}

/// The code that stands today for one which older lists still have.
pub fn successor(code: &str) -> Option<&'static str> {
    // Distrito Federal became Ciudad de México in 2016; OurAirports still has the old code.
    (code == "MX-DIF").then_some("MX-CMX")
}

/// Whether the table has every subdivision of that country.
pub fn is_listed_country(country: &str) -> bool {
    ["MX", "US"].contains(&country)
}

/// Whether `text` has the form of ISO 3166-2: a country, a hyphen, one to three capitals or digits.
pub fn is_shaped(text: &str) -> bool {
    text.split_once('-').is_some_and(|(country, rest)| {
        crate::country::is_country(country)
            && (1..=3).contains(&rest.len())
            && rest
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_countries_are_whole_and_sorted() {
        assert!(SUBDIVISIONS.is_sorted_by(|a, b| a.code < b.code));
        let of = |prefix: &str| {
            SUBDIVISIONS
                .iter()
                .filter(|row| row.code.starts_with(prefix))
                .count()
        };
        assert_eq!((of("MX-"), of("US-")), (32, 57));
        assert!(SUBDIVISIONS.iter().all(|row| is_shaped(row.code)));
    }

    #[test]
    fn the_mexican_codes_are_those_of_the_data_model() {
        let codes = "AGU BCN BCS CAM CHH CHP CMX COA COL DUR GRO GUA HID JAL MEX MIC MOR NAY NLE OAX PUE QUE ROO SIN \
            SLP SON TAB TAM TLA VER YUC ZAC";
        for code in codes.split_whitespace() {
            assert!(find(&format!("MX-{code}")).is_some(), "{code}");
        }
    }

    #[test]
    fn the_federal_district_is_mexico_city_today() {
        assert_eq!(find("MX-DIF"), None);
        let today = successor("MX-DIF").and_then(find).unwrap();
        assert_eq!(today.label(Lang::Es), "Ciudad de México");
        assert_eq!(successor("MX-CMX"), None);
    }

    #[test]
    fn the_form_is_that_of_the_standard() {
        for bad in [
            "", "MX", "MX-", "MX-JALI", "mx-jal", "XX-JAL", "JAL", "MX-Ñ", "MX_JAL",
        ] {
            assert!(!is_shaped(bad), "{bad}");
        }
        assert!(is_shaped("FR-2A") && is_shaped("PK-PB"));
    }
}
