//! Shipments: pieces, weight, and what the goods are said to be; the identifiers have a file of their own.

mod identifier;

use identifier::{air_waybill, containers, house_bills, identified, labels, structures, tracking};

use super::field::{
    ABOVE_ZERO, coded, is_blank, line, line_list, list, quantity, required, said, temperature,
    text, unit_of,
};
use super::goods_code::{tariff_code, un_number};
use super::identifier::{
    HANDLING, HAZARD, INCOTERM, PACKING, PAYMENT, ULD, dispatch, postal_item, structured,
};
use super::{cross_check, route};
use crate::Reason;
use crate::code::{
    AwbKind, ScreeningExemption, ScreeningMethod, SealCondition, SecurityStatus, ShipmentChannel,
    TariffSystem, TransportMode,
};
use crate::limits::{AIR_WEIGHT_KG_MAX, LIST_MAX, PIECES_MAX};
use crate::quantity::{Decimal, Dimension, heavier_than, without_commas};
use crate::violation::{At, Findings};
use crate::{trade, vague};
use precinto_proto::v1 as pb;

/// A UPU S8 dispatch identifier, characters.
const DISPATCH_BYTES: usize = 20;
/// A UPU S9 receptacle identifier, characters.
const RECEPTACLE_BYTES: usize = 29;

/// Checks one shipment. Takes it apart completely, so that a new field does not build until it is checked.
#[expect(
    clippy::too_many_lines,
    reason = "one line for each field of a wide message"
)]
pub(super) fn check(found: &mut Findings, at: &At<'_>, shipment: &pb::Shipment) {
    let pb::Shipment {
        mode,
        channel,
        master_awb,
        airline_prefix,
        house_awbs,
        awb_kind,
        postal_item_id,
        postal_receptacle_id,
        dispatch_id,
        courier_tracking,
        uld_ids,
        container_ids,
        label_identifiers,
        seals,
        pieces,
        gross_weight,
        volume,
        volume_temperature,
        goods_description,
        hs_codes,
        declared_value,
        incoterm,
        payment,
        dangerous_goods,
        special_handling,
        security_status,
        screening_methods,
        screening_exemption,
        route: shipment_route,
        other_references,
    } = shipment;
    coded::<TransportMode>(found, at.field("mode"), *mode);
    coded::<ShipmentChannel>(found, at.field("channel"), *channel);
    coded::<AwbKind>(found, at.field("awb_kind"), *awb_kind);
    coded::<SecurityStatus>(found, at.field("security_status"), *security_status);
    coded::<ScreeningExemption>(found, at.field("screening_exemption"), *screening_exemption);
    for (index, method) in list(found, at, "screening_methods", screening_methods, LIST_MAX) {
        required::<ScreeningMethod>(found, at.item("screening_methods", index), *method);
    }
    if !identified(shipment) {
        found.error(
            at.field("master_awb"),
            Reason::MissingWblLine,
            (
                "no identifier of any kind",
                "no hay identificador de ningún tipo",
            ),
        );
    }
    air_waybill(found, at, master_awb, airline_prefix);
    house_bills(found, at, house_awbs, *awb_kind);
    postal_item(found, at.field("postal_item_id"), postal_item_id);
    let receptacle = at.field("postal_receptacle_id");
    dispatch(found, receptacle, postal_receptacle_id, RECEPTACLE_BYTES);
    dispatch(found, at.field("dispatch_id"), dispatch_id, DISPATCH_BYTES);
    term(found, at, incoterm);
    structured(found, at.field("payment"), payment, &PAYMENT);
    structures(found, at, "uld_ids", uld_ids, &ULD);
    structures(found, at, "special_handling", special_handling, &HANDLING);
    containers(found, at, container_ids);
    line_list(found, at, "other_references", other_references);
    labels(found, at, label_identifiers);
    tracking(found, at, courier_tracking);
    seal_list(found, at, seals);
    piece_count(found, at.field("pieces"), *pieces);
    let by_air = matches!(
        TransportMode::try_from(*mode),
        Ok(TransportMode::Air | TransportMode::Unspecified)
    );
    weight(
        found,
        at.field("gross_weight"),
        gross_weight.as_ref(),
        by_air,
    );
    quantity(
        found,
        at.field("volume"),
        volume.as_ref(),
        &[Dimension::Volume],
    );
    temperature(
        found,
        at.field("volume_temperature"),
        volume_temperature.as_ref(),
    );
    description(
        found,
        at.field("goods_description"),
        goods_description.as_ref(),
    );
    tariff_codes(found, at, hs_codes);
    money(found, at.field("declared_value"), declared_value.as_ref());
    hazards(found, at, dangerous_goods);
    if let Some(shipment_route) = shipment_route {
        route::check(found, &at.field("route"), shipment_route, by_air);
    }
}

