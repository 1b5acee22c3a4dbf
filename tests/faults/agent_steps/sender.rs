//! `send --queue`, killed at every call by which it changes files: its message is queued once, or not at all.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use super::{CALLS, calls_in, is_call, is_numbered_once, strace, under};
use crate::injected::has_strace;
use crate::stage::{ANAM, CBP, Stage, findings, text, until};

/// The calls of the one thread that changes files, in their order: which, and which of its kind, from 1.
fn numbered(trace: &Path) -> Vec<(&'static str, usize)> {
    let recording = std::fs::read_to_string(trace).expect("the recording");
    let main = calls_in(&recording).next().expect("it writes").0.to_owned();
    let mut steps: Vec<(&'static str, usize)> = Vec::new();
    for (_, call) in calls_in(&recording).filter(|(thread, _)| *thread == main) {
        let name = CALLS
            .iter()
            .find(|name| is_call(call, name))
            .expect("one of them");
        let before = steps.iter().filter(|(one, _)| one == name).count();
        steps.push((name, before + 1));
    }
    steps
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_killed_at_every_step_has_queued_its_message_once_or_not_at_all() {
    if !has_strace("a kill at every call of a sender") {
        return;
    }
    let (stage, gateway) = Stage::new();
    stage.with_agent(CBP, "");
    let trace = stage.path("trace");
    let draft = stage.path("alert.yaml");
    let line = format!("send alert {} --queue -o json", draft.display());
    let waiting = || stage.status(CBP).1["outbox"]["waiting"].clone();

    // The first makes the folders.
    let mut said = vec![stage.object(CBP, &format!("send alert {} --queue", draft.display()))];
    let send = stage.command(CBP, &line);
    let recorded = under(strace(&CALLS, None, &trace), &send).output();
    let recorded = recorded.expect("strace runs");
    assert!(recorded.status.success(), "{}", text(&recorded.stderr));
    said.push(serde_json::from_slice(&recorded.stdout).expect("an object"));
    let steps = numbered(&trace);
    let mut in_outbox = said.len();
    for (call, when) in &steps {
        let fault = format!("signal=KILL:when={when}");
        let killed = under(strace(&[call], Some(&fault), &trace), &send).output();
        let killed = killed.expect("strace runs");
        assert!(!killed.status.success(), "not killed at {call} {when}");
        let now = waiting()
            .as_u64()
            .and_then(|n| usize::try_from(n).ok())
            .expect("a number");
        assert!(now - in_outbox <= 1, "{call} {when}: queued twice");
        if let Ok(queued) = serde_json::from_slice::<Value>(&killed.stdout) {
            assert_eq!(now, in_outbox + 1, "{call} {when}: it said {queued}");
            said.push(queued);
        }
        // Whoever says it again does not say it of the same number, and finds no lock or remnant in the way.
        said.push(stage.object(CBP, &format!("send alert {} --queue", draft.display())));
        in_outbox = now + 1;
        assert_eq!(waiting(), in_outbox, "behind {call} {when}");
    }
    let in_word = "of a sender were kills, and so many messages are queued";
    writeln!(
        std::io::stderr(),
        "{} steps {in_word}: {in_outbox}",
        steps.len()
    )
    .expect("stderr");
    assert!(steps.len() >= 20, "a message takes more steps: {steps:?}");

    let agent = stage.agent(CBP).await;
    until(|| (waiting() == 0).then_some(())).await;
    let delivered = stage.delivered(ANAM, "desk");
    is_numbered_once(&delivered);
    assert_eq!(
        delivered.len(),
        in_outbox,
        "all that was queued is in the log"
    );
    let alerts: BTreeSet<String> = delivered
        .iter()
        .map(|one| one["alert_id"].to_string())
        .collect();
    assert_eq!(
        alerts.len(),
        in_outbox,
        "an alert's number was given out twice"
    );
    for one in &said {
        let is_it = |there: &&Value| there["message_id"] == one["message_id"];
        assert!(delivered.iter().any(|there| is_it(&there)), "lost: {one}");
    }
    assert_eq!(stage.status(CBP).1["refused"], 0);
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}
