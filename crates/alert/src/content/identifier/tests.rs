//! Each structure accepts what a label says and refuses what a slip makes of it.

use super::*;

fn judge(structure: &Structure, good: &[&str], bad: &[&str]) {
    for text in good {
        assert!((structure.fits)(text), "{text}");
    }
    for text in bad {
        assert!(!(structure.fits)(text), "{text}");
    }
}

#[test]
fn flights_carriers_and_places() {
    judge(
        &FLIGHT,
        &[
            "AM690", "AMX690", "M7852", "5X414", "AM1", "DLH8160A", "AA9999Z",
        ],
        &[
            "690", "AM", "AM12345", "am690", "AM-690", "55414", "AMXX69", "AM690AB", "ÁM690", "",
        ],
    );
    judge(
        &CARRIER,
        &["AM", "5X", "M7", "AMX"],
        &["A", "55", "AMXX", "am", "A1X", "Ñ"],
    );
    judge(
        &AIRPORT,
        &["MEX", "NLU", "MMSM"],
        &["ME", "mex", "M3X", "MMSMX", "ÑAX"],
    );
    judge(
        &LOCODE,
        &["MXMEX", "USLAX", "USEX2"],
        &[
            "MEX", "MX MEX", "UKLON", "MXM0X", "MXME1", "mxmex", "MXMEXX",
        ],
    );
    judge(
        &ULD,
        &["AKE12345LH", "PMC1337XX", "AKE4711XX", "PAG123455X"],
        &[
            "AKE123LH",
            "AK12345LH",
            "AKE1234L",
            "ake12345LH",
            "AKE123456LH",
            "AKE12345lh",
            "",
        ],
    );
}

#[test]
fn numbers_of_firearms_fuels_and_people() {
    judge(
        &FFL,
        &["1-23-456-78-9A-12345"],
        &[
            "1-23-456-78-9A-1234",
            "123456789A12345",
            "1-23-456-78-9a-12345",
        ],
    );
    judge(
        &TRACE,
        &["T20261180"],
        &["20261180", "T", "t20261180", "T2026-1180"],
    );
    judge(
        &EIN,
        &["12-3456789"],
        &["123456789", "1-23456789", "12-345678"],
    );
    judge(
        &PEDIMENTO,
        &["264730011234567"],
        &["26 47 3001 1234567", "26473001123456"],
    );
    judge(
        &CARTA_PORTE,
        &["CCC1a2b3-4c5d-6e7f-8a9b-0c1d2e3f4a5b"],
        &[
            "ABC1a2b3-4c5d-6e7f-8a9b-0c1d2e3f4a5b",
            "CCC1a2b34c5d6e7f8a9b0c1d2e3f4a5b",
            "CCC",
        ],
    );
    judge(
        &EMAIL,
        &["duty.desk@example.com", "ñandú@ejemplo.mx"],
        &[
            "duty.desk",
            "a@b",
            "a@@b.c",
            "a b@c.de",
            "@c.de",
            "a@c..de",
            "a@b@c.de",
        ],
    );
    judge(
        &IP,
        &["192.0.2.1", "2001:db8::1"],
        &["192.0.2", "192.0.2.256", "example.com"],
    );
    judge(&MX_POSTAL, &["06600"], &["6600", "06600-1"]);
    judge(
        &US_POSTAL,
        &["90045", "90045-1234"],
        &["9004", "900451234", "90045-12"],
    );
    judge(&US_PORT, &["2720"], &["272"]);
    judge(&ADUANA, &["470"], &["47", "4701"]);
    judge(
        &HAZARD,
        &["3", "6.1", "6.2", "5.2", "4.3", "1.4S", "1.4", "2.1", "9"],
        &[
            "0", "6.", "6.9", "6.3", "5.3", "2.4", "4.4", "3.1", "1.4s", "1.4SS",
        ],
    );
}

#[test]
fn a_dispatch_is_built_from_two_offices_of_exchange() {
    let judged = |text: &str, length| {
        let mut found = Findings::default();
        dispatch(&mut found, At::root("dispatch_id"), text, length);
        found.finish().map_or_else(
            |wrong| wrong.errors.iter().map(|one| one.reason).collect(),
            |_| Vec::new(),
        )
    };
    assert_eq!(judged("", 20), []);
    assert_eq!(judged("MXMEXAUSLAXAACP60012", 20), []);
    assert_eq!(judged("MXMEXAUSLAXAACP60012001100123", 29), []);
    assert_eq!(judged("MXMEXAUSLAXAACP6001", 20), [Reason::FieldFormat]);
    assert_eq!(judged("MXMEXAUSLAXAACPX0012", 20), [Reason::FieldFormat]);
    assert_eq!(judged("MXMEXAUKLAXAACP60012", 20), [Reason::Iso3166Unknown]);
    assert_eq!(judged("ñMEXAUSLAXAACP60012", 20), [Reason::FieldFormat]);
}

#[test]
fn the_same_characters_are_proposed_in_the_right_spelling() {
    let proposed = |text: &str, structure: &Structure| {
        let mut found = Findings::default();
        structured(&mut found, At::root("x"), text, structure);
        found.finish().unwrap_err().errors.remove(0).proposals
    };
    assert_eq!(proposed("am 690", &FLIGHT), ["AM690"]);
    assert_eq!(proposed("AM-690", &FLIGHT), ["AM690"]);
    assert_eq!(
        proposed("26 47 3001 1234567", &PEDIMENTO),
        ["264730011234567"]
    );
    assert_eq!(proposed("mx mex", &LOCODE), ["MXMEX"]);
    assert_eq!(proposed("690", &FLIGHT), [""; 0]);
    assert_eq!(proposed(&"x".repeat(10_000), &FLIGHT), [""; 0]);
}
