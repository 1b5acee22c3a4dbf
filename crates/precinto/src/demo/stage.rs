//! The stage: throw-away keys, configuration files, a gateway and the nodes, each a process of its own.

use super::child::{Child, Line, Starter};
use crate::clock;
use crate::files::write_public;
use crate::pki::{self, AgencyEntry, NodeEntry, Options, Profile, SideEntry};
use anyhow::Context;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long the gateway may take to listen, and the nodes to connect.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lines of children on their way here.
const LINES: usize = 1_024;

/// Everything the demo has put up.
pub(crate) struct Stage {
    /// Keeps the folder as long as the stage stands.
    folder: tempfile::TempDir,
    /// Keys, certificates, configuration files.
    pub(crate) keys: PathBuf,
    /// The gateway's data folder.
    pub(crate) data: PathBuf,
    /// The senders' receipts.
    pub(crate) receipts: PathBuf,
    /// The profile that the keys were made from.
    pub(crate) profile: Profile,
    /// Where the gateway listens.
    pub(crate) address: String,
    /// The log's verifier key, as the keys were made; not as the gateway says.
    pub(crate) vkey: String,
    /// How to start more children.
    pub(crate) starter: Starter,
    gateway: Option<Child>,
    /// The nodes that take part.
    pub(crate) nodes: Vec<Node>,
    /// What the nodes print.
    pub(crate) lines: mpsc::Receiver<Line>,
}

/// A node that takes part: it watches and it can send.
pub(crate) struct Node {
    /// `us/cbp/lax`.
    pub(crate) name: String,
    /// `us.dev.invalid/cbp`.
    pub(crate) agency: String,
    /// Its officers' SPIFFE ids.
    pub(crate) officers: Vec<String>,
    watch: Child,
    /// `send -`: drafts in, results out.
    pub(crate) send: Child,
}

impl Stage {
    /// Makes the keys, starts the gateway, then the nodes; ready when every node has connected.
    pub(crate) async fn build(data: Option<&Path>) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("precinto-demo-")
            .tempdir()?;
        let keys = folder.path().join("keys");
        let profile = Profile::built_in()?;
        let now_ms = clock::now_ms();
        let made = pki::make(
            &profile,
            &keys,
            Options {
                unhappy: true,
                keep_roots: false,
                now_ms,
            },
        )?;
        let data = match data {
            Some(data) => std::path::absolute(data)?,
            None => folder.path().join("data"),
        };
        let config = keys.join("gateway.toml");
        write_public(
            &config,
            pki::gateway_toml(&profile, "127.0.0.1:0", &data.display().to_string()),
        )?;
        write_samples(&folder.path().join("samples"))?;

