//! The README's commands by hand, as they stand there: what a reader types works.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use precinto_tests::{GatewayProcess, precinto};
use tempfile::TempDir;

/// What a reader types.
struct Section {
    /// What the README says is for every terminal.
    each_terminal: String,
    /// The other commands, in their order.
    commands: Vec<String>,
}

/// The commands of the section "By hand", without their comments.
fn by_hand() -> Section {
    let readme = include_str!("../../README.md");
    let section = readme.split("## By hand").nth(1).expect("the section");
    let block = section.split("```").nth(1).expect("its commands");
    // What follows the fence is the language.
    let lines = block.lines().skip(1).map(|line| {
        let (command, comment) = line.split_once(" #").unwrap_or((line, ""));
        (
            command.trim().to_owned(),
            comment.contains("in each terminal"),
        )
    });
    let (each, commands): (Vec<_>, Vec<_>) = lines.partition(|(_, each)| *each);
    let commands = commands.into_iter().map(|(command, _)| command);
    let [(each_terminal, _)] = each.try_into().expect("one line for each terminal");
    Section {
        each_terminal,
        commands: commands.collect(),
    }
}

/// A folder like a reader's, with the binary under test where a release build puts it.
fn checkout() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let release = folder.path().join("target/release");
    std::fs::create_dir_all(&release).expect("a folder");
    std::os::unix::fs::symlink(precinto(), release.join("precinto")).expect("a link");
    folder
}

/// Runs one line in a terminal of its own, after what is for each.
fn terminal(folder: &Path, section: &Section, line: &str) -> Output {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("{}\n{line}", section.each_terminal)])
        .current_dir(folder)
        .stdin(Stdio::null());
    command.output().expect("a shell")
}

/// The ports in the files are fixed, as a reader would have them; two runs of the tests must not meet there.
fn free_port(folder: &Path) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut command = Command::new("sh");
    let line = format!("sed -i s/127.0.0.1:7443/{address}/ site/gateway.toml site/nodes/*.toml");
    let done = command.args(["-c", &line]).current_dir(folder).status();
    assert!(done.expect("a shell").success());
}

#[test]
fn what_the_readme_says_by_hand_works() {
    let folder = checkout();
    let section = by_hand();
    let mut gateway = None;
    let mut watch = None;
    for line in &section.commands {
        if line.starts_with("precinto gateway run") {
            free_port(folder.path());
            let config = folder.path().join("site/gateway.toml");
            gateway = Some(GatewayProcess::start(precinto(), &config));
        } else if line.starts_with("precinto watch") {
            watch = Some(format!("{line} --until-caught-up"));
        } else {
            let out = terminal(folder.path(), &section, line);
            let talk = String::from_utf8_lossy(&out.stderr);
            assert!(out.status.success(), "{line}: {talk}");
        }
    }
    let watch = watch.expect("the README watches");
    let seen = terminal(folder.path(), &section, &watch);
    let text = String::from_utf8_lossy(&seen.stdout);
    assert!(text.contains("EXERCISE"), "{watch}: {text}");
    assert!(gateway.expect("the README runs a gateway").stop().success());
}
