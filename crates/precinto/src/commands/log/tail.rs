//! `log tail`: the newest entries, as far as this node may see them.

use crate::clock;
use crate::connect::log_failed;
use crate::exit::Exit;
use crate::output::{Output, printable};
use precinto_alert::code::MessageType;
use precinto_alert::id::MessageId;
use precinto_alert::reason as catalogue;
use precinto_client::LogClient;
use precinto_envelope::hex;
use precinto_merkle::leaf::{EntryType, Leaf};
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde::Serialize;

/// An entry as it is shown.
#[derive(Serialize)]
pub(super) struct EntryJson {
    schema: &'static str,
    index: u64,
    time: String,
    #[serde(rename = "type")]
    kind: &'static str,
    withheld: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<ActJson>,
}

/// What somebody did, or tried.
#[derive(Serialize)]
struct ActJson {
    #[serde(rename = "type")]
    kind: String,
    actor: String,
    /// A subscription, a server name, or what was wrong with files; as the type says.
    #[serde(skip_serializing_if = "String::is_empty")]
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// Whose statement was refused, and which.
    #[serde(skip_serializing_if = "String::is_empty")]
    sender: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    /// How many roots and revocation lists came into force, and how many went.
    #[serde(skip_serializing_if = "is_zero")]
    added: usize,
    #[serde(skip_serializing_if = "is_zero")]
    removed: usize,
    /// What was given: so many entries, from the first to before the last of the two; of records, which.
    #[serde(skip_serializing_if = "Option::is_none")]
    given: Option<GivenJson>,
    /// SHA-256, in hexadecimal digits.
    #[serde(skip_serializing_if = "String::is_empty")]
    certificate: String,
}

#[derive(Serialize)]
struct GivenJson {
    from: u64,
    to: u64,
    count: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    indexes: Vec<u64>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
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
        EntryJson::of(&entry).print(output)?;
    }
    Ok(Exit::Done)
}

impl EntryJson {
    /// A line of text, or of JSON.
    pub(super) fn print(&self, output: Output) -> anyhow::Result<()> {
        if output.is_text() {
            output.line(self.line(output))?;
        } else {
            output.json_line(self)?;
        }
        Ok(())
    }

    /// The entry, as far as the node may see it.
    pub(super) fn of(entry: &pb::Entry) -> Self {
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
        let act = (kind == "ACT" && !entry.withheld)
            .then(|| ActJson::of(entry))
            .flatten();
        Self {
            schema: "precinto.log.entry/v1",
            index: entry.index,
            time: clock::rfc3339_ms(leaf.map_or(0, |leaf| leaf.time_ms)),
            kind,
            withheld: entry.withheld,
            message,
            act,
        }
    }

    /// In one line of text.
    pub(super) fn line(&self, output: Output) -> String {
        let Self {
            index, time, kind, ..
        } = self;
        let what = match (&self.message, &self.act) {
            (_, Some(act)) => act.line(output),
            (Some(message), None) => {
                let MessageJson {
                    kind,
                    sender,
                    alert_id,
                    message_id,
                    ..
                } = message;
                printable(&format!("{kind} {alert_id} {sender} {message_id}"))
            }
            (None, None) if self.withheld => output
                .lang()
                .pick("(not for this node)", "(no es para este nodo)")
                .to_owned(),
            (None, None) => String::new(),
        };
        format!("{index:>8}  {time}  {kind:<9}  {what}")
            .trim_end()
            .to_owned()
    }
}

impl ActJson {
    fn of(entry: &pb::Entry) -> Option<Self> {
        let act = pb::ActRecord::decode(entry.record.as_slice()).ok()?;
        let id = MessageId::from_slice(&act.message_id).ok();
        Some(Self {
            kind: act
                .kind()
                .as_str_name()
                .trim_start_matches("ACT_KIND_")
                .to_owned(),
            reason: (act.reason() != pb::Reason::Unspecified)
                .then(|| catalogue::name(act.reason())),
            message_id: id.map(|id| id.to_string()),
            given: GivenJson::of(&act),
            certificate: hex(&act.certificate),
            added: act.added.len(),
            removed: act.removed.len(),
            actor: act.actor,
            subject: act.subject,
            sender: act.party,
        })
    }

    fn line(&self, output: Output) -> String {
        let Self {
            kind,
            actor,
            subject,
            reason,
            sender,
            message_id,
            added,
            removed,
            given,
            certificate,
        } = self;
        let mut line = format!("{kind} {actor}");
        let changed = format!("+{added} -{removed}");
        let given = given.as_ref().map(|given| given.text(output));
        let changed = (added + removed > 0).then_some(changed.as_str());
        let more = [
            Some(subject.as_str()),
            *reason,
            Some(sender.as_str()),
            message_id.as_deref(),
            changed,
            given.as_deref(),
            certificate.get(..16),
        ];
        for part in more.into_iter().flatten().filter(|part| !part.is_empty()) {
            line.push(' ');
            line.push_str(part);
        }
        printable(&line)
    }
}

impl GivenJson {
    fn of(act: &pb::ActRecord) -> Option<Self> {
        let is_given = matches!(
            act.kind(),
            pb::ActKind::RecordsRead | pb::ActKind::LogExported
        );
        is_given.then(|| Self {
            from: act.from_index,
            to: act.to_index,
            count: act.count,
            indexes: act.indexes.clone(),
        })
    }

    fn text(&self, output: Output) -> String {
        let Self {
            from, to, count, ..
        } = self;
        let last = to.saturating_sub(1);
        let lang = output.lang();
        let (of, to) = (lang.pick("of", "de"), lang.pick("to", "a"));
        format!("{count} {of} {from} {to} {last}")
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