        let starter = Starter::new()?;
        let (gateway, address) = start_gateway(&starter, &config).await?;
        pki::write_nodes(&profile, &keys, &address, &made.vkey)?;
        let (sender, lines) = mpsc::channel(LINES);
        let mut stage = Self {
            receipts: data.join("receipts"),
            folder,
            keys,
            data,
            profile,
            address,
            vkey: made.vkey,
            starter,
            gateway: Some(gateway),
            nodes: Vec::new(),
            lines,
        };
        stage.start_nodes(&sender)?;
        timeout(PATIENCE, stage.all_connected())
            .await
            .context("the nodes do not connect")??;
        Ok(stage)
    }

    /// The folder with samples to send by hand.
    pub(crate) fn samples(&self) -> PathBuf {
        self.folder.path().join("samples")
    }

    /// Where the roots and revocation lists are, for an auditor.
    pub(crate) fn trust(&self) -> PathBuf {
        self.keys.join("trust")
    }

    /// The file of a node that takes no part by itself: one with a revoked certificate.
    pub(crate) fn node_file(&self, name: &str) -> PathBuf {
        self.keys.join(format!("nodes/{name}.toml"))
    }

    /// The position of a node by its name.
    pub(crate) fn position(&self, name: &str) -> anyhow::Result<usize> {
        let found = self.nodes.iter().position(|node| node.name == name);
        found.with_context(|| format!("no node {name} takes part"))
    }

    /// Ends the nodes, first the half of each that sends, then the gateway; each must say that all went well. Once is enough.
    pub(crate) async fn end(&mut self) -> anyhow::Result<()> {
        for node in std::mem::take(&mut self.nodes) {
            drop(node.send.end().await?);
            let ended = node.watch.end().await?;
            anyhow::ensure!(
                ended.code == Some(0),
                "{} ended badly: {}",
                node.name,
                ended.words
            );
        }
        if let Some(gateway) = self.gateway.take() {
            let ended = gateway.end().await?;
            anyhow::ensure!(
                ended.code == Some(0),
                "the gateway ended badly: {}",
                ended.words
            );
        }
        Ok(())
    }

    fn start_nodes(&mut self, lines: &mpsc::Sender<Line>) -> anyhow::Result<()> {
        let taking_part =
            |agency: &AgencyEntry, node: &NodeEntry| !agency.auditor && node.revoked.is_empty();
        let cast: Vec<_> = self
            .profile
            .nodes()
            .filter(|(_, agency, node)| taking_part(agency, node))
            .collect();
        for (position, (side, agency, node)) in cast.into_iter().enumerate() {
            let started = self.start_node(position, (side, agency, node), lines)?;
            self.nodes.push(started);
        }
        Ok(())
    }

    fn start_node(
        &self,
        position: usize,
        (side, agency, node): (&SideEntry, &AgencyEntry, &NodeEntry),
        lines: &mpsc::Sender<Line>,
    ) -> anyhow::Result<Node> {
        let file = self.node_file(&format!("{}-{}-{}", side.key, agency.id, node.name));
        let path = file.display().to_string();
        let receipts = self.receipts.display().to_string();
        let watch = ["watch", "--node", &path, "--exit-with-stdin", "-o", "jsonl"];
        let send = [
            "send",
            "--node",
            &path,
            "--receipts",
            &receipts,
            "-o",
            "jsonl",
            "-",
        ];
        let officers = agency
            .officer
            .iter()
            .filter(|officer| officer.nodes.contains(&node.name));
        let of_agency = format!("spiffe://{}/agency/{}", side.domain, agency.id);
        Ok(Node {
            name: format!("{}/{}/{}", side.key, agency.id, node.name),
            agency: format!("{}/{}", side.domain, agency.id),
            officers: officers
                .map(|one| format!("{of_agency}/officer/{}", one.id))
                .collect(),
            watch: self.starter.start(watch, position, lines.clone())?,
            send: self.starter.start(send, position, lines.clone())?,
        })
    }

    /// Waits until every node's subscription is open and up to date.
    async fn all_connected(&mut self) -> anyhow::Result<()> {
        let mut missing: Vec<usize> = (0..self.nodes.len()).collect();
        while !missing.is_empty() {
            let line = self.lines.recv().await.context("all nodes are gone")?;
            let event = line.value.get("event").and_then(Value::as_str);
            if event == Some("caught_up") {
                missing.retain(|position| *position != line.from);
            }
            let failed =
                line.value.get("schema").and_then(Value::as_str) == Some("precinto.error/v1");
            anyhow::ensure!(!failed, "a node failed: {}", line.value);
        }
        Ok(())
    }
}

async fn start_gateway(starter: &Starter, config: &Path) -> anyhow::Result<(Child, String)> {
    let path = config.display().to_string();
    let (ended, said) = starter
        .run(["-o", "json", "gateway", "init", "--config", &path])
        .await?;
    anyhow::ensure!(ended.code == Some(0), "the log was not begun: {said:?}");
    let (sender, mut lines) = mpsc::channel(1);
    let arguments = ["gateway", "run", "--config", &path, "--exit-with-stdin"];
    let gateway = starter.start(arguments, 0, sender)?;
    let first = timeout(PATIENCE, lines.recv())
        .await
        .context("the gateway does not listen")?;
    let address = first
        .as_ref()
        .and_then(|line| line.value.get("address"))
        .and_then(Value::as_str);
    match address {
        Some(address) => Ok((gateway, address.to_owned())),
        None => anyhow::bail!("the gateway did not start:\n{}", gateway.end().await?.words),
    }
}

fn write_samples(folder: &Path) -> anyhow::Result<()> {
    for sample in super::story::SAMPLES {
        write_public(&folder.join(format!("{}.yaml", sample.name)), sample.text)?;
    }
    Ok(())
}
