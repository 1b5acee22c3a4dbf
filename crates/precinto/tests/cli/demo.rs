//! The main job, whole: the story, records from a file, and what a person is left with.

use super::{number, objects, run, stderr, stdout, text};
use std::io::Write;

#[test]
fn the_story_ends_well() {
    let output = run(&["demo", "-o", "json"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{} {}",
        stdout(&output),
        stderr(&output)
    );
    let report = objects(&output).pop().expect("one object");
    assert_eq!(report.get("ok"), Some(&true.into()), "{report}");
    assert_eq!(number(&report, "submitted"), 20);
    assert_eq!(number(&report, "refused"), 3);
    assert_eq!(number(&report, "receipts_verified"), 20);
    assert!(number(&report, "acknowledged") >= 4, "{report}");
    let audit = report.get("audit").expect("an audit");
    assert_eq!(number(audit, "findings"), 0);
    assert_eq!(number(audit, "entries"), number(audit, "tree_size"));
    let latency = report.get("latency_ms").expect("latencies");
    for name in ["submit_p50", "submit_p99", "deliver_p50", "deliver_p99"] {
        assert!(
            latency.get(name).is_some_and(serde_json::Value::is_number),
            "{name}"
        );
    }
}

#[test]
fn the_story_can_be_read_in_spanish() {
    let output = run(&["--lang", "es", "demo"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let told = stdout(&output);
    for part in [
        "Qué llegó a dónde",
        "SIG_BAD",
        "CERT_REVOKED",
        "Todo como debe ser",
        "SEIZED",
    ] {
        assert!(told.contains(part), "{part} is missing in: {told}");
    }
}

const RECORDS: &str = "\
REGION,SUBREGION,COUNTRY,ADMINISTRATIVE_DIVISION,PLACE,SEIZURE_DATE,DRUG_NAME,AMOUNT,DRUG_UNIT,HIDING_PLACE,INSTALLATION,TRANSPORT,PRODUCING_COUNTRY,DEPARTURE_COUNTRY,DESTINATION_COUNTRY,ROUTING
Asia,,Pakistan,,Rawalpindi,2011-01-01,Heroin,1.25,Kilogram,Postal,Post Office,Commercial air,Afghanistan,Pakistan,United Kingdom,
Europe,,Spain,,Madrid,2012-02-02,Cocaine,300.0,Gram,Swallowed,Airport,Commercial air,,Colombia,Spain,
Europe,,Latvia,,Riga,2013-03-03,Diazepam,120.0,Tablet,Freight,Airport,Commercial air,,China,Latvia,
";

#[test]
fn records_are_played_and_what_is_no_shipment_is_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("records.csv");
    std::fs::File::create(&file)
        .and_then(|mut file| file.write_all(RECORDS.as_bytes()))
        .expect("the records");
    let data = folder.path().join("kept").display().to_string();
    let input = file.display().to_string();
    let output = run(&[
        "demo", "-o", "json", "--input", &input, "--data", &data, "--seed", "3",
    ]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{} {}",
        stdout(&output),
        stderr(&output)
    );
    let report = objects(&output).pop().expect("one object");
    assert_eq!(
        number(
            report.get("refused_by_reason").expect("reasons"),
            "NOT_A_SHIPMENT"
        ),
        1
    );
    for kept in ["kept/log.vkey", "kept/checkpoint"] {
        assert!(folder.path().join(kept).is_file(), "{kept}");
    }
    let receipts = std::fs::read_dir(folder.path().join("kept/receipts")).expect("receipts");
    let is_proof = |name: &std::ffi::OsStr| name.to_string_lossy().ends_with(".tlog-proof");
    let proofs = receipts.filter(|one| one.as_ref().is_ok_and(|one| is_proof(&one.file_name())));
    assert_eq!(proofs.count() as u64, number(&report, "submitted"));

    let again = run(&["demo", "-o", "json", "--data", &data]);
    assert_eq!(again.status.code(), Some(2), "a used folder is refused");
    assert!(text(&objects(&again)[0], "message").contains("not empty"));
}
