//! The catalogue against the interface, against its own words, and against the code that gives its reasons.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;

#[test]
fn every_reason_of_the_interface_has_exactly_one_row() {
    let declared: Vec<Reason> = (1..1000).filter_map(|n| Reason::try_from(n).ok()).collect();
    let listed: Vec<Reason> = entries().map(|entry| entry.reason).collect();
    assert_eq!(
        listed, declared,
        "same reasons, in the order of their numbers"
    );
    assert!(declared.len() > 150);
}

#[test]
fn names_are_those_of_the_wire() {
    assert_eq!(name(Reason::S10CheckDigit), "S10_CHECK_DIGIT");
    for entry in entries() {
        assert_eq!(from_name(entry.name()), Some(entry.reason));
    }
    assert_eq!(from_name("UNSPECIFIED"), None);
    assert_eq!(from_name("REASON_SIG_BAD"), None);
    assert_eq!(from_name("sig_bad"), None);
}

#[test]
fn both_languages_say_something_and_not_the_same() {
    for entry in entries() {
        for text in [
            entry.text(Lang::En),
            entry.text(Lang::Es),
            entry.next(Lang::En),
            entry.next(Lang::Es),
        ] {
            assert!(
                text.ends_with('.') && text.len() > 8,
                "{}: {text}",
                entry.name()
            );
        }
        assert_ne!(
            entry.text(Lang::En),
            entry.text(Lang::Es),
            "{}",
            entry.name()
        );
        assert_ne!(
            entry.next(Lang::En),
            entry.next(Lang::Es),
            "{}",
            entry.name()
        );
    }
}

#[test]
fn every_reason_has_exactly_one_example() {
    let given: Vec<Reason> = example::all().map(|(reason, _)| *reason).collect();
    let without: Vec<_> = entries()
        .filter(|entry| given.iter().filter(|one| **one == entry.reason).count() != 1)
        .map(Entry::name)
        .collect();
    assert!(without.is_empty(), "none, or two: {without:?}");
    for lang in [Lang::En, Lang::Es] {
        let texts: BTreeSet<&str> = entries().map(|entry| entry.example(lang)).collect();
        assert_eq!(texts.len(), entries().count(), "an example stands twice");
        for text in texts {
            let first = text.trim_start_matches(['"', '«']).chars().next().unwrap();
            assert!(text.ends_with('.'), "no sentence: {text}");
            assert!(!first.is_lowercase() || begins_with_a_name(text), "{text}");
        }
    }
    for entry in entries() {
        assert_ne!(
            entry.example(Lang::En),
            entry.example(Lang::Es),
            "{}",
            entry.name()
        );
    }
}

/// A field, a node or a command of ours, written as it is written everywhere.
fn begins_with_a_name(text: &str) -> bool {
    let word = text.split(' ').next().unwrap();
    word.contains(['_', '.', ':', '»', '"']) || ["to", "watch", "commodities:"].contains(&word)
}

#[test]
fn codes_follow_the_documented_catalogue() {
    let expected = [
        (Reason::FieldInvalid, GrpcCode::InvalidArgument),
        (Reason::SchemaVersion, GrpcCode::InvalidArgument),
        (Reason::BodyMismatch, GrpcCode::InvalidArgument),
        (Reason::RecipientUnknown, GrpcCode::InvalidArgument),
        (Reason::Size, GrpcCode::OutOfRange),
        (Reason::SigBad, GrpcCode::Unauthenticated),
        (Reason::AlgorithmRefused, GrpcCode::Unauthenticated),
        (Reason::SignerUntrusted, GrpcCode::Unauthenticated),
        (Reason::CertRevoked, GrpcCode::Unauthenticated),
        (Reason::TrustDomainUnknown, GrpcCode::Unauthenticated),
        (Reason::CertRole, GrpcCode::PermissionDenied),
        (Reason::RecipientNotReleasable, GrpcCode::PermissionDenied),
        (Reason::DiplomaticBag, GrpcCode::PermissionDenied),
        (Reason::ClassifiedRefused, GrpcCode::PermissionDenied),
        (Reason::PolicyError, GrpcCode::PermissionDenied),
        (Reason::NotFound, GrpcCode::NotFound),
        (Reason::MessageIdReused, GrpcCode::AlreadyExists),
        (Reason::VersionGap, GrpcCode::FailedPrecondition),
        (Reason::AlertClosed, GrpcCode::FailedPrecondition),
        (Reason::RecalledAlert, GrpcCode::FailedPrecondition),
        (Reason::Expired, GrpcCode::FailedPrecondition),
        (Reason::IndexUnknown, GrpcCode::InvalidArgument),
        (Reason::CreditInvalid, GrpcCode::InvalidArgument),
        (Reason::Quota, GrpcCode::ResourceExhausted),
        (Reason::StorageLow, GrpcCode::ResourceExhausted),
        (Reason::LogReadOnly, GrpcCode::Unavailable),
        (Reason::Rollback, GrpcCode::Unavailable),
        (Reason::Draining, GrpcCode::Unavailable),
        (Reason::PeerUnreachable, GrpcCode::Ok),
        (Reason::WitnessBehind, GrpcCode::Ok),
    ];
    for (reason, code) in expected {
        assert_eq!(entry(reason).code, code, "{}", name(reason));
    }
}

