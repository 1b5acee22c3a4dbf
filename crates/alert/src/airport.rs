//! Airports, by the codes of IATA and ICAO, and the country in which each lies.
//!
//! A waybill may name a city (`NYC`) or a railway station by a code of three letters; those are not airports and are not
//! listed. What is not listed is flagged, never refused: airports open.

use crate::table::{AIRPORTSDATA, Table, behind};

/// Airports by IATA location identifier.
pub const IATA: Table = Table {
    name: "airports by IATA location identifier, with their country",
    version: "2026-09-05",
    source: "IATA location identifiers, collected; countries by ISO 3166-1, and XK for Kosovo",
    package: Some(AIRPORTSDATA),
    complete: false,
};

/// Airports and airfields by ICAO location indicator.
pub const ICAO: Table = Table {
    name: "airports by ICAO location indicator, with their country",
    version: "2026-09-05",
    source: "ICAO location indicators and national aerodrome codes of four letters, collected",
    package: Some(AIRPORTSDATA),
    complete: false,
};

/// Rows of code and country, `MEXMX`.
const BY_IATA: &str = include_str!("table/airports-iata.txt");
/// Rows of code and country, `MMMXMX`.
const BY_ICAO: &str = include_str!("table/airports-icao.txt");

/// The country, two letters, of the airport with this code of three letters (IATA) or four (ICAO), if it is listed.
pub fn country_of(code: &str) -> Option<&'static str> {
    match code.len() {
        3 => behind::<6>(BY_IATA, code),
        4 => behind::<7>(BY_ICAO, code),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::is_country;
    use crate::table::assert_sound;

    #[test]
    fn the_lists_are_sorted_and_whole_as_they_were_made() {
        assert_sound::<6>(BY_IATA, 7_884);
        assert_sound::<7>(BY_ICAO, 17_093);
    }

    #[test]
    fn every_airport_lies_in_a_country() {
        for row in BY_IATA.lines().chain(BY_ICAO.lines()) {
            let (code, country) = row.split_at(row.len() - 2);
            assert!(is_country(country) || country == "XK", "{row}");
            assert_eq!(country_of(code), Some(country));
        }
    }

    #[test]
    fn both_sides_have_as_many_as_the_data_model_counts() {
        let of = |country: &str| BY_IATA.lines().filter(|row| row.ends_with(country)).count();
        assert_eq!((of("MX"), of("US")), (87, 1_952));
    }

    #[test]
    fn an_airport_is_found_by_either_code() {
        for code in ["MEX", "NLU", "MMMX", "MMSM"] {
            assert_eq!(country_of(code), Some("MX"), "{code}");
        }
        for code in ["LAX", "KLAX", "MEM", "SDF"] {
            assert_eq!(country_of(code), Some("US"), "{code}");
        }
        for not in ["", "M", "ME", "XQX", "mex", "MEXX ", "NYC", "ÑX"] {
            assert_eq!(country_of(not), None, "{not}");
        }
    }
}
