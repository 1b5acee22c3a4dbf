//! What is found in a message, and what a text could be.

use super::*;
use crate::code::LabelIdentifierKind;
use crate::content::Form;
use precinto_proto::v1 as pb;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// An alert that carries an identifier of every kind but its own number; each text stands in it once.
fn full() -> pb::AlertContent {
    let some = str::to_owned;
    pb::AlertContent {
        shipments: vec![pb::Shipment {
            master_awb: some("020-12345675"),
            house_awbs: vec![some("HAWB-0815")],
            postal_item_id: some("RB123456785GB"),
            postal_receptacle_id: some("USJFKAMXMEXAACN60001001100123"),
            dispatch_id: some("USJFKAMXMEXAACN60001"),
            courier_tracking: vec![pb::CourierTracking {
                carrier: some("UPS"),
                number: some("1Z5R89390357567127"),
            }],
            uld_ids: vec![some("AKE12345LH")],
            container_ids: vec![some("CSQU3054383")],
            label_identifiers: vec![pb::LabelIdentifier {
                kind: LabelIdentifierKind::MasterAwb.into(),
                verbatim: some("020 12345670"),
                ..Default::default()
            }],
            seals: vec![pb::Seal {
                number: some("MX-99120"),
                ..Default::default()
            }],
            other_references: vec![some("BL/2026/77")],
            ..Default::default()
        }],
        parties: vec![pb::Party {
            name: some("Peña & Hermanos, S.A. de C.V."),
            also_known_as: vec![some("O’Brien-Łódź")],
            phones: vec![some("+525512345678")],
            emails: vec![some("ventas@ejemplo.mx")],
            tax_ids: vec![pb::TaxId {
                number: some("GODE561231GR8"),
                ..Default::default()
            }],
            account: Some(pb::Account {
                number: some("77-4411"),
                ..Default::default()
            }),
            ..Default::default()
        }],
        substances: vec![pb::Substance {
            cas_number: some("108-24-7"),
            ..Default::default()
        }],
        firearms: vec![pb::Firearm {
            serial_verbatim: some("AB 0I23"),
            trace_reference: some("T20260000001"),
            ffl_number: some("1-23-456-78-9A-12345"),
            ..Default::default()
        }],
        fuels: vec![pb::Fuel {
            plate: some("68-AE-4K"),
            pedimento: some("261234567890123"),
            epa_id: some("TXD000000001"),
            tceq_id: some("TCEQ-86001"),
            ..Default::default()
        }],
        case_reference: some("LAX-26-118"),
        ..Default::default()
    }
}

/// Kind, normal form and field, and the text as it stands in [`full`].
const CARRIED: [(Kind, &str, &str, &str); 24] = [
    (
        Kind::Waybill,
        "02012345675",
        "content.shipments[0].master_awb",
        "020-12345675",
    ),
    (
        Kind::HouseWaybill,
        "HAWB0815",
        "content.shipments[0].house_awbs[0]",
        "HAWB-0815",
    ),
    (
        Kind::S10,
        "RB123456785GB",
        "content.shipments[0].postal_item_id",
        "rb 123 456 785 gb",
    ),
    (
        Kind::Receptacle,
        "USJFKAMXMEXAACN60001001100123",
        "content.shipments[0].postal_receptacle_id",
        "USJFKAMXMEXAACN60001001100123",
    ),
    (
        Kind::Dispatch,
        "USJFKAMXMEXAACN60001",
        "content.shipments[0].dispatch_id",
        "USJFKA MXMEXA ACN60001",
    ),
    (
        Kind::Courier,
        "1Z5R89390357567127",
        "content.shipments[0].courier_tracking[0].number",
        "1Z 5R8 939 03 5756 7127",
    ),
    (
        Kind::Uld,
        "AKE12345LH",
        "content.shipments[0].uld_ids[0]",
        "AKE 12345 LH",
    ),
    (
        Kind::Container,
        "CSQU3054383",
        "content.shipments[0].container_ids[0]",
        "CSQU 305438-3",
    ),
    (
        Kind::Waybill,
        "02012345670",
        "content.shipments[0].label_identifiers[0].verbatim",
        "020-12345670",
    ),
    (
        Kind::Seal,
        "MX99120",
        "content.shipments[0].seals[0].number",
        "mx99120",
    ),
    (
        Kind::Reference,
        "BL202677",
        "content.shipments[0].other_references[0]",
        "BL 2026-77",
    ),
    (
        Kind::Party,
        "PENA HERMANOS SA DE CV",
        "content.parties[0].name",
        "Pena Hermanos SA de CV",
    ),
    (
        Kind::Party,
        "OBRIEN LODZ",
        "content.parties[0].also_known_as[0]",
        "o'brien lo\u{301}dz",
    ),
    (
        Kind::Phone,
        "525512345678",
        "content.parties[0].phones[0]",
        "(55) 1234-5678",
    ),
    (
        Kind::Email,
        "VENTAS@EJEMPLO.MX",
        "content.parties[0].emails[0]",
        "Ventas@ejemplo.mx",
    ),
    (
        Kind::TaxId,
        "GODE561231GR8",
        "content.parties[0].tax_ids[0].number",
        "GODE-561231-GR8",
    ),
    (
        Kind::Account,
        "774411",
        "content.parties[0].account.number",
        "77 4411",
    ),
    (
        Kind::Cas,
        "108247",
        "content.substances[0].cas_number",
        "108-24-7",
    ),
    (
        Kind::Serial,
        "AB0I23",
        "content.firearms[0].serial_verbatim",
        "ab-0i23",
    ),
    (
        Kind::Trace,
        "T20260000001",
        "content.firearms[0].trace_reference",
        "T 2026 0000001",
    ),
    (
        Kind::Reference,
        "123456789A12345",
        "content.firearms[0].ffl_number",
        "1-23-456-78-9A-12345",
    ),
    (Kind::Plate, "68AE4K", "content.fuels[0].plate", "68AE4K"),
    (
        Kind::Reference,
        "TXD000000001",
        "content.fuels[0].epa_id",
        "TXD 000 000 001",
    ),
    (
        Kind::Reference,
        "TCEQ86001",
        "content.fuels[0].tceq_id",
        "tceq 86001",
    ),
];

