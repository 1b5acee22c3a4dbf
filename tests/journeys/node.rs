//! An agency's agent as a process: what is said while the line is cut goes out by itself, what comes is handed over and
//! answered, and killing it at any moment loses nothing and doubles nothing.

mod api;
mod called;
mod full;
mod killed;
mod overnight;
mod recalled;
mod rotated;
mod service;
mod urgent;
mod witness;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use precinto_client::Signed;
use precinto_client::load::{self, Load, Style};
use precinto_proto::v1::node_service_client::NodeServiceClient;
use precinto_tests::{GatewayProcess, Messages, Site, audit, precinto, run};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tonic::transport::{Channel, Endpoint};

/// Long enough for a slow machine; reaching it means that something is lost.
const PATIENCE: Duration = Duration::from_mins(1);

const CBP: &str = "us-cbp-lax";
const ANAM: &str = "mx-anam-mex";
const DEA: &str = "us-dea-hq";

/// A site, and what its nodes need.
struct Stage {
    site: Site,
    address: String,
}

/// A running agent. Dropping it kills it.
struct Agent {
    child: Child,
    log: PathBuf,
}

impl Stage {
    fn new() -> (Self, GatewayProcess) {
        Self::at(Site::new())
    }

    fn at(site: Site) -> (Self, GatewayProcess) {
        let gateway = site.start();
        let address = gateway.address().to_owned();
        let example = run(&["config", "example", "alert"]).stdout;
        let stage = Self { site, address };
        write(&stage.path("alert.yaml"), &example);
        (stage, gateway)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.site.path().join(name)
    }

    /// Gives a node an agent.
    fn with_agent(&self, node: &str, table: &str) {
        let file = self.site.node_file(node);
        let text = std::fs::read_to_string(&file).expect("the node's file");
        write(&file, format!("{text}\n[run]\n{table}\n").as_bytes());
    }

    /// Starts the agent, and waits until it says that it runs.
    async fn agent(&self, node: &str) -> Agent {
        let agent = self.start_agent(node);
        until(|| agent.heard("running").then_some(())).await;
        agent
    }

    fn start_agent(&self, node: &str) -> Agent {
        let log = self.path(&format!("{node}.agent.jsonl"));
        let out = File::create(&log).expect("a file");
        let mut command = self.command(node, "node run --exit-with-stdin -o jsonl");
        command.stdin(Stdio::piped()).stdout(out);
        let child = command.spawn().expect("precinto runs");
        Agent { child, log }
    }

    fn command(&self, node: &str, line: &str) -> Command {
        let mut command = Command::new(precinto());
        let words = line.split_whitespace().map(|word| word.replace('_', " "));
        command.args(words).arg("--node");
        command.arg(self.site.node_file(node));
        command.args(["--gateway", &self.address]);
        command.env("LC_ALL", "C.UTF-8");
        command
    }

    fn run(&self, node: &str, line: &str) -> Output {
        self.command(node, line).output().expect("precinto runs")
    }

