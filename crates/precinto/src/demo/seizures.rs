//! Real seizure records from a CSV file, as exercise alerts: what the record says is mapped, what it lacks is made up.
//!
//! A share of the alerts is spoilt on purpose. What must be said about each of those follows from what was done to it
//! (`fault`).

mod fault;

use super::country;
use super::generator::Generator;
use super::script::{Cue, Script};
use crate::exit::{Failure, Text};
use crate::records::Records;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;

/// Hiding places that are no shipment: what a passenger carries.
const NO_SHIPMENT: [&str; 7] = [
    "Baggage",
    "Swallowed",
    "Body",
    "Outerwear",
    "Handbag",
    "Underwear",
    "Shoes",
];

/// A row of the file, the columns that are used.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Row {
    country: String,
    place: String,
    seizure_date: String,
    drug_name: String,
    amount: String,
    drug_unit: String,
    hiding_place: String,
    installation: String,
    transport: String,
    departure_country: String,
    destination_country: String,
}

/// Reads the file and prepares an alert for each row that is a shipment; `faulty` of a hundred are spoilt.
pub(crate) fn script(path: &Path, seed: u64, faulty: u8) -> anyhow::Result<Script> {
    let refuse = |cause: csv::Error| {
        let columns = "COUNTRY, PLACE, SEIZURE_DATE, DRUG_NAME, AMOUNT, DRUG_UNIT, HIDING_PLACE, INSTALLATION, TRANSPORT, \
                       DEPARTURE_COUNTRY, DESTINATION_COUNTRY";
        let what = Text::cause(cause, "no se puede leer");
        Failure::usage(what.about(path.display())).next((
            format!("the file must have the columns {columns}"),
            format!("el archivo debe tener las columnas {columns}"),
        ))
    };
    let mut records = Records::open(path, b',')?;
    let headers = records.headers().clone();
    let mut generator = Generator::new(seed);
    let mut script = Script::default();
    while let Some((number, record)) = records.next()? {
        let row: Row = record.deserialize(Some(&headers)).map_err(refuse)?;
        match alert(&row, number, &mut generator, faulty) {
            Ok(cue) => script.cues.push_back(cue),
            Err(reason) => *script.refused.entry(reason).or_default() += 1,
        }
    }
    Ok(script)
}

/// The alert that a row becomes, or the reason why it becomes none.
fn alert(
    row: &Row,
    number: usize,
    generator: &mut Generator,
    faulty: u8,
) -> Result<Cue, &'static str> {
    let hiding = row.hiding_place.trim();
    if NO_SHIPMENT.contains(&hiding) {
        return Err("NOT_A_SHIPMENT");
    }
    let quantity = quantity(row).ok_or("QUANTITY_INVALID")?;
    let northbound = generator.below(2) == 0;
    let (node, to) = direction(northbound, generator);
    let (substance, commodity) = substance(row, &quantity);
    let from = country::code(&row.departure_country);
    let consignee = if northbound { "US" } else { "MX" };
    let postal = is_postal(row);
    let shipper = from.unwrap_or(if northbound { "MX" } else { "US" });
    let mut parties = vec![generator.party("SHIPPER", shipper)];
    parties.push(generator.party("CONSIGNEE", consignee));
    let mut draft = json!({
        "type": "ALERT", "to": to, "status": "EXERCISE",
        "precedence": generator.pick(&["P2", "P3"], "P3"), "commodities": [commodity],
        "protected_bag": "NONE", "authority": "CUSTOMS_AGREEMENT",
        "handling": { "tlp": "AMBER_STRICT", "use_code": "H1" }, "languages": ["en"],
        "expires": "+5d", "last_action": "+2d",
        "content": {
            "shipments": [shipment(generator, (shipper, consignee), northbound, postal, &quantity)],
            "parties": parties, "substances": [substance],
            "suspicion": { "indicators": indicators(hiding), "confidence": "MEDIUM" },
            "narrative": [story(row)],
            "case_reference": format!("EX-{number}"),
        },
    });
    let fault = (generator.below(100) < u64::from(faulty))
        .then(|| fault::spoil(&mut draft, postal, generator))
        .flatten();
    Ok(Cue {
        node: node.to_owned(),
        tag: format!("row {number}"),
        draft,
        fault,
    })
}

fn direction(northbound: bool, generator: &mut Generator) -> (&'static str, Value) {
    let police = generator.below(3) == 0;
    match (northbound, police) {
        (true, false) => ("mx/anam/mex", json!(["us.dev.invalid/cbp"])),
        (true, true) => ("mx/fgr/hq", json!(["us.dev.invalid/dea"])),
        (false, false) => ("us/cbp/lax", json!(["mx.dev.invalid/anam"])),
        (false, true) => ("us/dea/hq", json!(["mx.dev.invalid/fgr"])),
    }
}

fn is_postal(row: &Row) -> bool {
    row.transport == "Mail"
        || row.installation == "Post Office"
        || ["Postal", "Inserted"].contains(&row.hiding_place.as_str())
}

