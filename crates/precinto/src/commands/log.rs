//! `log`: what the log proves about itself, each proof checked before it is shown.

mod acts;
mod grading;
mod tail;

use crate::args::{LogCommand, NodeArgs, Reference};
use crate::clock;
use crate::config::{Material, Node, load_policy};
use crate::connect::log_failed;
use crate::exit::{Exit, Failure, Text};
use crate::files::keep_receipt;
use crate::output::Output;
use crate::{connect, runtime};
use base64ct::{Base64, Encoding as _};
use grading::{GradeJson, Grading, nobody_cosigned};
use precinto_alert::Reason;
use precinto_alert::id::{IdError, MessageId};
use precinto_client::log::HeldReceipt;
use precinto_client::{Connection, LogClient, grade};
use precinto_envelope::hex;
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::policy::Policy;
use serde::Serialize;
use std::path::Path;
use tail::tail;

#[derive(Serialize)]
struct CheckpointJson {
    schema: &'static str,
    origin: String,
    tree_size: u64,
    root: String,
    note: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    grade: Option<GradeJson>,
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
struct ReceiptJson {
    schema: &'static str,
    index: u64,
    time: String,
    tree_size: u64,
    proof: String,
    record: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    grade: Option<GradeJson>,
}

/// Runs `log …`.
pub(crate) fn run(command: &LogCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        LogCommand::Checkpoint { node, witnessed } => {
            let policy = policy_of(node, *witnessed)?;
            with_log(node, async |log| {
                checkpoint(&log, policy.as_ref(), output).await
            })
        }
        LogCommand::Receipt {
            which,
            node,
            save,
            witnessed,
        } => {
            let asked = Asked {
                which,
                save: save.as_deref(),
                policy: policy_of(node, *witnessed)?,
            };
            with_log(node, async |log| receipt(&log, &asked, output).await)
        }
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
        LogCommand::Acts { which, node } => {
            with_log(node, async |log| acts::acts(&log, which, output).await)
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

/// The policy to grade by, if a witnessed proof is asked for.
fn policy_of(args: &NodeArgs, witnessed: bool) -> anyhow::Result<Option<Policy>> {
    if !witnessed {
        return Ok(None);
    }
    let node = Node::from_args(args)?;
    let Some(file) = &node.policy else {
        let file = node.file.display();
        return Err(Failure::usage((
            format!("{file}: no policy, so nobody says whose cosignatures count"),
            format!("{file}: sin política, nadie dice qué firmas de testigos cuentan"),
        ))
        .next((
            "add  policy = \"FILE\"  with the C2SP tlog-policy that both sides have agreed on",
            "agregue  policy = \"ARCHIVO\"  con la política C2SP tlog-policy que ambas partes acordaron",
        ))
        .into());
    };
    Ok(Some(load_policy(file).map_err(Failure::from)?))
}

async fn checkpoint(
    log: &LogClient,
    policy: Option<&Policy>,
    output: Output,
) -> anyhow::Result<Exit> {
    let newest = match policy {
        Some(_) => log.witnessed_checkpoint().await,
        None => log.checkpoint(0).await,
    };
    let newest = match newest {
        Err(error) if policy.is_some() && error.reason() == Some(Reason::NotFound) => {
            return Err(nobody_cosigned().into());
        }
        newest => newest.map_err(|error| log_failed(&error))?,
    };
    let grade = policy.map(|policy| grade::of_checkpoint(&newest, policy));
    let grade = Grading::of(grade)?;
    let shown = CheckpointJson {
        grade: grade.as_ref().map(Grading::json),
        ..CheckpointJson::of(&newest)
    };
    if output.is_text() {
        output.verbatim(&shown.note)?;
    } else {
        output.json(&shown)?;
    }
    Ok(Grading::end(grade.as_ref(), output))
}

/// What `log receipt` was asked for.
struct Asked<'a> {
    which: &'a Reference,
    save: Option<&'a Path>,
    policy: Option<Policy>,
}

impl Asked<'_> {
    async fn fetch(&self, log: &LogClient) -> anyhow::Result<HeldReceipt> {
        let held = match (&self.which.message, self.which.index, &self.policy) {
            (Some(id), _, policy) => {
                let id: MessageId = id.parse().map_err(|error: IdError| {
                    let what = Text::from(error.detail());
                    Failure::usage(what.behind(
                        format!("\"{id}\" is no message id"),
                        format!("\"{id}\" no es el identificador de un mensaje"),
                    ))
                })?;
                match policy {
                    Some(_) => log.witnessed_receipt_of(id).await,
                    None => log.receipt_of(id).await,
                }
            }
            (None, index, Some(_)) => log.witnessed_receipt_at(index.unwrap_or_default()).await,
            (None, index, None) => log.receipt_at(index.unwrap_or_default()).await,
        };
        Ok(held.map_err(|error| log_failed(&error))?)
    }
}

async fn receipt(log: &LogClient, asked: &Asked<'_>, output: Output) -> anyhow::Result<Exit> {
    let held = asked.fetch(log).await?;
    let Asked {
        which,
        save,
        policy,
    } = asked;
    let key = log.verifier();
    let grade = policy
        .as_ref()
        .map(|policy| grade::of_receipt(&held.receipt, key, policy));
    let grade = Grading::of(grade)?;
    let end = || Grading::end(grade.as_ref(), output);
    let verified = &held.verified;
    if let Some(folder) = save {
        let name = match &which.message {
            Some(id) => id.clone(),
            None => format!("entry-{}", verified.index()),
        };
        let path = keep_receipt(folder, &name, &held.receipt)?;
        output.talk(format!("{}", path.display()));
        return Ok(end());
    }
    if output.is_text() {
        output.verbatim(&held.receipt.proof)?;
        return Ok(end());
    }
    output.json(&ReceiptJson {
        schema: "precinto.log.receipt/v1",
        index: verified.index(),
        time: clock::rfc3339_ms(verified.leaf().time_ms),
        tree_size: verified.size(),
        proof: held.receipt.proof.clone(),
        record: hex(&held.receipt.record),
        grade: grade.as_ref().map(Grading::json),
    })?;
    Ok(end())
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

impl CheckpointJson {
    fn of(signed: &SignedCheckpoint) -> Self {
        let checkpoint = signed.checkpoint();
        Self {
            schema: "precinto.log.checkpoint/v1",
            origin: checkpoint.origin.as_str().to_owned(),
            tree_size: checkpoint.size,
            root: base64(&checkpoint.root),
            note: signed.note().to_owned(),
            grade: None,
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

/// A root as checkpoints write it.
fn base64(root: &[u8; 32]) -> String {
    Base64::encode_string(root)
}
