//! The repository as the rules see it: its tracked or trackable text files.

use std::path::{Path, PathBuf};

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the workspace exists")
}

/// Every file below `folder` (relative to the root) whose name ends in `suffix`, sorted; build output, installed
/// packages and hidden folders left out.
pub(crate) fn files(folder: &str, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of ours") {
            let path = entry.expect("an entry of ours").path();
            let name = path
                .file_name()
                .and_then(|n| n.to_str())
                .unwrap_or_default()
                .to_owned();
            if path.is_dir() {
                let foreign = ["target", "__pycache__", "node_modules"].contains(&name.as_str());
                if !name.starts_with('.') && !foreign {
                    open.push(path);
                }
            } else if name.ends_with(suffix) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// All Rust files of ours, generated ones left out.
pub(crate) fn rust() -> Vec<PathBuf> {
    let mut all = files("crates", ".rs");
    all.extend(files("tests", ".rs"));
    all.retain(|path| !path.components().any(|c| c.as_os_str() == "generated"));
    all
}

/// The file's text.
pub(crate) fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The path as a reader of the repository would write it.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}
