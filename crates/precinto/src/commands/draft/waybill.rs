//! From a Cargo-XML waybill to what an alert says of a shipment. What an alert has no place for becomes a note, so that
//! nothing is lost in silence, and what is wrong on the waybill is kept verbatim and not corrected.
//!
//! Decisions: the goods' description is taken as English, the language of air waybills by IATA's convention. Whether it is
//! a consolidation only the files together can say: see `consolidation`. Times without an offset stay out: a local time
//! without its clock is no time. The file itself is named by its digest as an attachment.

use super::parts::{ITEMS_MAX, Notes, fields, line, put};
use super::party;
use super::route::route;
use crate::output::Lang;
use crate::xml::Element;
use precinto_alert::check_digit;
use precinto_envelope::crypto::sha256;
use precinto_envelope::hex;
use serde_json::{Map, Value, json};

/// Which of the two messages a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// XFWB.
    Air,
    /// XFZB.
    House,
}

/// What one file says.
#[derive(Debug)]
pub(super) struct Waybill {
    /// Which message it is.
    pub(super) kind: Kind,
    /// The number of the air waybill, or of the one that the house waybill belongs to: digits and letters only, whether
    /// its check digit is right or not.
    pub(super) master: Option<String>,
    /// The code of its type, UN/EDIFACT 1001: 740 direct, 741 consolidation, 703 house.
    pub(super) type_code: Option<String>,
    /// Its shipment.
    pub(super) shipment: Map<String, Value>,
    /// What a house waybill says of the whole consignment that it belongs to: ends of the route, pieces, weight.
    pub(super) of_master: Map<String, Value>,
    /// Its parties.
    pub(super) parties: Vec<Value>,
    /// The file, as an attachment.
    pub(super) file: Value,
    /// It is said to be a diplomatic bag.
    pub(super) diplomatic: bool,
    /// What it says and a draft has no place for.
    pub(super) notes: Notes,
}

/// Reads a waybill; `None` when the file is neither XFWB nor XFZB. `bytes` are the file's.
pub(super) fn read(root: &Element, bytes: &[u8], lang: Lang) -> Option<Waybill> {
    let mut notes = Notes::new(lang);
    let empty = Element::default();
    let master = root.at("MasterConsignment").unwrap_or(&empty);
    let house = master.at("IncludedHouseConsignment");
    let (kind, name, goods) = match root.name.as_str() {
        "Waybill" => (Kind::Air, "XFWB", master),
        "HouseWaybill" => (Kind::House, "XFZB", house.unwrap_or(&empty)),
        _ => return None,
    };
    let own = root.text_at("BusinessHeaderDocument/ID");
    let (number, house) = match kind {
        Kind::Air => (own, None),
        Kind::House => {
            let of_master = master.text_at("TransportContractDocument/ID");
            (of_master, goods.text_at("ID").or(own))
        }
    };
    let mut shipment = fields(&[("mode", json!("AIR")), ("channel", json!("CARGO"))]);
    identifiers(&mut shipment, number, house);
    measures(&mut shipment, goods, &mut notes);
    described(&mut shipment, goods, &mut notes);
    security(&mut shipment, goods);
    route(&mut shipment, goods, &mut notes);
    let mut of_master = Map::new();
    if kind == Kind::House {
        // Noted where the air waybill itself is read: what its house waybill cannot put is no loss.
        let mut twice = Notes::new(lang);
        measures(&mut of_master, master, &mut twice);
        route(&mut of_master, master, &mut twice);
    }
    let file = json!({
        "sha256": hex(&sha256(&[bytes])), "size": bytes.len(), "media_type": "application/xml",
        "caption": { "language": "en", "text": format!("Cargo-XML {name}") },
    });
    let type_code = root.text_at("MessageHeaderDocument/TypeCode");
    let diplomatic = codes(goods).any(|code| code == "DIP");
    Some(Waybill {
        kind,
        master: number.map(compact),
        type_code: type_code.map(str::to_owned),
        shipment,
        of_master,
        parties: party::all(goods, &mut notes),
        file,
        diplomatic,
        notes,
    })
}

fn identifiers(shipment: &mut Map<String, Value>, number: Option<&str>, house: Option<&str>) {
    let mut labels = Vec::new();
    let mut wrong = |kind: &str, number: &str| {
        labels.push(
            json!({ "kind": kind, "verbatim": line(number), "remark": "as in the Cargo-XML file" }),
        );
    };
    if let Some(number) = number {
        match air_waybill(number) {
            Some(number) => put(shipment, "master_awb", number),
            None => wrong("MASTER_AWB", number),
        }
    }
    if let Some(number) = house {
        let number = line(number).to_ascii_uppercase();
        let fits = (1..=35).contains(&number.len())
            && number
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
        if fits {
            put(shipment, "house_awbs", json!([number]));
            put(shipment, "awb_kind", "HOUSE");
        } else {
            wrong("HOUSE_AWB", &number);
        }
    }
    if !labels.is_empty() {
        put(shipment, "label_identifiers", labels);
    }
}

/// Without blanks and hyphens, which people write as they like.
fn compact(number: &str) -> String {
    let letters = number.chars();
    letters
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .collect()
}

