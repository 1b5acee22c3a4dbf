//! The corpora of the fuzzing targets, replayed: whatever others send, the libraries answer, soon, and without a panic.
//!
//! The targets of policy, gateway, client and command line are replayed by their own tests (`foreign_bytes` there).

#[path = "../fuzz/replay.rs"]
mod replay;
#[path = "../fuzz/targets.rs"]
mod targets;

use precinto_alert::code::MessageType;
use replay::replay;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn foreign_statements_are_read_or_refused() {
    replay("statement", targets::alert::statement);
}

#[test]
fn foreign_content_is_read_or_refused() {
    replay("content", targets::alert::content);
}

#[test]
fn foreign_texts_are_read_or_refused() {
    replay("text", targets::alert::text);
}

#[test]
fn foreign_proofs_are_read_or_refused() {
    replay("proof", targets::merkle::proof);
}

#[test]
fn foreign_certificates_are_read_or_refused() {
    replay("certificate", targets::envelope::certificate);
}

#[test]
fn foreign_envelopes_are_read_or_refused() {
    replay("envelope", targets::envelope::envelope);
}

#[test]
fn foreign_journals_are_read_or_refused() {
    replay("journal", targets::audit::journal);
}

#[test]
fn foreign_parts_of_a_directory_are_read_or_refused() {
    replay("directory_part", targets::envelope::directory_part);
}

#[test]
fn foreign_witness_policies_are_read_or_refused() {
    replay("witness_policy", targets::merkle::witness_policy);
}

#[test]
fn foreign_roots_and_lists_are_read_or_refused() {
    replay("trust", targets::envelope::trust);
}

#[test]
fn foreign_acts_are_read_or_refused() {
    replay("act", targets::audit::act);
}

#[test]
fn foreign_missed_deadlines_are_read_or_refused() {
    replay("overdue", targets::audit::overdue);
}

#[test]
fn foreign_entries_are_read_or_refused() {
    replay("entries", targets::audit::entries);
}

/// A corpus can only lead to what is in it: of each type of message some content that is let in.
#[test]
fn the_corpus_of_content_has_every_type_of_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/content");
    let mut types = BTreeSet::new();
    for file in std::fs::read_dir(folder).expect("a corpus") {
        let bytes = std::fs::read(file.expect("an entry").path()).expect("a file");
        types.extend(targets::alert::content_of(&bytes));
    }
    let all = (1..99).filter_map(|number| MessageType::try_from(number).ok());
    assert_eq!(types, all.collect());
}

/// Names below a key of a manifest.
fn names(manifest: &toml::Table, key: &str) -> BTreeSet<String> {
    let table = manifest[key].as_table().expect("a table");
    table.keys().cloned().collect()
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn manifest(path: &str) -> toml::Table {
    read(path).parse().expect("a manifest")
}

/// The fuzzing package is compiled by hand only; what would break it unseen is looked at here.
#[test]
fn the_fuzzing_package_knows_every_target_and_dependency() {
    let fuzz = manifest("fuzz/Cargo.toml");
    let mut dependencies = names(&fuzz, "dependencies");
    dependencies.remove("libfuzzer-sys");
    let of_precinto = names(&manifest("../crates/precinto/Cargo.toml"), "dependencies");
    assert_eq!(
        dependencies, of_precinto,
        "tests/fuzz/Cargo.toml compiles the command line"
    );
    let targets: BTreeSet<String> = fuzz["bin"]
        .as_array()
        .expect("targets")
        .iter()
        .map(|bin| bin["name"].as_str().expect("a name").to_owned())
        .collect();
    let corpora = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus"));
    let corpora: BTreeSet<String> = corpora
        .expect("corpora")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(targets, corpora, "a corpus for each target");
    // What a program calls is there, where it says.
    for name in &targets {
        let program = read(&format!("fuzz/fuzz_targets/{name}.rs"));
        let (_, call) = program
            .split_once("|bytes: &[u8]| ")
            .expect("one call of a target");
        let call = call.split_once("(bytes)").expect("of a function").0;
        let path: Vec<&str> = call.split("::").collect();
        let (file, function) = match path.as_slice() {
            ["targets", file, function] => (format!("fuzz/targets/{file}.rs"), function),
            [
                "precinto_gateway" | "precinto_client" | "precinto_policy",
                "foreign_bytes",
                function,
            ] => {
                let of = path[0].trim_start_matches("precinto_");
                (format!("../crates/{of}/src/foreign_bytes.rs"), function)
            }
            ["precinto", "foreign_bytes", function] => (
                "../crates/precinto/src/commands/draft/foreign_bytes.rs".to_owned(),
                function,
            ),
            other => panic!("{name}: {other:?}"),
        };
        let is_there = read(&file).contains(&format!("fn {function}("));
        assert!(is_there, "{name}: {function} in {file}");
    }
}