fn seal_list(found: &mut Findings, at: &At<'_>, seals: &[pb::Seal]) {
    for (index, seal) in list(found, at, "seals", seals, LIST_MAX) {
        let at = at.item("seals", index);
        let pb::Seal { number, condition } = seal;
        said(
            found,
            at.field("number"),
            !is_blank(number) || *condition != 0,
        );
        line(found, at.field("number"), number);
        coded::<SealCondition>(found, at.field("condition"), *condition);
    }
}

fn piece_count(found: &mut Findings, at: At<'_>, pieces: u32) {
    if pieces == 0 {
        found.error(
            at,
            Reason::MissingBillQty,
            (
                "number of smallest external packing units",
                "número de bultos, contados por la unidad exterior más pequeña",
            ),
        );
    } else if pieces > PIECES_MAX {
        found.error(
            at,
            Reason::InvalidBillQty,
            (format!("1 to {PIECES_MAX}"), format!("de 1 a {PIECES_MAX}")),
        );
    }
}

fn weight(found: &mut Findings, at: At<'_>, weight: Option<&pb::Quantity>, by_air: bool) {
    let Some(pb::Quantity { value, unit }) = weight else {
        found.error(at, Reason::MissingWeight, ("missing", "no se indicó"));
        return;
    };
    if value.is_empty() {
        found.error(
            at.field("value"),
            Reason::MissingWeight,
            ("missing", "no se indicó"),
        );
    }
    let amount = Decimal::parse(value);
    if !value.is_empty() && amount.is_none_or(Decimal::is_zero) {
        found.propose(
            at.field("value"),
            Reason::InvalidWeight,
            ABOVE_ZERO,
            without_commas(value),
        );
    }
    let units = (
        "KGM, LBR, GRM, TNE, MGM or ONZ",
        "KGM, LBR, GRM, TNE, MGM u ONZ",
    );
    if unit.is_empty() {
        found.error(at.field("unit"), Reason::MissingWtUnits, units);
    } else {
        unit_of(found, at.field("unit"), unit, (&[Dimension::Mass], units));
    }
    if by_air && amount.is_some_and(|amount| heavier_than(amount, unit, AIR_WEIGHT_KG_MAX)) {
        found.warn(
            at,
            Reason::InvalidWeight,
            (
                format!("more than {AIR_WEIGHT_KG_MAX} kg by air"),
                format!("más de {AIR_WEIGHT_KG_MAX} kg por vía aérea"),
            ),
        );
    }
}

fn description(found: &mut Findings, at: At<'_>, value: Option<&pb::Text>) {
    let Some(value) = value.filter(|value| !value.text.trim().is_empty()) else {
        found.error(
            at.field("text"),
            Reason::MissingCargoDesc,
            (
                "what the goods are said to be",
                "qué se dice que es la mercancía",
            ),
        );
        return;
    };
    text(found, at, Some(value));
    if is_empty_of_words(&value.text) {
        found.error(
            at.field("text"),
            Reason::VagueDescription,
            (
                "only digits, only symbols, or one character repeated",
                "solo dígitos, solo símbolos o un mismo carácter repetido",
            ),
        );
    } else if vague::is_vague(&value.text) {
        found.warn(
            at.field("text"),
            Reason::VagueDescription,
            (
                "says nothing about what the goods are",
                "no dice nada de qué es la mercancía",
            ),
        );
    }
}

