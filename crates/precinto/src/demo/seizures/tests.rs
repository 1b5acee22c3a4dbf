//! Rows become drafts that can be read; each kind of spoiling says what must be said about it.

use super::*;
use crate::draft::Draft;
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
        let refused = alert(&row(hiding, "Airport", "Gram"), 1, &mut generator);
        assert_eq!(refused.unwrap_err(), "NOT_A_SHIPMENT");
    }
    assert!(alert(&row("Inserted", "Post Office", "Gram"), 1, &mut generator).is_ok());
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
        let cue = alert(&row, number, &mut generator).unwrap();
        let draft = Draft::read(&cue.draft, NOW_MS).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            draft.statement.status,
            precinto_alert::code::MessageStatus::Exercise as i32
        );
        if let Some(fault) = cue.fault {
            *faults.entry(fault.reason).or_insert(0) += 1;
        }
    }
    let kinds: Vec<_> = faults.keys().copied().collect();
    let expected = [
        "AWB_CHECK_DIGIT",
        "MISSING_CNE_NAME",
        "S10_CHECK_DIGIT",
        "TIME_FUTURE",
        "TIME_ORDER",
    ];
    assert_eq!(kinds, expected);
    let total: u32 = faults.values().sum();
    assert!((60..=140).contains(&total), "{total} of 2,000 spoilt");
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
