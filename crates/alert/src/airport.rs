//! Airports, by the codes of IATA and ICAO, and the country in which each lies.
//!
//! A waybill may name a city (`NYC`) or a railway station by a code of three letters; those are not airports and are not
//! listed. What is not listed is flagged, never refused: airports open.

use crate::table::{AIRPORTSDATA, Table, behind, row_of};

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

/// The states of airports on both sides.
pub const STATES: Table = Table {
    name: "states of Mexican and U.S. airports, by IATA location identifier",
    version: "2026-09-05",
    source: "airportsdata, where UN/LOCODE 2023-1 agrees; every other Mexican airport, and four U.S. ones, by hand",
    package: Some(AIRPORTSDATA),
    complete: false,
};

/// Rows of code and country, `MEXMX`.
const BY_IATA: &str = include_str!("table/airports-iata.txt");
/// Rows of code and country, `MMMXMX`.
const BY_ICAO: &str = include_str!("table/airports-icao.txt");

/// Rows of code and state of Mexico, `MEXCMX`.
const STATES_MX: &str = include_str!("table/airport-states-mx.txt");
/// Rows of code and U.S. state, `LAXCA`.
const STATES_US: &str = include_str!("table/airport-states-us.txt");

/// Airports of a city that lies in more than one state, each with the states that it serves beside its own.
const SERVES: &[(&str, &[&str])] = &[
    ("BWI", &["DC", "VA"]),
    ("CVG", &["OH", "IN"]),
    ("DCA", &["DC", "MD", "VA"]),
    ("EWR", &["NY"]),
    ("IAD", &["DC", "MD"]),
    ("JFK", &["NJ"]),
    ("LGA", &["NJ"]),
    ("MCI", &["KS"]),
    ("MEX", &["MEX"]),
    ("NLU", &["CMX", "HID"]),
    ("PDX", &["WA"]),
    ("PHL", &["NJ", "DE"]),
    ("STL", &["IL"]),
    ("TLC", &["CMX"]),
];

/// Whether a Mexican or U.S. airport serves the state with this ISO 3166-2 code, `MX-JAL`; `None` when the list does not know
/// the airport, or the state lies in another country than it.
pub fn serves(airport: &str, state: &str) -> Option<bool> {
    let (country, state) = state.split_once('-')?;
    let own = match (airport.len(), country) {
        (3, "MX") => behind::<7>(STATES_MX, airport),
        (3, "US") => behind::<6>(STATES_US, airport),
        _ => None,
    }?;
    let others = row_of(SERVES, airport, |(of, _)| of).map_or(&[][..], |(_, others)| *others);
    Some(own == state || others.contains(&state))
}

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
    fn every_mexican_airport_and_most_of_the_united_states_have_a_state() {
        assert_sound::<7>(STATES_MX, 87);
        assert_sound::<6>(STATES_US, 1_693);
        for (rows, country) in [(STATES_MX, "MX"), (STATES_US, "US")] {
            for row in rows.lines() {
                let (airport, state) = row.split_at(3);
                let state = format!("{country}-{state}");
                assert!(crate::subdivision::find(&state).is_some(), "{row}");
                assert_eq!(country_of(airport), Some(country), "{row}");
                assert_eq!(serves(airport, &state), Some(true), "{row}");
            }
        }
        assert!(SERVES.is_sorted_by(|one, next| one.0 < next.0));
    }

    #[test]
    fn an_airport_serves_its_state_and_those_that_its_city_reaches_into() {
        for (airport, state) in [
            ("TIJ", "MX-BCN"),
            ("NLU", "MX-CMX"),
            ("JFK", "US-NJ"),
            ("CVG", "US-OH"),
        ] {
            assert_eq!(serves(airport, state), Some(true), "{airport} {state}");
        }
        assert_eq!(serves("TIJ", "MX-BCS"), Some(false));
        assert_eq!(serves("LAX", "US-TX"), Some(false));
        for (airport, state) in [
            ("LAX", "MX-BCN"),
            ("KLAX", "US-CA"),
            ("XQX", "US-CA"),
            ("LAX", "CA"),
            ("FRA", "DE-HE"),
        ] {
            assert_eq!(serves(airport, state), None, "{airport} {state}");
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
