//! A JSON Schema (draft 2020-12) of drafts, made from the descriptors that drafts are read with.
//!
//! It asks for the plain spelling, while the reader also understands lower case, camel case, numbers in quotes and a single
//! item in place of a list: an editor should lead to the one form that all examples use. Check digits and the rules of
//! each message type are not in it; `send --dry-run` says those with their reasons.

use super::{NOT_IN_A_DRAFT, comment, content_descriptor, statement_descriptor};
use crate::args::Subject;
use crate::output::Lang;
use precinto_alert::code::{Coded, FAMILIES, MessageType};
use precinto_alert::content::media_type;
use precinto_alert::reason;
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// RFC 3339, or relative to now.
const MOMENT: &str = r"^([+-][0-9]+[smhd]|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2}))$";

/// The schema of a draft of `subject`; what codes mean is told in `lang`.
pub(crate) fn schema(subject: Subject, lang: Lang) -> Value {
    let mut writer = Writer {
        lang,
        waiting: Vec::new(),
        written: BTreeSet::new(),
    };
    let statement = statement_descriptor();
    let mut properties = writer.properties(&statement);
    for (name, _) in NOT_IN_A_DRAFT {
        drop(properties.remove(name));
    }
    own_properties(&mut properties, lang);
    let by_type = contents(subject);
    let mut rules: Vec<Value> = Vec::new();
    for (content, (descriptor, types)) in &by_type {
        let reference = writer.reference(content, Known::Message(descriptor.clone()));
        rules.push(json!({
            "if": { "properties": { "type": { "enum": types } }, "required": ["type"] },
            "then": { "properties": { "content": reference } },
        }));
    }
    let types: Vec<&str> = by_type
        .values()
        .flat_map(|(_, types)| types.iter().copied())
        .collect();
    if subject == Subject::Alert {
        let described = json!({ "enum": types, "description": comment::of("Statement.type") });
        drop(properties.insert("type".to_owned(), described));
    }
    let required: &[&str] = match subject {
        Subject::Alert => &["type", "to", "status", "content"],
        Subject::Message => &["type", "to", "status"],
    };
    let (name, title) = match subject {
        Subject::Alert => (
            "alert",
            lang.pick("Draft of an alert", "Borrador de una alerta"),
        ),
        Subject::Message => (
            "message",
            lang.pick("Draft of a message", "Borrador de un mensaje"),
        ),
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:precinto:schema:{name}:v1"),
        "title": title,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "allOf": rules,
        "$defs": writer.finish(),
    })
}

/// What stands in a draft and in no statement; `to` and `officers` name what `recipients` and `required_signers` become.
fn own_properties(properties: &mut Map<String, Value>, lang: Lang) {
    let to = lang.pick(
        "Recipients: side/agency, group:name, topic:name, or an officer's SPIFFE id.",
        "Destinatarios: lado/dependencia, group:nombre, topic:nombre, o el id SPIFFE de un oficial.",
    );
    let officers = lang.pick(
        "Officers of the node's configuration who sign as well.",
        "Oficiales de la configuración del nodo que también firman.",
    );
    let tag = lang.pick(
        "Given back with the result; it is not sent.",
        "Se devuelve con el resultado; no se envía.",
    );
    let content = lang.pick(
        "What the message says; its fields follow from the type.",
        "Lo que dice el mensaje; sus campos dependen del tipo.",
    );
    let created = lang.pick(
        "When it was made; else now.",
        "Cuándo se hizo; si no, ahora.",
    );
    let texts = json!({ "type": "string", "minLength": 1 });
    for (name, value) in [
        (
            "to",
            json!({ "description": to, "type": "array", "minItems": 1, "items": texts }),
        ),
        (
            "officers",
            json!({ "description": officers, "type": "array", "items": texts }),
        ),
        ("tag", json!({ "description": tag, "type": "string" })),
        (
            "content",
            json!({ "description": content, "type": "object" }),
        ),
        ("created", described(moment(), Some(created))),
    ] {
        drop(properties.insert(name.to_owned(), value));
    }
}

