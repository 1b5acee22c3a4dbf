//! What a newcomer sees first: the top level holds what belongs there, and nothing else.

use crate::source::root;

#[test]
fn top_level_is_the_agreed_one() {
    let agreed = [
        "Cargo.toml",
        "Cargo.lock",
        "LICENSE",
        "CHANGELOG.md",
        "README.md",
        "proto",
        "crates",
        "certs-dev",
        "tests",
    ];
    let mut names: Vec<String> = std::fs::read_dir(root())
        .expect("the workspace")
        .map(|e| {
            e.expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| !name.starts_with('.') && name != "target")
        .collect();
    names.sort();
    let mut want: Vec<String> = agreed.iter().map(|s| (*s).to_owned()).collect();
    want.sort();
    assert_eq!(names, want);
}

#[test]
fn ci_runs_what_the_readme_says() {
    let script = std::fs::read_to_string(root().join(".ci/run")).expect(".ci/run");
    for command in [
        "cargo fmt --all --check",
        "cargo clippy",
        "cargo doc",
        "cargo test --workspace",
        "demo --input",
    ] {
        assert!(script.contains(command), ".ci/run does not run `{command}`");
    }
}
