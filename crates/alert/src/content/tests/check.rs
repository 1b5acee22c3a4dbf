//! Identifiers, structures and cross-checks, each seen through a whole alert: the field, the reason, the severity.

mod listed;

use super::*;
use crate::code::{
    FirearmKind, IncbTable, PartyRole, SerialState, ShipmentChannel, TariffSystem, TaxIdKind,
    TransportMode,
};

/// The warnings of an alert that is valid but for what `change` does to it.
fn flags(change: impl FnOnce(&mut pb::AlertContent)) -> Vec<String> {
    let mut content = alert();
    change(&mut content);
    let accepted = decode(&content, &alert_statement()).unwrap();
    let shown = |v: &Violation| format!("{} {}", v.field, name(v.reason));
    accepted.warnings().iter().map(shown).collect()
}

/// Changes a valid alert in one way, and expects exactly one flag.
fn flagged(expected: &str, change: impl FnOnce(&mut pb::AlertContent)) {
    assert_eq!(flags(change), [expected]);
}

fn fine(change: impl FnOnce(&mut pb::AlertContent)) {
    assert_eq!(flags(change), [""; 0]);
}

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are options")]
fn airport(code: &str) -> Option<pb::Place> {
    Some(pb::Place {
        airport: code.into(),
        ..Default::default()
    })
}

#[expect(clippy::unnecessary_wraps, reason = "fields of messages are options")]
fn at_hour(hour: u64) -> Option<pb::LocalTime> {
    Some(pb::LocalTime {
        utc_ms: 1_795_000_000_000 + hour * 3_600_000,
        offset_minutes: -360,
    })
}

fn leg(carrier: &str, flight: &str, from: &str, to: &str) -> pb::Leg {
    pb::Leg {
        carrier: carrier.into(),
        flight: flight.into(),
        departure: airport(from),
        arrival: airport(to),
        ..Default::default()
    }
}

/// Under a waybill of the carrier that the routes of these tests begin with.
fn route(alert: &mut pb::AlertContent, legs: Vec<pb::Leg>) {
    alert.shipments[0].master_awb = "139-22084650".into();
    alert.shipments[0].route = Some(pb::Route {
        legs,
        ..Default::default()
    });
}

fn taxed(alert: &mut pb::AlertContent, kind: TaxIdKind, number: &str) {
    alert.parties[1].tax_ids = vec![pb::TaxId {
        kind: kind as i32,
        number: number.into(),
        verbatim: false,
    }];
}

fn tracked(alert: &mut pb::AlertContent, carrier: &str, number: &str) {
    alert.shipments[0].courier_tracking = vec![pb::CourierTracking {
        carrier: carrier.into(),
        number: number.into(),
    }];
}

#[test]
fn identifiers_of_a_shipment_are_refused_by_field() {
    let at = |rest: &str| format!("content.shipments[0].{rest}");
    broken(&at("courier_tracking[0].number COURIER_CHECK_DIGIT"), |a| {
        tracked(a, "UPS", "1Z5R89390357567128");
    });
    broken(&at("courier_tracking[0].number FIELD_FORMAT"), |a| {
        tracked(a, "DHL", "33 1881 0025");
    });
    flagged(
        &at("courier_tracking[0].number TRACKING_FORM_UNKNOWN"),
        |a| {
            tracked(a, "DHL", "331881002");
        },
    );
    fine(|a| tracked(a, "ESTAFETA", "331881002"));
    broken(&at("container_ids[0] CONTAINER_CHECK_DIGIT"), |a| {
        a.shipments[0].container_ids = vec!["CSQU3054384".into()];
    });
    broken(&at("container_ids[0] FIELD_FORMAT"), |a| {
        a.shipments[0].container_ids = vec!["CSQ3054383".into()];
    });
    broken(&at("uld_ids[0] FIELD_FORMAT"), |a| {
        a.shipments[0].uld_ids = vec!["AKE123LH".into()];
    });
    broken(&at("dispatch_id FIELD_FORMAT"), |a| {
        a.shipments[0].dispatch_id = "MXMEXA".into();
    });
    broken(&at("postal_receptacle_id ISO3166_UNKNOWN"), |a| {
        a.shipments[0].postal_receptacle_id = "XXMEXAUSLAXAACP60012001100123".into();
    });
    broken(&at("special_handling[0] FIELD_FORMAT"), |a| {
        a.shipments[0].special_handling = vec!["secure".into()];
    });
    broken(&at("payment FIELD_FORMAT"), |a| {
        a.shipments[0].payment = "cash".into();
    });
    fine(|a| {
        a.shipments[0].uld_ids = vec!["AKE12345LH".into(), "PMC1337XX".into()];
        a.shipments[0].container_ids = vec!["CSQU3054383".into()];
        a.shipments[0].dispatch_id = "MXMEXAUSLAXAACP60012".into();
        a.shipments[0].incoterm = "FOB".into();
    });
}

