//! Rows become drafts that can be read; each kind of spoiling says what must be said about it.

use super::*;
use crate::commands::send::found_in;
use crate::draft::Draft;
use crate::skipped::shared;
use precinto_alert::reason::{Severity, entry, from_name, name};
use std::collections::BTreeMap;

const NOW_MS: u64 = 1_795_000_000_000;

fn row(hiding_place: &str, installation: &str, unit: &str) -> Row {
    let text = |text: &str| text.to_owned();
    Row {
        country: text("Pakistan"),
        place: text("Rawalpindi"),
        seizure_date: text("2011-01-01"),
        drug_name: text("Heroin"),
        amount: text("19.012999999999998"),
        drug_unit: text(unit),
        hiding_place: text(hiding_place),
        installation: text(installation),
        transport: text("Commercial air"),
        departure_country: text("Pakistan"),
        destination_country: text("United Kingdom"),
    }
}

#[test]
fn what_a_passenger_carries_is_no_shipment() {
    let mut generator = Generator::new(1);
    for hiding in NO_SHIPMENT {
        let refused = alert(&row(hiding, "Airport", "Gram"), 1, &mut generator, 0);
        assert_eq!(refused.unwrap_err(), "NOT_A_SHIPMENT");
    }
    assert!(
        alert(
            &row("Inserted", "Post Office", "Gram"),
            1,
            &mut generator,
            0
        )
        .is_ok()
    );
}

/// Said by the gateway alone: by its floor of rules, by its directory or by its clock.
const SAID_BY_THE_GATEWAY: [&str; 5] = [
    "DIPLOMATIC_BAG",
    "HANDLING_CONFLICT",
    "RECIPIENT_NOT_RELEASABLE",
    "RECIPIENT_UNKNOWN",
    "TIME_FUTURE",
];

/// The refusals of section 13 of the data model that no fault earns here, and why.
const NOT_SEEDED: [(&str, &str); 16] = [
    (
        "INVALID_MESSAGE_TYPE",
        "a draft of an unknown type cannot be read, so there is nothing to send",
    ),
    ("SIG_BAD", "of the envelope; demo/attacks.rs"),
    ("CERT_REVOKED", "of the certificate; demo/attacks.rs"),
    ("CERT_ROLE", "of the certificate; crates/gateway/tests"),
    ("MESSAGE_ID_REUSED", "takes two messages"),
    (
        "VERSION_GAP",
        "takes two messages: an amendment and what it leaves out",
    ),
    ("ALERT_CLOSED", "takes two messages"),
    ("RECALLED_ALERT", "takes two messages"),
    ("QUOTA", "takes many messages"),
    ("SCHEMA_VERSION", "of the envelope: the payload type"),
    ("SIZE", "no draft of these is that large"),
    (
        "HANDLING_MISSING",
        "a draft that leaves the traffic light open is sent as TLP:AMBER+STRICT",
    ),
    ("MISSING_CONSOL_INDI", "only warns"),
    ("HS_UNKNOWN", "only warns"),
    ("UN_UNKNOWN", "only warns"),
    ("TIME_STALE", "only warns"),
];

/// Section 13 of the data model.
const SECTION_13: [&str; 47] = [
    "MISSING_WBL_LINE",
    "MISSING_HOUSE_BILL_NBR",
    "INVALID_HOUSE_BILL_NBR",
    "BAD_WBL_FORMAT",
    "MISSING_SHP_NAME",
    "MISSING_SHP_ADDR",
    "MISSING_SHP_CTRY",
    "MISSING_CNE_NAME",
    "MISSING_CNE_ADDR",
    "MISSING_CNE_CTRY",
    "MISSING_WEIGHT",
    "INVALID_WEIGHT",
    "MISSING_WT_UNITS",
    "MISSING_BILL_QTY",
    "INVALID_BILL_QTY",
    "MISSING_CARGO_DESC",
    "VAGUE_DESCRIPTION",
    "MISSING_CONSOL_INDI",
    "INVALID_ROUTING",
    "INVALID_MESSAGE_TYPE",
    "AWB_CHECK_DIGIT",
    "S10_CHECK_DIGIT",
    "CAS_CHECK_DIGIT",
    "ISO3166_UNKNOWN",
    "HS_UNKNOWN",
    "UN_UNKNOWN",
    "UNIT_UNKNOWN",
    "TIME_FUTURE",
    "TIME_STALE",
    "DIPLOMATIC_BAG",
    "HANDLING_MISSING",
    "HANDLING_CONFLICT",
    "CLASSIFIED_REFUSED",
    "NO_LEGAL_BASIS",
    "NO_SUSPICION_STATEMENT",
    "RECIPIENT_UNKNOWN",
    "RECIPIENT_NOT_RELEASABLE",
    "SIG_BAD",
    "CERT_REVOKED",
    "CERT_ROLE",
    "MESSAGE_ID_REUSED",
    "VERSION_GAP",
    "ALERT_CLOSED",
    "RECALLED_ALERT",
    "QUOTA",
    "SCHEMA_VERSION",
    "SIZE",
];

