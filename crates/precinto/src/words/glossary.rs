//! One word for one thing in Spanish, and nothing for people in English alone: rules about the texts of this crate.

use std::path::{Path, PathBuf};

/// Where the English says the one, the Spanish says the other.
const ALWAYS: [(&str, &str); 9] = [
    ("the log", "bitácora"),
    ("gateway", "pasarela"),
    ("receipt", "recibo"),
    ("statement", "mensaje"),
    ("checkpoint", "punto"),
    ("narrative", "relato"),
    ("verifier key", "llave"),
    ("private key", "llave"),
    ("own copy", "copia propia"),
];

/// Words that another desk would take for something else.
const NEVER: [&str; 5] = [
    "declaración",
    "narración",
    "registro",
    "liquida",
    "clave de la bitácora",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without comments and tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let lines: Vec<&str> = text.lines().filter(is_code).collect();
    lines.join("\n").replace("'\"'", "' '")
}

/// The string literals of a text, each with what stands before it since the one before.
fn literals(code: &str) -> Vec<(String, String)> {
    let (mut found, mut between, mut letters) = (Vec::new(), String::new(), code.chars());
    while let Some(letter) = letters.next() {
        if letter != '"' {
            between.push(letter);
            continue;
        }
        let mut literal = String::new();
        while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
            literal.push(letter);
            if letter == '\\' {
                literal.extend(letters.next());
            }
        }
        found.push((std::mem::take(&mut between), literal));
    }
    found
}

/// Every file of this crate but those of tests.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    files.retain(|path| !path.ends_with("tests.rs") && !path.ends_with("glossary.rs"));
    assert!(files.len() > 100, "{}", files.len());
    files
}

#[test]
fn spanish_has_one_word_for_one_thing() {
    let mut wrong = Vec::new();
    let mut pairs = 0;
    for path in files() {
        let literals = literals(&code(&path));
        for two in literals.windows(2) {
            let [(_, english), (between, spanish)] = two else {
                continue;
            };
            // `"en", "es"`, or the same with `format!` around each.
            let apart: String = between.split_whitespace().collect();
            if ![",", "),format!("].contains(&apart.as_str()) || !words(english) {
                continue;
            }
            pairs += 1;
            let (en, es) = (said_of(english).to_lowercase(), spanish.to_lowercase());
            let lacks = ALWAYS
                .iter()
                .any(|(one, other)| en.contains(one) && !es.contains(other));
            let bad = NEVER.iter().any(|word| es.contains(word));
            let same_language = words(spanish);
            if (lacks || bad) && same_language {
                wrong.push(format!("{}: {english} | {spanish}", path.display()));
            }
        }
    }
    assert!(pairs > 300, "{pairs}");
    assert_eq!(wrong, [""; 0]);
}

/// What a text says before something that a person types.
fn said_of(text: &str) -> &str {
    let typed = ["precinto ", "grpcurl ", "{program} "].map(|program| text.find(program));
    let at = typed.into_iter().flatten().min().unwrap_or(text.len());
    text.split_at(at).0
}

/// Whether a text has two words of a sentence beside each other; what a person types is no sentence.
fn words(text: &str) -> bool {
    let said = said_of(text);
    let is_word = |word: &str| word.len() > 1 && word.chars().all(char::is_alphabetic);
    let said: Vec<&str> = said
        .split(' ')
        .map(|word| word.trim_matches([',', ':', '.', ';']))
        .collect();
    said.windows(2)
        .any(|two| two.iter().all(|word| is_word(word)))
}

#[test]
fn nothing_is_said_in_english_alone() {
    let mut wrong = Vec::new();
    for path in files() {
        for (before, literal) in literals(&code(&path)) {
            let call: String = before.split_whitespace().collect();
            let said = [
                "talk(",
                "talk(format!(",
                ".line(",
                ".line(format!(",
                "lines.push(format!(",
            ];
            if said.iter().any(|call_of| call.ends_with(call_of)) && words(&literal) {
                wrong.push(format!("{}: {literal}", path.display()));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}