#[test]
fn routes_are_shaped_and_chain() {
    let at = |rest: &str| format!("content.shipments[0].route.legs{rest}");
    fine(|a| {
        route(
            a,
            vec![
                leg("AM", "AM690", "GDL", "MEX"),
                leg("AMX", "AMX646", "MEX", "LAX"),
            ],
        );
    });
    broken(&at("[0].flight INVALID_ROUTING"), |a| {
        route(a, vec![leg("AM", "690", "MEX", "LAX")]);
    });
    broken(&at("[0].carrier INVALID_ROUTING"), |a| {
        route(a, vec![leg("Aeromexico", "", "MEX", "LAX")]);
    });
    broken(&at("[0].arrival.airport INVALID_ROUTING"), |a| {
        route(a, vec![leg("AM", "AM690", "MEX", "LA")]);
    });
    fine(|a| {
        let by_road = pb::Leg {
            mode: TransportMode::Road as i32,
            ..leg("Transportes Ejemplo", "caja 47", "MEX", "NLU")
        };
        route(a, vec![by_road]);
    });
    flagged(&at("[1].departure INVALID_ROUTING"), |a| {
        route(
            a,
            vec![
                leg("AM", "AM690", "GDL", "MEX"),
                leg("AM", "AM646", "NLU", "LAX"),
            ],
        );
    });
    flagged(&at("[0].estimated_arrival INVALID_ROUTING"), |a| {
        let backwards = pb::Leg {
            estimated_departure: at_hour(5),
            estimated_arrival: at_hour(4),
            ..leg("AM", "AM646", "MEX", "LAX")
        };
        route(a, vec![backwards]);
    });
    flagged(&at("[1].scheduled_departure INVALID_ROUTING"), |a| {
        let first = pb::Leg {
            scheduled_arrival: at_hour(5),
            ..leg("AM", "AM690", "GDL", "MEX")
        };
        let second = pb::Leg {
            scheduled_departure: at_hour(4),
            ..leg("AM", "AM646", "MEX", "LAX")
        };
        route(a, vec![first, second]);
    });
}

#[test]
fn places_and_offices_are_shaped() {
    let with = |a: &mut pb::AlertContent, place: pb::Place| {
        a.shipments[0].route = Some(pb::Route {
            destination: Some(place),
            ..Default::default()
        });
    };
    let place = |subdivision: &str, postal_code: &str, locode: &str| pb::Place {
        country: "MX".into(),
        subdivision: subdivision.into(),
        postal_code: postal_code.into(),
        locode: locode.into(),
        ..Default::default()
    };
    let at = |rest: &str| format!("content.shipments[0].route.destination.{rest}");
    fine(|a| with(a, place("MX-JAL", "45010", "MXGDL")));
    broken(&at("subdivision FIELD_FORMAT"), |a| {
        with(a, place("JAL", "", ""));
    });
    broken(&at("postal_code FIELD_FORMAT"), |a| {
        with(a, place("", "4501", ""));
    });
    broken(&at("locode INVALID_ROUTING"), |a| {
        with(a, place("", "", "GDL"));
    });
    flagged(&at("subdivision ISO3166_UNKNOWN"), |a| {
        with(a, place("MX-DIF", "", ""));
    });
    flagged(&at("subdivision SUBDIVISION_MISMATCH"), |a| {
        with(a, place("US-TX", "", ""));
    });
    let of = |country: &str, state: &str| pb::Place {
        country: country.into(),
        ..place(state, "", "")
    };
    for (country, state) in [("PR", "US-PR"), ("US", "US-PR"), ("GP", "FR-971")] {
        fine(|a| with(a, of(country, state)));
    }
    for (country, state) in [("PR", "US-TX"), ("VI", "US-PR")] {
        flagged(&at("subdivision SUBDIVISION_MISMATCH"), |a| {
            with(a, of(country, state));
        });
    }
    let mut content = alert();
    with(&mut content, place("MX-DIF", "", ""));
    let accepted = decode(&content, &alert_statement()).unwrap();
    assert_eq!(accepted.warnings()[0].proposals, ["MX-CMX"]);
    broken(
        "content.shipments[0].route.customs_offices[0].code FIELD_FORMAT",
        |a| {
            a.shipments[0].route = Some(pb::Route {
                customs_offices: vec![pb::CustomsOffice {
                    country: "MX".into(),
                    code: "47".into(),
                    ..Default::default()
                }],
                ..Default::default()
            });
        },
    );
}

