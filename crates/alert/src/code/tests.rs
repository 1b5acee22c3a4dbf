//! Every table is total, and says something different for each code.

use std::collections::BTreeSet;

use super::*;

fn total<T: Coded + TryFrom<i32> + Into<i32> + std::fmt::Debug>() {
    let declared: Vec<T> = (1..1000)
        .filter_map(|number| T::try_from(number).ok())
        .collect();
    let listed: Vec<T> = T::TABLE.iter().map(|(code, ..)| *code).collect();
    assert_eq!(listed, declared, "{}", T::PREFIX);
    for lang in [Lang::En, Lang::Es] {
        let labels: BTreeSet<&str> = listed.iter().map(|code| code.label(lang)).collect();
        assert_eq!(
            labels.len(),
            listed.len(),
            "{}: a label stands twice",
            T::PREFIX
        );
        assert!(labels.iter().all(|label| !label.trim().is_empty()));
    }
    for code in listed {
        assert!(!code.name().starts_with(T::PREFIX), "{code:?}");
        assert_eq!(T::from_name(code.name()), Some(code));
    }
    assert_eq!(T::from_name("UNSPECIFIED"), None);
}

#[test]
fn every_table_is_total() {
    total::<MessageType>();
    total::<MessageStatus>();
    total::<CommodityClass>();
    total::<Precedence>();
    total::<Tlp>();
    total::<AckLevel>();
    total::<RecipientKind>();
    total::<AuthorityCode>();
    total::<ProtectedBag>();
    total::<ActionCode>();
    total::<ActionVerdict>();
    total::<VerdictGround>();
    total::<AssessmentResult>();
    total::<HoldKind>();
    total::<HoldState>();
    total::<OutcomeCode>();
    total::<SeizureForm>();
    total::<DisseminationVerdict>();
    total::<RecallMeasure>();
    total::<RecallGround>();
    total::<LinkKind>();
    total::<NoticeKind>();
    total::<ShipmentChannel>();
    total::<TransportMode>();
    total::<PartyRole>();
    total::<SubstanceClass>();
    total::<SubstanceForm>();
    total::<IdentificationMethod>();
    total::<FirearmKind>();
    total::<FuelProduct>();
    total::<ScreeningMethod>();
    total::<Confidence>();
    total::<IndicatorCode>();
}

#[test]
fn the_documented_numbers_of_codes() {
    assert_eq!(IndicatorCode::TABLE.len(), 48);
    assert_eq!(ActionCode::TABLE.len(), 22);
    assert_eq!(OutcomeCode::TABLE.len(), 15);
    assert_eq!(MessageType::TABLE.len(), 24);
}

#[test]
fn names_and_labels() {
    assert_eq!(Precedence::P1.name(), "P1");
    assert_eq!(Tlp::AmberStrict.name(), "AMBER_STRICT");
    assert_eq!(OutcomeCode::Seized.label(Lang::Es), "asegurado");
    assert_eq!(OutcomeCode::Unspecified.label(Lang::En), "not stated");
}

#[test]
fn a_set_of_codes_ascends() {
    let at = At::root("");
    let read = |raw: &[i32]| {
        let mut found = Findings::default();
        let codes: Vec<CommodityClass> = read_set(&mut found, &at, "commodities", raw, 4);
        found.finish().map(|_| codes)
    };
    assert_eq!(
        read(&[1, 3]),
        Ok(vec![CommodityClass::IllicitDrug, CommodityClass::Firearm])
    );
    for (raw, reason) in [
        (&[3, 1][..], Reason::Repeated),
        (&[1, 1], Reason::Repeated),
        (&[0, 1], Reason::FieldMissing),
        (&[1, 99], Reason::CodeUnknown),
        (&[1, 2, 3, 4, 5], Reason::FieldTooLong),
    ] {
        assert_eq!(read(raw).unwrap_err()[0].reason, reason, "{raw:?}");
    }
}
