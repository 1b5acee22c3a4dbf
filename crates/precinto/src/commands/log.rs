//! `log`: what the log proves about itself, each proof checked before it is shown.

use crate::args::{LogCommand, NodeArgs, Reference};
use crate::clock;
use crate::config::{Material, Node};
use crate::connect::log_failed;
use crate::draft::hex;
use crate::exit::{Exit, Failure, Text};
use crate::files::keep_receipt;
use crate::output::{Output, printable};
use crate::{connect, runtime};
use base64ct::{Base64, Encoding as _};
use precinto_alert::code::MessageType;
use precinto_alert::id::{IdError, MessageId};
use precinto_client::{Connection, LogClient};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::leaf::{EntryType, Leaf};
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct CheckpointJson {
    schema: &'static str,
    origin: String,
    tree_size: u64,
    root: String,
    note: String,
}

#[derive(Serialize)]
struct ProofJson {
    schema: &'static str,
    ok: bool,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_size: Option<u64>,
    tree_size: u64,
    root: String,
    hashes: usize,
}

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

#[derive(Serialize)]
struct ReceiptJson {
    schema: &'static str,
    index: u64,
    time: String,
    tree_size: u64,
    proof: String,
    record: String,
}

/// Runs `log …`.
pub(crate) fn run(command: &LogCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        LogCommand::Checkpoint(node) => with_log(node, async |log| {
            let newest = log
                .checkpoint(0)
                .await
                .map_err(|error| log_failed(&error))?;
            let shown = CheckpointJson::of(&newest);
            if output.is_text() {
                output.verbatim(&shown.note)?;
            } else {
                output.json(&shown)?;
            }
            Ok(Exit::Done)
        }),
        LogCommand::Receipt { which, node, save } => with_log(node, async |log| {
            receipt(&log, which, save.as_deref(), output).await
        }),
        LogCommand::Prove {
            index,
            old_checkpoint,
            node,
        } => {
            let old = old_checkpoint.as_deref();
            with_log(node, async |log| {
                prove(&log, *index, old, node, output).await
            })
        }
        LogCommand::Tail { count, node } => {
            with_log(node, async |log| tail(&log, *count, output).await)
        }
    }
}

fn with_log(
    args: &NodeArgs,
    work: impl AsyncFnOnce(LogClient) -> anyhow::Result<Exit>,
) -> anyhow::Result<Exit> {
    let node = Node::from_args(args)?;
    let material = Material::load(&node).map_err(Failure::from)?;
    runtime::run(async {
        let connection: Connection = connect::open(&material).await?;
        work(LogClient::new(&connection)).await
    })
}

async fn receipt(
    log: &LogClient,
    which: &Reference,
    save: Option<&Path>,
    output: Output,
) -> anyhow::Result<Exit> {
    let held = match (&which.message, which.index) {
        (Some(id), _) => {
            let id: MessageId = id.parse().map_err(|error: IdError| {
                let what = Text::from(error.detail());
                Failure::usage(what.behind(
                    format!("\"{id}\" is no message id"),
                    format!("\"{id}\" no es el identificador de un mensaje"),
                ))
            })?;
            log.receipt_of(id).await
        }
        (None, index) => log.receipt_at(index.unwrap_or_default()).await,
    };
    let held = held.map_err(|error| log_failed(&error))?;
    let verified = &held.verified;
    if let Some(folder) = save {
        let name = match &which.message {
            Some(id) => id.clone(),
            None => format!("entry-{}", verified.index()),
        };
        let path = keep_receipt(folder, &name, &held.receipt)?;
        output.talk(format!("{}", path.display()));
        return Ok(Exit::Done);
    }
    if output.is_text() {
        output.verbatim(&held.receipt.proof)?;
        return Ok(Exit::Done);
    }
    output.json(&ReceiptJson {
        schema: "precinto.log.receipt/v1",
        index: verified.index(),
        time: clock::rfc3339_ms(verified.leaf().time_ms),
        tree_size: verified.size(),
        proof: held.receipt.proof.clone(),
        record: hex(&held.receipt.record),
    })?;
    Ok(Exit::Done)
}

async fn prove(
    log: &LogClient,
    index: Option<u64>,
    old: Option<&Path>,
    args: &NodeArgs,
    output: Output,
) -> anyhow::Result<Exit> {
    let newest = log
        .checkpoint(0)
        .await
        .map_err(|error| log_failed(&error))?;
    let checkpoint = newest.checkpoint();
    if let Some(index) = index {
        let proof = log
            .inclusion(index, checkpoint)
            .await
            .map_err(|error| log_failed(&error))?;
        let shown = ProofJson {
            kind: "inclusion",
            index: Some(index),
            old_size: None,
            hashes: proof.path.len(),
            ..ProofJson::of(&newest)
        };
        output.result(&shown, || {
            let lang = output.lang();
            let entry = lang.pick("is in the log: entry", "está en la bitácora: entrada");
            let tree = lang.pick("proven under the tree of", "demostrado bajo el árbol de");
            let entries = lang.pick("entries", "entradas");
            vec![format!(
                "{entry} {index}, {tree} {} {entries} ({} hashes)",
                shown.tree_size, shown.hashes
            )]
        })?;
    }
    if let Some(path) = old {
        let node = Node::from_args(args)?;
        let note = crate::config::read_text(path)?;
        let older = SignedCheckpoint::verify(note.as_bytes(), &node.log).map_err(|error| {
            let what = Text::cause(error, "no es un punto de control firmado por esta bitácora");
            Failure::new(Exit::VerificationFailed, what.about(path.display()))
        })?;
        let old_size = older.checkpoint().size;
        let proof = log
            .consistency(older.checkpoint(), checkpoint)
            .await
            .map_err(|error| log_failed(&error))?;
        let shown = ProofJson {
            kind: "consistency",
            index: None,
            old_size: Some(old_size),
            hashes: proof.len(),
            ..ProofJson::of(&newest)
        };
        output.result(&shown, || {
            let text = output.lang().pick("the log of", "la bitácora de");
            let extends = output
                .lang()
                .pick("entries extends that of", "entradas extiende el de");
            vec![format!(
                "{text} {} {extends} {old_size} ({} hashes)",
                shown.tree_size, shown.hashes
            )]
        })?;
    }
    Ok(Exit::Done)
}

async fn tail(log: &LogClient, count: u64, output: Output) -> anyhow::Result<Exit> {
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

impl CheckpointJson {
    fn of(signed: &SignedCheckpoint) -> Self {
        let checkpoint = signed.checkpoint();
        Self {
            schema: "precinto.log.checkpoint/v1",
            origin: checkpoint.origin.as_str().to_owned(),
            tree_size: checkpoint.size,
            root: base64(&checkpoint.root),
            note: signed.note().to_owned(),
        }
    }
}

impl ProofJson {
    fn of(newest: &SignedCheckpoint) -> Self {
        Self {
            schema: "precinto.log.proof/v1",
            ok: true,
            kind: "",
            index: None,
            old_size: None,
            tree_size: newest.checkpoint().size,
            root: base64(&newest.checkpoint().root),
            hashes: 0,
        }
    }
}

impl EntryJson {
    fn of(entry: &pb::Entry) -> Self {
        let leaf = Leaf::from_bytes(&entry.leaf).ok();
        let kind = match leaf.map(|leaf| leaf.entry_type) {
            Some(EntryType::Statement) => "STATEMENT",
            Some(EntryType::Trust) => "TRUST",
            Some(EntryType::Conflict) => "CONFLICT",
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

/// A root as checkpoints write it.
fn base64(root: &[u8; 32]) -> String {
    Base64::encode_string(root)
}
