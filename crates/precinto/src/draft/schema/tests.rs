//! The schema and the reader know the same fields, codes and short forms.

use super::super::{pool, shorthand};
use super::*;

fn both() -> [Value; 2] {
    [Subject::Alert, Subject::Message].map(|subject| schema(subject, Lang::En))
}

fn definitions(schema: &Value) -> &Map<String, Value> {
    schema.get("$defs").and_then(Value::as_object).unwrap()
}

#[test]
fn every_field_of_a_draft_is_there_and_described() {
    let all = schema(Subject::Message, Lang::En);
    for (name, definition) in definitions(&all) {
        assert!(
            definition.get("description").is_some(),
            "{name} is not described"
        );
        let object = definition
            .get("anyOf")
            .map_or(definition, |forms| &forms[1]);
        let Some(message) = pool().get_message_by_name(&format!("precinto.v1.{name}")) else {
            continue;
        };
        let properties = object.get("properties").and_then(Value::as_object).unwrap();
        for field in message.fields() {
            let property = properties.get(field.name());
            let property = property.unwrap_or_else(|| panic!("{name}.{} is missing", field.name()));
            assert!(
                property.get("description").is_some(),
                "{name}.{} is not described",
                field.name()
            );
        }
    }
    assert!(definitions(&all).len() > 60);
}

#[test]
fn what_a_draft_must_not_set_is_not_offered() {
    for schema in both() {
        let properties = schema.get("properties").unwrap();
        for (name, _) in NOT_IN_A_DRAFT {
            assert!(properties.get(name).is_none(), "{name}");
        }
        for name in [
            "to",
            "content",
            "officers",
            "tag",
            "created",
            "expires",
            "expires_ms",
        ] {
            assert!(properties.get(name).is_some(), "{name}");
        }
    }
}

#[test]
fn short_forms_are_those_that_the_reader_expands() {
    let examples = [
        "12.5 KGM",
        "15 CEL",
        "120.00 USD",
        "+36h@-06:00",
        "any text",
    ];
    for message in pool().all_messages() {
        let name = message.name();
        let read = examples
            .iter()
            .any(|text| shorthand::expand(name, text, 1_000).is_some());
        assert_eq!(text_form(name).is_some(), read, "{name}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    for schema in both() {
        let text = schema.to_string();
        let mut count = 0;
        for part in text.split("\"#/$defs/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(definitions(&schema).contains_key(name), "{name}");
            count += 1;
        }
        assert!(count > 40);
    }
}

#[test]
fn every_vocabulary_has_a_family_and_every_code_a_label() {
    for codes in pool().all_enums() {
        if codes.package_name() != "precinto.v1" {
            continue;
        }
        let zero = codes.get_value(0).unwrap();
        let prefix = zero.name().strip_suffix("UNSPECIFIED").unwrap().to_owned();
        let file = codes.parent_file();
        if !file.name().ends_with("/code.proto") {
            continue;
        }
        let family = FAMILIES.iter().find(|family| family.prefix == prefix);
        let family = family.unwrap_or_else(|| panic!("no family for {}", codes.name()));
        let declared: Vec<(i32, String)> = codes
            .values()
            .filter(|value| value.number() != 0)
            .map(|value| (value.number(), value.name().to_owned()))
            .collect();
        let listed: Vec<(i32, String)> = family
            .rows()
            .map(|row| (row.number(), format!("{prefix}{}", family.name_of(row))))
            .collect();
        assert_eq!(listed, declared, "{}", family.name);
    }
}
