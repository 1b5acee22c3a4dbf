//! One delivery: as an object for a program, and as lines for a duty officer at three in the morning.

mod lines;

pub(super) use lines::lines;

use crate::clock;
use crate::draft::{content_of, statement_json};
use crate::output::Output;
use crate::words::{self, Finding, Sheet, minute};
use precinto_alert::Content;
use precinto_alert::code::Coded as _;
use precinto_client::{Delivery, Overdue};
use precinto_envelope::hex;
use serde::Serialize;
use serde_json::Value;

/// A delivery for machines.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryJson {
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
    /// What the gateway found and let pass, under its signature.
    warnings: Vec<Finding>,
}

/// A missed deadline as one object.
pub(crate) fn late_json(overdue: &Overdue, received_us: u64) -> Value {
    let mut object = words::late_json(overdue);
    if let Value::Object(fields) = &mut object {
        fields.insert("schema".to_owned(), "precinto.watch.overdue/v1".into());
        fields.insert("event".to_owned(), "overdue".into());
        fields.insert("attempt".to_owned(), overdue.attempt.into());
        let received = clock::rfc3339_us(received_us);
        fields.insert("received_time".to_owned(), received.into());
    }
    object
}

/// A missed deadline as lines.
pub(super) fn late_lines(overdue: &Overdue, output: Output) -> Vec<String> {
    let mut sheet = Sheet::new(output);
    let lang = sheet.lang();
    let status = overdue.status.label(lang.texts()).to_uppercase();
    let title = lang.pick("NOT ANSWERED IN TIME", "SIN RESPUESTA A TIEMPO");
    sheet.bold(&format!(
        "{status}  {}  {title}  {}",
        overdue.precedence.name(),
        overdue.alert_id
    ));
    for line in words::late(overdue, lang) {
        sheet.block(2, "", &line);
    }
    let entry = lang.pick("entry", "entrada");
    sheet.block(
        2,
        "",
        &format!("{entry} {}, {}", overdue.index, minute(overdue.time_ms)),
    );
    sheet.gap();
    sheet.into_lines()
}

/// A delivery as one object.
pub(crate) fn json(delivery: &Delivery, received_us: u64) -> DeliveryJson {
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
        warnings: delivery.record.warnings.iter().map(Finding::from).collect(),
        statement,
    }
}

/// The content; null when it says nothing that this version understands. Read as the own copy reads it, so that both tell the
/// same.
fn content(delivery: &Delivery) -> Value {
    let Some(inner) = &delivery.body else {
        return Value::Null;
    };
    let said = &delivery.statement;
    let content = Content::decode_lenient(&inner.media_type, &inner.content, said);
    content.map_or(Value::Null, |(content, _)| {
        content_of(&content, said.message_type())
    })
}
