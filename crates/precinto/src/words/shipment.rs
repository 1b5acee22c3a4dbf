//! Shipments: what they are called, what the papers say of them, what is odd about their packing and security.

use super::parts::Parts;
use super::{
    Rows, array, counted, labelled, plainly, quantity, route, text_of, texts_of, words_of,
};
use crate::output::Lang;
use precinto_alert::code::{
    AwbKind, LabelIdentifierKind, ScreeningExemption, ScreeningMethod, SealCondition,
    SecurityStatus, ShipmentChannel, TransportMode,
};
use precinto_alert::quantity::value_per_kg;
use serde_json::Value;

/// What an alert is about, in one cell of a list: `865-48291176 LAX–NLU`, and how many more shipments there are.
pub(crate) fn shipments(content: &Value) -> String {
    let mut all = array(content, "shipments");
    let Some(first) = all.next() else {
        return String::new();
    };
    let cell = format!("{} {}", name(first), route::in_short(first));
    match all.count() {
        0 => cell.trim().to_owned(),
        rest => format!("{} +{rest}", cell.trim()),
    }
}

/// What a shipment is called: its waybill, postal item or courier numbers; else the first that it is packed in, or what its label
/// says, wrong as it is.
fn name(shipment: &Value) -> String {
    let plain = ["master_awb", "postal_item_id"];
    let plain = plain.iter().filter_map(|name| text_of(shipment, name));
    let courier = array(shipment, "courier_tracking").filter_map(|one| text_of(one, "number"));
    let names: Vec<String> = plain.chain(courier).collect();
    if !names.is_empty() {
        return names.join(", ");
    }
    let first = |field: &&str| texts_of(shipment, field).into_iter().next();
    let packed = ["house_awbs", "other_references", "container_ids", "uld_ids"];
    let packed = packed.iter().find_map(first);
    let postal = || {
        let names = ["dispatch_id", "postal_receptacle_id"];
        names.iter().find_map(|name| text_of(shipment, name))
    };
    let label = || {
        let mut labels = array(shipment, "label_identifiers");
        labels.find_map(|one| Some(format!("\"{}\"", text_of(one, "verbatim")?)))
    };
    let airline = || Some(format!("{}-…", text_of(shipment, "airline_prefix")?));
    let name = packed.or_else(postal).or_else(label).or_else(airline);
    name.unwrap_or_default()
}

/// Everything about one shipment; of several it says which by `position`.
pub(super) fn rows(shipment: &Value, position: Option<usize>, lang: Lang) -> Rows {
    let which = position.map_or_else(String::new, |position| format!("{position}. "));
    let mut rows = vec![(
        ("shipment", "envío"),
        format!("{which}{}", identifiers(shipment, lang)),
    )];
    let labels = array(shipment, "label_identifiers").map(|one| label(one, lang));
    rows.extend(labels.map(|said| (("label says", "etiqueta"), said)));
    rows.push((("declared as", "declarado"), declared(shipment, lang)));
    let dangerous = array(shipment, "dangerous_goods").map(|one| dangerous(one, lang));
    rows.extend(dangerous.map(|said| (("hazard", "peligro"), said)));
    rows.extend(route::rows(shipment, lang));
    rows.push((("travels as", "viaja como"), travels(shipment, lang)));
    let seals = array(shipment, "seals").map(|one| {
        let mut seal = Parts::of(one, lang);
        seal.plain(&["number"]).code::<SealCondition>("condition");
        seal.with_commas()
    });
    rows.extend(seals.map(|said| (("seal", "candado"), said)));
    rows.push((("security", "seguridad"), security(shipment, lang)));
    rows
}

/// All that the shipment is called and packed in.
fn identifiers(shipment: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(shipment, lang);
    parts.plain(&["master_awb", "postal_item_id"]);
    let couriers = array(shipment, "courier_tracking").map(|one| {
        let mut number = Parts::of(one, lang);
        number.plain(&["carrier", "number"]);
        number.with_blanks()
    });
    parts.say(couriers);
    if shipment.get("master_awb").is_none() {
        parts.named(("airline", "aerolínea"), "airline_prefix");
    }
    parts
        .named(("dispatch", "despacho"), "dispatch_id")
        .named(("receptacle", "envase"), "postal_receptacle_id")
        .every(("house", "house"), "house_awbs")
        .every(("ULD", "ULD"), "uld_ids")
        .every(("container", "contenedor"), "container_ids")
        .every(("reference", "referencia"), "other_references");
    parts.with_commas()
}

