//! `check`: what a monitoring program is told of certificates and revocation lists, and by which exit code.

use super::keys::{made, node};
use super::{objects, run, stderr, stdout, text};
use std::path::Path;

/// The exit code and the state in JSON.
fn checked(arguments: &[&str]) -> (Option<i32>, String, serde_json::Value) {
    let output = run(&[&["check"], arguments, &["--format", "json"]].concat());
    let mut told = objects(&output);
    assert_eq!(told.len(), 1, "{}", stderr(&output));
    let told = told.remove(0);
    assert_eq!(text(&told, "schema"), "precinto.check/v1");
    (output.status.code(), text(&told, "state").to_owned(), told)
}

fn put(path: &Path, bytes: &[u8]) {
    std::fs::File::create(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, bytes))
        .expect("a file");
}

#[test]
fn the_exit_code_says_what_monitoring_expects() {
    let folder = made();
    let lax = node(folder.path(), "us-cbp-lax");
    let gateway = folder.path().join("gateway.toml").display().to_string();
    for of in ["cert", "crl"] {
        for whose in [["--node", &lax], ["--config", &gateway]] {
            let with = |flags: &[&str]| {
                let (code, state, told) = checked(&[&[of], &whose[..], flags].concat());
                assert!(
                    told.get("checks")
                        .is_some_and(|checks| checks[0].is_object())
                );
                (code, state)
            };
            let expect = |code, state: &str| (Some(code), state.to_owned());
            assert_eq!(with(&["-w", "2", "-c", "1"]), expect(0, "ok"), "{of}");
            assert_eq!(with(&["-w", "8", "-c", "1"]), expect(1, "warning"), "{of}");
            assert_eq!(with(&["-w", "9", "-c", "8"]), expect(2, "critical"), "{of}");
            assert_eq!(with(&[]), expect(0, "ok"), "{of}: fresh by itself");
        }
    }
    let revoked = node(folder.path(), "us-cbp-lost");
    let (code, _, told) = checked(&["cert", "--node", &revoked]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.to_string().contains("CERT_REVOKED"), "{told}");
}

#[test]
fn zero_never_means_that_nothing_could_be_read() {
    let folder = made();
    let lax = node(folder.path(), "us-cbp-lax");
    let list = folder.path().join("trust/mx.dev.invalid/root.crl.pem");
    let root = folder.path().join("trust/mx.dev.invalid/root.pem");
    let sound = std::fs::read(&list).expect("a list");
    std::fs::remove_file(&list).expect("a file");
    assert_eq!(checked(&["crl", "--node", &lax]).0, Some(3), "no file");
    // Of the other side's list nothing is known, and so not whether its root counts.
    assert_eq!(checked(&["cert", "--node", &lax]).0, Some(3));
    let other = folder.path().join("trust/us.dev.invalid/root.crl.pem");
    put(&list, &std::fs::read(other).expect("a list"));
    assert_eq!(
        checked(&["crl", "--node", &lax]).0,
        Some(2),
        "another's list"
    );
    put(&list, &sound);
    put(&root, b"no PEM");
    assert_eq!(checked(&["cert", "--node", &lax]).0, Some(3), "no PEM");
    assert_eq!(
        checked(&["cert", "--node", "/nowhere/node.toml"]).0,
        Some(3)
    );
    assert_eq!(
        checked(&["crl", "--config", "/nowhere/gateway.toml"]).0,
        Some(3)
    );
}

#[test]
fn a_plugin_says_one_line() {
    let folder = made();
    let lax = node(folder.path(), "us-cbp-lax");
    let nagios = ["check", "cert", "--node", &lax, "--format", "nagios"];
    let output = run(&[&nagios[..], &["-w", "8", "-c", "1"]].concat());
    let line = stdout(&output);
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.starts_with("CERT WARNING - "), "{line}");
    assert!(line.contains(" | 'TLS certificate'="), "{line}");
    assert!(line.trim_end().contains("s;691200:;86400:"), "{line}");
    let people = stdout(&run(&["check", "crl", "--node", &lax, "--lang", "es"]));
    assert!(people.contains("lista de revocación"), "{people}");
    let wrong = run(&["check", "cert", "--node", &lax, "-w", "1", "-c", "2"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", stdout(&wrong));
    assert!(stderr(&wrong).contains("-c"), "{}", stderr(&wrong));
}
