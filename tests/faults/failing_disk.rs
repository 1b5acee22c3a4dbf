//! A failed write or sync ends the process: no answer, no second attempt, and a correct log after the restart.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use precinto_client::LogClient;
use precinto_client::submit::{SubmitError, submit};
use precinto_tests::{GatewayProcess, Messages, Site, audit, precinto};

/// SIGABRT.
const ABORTED: i32 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_sync_or_write_ends_the_process_and_is_not_retried() {
    if Command::new("strace").arg("-V").output().is_err() {
        precinto_tests::skipped("strace is not here: a failing disk cannot be played");
        return;
    }
    // The gateway's own TRUST entries take the first dozen calls; what fails here is an alert's.
    for (call, when) in [("fdatasync", 20), ("pwrite64", 20)] {
        fails_at(call, when).await;
    }
}

/// Runs the unmodified binary whose `when`-th call of this kind fails with EIO.
async fn fails_at(call: &str, when: u32) {
    let site = Site::new();
    let trace = site.path().join("calls");
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-e",
        &format!("trace={call}"),
        "-e",
    ]);
    strace
        .arg(format!("inject={call}:error=EIO:when={when}"))
        .arg("-o")
        .arg(&trace);
    let gateway = GatewayProcess::start_under(strace, precinto(), &site.config());
    let node = site.node("us-cbp-lax", &gateway);
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let mut held = Vec::new();
    let lost = loop {
        assert!(held.len() < 50, "{call} number {when} was never made");
        let message = messages.notice();
        match submit(&connection, &message).await {
            Ok(accepted) => held.push(accepted),
            Err(SubmitError::Lost(_)) => break message,
            Err(other) => panic!("an answer from a gateway whose disk has failed: {other}"),
        }
    };
    assert!(
        !held.is_empty(),
        "nothing was accepted before the disk failed"
    );
    assert_eq!(
        gateway.wait().signal(),
        Some(ABORTED),
        "a failed {call} must end the process"
    );
    let trace = std::fs::read_to_string(&trace).expect("the recording");
    // strace counts for each thread: the failed call must be the last one of the thread that made it.
    let failed = trace
        .lines()
        .find(|line| line.contains("(INJECTED)"))
        .expect("the failed call");
    let thread = failed.split(' ').next().expect("a thread id");
    let own = |line: &&str| line.starts_with(thread) && line.contains(call);
    let last = trace.lines().rfind(own).expect("its calls");
    assert_eq!(last, failed, "{call} was tried again");

    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let connection = node.connect().await;
    let log = LogClient::new(&connection);
    for accepted in &held {
        let again = log
            .receipt_of(accepted.message_id)
            .await
            .expect("acknowledged, so there");
        assert_eq!(again.receipt, accepted.receipt);
    }
    submit(&connection, &lost)
        .await
        .expect("the unanswered one goes in now, or is there already");
    assert!(gateway.stop().success());
    audit(&site);
}
