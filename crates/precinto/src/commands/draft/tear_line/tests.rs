//! Nothing goes into an extract that the tables do not let go, and what goes is an alert without a mistake.

use super::*;
use crate::commands::send::found_in;
use crate::draft::{Draft, content_descriptor, content_json, statement_descriptor};
use precinto_alert::content::media_type;
use prost::Message as _;
use prost_reflect::{Kind, MessageDescriptor};

const NOW_MS: u64 = 1_795_000_000_000;

fn content_of_alerts() -> MessageDescriptor {
    content_descriptor(media_type(MessageType::Alert)).expect("alerts have content")
}

/// Every place of a message, to its last field, each with what a table says of it or of what it is in.
fn leaves(of: &MessageDescriptor, path: &str, visit: &mut impl FnMut(&str)) {
    for field in of.fields() {
        let place = match path {
            "" => field.name().to_owned(),
            path => format!("{path}.{}", field.name()),
        };
        match field.kind() {
            Kind::Message(inner) => leaves(&inner, &place, visit),
            _ => visit(&place),
        }
    }
}

fn is_in(place: &str, path: &str) -> bool {
    let rest = place.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[test]
fn every_field_is_kept_or_left_out_for_a_reason() {
    for (fields, of) in [
        (OF_STATEMENT, statement_descriptor()),
        (OF_CONTENT, content_of_alerts()),
    ] {
        let left = fields.left.iter().map(|(path, _)| *path);
        let all: Vec<&str> = fields.kept.iter().copied().chain(left).collect();
        let mut met = vec![0; all.len()];
        leaves(&of, "", &mut |place| {
            let hits = (0..all.len()).filter(|at| is_in(place, all[*at]));
            let hits: Vec<usize> = hits.collect();
            assert_eq!(hits.len(), 1, "{place} stands once in the tables");
            met[hits[0]] += 1;
        });
        for (path, met) in all.iter().zip(met) {
            assert!(met > 0, "the contract has no {path}");
        }
    }
}

/// A message that says everything: each text is its own place.
fn whole(of: &MessageDescriptor, path: &str) -> Value {
    let fields = of.fields().map(|field| {
        let place = match path {
            "" => field.name().to_owned(),
            path => format!("{path}.{}", field.name()),
        };
        let one = match field.kind() {
            Kind::Message(inner) => whole(&inner, &place),
            _ => Value::String(place),
        };
        let value = if field.is_list() {
            json!([one.clone(), one])
        } else {
            one
        };
        (field.name().to_owned(), value)
    });
    Value::Object(fields.collect())
}

fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, into)),
        _ => {}
    }
}

#[test]
fn what_is_not_listed_stays_out_wherever_it_stands() {
    let nobody = Names::default();
    for (fields, of) in [
        (OF_STATEMENT, statement_descriptor()),
        (OF_CONTENT, content_of_alerts()),
    ] {
        let mut message = whole(&of, "");
        message["of_a_newer_version"] = json!("of_a_newer_version");
        let mut cut = Cut::new(fields, &nobody);
        let kept = Value::Object(cut.of(message));
        let (mut said, mut expected) = (Vec::new(), Vec::new());
        texts(&kept, &mut said);
        said.sort_unstable();
        said.dedup();
        leaves(&of, "", &mut |place| {
            if fields.kept.iter().any(|path| is_in(place, path)) {
                expected.push(place.to_owned());
            }
        });
        expected.sort_unstable();
        assert_eq!(said, expected);
        let told = cut.left("", Lang::En);
        let told = |path: &str| told.iter().any(|note| note.starts_with(path));
        assert!(told("of_a_newer_version: "));
        for (path, why) in fields.left {
            assert_eq!(told(path), *why != Why::Own, "{path}");
        }
    }
}

