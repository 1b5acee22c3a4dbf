//! A gateway, its nodes and their agents as processes, with what a person at one of them does and sees.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use precinto_client::Signed;
use precinto_client::load::{self, Load, Style};
use precinto_proto::v1::node_service_client::NodeServiceClient;
use precinto_tests::{GatewayProcess, Messages, Site, audit, inner_id, precinto, run};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tonic::transport::{Channel, Endpoint};

/// Long enough for a slow machine; reaching it means that something is lost.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) const CBP: &str = "us-cbp-lax";
pub(crate) const ANAM: &str = "mx-anam-mex";
pub(crate) const DEA: &str = "us-dea-hq";

/// A site, and what its nodes need.
pub(crate) struct Stage {
    pub(crate) site: Site,
    pub(crate) address: String,
}

/// A running agent. Dropping it kills it.
pub(crate) struct Agent {
    pub(crate) child: Child,
    pub(crate) log: PathBuf,
}

impl Stage {
    pub(crate) fn new() -> (Self, GatewayProcess) {
        Self::at(Site::new())
    }

    pub(crate) fn at(site: Site) -> (Self, GatewayProcess) {
        let gateway = site.start();
        let address = gateway.address().to_owned();
        let example = run(&["config", "example", "alert"]).stdout;
        let stage = Self { site, address };
        write(&stage.path("alert.yaml"), &example);
        (stage, gateway)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.site.path().join(name)
    }

    /// Gives a node an agent.
    pub(crate) fn with_agent(&self, node: &str, table: &str) {
        let file = self.site.node_file(node);
        let text = std::fs::read_to_string(&file).expect("the node's file");
        write(&file, format!("{text}\n[run]\n{table}\n").as_bytes());
    }

    /// Starts the agent, and waits until it says that it runs.
    pub(crate) async fn agent(&self, node: &str) -> Agent {
        let agent = self.start_agent(node);
        until(|| agent.heard("running").then_some(())).await;
        agent
    }

    pub(crate) fn start_agent(&self, node: &str) -> Agent {
        self.start_agent_as(node, |agent| agent)
    }

    /// The same, started as somebody says: under another program, say.
    pub(crate) fn start_agent_as(&self, node: &str, how: impl FnOnce(Command) -> Command) -> Agent {
        let log = self.path(&format!("{node}.agent.jsonl"));
        let out = File::create(&log).expect("a file");
        let mut command = how(self.command(node, "node run --exit-with-stdin -o jsonl"));
        command.stdin(Stdio::piped()).stdout(out);
        let child = command.spawn().expect("precinto runs");
        Agent { child, log }
    }

    pub(crate) fn command(&self, node: &str, line: &str) -> Command {
        let mut command = Command::new(precinto());
        let words = line.split_whitespace().map(|word| word.replace('_', " "));
        command.args(words).arg("--node");
        command.arg(self.site.node_file(node));
        command.args(["--gateway", &self.address]);
        command.env("LC_ALL", "C.UTF-8");
        command
    }

    pub(crate) fn run(&self, node: &str, line: &str) -> Output {
        self.command(node, line).output().expect("precinto runs")
    }

