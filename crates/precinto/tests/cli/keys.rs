//! `keys dev`: a set that the doctor finds well, and that says where it is not.

use super::{objects, run, stderr, text};
use std::path::Path;

/// Makes a set in a fresh folder.
pub(crate) fn made() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().display().to_string();
    let output = run(&["keys", "dev", "--out", &out]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    folder
}

/// The file of a node in a set.
pub(crate) fn node(folder: &Path, name: &str) -> String {
    folder
        .join(format!("nodes/{name}.toml"))
        .display()
        .to_string()
}

fn doctor(arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
    let output = run(&[&["-o", "json", "doctor", "--offline"], arguments].concat());
    let found = objects(&output).pop().expect("one object");
    (output.status.code(), found)
}

#[test]
fn the_doctor_finds_the_set_well_and_the_revoked_node_not() {
    let folder = made();
    for name in [
        "us-cbp-lax",
        "us-oversight-audit",
        "mx-anam-mex",
        "mx-cofepris-hq",
    ] {
        let (code, found) = doctor(&["--node", &node(folder.path(), name)]);
        assert_eq!(code, Some(0), "{name}: {found}");
    }
    for name in ["us-cbp-lost", "mx-fgr-old"] {
        let (code, found) = doctor(&["--node", &node(folder.path(), name)]);
        assert_eq!(code, Some(10), "{name}: {found}");
        assert!(
            found.to_string().contains("CERT_REVOKED"),
            "{name}: {found}"
        );
    }
    let gateway = folder.path().join("gateway.toml").display().to_string();
    assert_eq!(doctor(&["--config", &gateway]).0, Some(0));
}

#[test]
fn the_doctor_names_a_key_that_belongs_to_another() {
    let folder = made();
    let path = node(folder.path(), "us-dea-hq");
    let own = std::fs::read_to_string(&path).expect("the node's file");
    let mixed = own.replace("us/dea/hq.tls.key.pem", "us/atf/hq.tls.key.pem");
    assert_ne!(own, mixed);
    std::fs::File::create(&path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, mixed.as_bytes()))
        .expect("the node's file");
    let (code, found) = doctor(&["--node", &path]);
    assert_eq!(code, Some(10), "{found}");
    let checks = found
        .get("checks")
        .and_then(serde_json::Value::as_array)
        .expect("checks");
    let wrong: Vec<_> = checks
        .iter()
        .filter(|check| text(check, "mark") == "failure")
        .collect();
    assert_eq!(wrong.len(), 1, "{found}");
    assert_eq!(text(wrong[0], "what"), "TLS certificate");
}

#[test]
fn an_older_set_is_kept_unless_forced() {
    let folder = made();
    let out = folder.path().display().to_string();
    let vkey = folder.path().join("gateway/log.vkey");
    let before = std::fs::read(&vkey).expect("the log's key");
    let output = run(&["keys", "dev", "--out", &out]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--force"), "{}", stderr(&output));
    assert_eq!(std::fs::read(&vkey).expect("the log's key"), before);
    assert_eq!(
        run(&["keys", "dev", "--out", &out, "--force"])
            .status
            .code(),
        Some(0)
    );
    assert_ne!(std::fs::read(&vkey).expect("the log's key"), before);
}