fn shipment(
    generator: &mut Generator,
    (shipper, consignee): (&str, &str),
    northbound: bool,
    postal: bool,
    quantity: &Quantity,
) -> Value {
    let (carrier, prefix) = generator.carrier();
    let (channel, name, number) = if postal {
        ("POST", "postal_item_id", generator.postal_item(shipper, 0))
    } else {
        ("CARGO", "master_awb", generator.air_waybill(prefix, 0))
    };
    let mut shipment = json!({
        "mode": "AIR", "channel": channel, "pieces": 1 + generator.below(4),
        "gross_weight": format!("{} KGM", decimal(quantity.kilograms * 1.15 + 0.4)),
        "goods_description": generator.goods(),
        "route": {
            "origin": { "country": shipper }, "destination": { "country": consignee },
            "legs": [generator.leg(northbound, carrier)],
        },
    });
    if let Some(fields) = shipment.as_object_mut() {
        drop(fields.insert(name.to_owned(), json!(number)));
    }
    shipment
}

/// An amount with its unit of Recommendation 20, the form it is counted in, and its weight by estimate.
struct Quantity {
    text: String,
    form: Option<&'static str>,
    kilograms: f64,
}

fn quantity(row: &Row) -> Option<Quantity> {
    let amount: f64 = row
        .amount
        .trim()
        .parse()
        .ok()
        .filter(|amount: &f64| amount.is_finite())?;
    let (unit, form, kilograms_each) = match row.drug_unit.as_str() {
        "Kilogram" => ("KGM", None, 1.0),
        "Gram" => ("GRM", None, 0.001),
        "Ounce" => ("ONZ", None, 0.028_35),
        "Litre" => ("LTR", Some("LIQUID"), 1.0),
        "Millilitre" | "Cc" | "Cubic Centimeter" => ("MLT", Some("LIQUID"), 0.001),
        "Tablet" | "Pill" => ("H87", Some("TABLET"), 0.000_5),
        "Dose" => ("H87", Some("DOSE"), 0.000_5),
        "Unit" | "Piece" => ("H87", Some("OTHER"), 0.01),
        _ => return None,
    };
    let amount_text = decimal(amount);
    let in_range = amount_text != "0" && amount < 1.0e9;
    let text = format!("{amount_text} {unit}");
    in_range.then_some(Quantity {
        text,
        form,
        kilograms: amount * kilograms_each,
    })
}

/// A decimal with at most six places and no needless zero.
fn decimal(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Names with their CAS numbers, for the commonest; the two last ones are precursors.
const CAS: [(&str, &str); 11] = [
    ("Cocaine HCL", "53-21-4"),
    ("Cocaine", "50-36-2"),
    ("Heroin", "561-27-3"),
    ("Amphetamine", "300-62-9"),
    ("Methamphetamine", "537-46-2"),
    ("Ecstasy", "42542-10-9"),
    ("Ketamine", "6740-88-1"),
    ("LSD", "50-37-3"),
    ("Fentanyl", "437-38-7"),
    ("GBL", "96-48-0"),
    ("APAA", "4433-77-6"),
];

const PRECURSORS: [&str; 2] = ["GBL", "APAA"];

fn substance(row: &Row, quantity: &Quantity) -> (Value, &'static str) {
    let name = row.drug_name.trim();
    let precursor = PRECURSORS.contains(&name);
    let class = if precursor { "PRECURSOR" } else { "DRUG" };
    let mut substance = json!({
        "substance_class": class, "names": [name], "quantity": quantity.text,
        "form": quantity.form.unwrap_or("OTHER"), "remark": "form as recorded, or not recorded",
    });
    if let (Some((_, cas)), Some(fields)) = (
        CAS.iter().find(|(known, _)| *known == name),
        substance.as_object_mut(),
    ) {
        drop(fields.insert("cas_number".to_owned(), json!(cas)));
    }
    (
        substance,
        if precursor {
            "CHEMICAL_PRECURSOR"
        } else {
            "ILLICIT_DRUG"
        },
    )
}

fn indicators(hiding: &str) -> Value {
    let (code, strength) = match hiding {
        "Inserted" => ("PK03", 3),
        "Package" | "Freight" => ("PK05", 2),
        _ => ("DO02", 2),
    };
    json!([{ "code": code, "strength": strength }])
}

/// The record in one sentence; empty columns are left out.
fn story(row: &Row) -> Value {
    let Row {
        country,
        place,
        seizure_date,
        drug_name,
        amount,
        drug_unit,
        ..
    } = row;
    let mut text =
        format!("EXERCISE, from a record of {seizure_date}: {drug_name}, {amount} {drug_unit}");
    let mut add = |before: &str, value: &str| {
        if !value.trim().is_empty() {
            text.extend([before, value.trim()]);
        }
    };
    add(", seized in ", country);
    add(", ", place);
    add("; sent from ", &row.departure_country);
    add(", bound for ", &row.destination_country);
    add("; hidden: ", &row.hiding_place);
    add("; found at: ", &row.installation);
    json!(text)
}

#[cfg(test)]
mod tests;