    /// What a command that must end well prints, as objects.
    fn objects(&self, node: &str, line: &str) -> Vec<Value> {
        let out = self.run(node, &format!("{line} -o jsonl"));
        let (said, talk) = (text(&out.stdout), text(&out.stderr));
        assert!(out.status.success(), "{node}: {line}\n{said}\n{talk}");
        let lines = said.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    fn object(&self, node: &str, line: &str) -> Value {
        self.objects(node, line).remove(0)
    }

    /// The API of a node's agent.
    async fn api(&self, node: &str) -> NodeServiceClient<Channel> {
        let socket = self.path(&format!("state/{node}/api/node.sock"));
        let endpoint = Endpoint::from_shared(format!("unix:{}", socket.display()));
        let channel = endpoint.expect("an address").connect().await;
        NodeServiceClient::new(channel.expect("the agent listens"))
    }

    /// So many routine alerts of another agency, all in the log on return: their alert ids, in no order.
    async fn backlog(&self, gateway: &GatewayProcess, count: usize) -> Vec<String> {
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
    fn alert(&self, node: &str) -> Value {
        let draft = self.path("alert.yaml");
        self.object(node, &format!("send alert {}", draft.display()))
    }

    /// What a node's status says, whatever its exit code.
    fn status(&self, node: &str) -> (Option<i32>, Value) {
        let out = self.run(node, "node status -o json");
        let status = serde_json::from_slice(&out.stdout).expect("an object");
        (out.status.code(), status)
    }

    /// What everybody at this node was told of a case.
    fn case(&self, node: &str, alert: &Value) -> Value {
        let alert = alert.as_str().expect("an alert id");
        self.object(node, &format!("show {alert}"))
    }

    /// Everything in the log that this node may read, in its order: message ids.
    fn delivered(&self, node: &str, name: &str) -> Vec<Value> {
        let all = self.objects(node, &format!("watch {name} --until-caught-up"));
        let deliveries = all.into_iter().filter(|one| one["event"] == "delivery");
        deliveries.collect()
    }
}

impl Agent {
    /// Whether it has said such news.
    fn heard(&self, event: &str) -> bool {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        said.contains(&format!("\"event\":\"{event}\""))
    }

    /// What it has said of such news.
    fn details(&self, event: &str) -> Vec<String> {
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
    fn reload(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &id]).status();
        assert!(sent.expect("kill runs").success());
    }

    fn kill(mut self) {
        self.child.kill().expect("our own child");
        self.child.wait().expect("our own child");
    }

    /// Asks it to stop with SIGTERM, and waits.
    fn stop(mut self) {
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
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("a file");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Waits for something that must come.
async fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
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
fn handed_over(folder: &Path) -> Vec<String> {
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

fn findings(site: &Site) -> Option<usize> {
    audit(site)["findings"].as_array().map(Vec::len)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_while_the_line_is_cut_goes_out_by_itself_once_and_in_order() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(CBP, "");
    let agent = stage.agent(CBP).await;
    let logged = stage.alert(CBP);
    assert_eq!(logged["state"], "logged", "{logged}");
    assert_eq!(logged["index"].as_u64().map(|index| index > 0), Some(true));
    let id = logged["alert_id"].as_str().expect("an id");
    let show = format!("show {id} --offline");
    until(|| stage.run(CBP, &show).status.success().then_some(())).await;
    assert!(gateway.stop().success());

    // The line is cut. A person sees that what they say is only queued.
    let draft = stage.path("alert.yaml");
    let line = format!("send alert {} --wait 1", draft.display());
    let mut queued: Vec<Value> = (0..2).map(|_| stage.object(CBP, &line)).collect();
    let out = stage.run(CBP, &line);
    let said = text(&out.stdout);
    assert!(out.status.success() && said.contains("QUEUED on this machine, NOT yet in the log"));
    let out = stage.run(CBP, &format!("--lang es {line}"));
    assert!(text(&out.stdout).contains("EN COLA en este equipo, TODAVÍA NO en la bitácora"));
    for one in &queued {
        assert_eq!(
            (&one["ok"], &one["state"]),
            (&true.into(), &"queued".into())
        );
        assert!(one.get("index").is_none(), "{one}");
    }
    // About a case that the agent has kept a copy of, as little is typed as on a good day.
    let comment = format!("send comment {id} --text The_flight_is_late --wait 0");
    let comment = stage.object(CBP, &comment);
    assert_eq!(comment["state"], "queued", "{comment}");
    let (code, status) = stage.status(CBP);
    assert_eq!(code, Some(10), "{status}");
    assert_eq!(status["outbox"]["waiting"], 5);
    assert_eq!(status["agent"]["line"], "down", "{status}");
    assert_eq!(status["outbox"]["oldest"], queued[0]["message_id"]);

    // The agent is stopped and started meanwhile; then the line is back.
    agent.stop();
    let agent = stage.agent(CBP).await;
    let gateway = stage.site.start();
    until(|| (stage.status(CBP).1["outbox"]["waiting"] == 0).then_some(())).await;
    let delivered = stage.delivered(ANAM, "desk");
    let numbers: Vec<&Value> = delivered
        .iter()
        .map(|one| &one["statement"]["sender_seq"])
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    queued.insert(0, logged);
    for (one, sent) in delivered.iter().zip(&queued) {
        assert_eq!(one["message_id"], sent["message_id"]);
    }
    let well = until(|| Some(stage.status(CBP)).filter(|(code, _)| *code == Some(0))).await;
    assert_eq!(well.1["refused"], 0);
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_is_handed_over_and_answered_with_the_nodes_receipt() {
    let (stage, gateway) = Stage::new();
    let taken = stage.path("taken.jsonl");
    // The program refuses until it is let.
    let let_it = stage.path("let");
    let script = format!(
        "cat >> {taken} && test -e {let_it}",
        taken = taken.display(),
        let_it = let_it.display()
    );
    let table = format!("hand_over = \"../in\"\ncommand = [\"/bin/sh\", \"-c\", \"{script}\"]");
    stage.with_agent(ANAM, &table);
    let agent = stage.agent(ANAM).await;
    let alert = stage.alert(CBP);
    let folder = stage.path("in");
    // Until it comes again it is still here: what only failed was not taken.
    let status = until(|| {
        let status = stage.status(ANAM).1["agent"].clone();
        (status["at_desk_again"] == 1).then_some(status)
    })
    .await;
    assert_eq!(status["at_desk"], 1, "{status}");
    assert!(status["last_taken_ms"].is_null(), "{status}");
    assert_eq!(status["desk_limit_ms"], 60_000, "{status}");
    write(&let_it, b"");
    let names = until(|| Some(handed_over(&folder)).filter(|names| !names.is_empty())).await;
    assert!(agent.heard("not_taken"), "the program failed");
    let status = until(|| {
        let status = stage.status(ANAM).1["agent"].clone();
        (status["at_desk"] == 0).then_some(status)
    })
    .await;
    assert!(status["last_taken_ms"].is_u64(), "{status}");
    let id = alert["alert_id"].as_str().expect("an id");
    let index = alert["index"].as_u64().expect("an index");
    assert_eq!(names, [format!("{index:020}-ALERT-{id}.json")]);
    let handed = std::fs::read(folder.join(&names[0])).expect("the file");
    let handed: Value = serde_json::from_slice(&handed).expect("JSON");
    assert_eq!(handed["message_id"], alert["message_id"]);
    assert_eq!(
        handed["content"]["shipments"].as_array().map(Vec::len),
        Some(1)
    );
    let taken = std::fs::read_to_string(taken).expect("what the program took");
    assert!(taken.lines().count() >= 2, "refused, then taken");

    // The sender sees who has it, at which level, signed by the node.
    until(|| (stage.status(ANAM).1["outbox"]["waiting"] == 0).then_some(())).await;
    let case = stage.case(CBP, &alert["alert_id"]);
    assert_eq!(
        case["parts"][0]["acknowledged"], "NODE",
        "{}",
        case["parts"]
    );

    // A person's word is another matter: a node's key alone is refused, an officer's card is enough.
    let out = stage.run(ANAM, &format!("ack {id} -o json"));
    assert!(!out.status.success() && text(&out.stdout).contains("OFFICER_REQUIRED"));
    let card = stage.path("officers/mx-anam-hernandez.pem");
    let key = stage.path("officers/mx-anam-hernandez.key.pem");
    let line = format!(
        "ack {id} --certificate {} --key {}",
        card.display(),
        key.display()
    );
    let said = stage.object(ANAM, &line);
    assert_eq!(said["state"], "logged", "{said}");
    let case = stage.case(CBP, &alert["alert_id"]);
    assert_eq!(
        case["parts"][0]["acknowledged"], "PERSON",
        "{}",
        case["parts"]
    );
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_gateway_refuses_is_kept_told_and_holds_nothing_up() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(CBP, "");
    let agent = stage.agent(CBP).await;
    let alert = stage.alert(CBP);
    let id = alert["alert_id"].as_str().expect("an id");
    let unknown = "00000000-0000-7000-8000-000000000001";
    let about = format!("--refers-to {unknown} --to mx.dev.invalid/anam --alert-version 1");
    let line = format!("send comment --alert {id} {about} --text x -o json");
    let out = stage.run(CBP, &line);
    let said = text(&out.stdout);
    assert!(
        !out.status.success() && said.contains("REFERENCE_UNKNOWN"),
        "{said}"
    );
    assert_eq!(stage.alert(CBP)["state"], "logged");
    let (code, status) = stage.status(CBP);
    assert_eq!(
        (code, &status["refused"]),
        (Some(10), &1.into()),
        "{status}"
    );
    assert_eq!(status["refusals"][0]["reason"], "REFERENCE_UNKNOWN");
    let said = text(&stage.run(CBP, "--lang es node status").stdout);
    let told = said.contains("REFERENCE_UNKNOWN") && said.contains("rechazados");
    assert!(told, "{said}");
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_has_one_agent_and_says_when_it_has_none() {
    let (stage, _gateway) = Stage::new();
    let out = stage.run(CBP, "node run");
    assert_eq!(out.status.code(), Some(2), "no [run] table");
    stage.with_agent(CBP, "");
    let (code, status) = stage.status(CBP);
    assert_eq!((code, &status["running"]), (Some(10), &false.into()));
    let out = stage.run(
        CBP,
        &format!("send alert {}", stage.path("alert.yaml").display()),
    );
    assert!(out.status.success());
    assert!(text(&out.stderr).contains("no agent of this node is running"));
    let agent = stage.agent(CBP).await;
    let second = stage.run(CBP, "node run");
    assert_eq!(second.status.code(), Some(2), "{}", text(&second.stderr));
    until(|| (stage.status(CBP).1["outbox"]["waiting"] == 0).then_some(())).await;
    until(|| (stage.status(CBP).0 == Some(0)).then_some(())).await;
    agent.stop();
    assert_eq!(stage.status(CBP).0, Some(10));
}
