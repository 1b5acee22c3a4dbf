//! What the script of CI lets pass, and what it does not.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::source::root;

/// What becomes of the step that fetches the Node.js client's packages where `npm` does this: whether it passes, and whether the
/// client's tests may be skipped then.
fn node_environment(npm: Option<&str>) -> (bool, bool) {
    let script = std::fs::read_to_string(root().join(".ci/run")).expect(".ci/run");
    let (_, step) = script.split_once("node_environment() {").expect("the step");
    let (step, _) = step.split_once("\n}\n").expect("its end");
    let folder = tempfile::tempdir().expect("a folder");
    if let Some(npm) = npm {
        program(&folder.path().join("npm"), npm);
    }
    for tool in ["mktemp", "tee", "grep", "rm", "cat"] {
        let found = ["/usr/bin", "/bin"].map(|bin| Path::new(bin).join(tool));
        let found = found.iter().find(|path| path.is_file()).expect(tool);
        std::os::unix::fs::symlink(found, folder.path().join(tool)).expect("a link");
    }
    let skips = "[ \"${PRECINTO_WITHOUT_NODE:-}\" = 1 ] && echo WITHOUT || true";
    let script =
        format!("set -euo pipefail\nnode_environment() {{{step}\n}}\nnode_environment\n{skips}\n");
    let mut bash = Command::new("/bin/bash");
    bash.args(["-c", &script]).env("PATH", folder.path());
    bash.env_remove("PRECINTO_WITHOUT_NODE");
    let out = bash.output().expect("bash runs");
    let said = String::from_utf8_lossy(&out.stdout);
    assert_eq!(said.contains("WITHOUT"), said.contains("SKIPPED"), "{said}");
    (out.status.success(), said.contains("WITHOUT"))
}

fn program(path: &Path, text: &str) {
    let mut file = std::fs::File::create(path).expect("a file");
    write!(file, "#!/bin/bash\n{text}\n").expect("written");
    let mode = std::fs::Permissions::from_mode(0o755);
    file.set_permissions(mode).expect("a program");
}

#[test]
fn only_a_missing_npm_or_an_unreachable_registry_leaves_the_node_client_out() {
    let ends = |code: &str| {
        let text = format!("echo 'npm error code {code}' >&2\necho 'npm error why' >&2\nexit 1");
        node_environment(Some(&text))
    };
    assert_eq!(node_environment(Some("exit 0")), (true, false));
    assert_eq!(node_environment(None), (true, true));
    for unreachable in ["ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN"] {
        assert_eq!(ends(unreachable), (true, true), "{unreachable}");
    }
    // Another package than the one that was locked, a lock file that does not fit, a full disk, and what nobody foresaw.
    for wrong in ["EINTEGRITY", "EUSAGE", "ENOSPC", "E404"] {
        assert!(!ends(wrong).0, "{wrong}");
    }
    assert!(!node_environment(Some("exit 1")).0);
}
