//! Every sentence of a rule, found in the sources, stands there in two languages.

use super::*;
use std::path::{Path, PathBuf};

/// Where rules stand, from this crate's folder.
const SOURCES: [&str; 4] = [
    "src",
    "../gateway/src/policy.rs",
    "../gateway/src/subscribe.rs",
    "../gateway/src/submit",
];
/// Words that no Spanish sentence has.
const ENGLISH: [&str; 12] = [
    "the", "of", "and", "or", "not", "with", "without", "must", "should", "than", "at", "more",
];

/// Rust files below `path`, or itself; files of tests are left out.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(path).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_stem().is_some_and(|name| name != "tests"))
        .filter(|path| path.is_dir() || path.extension().is_some_and(|name| name == "rs"))
        .flat_map(|path| files(&path))
        .collect()
}

/// The source without comments and tests.
fn code(path: &Path) -> String {
    let source = std::fs::read_to_string(path).unwrap();
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Two literals that make a [`Detail`]: `("…", "…")`, or two `format!` one after the other.
fn pairs(code: &str) -> Vec<(String, String)> {
    // Without quotes that end no literal, every second piece is the text of one.
    let code = code.replace("\\\"", "'").replace("'\"'", "");
    let pieces: Vec<&str> = code.split('"').map(str::trim).collect();
    let (mut pairs, mut at) = (Vec::new(), 0);
    while let Some([before, one, between, other, after]) = pieces.get(at..at + 5) {
        let ends = after.trim_start_matches(',').trim_start().starts_with(')');
        let plain = before.ends_with('(') && *between == "," && ends;
        // Arguments may stand between them, but no other statement or arm.
        let formatted = before.ends_with("format!(")
            && between.ends_with("format!(")
            && !between.contains([';', '{', '>']);
        if plain || formatted {
            pairs.push(((*one).to_owned(), (*other).to_owned()));
        }
        at += if plain || formatted { 4 } else { 2 };
    }
    pairs
}

/// The English words of a sentence; what stands between braces is a name of the program's and no word.
fn english_words(text: &str) -> Vec<&str> {
    let said = text
        .split('{')
        .flat_map(|piece| match piece.split_once('}') {
            Some((_, behind)) => behind.split(' '),
            None => piece.split(' '),
        });
    said.flat_map(|piece| piece.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|word| ENGLISH.contains(word))
        .collect()
}

#[test]
fn every_rule_is_written_in_two_languages() {
    let mut found = 0;
    for root in SOURCES {
        for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(root)) {
            for (en, es) in pairs(&code(&path)) {
                let at = path.display();
                assert_ne!(en, es, "{at}: no Spanish");
                assert!(!es.trim().is_empty(), "{at}: no Spanish for {en}");
                assert_eq!(english_words(&es), [""; 0], "{at}: {es}");
                found += 1;
            }
        }
    }
    assert!(found > 200, "the walk found only {found} sentences");
}

/// What the walk must see, or it would be blind.
#[test]
fn the_walk_sees_what_is_missing() {
    let source = r#"found.error(at, R, ("same", "same")); let d = (format!("{x} of {}", y), format!("{x} of {}", y));"#;
    assert_eq!(
        pairs(source),
        [
            ("same".to_owned(), "same".to_owned()),
            ("{x} of {}".to_owned(), "{x} of {}".to_owned())
        ]
    );
    assert_eq!(english_words("y otras {more} not{x} of"), ["not", "of"]);
}

#[test]
fn fixed_texts_are_not_copied_and_each_language_gets_its_own() {
    let detail = Detail::from(("one", "uno"));
    assert!(matches!(
        (&detail.en, &detail.es),
        (Cow::Borrowed(_), Cow::Borrowed(_))
    ));
    assert_eq!(
        (detail.text(Lang::En), detail.text(Lang::Es)),
        ("one", "uno")
    );
    assert_eq!(detail.to_string(), "one");
    assert!(!detail.is_empty() && Detail::default().is_empty());
}
