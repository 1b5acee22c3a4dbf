//! Configuration: examples that pass the check, unknown keys met with a suggestion, origins named.

use super::keys::{made, node};
use super::{objects, precinto, run, stderr, stdout, text};
use std::io::Write;
use std::path::Path;

fn write(path: &Path, text: &str) {
    let written = std::fs::File::create(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.expect("the file can be written");
}

#[test]
fn the_examples_pass_the_check_once_their_files_are_there() {
    let folder = made();
    let example = stdout(&run(&["config", "example", "node"]));
    let path = folder.path().join("nodes/example.toml");
    write(&path, &example);
    let output = run(&["config", "check", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    let example = stdout(&run(&["config", "example", "gateway"]));
    for domain in ["us", "mx"] {
        let trust = folder.path().join(format!("trust/{domain}.dev.invalid"));
        let place = folder.path().join(domain);
        for file in ["root.pem", "root.crl.pem"] {
            std::fs::copy(trust.join(file), place.join(file)).expect("the trust is there");
        }
    }
    // Who signs the first part of the directory is settled between the sides, and differs from the example.
    let own = folder.path().join("gateway.toml");
    let own = std::fs::read_to_string(own).expect("the gateway's file");
    let is_theirs = |line: &&str| line.starts_with("stewards = ");
    let mut theirs = own.lines().filter(is_theirs);
    let lines = example.lines().map(|line| {
        let own = is_theirs(&line).then(|| theirs.next().expect("one line a side"));
        own.unwrap_or(line)
    });
    let example = lines.collect::<Vec<_>>().join("\n");
    let path = folder.path().join("example-gateway.toml");
    write(&path, &example);
    let output = run(&["config", "check", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_misspelt_key_is_refused_with_the_right_one() {
    let folder = made();
    let path = folder.path().join("nodes/us-cbp-lax.toml");
    let sound = std::fs::read_to_string(&path).expect("the node's file");
    write(
        &path,
        &sound.replace("gateway_identity", "gateway_identiti"),
    );
    let output = run(&["config", "check", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("did you mean \"gateway_identity\""),
        "{}",
        stderr(&output)
    );
}

#[test]
fn the_origin_of_a_value_is_named() {
    let folder = made();
    let file = node(folder.path(), "us-cbp-lax");
    let origin_of = |output: &std::process::Output| {
        let shown = objects(output).pop().expect("one object");
        let settings = shown
            .get("settings")
            .and_then(serde_json::Value::as_array)
            .cloned();
        let settings = settings.expect("settings");
        let gateway = settings.iter().find(|one| text(one, "key") == "gateway");
        gateway
            .map(|one| text(one, "origin").to_owned())
            .expect("a gateway")
    };
    let show = ["-o", "json", "config", "show", "--origin", "--node", &file];
    assert_eq!(origin_of(&run(&show)), "file");
    let flag = [show.as_slice(), &["--gateway", "127.0.0.1:1"]].concat();
    assert_eq!(origin_of(&run(&flag)), "flag");
    let output = precinto()
        .args(show)
        .env("PRECINTO_GATEWAY", "127.0.0.1:1")
        .output();
    assert_eq!(origin_of(&output.expect("the binary runs")), "environment");
}

#[test]
fn secrets_are_never_shown() {
    let folder = made();
    let output = run(&[
        "config",
        "show",
        "--node",
        &node(folder.path(), "us-cbp-lax"),
    ]);
    assert!(!stdout(&output).contains("PRIVATE KEY"));
    let draft = stdout(&run(&["config", "example", "alert"]));
    assert!(
        draft.contains("status: EXERCISE"),
        "the example alarms nobody"
    );
}
