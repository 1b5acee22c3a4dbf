//! Documents say what is true: commands, crates and files that they name exist.

use crate::source::{files, root, shown, text};

#[test]
fn readme_shows_the_two_commands() {
    let readme = text(&root().join("README.md"));
    for command in ["cargo run --release -- demo", "cargo test --workspace"] {
        assert!(
            readme.contains(command),
            "README.md does not show `{command}`"
        );
    }
    assert!(
        readme.contains("not affiliated"),
        "README.md must say whose project this is not"
    );
}

#[test]
fn every_crate_stands_in_the_architecture_document() {
    let map = text(&root().join("crates/README.md"));
    for entry in std::fs::read_dir(root().join("crates")).expect("the crates") {
        let path = entry.expect("a crate").path();
        if path.is_dir() {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            assert!(
                map.contains(&format!("`{name}`")),
                "crates/README.md does not name `{name}`"
            );
        }
    }
}

/// A reader who follows a link arrives.
#[test]
fn relative_links_lead_somewhere() {
    let mut dead = Vec::new();
    let mut documents = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    documents.extend(files("crates", ".md"));
    documents.extend(files("certs-dev", ".md"));
    documents.extend(files("proto", ".md"));
    documents.extend(files("tests", ".md"));
    for document in documents {
        let folder = document.parent().expect("a folder").to_owned();
        for part in text(&document).split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default();
            let target = target.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            if !folder.join(target).try_exists().unwrap_or(false) {
                dead.push(format!("{}: {target}", shown(&document)));
            }
        }
    }
    assert!(dead.is_empty(), "dead links: {dead:#?}");
}

/// Nothing that only one machine has is named in what everybody gets.
#[test]
fn no_path_of_one_machine() {
    let home = format!("/{}/", "root");
    let mut found = Vec::new();
    for folder in ["crates", "proto", "tests", "certs-dev"] {
        for path in files(folder, "") {
            if std::fs::read_to_string(&path).is_ok_and(|t| t.contains(&home)) {
                found.push(shown(&path));
            }
        }
    }
    assert!(found.is_empty(), "paths of one machine in {found:#?}");
}
