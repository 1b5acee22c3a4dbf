//! Shipments, routes, parties and goods, from the content of an alert or an outcome.

use super::when::best_time;
use super::{array, labelled, quantity, text_of, texts_of, words_of};
use crate::output::Lang;
use precinto_alert::code::{
    FirearmKind, FuelContainer, FuelProduct, PartyRole, SerialState, SubstanceClass, SubstanceForm,
};
use precinto_alert::quantity::value_per_kg;
use serde_json::Value;

/// So many identifiers of one kind are read out; the rest is counted.
const READ_OUT: usize = 6;

/// What a shipment is called: its waybill, postal item or courier numbers; empty when it has none.
fn shipment_name(shipment: &Value) -> String {
    let plain = ["master_awb", "postal_item_id"]
        .iter()
        .filter_map(|name| text_of(shipment, name));
    let courier = array(shipment, "courier_tracking").filter_map(|one| text_of(one, "number"));
    let mut names: Vec<String> = plain.chain(courier).collect();
    if names.is_empty() {
        names = texts_of(shipment, "house_awbs");
        names.truncate(1);
    }
    names.join(", ")
}

/// What an alert is about, in one cell of a list: `865-48291176 LAX–NLU`, and how many more shipments there are.
pub(crate) fn shipments(content: &Value) -> String {
    let mut all = array(content, "shipments");
    let Some(first) = all.next() else {
        return String::new();
    };
    let cell = format!("{} {}", shipment_name(first), route_of(first));
    match all.count() {
        0 => cell.trim().to_owned(),
        rest => format!("{} +{rest}", cell.trim()),
    }
}

/// All that the shipment is called and packed in.
pub(super) fn identifiers(shipment: &Value, lang: Lang) -> String {
    let mut parts = vec![shipment_name(shipment)];
    let lists = [
        ("house_awbs", ("house", "house")),
        ("uld_ids", ("ULD", "ULD")),
        ("container_ids", ("container", "contenedor")),
        ("other_references", ("reference", "referencia")),
    ];
    for (field, (en, es)) in lists {
        parts.push(some_of(lang.pick(en, es), &texts_of(shipment, field), lang));
    }
    let seals: Vec<String> = array(shipment, "seals")
        .filter_map(|seal| text_of(seal, "number"))
        .collect();
    parts.push(some_of(lang.pick("seal", "candado"), &seals, lang));
    joined(parts)
}

fn some_of(what: &str, all: &[String], lang: Lang) -> String {
    let shown: Vec<&str> = all.iter().take(READ_OUT).map(String::as_str).collect();
    if shown.is_empty() {
        return String::new();
    }
    let rest = match all.len().saturating_sub(READ_OUT) {
        0 => String::new(),
        rest => format!(
            " {} {rest} {}",
            lang.pick("and", "y"),
            lang.pick("more", "más")
        ),
    };
    format!("{what} {}{rest}", shown.join(" "))
}

/// What the papers say that it is.
pub(super) fn declared(shipment: &Value, lang: Lang) -> String {
    let mut parts = Vec::new();
    parts.extend(words_of(shipment, "goods_description"));
    if let Some(pieces) = text_of(shipment, "pieces").filter(|pieces| pieces != "0") {
        parts.push(format!("{pieces} {}", lang.pick("pieces", "bultos")));
    }
    parts.extend(shipment.get("gross_weight").and_then(quantity));
    parts.extend(shipment.get("volume").and_then(quantity));
    let tariff: Vec<String> = array(shipment, "hs_codes")
        .filter_map(|one| text_of(one, "code"))
        .collect();
    parts.push(some_of("HS", &tariff, lang));
    let dangerous = array(shipment, "dangerous_goods");
    parts.extend(dangerous.filter_map(|one| text_of(one, "un_number")));
    parts.extend(shipment.get("declared_value").and_then(|money| {
        let amount = text_of(money, "amount")?;
        let currency = text_of(money, "currency")?;
        let per_kg = per_kg(shipment, &amount, &currency).unwrap_or_default();
        Some(format!("{amount} {currency}{per_kg}"))
    }));
    joined(parts)
}

/// What a kilogram is worth by the papers, which tells more than either number: ` (3.00 USD/kg)`.
fn per_kg(shipment: &Value, amount: &str, currency: &str) -> Option<String> {
    let weight = shipment.get("gross_weight")?;
    let (weight, unit) = (text_of(weight, "value")?, text_of(weight, "unit")?);
    let value = value_per_kg(amount, (&weight, &unit))?;
    Some(format!(" ({value} {currency}/kg)"))
}

/// Each leg with flight, places and the best known times.
pub(super) fn legs(shipment: &Value) -> Vec<String> {
    let Some(route) = shipment.get("route") else {
        return Vec::new();
    };
    let mut legs: Vec<String> = array(route, "legs").map(leg).collect();
    if legs.is_empty() {
        legs.push(route_of(shipment));
    }
    legs.retain(|leg| !leg.is_empty());
    legs
}

fn leg(leg: &Value) -> String {
    let end = |place: &str, time: &str| {
        let time = best_time(leg, time).unwrap_or_default();
        let place = leg.get(place).and_then(place_of).unwrap_or_default();
        format!("{place} {time}").trim().to_owned()
    };
    let flight = text_of(leg, "flight").unwrap_or_default();
    let (from, to) = (end("departure", "departure"), end("arrival", "arrival"));
    format!("{flight} {from} → {to}").trim().to_owned()
}

