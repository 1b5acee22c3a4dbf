//! What a draft may say, what it becomes, and what is said about one that cannot be read.

use super::*;
use serde_json::json;

const NOW_MS: u64 = 1_795_000_000_000;

fn problems(draft: &Value) -> Vec<String> {
    Draft::read(draft, NOW_MS).map_or_else(|error| error.problems, |_| Vec::new())
}

#[test]
fn a_draft_becomes_canonical_messages() {
    let draft = json!({
        "type": "OUTCOME", "to": ["us.dev.invalid/cbp", "topic:precursors"],
        "refers_to": "01932f0c-1a2b-7c3d-8e4f-0123456789ab",
        "expires": "+72h", "outcome_code": "SEIZED", "handling": { "tlp": "AMBER+STRICT" },
        "officers": "hernandez", "tag": "row-1",
        "content": {
            "seizure_form": "MX_ASEGURAMIENTO", "time": "2026-11-23T04:10:00-06:00",
            "substances": [{ "substance_class": "DRUG", "quantity": "1.2 KGM", "names": ["fentanyl"] }],
        },
    });
    let draft = Draft::read(&draft, NOW_MS).unwrap();
    assert_eq!(draft.statement.expires_ms, NOW_MS + 72 * 3_600_000);
    assert_eq!(draft.statement.refers_to.len(), 16);
    assert_eq!(
        draft.statement.recipients[1].kind,
        pb::RecipientKind::Topic as i32
    );
    assert_eq!(draft.officers, ["hernandez"]);
    assert_eq!(draft.tag.as_deref(), Some("row-1"));
    let (media_type, bytes) = draft.content.unwrap();
    let content = pb::OutcomeContent::decode(bytes.as_slice()).unwrap();
    assert_eq!(
        content.encode_to_vec(),
        bytes,
        "prost writes the same bytes"
    );
    assert_eq!(content.time.unwrap().offset_minutes, -360);
    assert_eq!(
        content_json(&media_type, &bytes)["seizure_form"],
        "MX_ASEGURAMIENTO"
    );
}

#[test]
fn every_problem_is_named_with_its_path() {
    let draft = json!({
        "type": "ALERT", "to": "mx.dev.invalid/anam", "sender": "me", "statuss": "EXERCISE",
        "precedence": "P9", "expires": "soon",
        "content": { "shipments": [{ "pieces": -1, "gross_weight": "12", "gros_weight": "1 KGM" }],
                     "parties": [{ "role": "SHIPER", "address": { "postal_code": 6600 } }] },
    });
    let found = problems(&draft);
    let expect = |start: &str, part: &str| {
        let hit = found
            .iter()
            .any(|one| one.starts_with(start) && one.contains(part));
        assert!(hit, "{start} … {part} in {found:#?}");
    };
    expect("sender: ", "certificate");
    expect("statuss: ", "\"status\"");
    expect("precedence: ", "no such code \"P9\"");
    expect("expires: ", "RFC 3339");
    expect("content.shipments[0].pieces: ", "whole number");
    expect("content.shipments[0].gross_weight: ", "12.5 KGM");
    expect("content.shipments[0].gros_weight: ", "\"gross_weight\"");
    expect("content.parties[0].role: ", "did you mean SHIPPER?");
    expect("content.parties[0].address.postal_code: ", "in quotes");
    assert_eq!(found.len(), 9, "{found:#?}");
}

#[test]
fn a_draft_without_type_or_recipients_says_so() {
    let found = problems(&json!({ "status": "EXERCISE" }));
    assert!(found.iter().any(|one| one.starts_with("to: ")), "{found:?}");
    assert!(
        found.iter().any(|one| one.starts_with("type: ")),
        "{found:?}"
    );
    assert_eq!(problems(&json!([1])).len(), 1);
}
