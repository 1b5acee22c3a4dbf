//! One delivery, for a duty officer at three in the morning and for a program.

use crate::clock;
use crate::draft::{content_json, hex, statement_json};
use crate::output::{Lang, Output};
use precinto_alert::code::Coded as _;
use precinto_alert::statement::Statement;
use precinto_client::Delivery;
use serde::Serialize;
use serde_json::Value;

/// A delivery for machines.
#[derive(Debug, Serialize)]
pub(super) struct DeliveryJson {
    schema: &'static str,
    event: &'static str,
    index: u64,
    attempt: u32,
    /// The log's time of acceptance.
    time: String,
    /// When this program had verified it.
    received_time: String,
    message_id: String,
    #[serde(rename = "type")]
    kind: String,
    status: Value,
    sender: String,
    signers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refers_to: Option<String>,
    statement_id: String,
    /// True when the message holds fields that this version does not know.
    unknown_fields: bool,
    statement: Value,
    content: Value,
}

/// A delivery as one object.
pub(super) fn json(delivery: &Delivery, received_us: u64) -> DeliveryJson {
    let said = &delivery.statement;
    let statement = statement_json(delivery.envelope.payload());
    let text = |name: &str| statement.get(name).cloned().unwrap_or(Value::Null);
    DeliveryJson {
        schema: "precinto.watch.delivery/v1",
        event: "delivery",
        index: delivery.index,
        attempt: delivery.attempt,
        time: clock::rfc3339_ms(delivery.time_ms),
        received_time: clock::rfc3339_us(received_us),
        message_id: said.message_id().to_string(),
        kind: text("type").as_str().unwrap_or_default().to_owned(),
        status: text("status"),
        sender: said.sender().to_string(),
        signers: delivery
            .envelope
            .signers()
            .iter()
            .map(|one| one.identity().to_string())
            .collect(),
        alert_id: said.alert_id().map(ToString::to_string),
        refers_to: said.refers_to().map(|id| id.to_string()),
        statement_id: hex(&delivery.envelope.statement_id()),
        unknown_fields: delivery.unknown_fields,
        content: content(delivery),
        statement,
    }
}

fn content(delivery: &Delivery) -> Value {
    let inner = delivery.body.as_ref();
    inner.map_or(Value::Null, |inner| {
        content_json(&inner.media_type, &inner.content)
    })
}

/// A delivery as lines of text: what it is first, what it asks for next, then the goods, then who vouches for it.
pub(super) fn text(delivery: &Delivery, output: Output) -> Vec<String> {
    let lang = output.lang();
    let said = &delivery.statement;
    let statement = statement_json(delivery.envelope.payload());
    let content = content(delivery);
    let mut lines = vec![String::new(), output.bold(&headline(said, lang))];
    let mut add = |en: &str, es: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("  {:<12} {value}", lang.pick(en, es)));
        }
    };
    add("from", "de", said.sender().agency().to_string());
    add(
        "answers",
        "responde a",
        said.refers_to()
            .map(|id| id.to_string())
            .unwrap_or_default(),
    );
    add("says", "dice", verdicts(&statement));
    add("asks for", "pide", list(&statement, "actions"));
    let last_action = said
        .last_action_ms()
        .map(clock::rfc3339_ms)
        .unwrap_or_default();
    add("act before", "actuar antes", last_action);
    for shipment in array(&content, "shipments") {
        add("shipment", "envío", shipment_line(shipment));
    }
    for kind in ["substances", "firearms", "fuels"] {
        for subject in array(&content, kind) {
            add("suspected", "sospecha", subject_line(subject));
        }
    }
    for text in array(&content, "narrative") {
        add(
            "story",
            "relato",
            text.get("text")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        );
    }
    let signers = delivery
        .envelope
        .signers()
        .iter()
        .map(|one| one.identity().to_string());
    add(
        "signed by",
        "firmado por",
        signers.collect::<Vec<_>>().join(", "),
    );
    let entry = format!(
        "{}  {}  {}",
        delivery.index,
        clock::rfc3339_ms(delivery.time_ms),
        said.message_id()
    );
    add("entry", "entrada", entry);
    lines
}

fn headline(said: &Statement, lang: Lang) -> String {
    let texts = lang.texts();
    let mut parts = vec![said.status().label(texts).to_uppercase()];
    parts.extend(said.precedence().map(|one| one.name().to_owned()));
    parts.push(said.message_type().label(texts).to_owned());
    parts.extend(said.alert_id().map(ToString::to_string));
    let goods: Vec<&str> = said
        .commodities()
        .iter()
        .map(|one| one.label(texts))
        .collect();
    if !goods.is_empty() {
        parts.push(goods.join(", "));
    }
    parts.join("  ")
}

/// Coded answers: acknowledgement, verdict, outcome and the like, by their short names.
fn verdicts(statement: &Value) -> String {
    let names = [
        "ack_level",
        "verdict",
        "assessment",
        "outcome_code",
        "hold_state",
        "dissemination",
    ];
    let said = names
        .iter()
        .filter_map(|name| statement.get(*name).and_then(Value::as_str));
    said.collect::<Vec<_>>().join(", ")
}

fn shipment_line(shipment: &Value) -> String {
    let plain = ["master_awb", "postal_item_id"]
        .iter()
        .filter_map(|name| text_of(shipment, name));
    let courier = array(shipment, "courier_tracking").filter_map(|one| text_of(one, "number"));
    let mut parts: Vec<String> = plain.chain(courier).collect();
    if let Some(leg) = shipment
        .get("route")
        .and_then(|route| array(route, "legs").next())
    {
        let airport = |end: &str| {
            leg.get(end)
                .and_then(|place| text_of(place, "airport").or_else(|| text_of(place, "name")))
        };
        let flight = text_of(leg, "flight").unwrap_or_default();
        let ends = [airport("departure"), airport("arrival")].map(Option::unwrap_or_default);
        parts.push(format!("{flight} {}", ends.join("–")).trim().to_owned());
    }
    parts.extend(shipment.get("gross_weight").map(quantity));
    parts.extend(
        shipment
            .get("goods_description")
            .and_then(|text| text_of(text, "text")),
    );
    parts.join(", ")
}

fn subject_line(subject: &Value) -> String {
    let named = array(subject, "names")
        .next()
        .and_then(|name| text_of(name, "text"));
    let coded = ["suspected", "kind", "inn", "cas_number"];
    let name = named.or_else(|| coded.iter().find_map(|name| text_of(subject, name)));
    let amounts = ["quantity", "volume"]
        .iter()
        .filter_map(|name| subject.get(*name))
        .map(quantity);
    name.into_iter()
        .chain(amounts)
        .collect::<Vec<_>>()
        .join(", ")
}

fn quantity(value: &Value) -> String {
    match (text_of(value, "value"), text_of(value, "unit")) {
        (Some(amount), Some(unit)) => format!("{amount} {unit}"),
        _ => value.to_string(),
    }
}

fn text_of(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn array<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn list(value: &Value, name: &str) -> String {
    array(value, name)
        .filter_map(Value::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}
