//! Rules about what others wrote and we ship: versions, features, licences, sources; what cargo-deny asks where it is installed.
//!
//! `.deny.toml` is the one place for what is forbidden and allowed. The tests here hold the same to what Cargo has resolved, so
//! that nothing of it waits for somebody who has the tool. Known vulnerabilities are not looked up here: see `.ci/run`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use crate::source::{root, text};

/// The lowest version of each crate that stands at the door, below which lies a known weakness or a missing setting.
const FLOORS: &[(&str, [u64; 3])] = &[
    ("bytes", [1, 11, 1]),
    ("h2", [0, 4, 20]),
    ("hyper", [1, 12, 0]),
    ("hyper-util", [0, 1, 21]),
    ("prost", [0, 14, 4]),
    ("ring", [0, 17, 14]),
    ("rustls", [0, 23, 46]),
    ("rustls-webpki", [0, 103, 16]),
    ("tokio", [1, 44, 2]),
    ("tokio-rustls", [0, 26, 6]),
    ("tonic", [0, 14, 9]),
    ("tracing-subscriber", [0, 3, 20]),
];

/// Every feature that these crates may have; one more is a decision, and belongs here with its reason.
const FEATURES: &[(&str, &[&str])] = &[
    // One provider, TLS 1.3 alone, no certificate compression (a bomb), no second implementation by default.
    ("rustls", &["log", "logging", "ring", "std"]),
    ("tokio-rustls", &["ring"]),
    ("rustls-webpki", &["alloc", "ring", "std"]),
    // The door terminates TLS itself, and no codec is compiled in: what cannot be unpacked is no bomb.
    ("tonic", &["channel", "codegen", "h2", "router", "server"]),
    // `no-recursion-limit` would let a message nest until the stack ends.
    ("prost", &["default", "derive", "std"]),
    // Both sides of both versions: tonic's choice. The door speaks HTTP/2 alone, the operator's port HTTP/1.
    ("hyper", &["client", "default", "http1", "http2", "server"]),
    // Its other formats bring a code generator; `test-util` is for its own tests.
    ("prometheus-client", &["default"]),
    // `fdstore` hands descriptors over.
    ("sd-notify", &[]),
    // `unstable` opens what the settings of the door close.
    ("h2", &[]),
];

/// What a build of the workspace and its tests on this platform takes from others, as Cargo resolves it.
///
/// Not `cargo metadata`: it counts in crates that only a feature which nobody asks for would bring.
pub(crate) static RESOLVED: LazyLock<BTreeMap<Crate, Resolved>> =
    LazyLock::new(|| resolved(&["--workspace", "--edges", "normal,build,dev"]));

/// Name and version.
pub(crate) type Crate = (String, String);

/// What Cargo says of one crate.
#[derive(Default)]
pub(crate) struct Resolved {
    /// Its licence expression, as its author wrote it.
    pub(crate) licence: String,
    /// The features that it is built with, for whatever purpose.
    pub(crate) features: BTreeSet<String>,
}

/// The crates of `cargo tree` with these flags.
pub(crate) fn resolved(flags: &[&str]) -> BTreeMap<Crate, Resolved> {
    let out = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--prefix", "none"])
        .args(["--format", "{p}|{l}|{f}|"])
        .args(flags)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let talk = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "cargo tree: {talk}");
    let mut all: BTreeMap<Crate, Resolved> = BTreeMap::new();
    let lines = String::from_utf8(out.stdout).expect("text");
    // An empty line parts the trees of two packages of ours.
    for line in lines.lines().filter(|line| !line.is_empty()) {
        // Behind the last mark may stand that the crate was shown before.
        let [package, licence, features, _] = line
            .split('|')
            .collect::<Vec<_>>()
            .try_into()
            .expect("four parts");
        let mut words = package.split_whitespace();
        let mut word = || words.next().expect("name and version");
        let key = (word().to_owned(), word().trim_start_matches('v').to_owned());
        let one = all.entry(key).or_default();
        licence.clone_into(&mut one.licence);
        let features = features.split(',').filter(|one| !one.is_empty());
        one.features.extend(features.map(str::to_owned));
    }
    all
}