#[test]
fn only_what_is_worth_repeating_is_repeated() {
    let later: BTreeSet<_> = entries()
        .filter(|entry| entry.retry == Retry::Later)
        .map(|entry| entry.code.number())
        .collect();
    let never_cured_by_waiting = [
        GrpcCode::InvalidArgument,
        GrpcCode::PermissionDenied,
        GrpcCode::AlreadyExists,
    ];
    assert!(
        never_cured_by_waiting
            .iter()
            .all(|code| !later.contains(&code.number()))
    );
}

/// Every Rust file under a folder, but for tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "tests" {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && name != "tests.rs" {
            found.push(path);
        }
    }
}

fn crates() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The reasons that code gives. Whoever asks which one it is, by a pattern or a comparison, gives none.
fn given_in(code: &str) -> impl Iterator<Item = String> {
    let places = code.match_indices("Reason::");
    places.filter_map(move |(place, path)| {
        let (before, behind) = code.split_at(place);
        let behind = behind.trim_start_matches(path);
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric());
        let (name, behind) = behind.split_at(end.unwrap_or(behind.len()));
        let (before, behind) = (before.trim_end(), behind.trim_start());
        // `Some(Reason::X)` of a pattern included.
        let inside = behind.trim_start_matches(')').trim_start();
        let before = before.trim_end_matches("Some(").trim_end();
        let is_pattern =
            inside.starts_with("=>") || inside.starts_with('|') || before.ends_with('|');
        let is_compared = before.ends_with("==") || before.ends_with("!=");
        (!is_pattern && !is_compared).then(|| name.to_owned())
    })
}

#[test]
fn what_nothing_gives_is_said_to_be_given_by_nothing() {
    let mut files = Vec::new();
    for name in [
        "alert", "audit", "client", "envelope", "gateway", "ledger", "merkle", "policy", "precinto",
    ] {
        sources(&crates().join(name).join("src"), &mut files);
    }
    files.retain(|path| !path.to_str().unwrap().contains("alert/src/reason"));
    assert!(files.len() > 200, "{}", files.len());
    let mut named = BTreeSet::new();
    for path in files {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        named.extend(given_in(code));
    }
    for entry in entries() {
        let is_named = named.contains(&format!("{:?}", entry.reason));
        let name = entry.name();
        assert_eq!(is_named, entry.not_given(Lang::En).is_none(), "{name}");
        assert_eq!(is_named, entry.not_given(Lang::Es).is_none(), "{name}");
    }
}

#[test]
fn a_reason_that_is_only_asked_for_is_not_given() {
    let code = "Reason::A => x, Reason::B | Reason::C => y, Some(Reason::D) => z, one == Reason::E, \
                found.warn(at, Reason::F, d), Err(Reason::G) }";
    assert!(given_in(code).eq(["F", "G"]));
}

/// Words that another desk would take for something else, and those that stand for one thing everywhere.
#[test]
fn spanish_has_one_word_for_one_thing() {
    // A mark of handling is a leyenda; a marca would be a brand.
    let never = [
        "declaración",
        "registro",
        "narración",
        "gateway",
        "marcas",
        "una marca",
        "la marca",
        "portátil",
    ];
    let always = [
        ("marks", "leyenda"),
        ("The mark", "leyenda"),
        ("receipt", "recibo"),
        ("narrative", "relato"),
        ("the log", "bitácora"),
        ("statement", "mensaje"),
    ];
    let mut wrong = Vec::new();
    for entry in entries() {
        for text in [Entry::text, Entry::next, Entry::example] {
            let (english, spanish) = (text(entry, Lang::En), text(entry, Lang::Es));
            let said = spanish.to_lowercase();
            let bad = never.into_iter().find(|word| said.contains(word));
            let lacks = always.into_iter().find(|(english_word, word)| {
                english.contains(english_word) && !said.contains(word)
            });
            if bad.is_some() || lacks.is_some() {
                wrong.push(format!("{}: {english} | {spanish}", entry.name()));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    let mut files = Vec::new();
    sources(&crates().join("alert/src"), &mut files);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let is_of_marks = path.to_str().unwrap().contains("src/handling");
        let never = ["declaración", "narración"].into_iter();
        for word in never.chain(is_of_marks.then_some("marca")) {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}
