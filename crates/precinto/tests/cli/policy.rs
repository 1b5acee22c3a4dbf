//! Policies as whoever writes them meets the program: what is wrong and where, what a table shows, why something may not be.

use super::{objects, run, stderr, stdout, text};
use serde_json::Value;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../policy/examples");

fn example(file: &str) -> String {
    format!("{EXAMPLES}/{file}")
}

/// A file of this content.
fn file(content: &str) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".cedar").tempfile();
    let file = file.expect("a file");
    std::io::Write::write_all(&mut file.as_file(), content.as_bytes()).expect("written");
    file
}

fn path(file: &tempfile::NamedTempFile) -> &str {
    file.path().to_str().expect("UTF-8")
}

#[test]
fn a_check_says_where_what_and_what_to_do_in_both_languages() {
    let bad = file(
        "@id(\"a\")\nforbid (principal, action, resource)\nwhen { resource.tlpp == Tlp::\"RED\" };\npermit (principal, action, resource);",
    );
    let name = path(&bad);
    let english = run(&["policy", "check", name]);
    assert_eq!(english.status.code(), Some(3), "{}", stderr(&english));
    let said = stdout(&english);
    assert!(said.contains(&format!("{name}:3:8: a: ")), "{said}");
    assert!(said.contains("did you mean `tlp`?"), "{said}");
    assert!(
        said.contains(&format!("{name}:4:1: the rule has no id")),
        "{said}"
    );
    let spanish = stdout(&run(&["--lang", "es", "policy", "check", name]));
    assert!(spanish.contains("la regla no tiene id"), "{spanish}");
    assert!(spanish.contains("siguiente: escriba @id"), "{spanish}");
    let output = run(&["-o", "json", "policy", "check", name, &example("us.cedar")]);
    assert_eq!(output.status.code(), Some(3));
    let [whole] = &objects(&output)[..] else {
        panic!("one object");
    };
    assert_eq!(text(whole, "schema"), "precinto.policy.check/v1");
    assert_eq!(whole["ok"], false);
    let faults = whole["files"][0]["faults"].as_array().expect("a list");
    let kinds: Vec<&str> = faults.iter().map(|fault| text(fault, "kind")).collect();
    assert_eq!(kinds, ["SCHEMA", "ID_MISSING"]);
    assert_eq!(
        (&faults[0]["line"], &faults[0]["column"]),
        (&Value::from(3), &Value::from(8))
    );
    assert_eq!(whole["files"][1]["ok"], true);
    assert_eq!(whole["files"][1]["default"], "permit");
}

#[test]
fn the_examples_are_policies_and_pass_their_table() {
    let check = run(&[
        "policy",
        "check",
        &example("us.cedar"),
        &example("mx.cedar"),
    ]);
    assert_eq!(check.status.code(), Some(0), "{}", stdout(&check));
    let table = example("cases.toml");
    let test = run(&["policy", "test", &table]);
    assert_eq!(test.status.code(), Some(0), "{}", stdout(&test));
    assert!(!stdout(&test).contains("FAIL"));
    // Another text of one side's rules: which cases would have come otherwise.
    let open = file("@id(\"all\") permit (principal, action, resource);");
    let instead = format!("us.dev.invalid={}", path(&open));
    let other = run(&["-o", "json", "policy", "test", &table, "--policy", &instead]);
    assert_eq!(other.status.code(), Some(3));
    let whole = objects(&other).remove(0);
    let cases = whole["cases"].as_array().expect("a list");
    let changed = cases.iter().filter(|case| case["ok"] == false);
    let changed: Vec<&str> = changed.map(|case| text(case, "name")).collect();
    assert!(
        changed.contains(&"criminal intelligence does not cross the border"),
        "{changed:?}"
    );
    assert!(
        !changed.contains(&"nothing about a diplomatic bag"),
        "{changed:?}"
    );
}

#[test]
fn why_something_may_not_be_is_said_in_the_words_of_the_rule() {
    let table = example("cases.toml");
    let ask = |more: &[&str]| {
        let first = [
            "policy",
            "can",
            "receive",
            "mx.dev.invalid/sat",
            "--from",
            "us.dev.invalid/cbp",
            "--table",
            &table,
        ];
        run(&[&first[..], more].concat())
    };
    let refused = ask(&["--mark", "US:SSI"]);
    assert_eq!(refused.status.code(), Some(5), "{}", stderr(&refused));
    let said = stdout(&refused);
    assert!(
        said.contains("us.dev.invalid#ssi-to-customs-only"),
        "{said}"
    );
    assert!(
        said.contains("to Mexico's customs and to nobody else abroad"),
        "{said}"
    );
    let floor = stdout(&ask(&["--commodity", "ILLICIT_DRUG", "--names-persons"]));
    assert!(floor.contains("floor-personal-data"), "{floor}");
    let allowed = ask(&["-o", "json"]);
    assert_eq!(allowed.status.code(), Some(0));
    let whole = objects(&allowed).remove(0);
    assert_eq!(whole["allowed"], true);
    assert_eq!(text(&whole, "digest").len(), 64);
    let unknown = ask(&["--tlp", "PINK"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        stderr(&unknown).contains("message.tlp: PINK"),
        "{}",
        stderr(&unknown)
    );
}

#[test]
fn a_draft_is_asked_about_as_it_stands() {
    let draft = tempfile::Builder::new()
        .suffix(".yaml")
        .tempfile()
        .expect("a file");
    let example_draft = stdout(&run(&["config", "example", "alert"]));
    std::io::Write::write_all(&mut draft.as_file(), example_draft.as_bytes()).expect("written");
    let table = example("cases.toml");
    let ask = |more: &[&str]| {
        let first = [
            "policy",
            "can",
            "receive",
            "mx.dev.invalid/anam",
            path(&draft),
            "--from",
            "us.dev.invalid/cbp",
            "--table",
            &table,
        ];
        run(&[&first[..], more].concat())
    };
    // It is for a group, and whom that stands for only the directory knows.
    let group = ask(&[]);
    assert_eq!(group.status.code(), Some(2));
    assert!(
        stderr(&group).contains("--to mx.dev.invalid/anam"),
        "{}",
        stderr(&group)
    );
    let named = ask(&["--to", "mx.dev.invalid/anam"]);
    assert_eq!(
        named.status.code(),
        Some(0),
        "{}{}",
        stdout(&named),
        stderr(&named)
    );
    let other = ask(&["--to", "mx.dev.invalid/sat"]);
    assert!(
        stdout(&other).contains("floor-third-agency"),
        "{}",
        stdout(&other)
    );
}

#[test]
fn the_schema_and_the_floor_are_shown() {
    assert!(stdout(&run(&["policy", "schema"])).contains("entity Tlp enum [\"RED\""));
    assert!(stdout(&run(&["policy", "schema", "--floor"])).contains("@id(\"floor-release\")"));
}
