//! How what is shipped is compiled: two settings that nobody would miss before it is too late.

use crate::source::{root, text};

#[test]
fn arithmetic_is_checked_and_a_connections_task_dies_alone() {
    let manifest: toml::Table = text(&root().join("Cargo.toml"))
        .parse()
        .expect("a manifest");
    let release = &manifest["profile"]["release"];
    assert_eq!(release["overflow-checks"].as_bool(), Some(true));
    assert_eq!(release["panic"].as_str(), Some("unwind"));
    let packages = release["package"].as_table().expect("packages");
    for (name, settings) in packages {
        assert!(settings.get("overflow-checks").is_none(), "{name}");
    }
}
