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
    "clave de la bitácora",
    // To Mexican customs that is the assessment of duties; "líquido" has an accent.
    "liquid",
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

/// The string literals of a text, each with what stands before it since the one before; an empty one at the end.
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
    found.push((between, String::new()));
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

/// What takes a text for people as it is, with and without values in it.
const SAYS: [&str; 9] = [
    "talk(",
    "talk(format!(",
    ".line(",
    ".line(format!(",
    "lines.push(format!(",
    "Text::same(",
    "Text::same(format!(",
    "Text::chosen(",
    "Text::chosen(format!(",
];

/// The sentences that a piece of code says in one language.
fn in_one_language(code: &str) -> Vec<String> {
    let literals = literals(code);
    let mut found = Vec::new();
    for two in literals.windows(2) {
        let [(before, literal), (behind, _)] = two else {
            continue;
        };
        let apart = |code: &str| code.split_whitespace().collect::<String>();
        let (before, behind) = (apart(before), apart(behind));
        let ends = |calls: &[&str]| calls.iter().any(|call| before.ends_with(call));
        // `Text::new("…", None)`, and the same with `format!` around it, whatever its values are.
        let statement = behind.split(';').next().unwrap_or_default();
        let alone = ends(&["Text::new(", "Text::new(format!("]) && statement.contains(",None)");
        if (ends(&SAYS) || alone) && words(literal) {
            found.push(literal.clone());
        }
    }
    found
}

#[test]
fn nothing_is_said_in_english_alone() {
    let mut wrong = Vec::new();
    for path in files() {
        let said = in_one_language(&code(&path));
        wrong.extend(said.iter().map(|one| format!("{}: {one}", path.display())));
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_sentence_in_one_language_is_noticed_wherever_it_is_said() {
    for code in [
        r#"Text::same("the disk is full")"#,
        r#"Text::same(format!("the disk of {name} is full"))"#,
        r#"Text::chosen( "the disk is full".to_owned())"#,
        r#"Text::new("the disk is full", None)"#,
        r#"Text::new(format!("the disk of {} is full", name), None)"#,
        r#"output.talk("the disk is full")"#,
    ] {
        assert_eq!(in_one_language(code).len(), 1, "{code}");
    }
    for code in [
        "Text::same(config.display())",
        r#"Text::new("the disk is full", Some(es))"#,
        r#"Text::from(("the disk is full", "el disco está lleno"))"#,
    ] {
        assert_eq!(in_one_language(code), [""; 0], "{code}");
    }
}

/// The catalogue of reasons is another crate's, and read by the same people.
#[test]
fn no_reason_settles_duties() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../alert/src/reason");
    let mut files = Vec::new();
    sources(&folder, &mut files);
    assert!(files.len() > 10, "{}", files.len());
    for path in files {
        for (_, literal) in literals(&code(&path)) {
            assert!(!literal.to_lowercase().contains("liquid"), "{literal}");
        }
    }
}
