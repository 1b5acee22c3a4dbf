//! Who did what is in the log, and an auditor lists it with the command line: reading, making, deleting, and who was given an entry.

use precinto_client::LogClient;
use precinto_client::submit::submit;
use precinto_tests::{Messages, Site, audit, run};
use serde_json::Value;

/// The lines of `log acts` with these arguments, as this node.
fn acts((site, gateway): (&Site, &str), node: &str, arguments: &[&str]) -> Vec<Value> {
    let file = site.node_file(node).display().to_string();
    let all = [
        "log",
        "acts",
        "--node",
        &file,
        "--gateway",
        gateway,
        "-o",
        "jsonl",
    ];
    let output = run(&[&all[..], arguments].concat());
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines().map(serde_json::from_str);
    lines.map(|line| line.expect("JSON")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_lists_who_was_given_what() {
    let site = Site::new();
    let gateway = site.start();
    let us = site.node("us-cbp-lax", &gateway);
    let connection = us.connect().await;
    let mut messages = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let accepted = submit(&connection, &messages.alert(200)).await;
    let index = accepted.expect("accepted").index;
    let mexico = site.node("mx-anam-mex", &gateway).connect().await;
    let read = LogClient::new(&mexico).entries(index, 0, false).await;
    let mut read = read.expect("entries");
    assert_eq!(
        read.next().await.expect("an entry").map(|one| one.index),
        Some(index)
    );
    while read.next().await.expect("an entry").is_some() {}

    let auditor = "us-oversight-audit";
    let there = (&site, gateway.address());
    let given = acts(there, auditor, &["--read", &index.to_string()]);
    assert_eq!(given.len(), 1, "{given:?}");
    let act = &given[0]["act"];
    assert_eq!(act["type"], "LOG_EXPORTED");
    assert_eq!(act["actor"], "spiffe://mx.dev.invalid/agency/anam/node/mex");
    assert_eq!(
        (&act["given"]["from"], &act["given"]["count"]),
        (&index.into(), &1.into())
    );
    // Looking for acts is not to read what was said, and others are not told who has read.
    assert_eq!(acts(there, auditor, &["--kind", "log-exported"]), given);
    assert_eq!(
        acts(there, "us-cbp-lax", &["--kind", "LOG_EXPORTED"]),
        Vec::<Value>::new()
    );
    let file = site.node_file(auditor).display().to_string();
    for (lang, words) in [
        ("en", format!("1 of {index} to {index}")),
        ("es", format!("1 de {index} a {index}")),
    ] {
        let output = run(&[
            "log",
            "acts",
            "--by",
            "anam",
            "--node",
            &file,
            "--gateway",
            gateway.address(),
            "--lang",
            lang,
        ]);
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(
            text.contains("LOG_EXPORTED") && text.contains(&words),
            "{text}"
        );
    }
    assert!(gateway.stop().success());
    audit(&site);
}
