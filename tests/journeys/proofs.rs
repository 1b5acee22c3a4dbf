//! Receipts, checkpoints and proofs verify without us, and reading follows the rights of parties and auditors.

use std::path::Path;
use std::process::Command;

use base64ct::{Base64, Encoding as _};
use precinto_alert::reason::Reason;
use precinto_client::LogClient;
use precinto_client::submit::submit;
use precinto_merkle::checkpoint::Checkpoint;
use precinto_tests::{Messages, Site, audit, shared};

/// Runs the independent verifier; `None` where it is not at hand.
fn tlogcheck(arguments: &[&str]) -> Option<String> {
    let tool = shared("tools/tlogcheck.py")?;
    let out = Command::new("python3")
        .arg(tool)
        .args(arguments)
        .output()
        .expect("python3 runs");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "tlogcheck {arguments:?}: {text}");
    Some(text)
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn keep(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proofs_convince_somebody_who_shares_nothing_with_us() {
    let site = Site::new();
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let connection = node.connect().await;
    let vkey = node.settings.log.to_string();
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let log = LogClient::new(&connection);
    let mut checkpoints: Vec<Checkpoint> = Vec::new();
    for i in 0..7 {
        let accepted = submit(&connection, &messages.alert(100 + i))
            .await
            .expect("accepted");
        let receipt = keep(
            site.path(),
            &format!("{i}.tlog-proof"),
            &accepted.receipt.proof,
        );
        tlogcheck(&["receipt", &receipt, "--vkey", &vkey]);
        let signed = log
            .checkpoint(accepted.tree_size)
            .await
            .expect("a checkpoint");
        let note = keep(site.path(), &format!("{i}.note"), signed.note());
        tlogcheck(&["note", &note, "--vkey", &vkey]);
        for old in &checkpoints {
            let proof = log
                .consistency(old, signed.checkpoint())
                .await
                .expect("consistent");
            let base64 = |h: &[u8; 32]| Base64::encode_string(h);
            let side = |c: &Checkpoint| format!("{}:{}", c.size, base64(&c.root));
            let (old, new) = (side(old), side(signed.checkpoint()));
            let mut arguments = vec![
                "consistency".to_owned(),
                "--old".to_owned(),
                old,
                "--new".to_owned(),
                new,
            ];
            arguments.extend(proof.iter().map(base64));
            tlogcheck(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        }
        log.inclusion(accepted.index, signed.checkpoint())
            .await
            .expect("included");
        checkpoints.push(signed.checkpoint().clone());
    }
    assert!(gateway.stop().success());
    let data = site.data();
    let checkpoint = data.join("checkpoint").display().to_string();
    tlogcheck(&["note", &checkpoint, "--vkey", &vkey]);
    audit(&site);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn absent_and_forbidden_look_the_same() {
    let site = Site::new();
    let gateway = site.start();
    let us = site.node("us-cbp-lax", &gateway);
    let connection = us.connect().await;
    let mut messages = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let signed = messages.alert(200);
    let accepted = submit(&connection, &signed).await.expect("accepted");

    let stranger = site.node("mx-fgr-hq", &gateway).connect().await;
    let stranger = LogClient::new(&stranger);
    let forbidden = stranger
        .receipt_at(accepted.index)
        .await
        .expect_err("not a party");
    let absent = stranger.receipt_at(1_000_000).await.expect_err("not there");
    assert_eq!(forbidden.reason(), Some(Reason::NotFound));
    assert_eq!(forbidden.to_string(), absent.to_string());

    // Entries: the stranger sees leaves, the auditor everything.
    let auditor = site.node("us-oversight-audit", &gateway).connect().await;
    for (connection, sees) in [(&stranger, false), (&LogClient::new(&auditor), true)] {
        let mut entries = connection
            .entries(accepted.index, 0, false)
            .await
            .expect("readable");
        let entry = entries.next().await.expect("readable").expect("an entry");
        assert_eq!(entry.leaf.len(), 50);
        assert_eq!(entry.withheld, !sees);
        assert_eq!(entry.content.is_empty(), !sees);
        assert_eq!(entry.body.is_empty(), !sees);
    }
    assert!(gateway.stop().success());
    audit(&site);
}
