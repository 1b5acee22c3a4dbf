//! Blocks and items of lists that say nothing.

use super::*;
use crate::code::{FirearmKind, SealCondition};

#[test]
fn an_empty_item_of_a_list_is_no_item() {
    let shipment = |rest: &str| format!("content.shipments[0].{rest} FIELD_MISSING");
    for blank in ["", "  "] {
        broken(&shipment("other_references[0]"), |a| {
            a.shipments[0].other_references = vec![blank.into()];
        });
        broken("content.parties[0].also_known_as[1] FIELD_MISSING", |a| {
            a.parties[0].also_known_as = vec!["El Güero".into(), blank.into()];
        });
        broken("content.parties[0].address.lines[0] FIELD_MISSING", |a| {
            a.parties[0].address.as_mut().unwrap().lines = vec![blank.into()];
        });
    }
    broken("content.parties[0].emails[0] FIELD_MISSING", |a| {
        a.parties[0].emails = vec![String::new()];
    });
    broken("content.parties[0].phones[0] FIELD_MISSING", |a| {
        a.parties[0].phones = vec![String::new()];
    });
    broken("content.parties[0].ip_addresses[0] FIELD_MISSING", |a| {
        a.parties[0].ip_addresses = vec![String::new()];
    });
    broken(&shipment("uld_ids[0]"), |a| {
        a.shipments[0].uld_ids = vec![String::new()];
    });
}

#[test]
fn blanks_identify_nothing() {
    type Damage = fn(&mut pb::Shipment);
    let cases: [(&str, Damage); 3] = [
        ("other_references[0] FIELD_MISSING", |s| {
            s.other_references = vec![" ".into()];
        }),
        ("house_awbs[0] INVALID_HOUSE_BILL_NBR", |s| {
            s.house_awbs = vec![String::new()];
        }),
        ("container_ids[0] FIELD_MISSING", |s| {
            s.container_ids = vec![String::new()];
        }),
    ];
    for (expected, damage) in cases {
        let mut content = alert();
        content.shipments[0].master_awb.clear();
        damage(&mut content.shipments[0]);
        assert_eq!(
            refusals(&content, &alert_statement()),
            [
                "content.shipments[0].master_awb MISSING_WBL_LINE".to_owned(),
                format!("content.shipments[0].{expected}"),
            ]
        );
    }
}

#[test]
fn a_block_that_says_nothing_is_no_subject() {
    let both = statement(MessageType::Alert, |s| {
        s.commodities = vec![
            CommodityClass::Firearm as i32,
            CommodityClass::IllicitFuel as i32,
        ];
    });
    let mut content = alert();
    content.substances.clear();
    content.firearms = vec![pb::Firearm::default()];
    content.fuels = vec![pb::Fuel::default()];
    assert_eq!(
        refusals(&content, &both),
        [
            "content.firearms[0].kind FIELD_MISSING",
            "content.fuels[0].suspected FIELD_MISSING",
        ]
    );
    content.firearms[0].kind = FirearmKind::Rifle as i32;
    content.fuels[0].declared = FuelProduct::WasteOil as i32;
    assert_eq!(refusals(&content, &both), [""; 0]);
    let firearm = &mut content.firearms[0];
    firearm.parts = vec![pb::FirearmPart::default()];
    firearm.ammunition = vec![pb::Ammunition::default()];
    firearm.ballistic_references = vec![pb::BallisticReference::default()];
    assert_eq!(
        refusals(&content, &both),
        [
            "content.firearms[0].ammunition[0] FIELD_MISSING",
            "content.firearms[0].parts[0].kind FIELD_MISSING",
            "content.firearms[0].ballistic_references[0] FIELD_MISSING",
        ]
    );
    let firearm = &mut content.firearms[0];
    firearm.parts[0].description = "lower receiver".into();
    firearm.ammunition[0].count = 50;
    firearm.ballistic_references[0].exhibit = "E-7".into();
    assert_eq!(refusals(&content, &both), [""; 0]);
}

#[test]
fn a_seal_has_a_number_or_a_condition() {
    broken("content.shipments[0].seals[0].number FIELD_MISSING", |a| {
        a.shipments[0].seals = vec![pb::Seal::default()];
    });
    let mut content = alert();
    content.shipments[0].seals = vec![pb::Seal {
        condition: SealCondition::Broken as i32,
        ..Default::default()
    }];
    assert_eq!(refusals(&content, &alert_statement()), [""; 0]);
}
