//! A typical alert, as it is sent: what the benchmark reads and what the allocations are counted of.

use precinto_alert::code::{
    AuthorityCode, AwbKind, CommodityClass, IndicatorCode, MessageStatus, MessageType, PartyRole,
    PayloadProtection, Precedence, ProtectedBag, RecipientKind, SignerRole, SubstanceClass,
    TaxIdKind, Tlp,
};
use precinto_proto::v1 as pb;

/// An alert for every recipient of one agency, signed by one node.
pub(crate) fn statement() -> pb::Statement {
    const CREATED_MS: u64 = 1_795_000_000_000;
    const HOUR_MS: u64 = 3_600_000;
    pb::Statement {
        message_id: vec![7; 16],
        r#type: MessageType::Alert as i32,
        sender: "spiffe://us.dev.invalid/agency/cbp/node/lax".to_owned(),
        log_origin: "gw.dev.invalid/log/2026".to_owned(),
        required_signers: vec![pb::SignerRef {
            key_id: vec![7; 32],
            role: SignerRole::Node as i32,
            alg: 1,
        }],
        recipients: vec![pb::RecipientRef {
            kind: RecipientKind::Agency as i32,
            name: "mx.dev.invalid/anam".to_owned(),
        }],
        created_ms: CREATED_MS,
        expires_ms: CREATED_MS + 72 * HOUR_MS,
        last_action_ms: CREATED_MS + 14 * HOUR_MS,
        sender_seq: 1,
        status: MessageStatus::Exercise as i32,
        alert_id: "US-CBPLAX-2026-000123B".to_owned(),
        alert_version: 1,
        precedence: Precedence::P2 as i32,
        commodities: vec![CommodityClass::ChemicalPrecursor as i32],
        handling: Some(pb::Handling {
            tlp: Tlp::AmberStrict as i32,
            ..Default::default()
        }),
        body: Some(pb::BodyRef {
            digest: vec![1; 32],
            size: 100,
            plaintext_commitment: vec![2; 32],
        }),
        payload_protection: PayloadProtection::Clear as i32,
        languages: vec!["en-US".to_owned()],
        authority: AuthorityCode::CustomsAgreement as i32,
        protected_bag: ProtectedBag::None as i32,
        ..Default::default()
    }
}

/// An air waybill with one leg, two parties, one substance, two indicators and a narrative.
pub(crate) fn content() -> pb::AlertContent {
    let text = |text: &str| pb::Text {
        language: "en-US".to_owned(),
        text: text.to_owned(),
    };
    let quantity = |value: &str| pb::Quantity {
        value: value.to_owned(),
        unit: "KGM".to_owned(),
    };
    let indicator = |code: IndicatorCode| pb::Indicator {
        code: code as i32,
        strength: 2,
        ..Default::default()
    };
    pb::AlertContent {
        shipments: vec![pb::Shipment {
            master_awb: "865-48291176".to_owned(),
            awb_kind: AwbKind::Direct as i32,
            pieces: 24,
            gross_weight: Some(quantity("618.4")),
            goods_description: Some(text("Cosmetic solvent base for nail care")),
            route: Some(pb::Route {
                legs: vec![leg()],
                ..Default::default()
            }),
            ..Default::default()
        }],
        parties: vec![
            party(PartyRole::Shipper, "US", "US-CA", "90045"),
            party(PartyRole::Consignee, "MX", "MX-MEX", "55740"),
        ],
        substances: vec![pb::Substance {
            substance_class: SubstanceClass::PrePrecursor as i32,
            cas_number: "110-63-4".to_owned(),
            quantity: Some(quantity("590")),
            ..Default::default()
        }],
        suspicion: Some(pb::Suspicion {
            indicators: vec![
                indicator(IndicatorCode::Do02),
                indicator(IndicatorCode::Ch05),
            ],
            ..Default::default()
        }),
        narrative: vec![text(
            "EXERCISE. 24 blue drums declared as cosmetic solvent. A Raman scan of one drum at the warehouse matches \
             1,4-butanediol. The consignee has imported no cosmetics before.",
        )],
        case_reference: "EX-LAX-26-0412".to_owned(),
        ..Default::default()
    }
}

fn leg() -> pb::Leg {
    let place = |airport: &str, country: &str| pb::Place {
        airport: airport.to_owned(),
        country: country.to_owned(),
        ..Default::default()
    };
    let time = |utc_ms| pb::LocalTime {
        utc_ms,
        offset_minutes: -360,
    };
    pb::Leg {
        carrier: "M7".to_owned(),
        flight: "M7852".to_owned(),
        departure: Some(place("LAX", "US")),
        arrival: Some(place("NLU", "MX")),
        scheduled_departure: Some(time(1_795_060_000_000)),
        scheduled_arrival: Some(time(1_795_070_000_000)),
        ..Default::default()
    }
}

fn party(role: PartyRole, country: &str, subdivision: &str, postal_code: &str) -> pb::Party {
    let tax_id = pb::TaxId {
        kind: TaxIdKind::MxRfc as i32,
        number: "ABC010101AB1".to_owned(),
        verbatim: false,
    };
    pb::Party {
        role: role as i32,
        name: "Comercializadora Ejercicio S.A. de C.V.".to_owned(),
        address: Some(pb::Address {
            lines: vec!["Calle Ejemplo 45".to_owned()],
            city: "Ejercicio".to_owned(),
            subdivision: subdivision.to_owned(),
            postal_code: postal_code.to_owned(),
            country: country.to_owned(),
        }),
        phones: vec!["+525555550198".to_owned()],
        tax_ids: vec![tax_id],
        ..Default::default()
    }
}
