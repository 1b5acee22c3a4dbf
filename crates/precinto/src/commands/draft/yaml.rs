//! A draft as a YAML page that a person completes: what is missing stands on top, and again, as a comment, where it goes.

use super::missing::Missing;
use crate::draft::{content_descriptor, statement_descriptor};
use crate::output::{Lang, printable};
use precinto_alert::code::MessageType;
use precinto_alert::content::media_type;
use prost_reflect::{Kind, MessageDescriptor};
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// The whole page. `last_action` is the last moment to act as it follows from the route.
pub(super) fn page(
    draft: &Value,
    source: &str,
    missing: &[Missing],
    notes: &[String],
    last_action: Option<&str>,
    lang: Lang,
) -> String {
    let mut page = head(source, missing, notes, lang);
    if last_action.is_some() {
        comment(
            &mut page,
            lang.pick(
                "The last moment to act, as the route says; type another if you know better:",
                "El último momento para actuar, según la ruta; escriba otro si lo conoce mejor:",
            ),
        );
    }
    let Value::Object(fields) = draft else {
        return page;
    };
    for one in missing.iter().filter(|one| !one.field.contains('.')) {
        example(&mut page, 0, one.example);
    }
    if let Some(last_action) = last_action {
        example(&mut page, 0, &format!("last_action: {last_action}"));
    }
    example(&mut page, 0, "actions: [HOLD, INSPECT_XRAY]");
    let statement = statement_descriptor();
    for (name, value) in ordered(fields, Some(&statement)) {
        if name != "content" {
            field(&mut page, (name, value), 0, Some(&statement));
        }
    }
    if let Some(Value::Object(content)) = fields.get("content") {
        page.push_str(if content.is_empty() {
            "content: {}\n"
        } else {
            "content:\n"
        });
        let inside = |one: &&Missing| one.field.starts_with("content.") && !one.field.contains('[');
        for one in missing.iter().filter(inside) {
            example(&mut page, 1, one.example);
        }
        let alert = content_descriptor(media_type(MessageType::Alert));
        for named in ordered(content, alert.as_ref()) {
            field(&mut page, named, 1, alert.as_ref());
        }
    }
    page
}

fn head(source: &str, missing: &[Missing], notes: &[String], lang: Lang) -> String {
    let mut head = String::new();
    comment(
        &mut head,
        &lang.pick(
            format!("Draft of an alert, from {source}."),
            format!("Borrador de una alerta, a partir de {source}."),
        ),
    );
    if !missing.is_empty() {
        comment(&mut head, lang.pick(
            "Still to be typed (the examples below are comments: take away the #, and put in what is right):",
            "Falta por capturar (los ejemplos de abajo son comentarios: quite el # y ponga lo que corresponda):",
        ));
    }
    for (number, one) in (1..).zip(missing) {
        comment(
            &mut head,
            &format!("  {number}. {}: {}", one.field, one.what),
        );
    }
    if !notes.is_empty() {
        comment(
            &mut head,
            lang.pick(
                "In the source and not in the draft:",
                "Está en la fuente y no en el borrador:",
            ),
        );
    }
    for note in notes {
        comment(&mut head, &format!("  - {note}"));
    }
    head
}

/// One line of comment; whatever the source says, it stays one line.
fn comment(page: &mut String, text: &str) {
    let text: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    page.extend(["# ", &printable(&text), "\n"]);
}

/// What could stand there: without its `#` it is in its place.
fn example(page: &mut String, depth: usize, text: &str) {
    page.extend(["#", &"  ".repeat(depth), text, "\n"]);
}

/// In the order of the contract, which is the order in which people think of a shipment.
fn ordered<'a>(
    fields: &'a Map<String, Value>,
    of: Option<&MessageDescriptor>,
) -> Vec<(&'a String, &'a Value)> {
    let mut ordered: Vec<_> = fields.iter().collect();
    ordered.sort_by_key(|(name, _)| {
        of.and_then(|of| of.get_field_by_name(name))
            .map(|f| f.number())
    });
    ordered
}

/// The message that a field holds, if it holds one.
fn inside(of: Option<&MessageDescriptor>, name: &str) -> Option<MessageDescriptor> {
    match of?.get_field_by_name(name)?.kind() {
        Kind::Message(inner) => Some(inner),
        _ => None,
    }
}

fn field(
    page: &mut String,
    (name, value): (&String, &Value),
    depth: usize,
    of: Option<&MessageDescriptor>,
) {
    let indent = "  ".repeat(depth);
    let inner = inside(of, name);
    match value {
        Value::Object(fields) if !is_short(fields) => {
            page.extend([&indent, &key(name), ":\n"]);
            for named in ordered(fields, inner.as_ref()) {
                field(page, named, depth + 1, inner.as_ref());
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            page.extend([&indent, &key(name), ":\n"]);
            for item in items {
                entry(page, item, depth + 1, inner.as_ref());
            }
        }
        other => page.extend([&indent, &key(name), ": ", &flow(other), "\n"]),
    }
}

/// Fits on a line: a place, a text.
fn is_short(fields: &Map<String, Value>) -> bool {
    let plain = |value: &Value| !value.is_object() && !value.is_array();
    fields.len() <= 2 && fields.values().all(plain)
}

/// One object of a list, its first field behind the hyphen.
fn entry(page: &mut String, item: &Value, depth: usize, of: Option<&MessageDescriptor>) {
    let indent = "  ".repeat(depth);
    let fields = match item {
        Value::Object(fields) if !is_short(fields) => fields,
        other => {
            page.extend([&indent, "- ", &flow(other), "\n"]);
            return;
        }
    };
    let mut inner = String::new();
    for named in ordered(fields, of) {
        field(&mut inner, named, depth + 1, of);
    }
    let hidden = "  ".repeat(depth + 1);
    page.extend([&indent, "- ", inner.strip_prefix(&hidden).unwrap_or(&inner)]);
}

/// A value on one line. Texts are written as JSON writes them, which every YAML reader understands, unless they are plain
/// words that YAML could not take for anything else.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => inline(fields),
        other => other.to_string(),
    }
}

fn inline(fields: &Map<String, Value>) -> String {
    let fields = fields.iter();
    let fields: Vec<String> = fields
        .map(|(name, value)| format!("{}: {}", key(name), flow(value)))
        .collect();
    if fields.is_empty() {
        return "{}".to_owned();
    }
    format!("{{ {} }}", fields.join(", "))
}

/// A field's name. One that no contract knows, out of somebody's mapping file, may be anything.
fn key(name: &str) -> String {
    if is_plain(name) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// Codes and words: letters, digits and underscores, beginning with a letter, and no word that YAML 1.1 or 1.2 reads as a
/// truth value or as nothing.
fn is_plain(text: &str) -> bool {
    const TAKEN: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "null", "y"];
    let lower = text.to_ascii_lowercase();
    text.len() > 1
        && text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !TAKEN.contains(&lower.as_str())
}

/// In double quotes; everything but printable ASCII and letters is escaped, so that what is hostile is seen.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' => quoted.push(letter),
            letter if letter.is_alphanumeric() => quoted.push(letter),
            letter => {
                // Writing into a String cannot fail.
                let written = write!(quoted, "\\U{:08X}", u32::from(letter));
                debug_assert!(written.is_ok());
            }
        }
    }
    quoted.push('"');
    quoted
}
