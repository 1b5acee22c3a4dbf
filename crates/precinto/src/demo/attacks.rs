//! What must not get in: a forged alert, an altered one, one under a revoked certificate, and a node whose certificate is
//! revoked. Each is tried with the ordinary commands.

use super::stage::Stage;
use crate::files::write_public;
use anyhow::Context;
use precinto_proto::v1 as pb;
use prost::Message as _;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

/// Two days: the altered alert lets its recipients come too late.
const DELAY_MS: u64 = 2 * 24 * 60 * 60 * 1_000;

/// One attempt and what met it.
#[derive(Debug, Serialize)]
pub(crate) struct Attack {
    /// `forged`, `altered`, `revoked_signer`, `revoked_node`.
    pub(crate) name: &'static str,
    /// In words, English and Spanish.
    #[serde(skip)]
    pub(crate) words: (&'static str, &'static str),
    /// The reason that had to meet it.
    pub(crate) expected: &'static str,
    /// The reason that did.
    pub(crate) reason: String,
    /// The command's exit code.
    pub(crate) exit: Option<i32>,
    /// True if it was a message; false if it was a connection.
    #[serde(skip)]
    pub(crate) message: bool,
}

impl Attack {
    /// Refused, and for the right reason.
    pub(crate) fn is_refused(&self) -> bool {
        self.reason == self.expected && self.exit != Some(0)
    }
}

/// Tries all of them. What nobody is known to have said may have left nothing in the log; whoever comes with a revoked certificate,
/// in a message or on the line, does: that it was used is an act.
pub(crate) async fn run(stage: &Stage) -> anyhow::Result<(Vec<Attack>, bool)> {
    let before = tree_size(stage).await?;
    let mut attacks = vec![forged(stage).await?, altered(stage).await?];
    let unchanged = tree_size(stage).await? == before;
    attacks.push(revoked_signer(stage).await?);
    attacks.push(revoked_node(stage).await?);
    Ok((attacks, unchanged))
}

/// Somebody with a good connection signs in another's name, under a root of the right name that nobody trusts.
async fn forged(stage: &Stage) -> anyhow::Result<Attack> {
    let honest = std::fs::read_to_string(stage.node_file("us-cbp-lax"))?;
    let forged = honest
        .replace("../us/cbp/lax.signing.", "../unhappy/forged-signing.")
        .replace("../state/us-cbp-lax", "../state/forged");
    let file = stage.node_file("forged");
    write_public(&file, forged)?;
    let sample = stage.samples().join("precursor-us-mx.yaml");
    let (exit, reason) = send(stage, &file, ["alert", &sample.display().to_string()]).await?;
    Ok(Attack {
        name: "forged",
        words: (
            "an alert in the name of us/cbp/lax, signed under a root that only looks like the side's",
            "una alerta a nombre de us/cbp/lax, firmada bajo una raíz que solo se parece a la del lado",
        ),
        expected: "SIGNER_UNTRUSTED",
        reason,
        exit,
        message: true,
    })
}

/// A good alert, caught on its way and changed: the last moment to act is put off by two days.
async fn altered(stage: &Stage) -> anyhow::Result<Attack> {
    let node = stage.node_file("us-cbp-lax");
    let sample = stage
        .samples()
        .join("precursor-us-mx.yaml")
        .display()
        .to_string();
    let file = stage.keys.join("altered.signed");
    let place = file.display().to_string();
    let (exit, _) = send(stage, &node, ["alert", &sample, "--sign-only", &place]).await?;
    anyhow::ensure!(
        exit == Some(0),
        "the alert to be altered could not be signed"
    );
    let mut request = pb::SubmitRequest::decode(std::fs::read(&file)?.as_slice())?;
    let mut envelope = pb::Envelope::decode(request.envelope.as_slice())?;
    let mut statement = pb::Statement::decode(envelope.payload.as_slice())?;
    statement.last_action_ms += DELAY_MS;
    envelope.payload = statement.encode_to_vec();
    request.envelope = envelope.encode_to_vec();
    write_public(&file, request.encode_to_vec())?;
    let (exit, reason) = send(stage, &node, ["signed", &place]).await?;
    Ok(Attack {
        name: "altered",
        words: (
            "an alert of us/cbp/lax whose last moment to act was put off by two days after signing",
            "una alerta de us/cbp/lax cuyo último momento para actuar se aplazó dos días después de firmarla",
        ),
        expected: "SIG_BAD",
        reason,
        exit,
        message: true,
    })
}

/// A node whose signing key has leaked and was revoked; its TLS certificate is still good.
async fn revoked_signer(stage: &Stage) -> anyhow::Result<Attack> {
    let sample = stage
        .samples()
        .join("fuel-mx-us.yaml")
        .display()
        .to_string();
    let (exit, reason) = send(stage, &stage.node_file("mx-fgr-old"), ["alert", &sample]).await?;
    Ok(Attack {
        name: "revoked_signer",
        words: (
            "an alert signed by mx/fgr/old, whose signing certificate is revoked",
            "una alerta firmada por mx/fgr/old, cuyo certificado de firma está revocado",
        ),
        expected: "CERT_REVOKED",
        reason,
        exit,
        message: true,
    })
}

/// A stolen laptop: its TLS certificate is revoked, so it does not get in at all.
async fn revoked_node(stage: &Stage) -> anyhow::Result<Attack> {
    let node = stage.node_file("us-cbp-lost").display().to_string();
    let watch = ["watch", "--node", &node, "--until-caught-up", "-o", "jsonl"];
    let (ended, lines) = stage.starter.run(watch).await?;
    Ok(Attack {
        name: "revoked_node",
        words: (
            "the node us/cbp/lost, whose TLS certificate is revoked, at the door",
            "el nodo us/cbp/lost, cuyo certificado TLS está revocado, en la puerta",
        ),
        expected: "CERT_REVOKED",
        reason: reason_in(&lines),
        exit: ended.code,
        message: false,
    })
}

async fn send<const N: usize>(
    stage: &Stage,
    node: &Path,
    what: [&str; N],
) -> anyhow::Result<(Option<i32>, String)> {
    let node = node.display().to_string();
    let arguments = ["-o", "jsonl", "send", "--node", &node]
        .into_iter()
        .chain(what);
    let (ended, lines) = stage.starter.run(arguments).await?;
    Ok((ended.code, reason_in(&lines)))
}

fn reason_in(lines: &[Value]) -> String {
    let reasons = lines
        .iter()
        .rev()
        .filter_map(|line| line.get("reason").and_then(Value::as_str));
    reasons.into_iter().next().unwrap_or_default().to_owned()
}

async fn tree_size(stage: &Stage) -> anyhow::Result<u64> {
    let node = stage.node_file("us-cbp-lax").display().to_string();
    let arguments = ["log", "checkpoint", "--node", &node, "-o", "json"];
    let (_, lines) = stage.starter.run(arguments).await?;
    let size = lines
        .iter()
        .find_map(|line| line.get("tree_size").and_then(Value::as_u64));
    size.context("the log's size cannot be read")
}
