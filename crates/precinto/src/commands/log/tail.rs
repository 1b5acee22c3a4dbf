//! `log tail`: the newest entries, as far as this node may see them.

use crate::clock;
use crate::connect::log_failed;
use crate::exit::Exit;
use crate::output::{Output, printable};
use precinto_alert::code::MessageType;
use precinto_alert::id::MessageId;
use precinto_client::LogClient;
use precinto_merkle::leaf::{EntryType, Leaf};
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde::Serialize;

#[derive(Serialize)]
struct EntryJson {
    schema: &'static str,
    index: u64,
    time: String,
    #[serde(rename = "type")]
    kind: &'static str,
    withheld: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageJson>,
}

#[derive(Serialize)]
struct MessageJson {
    message_id: String,
    #[serde(rename = "type")]
    kind: String,
    sender: String,
    alert_id: String,
    body_bytes: usize,
}

/// Runs `log tail`.
pub(super) async fn tail(log: &LogClient, count: u64, output: Output) -> anyhow::Result<Exit> {
    let size = log
        .checkpoint(0)
        .await
        .map_err(|error| log_failed(&error))?
        .checkpoint()
        .size;
    let first = size.saturating_sub(count);
    let mut entries = log
        .entries(first, size, false)
        .await
        .map_err(|error| log_failed(&error))?;
    while let Some(entry) = entries.next().await.map_err(|error| log_failed(&error))? {
        let shown = EntryJson::of(&entry);
        if output.is_text() {
            output.line(shown.line(output))?;
        } else {
            output.json_line(&shown)?;
        }
    }
    Ok(Exit::Done)
}

impl EntryJson {
    fn of(entry: &pb::Entry) -> Self {
        let leaf = Leaf::from_bytes(&entry.leaf).ok();
        let kind = match leaf.map(|leaf| leaf.entry_type) {
            Some(EntryType::Statement) => "STATEMENT",
            Some(EntryType::Trust) => "TRUST",
            Some(EntryType::Conflict) => "CONFLICT",
            Some(EntryType::Overdue) => "OVERDUE",
            Some(EntryType::Act) => "ACT",
            _ => "OTHER",
        };
        let message = (kind == "STATEMENT" && !entry.withheld)
            .then(|| MessageJson::of(entry))
            .flatten();
        Self {
            schema: "precinto.log.entry/v1",
            index: entry.index,
            time: clock::rfc3339_ms(leaf.map_or(0, |leaf| leaf.time_ms)),
            kind,
            withheld: entry.withheld,
            message,
        }
    }

    fn line(&self, output: Output) -> String {
        let Self {
            index, time, kind, ..
        } = self;
        let what = match &self.message {
            Some(message) => {
                let MessageJson {
                    kind,
                    sender,
                    alert_id,
                    message_id,
                    ..
                } = message;
                printable(&format!("{kind} {alert_id} {sender} {message_id}"))
            }
            None if self.withheld => output
                .lang()
                .pick("(not for this node)", "(no es para este nodo)")
                .to_owned(),
            None => String::new(),
        };
        format!("{index:>8}  {time}  {kind:<9}  {what}")
            .trim_end()
            .to_owned()
    }
}

impl MessageJson {
    fn of(entry: &pb::Entry) -> Option<Self> {
        let envelope = pb::Envelope::decode(entry.content.as_slice()).ok()?;
        let statement = pb::Statement::decode(envelope.payload.as_slice()).ok()?;
        let kind = MessageType::try_from(statement.r#type).unwrap_or_default();
        Some(Self {
            message_id: MessageId::from_slice(&statement.message_id)
                .ok()?
                .to_string(),
            kind: kind
                .as_str_name()
                .trim_start_matches("MESSAGE_TYPE_")
                .to_owned(),
            sender: statement.sender,
            alert_id: statement.alert_id,
            body_bytes: entry.body.len(),
        })
    }
}