#[test]
fn everything_that_identifies_is_found_in_its_normal_form_with_its_field() {
    let found = walk::walk(&Form::Alert(Box::new(full())));
    for (kind, value, field, _) in CARRIED {
        let is_it = |one: &&Found| one.identifier.kind == kind && one.identifier.value == value;
        let fields: Vec<_> = found.iter().filter(is_it).map(|one| &*one.field).collect();
        assert_eq!(fields, [field], "{kind:?} {value}");
    }
    let kinds: BTreeSet<Kind> = found.iter().map(|one| one.identifier.kind).collect();
    assert_eq!(
        kinds.len(),
        Kind::ALL.len() - 1,
        "all but the alert's number"
    );
    assert_eq!(
        found.len(),
        CARRIED.len() + 2,
        "and pedimento and case reference"
    );
}

#[test]
fn what_a_person_types_finds_what_a_message_carries() {
    for (kind, value, _, typed) in CARRIED {
        let meant = Identifier::new(kind, value).unwrap();
        assert!(
            guesses(typed).contains(&meant),
            "{typed}: {:?}",
            guesses(typed)
        );
    }
    let number = guesses("us-cbplax-2026-000123b");
    assert!(number.contains(&Identifier::new(Kind::AlertId, "US-CBPLAX-2026-000123B").unwrap()));
}

#[test]
fn a_number_may_be_all_letters_but_several_words_are_none() {
    for kind in [Kind::HouseWaybill, Kind::Reference, Kind::Serial] {
        let meant = Identifier::new(kind, "AB-CDEF").unwrap();
        assert!(guesses(" ab-cdef ").contains(&meant), "{kind:?}");
        let words = guesses("ab cdef");
        assert!(words.iter().all(|one| one.kind() != kind), "{words:?}");
    }
}

#[test]
fn letters_and_digits_that_look_alike_are_not_merged() {
    let zero = Identifier::new(Kind::Serial, "AB010");
    assert_ne!(zero, Identifier::new(Kind::Serial, "ABO1O"));
}

#[test]
fn a_failed_check_digit_is_looked_for_all_the_same() {
    let wrong = Identifier::new(Kind::Waybill, "020-12345670").unwrap();
    assert!(guesses("02012345670").contains(&wrong));
}

#[test]
fn nothing_is_no_identifier_and_neither_is_a_book() {
    for blank in ["", "   ", "-./", "'"] {
        assert!(guesses(blank).is_empty(), "{blank:?}");
        assert_eq!(Identifier::new(Kind::Party, blank), None);
    }
    let long = "A1".repeat(1_000_000);
    assert!(guesses(&long).is_empty());
    assert_eq!(Identifier::new(Kind::Serial, &long), None);
}

#[test]
fn a_screening_is_found_by_what_its_waybill_looks_like() {
    let of = |waybill: &str| {
        let asked = pb::ScreeningRequest {
            waybill: waybill.to_owned(),
            ..Default::default()
        };
        let request = pb::RequestContent {
            screenings: vec![asked],
            ..Default::default()
        };
        walk::walk(&Form::Request(Box::new(request)))[0]
            .identifier
            .kind
    };
    assert_eq!(of("020-12345675"), Kind::Waybill);
    assert_eq!(of("RB123456785GB"), Kind::S10);
    assert_eq!(of("H-77"), Kind::HouseWaybill);
}

#[test]
fn every_kind_has_one_code_and_a_name_in_both_languages() {
    for kind in Kind::ALL {
        assert_eq!(Kind::of_code(kind.code()), Some(kind));
        assert_ne!(kind.label(Lang::En), "");
        assert_ne!(kind.label(Lang::En), kind.label(Lang::Es));
    }
    let codes: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), Kind::ALL.len());
}

proptest! {
    #[test]
    fn a_normal_form_is_its_own_and_no_text_is_too_strange(text in any::<String>()) {
        for guess in guesses(&text) {
            let again = Identifier::new(guess.kind(), guess.value());
            prop_assert_eq!(again, Some(guess));
        }
    }
}
