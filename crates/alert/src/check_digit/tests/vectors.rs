//! The data model's vectors (section 5), all of them, valid and invalid, in its order.

use super::*;
use crate::id::AlertId;

/// One algorithm with its vectors.
struct Vectors {
    section: &'static str,
    name: &'static str,
    check: fn(&str) -> Result<(), CheckError>,
    valid: &'static [&'static str],
    /// Of the right form, with a wrong check digit.
    invalid: &'static [&'static str],
}

const ALL: [Vectors; 9] = [
    Vectors {
        section: "5.1",
        name: "air waybill",
        check: awb,
        valid: &[
            "020-12345675",
            "888-11111111",
            "125-12345675",
            "000-77777770",
            "007-54400194",
        ],
        invalid: &["007-12345678", "000-12344321"],
    },
    Vectors {
        section: "5.2",
        name: "UPU S10",
        check: s10,
        valid: &[
            "RB123456785GB",
            "EE123456785MX",
            "LX473124829US",
            "RB100000140GB", // 10 becomes 0
            "RB100000025GB", // 11 becomes 5
        ],
        invalid: &["RB123456786US"],
    },
    Vectors {
        section: "5.3",
        name: "CAS",
        check: cas,
        valid: &["108-24-7", "437-38-7"],
        invalid: &["108-24-8"],
    },
    Vectors {
        section: "5.5",
        name: "RFC",
        check: rfc,
        valid: &[
            "GODE561231GR8",
            "ABC010101AB1",
            "XAXX010101000", // generic: exempt
            "XEXX010101000",
        ],
        invalid: &["GODE561231GR9", "ABC010101AB2"],
    },
    Vectors {
        section: "5.5",
        name: "CURP",
        check: curp,
        valid: &["BOXW310820HNERXN09"],
        invalid: &["BOXW310820HNERXN08"],
    },
    Vectors {
        section: "5.6",
        name: "ISO 6346",
        check: container,
        valid: &["CSQU3054383"],
        invalid: &["CSQU3054384"],
    },
    Vectors {
        section: "5.7",
        name: "DHL",
        check: dhl,
        valid: &["3318810025"],
        invalid: &["3318810010"],
    },
    Vectors {
        section: "5.7",
        name: "FedEx",
        check: fedex,
        valid: &["986578788855"],
        invalid: &["996578788855"],
    },
    Vectors {
        section: "5.7",
        name: "UPS",
        check: ups,
        valid: &[
            "1Z5R89390357567127",
            "1Z879E930346834440",
            "1Z999AA10123456784",
        ],
        invalid: &["1Z5R89390357567128"],
    },
];

#[test]
fn every_vector_of_the_data_model_gives_its_result() {
    for Vectors {
        section,
        name,
        check,
        valid,
        invalid,
    } in ALL
    {
        for number in valid {
            assert_eq!(check(number), Ok(()), "{section} {name}: {number}");
        }
        for number in invalid {
            assert!(refused(check(number)), "{section} {name}: {number}");
        }
    }
}

/// Section 5.4. An alert id is an identifier of ours, so it is read by its own type.
#[test]
fn every_vector_of_the_alert_id_gives_its_result() {
    for valid in ["US-CBPLAX-2026-000123B", "MX-CMX01-2026-000001M"] {
        assert!(valid.parse::<AlertId>().is_ok(), "{valid}");
    }
    assert_eq!(mod37_36("A12425GABC1234002"), Some('M'), "bare");
    for (invalid, slip) in [
        ("US-CBPLAX-2026-000132B", "transposition"),
        ("US-CBPLAX-2026-000128B", "substitution"),
    ] {
        let error = invalid.parse::<AlertId>().unwrap_err();
        assert_eq!(error.reason(), crate::Reason::AlertIdCheckDigit, "{slip}");
        let meant = AlertId::proposals(invalid);
        let meant = meant.iter().any(|one| one == "US-CBPLAX-2026-000123B");
        assert!(meant, "{slip} of {invalid} is undone by a proposal");
    }
}
