//! Receipts and the published checkpoint, checked by a program that shares nothing with this project.

use crate::harness::*;
use crate::skipped::shared;
use precinto_ledger::clock::ManualClock;
use precinto_ledger::{Entry, Ledger, Options};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

#[test]
fn tlogcheck_agrees_with_receipts_and_checkpoint() {
    let Some(program) = shared("tools/tlogcheck.py") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("data");
    let options = Options {
        dir: dir.clone(),
        signer: signer(ORIGIN),
        limits: limits(),
    };
    Ledger::create(&options).unwrap();
    let (ledger, handle) = Ledger::open(options, Arc::new(ManualClock::new(START_MS))).unwrap();
    let vkey = std::fs::read_to_string(dir.join("log.vkey")).unwrap();
    let check = |kind: &str, file: &Path| {
        let mut tool = Command::new("python3");
        let output = tool
            .arg(&program)
            .arg(kind)
            .arg(file)
            .args(["--vkey", vkey.trim_end()])
            .output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), said)
    };
    let mut receipts = Vec::new();
    for number in 0..9_u8 {
        let entry = Entry::trust(vec![number; 300], vec![number; 30]);
        let proven = block_on(ledger.append(entry)).unwrap().proven;
        let path = folder.path().join(format!("{number}.tlog-proof"));
        precinto_ledger::durable::replace(&path, proven.receipt.to_text().as_bytes()).unwrap();
        receipts.push(path);
    }
    handle.stop().unwrap();
    for (number, receipt) in receipts.iter().enumerate() {
        let (status, said) = check("receipt", receipt);
        assert_eq!(status, Some(0), "{said}");
        assert!(
            said.contains(&format!("index {number} in size {}", number + 1)),
            "{said}"
        );
    }
    let (status, said) = check("note", &dir.join("checkpoint"));
    assert_eq!(status, Some(0), "{said}");
    assert!(said.starts_with("ok: size 9 "), "{said}");
    // And it does look: an altered checkpoint fails.
    let altered = std::fs::read_to_string(dir.join("checkpoint"))
        .unwrap()
        .replacen("\n9\n", "\n8\n", 1);
    let path = folder.path().join("altered");
    precinto_ledger::durable::replace(&path, altered.as_bytes()).unwrap();
    assert_eq!(check("note", &path).0, Some(3));
}
