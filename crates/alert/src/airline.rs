//! Airlines' accounting codes: the first three digits of an air waybill.
//!
//! A carrier flies under its own code, under a partner's waybill, or on charter; a difference is worth a look and no more.

use crate::table::{Table, row_of};

/// The list, which is not complete: a prefix that is not in it says nothing.
pub const TABLE: Table = Table {
    name: "accounting codes of airlines on air waybills",
    version: "2026-11",
    source: "IATA accounting codes as printed on waybills, collected; to be checked against the IATA list",
    package: None,
    complete: false,
};

/// Prefix, IATA and ICAO designator, sorted by prefix.
const AIRLINES: &[(&str, &str, &str)] = &[
    ("001", "AA", "AAL"),
    ("006", "DL", "DAL"),
    ("014", "AC", "ACA"),
    ("016", "UA", "UAL"),
    ("020", "LH", "DLH"),
    ("023", "FX", "FDX"),
    ("045", "LA", "LAN"),
    ("057", "AF", "AFR"),
    ("071", "ET", "ETH"),
    ("074", "KL", "KLM"),
    ("075", "IB", "IBE"),
    ("125", "BA", "BAW"),
    ("131", "JL", "JAL"),
    ("134", "AV", "AVA"),
    ("139", "AM", "AMX"),
    ("157", "QR", "QTR"),
    ("160", "CX", "CPA"),
    ("172", "CV", "CLX"),
    ("176", "EK", "UAE"),
    ("180", "KE", "KAL"),
    ("205", "NH", "ANA"),
    ("217", "TG", "THA"),
    ("230", "CM", "CMP"),
    ("235", "TK", "THY"),
    ("272", "K4", "CKS"),
    ("297", "CI", "CAL"),
    ("369", "5Y", "GTI"),
    ("403", "PO", "PAC"),
    ("406", "5X", "UPS"),
    ("607", "EY", "ETD"),
    ("618", "SQ", "SIA"),
    ("695", "BR", "EVA"),
    ("724", "LX", "SWR"),
    ("781", "MU", "CES"),
    ("784", "CZ", "CSN"),
    ("865", "M7", "MAA"),
    ("988", "OZ", "AAR"),
    ("999", "CA", "CCA"),
];

/// The IATA and the ICAO designator of the airline whose waybills begin with these three digits, if the list knows it.
pub fn of_prefix(prefix: &str) -> Option<(&'static str, &'static str)> {
    row_of(AIRLINES, prefix, |(code, ..)| code).map(|(_, iata, icao)| (*iata, *icao))
}

/// Whether the list knows an airline of this designator, IATA or ICAO.
pub fn is_known(designator: &str) -> bool {
    AIRLINES
        .iter()
        .any(|(_, iata, icao)| *iata == designator || *icao == designator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_shaped() {
        assert!(AIRLINES.is_sorted_by(|a, b| a.0 < b.0));
        for (prefix, iata, icao) in AIRLINES {
            assert_eq!(
                (prefix.len(), iata.len(), icao.len()),
                (3, 2, 3),
                "{prefix}"
            );
        }
    }

    #[test]
    fn a_prefix_names_its_airline() {
        assert_eq!(of_prefix("139"), Some(("AM", "AMX")));
        assert_eq!(of_prefix("888"), None);
        assert!(is_known("M7") && is_known("UPS") && !is_known("ZZ"));
    }
}