/// Each of them is seeded, or stands in the list with its why; never both.
#[test]
fn every_refusal_of_the_data_model_is_seeded_or_excused() {
    for one in SECTION_13 {
        assert!(from_name(one).is_some(), "{one}: no such reason");
        let seeded = fault::reasons().any(|reason| reason == one);
        let excused = NOT_SEEDED.iter().any(|(reason, _)| *reason == one);
        assert!(
            seeded != excused,
            "{one}: seeded {seeded}, excused {excused}"
        );
    }
    for (excused, why) in NOT_SEEDED {
        assert!(
            SECTION_13.contains(&excused) && !why.is_empty(),
            "{excused}"
        );
        let only_warns = why == "only warns";
        let severity = from_name(excused).map(|reason| entry(reason).severity);
        assert_eq!(severity == Some(Severity::Warning), only_warns, "{excused}");
    }
}

/// What the rules say of a draft, as (reason, field).
fn refusals(draft: &Value) -> Vec<(&'static str, String)> {
    let found = found_in(draft);
    let pair = |one: &precinto_alert::Violation| (name(one.reason), one.field.clone());
    found.errors.iter().map(pair).collect()
}

#[test]
fn every_row_becomes_a_readable_draft_and_every_fault_appears() {
    let mut generator = Generator::new(1);
    let mut faults = BTreeMap::new();
    for number in 0..2_000 {
        let row = match number % 3 {
            0 => row("Postal", "Post Office", "Kilogram"),
            1 => row("Freight", "Airport", "Tablet"),
            _ => row("", "", "Cc"),
        };
        let cue = alert(&row, number, &mut generator, 50).unwrap();
        let draft = Draft::read(&cue.draft, NOW_MS).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            draft.statement.status,
            precinto_alert::code::MessageStatus::Exercise as i32
        );
        match cue.fault {
            Some(fault) => *faults.entry((fault.reason, fault.field)).or_insert(0) += 1,
            None => assert_eq!(refusals(&cue.draft), [], "row {number}"),
        }
    }
    assert_eq!(faults.len(), fault::reasons().len(), "{faults:?}");
    let total: u32 = faults.values().sum();
    assert!((900..=1_100).contains(&total), "{total} of 2,000 spoilt");
}

#[test]
fn each_fault_is_found_where_it_was_made_and_nowhere_else() {
    let mut generator = Generator::new(7);
    for number in 0..400 {
        let hiding = if number % 2 == 0 { "Postal" } else { "Freight" };
        let cue = alert(&row(hiding, "", "Gram"), number, &mut generator, 100).unwrap();
        let fault = cue.fault.expect("every one is spoilt");
        if !SAID_BY_THE_GATEWAY.contains(&fault.reason) {
            let due = (fault.reason, fault.field.to_owned());
            assert_eq!(refusals(&cue.draft), [due], "row {number}");
        }
    }
}

#[test]
fn of_the_real_records_nineteen_hundred_become_alerts() {
    let Some(path) = shared("data/unodc_seizures.csv") else {
        return;
    };
    let sound = script(&path, 1, 0).unwrap();
    assert_eq!(sound.cues.len(), 1_900);
    // What a passenger carries was never shipped.
    assert_eq!(sound.refused, BTreeMap::from([("NOT_A_SHIPMENT", 100)]));
    for cue in &sound.cues {
        assert!(cue.fault.is_none());
        assert_eq!(refusals(&cue.draft), [], "{}", cue.tag);
    }
    let half = script(&path, 1, 50).unwrap();
    assert_eq!(half.cues.len(), 1_900);
    let spoilt: Vec<_> = half
        .cues
        .iter()
        .filter_map(|cue| Some((cue, cue.fault.as_ref()?)))
        .collect();
    assert!(
        (850..=1_050).contains(&spoilt.len()),
        "{} spoilt",
        spoilt.len()
    );
    for (cue, fault) in spoilt {
        if !SAID_BY_THE_GATEWAY.contains(&fault.reason) {
            let due = (fault.reason, fault.field.to_owned());
            assert_eq!(refusals(&cue.draft), [due], "{}", cue.tag);
        }
    }
}

#[test]
fn amounts_are_decimals_of_the_documented_form() {
    assert_eq!(decimal(19.012_999_999_999_998), "19.013");
    assert_eq!(decimal(1_000.0), "1000");
    assert_eq!(decimal(0.000_000_1), "0");
    assert!(quantity(&row("Postal", "", "Bushel")).is_none());
    assert_eq!(
        quantity(&row("Postal", "", "Dose")).unwrap().form,
        Some("DOSE")
    );
    for (name, cas) in CAS {
        assert!(precinto_alert::check_digit::cas(cas).is_ok(), "{name}");
    }
}