#[test]
fn parties_have_numbers_that_can_be_right() {
    let number = "content.parties[1].tax_ids[0].number";
    fine(|a| taxed(a, TaxIdKind::MxRfc, "ABC010101AB1"));
    fine(|a| taxed(a, TaxIdKind::MxRfc, "XAXX010101000"));
    fine(|a| taxed(a, TaxIdKind::UsEin, "12-3456789"));
    flagged(&format!("{number} RFC_CHECK_DIGIT"), |a| {
        taxed(a, TaxIdKind::MxRfc, "ABC010101AB2");
    });
    broken(&format!("{number} FIELD_FORMAT"), |a| {
        taxed(a, TaxIdKind::MxRfc, "ABC011301AB1");
    });
    broken(&format!("{number} CURP_CHECK_DIGIT"), |a| {
        taxed(a, TaxIdKind::MxCurp, "BOXW310820HNERXN08");
    });
    broken(&format!("{number} FIELD_FORMAT"), |a| {
        taxed(a, TaxIdKind::UsEin, "123456789");
    });
    broken(&format!("{number} FIELD_MISSING"), |a| {
        taxed(a, TaxIdKind::UsEin, "");
    });
    fine(|a| {
        taxed(a, TaxIdKind::MxCurp, "BOXW310820HNERXN08");
        a.parties[1].tax_ids[0].verbatim = true;
    });
    broken("content.parties[0].emails[0] FIELD_FORMAT", |a| {
        a.parties[0].emails = vec!["nobody".into()];
    });
    broken("content.parties[0].ip_addresses[0] FIELD_FORMAT", |a| {
        a.parties[0].ip_addresses = vec!["192.0.2.300".into()];
    });
    broken("content.parties[0].phones[0] FIELD_FORMAT", |a| {
        a.parties[0].phones = vec!["+52 55 1234 5678".into()];
    });
    broken("content.parties[0].address.postal_code FIELD_FORMAT", |a| {
        a.parties[0].address.as_mut().unwrap().postal_code = "6600".into();
    });
}

#[test]
fn substances_fit_the_row_of_their_number() {
    let acetic = |a: &mut pb::AlertContent, hs: &str, un: &str, table: IncbTable| {
        let substance = &mut a.substances[0];
        substance.cas_number = "108-24-7".into();
        substance.hs_code = hs.into();
        substance.un_number = un.into();
        substance.incb_table = table as i32;
    };
    let at = |rest: &str| format!("content.substances[0].{rest}");
    fine(|a| acetic(a, "291524", "UN1715", IncbTable::I));
    flagged(&at("hs_code HS_CAS_MISMATCH"), |a| {
        acetic(a, "291521", "", IncbTable::Unspecified);
    });
    flagged(&at("un_number UN_CAS_MISMATCH"), |a| {
        acetic(a, "", "UN1090", IncbTable::I);
    });
    flagged(&at("incb_table INCB_TABLE_MISMATCH"), |a| {
        acetic(a, "", "", IncbTable::Ii);
    });
    flagged(&at("hs_code HS_UNKNOWN"), |a| {
        a.substances[0].hs_code = "770100".into();
    });
    flagged(&at("un_number UN_UNKNOWN"), |a| {
        a.substances[0].un_number = "UN0777".into();
    });
    broken(&at("hs_code FIELD_FORMAT"), |a| {
        acetic(a, "2915.24", "", IncbTable::I);
    });
    broken(&at("dea_code FIELD_FORMAT"), |a| {
        a.substances[0].dea_code = "85".into();
    });
}

