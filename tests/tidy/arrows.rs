//! Dependencies point downwards only, and some names are said in one place only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::source::{root, rust, shown, text};

/// What each package of ours may use of ours. Development dependencies of the crates are held to the same.
const ARROWS: &[(&str, &[&str])] = &[
    ("precinto-proto", &[]),
    ("precinto-alert", &["proto"]),
    ("precinto-envelope", &["proto", "alert"]),
    ("precinto-merkle", &["envelope"]),
    ("precinto-ledger", &["alert", "envelope", "merkle"]),
    ("precinto-client", &["proto", "alert", "envelope", "merkle"]),
    (
        "precinto-audit",
        &["proto", "alert", "envelope", "merkle", "policy"],
    ),
    ("precinto-policy", &["proto", "alert", "envelope"]),
    (
        "precinto-gateway",
        &[
            "proto", "alert", "envelope", "merkle", "ledger", "client", "policy",
        ],
    ),
];

/// The packages of ours named in a manifest, without prefix; development dependencies of ours included.
fn ours(manifest: &toml::Table) -> BTreeSet<String> {
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .iter()
        .filter_map(|section| manifest.get(*section)?.as_table())
        .flat_map(toml::Table::keys)
        .filter_map(|name| name.strip_prefix("precinto-").map(str::to_owned))
        .collect()
}

#[test]
fn dependencies_point_downwards() {
    let mut manifests = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("crates")).expect("the crates") {
        let path = entry.expect("a crate").path().join("Cargo.toml");
        if path.is_file() {
            let table: toml::Table = text(&path).parse().expect("a manifest");
            let name = table["package"]["name"]
                .as_str()
                .expect("a name")
                .to_owned();
            manifests.insert(name, table);
        }
    }
    for (name, allowed) in ARROWS {
        let manifest = &manifests[*name];
        let allowed: BTreeSet<String> = allowed.iter().map(|s| (*s).to_owned()).collect();
        let used = ours(manifest);
        let wrong: Vec<_> = used.difference(&allowed).collect();
        assert!(wrong.is_empty(), "{name} may not depend on {wrong:?}");
    }
    let known: BTreeSet<_> = ARROWS.iter().map(|(n, _)| *n).chain(["precinto"]).collect();
    let unknown: Vec<_> = manifests
        .keys()
        .filter(|n| !known.contains(n.as_str()))
        .collect();
    assert!(
        unknown.is_empty(),
        "give {unknown:?} a place among the arrows"
    );
}

/// Whether a file is compiled for tests only, by its folder, its name or its first lines.
fn is_test(path: &Path) -> bool {
    let head: String = text(path).lines().take(12).collect();
    shown(path).contains("/tests/") || path.ends_with("tests.rs") || head.contains("(test only)")
}

/// Files that contain `needle` outside the allowed places.
fn said_elsewhere(needle: &str, allowed: &[&str]) -> Vec<String> {
    rust()
        .iter()
        .filter(|p| shown(p).starts_with("crates/") && !is_test(p))
        .filter(|p| !allowed.iter().any(|a| shown(p).starts_with(a)))
        .filter(|p| text(p).contains(needle))
        .map(|p| shown(p))
        .collect()
}

#[test]
fn ring_is_named_in_one_module() {
    let crypto = ["crates/envelope/src/crypto"];
    // With what may stand in front of a crate's name, so that `String::` is none.
    for needle in [" ring::", "(ring::", "<ring::", "&ring::", "\nuse ring"] {
        let found = said_elsewhere(needle, &crypto);
        assert!(found.is_empty(), "{needle} in {found:?}");
    }
}

#[test]
fn the_environment_is_read_at_the_edge_only() {
    let edge = ["crates/precinto/src/", "crates/gateway/src/config"];
    let found = said_elsewhere("std::env::", &edge);
    assert!(found.is_empty(), "environment read in {found:?}");
}

#[test]
fn doubles_of_tests_stay_out_of_the_product() {
    let double = [
        "crates/ledger/src/testing",
        "crates/ledger/src/storage",
        // What writes a journal by hand, and the log that the auditor's own tests make with it.
        "crates/audit/src/testing",
        "crates/audit/src/specimen",
    ];
    for needle in [
        "ledger::testing",
        "testing::",
        "FaultyMemory",
        "storage::Survival",
    ] {
        let found = named_in_product(needle, &double);
        assert!(found.is_empty(), "{needle} in {found:?}");
    }
}

/// As [`said_elsewhere`], but for what stands in a file's own tests at its end.
fn named_in_product(needle: &str, allowed: &[&str]) -> Vec<String> {
    said_elsewhere(needle, allowed)
        .into_iter()
        .filter(|path| {
            let all = text(&root().join(path));
            let product = all.split("#[cfg(test)]\nmod tests").next();
            product.is_some_and(|product| product.contains(needle))
        })
        .collect()
}

#[test]
fn output_is_printed_in_one_place() {
    let printer = ["crates/precinto/src/output"];
    for needle in ["println!(", "eprintln!(", "print!("] {
        let found = said_elsewhere(needle, &printer);
        assert!(found.is_empty(), "{needle} in {found:?}");
    }
}

#[test]
fn a_refusal_has_a_code_and_both_languages() {
    let double = ["crates/client/src/test_gateway"];
    for needle in [
        "Status::internal(",
        "Status::failed_precondition(",
        "Status::invalid_argument(",
        "Status::not_found(",
        "Status::permission_denied(",
    ] {
        let found = named_in_product(needle, &double);
        assert!(found.is_empty(), "{needle} in {found:?}");
    }
}

#[test]
fn dangerous_settings_are_not_used() {
    for needle in [
        format!("allow_{}", "unauthenticated"),
        format!("allow_unknown_{}", "revocation_status"),
        format!("only_check_end_entity_{}", "revocation"),
        format!("max_connection_{}", "age_grace("),
        format!("no-recursion-{}", "limit\""),
    ] {
        let found = said_elsewhere(&needle, &[]);
        assert!(found.is_empty(), "{needle} in {found:?}");
    }
}
