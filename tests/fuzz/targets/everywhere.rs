//! One text in the place of every identifier that an alert may hold.

use super::super::shown;
use super::alert_statement;
use precinto_alert::content::{ContentError, media_type};
use precinto_alert::{Content, Statement};
use precinto_proto::v1 as pb;
use prost::Message as _;

/// An alert that says `text` wherever an identifier may stand.
#[expect(
    clippy::too_many_lines,
    reason = "one line for each field of wide messages"
)]
pub(super) fn everywhere(text: &str) {
    let said = || text.to_owned();
    let all = || vec![said()];
    let quantity = || {
        Some(pb::Quantity {
            value: said(),
            unit: "KGM".to_owned(),
        })
    };
    let place = || {
        Some(pb::Place {
            airport: said(),
            locode: said(),
            country: said(),
            subdivision: said(),
            postal_code: said(),
            name: said(),
        })
    };
    let leg = pb::Leg {
        carrier: said(),
        flight: said(),
        departure: place(),
        arrival: place(),
        ..Default::default()
    };
    let tracking = |carrier: &str| pb::CourierTracking {
        carrier: carrier.to_owned(),
        number: said(),
    };
    let shipment = pb::Shipment {
        master_awb: said(),
        airline_prefix: said(),
        house_awbs: all(),
        postal_item_id: said(),
        postal_receptacle_id: said(),
        dispatch_id: said(),
        uld_ids: all(),
        container_ids: all(),
        courier_tracking: vec![
            tracking("DHL"),
            tracking("FEDEX"),
            tracking("UPS"),
            tracking(text),
        ],
        gross_weight: quantity(),
        volume: Some(pb::Quantity {
            value: "1".to_owned(),
            unit: said(),
        }),
        hs_codes: vec![pb::TariffCode {
            code: said(),
            system: 1,
        }],
        incoterm: said(),
        payment: said(),
        dangerous_goods: vec![pb::DangerousGoods {
            un_number: said(),
            hazard_class: said(),
            packing_group: said(),
            quantity: quantity(),
            ..Default::default()
        }],
        label_identifiers: vec![pb::LabelIdentifier {
            kind: 1,
            verbatim: said(),
            remark: said(),
        }],
        seals: vec![pb::Seal {
            number: said(),
            ..Default::default()
        }],
        declared_value: Some(pb::Money {
            amount: said(),
            currency: said(),
        }),
        special_handling: all(),
        other_references: all(),
        route: Some(pb::Route {
            legs: vec![leg],
            origin: place(),
            destination: place(),
            customs_offices: vec![pb::CustomsOffice {
                country: said(),
                code: said(),
                name: said(),
            }],
            ..Default::default()
        }),
        ..Default::default()
    };
    let tax_id = |kind| pb::TaxId {
        kind,
        number: said(),
        ..Default::default()
    };
    let party = pb::Party {
        role: 1,
        name: said(),
        phones: all(),
        emails: all(),
        ip_addresses: all(),
        releasable_to: all(),
        account: Some(pb::Account {
            issuer: said(),
            number: said(),
            billing: said(),
            ..Default::default()
        }),
        tax_ids: (1..8).map(tax_id).collect(),
        address: Some(pb::Address {
            country: said(),
            subdivision: said(),
            city: said(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let substance = pb::Substance {
        cas_number: said(),
        dea_code: said(),
        mx_list: said(),
        hs_code: said(),
        un_number: said(),
        quantity: quantity(),
        purity_percent: said(),
        pen_reference: said(),
        ..Default::default()
    };
    let firearm = pb::Firearm {
        serial_verbatim: said(),
        serial_normalised: said(),
        country_of_manufacture: said(),
        trace_reference: said(),
        ffl_number: said(),
        ballistic_references: vec![pb::BallisticReference {
            system: 1,
            site: said(),
            exhibit: said(),
            lead_number: said(),
            ..Default::default()
        }],
        hs_code: said(),
        un_number: said(),
        ..Default::default()
    };
    let fuel = pb::Fuel {
        hs_code: said(),
        un_number: said(),
        volume: quantity(),
        density_kg_m3: said(),
        plate: said(),
        sener_permit: said(),
        cne_permit: said(),
        carta_porte_id: said(),
        pedimento: said(),
        epa_id: said(),
        tceq_id: said(),
        ..Default::default()
    };
    let alert = pb::AlertContent {
        shipments: vec![shipment],
        parties: vec![party],
        substances: vec![substance],
        firearms: vec![firearm],
        fuels: vec![fuel],
        case_reference: said(),
        ..Default::default()
    };
    let statement =
        Statement::decode(&alert_statement().encode_to_vec()).expect("a valid statement");
    let media_type = media_type(statement.message_type());
    match Content::decode(media_type, &alert.encode_to_vec(), &statement) {
        Ok(content) => shown(content.warnings()),
        Err(ContentError::Violations(broken)) => shown(&broken.errors),
        Err(other) => assert!(matches!(other, ContentError::Malformed(_)), "{other}"),
    }
}