#[test]
fn shipments_are_compared_with_themselves_and_their_parties() {
    let at = |rest: &str| format!("content.shipments[0].{rest}");
    flagged(&at("awb_kind MISSING_CONSOL_INDI"), |a| {
        a.shipments[0].house_awbs = vec!["H1".into()];
    });
    flagged(&at("awb_kind MISSING_CONSOL_INDI"), |a| {
        a.shipments[0].goods_description = words("Carga consolidada de juguetes");
    });
    flagged(&at("awb_kind MISSING_CONSOL_INDI"), |a| {
        a.shipments[0].goods_description = words("Toys, consol shipment");
    });
    fine(|a| a.shipments[0].goods_description = words("Game console and controllers"));
    fine(|a| {
        a.shipments[0].house_awbs = vec!["H1".into()];
        a.shipments[0].awb_kind = AwbKind::House as i32;
    });
    flagged(&at("goods_description.text VAGUE_DESCRIPTION"), |a| {
        a.shipments[0].goods_description = words("Spare parts");
    });
    flagged(&at("gross_weight WEIGHT_MISMATCH"), |a| {
        a.shipments[0].gross_weight = kilograms("40825");
    });
    fine(|a| a.shipments[0].gross_weight = kilograms("40824"));
    flagged(&at("gross_weight WEIGHT_MISMATCH"), |a| {
        a.shipments[0].channel = ShipmentChannel::Post as i32;
        a.shipments[0].gross_weight = kilograms("97");
    });
    flagged(&at("postal_item_id S10_COUNTRY_MISMATCH"), |a| {
        a.shipments[0].postal_item_id = "RB123456785GB".into();
    });
    fine(|a| a.shipments[0].postal_item_id = "EE123456785MX".into());
    fine(|a| {
        a.shipments[0].postal_item_id = "EE123456785US".into();
        for party in &mut a.parties {
            if let Some(address) = &mut party.address {
                address.country = "PR".into();
                address.postal_code.clear();
                address.subdivision.clear();
            }
        }
    });
    flagged(&at("master_awb AWB_CARRIER_MISMATCH"), |a| {
        route(a, vec![leg("AM", "AM646", "MEX", "LAX")]);
        a.shipments[0].master_awb = "020-12345675".into();
    });
    flagged(&at("hs_codes[0].code HS_UNKNOWN"), |a| {
        a.shipments[0].hs_codes = vec![pb::TariffCode {
            code: "990101".into(),
            system: TariffSystem::Hs as i32,
        }];
    });
}

#[test]
fn dangerous_goods_have_their_numbers_class() {
    let goods = |a: &mut pb::AlertContent, number: &str, class: &str, kilos: &str| {
        a.shipments[0].dangerous_goods = vec![pb::DangerousGoods {
            un_number: number.into(),
            hazard_class: class.into(),
            packing_group: "II".into(),
            quantity: kilograms(kilos),
            ..Default::default()
        }];
    };
    let at = |rest: &str| format!("content.shipments[0].dangerous_goods[0].{rest}");
    fine(|a| goods(a, "UN1267", "3", "40"));
    fine(|a| goods(a, "UN0012", "1.4", "40"));
    flagged(&at("hazard_class UN_CLASS_MISMATCH"), |a| {
        goods(a, "UN1267", "8", "40");
    });
    flagged(&at("quantity WEIGHT_MISMATCH"), |a| {
        goods(a, "UN1267", "3", "42");
    });
    broken(&at("hazard_class FIELD_FORMAT"), |a| {
        goods(a, "UN9999", "flammable", "1");
    });
    broken(&at("un_number FIELD_MISSING"), |a| goods(a, "", "3", "40"));
    broken(&at("packing_group FIELD_FORMAT"), |a| {
        goods(a, "UN1267", "3", "40");
        a.shipments[0].dangerous_goods[0].packing_group = "2".into();
    });
}

