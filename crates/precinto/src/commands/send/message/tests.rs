//! Every type has a verb, every demanded field a flag, and every example in the help is a message without a mistake.

use super::super::check::tests::found_in;
use super::*;
use crate::args::{Cli, Command, SendCommand, VERBS};
use clap::Parser as _;
use precinto_alert::Reason;
use precinto_alert::content::BLOCKS;

fn sender() -> NodeId {
    "spiffe://us.dev.invalid/agency/cbp/node/lax"
        .parse()
        .unwrap()
}

/// The drafts of a command line after `precinto send`.
fn drafts_of(words: &[&str]) -> anyhow::Result<Vec<Value>> {
    let line = ["precinto", "send"].iter().chain(words);
    let cli = Cli::try_parse_from(line)?;
    let Command::Send(send) = cli.command else {
        panic!("no send: {words:?}");
    };
    let SendCommand::Message(message) = send.command else {
        panic!("no message: {words:?}");
    };
    let mut drafts = drafts(&message)?;
    state(&mut drafts, &sender());
    Ok(drafts)
}

/// Words as a shell splits them, as far as the examples need it.
fn words(line: &str) -> Vec<String> {
    let halves = line.split('"').enumerate();
    halves
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

#[test]
fn every_example_of_the_help_is_a_message_without_a_mistake() {
    for verb in VERBS.iter().filter(|verb| !verb.needs_file) {
        let lines = verb.after_help.lines();
        let mut examples = lines
            .filter_map(|line| line.trim().strip_prefix("precinto send "))
            // What stands far behind it in brackets is said about it.
            .map(|line| line.split("   ").next().unwrap_or(line))
            .peekable();
        assert!(examples.peek().is_some(), "{} has no example", verb.name);
        for example in examples {
            is_without_a_mistake(verb.kind, example);
        }
    }
}

fn is_without_a_mistake(kind: MessageType, example: &str) {
    let words = words(example);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let drafts = drafts_of(&words).unwrap_or_else(|error| panic!("{example}: {error}"));
    // What the own copy would fill in.
    let mut draft = drafts[0].clone();
    let fields = draft.as_object_mut().unwrap();
    fields.entry("to").or_insert(json!("mx.dev.invalid/anam"));
    if kind != MessageType::SystemNotice {
        let alert = json!("US-CBPLAX-2026-000001V");
        fields.entry("alert_id").or_insert(alert);
        let id = json!("0192f0c1-7a2b-7c3d-8e4f-0123456789ab");
        fields.entry("refers_to").or_insert(id);
    }
    let found = found_in(&draft);
    assert!(found.errors.is_empty(), "{example}: {:#?}", found.errors);
}

#[test]
fn every_type_that_people_send_has_one_verb() {
    for number in 1..=24 {
        let kind = MessageType::try_from(number).unwrap();
        let of_kind = VERBS.iter().filter(|verb| verb.kind == kind).count();
        assert_eq!(of_kind, 1, "{kind:?}");
    }
}

/// The rules in `alert` are asked, not repeated: whatever they miss in an empty message can be said with a flag.
#[test]
fn whatever_a_type_demands_has_a_flag() {
    for verb in VERBS {
        let name = verb.kind.as_str_name();
        let found =
            found_in(&json!({ "type": name, "to": "mx.dev.invalid/anam", "status": "TEST" }));
        let missing = [
            Reason::FieldMissing,
            Reason::NoLegalBasis,
            Reason::BodyMissing,
        ];
        for one in found
            .errors
            .iter()
            .filter(|one| missing.contains(&one.reason))
        {
            let field = one.field.as_str();
            let said = |path: &str| {
                path == field
                    || Some(path) == field.strip_suffix("_ms")
                    || (field == "body" && path.starts_with("content."))
            };
            // Only a file holds a shipment, so it says this as well.
            let in_file = verb.needs_file && field == "protected_bag";
            let flagged = verb.all_flags().any(|flag| said(flag.path));
            assert!(flagged || in_file, "{}: {field} has no flag", verb.name);
        }
    }
}

#[test]
fn goods_of_every_kind_have_a_flag() {
    let mut verbs = VERBS.iter();
    let alert = verbs.find(|verb| verb.kind == MessageType::Alert).unwrap();
    for block in BLOCKS {
        let path = format!("content.{block}");
        let has_flag = alert.all_flags().any(|flag| flag.path == path);
        assert!(has_flag, "{path} has no flag");
    }
}

#[test]
fn ids_are_known_by_their_form_and_flags_beat_the_file() {
    let id = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";
    let draft = &drafts_of(&[
        "ack",
        "US-CBPLAX-2026-000001V",
        id,
        "--to",
        "us.dev.invalid/cbp",
    ])
    .unwrap()[0];
    assert_eq!(draft["alert_id"], "US-CBPLAX-2026-000001V");
    assert_eq!(draft["refers_to"], id);
    assert_eq!(draft["ack_level"], "node");
    assert_eq!(draft["status"], "EXERCISE");
    assert!(drafts_of(&["ack", id, id]).is_err(), "two message ids");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ack.yaml");
    let text = "ack_level: PERSON\nto: [us.dev.invalid/dea]\ncontent: { remark: x }\n";
    crate::files::write_public(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let line = [
        "ack",
        file,
        id,
        "--to",
        "us.dev.invalid/cbp",
        "--function",
        "Duty desk",
    ];
    let draft = &drafts_of(&line).unwrap()[0];
    assert_eq!(
        draft["ack_level"], "PERSON",
        "a default gives way to the file"
    );
    assert_eq!(
        draft["to"],
        json!(["us.dev.invalid/cbp"]),
        "a flag does not"
    );
    let content = json!({ "remark": "x", "responsible_function": "Duty desk" });
    assert_eq!(draft["content"], content, "objects are joined");
    let error = drafts_of(&["comment", "/nowhere.yaml"]).unwrap_err();
    assert!(error.to_string().contains("/nowhere.yaml"));
    let other = folder.path().join("rfi.yaml");
    crate::files::write_public(&other, "type: RFI\n").unwrap();
    let error = drafts_of(&["rfs", other.to_str().unwrap()]).unwrap_err();
    assert!(error.to_string().contains("RFI"), "{error}");
    assert!(drafts_of(&["alert"]).is_err(), "an alert needs a file");
}

/// What an extract was taken from is no version of the case that it amends; what anybody typed into another draft is.
#[test]
fn an_amendment_keeps_the_reference_of_a_draft_that_is_no_extract() {
    let id = "01931fcd-3f7a-7000-8000-000000000001";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("newer.yaml");
    let file = file.to_str().unwrap();
    for (handling, kept) in [
        ("tear_line: true", false),
        ("tearLine: true", false),
        ("tear_line: false", true),
        ("tlp: AMBER", true),
    ] {
        for name in ["refers_to", "refersTo"] {
            let text = format!("type: ALERT\n{name}: {id}\nhandling: {{ {handling} }}\n");
            crate::files::write_public(Path::new(file), &text).unwrap();
            let draft = &drafts_of(&["amend", file, "US-CBPLAX-2026-000001V"]).unwrap()[0];
            assert_eq!(draft.get(name) == Some(&json!(id)), kept, "{text}{draft}");
            assert_eq!(draft["type"], "AMEND");
        }
    }
}

#[test]
fn only_a_real_trust_domain_speaks_of_real_events_unasked() {
    let node = |domain: &str| -> NodeId {
        let id = format!("spiffe://{domain}/agency/cbp/node/lax");
        id.parse().unwrap()
    };
    let (dev, real) = (node("us.dev.invalid"), node("us.example.org"));
    assert_eq!(status(false, &dev), "EXERCISE");
    assert_eq!(status(true, &dev), "EXERCISE");
    assert_eq!(status(false, &real), "ACTUAL");
    assert_eq!(status(true, &real), "SYSTEM");
}