/// A sample, sent: statement and content as the own copy holds them.
fn sent(sample: &str) -> (Value, Value) {
    let path = format!("{}/samples/{sample}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("a sample");
    let draft = Draft::parse_file(path.as_ref(), &text).expect("YAML");
    let draft = Draft::read(&draft, NOW_MS).expect("a draft");
    let (media_type, bytes) = draft.content.expect("content");
    (
        statement_json(&draft.statement.encode_to_vec()),
        content_json(&media_type, &bytes),
    )
}

fn alert() -> AlertId {
    // Not the id that a draft without one gets here.
    "US-CBPLAX-2026-000002T".parse().unwrap()
}

fn made((statement, content): (Value, Value), story: Story<'_>) -> Result<Extract, Failure> {
    let alert = alert();
    let whole = Whole {
        alert: &alert,
        message_id: "0192f0c1-7a2b-7c3d-8e4f-0123456789ab".parse().unwrap(),
        statement,
        content,
    };
    extract(whole, story, NOW_MS, Lang::En)
}

const SAMPLES: [&str; 4] = [
    "precursor-us-mx",
    "drug-mx-us",
    "firearm-us-mx",
    "fuel-mx-us",
];

#[test]
fn the_extract_of_every_sample_is_an_alert_without_a_mistake() {
    for sample in SAMPLES {
        let (statement, content) = sent(sample);
        let mut parties = Vec::new();
        for party in content["parties"].as_array().expect("parties") {
            texts(&party["name"], &mut parties);
        }
        assert!(!parties.is_empty(), "{sample} names somebody");
        let precedence = statement["precedence"].clone();
        let Extract { mut draft, notes } =
            made((statement, content.clone()), Story::Untold).unwrap();
        let page = draft.to_string();
        for name in &parties {
            assert!(!page.contains(name.as_str()), "{sample}: {name}");
        }
        for field in ["content.parties", "recipients", "content.narrative"] {
            assert!(
                notes.iter().any(|note| note.starts_with(field)),
                "{notes:?}"
            );
        }
        assert_eq!(draft["handling"]["tear_line"], true);
        assert_eq!(draft["precedence"], precedence);
        assert_eq!(draft["linked_alerts"], json!(["US-CBPLAX-2026-000002T"]));
        for path in ["/shipments/0/pieces", "/suspicion/indicators/0/code"] {
            let path = |of: &Value| of.pointer(path).cloned();
            assert!(path(&content).is_some());
            assert_eq!(path(&draft["content"]), path(&content), "{sample}");
        }
        let missing = missing::of(&draft, Lang::En);
        let missing: Vec<&str> = missing.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(missing, ["to"], "{sample}");
        draft["to"] = json!(["mx.dev.invalid/fgr"]);
        let found = found_in(&draft);
        assert!(found.errors.is_empty(), "{sample}: {:#?}", found.errors);
    }
}

#[test]
fn what_names_a_party_stays_out_although_it_may_go() {
    let (statement, mut content) = sent("precursor-us-mx");
    content["shipments"][0]["goods_description"]["text"] =
        json!("Samples for COMERCIALIZADORA EJERCICIO, nail care");
    content["substances"][0]["names"][1]["text"] = json!("of Exercise Pacific Trading");
    let Extract { draft, notes } = made((statement, content), Story::Untold).unwrap();
    let shipment = &draft["content"]["shipments"][0];
    assert!(shipment.get("goods_description").is_none(), "{shipment}");
    assert_eq!(
        draft["content"]["substances"][0]["names"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for field in [
        "content.shipments.goods_description",
        "content.substances.names",
    ] {
        let why = Why::Named.note(field, 1, Lang::En);
        assert!(notes.contains(&why), "{notes:?}");
    }
    let missing = missing::of(&draft, Lang::En);
    assert!(
        missing
            .iter()
            .any(|one| one.field.ends_with("goods_description"))
    );
}

#[test]
fn the_story_is_told_only_in_words_that_somebody_answers_for() {
    let told = |story, change: &dyn Fn(&mut Value)| {
        let (statement, mut content) = sent("precursor-us-mx");
        change(&mut content);
        made((statement, content), story)
    };
    let as_it_is = |_: &mut Value| {};
    let kept = told(Story::Kept, &as_it_is).unwrap();
    assert_eq!(
        kept.draft["content"]["narrative"].as_array().unwrap().len(),
        2
    );
    let kept = told(Story::Kept, &|content| {
        content["narrative"][0]["text"] = json!("Sent by Exercise Pacific Trading.");
    });
    let kept = kept.unwrap();
    assert_eq!(
        kept.draft["content"]["narrative"].as_array().unwrap().len(),
        1
    );
    assert!(
        kept.notes
            .contains(&Why::Named.note("content.narrative", 1, Lang::En))
    );
    let typed = told(Story::Told("Blue drums."), &as_it_is).unwrap();
    assert_eq!(
        typed.draft["content"]["narrative"],
        json!([{ "language": "en-US", "text": "Blue drums." }])
    );
    assert!(!typed.notes.iter().any(|note| note.contains("narrative")));
    let named = told(Story::Told("For Comercializadora Ejercicio"), &as_it_is);
    assert_eq!(
        named.err().and_then(|failure| failure.reason),
        Some(Reason::NominalData)
    );
}

#[test]
fn what_limits_its_use_follows_and_what_is_past_or_for_others_does_not() {
    let (mut statement, content) = sent("precursor-us-mx");
    let handling = &mut statement["handling"];
    handling["tlp"] = json!("RED");
    handling["criminal_intelligence"] = json!(true);
    handling["review_by_ms"] = json!(NOW_MS + 1);
    statement["last_action_ms"] = json!(NOW_MS - 1);
    statement["expires_ms"] = json!(NOW_MS + 3_600_000);
    let Extract { draft, notes } = made((statement, content), Story::Untold).unwrap();
    assert_eq!(
        draft["handling"],
        json!({ "marks": ["US:LES"], "use_code": "H1", "do_not_alert_subject": true, "tear_line": true })
    );
    assert!(draft.get("last_action").is_none() && draft.get("last_action_ms").is_none());
    assert_eq!(draft["expires"], clock::rfc3339_ms(NOW_MS + 3_600_000));
    for left in [
        "handling.tlp: ",
        "handling.releasable_to (2): ",
        "handling.criminal_intelligence: ",
        "last_action: ",
        "actions (3): ",
    ] {
        assert!(
            notes.iter().any(|note| note.starts_with(left)),
            "{left}{notes:?}"
        );
    }
}
