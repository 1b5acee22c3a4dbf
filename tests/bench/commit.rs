//! Group commit: how many durable acknowledgements a second, one in flight and 64, with a slow disk and without.

use std::process::Command;

use precinto_client::load::{self, Load, Report, Style};
use precinto_tests::{GatewayProcess, Messages, Site, precinto};

use crate::{goal, say};

/// How a run is loaded.
struct Case {
    in_flight: usize,
    style: Style,
    messages: usize,
}

/// Runs all cases and prints their ratios.
pub(crate) async fn run() {
    say("group commit, 5 ms injected into every fdatasync (strace on the unmodified binary):");
    if Command::new("strace").arg("-V").output().is_err() {
        say("  SKIPPED: strace is not here");
    } else {
        let one = measure(
            true,
            &Case {
                in_flight: 1,
                style: Style::Unary,
                messages: 150,
            },
        )
        .await;
        let many = measure(
            true,
            &Case {
                in_flight: 64,
                style: Style::Pipelined,
                messages: 6_000,
            },
        )
        .await;
        goal(
            "64 in flight / one in flight",
            many.accepted_per_second / one.accepted_per_second,
            30.0,
        );
    }
    say("the disk as it is:");
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let one = measure(
            false,
            &Case {
                in_flight: 1,
                style: Style::Unary,
                messages: 1_500,
            },
        )
        .await;
        let many = measure(
            false,
            &Case {
                in_flight: 64,
                style: Style::Pipelined,
                messages: 20_000,
            },
        )
        .await;
        ratios.push(many.accepted_per_second / one.accepted_per_second);
    }
    ratios.sort_by(f64::total_cmp);
    goal(
        "pipelined stream, 64 in flight / one in flight, median of 3",
        ratios.get(1).copied().unwrap_or_default(),
        5.0,
    );
}

/// A fresh site and gateway, messages signed beforehand, one run.
async fn measure(slow_disk: bool, case: &Case) -> Report {
    let site = Site::new();
    let gateway = if slow_disk {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "--seccomp-bpf", "-e", "trace=fdatasync"]);
        strace.args(["-e", "inject=fdatasync:delay_exit=5000", "-o", "/dev/null"]);
        GatewayProcess::start_under(strace, precinto(), &site.config())
    } else {
        site.start()
    };
    let node = site.node("us-cbp-lax", &gateway);
    let connections = [node.connect().await];
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
        case.in_flight,
        format!("{:?}", case.style).to_lowercase(),
        report.accepted_per_second,
        report.p50_ms,
        report.p99_ms
    ));
    assert!(gateway.stop().success(), "a clean stop");
    report
}