/// The packages of `Cargo.lock`, on every platform.
pub(crate) fn locked() -> Vec<toml::Table> {
    let lock: toml::Table = text(&root().join("Cargo.lock")).parse().expect("TOML");
    let packages = lock["package"].as_array().expect("packages");
    let package = |one: &toml::Value| one.as_table().expect("a package").clone();
    packages.iter().map(package).collect()
}

fn policy() -> toml::Table {
    text(&root().join(".deny.toml")).parse().expect("TOML")
}

/// A text field that is there.
fn said<'a>(table: &'a toml::Table, field: &str) -> &'a str {
    let value = table.get(field).and_then(toml::Value::as_str);
    value.unwrap_or_else(|| panic!("no {field} in {table:?}"))
}

fn words(value: &toml::Value) -> Vec<&str> {
    let words = value.as_array().expect("a list").iter();
    words.map(|word| word.as_str().expect("a text")).collect()
}

/// Major, minor, patch; what follows them is no part of the order that matters here.
fn version(text: &str) -> [u64; 3] {
    let numbers = text.split(['-', '+']).next().expect("numbers");
    let mut numbers = numbers
        .split('.')
        .map(|number| number.parse().expect("a number"));
    [(); 3].map(|()| numbers.next().expect("three numbers"))
}

#[test]
fn nothing_is_older_than_its_floor() {
    let locked = locked();
    let mut low = Vec::new();
    for (name, floor) in FLOORS {
        let mut found = locked
            .iter()
            .filter(|one| said(one, "name") == *name)
            .peekable();
        assert!(
            found.peek().is_some(),
            "{name} is no dependency any more: take its floor away"
        );
        low.extend(found.filter(|one| version(said(one, "version")) < *floor));
    }
    assert!(low.is_empty(), "below their floors: {low:?}");
}

/// The features of each crate; of two versions, those of both.
fn features() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for ((name, _), one) in RESOLVED.iter() {
        let features = one.features.iter().map(String::as_str);
        all.entry(name.as_str()).or_default().extend(features);
    }
    all
}

#[test]
fn no_crate_has_a_feature_that_nobody_decided_on() {
    let features = features();
    for (name, allowed) in FEATURES {
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        let more: Vec<_> = features[*name].difference(&allowed).collect();
        assert!(more.is_empty(), "{name} has {more:?} besides");
    }
    for rule in policy()["bans"]["features"].as_array().expect("rules") {
        let rule = rule.as_table().expect("a rule");
        let own = &features[said(rule, "crate")];
        let denied = words(&rule["deny"])
            .into_iter()
            .find(|one| own.contains(*one));
        assert_eq!(denied, None, "{rule:?}");
    }
}

#[test]
fn what_is_banned_is_not_locked() {
    let locked = locked();
    let locked: BTreeSet<_> = locked.iter().map(|one| said(one, "name")).collect();
    for ban in policy()["bans"]["deny"].as_array().expect("bans") {
        let ban = ban.as_table().expect("a ban");
        assert!(
            !locked.contains(said(ban, "crate")),
            "{}: {}",
            said(ban, "crate"),
            said(ban, "reason")
        );
    }
}

#[test]
fn everything_comes_from_the_one_registry_with_its_checksum() {
    let mut registries = BTreeSet::new();
    for package in locked() {
        let name = said(&package, "name");
        if let Some(source) = package.get("source") {
            registries.insert(source.as_str().expect("a text").to_owned());
            assert!(package.contains_key("checksum"), "{name} without checksum");
        } else {
            assert!(name.starts_with("precinto"), "{name} comes from a folder");
        }
    }
    assert!(
        registries.iter().all(|one| one.starts_with("registry+")),
        "{registries:?}"
    );
    assert_eq!(registries.len(), 1, "{registries:?}");
    let sources = &policy()["sources"];
    for kind in ["unknown-registry", "unknown-git"] {
        assert_eq!(sources[kind].as_str(), Some("deny"), "{kind}");
    }
}

