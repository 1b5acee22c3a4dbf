//! Every reason is explained in both languages; unknown ones are met with the nearest.

use super::{objects, run, stderr, stdout, text};

#[test]
fn both_languages() {
    let english = stdout(&run(&["explain", "CERT_REVOKED"]));
    assert!(
        english.contains("The certificate has been revoked."),
        "{english}"
    );
    let spanish = stdout(&run(&["--lang", "es", "explain", "cert-revoked"]));
    assert!(
        spanish.starts_with("CERT_REVOKED\n"),
        "the code never changes: {spanish}"
    );
    assert!(spanish.contains("revocado"), "{spanish}");
}

#[test]
fn the_list_is_complete_for_machines() {
    let output = run(&["-o", "jsonl", "explain"]);
    let all = objects(&output);
    assert!(all.len() > 100, "{}", all.len());
    for reason in &all {
        for field in ["text", "next"] {
            let both = reason.get(field).expect("both languages");
            assert!(
                !text(both, "en").is_empty() && !text(both, "es").is_empty(),
                "{reason}"
            );
        }
    }
}

#[test]
fn an_unknown_reason_is_not_found() {
    let output = run(&["explain", "CERT_REVOKD"]);
    assert_eq!(output.status.code(), Some(7));
    assert!(
        stderr(&output).contains("precinto explain CERT_REVOKED"),
        "{}",
        stderr(&output)
    );
}