/// As it is written with its hyphen, if its check digit is right.
fn air_waybill(number: &str) -> Option<String> {
    let digits = compact(number);
    let (prefix, serial) = digits.split_at_checked(3)?;
    let written = format!("{prefix}-{serial}");
    check_digit::awb(&written).ok().map(|()| written)
}

fn measures(shipment: &mut Map<String, Value>, goods: &Element, notes: &mut Notes) {
    const MASS: [&str; 6] = ["KGM", "LBR", "GRM", "TNE", "MGM", "ONZ"];
    const VOLUME: [&str; 5] = ["LTR", "MTQ", "MLT", "GLL", "BLL"];
    let pieces = goods.text_at("TotalPieceQuantity");
    if let Some(pieces) = pieces.and_then(|text| text.parse::<u32>().ok()) {
        put(shipment, "pieces", pieces);
    }
    let measures: [(&str, &str, &[&str]); 2] = [
        ("IncludedTareGrossWeightMeasure", "gross_weight", &MASS),
        ("GrossVolumeMeasure", "volume", &VOLUME),
    ];
    for (name, field, units) in measures {
        let Some(measure) = goods.at(name) else {
            continue;
        };
        let said = measure.text().unwrap_or_default();
        let unit = measure.attribute("unitCode").unwrap_or_default();
        match decimal(said).filter(|_| units.contains(&unit)) {
            Some(value) => put(shipment, field, format!("{value} {unit}")),
            None => notes.add(name, name, &format!("{said} {unit}")),
        }
    }
    let value = goods.at("DeclaredValueForCustomsAmount");
    if let Some(value) = value {
        let currency = value.attribute("currencyID").unwrap_or_default();
        let amount = value.text().and_then(decimal);
        let known = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
        if let Some(amount) = amount.filter(|_| known) {
            put(shipment, "declared_value", format!("{amount} {currency}"));
        }
    }
    match goods.text_at("TotalChargePrepaidIndicator") {
        Some("true") => put(shipment, "payment", "PP"),
        Some("false") => put(shipment, "payment", "CC"),
        _ => {}
    }
}

/// A decimal as alerts write it: no sign, no exponent, no needless zero; `None` when it is none, or too long.
fn decimal(text: &str) -> Option<String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = whole.trim_start_matches('0');
    let part = part.trim_end_matches('0');
    let fits = digits(whole) && digits(part) && whole.len() <= 12 && part.len() <= 6;
    let empty = text.bytes().all(|byte| byte == b'.');
    let whole = if whole.is_empty() { "0" } else { whole };
    (fits && !empty).then(|| {
        if part.is_empty() {
            whole.to_owned()
        } else {
            format!("{whole}.{part}")
        }
    })
}

/// What the goods are said to be, and under which tariff codes.
fn described(shipment: &mut Map<String, Value>, goods: &Element, notes: &mut Notes) {
    let of_master = goods.all("ApplicableRating");
    let of_master = of_master.flat_map(|rating| rating.all("IncludedMasterConsignmentItem"));
    let items: Vec<&Element> = of_master
        .chain(goods.all("IncludedHouseConsignmentItem"))
        .collect();
    let of_items = items
        .iter()
        .filter_map(|item| item.text_at("NatureIdentificationTransportCargo/Identification"));
    let mut texts: Vec<&str> = goods.text_at("SummaryDescription").into_iter().collect();
    for text in of_items {
        if !texts.iter().any(|known| known.contains(text)) {
            texts.push(text);
        }
    }
    let text: String = texts
        .join("\n")
        .chars()
        .filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t'))
        .take(precinto_alert::limits::TEXT_CHARS_MAX)
        .collect();
    if !text.is_empty() {
        let said = json!({ "language": "en", "text": text });
        put(shipment, "goods_description", said);
    }
    let mut hs_codes: Vec<Value> = Vec::new();
    for code in items.iter().flat_map(|item| item.all("TypeCode")) {
        let code = code.text().unwrap_or_default();
        let digits = code.bytes().all(|byte| byte.is_ascii_digit());
        match code.get(..6).filter(|_| digits) {
            Some(six) => {
                let code_6 = json!({ "code": six, "system": "HS" });
                if hs_codes.len() < ITEMS_MAX && !hs_codes.contains(&code_6) {
                    hs_codes.push(code_6);
                }
                if code.len() > 6 {
                    notes.add(
                        "a national tariff code, of which the first six digits are taken over",
                        "una fracción arancelaria nacional, de la que se toman los primeros seis dígitos",
                        code,
                    );
                }
            }
            None => notes.add("no tariff code", "no es código arancelario", code),
        }
    }
    if !hs_codes.is_empty() {
        put(shipment, "hs_codes", hs_codes);
    }
}

/// The special handling codes, each three capitals.
fn codes(goods: &Element) -> impl Iterator<Item = &str> {
    let instructions = goods.all("HandlingSPHInstructions");
    let codes = instructions.filter_map(|one| one.text_at("DescriptionCode"));
    codes.filter(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
}

fn security(shipment: &mut Map<String, Value>, goods: &Element) {
    let codes: Vec<&str> = codes(goods).take(ITEMS_MAX).collect();
    if codes.is_empty() {
        return;
    }
    let status = codes
        .iter()
        .find(|code| ["NSC", "SCO", "SPX", "SHR"].contains(code));
    if let Some(status) = status {
        put(shipment, "security_status", *status);
    }
    put(shipment, "special_handling", json!(codes));
}
