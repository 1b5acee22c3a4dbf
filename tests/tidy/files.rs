//! Rules about single files: heads, lengths, forbidden names, keys.

use crate::source::{files, root, rust, shown, text};

/// Past this many lines without its tests, a file wants a cut by concept (crates/README.md, steering marks).
const LINES_MAX: usize = 600;
/// Nine files of ten stay below this many lines without their tests.
const LINES_USUAL: usize = 400;

#[test]
fn every_rust_file_opens_with_what_it_is() {
    let bare: Vec<_> = rust()
        .iter()
        .filter(|p| !text(p).starts_with("//! "))
        .map(|p| shown(p))
        .collect();
    assert!(bare.is_empty(), "no `//!` head: {bare:#?}");
}

/// Lines of a file without the unit tests at its end.
fn lines(text: &str) -> usize {
    text.lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .count()
}

#[test]
fn files_stay_short() {
    let product: Vec<_> = rust()
        .into_iter()
        .filter(|p| shown(p).contains("/src/") && !p.ends_with("tests.rs"))
        .collect();
    let mut long = Vec::new();
    let mut usual = 0;
    for path in &product {
        let lines = lines(&text(path));
        if lines > LINES_MAX {
            long.push(format!("{} has {lines} lines", shown(path)));
        }
        usual += usize::from(lines <= LINES_USUAL);
    }
    assert!(long.is_empty(), "cut by concept: {long:#?}");
    assert!(
        usual * 10 >= product.len() * 9,
        "only {usual} of {} below {LINES_USUAL}",
        product.len()
    );
}

#[test]
fn no_room_is_called_misc() {
    let forbidden = [
        "util", "utils", "common", "misc", "helpers", "types", "manager", "mod",
    ];
    let found: Vec<_> = rust()
        .iter()
        .filter(|p| {
            let stem = p.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
            forbidden.contains(&stem)
        })
        .map(|p| shown(p))
        .collect();
    assert!(found.is_empty(), "name by promise, not by kind: {found:#?}");
}

#[test]
fn no_private_key_is_in_the_repository() {
    // A key, not the words: the line after the marker begins a PKCS#8 SEQUENCE in base64.
    let marker = format!("-----BEGIN {}-----\nM", "PRIVATE KEY");
    let mut found = Vec::new();
    for folder in ["crates", "proto", "tests", "certs-dev"] {
        for path in files(folder, "") {
            let secret = std::fs::read(&path)
                .is_ok_and(|bytes| bytes.windows(marker.len()).any(|w| w == marker.as_bytes()));
            // What `keys dev` writes into certs-dev is kept out by its .gitignore.
            if secret && !shown(&path).starts_with("certs-dev/") {
                found.push(shown(&path));
            }
        }
    }
    assert!(found.is_empty(), "private keys: {found:#?}");
    let ignore = text(&root().join("certs-dev/.gitignore"));
    assert!(
        ignore.lines().any(|l| l == "*"),
        "certs-dev/.gitignore must keep everything out"
    );
}

#[test]
fn no_ignored_tests_and_no_panicking_expectations() {
    let marks = [format!("#[{}", "ignore"), format!("#[{}", "should_panic")];
    let found: Vec<_> = rust()
        .iter()
        .filter(|p| marks.iter().any(|m| text(p).contains(m)))
        .map(|p| shown(p))
        .collect();
    assert!(found.is_empty(), "{marks:?} in {found:#?}");
}
