//! What a desk reads first, and that nothing which was signed is left unsaid.

use super::*;
use precinto_alert::code::MessageType;
use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value as Proto};
use serde_json::json;

#[test]
fn an_alert_begins_with_what_a_desk_looks_for() {
    let content = json!({
        "shipments": [{
            "master_awb": "865-48291176",
            "house_awbs": ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8"],
            "pieces": 24,
            "gross_weight": { "value": "618.4", "unit": "KGM" },
            "goods_description": { "language": "en", "text": "Solvent\u{1b}[2J" },
            "route": { "legs": [{
                "flight": "M7852",
                "departure": { "airport": "LAX" },
                "arrival": { "airport": "NLU" },
                "scheduled_departure": { "utc_ms": 1_700_000_000_000_u64, "offset_minutes": -480 },
                "actual_departure": { "utc_ms": 1_700_000_060_000_u64, "offset_minutes": -480 },
            }] },
        }],
        "suspicion": { "indicators": [{ "code": "DO02", "strength": 3 }] },
        "firearms": [{ "kind": "PISTOL", "quantity": 3, "serial_verbatim": "AB 12" }],
    });
    let said = |lang| -> Vec<(&str, String)> {
        let rows = of_alert(&content, lang);
        let rows = rows.into_iter();
        rows.map(|((en, es), value)| (lang.pick(en, es), value))
            .collect()
    };
    let english = said(Lang::En);
    let expected = [
        ("shipment", "865-48291176, house A1 A2 A3 A4 A5 A6 A7 A8"),
        ("declared as", "Solvent\u{fffd}[2J, 24 pieces, 618.4 KGM"),
        ("route", "M7852 LAX left 2023-11-14 14:14-08:00 → NLU"),
    ];
    for ((label, value), expected) in english.iter().zip(expected) {
        assert_eq!((*label, value.as_str()), expected);
    }
    let spanish = said(Lang::Es);
    assert!(
        spanish.contains(&("sospecha", "3 × pistola (PISTOL), serie AB 12".to_owned())),
        "{spanish:?}"
    );
    let because = spanish.iter().find(|(label, _)| *label == "porque");
    assert!(
        because.is_some_and(|(_, value)| value.ends_with("(DO02), hecho comprobado")),
        "{spanish:?}"
    );
}

#[test]
fn answers_that_are_withheld_are_answers() {
    let content = json!({ "answers": [
        { "number": 1, "text": { "text": "in cash" } },
        { "number": 2, "withheld": true },
    ] });
    let values: Vec<String> = of_reply(&content, Lang::En)
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    assert_eq!(values, ["1. in cash", "2. withheld"]);
    assert!(of_reply(&Value::Null, Lang::En).is_empty());
}

/// What follows from something else that is told, or is told by the better of two.
const IMPLIED: [(&str, &str); 8] = [
    (".language", "it chooses the text that is shown"),
    (".airline_prefix", "the first digits of the waybill"),
    (
        ".serial_normalised",
        "the serial number in capitals, for machines",
    ),
    (".locode", "follows from the airport"),
    (".subdivision", "follows from the airport"),
    (".country", "follows from the airport"),
    (".scheduled_", "the actual time is known"),
    (".estimated_", "the actual time is known"),
];

/// Only of places does the rest follow from the airport.
fn is_implied(path: &str) -> bool {
    let places = ["departure", "arrival", "origin", "destination", "place"];
    let hit = IMPLIED.iter().find(|(part, _)| path.contains(part));
    hit.is_some_and(|(_, why)| {
        let of_place = places
            .iter()
            .any(|place| path.contains(&format!(".{place}.")));
        of_place || !why.contains("airport")
    })
}

/// A message with every field set, each to something of its own.
fn filled(descriptor: &MessageDescriptor, count: &mut u32) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    for field in descriptor.fields() {
        // Which of several something is about is only told where there are several.
        let several = field.name() == "shipments" && matches!(field.kind(), Kind::Message(_));
        let mut values: Vec<Proto> = Vec::new();
        // Every one of a list is told, however many there are.
        let text = matches!(field.kind(), Kind::String);
        let many = if several {
            2
        } else if text {
            8
        } else {
            1
        };
        for _ in 0..many {
            *count += 1;
            values.push(value(&field, *count, count));
        }
        let value = if field.is_list() {
            Proto::List(values)
        } else {
            values.remove(0)
        };
        message.set_field(&field, value);
    }
    message
}

fn value(field: &FieldDescriptor, own: u32, count: &mut u32) -> Proto {
    match field.kind() {
        Kind::Message(inner) => Proto::Message(filled(&inner, count)),
        Kind::Enum(codes) => Proto::EnumNumber(codes.values().last().unwrap().number()),
        Kind::Bool => Proto::Bool(true),
        Kind::Bytes => Proto::Bytes(own.to_be_bytes().repeat(8).into()),
        Kind::String => Proto::String(format!("w{own}w")),
        Kind::Uint64 if field.name().ends_with("_ms") => {
            Proto::U64(1_700_000_000_000 + u64::from(own) * 86_400_000)
        }
        Kind::Uint64 => Proto::U64(u64::from(own)),
        Kind::Sint32 => Proto::I32(-360),
        Kind::Uint32 => Proto::U32(match field.name() {
            "strength" => 3,
            "alert_quality" => 5,
            "shipments" => 1,
            _ => own,
        }),
        other => panic!("{}: {other:?}", field.full_name()),
    }
}

/// The path of every value, as keys and places.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                leaves(inner, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (place, inner) in items.iter().enumerate() {
                leaves(inner, &format!("{path}/{place}"), found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

/// Takes the value at a path out of its object or list.
fn without(content: &Value, path: &str) -> Value {
    let mut content = content.clone();
    let (parent, last) = path.rsplit_once('/').unwrap();
    match content.pointer_mut(parent).unwrap() {
        Value::Object(fields) => drop(fields.remove(last)),
        Value::Array(items) => drop(items.remove(last.parse().unwrap())),
        other => panic!("{path}: {other}"),
    }
    content
}

/// What is signed and not told is found by taking it away: then something else must be said, in either language.
fn nothing_is_left_unsaid(kind: MessageType, told: fn(&Value, Lang) -> Rows) {
    let media_type = precinto_alert::content::media_type(kind);
    let descriptor = crate::draft::content_descriptor(media_type).unwrap();
    let full = filled(&descriptor, &mut 100).encode_to_vec();
    let full = crate::draft::content_json(media_type, &full);
    let mut paths = Vec::new();
    leaves(&full, "", &mut paths);
    assert!(!paths.is_empty(), "{kind:?}");
    let mut unsaid = Vec::new();
    for lang in [Lang::En, Lang::Es] {
        let rows = told(&full, lang);
        let text: Vec<&str> = rows.iter().map(|(_, value)| value.as_str()).collect();
        let text = text.join("\n");
        for path in &paths {
            let name = path.replace('/', ".");
            let value = full.pointer(path).and_then(Value::as_str);
            let missing = value.is_some_and(|word| word.starts_with('w') && !text.contains(word));
            let idle = told(&without(&full, path), lang) == rows;
            if (missing || idle) && !is_implied(&name) {
                unsaid.push(name);
            }
        }
    }
    assert_eq!(unsaid, [""; 0], "{kind:?}");
}

#[test]
fn every_field_of_an_alert_is_told() {
    nothing_is_left_unsaid(MessageType::Alert, of_alert);
}

#[test]
fn every_field_of_every_reply_is_told() {
    for number in 3..=24 {
        nothing_is_left_unsaid(MessageType::try_from(number).unwrap(), of_reply);
    }
}
