//! The commands of the README, and commands and code of the page for foreign clients, as they stand there: what a reader types works.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use precinto_envelope::crypto::sha256;
use precinto_envelope::pae::statement_id;
use precinto_merkle::leaf::{EntryType, commitment};
use precinto_tests::{GatewayProcess, node_js, precinto};
use tempfile::TempDir;

/// What a reader types.
struct Section {
    /// What the README says is for every terminal.
    each_terminal: String,
    /// The other commands, in their order.
    commands: Vec<String>,
}

/// The page for whoever writes a client of their own.
const PAGE: &str = include_str!("../../proto/README.md");

/// The commands of the section "By hand", without their comments.
fn by_hand() -> Section {
    let readme = include_str!("../../README.md");
    let section = readme.split("## By hand").nth(1).expect("the section");
    commands(section)
}

/// The commands of the first block of a section, without their comments.
fn commands(section: &str) -> Section {
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

#[test]
fn what_the_page_for_foreign_clients_says_works() {
    if node_js().is_none() {
        return;
    }
    let folder = checkout();
    for part in ["proto", "tests"] {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(part);
        std::os::unix::fs::symlink(here, folder.path().join(part)).expect("a link");
    }
    let section = commands(PAGE);
    let mut gateway = None;
    let mut said = String::new();
    for line in &section.commands {
        if line.starts_with("precinto gateway run") {
            free_port(folder.path());
            let config = folder.path().join("site/gateway.toml");
            gateway = Some(GatewayProcess::start(precinto(), &config));
        } else if line.starts_with("npm ci") {
            // Once a machine is enough, and not for a test to do.
            assert!(
                include_str!("../../.ci/run").contains(line.as_str()),
                "{line}"
            );
        } else {
            let out = terminal(folder.path(), &section, line);
            let talk = String::from_utf8_lossy(&out.stderr);
            assert!(out.status.success(), "{line}: {talk}");
            said = String::from_utf8_lossy(&out.stdout).into_owned();
        }
    }
    assert!(said.contains("\"ok\":true"), "{said}");
    assert!(gateway.expect("the page runs a gateway").stop().success());
}

/// The client that is run has what the page shows, so the page's code is run.
#[test]
fn the_code_of_the_page_is_that_of_the_client() {
    let client = include_str!("../node/precinto_client.mjs");
    let mut shown = 0;
    for block in PAGE.split("```").skip(1).step_by(2) {
        let (language, code) = block.split_once('\n').expect("a language");
        match language {
            "sh" => {}
            "js" => {
                assert!(client.contains(code), "not in the client: {code}");
                shown += 1;
            }
            other => panic!("a block that nobody runs: {other:?}"),
        }
    }
    assert!(shown >= 3, "{shown} pieces of code");
}

/// What a newcomer's first hashes are compared with.
#[test]
fn the_hashes_of_the_page_are_ours() {
    let salt = [0; 32];
    for hash in [
        statement_id(b"abc"),
        sha256(&[b"precinto/pt/v1\0", b"abc"]),
        commitment(EntryType::Statement, &salt, b"abc"),
    ] {
        let hex: Vec<String> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(PAGE.contains(&hex.concat()), "{}", hex.concat());
    }
}