/// Only digits, only symbols, or one character repeated three or more times.
fn is_empty_of_words(text: &str) -> bool {
    let characters = || text.chars().filter(|c| !c.is_whitespace());
    let three = characters().nth(2).is_some();
    let alike = || characters().zip(characters().skip(1)).all(|(a, b)| a == b);
    !characters().any(char::is_alphabetic) || (three && alike())
}

fn tariff_codes(found: &mut Findings, at: &At<'_>, codes: &[pb::TariffCode]) {
    for (index, code) in list(found, at, "hs_codes", codes, LIST_MAX) {
        let at = at.item("hs_codes", index);
        let pb::TariffCode { code, system } = code;
        if code.is_empty() {
            found.error(
                at.field("code"),
                Reason::FieldMissing,
                ("the code's digits", "los dígitos del código"),
            );
        }
        let national = matches!(
            TariffSystem::try_from(*system),
            Ok(TariffSystem::Htsus | TariffSystem::Tigie)
        );
        tariff_code(found, at.field("code"), code, national);
        coded::<TariffSystem>(found, at.field("system"), *system);
    }
}

fn money(found: &mut Findings, at: At<'_>, value: Option<&pb::Money>) {
    let Some(pb::Money { amount, currency }) = value else {
        return;
    };
    if Decimal::parse(amount).is_none() {
        found.propose(
            at.field("amount"),
            Reason::QuantityInvalid,
            ("digits with a point", "dígitos con punto decimal"),
            without_commas(amount),
        );
    }
    let meant: Vec<String> = trade::currency_meant(currency)
        .map(str::to_owned)
        .into_iter()
        .collect();
    let at = at.field("currency");
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        let detail = (
            "three capitals of ISO 4217",
            "tres mayúsculas, según ISO 4217",
        );
        found.propose(at, Reason::FieldFormat, detail, meant);
    } else if !trade::is_currency(currency) {
        let detail = ("no currency in use", "no es una moneda en uso");
        found.suggest(at, Reason::CurrencyUnknown, detail, meant);
    }
}

/// A term of delivery; empty is absent.
fn term(found: &mut Findings, at: &At<'_>, text: &str) {
    structured(found, at.field("incoterm"), text, &INCOTERM);
    let fits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
    if fits && !trade::is_term(text) {
        let detail = (
            "not a term of Incoterms 2020",
            "no es un término de Incoterms 2020",
        );
        found.warn(at.field("incoterm"), Reason::IncotermUnknown, detail);
    }
}

fn hazards(found: &mut Findings, at: &At<'_>, goods: &[pb::DangerousGoods]) {
    for (index, item) in list(found, at, "dangerous_goods", goods, LIST_MAX) {
        let at = at.item("dangerous_goods", index);
        let pb::DangerousGoods {
            un_number: number,
            proper_shipping_name,
            hazard_class,
            packing_group,
            quantity: amount,
        } = item;
        if number.is_empty() {
            let detail = (
                "dangerous goods have a UN number",
                "las mercancías peligrosas llevan número ONU",
            );
            found.error(at.field("un_number"), Reason::FieldMissing, detail);
        }
        un_number(found, at.field("un_number"), number);
        let name = at.field("proper_shipping_name");
        line(found, name, proper_shipping_name);
        structured(found, at.field("hazard_class"), hazard_class, &HAZARD);
        structured(found, at.field("packing_group"), packing_group, &PACKING);
        cross_check::class_of_number(found, at.field("hazard_class"), number, hazard_class);
        quantity(
            found,
            at.field("quantity"),
            amount.as_ref(),
            &[Dimension::Mass, Dimension::Volume, Dimension::Count],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_that_say_nothing() {
        for vague in [
            "123", "12 34", "---", "...", "XXX", "aaaa", "x x x", "1", "?",
        ] {
            assert!(is_empty_of_words(vague), "{vague}");
        }
        for fair in [
            "XX",
            "toys",
            "piezas de plástico",
            "1 caja de juguetes",
            "ñandú",
            "茶",
        ] {
            assert!(!is_empty_of_words(fair), "{fair}");
        }
    }
}
