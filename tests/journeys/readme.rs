//! The README's commands by hand, as they stand there: what a reader types works.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use precinto_tests::{GatewayProcess, precinto};

/// The commands of the section "By hand", without their comments.
fn commands() -> Vec<String> {
    let readme = include_str!("../../README.md");
    let section = readme.split("## By hand").nth(1).expect("the section");
    let block = section.split("```").nth(1).expect("its commands");
    let lines = block.lines().filter(|line| line.starts_with("precinto "));
    lines
        .map(|line| {
            line.split(" #")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        })
        .collect()
}

/// Runs one line in a shell, where `precinto` is the binary under test.
fn shell(folder: &Path, line: &str) -> Output {
    let binaries = precinto().parent().expect("its folder").display();
    let path = format!("{binaries}:{}", std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", path)
        .stdin(Stdio::null());
    command.output().expect("a shell")
}

/// The ports in the files are fixed, as a reader would have them; two runs of the tests must not meet there.
fn free_port(folder: &Path) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let line = format!("sed -i s/127.0.0.1:7443/{address}/ site/gateway.toml site/nodes/*.toml");
    assert!(shell(folder, &line).status.success());
}

#[test]
fn what_the_readme_says_by_hand_works() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut gateway = None;
    let mut watch = None;
    for line in commands() {
        if line.starts_with("precinto gateway run") {
            free_port(folder.path());
            let config = folder.path().join("site/gateway.toml");
            gateway = Some(GatewayProcess::start(precinto(), &config));
        } else if line.starts_with("precinto watch") {
            watch = Some(format!("{line} --until-caught-up"));
        } else {
            let out = shell(folder.path(), &line);
            let talk = String::from_utf8_lossy(&out.stderr);
            assert!(out.status.success(), "{line}: {talk}");
        }
    }
    let watch = watch.expect("the README watches");
    let seen = shell(folder.path(), &watch);
    let text = String::from_utf8_lossy(&seen.stdout);
    assert!(text.contains("EXERCISE"), "{watch}: {text}");
    assert!(gateway.expect("the README runs a gateway").stop().success());
}