#[test]
fn firearms_and_fuels_carry_numbers_of_their_form() {
    let both = statement(MessageType::Alert, |s| {
        s.commodities = vec![
            CommodityClass::Firearm as i32,
            CommodityClass::IllicitFuel as i32,
        ];
    });
    let mut content = alert();
    content.substances.clear();
    content.firearms = vec![pb::Firearm {
        kind: FirearmKind::Pistol as i32,
        serial_state: SerialState::Readable as i32,
        serial_verbatim: "ab 01O".into(),
        serial_normalised: "AB01O".into(),
        trace_reference: "T20261180".into(),
        ffl_number: "1-23-456-78-9A-12345".into(),
        ..Default::default()
    }];
    content.fuels = vec![pb::Fuel {
        declared: FuelProduct::WasteOil as i32,
        un_number: "UN1267".into(),
        pedimento: "264730011234567".into(),
        carta_porte_id: "CCC1a2b3-4c5d-6e7f-8a9b-0c1d2e3f4a5b".into(),
        ..Default::default()
    }];
    assert_eq!(decode(&content, &both).unwrap().warnings(), []);
    let firearm = &mut content.firearms[0];
    firearm.serial_normalised = "AB010".into();
    firearm.trace_reference = "20261180".into();
    firearm.ffl_number = "1-23".into();
    let fuel = &mut content.fuels[0];
    fuel.pedimento = "26 47 3001 123456".into();
    fuel.carta_porte_id = "CCC".into();
    assert_eq!(
        refusals(&content, &both),
        [
            "content.firearms[0].serial_normalised FIELD_FORMAT",
            "content.firearms[0].trace_reference FIELD_FORMAT",
            "content.firearms[0].ffl_number FIELD_FORMAT",
            "content.fuels[0].carta_porte_id FIELD_FORMAT",
            "content.fuels[0].pedimento FIELD_FORMAT",
        ]
    );
    content.firearms[0] = pb::Firearm {
        kind: FirearmKind::Rifle as i32,
        serial_state: SerialState::Obliterated as i32,
        serial_verbatim: "AB".into(),
        ..Default::default()
    };
    content.fuels[0] = pb::Fuel {
        suspected: FuelProduct::WasteOil as i32,
        un_number: "UN1715".into(),
        ..Default::default()
    };
    assert_eq!(
        refusals(&content, &both),
        ["content.firearms[0].serial_verbatim FIELD_UNEXPECTED"]
    );
    content.firearms[0].serial_verbatim.clear();
    let accepted = decode(&content, &both).unwrap();
    assert_eq!(accepted.warnings()[0].reason, Reason::UnClassMismatch);
    // Butane, and natural gas under pressure and chilled.
    for number in ["UN1011", "UN1971", "UN1972"] {
        content.fuels[0].un_number = number.into();
        assert_eq!(decode(&content, &both).unwrap().warnings(), [], "{number}");
    }
}

#[test]
fn what_warns_is_listed_as_warning_and_what_refuses_as_error() {
    use crate::reason::{Severity, entry};
    for reason in [
        Reason::RfcCheckDigit,
        Reason::HsUnknown,
        Reason::UnUnknown,
        Reason::HsCasMismatch,
        Reason::UnCasMismatch,
        Reason::UnClassMismatch,
        Reason::IncbTableMismatch,
        Reason::SubdivisionMismatch,
        Reason::TrackingFormUnknown,
        Reason::CurrencyUnknown,
        Reason::IncotermUnknown,
        Reason::S10CountryMismatch,
        Reason::AwbCarrierMismatch,
        Reason::WeightMismatch,
        Reason::MissingConsolIndi,
    ] {
        assert_eq!(
            entry(reason).severity,
            Severity::Warning,
            "{}",
            name(reason)
        );
    }
    for reason in [
        Reason::InvalidRouting,
        Reason::VagueDescription,
        Reason::Iso3166Unknown,
        Reason::TimeOrder,
    ] {
        assert_eq!(entry(reason).severity, Severity::Either, "{}", name(reason));
    }
    for reason in [
        Reason::CourierCheckDigit,
        Reason::ContainerCheckDigit,
        Reason::CurpCheckDigit,
        Reason::FieldFormat,
    ] {
        assert_eq!(entry(reason).severity, Severity::Error, "{}", name(reason));
    }
}
