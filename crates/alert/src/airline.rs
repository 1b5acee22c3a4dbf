//! Airlines' accounting codes: the first three digits of an air waybill.
//!
//! A carrier flies under its own code, under a partner's waybill, or on charter; a difference is worth a look and no more.

use crate::table::{Table, row_of};

/// The list, which is not complete: what is not in it is flagged with these words, and no more.
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
    ("027", "AS", "ASA"),
    ("036", "Y4", "VOI"),
    ("044", "AR", "ARG"),
    ("045", "LA", "LAN"),
    ("047", "TP", "TAP"),
    ("053", "EI", "EIN"),
    ("055", "AZ", "ITY"),
    ("057", "AF", "AFR"),
    ("065", "SV", "SVA"),
    ("071", "ET", "ETH"),
    ("072", "GF", "GFA"),
    ("074", "KL", "KLM"),
    ("075", "IB", "IBE"),
    ("077", "MS", "MSR"),
    ("079", "PR", "PAL"),
    ("080", "LO", "LOT"),
    ("081", "QF", "QFA"),
    ("082", "SN", "BEL"),
    ("083", "SA", "SAA"),
    ("086", "NZ", "ANZ"),
    ("098", "AI", "AIC"),
    ("105", "AY", "FIN"),
    ("106", "BW", "BWA"),
    ("108", "FI", "ICE"),
    ("112", "CK", "CKK"),
    ("114", "LY", "ELY"),
    ("117", "SK", "SAS"),
    ("125", "BA", "BAW"),
    ("126", "GA", "GIA"),
    ("129", "MP", "MPH"),
    ("131", "JL", "JAL"),
    ("134", "AV", "AVA"),
    ("139", "AM", "AMX"),
    ("145", "UC", "LCO"),
    ("147", "AT", "RAM"),
    ("157", "QR", "QTR"),
    ("160", "CX", "CPA"),
    ("172", "CV", "CLX"),
    ("173", "HA", "HAL"),
    ("176", "EK", "UAE"),
    ("180", "KE", "KAL"),
    ("202", "TA", "TAI"),
    ("205", "NH", "ANA"),
    ("214", "PK", "PIA"),
    ("217", "TG", "THA"),
    ("229", "KU", "KAC"),
    ("230", "CM", "CMP"),
    ("232", "MH", "MAS"),
    ("235", "TK", "THY"),
    ("239", "MK", "MAU"),
    ("257", "OS", "AUA"),
    ("272", "K4", "CKS"),
    ("279", "B6", "JBU"),
    ("288", "LD", "AHK"),
    ("297", "CI", "CAL"),
    ("356", "C8", "ICV"),
    ("369", "5Y", "GTI"),
    ("390", "A3", "AEE"),
    ("403", "PO", "PAC"),
    ("406", "5X", "UPS"),
    ("416", "N8", "NCR"),
    ("501", "7L", "AZG"),
    ("512", "RJ", "RJA"),
    ("526", "WN", "SWA"),
    ("549", "M3", "TUS"),
    ("555", "SU", "AFL"),
    ("577", "AD", "AZU"),
    ("580", "RU", "ABW"),
    ("603", "UL", "ALK"),
    ("607", "EY", "ETD"),
    ("615", "QY", "BCS"),
    ("618", "SQ", "SIA"),
    ("657", "BT", "BTI"),
    ("672", "BI", "RBA"),
    ("675", "NX", "AMU"),
    ("695", "BR", "EVA"),
    ("700", "5C", "ICL"),
    ("706", "KQ", "KQA"),
    ("716", "MB", "MNB"),
    ("724", "LX", "SWR"),
    ("729", "QT", "TPA"),
    ("731", "MF", "CXA"),
    ("738", "VN", "HVN"),
    ("774", "FM", "CSH"),
    ("781", "MU", "CES"),
    ("784", "CZ", "CSN"),
    ("803", "AE", "MDA"),
    ("832", "GB", "ABX"),
    ("851", "HX", "CRK"),
    ("865", "M7", "MAA"),
    ("876", "3U", "CSC"),
    ("880", "HU", "CHH"),
    ("881", "DE", "CFG"),
    ("932", "VS", "VIR"),
    ("933", "KZ", "NCA"),
    ("957", "JJ", "TAM"),
    ("988", "OZ", "AAR"),
    ("996", "UX", "AEA"),
    ("997", "BG", "BBC"),
    ("999", "CA", "CCA"),
];

/// Carriers between the two sides of whose waybills the list knows no prefix: IATA and ICAO designator.
const WITHOUT_PREFIX: &[(&str, &str)] = &[
    ("3S", "BOX"),
    ("8C", "ATN"),
    ("D0", "DHK"),
    ("E7", "ESF"),
    ("ES", "DHX"),
    ("F9", "FFT"),
    ("G4", "AAY"),
    ("NK", "NKS"),
    ("SY", "SCX"),
    ("VB", "VIV"),
];

/// The IATA and the ICAO designator of the airline whose waybills begin with these three digits, if the list knows it.
pub fn of_prefix(prefix: &str) -> Option<(&'static str, &'static str)> {
    row_of(AIRLINES, prefix, |(code, ..)| code).map(|(_, iata, icao)| (*iata, *icao))
}

/// Whether the list knows an airline of this designator, IATA or ICAO.
pub fn is_known(designator: &str) -> bool {
    let with_prefix = AIRLINES.iter().map(|(_, iata, icao)| (*iata, *icao));
    with_prefix
        .chain(WITHOUT_PREFIX.iter().copied())
        .any(|(iata, icao)| iata == designator || icao == designator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_list_is_sorted_and_shaped() {
        assert!(AIRLINES.is_sorted_by(|a, b| a.0 < b.0));
        let mut designators = BTreeSet::new();
        let with_prefix = AIRLINES.iter().map(|(_, iata, icao)| (*iata, *icao));
        for (iata, icao) in with_prefix.chain(WITHOUT_PREFIX.iter().copied()) {
            assert_eq!((iata.len(), icao.len()), (2, 3), "{iata}");
            assert!(
                designators.insert(iata) && designators.insert(icao),
                "{iata} twice"
            );
            assert!(is_known(iata) && is_known(icao));
        }
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
