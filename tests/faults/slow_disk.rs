//! A slow disk: what waits is bounded, what does not find room in time is told so with a reason and advice, and nothing is lost.

use std::process::Command;

use precinto_alert::Reason;
use precinto_client::submit::{SubmitError, submit};
use precinto_tests::{GatewayProcess, Messages, Site, audit};
use tokio::task::JoinSet;

use crate::injected::has_strace;

/// Calls at once: more than one node may have in flight.
const CALLS: usize = 160;
/// Over so many connections.
const CONNECTIONS: usize = 4;
/// What a gateway may take of memory.
const MEMORY_MAX_KIB: u64 = 256 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_takes_a_tenth_of_a_second_slows_and_refuses_nobody() {
    if !has_strace("a slow disk") {
        return;
    }
    for sync_ms in [10, 100] {
        let refused = press(sync_ms).await;
        assert_eq!(refused, 0, "{sync_ms} ms a sync");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_takes_seconds_refuses_what_finds_no_room_and_says_when_to_come_back() {
    if !has_strace("a slow disk") {
        return;
    }
    let refused = press(1_500).await;
    assert!(refused > 0, "everything found room");
}

/// Presses a gateway each of whose data syncs takes so long; how many calls were refused.
async fn press(sync_ms: u64) -> usize {
    let site = Site::new();
    // What a start logs, and who signs, is on the disk before it becomes slow.
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let first = submit(&node.connect().await, &messages.notice()).await;
    first.expect("accepted");
    assert!(gateway.stop().success());
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "--seccomp-bpf", "-e", "trace=fdatasync"]);
    strace.args([
        "-e",
        &format!("inject=fdatasync:delay_exit={}", sync_ms * 1000),
    ]);
    strace.args(["-o", "/dev/null"]);
    let gateway = site.start_under(strace).expect("it starts");
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(node.connect().await);
    }
    let mut calls = JoinSet::new();
    for connection in connections.iter().cycle().take(CALLS) {
        let (connection, message) = (connection.clone(), messages.notice());
        calls.spawn(async move { submit(&connection, &message).await });
    }
    let (mut accepted, mut refused) = (0, 0);
    while let Some(outcome) = calls.join_next().await {
        match outcome.expect("a call") {
            Ok(_) => accepted += 1,
            Err(error @ SubmitError::Refused(_)) => {
                assert_eq!(error.reason(), Some(Reason::Overloaded), "{error}");
                assert!(error.retry_after().is_some(), "{error}");
                refused += 1;
            }
            Err(error) => panic!("neither taken nor refused: {error}"),
        }
    }
    assert_eq!(accepted + refused, CALLS);
    assert!(accepted > 0);
    let memory = peak_kib(&gateway);
    assert!(memory <= MEMORY_MAX_KIB, "{memory} KiB");
    drop(connections);
    assert!(gateway.stop().success());
    let report = audit(&site);
    let entries = report["entries"].as_u64().expect("a number");
    assert!(entries >= u64::try_from(accepted).expect("few"), "{report}");
    refused
}

/// The most memory that the gateway has had resident (`VmHWM`, proc(5)).
fn peak_kib(gateway: &GatewayProcess) -> u64 {
    let status = format!("/proc/{}/status", gateway.inner_id());
    let status = std::fs::read_to_string(status).expect("/proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.and_then(|kib| kib.parse().ok()).expect("a number")
}