/// The foreign client's packages too; and where they are fetched from is the reader's own setting.
#[test]
fn the_packages_of_the_node_client_have_their_checksums() {
    let lock = text(&root().join("tests/node/package-lock.json"));
    let lock: serde_json::Value = serde_json::from_str(&lock).expect("JSON");
    let packages = lock["packages"].as_object().expect("packages");
    for (place, package) in packages.iter().filter(|(place, _)| !place.is_empty()) {
        assert!(package["integrity"].is_string(), "{place} without checksum");
        assert!(package.get("resolved").is_none(), "{place} names a host");
    }
    assert!(packages.len() > 2, "no packages");
}

/// A second version of a crate costs build time and is one more to watch: each has a reason in `.deny.toml`.
#[test]
fn a_crate_in_two_versions_has_its_reason() {
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    let shipped = resolved(&["--workspace", "--edges", "normal,build"]);
    for (name, _) in shipped.keys() {
        *versions.entry(name).or_default() += 1;
    }
    let policy = policy();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for skip in policy["bans"]["skip"].as_array().expect("a list") {
        let skip = skip.as_table().expect("a table");
        assert!(!said(skip, "reason").is_empty(), "{skip:?}");
        let name = said(skip, "crate").split('@').next().expect("a name");
        *reasons.entry(name).or_default() += 1;
    }
    for (name, count) in versions {
        let reasons = reasons.get(name).copied().unwrap_or_default();
        assert!(
            count <= reasons + 1,
            "{name}: {count} versions, {reasons} with a reason"
        );
    }
}

#[test]
fn every_licence_is_allowed() {
    let policy = policy();
    let allowed: BTreeSet<&str> = words(&policy["licenses"]["allow"]).into_iter().collect();
    for ((name, _), one) in RESOLVED.iter() {
        assert!(
            is_allowed(&one.licence, &allowed),
            "{name}: {}",
            one.licence
        );
    }
}

/// Whether a licence expression (SPDX) can be met by licences that are allowed. OR binds less than AND; the old slash is OR.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    any(&mut words, allowed) == Some(true) && words.is_empty()
}

fn any(words: &mut Vec<&str>, allowed: &BTreeSet<&str>) -> Option<bool> {
    let mut meets = all(words, allowed)?;
    while words.pop_if(|word| *word == "OR").is_some() {
        meets |= all(words, allowed)?;
    }
    Some(meets)
}

fn all(words: &mut Vec<&str>, allowed: &BTreeSet<&str>) -> Option<bool> {
    let mut meets = one(words, allowed)?;
    while words.pop_if(|word| *word == "AND").is_some() {
        meets &= one(words, allowed)?;
    }
    Some(meets)
}

fn one(words: &mut Vec<&str>, allowed: &BTreeSet<&str>) -> Option<bool> {
    let licence = words.pop()?;
    if licence == "(" {
        let meets = any(words, allowed)?;
        return words.pop_if(|word| *word == ")").map(|_| meets);
    }
    if words.pop_if(|word| *word == "WITH").is_none() {
        return Some(allowed.contains(licence));
    }
    let exception = words.pop()?;
    Some(allowed.contains(format!("{licence} WITH {exception}").as_str()))
}

#[test]
fn licence_expressions_are_understood() {
    let allowed = BTreeSet::from(["MIT", "ISC", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]);
    for good in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/GPL-3.0",
        "MIT AND ISC",
        "(GPL-3.0 OR MIT) AND ISC",
        "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
    ] {
        assert!(is_allowed(good, &allowed), "{good}");
    }
    for bad in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "MIT AND (GPL-3.0 OR LGPL-2.1)",
        "MIT OR",
        "(MIT",
        "GPL-3.0 WITH LLVM-exception",
        "MIT ISC",
    ] {
        assert!(!is_allowed(bad, &allowed), "{bad}");
    }
}
