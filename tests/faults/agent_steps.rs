//! An agency's node killed at every step of its outbox and inbox handling: `send --queue`, and the agent with a message of its own
//! to bring to the log and a delivery to take in and answer. Nothing is lost, and nothing is doubled that anybody sees.
//!
//! strace records the calls by which one undisturbed life changes files. `send` is killed at each of them. The agent has several
//! threads, so "the Nth call" is nobody's in particular there: each call waits a few milliseconds before it begins, and the agent is
//! killed when the Nth is in the recording, which leaves no time for the next. A file's `write` is not among the agent's, as that
//! is also how threads are woken: the kill before its sync is one behind it.
//!
//! 20 kills of the agent by default, evenly over its steps; `PRECINTO_FAULTS=1000` for each of them.

mod sender;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::injected::has_strace;
use crate::stage::{ANAM, CBP, Stage, fetch, findings, until, write};

/// How a file is changed, made to last, named or removed.
const CALLS: [&str; 9] = [
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "unlink",
    "mkdir",
    "ftruncate",
];
/// What is handled in: the outbox with its receipts, the numbers, the inbox and the folder for deliveries.
const PLACES: [&str; 6] = ["/outbox", "/sent", "counters", "inbox.redb", "/in/", "/in>"];
/// Before each call of the agent, in microseconds.
const DELAY_US: u32 = 8_000;
/// Longest wait for the step at which the agent is to be killed; whole lives take a fraction of it.
const REACHED_WITHIN: Duration = Duration::from_secs(15);

/// strace, which does so at such calls and records them in `trace`.
fn strace(calls: &[&str], inject: Option<&str>, trace: &Path) -> Command {
    let calls = calls.join(",");
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-qq", "-e", &format!("trace={calls}")]);
    if let Some(how) = inject {
        strace.args(["-e", &format!("inject={calls}:{how}")]);
    }
    strace.arg("-o").arg(trace);
    strace
}

/// A command under another program (strace) that has its own arguments and ends with ours.
fn under(mut outer: Command, inner: &Command) -> Command {
    outer.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// The calls that a recording shows the beginning of, each with its thread.
fn calls_in(trace: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = trace.lines().filter_map(|line| line.split_once(' '));
    let lines = lines.map(|(thread, call)| (thread, call.trim_start()));
    lines.filter(|(_, call)| CALLS.iter().any(|name| is_call(call, name)))
}

fn is_call(line: &str, name: &str) -> bool {
    let rest = line.strip_prefix(name);
    rest.is_some_and(|rest| rest.starts_with('('))
}

/// The steps of the handling, as far as a recording has come.
fn steps_in(trace: &Path) -> Vec<String> {
    let trace = std::fs::read(trace).unwrap_or_default();
    let trace = String::from_utf8_lossy(&trace);
    let steps =
        calls_in(&trace).filter(|(_, call)| PLACES.iter().any(|place| call.contains(place)));
    steps.map(|(_, call)| call.to_owned()).collect()
}

/// What a node said, as the other side was delivered it: in the log once each, and numbered upwards.
fn is_numbered_once(delivered: &[Value]) {
    let numbers = delivered.iter().map(|one| {
        let number = one["statement"]["sender_seq"].as_u64();
        number.expect("a node's statements are numbered")
    });
    let numbers: Vec<u64> = numbers.collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "numbers: {numbers:?}");
    let ids: BTreeSet<&str> = delivered
        .iter()
        .filter_map(|one| one["message_id"].as_str())
        .collect();
    assert_eq!(ids.len(), delivered.len(), "in the log twice");
}

/// What the agent of [`ANAM`] has to do in all of its lives, and has done.
struct Lives {
    stage: Stage,
    /// Alerts of the other side, in the log.
    alerts: Vec<Value>,
    /// Alerts of its own, queued.
    own: Vec<Value>,
    /// How often each file was handed over.
    seen: BTreeMap<String, u32>,
}

impl Lives {
    /// One more message for its outbox, and one more delivery.
    fn work(&mut self) {
        self.alerts.push(self.stage.alert(CBP));
        let draft = self.stage.path("back.yaml");
        let line = format!("send alert {} --queue", draft.display());
        self.own.push(self.stage.object(ANAM, &line));
    }

    /// Where in the log the alerts stand that were handed over; on a slow machine there may be missed deadlines too.
    fn handed_over(&self) -> impl Iterator<Item = u64> {
        let alerts = self.seen.keys().filter(|name| name.contains("-ALERT-"));
        alerts.filter_map(|name| name.split('-').next()?.parse().ok())
    }

    /// Whether all of it is done.
    fn is_done(&mut self) -> bool {
        fetch(&self.stage.path("in"), &mut self.seen);
        self.seen.len() >= self.alerts.len() && self.stage.status(ANAM).1["outbox"]["waiting"] == 0
    }