/// An identifier that is wrong on the label itself, which is the information.
fn label(one: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(one, lang);
    let verbatim = text_of(one, "verbatim").unwrap_or_default();
    let kind = text_of(one, "kind").map(|kind| plainly::<LabelIdentifierKind>(&kind, lang));
    let kind = kind.unwrap_or_default();
    parts.say([format!("{kind} \"{verbatim}\"").trim_start().to_owned()]);
    parts.plain(&["remark"]);
    parts.with_commas()
}

/// What the papers say that it is.
fn declared(shipment: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(shipment, lang);
    parts.say(words_of(shipment, "goods_description"));
    let pieces = text_of(shipment, "pieces").filter(|pieces| pieces != "0");
    parts.say(pieces.map(|count| counted(&count, ("piece", "bulto"), ("pieces", "bultos"), lang)));
    parts.amount(("", ""), "gross_weight");
    let warmth = shipment.get("volume_temperature");
    let warmth = warmth.and_then(|warmth| quantity(warmth, lang));
    let warmth = warmth.map(|warmth| format!(" {} {warmth}", lang.pick("at", "a")));
    let volume = shipment.get("volume");
    let volume = volume.and_then(|volume| quantity(volume, lang));
    parts.say([volume.unwrap_or_default() + warmth.unwrap_or_default().as_str()]);
    let tariff: Vec<String> = array(shipment, "hs_codes").map(tariff).collect();
    parts.say([tariff.join(" ")]);
    parts.say(shipment.get("declared_value").and_then(|money| {
        let mut worth = Parts::of(money, lang);
        worth.plain(&["amount", "currency"]);
        let per_kg = per_kg(shipment, money).unwrap_or_default();
        Some(format!("{}{per_kg}", worth.with_blanks())).filter(|said| !said.is_empty())
    }));
    parts.plain(&["incoterm"]);
    parts.say(text_of(shipment, "payment").map(|code| {
        match code.as_str() {
            "PP" => lang
                .pick("freight prepaid (PP)", "flete pagado (PP)")
                .to_owned(),
            "CC" => lang
                .pick("freight collect (CC)", "flete por cobrar (CC)")
                .to_owned(),
            _ => code,
        }
    }));
    parts.with_commas()
}

/// A tariff code behind the name of its tariff, because the same digits may mean another thing in another.
fn tariff(one: &Value) -> String {
    let code = text_of(one, "code").unwrap_or_default();
    let system = text_of(one, "system").unwrap_or_else(|| "HS".to_owned());
    format!("{system} {code}")
}

/// What a kilogram is worth by the papers, which tells more than either number: ` (3.00 USD/kg)`.
fn per_kg(shipment: &Value, money: &Value) -> Option<String> {
    let weight = shipment.get("gross_weight")?;
    let (weight, unit) = (text_of(weight, "value")?, text_of(weight, "unit")?);
    let (amount, currency) = (text_of(money, "amount")?, text_of(money, "currency")?);
    let value = value_per_kg(&amount, (&weight, &unit))?;
    Some(format!(" ({value} {currency}/kg)"))
}

fn dangerous(one: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(one, lang);
    parts
        .plain(&["un_number", "proper_shipping_name"])
        .named(("class", "clase"), "hazard_class")
        .named(("packing group", "grupo de embalaje"), "packing_group")
        .amount(("", ""), "quantity");
    parts.with_commas()
}

fn travels(shipment: &Value, lang: Lang) -> String {
    let plain = [
        text_of(shipment, "mode").map(|code| plainly::<TransportMode>(&code, lang)),
        text_of(shipment, "channel").map(|code| plainly::<ShipmentChannel>(&code, lang)),
        text_of(shipment, "awb_kind").map(|code| plainly::<AwbKind>(&code, lang)),
    ];
    let mut parts = Parts::of(shipment, lang);
    parts.say(plain.into_iter().flatten());
    parts.every(("special handling", "manejo especial"), "special_handling");
    parts.with_commas()
}

fn security(shipment: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(shipment, lang);
    parts.code::<SecurityStatus>("security_status");
    let methods = texts_of(shipment, "screening_methods");
    let methods = methods
        .iter()
        .map(|code| labelled::<ScreeningMethod>(code, lang));
    let methods = methods.collect::<Vec<_>>().join(", ");
    let methods = Some(methods).filter(|methods| !methods.is_empty());
    parts.behind(("screened by", "inspección por"), methods);
    parts.coded::<ScreeningExemption>(("not screened:", "sin inspección:"), "screening_exemption");
    parts.with_semicolons()
}
