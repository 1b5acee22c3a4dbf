//! The demo as its first user sees it: one command, everything, and an independent check of what it leaves.

use std::path::Path;
use std::process::Command;

use precinto_tests::{precinto, run, shared};

/// Runs the demo with JSON on stdout.
fn demo(arguments: &[&str]) -> serde_json::Value {
    let out = Command::new(precinto())
        .arg("demo")
        .args(arguments)
        .args(["-o", "json"])
        .output()
        .expect("the demo runs");
    let text = String::from_utf8_lossy(&out.stdout);
    let talk = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{text}\n{talk}");
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn count(said: &serde_json::Value, name: &str) -> u64 {
    said[name]
        .as_u64()
        .unwrap_or_else(|| panic!("no number {name} in {said}"))
}

#[test]
fn the_demo_tells_its_story_and_leaves_what_others_can_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("kept");
    let said = demo(&["--data", data.to_str().expect("a path")]);
    assert_eq!(said["ok"], true, "{said}");
    assert!(
        count(&said, "submitted") >= 12,
        "four kinds, acknowledged and answered: {said}"
    );
    assert!(
        count(&said, "refused") >= 3,
        "forged, altered, revoked: {said}"
    );
    assert!(count(&said, "acknowledged") >= 4, "{said}");
    assert_eq!(
        count(&said, "receipts_verified"),
        count(&said, "submitted"),
        "{said}"
    );
    assert_eq!(said["audit"]["findings"], 0, "{said}");
    for name in ["submit_p50", "submit_p99", "deliver_p50", "deliver_p99"] {
        assert!(said["latency_ms"][name].is_number(), "{name} in {said}");
    }
    check_with_another_program(&data, &said);
    let vkey = std::fs::read_to_string(data.join("log.vkey")).expect("log.vkey");
    let out = run(&[
        "audit",
        "log",
        data.to_str().expect("a path"),
        "--vkey",
        vkey.trim(),
    ]);
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stdout)
    );
}

/// `tlogcheck.py` shares nothing with this project and must agree on every receipt and on the checkpoint.
fn check_with_another_program(data: &Path, said: &serde_json::Value) {
    let Some(tool) = shared("tools/tlogcheck.py") else {
        return;
    };
    let vkey = std::fs::read_to_string(data.join("log.vkey")).expect("log.vkey");
    let check = |kind: &str, file: &Path| {
        let out = Command::new("python3")
            .arg(&tool)
            .arg(kind)
            .arg(file)
            .args(["--vkey", vkey.trim()])
            .output()
            .expect("python3 runs");
        assert!(
            out.status.success(),
            "{}: {}",
            file.display(),
            String::from_utf8_lossy(&out.stdout)
        );
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let note = check("note", &data.join("checkpoint"));
    let root = said["audit"]["root"].as_str().expect("a root");
    assert!(note.contains(root), "{note} is not about {root}");
    let mut receipts = 0;
    let mut open = vec![data.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "tlog-proof") {
                check("receipt", &path);
                receipts += 1;
            }
        }
    }
    assert_eq!(
        receipts,
        count(said, "receipts_verified"),
        "one kept receipt for each verified one"
    );
}

#[test]
fn the_demo_plays_real_records_and_counts_what_is_no_shipment() {
    let Some(csv) = shared("data/unodc_seizures.csv") else {
        return;
    };
    // A few hundred rows in a debug build; the whole file is played by CI's release build.
    let text = std::fs::read_to_string(csv).expect("the records");
    let folder = tempfile::tempdir().expect("a folder");
    let some = folder.path().join("some.csv");
    let rows: String = text.lines().take(301).flat_map(|l| [l, "\n"]).collect();
    write(&some, &rows);
    let said = demo(&["--input", some.to_str().expect("a path")]);
    assert_eq!(said["ok"], true, "{said}");
    assert!(count(&said, "submitted") > 100, "{said}");
    assert!(count(&said, "refused") > 0, "{said}");
    assert_eq!(said["audit"]["findings"], 0, "{said}");
}

/// Half of the alerts carry one fault each; what the gateway must say of it follows from what was done.
#[test]
fn of_real_records_spoilt_by_half_each_is_refused_for_its_own_fault() {
    let Some(csv) = shared("data/unodc_seizures.csv") else {
        return;
    };
    let text = std::fs::read_to_string(csv).expect("the records");
    let folder = tempfile::tempdir().expect("a folder");
    let some = folder.path().join("some.csv");
    // Rows from everywhere in the file: whole seasons of it came by post only.
    let header = text.lines().take(1);
    let some_rows = text.lines().skip(1).step_by(10);
    let rows: String = header.chain(some_rows).flat_map(|l| [l, "\n"]).collect();
    write(&some, &rows);
    let some = some.to_str().expect("a path");
    let said = demo(&["--input", some, "--faulty", "50", "--seed", "3"]);
    // "ok": nothing sound was refused, and nothing spoilt was taken in or refused for anything else.
    assert_eq!(said["ok"], true, "{said}");
    let faults = &said["faults"];
    assert!(count(faults, "seeded") >= 70, "{said}");
    assert_eq!(faults["seeded"], faults["as_expected"], "{said}");
    let reasons = said["refused_by_reason"].as_object().expect("reasons");
    let not_a_row =
        |reason: &&String| !["NOT_A_SHIPMENT", "QUANTITY_INVALID"].contains(&reason.as_str());
    let kinds = reasons.keys().filter(not_a_row).count();
    assert!(kinds >= 15, "{kinds} kinds of fault: {said}");
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}
