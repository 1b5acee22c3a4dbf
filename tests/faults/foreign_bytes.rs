//! The corpora of the fuzzing targets, replayed: whatever others send, the libraries answer, soon, and without a panic.
//!
//! The targets of gateway and command line are replayed by their own tests (`foreign_bytes` there).

#[path = "../fuzz/replay.rs"]
mod replay;
#[path = "../fuzz/targets.rs"]
mod targets;

use replay::replay;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn foreign_statements_are_read_or_refused() {
    replay("statement", targets::statement);
}

#[test]
fn foreign_content_is_read_or_refused() {
    replay("content", targets::content);
}

#[test]
fn foreign_texts_are_read_or_refused() {
    replay("text", targets::text);
}

#[test]
fn foreign_proofs_are_read_or_refused() {
    replay("proof", targets::proof);
}

#[test]
fn foreign_certificates_are_read_or_refused() {
    replay("certificate", targets::certificate);
}

#[test]
fn foreign_envelopes_are_read_or_refused() {
    replay("envelope", targets::envelope);
}

#[test]
fn foreign_journals_are_read_or_refused() {
    replay("journal", targets::journal);
}

#[test]
fn foreign_refusals_are_read_or_refused() {
    replay("refusal", targets::refusal);
}

#[test]
fn foreign_parts_of_a_directory_are_read_or_refused() {
    replay("directory_part", targets::directory_part);
}

#[test]
fn foreign_witness_policies_are_read_or_refused() {
    replay("witness_policy", targets::witness_policy);
}

#[test]
fn foreign_roots_and_lists_are_read_or_refused() {
    replay("trust", targets::trust);
}

#[test]
fn foreign_acts_are_read_or_refused() {
    replay("act", targets::act);
}

#[test]
fn foreign_entries_are_read_or_refused() {
    replay("entries", targets::entries);
}

/// Names below a key of a manifest.
fn names(manifest: &toml::Table, key: &str) -> BTreeSet<String> {
    let table = manifest[key].as_table().expect("a table");
    table.keys().cloned().collect()
}

fn manifest(path: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.parse().expect("a manifest")
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
}
