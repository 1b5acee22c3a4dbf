//! Files that the gateway can do without for a while: a cursor or the cosignatures that cannot be written end nothing, and cost
//! repeats at most.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use precinto_client::submit::submit;
use precinto_tests::{GatewayProcess, Messages, Site, audit, run};
use tokio::time::{Instant, sleep};

use crate::injected::has_strace;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_or_cosignatures_that_cannot_be_written_end_nothing() {
    if !has_strace("a file that cannot be written") {
        return;
    }
    let site = Site::new();
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let connection = node.connect().await;
    let first = submit(&connection, &messages.alert(50))
        .await
        .expect("accepted");
    assert_eq!(shown(&watch(&site, &gateway)), [first.index]);
    drop(connection);
    assert!(gateway.stop().success());

    let files = [
        only_file(site.data().join("cursors")),
        only_file(site.data().join("witness")),
    ];
    let trace = site.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-qq",
        "-e",
        "trace=rename",
        "-e",
        "inject=rename:error=ENOSPC",
    ]);
    for file in &files {
        // By the name that it has until it is renamed.
        strace.arg("-P").arg(format!("{}.tmp", file.display()));
    }
    strace.arg("-o").arg(&trace);
    let mut gateway = site.start_under(strace).expect("it starts");
    let connection = node.connect().await;
    let second = submit(&connection, &messages.alert(50))
        .await
        .expect("accepted");
    assert_eq!(shown(&watch(&site, &gateway)), [second.index]);
    // Cosignatures are written every five seconds; nothing is asserted of the time.
    let failed = |file: &PathBuf| {
        let text = std::fs::read_to_string(&trace).unwrap_or_default();
        let name = file.display().to_string();
        text.lines()
            .any(|line| line.contains(&name) && line.contains("(INJECTED)"))
    };
    let end = Instant::now() + Duration::from_mins(1);
    while !files.iter().all(failed) {
        assert!(
            Instant::now() < end,
            "neither cursor nor cosignatures were written"
        );
        sleep(Duration::from_millis(50)).await; // polls a condition of another process
    }
    let third = submit(&connection, &messages.alert(50))
        .await
        .expect("it goes on");
    assert!(!gateway.has_ended());
    gateway.kill();

    // What was settled and not written comes once more, and nothing is left out.
    let gateway = site.start();
    assert_eq!(shown(&watch(&site, &gateway)), [second.index, third.index]);
    assert!(gateway.stop().success());
    audit(&site);
}

fn only_file(folder: PathBuf) -> PathBuf {
    let mut path = folder;
    while path.is_dir() {
        let mut entries = std::fs::read_dir(&path).expect("a folder");
        path = entries.next().expect("an entry").expect("an entry").path();
    }
    path
}

fn watch(site: &Site, gateway: &GatewayProcess) -> Output {
    let file = site.node_file("mx-anam-mex");
    run(&[
        "watch".as_ref(),
        "--until-caught-up".as_ref(),
        "-o".as_ref(),
        "json".as_ref(),
        "--node".as_ref(),
        file.as_os_str(),
        "--gateway".as_ref(),
        gateway.address().as_ref(),
    ])
}

/// The indexes of what was shown, in order.
fn shown(watched: &Output) -> Vec<u64> {
    let text = String::from_utf8_lossy(&watched.stdout);
    assert!(
        watched.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&watched.stderr)
    );
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    lines.filter_map(|line| line["index"].as_u64()).collect()
}