    /// What a command that must end well prints, as objects.
    pub(crate) fn objects(&self, node: &str, line: &str) -> Vec<Value> {
        let out = self.run(node, &format!("{line} -o jsonl"));
        let (said, talk) = (text(&out.stdout), text(&out.stderr));
        assert!(out.status.success(), "{node}: {line}\n{said}\n{talk}");
        let lines = said.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    pub(crate) fn object(&self, node: &str, line: &str) -> Value {
        self.objects(node, line).remove(0)
    }

    /// The API of a node's agent.
    pub(crate) async fn api(&self, node: &str) -> NodeServiceClient<Channel> {
        let socket = self.path(&format!("state/{node}/api/node.sock"));
        let endpoint = Endpoint::from_shared(format!("unix:{}", socket.display()));
        let channel = endpoint.expect("an address").connect().await;
        NodeServiceClient::new(channel.expect("the agent listens"))
    }

    /// So many routine alerts of another agency, all in the log on return: their alert ids, in no order.
    pub(crate) async fn backlog(&self, gateway: &GatewayProcess, count: usize) -> Vec<String> {
        let sender = self.site.node(DEA, gateway);
        let mut messages = Messages::new(&sender.author, "US-DEAHQ", "mx.dev.invalid/anam");
        let work: Vec<Signed> = (0..count).map(|_| messages.alert(200)).collect();
        let ids = work.iter().map(|one| one.statement().alert_id).collect();
        let connection = sender.connect().await;
        let load = Load {
            in_flight: 32,
            style: Style::Unary,
        };
        let sent = load::run(std::slice::from_ref(&connection), work, load);
        sent.await.expect("all accepted");
        ids
    }

    /// An alert, sent; what became of it.
    pub(crate) fn alert(&self, node: &str) -> Value {
        let draft = self.path("alert.yaml");
        self.object(node, &format!("send alert {}", draft.display()))
    }

    /// What a node's status says, whatever its exit code.
    pub(crate) fn status(&self, node: &str) -> (Option<i32>, Value) {
        let out = self.run(node, "node status -o json");
        let status = serde_json::from_slice(&out.stdout).expect("an object");
        (out.status.code(), status)
    }

    /// What everybody at this node was told of a case.
    pub(crate) fn case(&self, node: &str, alert: &Value) -> Value {
        let alert = alert.as_str().expect("an alert id");
        self.object(node, &format!("show {alert}"))
    }

    /// Everything in the log that this node may read, in its order: message ids.
    pub(crate) fn delivered(&self, node: &str, name: &str) -> Vec<Value> {
        let all = self.objects(node, &format!("watch {name} --until-caught-up"));
        let deliveries = all.into_iter().filter(|one| one["event"] == "delivery");
        deliveries.collect()
    }
}

impl Agent {
    /// Whether it has said such news.
    pub(crate) fn heard(&self, event: &str) -> bool {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        said.contains(&format!("\"event\":\"{event}\""))
    }

    /// What it has said of such news.
    pub(crate) fn details(&self, event: &str) -> Vec<String> {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        // The last line may not be whole.
        let lines = said
            .lines()
            .map_while(|line| serde_json::from_str::<Value>(line).ok());
        let news = lines.filter(|line| line["event"] == event);
        news.map(|line| line["detail"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Asks it to read its files anew, with SIGHUP.
    pub(crate) fn reload(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &id]).status();
        assert!(sent.expect("kill runs").success());
    }

    pub(crate) fn kill(mut self) {
        // What runs under another program, if any does: that ends with it, and not before.
        let inner = inner_id(self.child.id()).to_string();
        let sent = Command::new("kill").args(["-KILL", &inner]).status();
        assert!(sent.expect("kill runs").success(), "it had ended");
        self.child.wait().expect("our own child");
    }

    /// Asks it to stop with SIGTERM, and waits.
    pub(crate) fn stop(mut self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("kill runs").success());
        let ended = self.child.wait().expect("our own child");
        assert!(ended.success(), "{ended}");
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Already ended is as good as killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
pub(crate) fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("a file");
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Waits for something that must come.
pub(crate) async fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let last = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < last, "nothing came in {PATIENCE:?}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// The files that an agent has handed over, by name.
pub(crate) fn handed_over(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

pub(crate) fn findings(site: &Site) -> Option<usize> {
    audit(site)["findings"].as_array().map(Vec::len)
}

/// Takes what was handed over away, as an agency's system does, and counts how often each came.
pub(crate) fn fetch(folder: &Path, seen: &mut BTreeMap<String, u32>) {
    for name in handed_over(folder) {
        let path = folder.join(&name);
        let bytes = std::fs::read(&path).expect("a whole file");
        let _whole: Value =
            serde_json::from_slice(&bytes).expect("whole from the moment it is seen");
        std::fs::remove_file(path).expect("ours to take");
        *seen.entry(name).or_default() += 1;
    }
}
