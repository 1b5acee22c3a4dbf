//! The bill of materials: everything that is locked, what of it the program is built from, each with checksum and licence.
//!
//! `cargo test -p precinto-tests --test tidy bill_of_materials` writes it to `target/precinto.cdx.json` (`CycloneDX` 1.5). It asks
//! Cargo alone. cargo-cyclonedx was tried, and names a dozen crates that only tests bring, because it reads features of the whole
//! workspace; and it writes folders of the machine that ran it into the result.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::graph::{Crate, RESOLVED, Resolved, locked, resolved};

/// What the program is built from on this platform, as Cargo resolves it for that one package.
fn built() -> BTreeMap<Crate, Resolved> {
    resolved(&["--package", "precinto", "--edges", "normal,build"])
}

/// One component for each locked package. What only tests or other platforms need is said to be left out ("excluded").
fn components() -> Vec<Value> {
    let built = built();
    let mut components = Vec::new();
    for package in locked() {
        let field = |name: &str| package.get(name).and_then(toml::Value::as_str);
        let (name, version) = (
            field("name").expect("a name"),
            field("version").expect("a version"),
        );
        let key = (name.to_owned(), version.to_owned());
        let reference = format!("pkg:cargo/{name}@{version}");
        let scope = if built.contains_key(&key) {
            "required"
        } else {
            "excluded"
        };
        let mut component = json!({
            "type": "library", "bom-ref": reference, "name": name, "version": version, "scope": scope, "purl": reference,
        });
        if let Some(checksum) = field("checksum") {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        // The old slash is no SPDX, and the format takes nothing else.
        if let Some(one) = RESOLVED.get(&key) {
            let expression = one.licence.replace(" / ", "/").replace('/', " OR ");
            component["licenses"] = json!([{ "expression": expression }]);
        }
        components.push(component);
    }
    components
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "build output, made anew each time"
)]
fn the_bill_of_materials_names_all_that_is_locked() {
    let components = components();
    assert_eq!(
        components.len(),
        locked().len(),
        "as many components as packages"
    );
    let required: Vec<&Value> = components
        .iter()
        .filter(|one| one["scope"] == "required")
        .collect();
    assert_eq!(
        required.len(),
        built().len(),
        "all that the program is built from, and nothing else"
    );
    for component in &required {
        let ours = component["name"]
            .as_str()
            .is_some_and(|name| name.starts_with("precinto"));
        assert!(
            ours || component["hashes"][0]["content"].is_string(),
            "no checksum: {component}"
        );
        assert!(
            component["licenses"][0]["expression"].is_string(),
            "no licence: {component}"
        );
    }
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": { "type": "application", "name": "precinto", "version": env!("CARGO_PKG_VERSION") } },
        "components": components,
    });
    let program = std::env::current_exe().expect("this test");
    let target = program.ancestors().nth(3).expect("the target folder");
    let text = serde_json::to_string_pretty(&bill).expect("JSON");
    std::fs::write(target.join("precinto.cdx.json"), text).expect("a file");
}
