//! A client in another language, with stubs from `proto/` alone, signs, submits, subscribes and verifies.

use std::process::Command;

use precinto_tests::{Site, audit, python};

#[test]
fn a_python_client_does_it_with_its_own_libraries() {
    let Some(python) = python() else { return };
    let site = Site::new();
    let gateway = site.start();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/python");
    let out = Command::new(python)
        .arg(format!("{folder}/precinto_client.py"))
        .args(["--proto", concat!(env!("CARGO_MANIFEST_DIR"), "/../proto")])
        .args(["--gateway", gateway.address()])
        .arg("--sender")
        .arg(site.node_file("us-cbp-lax"))
        .arg("--receiver")
        .arg(site.node_file("mx-anam-mex"))
        .output()
        .expect("python runs");
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(
        out.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let said: serde_json::Value = serde_json::from_str(&text).expect("one JSON object");
    assert_eq!(said["ok"], true, "{said}");
    assert!(gateway.stop().success());
    audit(&site);
}

#[test]
fn the_foreign_client_stays_small() {
    let source = include_str!("../python/precinto_client.py");
    assert!(source.lines().count() <= 300, "at most 300 lines");
}
