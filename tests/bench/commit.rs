//! Group commit: how many durable acknowledgements a second, one in flight and 64, with a slow disk and without.

use std::process::Command;

use precinto_client::load::{self, Load, Report, Style};
use precinto_tests::{GatewayProcess, Messages, Site, precinto};

use crate::{goal, say};

/// How a run is loaded.
struct Case {
    connections: usize,
    /// On each of them.
    in_flight: usize,
    style: Style,
    messages: usize,
}

/// Both comparisons, each the median of three.
pub(crate) async fn run() {
    say("group commit, 5 ms injected into every fdatasync (strace on the unmodified binary):");
    if Command::new("strace").arg("-V").output().is_err() {
        say("  SKIPPED: strace is not here");
    } else {
        let ratio = compare(true, (150, 4, 6_000)).await;
        goal("64 in flight / one in flight, median of 3", ratio, 30.0);
    }
    say("the disk as it is:");
    let ratio = compare(false, (1_500, 1, 20_000)).await;
    let what = "pipelined stream, 64 in flight / one in flight, median of 3";
    goal(what, ratio, 5.0);
}

/// Durable acknowledgements a second of 64 in flight, pipelined over so many connections, against one in flight.
async fn compare(slow_disk: bool, (alone, connections, together): (usize, usize, usize)) -> f64 {
    let one = Case {
        connections: 1,
        in_flight: 1,
        style: Style::Unary,
        messages: alone,
    };
    let many = Case {
        connections,
        in_flight: 64 / connections,
        style: Style::Pipelined,
        messages: together,
    };
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let one = measure(slow_disk, &one).await.accepted_per_second;
        let many = measure(slow_disk, &many).await.accepted_per_second;
        ratios.push(many / one);
    }
    ratios.sort_by(f64::total_cmp);
    ratios.get(1).copied().unwrap_or_default()
}

/// A fresh site and gateway, messages signed beforehand, one run.
async fn measure(slow_disk: bool, case: &Case) -> Report {
    // In memory where there is such a folder: a sync then takes the 5 ms, and not those of this disk on top.
    let memory = std::path::Path::new("/dev/shm");
    let site = if slow_disk && memory.is_dir() {
        Site::within(memory)
    } else {
        Site::new()
    };
    let gateway = if slow_disk {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "--seccomp-bpf", "-e", "trace=fdatasync"]);
        strace.args(["-e", "inject=fdatasync:delay_exit=5000", "-o", "/dev/null"]);
        GatewayProcess::start_under(strace, precinto(), &site.config())
    } else {
        site.start()
    };
    let node = site.node("us-cbp-lax", &gateway);
    let mut connections = Vec::new();
    for _ in 0..case.connections {
        connections.push(node.connect().await);
    }
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let work = (0..case.messages).map(|_| messages.alert(400)).collect();
    let load = Load {
        in_flight: case.in_flight,
        style: case.style,
    };
    let report = load::run(&connections, work, load).await.expect("the run");
    assert_eq!(report.accepted, case.messages, "all accepted");
    say(&format!(
        "  {:>2} in flight, {:<9} {:>7.0} acknowledged/s, p50 {:.2} ms, p99 {:.2} ms",
        case.connections * case.in_flight,
        format!("{:?}", case.style).to_lowercase(),
        report.accepted_per_second,
        report.p50_ms,
        report.p99_ms
    ));
    assert!(gateway.stop().success(), "a clean stop");
    report
}
