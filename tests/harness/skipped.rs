//! What a test that cannot run does: it says so visibly, or fails where nothing may be skipped. One file for every crate's tests,
//! included by its path, because the libraries are below the package of the whole-system tests and cannot depend on it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Says visibly that something was not tested: written past the test runner, which hides what a passing test prints.
/// Where nothing may be skipped (`PRECINTO_NO_SKIP`, set in CI for what it has provided), it fails instead.
pub fn skipped(why: &str) {
    assert!(
        std::env::var_os("PRECINTO_NO_SKIP").is_none(),
        "must not be skipped here: {why}"
    );
    say_skipped(why);
}

/// Says it where it is known that nothing can be done about it.
pub fn say_skipped(why: &str) {
    writeln!(std::io::stderr(), "SKIPPED: {why}").expect("stderr");
}

/// A file or a folder of `shared`, which lies beside the project and not in it: vectors, data and tools that nobody here wrote.
pub fn shared(path: &str) -> Option<PathBuf> {
    let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let project = above.find(|folder| folder.join("Cargo.lock").is_file());
    let beside = project.and_then(Path::parent).expect("a project");
    let whole = beside.join("shared").join(path);
    if whole.try_exists().unwrap_or(false) {
        return Some(whole);
    }
    skipped(&format!("../shared/{path} is not here"));
    None
}