/// From where to where: `LAX–NLU`; empty when nothing is said.
fn route_of(shipment: &Value) -> String {
    let Some(route) = shipment.get("route") else {
        return String::new();
    };
    let legs: Vec<&Value> = array(route, "legs").collect();
    let end = |own: &str, leg: Option<&&Value>, of_leg: &str| {
        let leg = leg.and_then(|leg| leg.get(of_leg)).and_then(place_of);
        leg.or_else(|| route.get(own).and_then(place_of))
    };
    let from = end("origin", legs.first(), "departure");
    let to = end("destination", legs.last(), "arrival");
    let ends: Vec<String> = from.into_iter().chain(to).collect();
    ends.join("–")
}

/// The shortest name of a place that says enough.
pub(super) fn place_of(place: &Value) -> Option<String> {
    let names = ["airport", "locode", "name", "subdivision", "country"];
    names.iter().find_map(|name| text_of(place, name))
}

/// Who somebody is, where, and how to reach them.
pub(super) fn party(party: &Value, lang: Lang) -> String {
    let role = text_of(party, "role").map(|role| labelled::<PartyRole>(&role, lang));
    let mut parts = Vec::new();
    if party.get("not_stated").and_then(Value::as_bool) == Some(true) {
        parts.push(lang.pick("not stated", "sin indicar").to_owned());
    }
    parts.extend(text_of(party, "name"));
    parts.extend(texts_of(party, "also_known_as"));
    if let Some(address) = party.get("address") {
        parts.extend(texts_of(address, "lines"));
        let rest = ["city", "subdivision", "postal_code", "country"];
        parts.extend(rest.iter().filter_map(|name| text_of(address, name)));
    }
    parts.extend(texts_of(party, "phones"));
    parts.extend(texts_of(party, "emails"));
    let ids = array(party, "tax_ids");
    parts.extend(ids.filter_map(|one| text_of(one, "number")));
    let account = party.get("account").and_then(|one| text_of(one, "number"));
    parts.extend(account.map(|number| format!("{} {number}", lang.pick("account", "cuenta"))));
    match role {
        Some(role) => format!("{role}: {}", joined(parts)),
        None => joined(parts),
    }
}

/// One substance.
pub(super) fn substance(substance: &Value, lang: Lang) -> String {
    let names: Vec<&Value> = array(substance, "names").collect();
    let own = names.iter().find(|name| speaks(name, lang));
    let name = own
        .or_else(|| names.first())
        .and_then(|name| text_of(name, "text"));
    let name = name.or_else(|| text_of(substance, "inn"));
    let class = text_of(substance, "substance_class");
    let mut parts: Vec<String> = name.into_iter().collect();
    parts.extend(text_of(substance, "cas_number").map(|cas| format!("CAS {cas}")));
    parts.extend(substance.get("quantity").and_then(quantity));
    parts.extend(text_of(substance, "form").map(|one| labelled::<SubstanceForm>(&one, lang)));
    let purity = text_of(substance, "purity_percent");
    parts.extend(purity.map(|percent| format!("{percent} %")));
    parts.extend(class.map(|one| labelled::<SubstanceClass>(&one, lang)));
    joined(parts)
}

/// One kind of firearm.
pub(super) fn firearm(firearm: &Value, lang: Lang) -> String {
    let mut parts = Vec::new();
    if let Some(count) = text_of(firearm, "quantity").filter(|count| count != "0") {
        parts.push(format!("{count} ×"));
    }
    parts.extend(text_of(firearm, "kind").map(|one| labelled::<FirearmKind>(&one, lang)));
    let plain = ["make", "model", "calibre"];
    parts.extend(plain.iter().filter_map(|name| text_of(firearm, name)));
    let serial = text_of(firearm, "serial_verbatim").or_else(|| {
        let state = text_of(firearm, "serial_state")?;
        Some(labelled::<SerialState>(&state, lang))
    });
    let number = lang.pick("serial", "serie");
    parts.extend(serial.map(|serial| format!("{number} {serial}")));
    parts.extend(text_of(firearm, "trace_reference"));
    joined(parts).replacen(" ×,", " ×", 1)
}

/// One fuel: what it is taken for, and what the papers call it.
pub(super) fn fuel(fuel: &Value, lang: Lang) -> String {
    let product = |name: &str| Some(labelled::<FuelProduct>(&text_of(fuel, name)?, lang));
    let mut parts: Vec<String> = product("suspected").into_iter().collect();
    let declared = lang.pick("declared as", "declarado como");
    parts.extend(product("declared").map(|one| format!("{declared} {one}")));
    parts.extend(fuel.get("volume").and_then(quantity));
    parts.extend(text_of(fuel, "container").map(|one| labelled::<FuelContainer>(&one, lang)));
    let numbers = [
        "plate",
        "sener_permit",
        "cne_permit",
        "carta_porte_id",
        "pedimento",
        "bill_of_lading",
    ];
    parts.extend(numbers.iter().filter_map(|name| text_of(fuel, name)));
    joined(parts)
}

/// Whether a text is in the reader's language.
pub(super) fn speaks(text: &Value, lang: Lang) -> bool {
    text_of(text, "language").is_some_and(|language| language.starts_with(lang.pick("en", "es")))
}

/// With commas, the empty ones left out.
fn joined(parts: Vec<String>) -> String {
    let mut parts = parts;
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}