/// The content of each group of message types, by the name of its message.
fn contents(subject: Subject) -> BTreeMap<String, (MessageDescriptor, Vec<&'static str>)> {
    let mut groups: BTreeMap<String, (MessageDescriptor, Vec<&'static str>)> = BTreeMap::new();
    for row in MessageType::FAMILY.rows() {
        let kind = MessageType::try_from(row.number()).unwrap_or_default();
        let wanted = match subject {
            Subject::Alert => matches!(kind, MessageType::Alert | MessageType::Amend),
            Subject::Message => true,
        };
        if let (true, Some(content)) = (wanted, content_descriptor(media_type(kind))) {
            let group = groups.entry(content.name().to_owned());
            group
                .or_insert_with(|| (content, Vec::new()))
                .1
                .push(kind.name());
        }
    }
    groups
}

/// A definition that is referred to.
#[derive(Debug, Clone)]
enum Known {
    Message(MessageDescriptor),
    Enum(EnumDescriptor),
}

/// Writes definitions as they come to be needed, each once.
struct Writer {
    lang: Lang,
    waiting: Vec<(String, Known)>,
    written: BTreeSet<String>,
}

impl Writer {
    fn reference(&mut self, name: &str, known: Known) -> Value {
        if self.written.insert(name.to_owned()) {
            self.waiting.push((name.to_owned(), known));
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn finish(mut self) -> Map<String, Value> {
        let mut definitions = Map::new();
        while let Some((name, known)) = self.waiting.pop() {
            let definition = match known {
                Known::Message(message) => self.message(&message),
                Known::Enum(codes) => codes_of(&codes, self.lang),
            };
            drop(definitions.insert(name, definition));
        }
        definitions
    }

    fn message(&mut self, message: &MessageDescriptor) -> Value {
        let object = json!({
            "type": "object",
            "properties": self.properties(message),
            "additionalProperties": false,
        });
        let said = comment::of(message.name());
        match text_form(message.name()) {
            Some(text) => described(json!({ "anyOf": [text, object] }), said),
            None => described(object, said),
        }
    }

    fn properties(&mut self, message: &MessageDescriptor) -> Map<String, Value> {
        let mut properties = Map::new();
        for field in message.fields() {
            let said = comment::of(&format!("{}.{}", message.name(), field.name()));
            let single = self.value(&field);
            let value = if field.is_list() {
                json!({ "type": "array", "items": single })
            } else {
                single
            };
            // A moment goes by its name without the unit as well; that is how examples write it.
            if let (Some(short), true) = (field.name().strip_suffix("_ms"), is_moment(&field)) {
                let said = said.map(|said| said.replace(", milliseconds since 1970 UTC", ""));
                let value = described(value.clone(), said.as_deref());
                drop(properties.insert(short.to_owned(), value));
            }
            drop(properties.insert(field.name().to_owned(), described(value, said)));
        }
        properties
    }

    fn value(&mut self, field: &FieldDescriptor) -> Value {
        match field.kind() {
            Kind::Message(inner) => self.reference(inner.name(), Known::Message(inner.clone())),
            Kind::Enum(codes) => self.reference(codes.name(), Known::Enum(codes.clone())),
            Kind::Bool => json!({ "type": "boolean" }),
            Kind::Bytes => json!({ "type": "string", "pattern": "^[0-9A-Za-z+/=-]+$" }),
            Kind::Uint64 if is_moment(field) => moment(),
            Kind::Uint64 => json!({ "type": "integer", "minimum": 0 }),
            Kind::Uint32 => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
            Kind::Int32 | Kind::Sint32 => {
                json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX })
            }
            Kind::String => json!({ "type": "string" }),
            // The contract has no other kind, and the reader refuses it.
            _ => Value::Bool(false),
        }
    }
}

fn is_moment(field: &FieldDescriptor) -> bool {
    field.kind() == Kind::Uint64 && field.name().ends_with("_ms")
}

fn moment() -> Value {
    json!({ "anyOf": [
        { "type": "string", "pattern": MOMENT, "examples": ["+36h", "2026-11-23T04:10:00-06:00"] },
        { "type": "integer", "minimum": 0 },
    ] })
}

/// The one text that stands for a message, where [`super::shorthand::expand`] reads one.
fn text_form(message: &str) -> Option<Value> {
    let (pattern, example) = match message {
        "Text" => return Some(json!({ "type": "string", "minLength": 1 })),
        "Quantity" => (r"^[0-9]+(\.[0-9]+)? [A-Z0-9]{3}$", "12.5 KGM"),
        "Temperature" => (r"^-?[0-9]+(\.[0-9]+)? (CEL|FAH)$", "15 CEL"),
        "Money" => (r"^[0-9]+(\.[0-9]+)? [A-Z]{3}$", "120.00 USD"),
        "LocalTime" => (
            r"^([+-][0-9]+[smhd](@[+-][0-9]{2}:[0-9]{2})?|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2}))$",
            "+36h@-06:00",
        ),
        _ => return None,
    };
    Some(json!({ "type": "string", "pattern": pattern, "examples": [example] }))
}

/// A vocabulary: its short names, each with its label. `enumDescriptions` is what editors show beside them.
fn codes_of(codes: &EnumDescriptor, lang: Lang) -> Value {
    let zero = codes.get_value(0);
    let zero = zero.as_ref().map_or("", |zero| zero.name());
    let prefix = zero.strip_suffix("UNSPECIFIED").unwrap_or_default();
    let family = FAMILIES.iter().find(|family| family.prefix == prefix);
    let mut names = Vec::new();
    let mut labels = Vec::new();
    for value in codes.values().filter(|value| value.number() != 0) {
        let name = value.name().strip_prefix(prefix);
        let name = name.unwrap_or_else(|| value.name());
        let label = match family {
            Some(family) => family.find(name).map(|row| row.label(lang.texts())),
            None => reason::from_name(name).map(|one| reason::entry(one).text(lang.texts())),
        };
        let label = label.unwrap_or_default();
        // The traffic light's own document writes a plus sign.
        if codes.name() == "Tlp" && name.contains('_') {
            names.push(name.replace('_', "+"));
            labels.push(label);
        }
        names.push(name.to_owned());
        labels.push(label);
    }
    let said = comment::of(codes.name());
    described(json!({ "enum": names, "enumDescriptions": labels }), said)
}

fn described(mut schema: Value, said: Option<&str>) -> Value {
    if let (Value::Object(fields), Some(said)) = (&mut schema, said) {
        drop(fields.insert("description".to_owned(), Value::from(said)));
    }
    schema
}

#[cfg(test)]
mod tests;
