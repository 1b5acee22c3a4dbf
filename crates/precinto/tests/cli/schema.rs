//! The schema for editors, judged by somebody else's validator: the demo's drafts fit it, and mistakes do not.

use super::skipped::skipped;
use super::{objects, run, stdout};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Reads `{schema, drafts}` and answers with the first complaint about each draft, or null.
const VALIDATOR: &str = "
import json, sys
from jsonschema import Draft202012Validator as V
given = json.load(sys.stdin)
V.check_schema(given['schema'])
judge = V(given['schema'])
said = [next(iter(judge.iter_errors(draft)), None) for draft in given['drafts']]
json.dump([None if one is None else one.json_path + ': ' + one.message for one in said], sys.stdout)
";

/// A Python with `jsonschema`: `PRECINTO_PYTHON`, the workspace's `.venv`, or the system's. Without one the tests say that
/// they were skipped; where nothing may be skipped (`PRECINTO_NO_SKIP`, set in CI), they fail.
fn python() -> Option<String> {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.venv/bin/python");
    let given = std::env::var("PRECINTO_PYTHON").ok();
    let mut all = given.into_iter().chain([own, "python3"].map(str::to_owned));
    let found = all.find(|python| {
        let import = Command::new(python)
            .args(["-c", "import jsonschema"])
            .output();
        import.is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        skipped("no Python with jsonschema");
    }
    found
}

/// What the foreign validator has to say about each draft.
fn judged(python: &str, subject: &str, drafts: &[Value]) -> Vec<Option<String>> {
    let schema = objects(&run(&["-o", "json", "schema", subject])).remove(0);
    let mut child = Command::new(python)
        .args(["-c", VALIDATOR])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python runs");
    let input = json!({ "schema": schema, "drafts": drafts }).to_string();
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("python reads");
    drop(stdin);
    let output = child.wait_with_output().expect("python ends");
    assert!(output.status.success(), "the validator failed: {subject}");
    serde_json::from_slice(&output.stdout).expect("a list")
}

/// Every draft of the demo, as `send` reads it.
fn samples() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut samples: Vec<(String, Value)> = std::fs::read_dir(folder)
        .expect("the samples")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("text");
            let draft = serde_saphyr::from_str(&text).expect("YAML");
            (path.display().to_string(), draft)
        })
        .collect();
    samples.sort_by(|one, other| one.0.cmp(&other.0));
    assert!(samples.len() >= 4);
    samples
}

/// Short messages as a person writes them.
fn messages() -> Vec<Value> {
    let base = |more: Value| {
        let mut draft = json!({ "to": ["us.dev.invalid/cbp"], "status": "EXERCISE",
            "refers_to": "0192f0c1-7e3a-7cc0-8000-0123456789ab", "alert_id": "US-CBPLAX-2026-000123B" });
        let fields = draft.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("fields").clone());
        draft
    };
    vec![
        base(json!({ "type": "ACK", "ack_level": "PERSON", "officers": ["hernandez"] })),
        base(
            json!({ "type": "OUTCOME", "outcome_code": "SEIZED", "content": { "seizure_form": "MX_ASEGURAMIENTO",
            "substances": [{ "substance_class": "DRUG", "cas_number": "437-38-7", "form": "TABLET", "quantity": "9412 H87" }],
            "indicator_feedback": [{ "code": "DO02", "confirmed": true }] } }),
        ),
        base(
            json!({ "type": "REJECT", "reject_reasons": ["AWB_CHECK_DIGIT"], "expires": "2026-11-30T00:00:00Z" }),
        ),
        base(
            json!({ "type": "ACTION_RESPONSE", "verdict": "MORE_TIME", "more_time_until": "+2h" }),
        ),
        base(
            json!({ "type": "RFI", "precedence": "P2", "authority": "TREATY", "languages": ["es-MX"], "content":
            { "questions": [{ "number": 1, "text": "¿Quién pagó el flete?" }] } }),
        ),
    ]
}

#[test]
fn the_drafts_of_the_demo_fit() {
    let Some(python) = python() else { return };
    let (names, drafts): (Vec<String>, Vec<Value>) = samples().into_iter().unzip();
    for subject in ["alert", "message"] {
        let said = judged(&python, subject, &drafts);
        for (name, said) in names.iter().zip(said) {
            assert_eq!(said, None, "{subject}: {name}");
        }
    }
    for (draft, said) in messages()
        .iter()
        .zip(judged(&python, "message", &messages()))
    {
        assert_eq!(said, None, "{draft}");
    }
}

#[test]
fn mistakes_do_not_fit() {
    let Some(python) = python() else { return };
    let good = samples().remove(0).1;
    let changed = |pointer: &str, value: Value| {
        let mut draft = good.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = draft.pointer_mut(parent).expect("the parent");
        match parent {
            Value::Array(items) => items[name.parse::<usize>().expect("a place")] = value,
            object => object[name] = value,
        }
        draft
    };
    let without = |name: &str| {
        let mut draft = good.clone();
        drop(draft.as_object_mut().expect("a draft").remove(name));
        draft
    };
    let wrong = [
        changed("/precedence", json!("P9")),
        changed("/precedence", json!("URGENT")),
        changed("/actions/0", json!("HLOD")),
        changed("/handling/tlp", json!("ORANGE")),
        changed("/content/suspicion/indicators/0/code", json!("CH99")),
        changed("/content/shipments/0/gross_weight", json!("618.4")),
        changed("/content/shipments/0/pieces", json!(-1)),
        changed("/content/shipments/0/gros_weight", json!("1 KGM")),
        changed("/content/parties/0/address/postal_code", json!(6600)),
        changed("/expires", json!("tomorrow")),
        changed(
            "/sender",
            json!("spiffe://us.dev.invalid/agency/cbp/node/lax"),
        ),
        changed("/type", json!("OUTCOME")),
        without("to"),
        without("type"),
        without("status"),
        without("content"),
        json!([1]),
    ];
    for (draft, said) in wrong.iter().zip(judged(&python, "alert", &wrong)) {
        assert!(said.is_some(), "nobody complains about {draft}");
    }
    let mut crossed = good.clone();
    crossed["type"] = json!("OUTCOME");
    let said = judged(&python, "message", &[crossed]);
    assert!(said[0].is_some(), "an outcome has no shipments");
}

#[test]
fn codes_are_told_in_the_language_asked_for() {
    let english = stdout(&run(&["schema", "alert"]));
    assert!(
        english.contains("\"vague description\""),
        "labels stand beside codes"
    );
    let spanish = stdout(&run(&["--lang", "es", "schema", "alert"]));
    assert!(spanish.contains("\"descripción vaga\""));
    assert!(stdout(&run(&["schema", "--help"])).contains("# yaml-language-server: $schema="));
}