    /// A life without faults, until all is done.
    async fn recover(&mut self) {
        let agent = self.stage.agent(ANAM).await;
        until(|| self.is_done().then_some(())).await;
        agent.stop();
    }

    /// A life that ends behind the beginning of step `last`, with the steps that it came to; without `last`, when all is done.
    async fn live(&mut self, last: Option<usize>) -> Vec<String> {
        let trace = self.stage.path("trace");
        drop(std::fs::remove_file(&trace)); // the first has none
        let delay = format!("delay_enter={DELAY_US}");
        let slowly = |agent: Command| {
            let mut slow = under(strace(&CALLS[1..], Some(&delay), &trace), &agent);
            slow.stderr(Stdio::null()); // what strace says of threads that are killed while they wait
            slow
        };
        let agent = self.stage.start_agent_as(ANAM, slowly);
        if let Some(last) = last {
            let end = Instant::now() + REACHED_WITHIN;
            while steps_in(&trace).len() < last && Instant::now() < end {
                sleep(Duration::from_millis(1)).await; // polls a condition of another process
            }
        } else {
            until(|| self.is_done().then_some(())).await;
        }
        agent.kill();
        fetch(&self.stage.path("in"), &mut self.seen);
        steps_in(&trace)
    }

    /// Every alert is in the folder once and has one receipt, and all of its own are in the log, in their order, once.
    fn check(&self) {
        let doubled: Vec<_> = self.seen.iter().filter(|(_, times)| **times != 1).collect();
        assert!(doubled.is_empty(), "handed over twice: {doubled:?}");
        let handed: BTreeSet<u64> = self.handed_over().collect();
        let sent: BTreeSet<u64> = self
            .alerts
            .iter()
            .filter_map(|one| one["index"].as_u64())
            .collect();
        assert_eq!(
            handed, sent,
            "every delivery is in the folder, and nothing else"
        );

        let delivered = self.stage.delivered(CBP, "desk");
        is_numbered_once(&delivered);
        let (own, receipts): (Vec<&Value>, Vec<&Value>) =
            delivered.iter().partition(|one| one["refers_to"].is_null());
        let ids = |all: &[&Value], field: &str| -> Vec<String> {
            all.iter().map(|one| one[field].to_string()).collect()
        };
        let queued: Vec<&Value> = self.own.iter().collect();
        assert_eq!(
            ids(&own, "message_id"),
            ids(&queued, "message_id"),
            "in their order, once"
        );
        let alerts: Vec<&Value> = self.alerts.iter().collect();
        let (mut about, mut expected) = (ids(&receipts, "refers_to"), ids(&alerts, "message_id"));
        about.sort_unstable();
        expected.sort_unstable();
        assert_eq!(about, expected, "one receipt for each alert");
        assert_eq!(self.stage.status(ANAM).1["refused"], 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_killed_at_every_step_loses_nothing_and_doubles_nothing() {
    if !has_strace("a kill at every step of an agent") {
        return;
    }
    let (stage, gateway) = Stage::new();
    stage.with_agent(ANAM, "hand_over = \"../in\"");
    let draft = std::fs::read_to_string(stage.path("alert.yaml")).expect("the example");
    // Whose deadlines are far away: what is logged when one is missed is not what is counted here.
    let draft = draft.replace("precedence: P2", "precedence: P4");
    write(&stage.path("alert.yaml"), draft.as_bytes());
    let back = draft.replace("mx.dev.invalid/anam", "us.dev.invalid/cbp");
    write(&stage.path("back.yaml"), back.as_bytes());
    let mut lives = Lives {
        stage,
        alerts: Vec::new(),
        own: Vec::new(),
        seen: BTreeMap::new(),
    };
    // The first makes the folders, the second is what is counted.
    lives.work();
    lives.recover().await;
    lives.work();
    let steps = lives.live(None).await.len();
    lives.recover().await;
    assert!(
        steps >= 30,
        "a message and a delivery take more steps: {steps}"
    );

    let wanted = std::env::var("PRECINTO_FAULTS");
    let wanted: usize = wanted.ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let wanted = wanted.min(steps);
    let mut met = 0;
    for number in 1..=wanted {
        let step = number * steps / wanted;
        lives.work();
        let came_to = lives.live(Some(step)).await;
        met += usize::from(came_to.len() >= step);
        let at = came_to.last().map_or("nothing", String::as_str);
        writeln!(
            std::io::stderr(),
            "killed at step {} of {steps}: {at}",
            came_to.len()
        )
        .expect("stderr");
        lives.recover().await;
    }
    assert!(3 * met >= 2 * wanted, "most are met: {met} of {wanted}");

    lives.check();
    assert!(gateway.stop().success());
    assert_eq!(findings(&lives.stage.site), Some(0));
}
