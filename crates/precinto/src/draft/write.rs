//! Messages as JSON for people and programs: the protocol's field names, codes without their prefix, ids as UUIDs.

use super::{content_descriptor, descriptor};
use precinto_alert::code::MessageType;
use precinto_alert::content::{Content, Form, media_type};
use precinto_alert::id::MessageId;
use precinto_envelope::hex;
use prost::Message as _;
use prost_reflect::{DynamicMessage, Kind, Value};
use serde_json::{Map, Value as Json};

/// A statement as JSON, from the bytes that were signed; `null` when they are none.
pub(crate) fn statement_json(payload: &[u8]) -> Json {
    json_of(&descriptor("Statement"), payload).unwrap_or(Json::Null)
}

/// Content as JSON by its media type; `null` when this program knows no such type, or the bytes are not of it.
pub(crate) fn content_json(media_type: &str, bytes: &[u8]) -> Json {
    content_descriptor(media_type)
        .and_then(|descriptor| json_of(&descriptor, bytes))
        .unwrap_or(Json::Null)
}

/// Checked content as JSON.
pub(crate) fn content_of(content: &Content, message_type: MessageType) -> Json {
    let bytes = match content.form() {
        Form::Alert(form) => form.encode_to_vec(),
        Form::Cancel(form) => form.encode_to_vec(),
        Form::Recall(form) => form.encode_to_vec(),
        Form::Ack(form) => form.encode_to_vec(),
        Form::Reject(form) => form.encode_to_vec(),
        Form::Assessment(form) => form.encode_to_vec(),
        Form::Request(form) => form.encode_to_vec(),
        Form::Response(form) => form.encode_to_vec(),
        Form::Hold(form) => form.encode_to_vec(),
        Form::Outcome(form) => form.encode_to_vec(),
        Form::Dissemination(form) => form.encode_to_vec(),
        Form::Link(form) => form.encode_to_vec(),
        Form::Comment(form) => form.encode_to_vec(),
        Form::Transfer(form) => form.encode_to_vec(),
        Form::SystemNotice(form) => form.encode_to_vec(),
    };
    content_json(media_type(message_type), &bytes)
}

fn json_of(descriptor: &prost_reflect::MessageDescriptor, bytes: &[u8]) -> Option<Json> {
    let message = DynamicMessage::decode(descriptor.clone(), bytes).ok()?;
    Some(object(&message))
}

fn object(message: &DynamicMessage) -> Json {
    let mut fields = Map::new();
    for (field, value) in message.fields() {
        let name = field.name().to_owned();
        drop(fields.insert(name, json(value, &field.kind())));
    }
    Json::Object(fields)
}

fn json(value: &Value, kind: &Kind) -> Json {
    match value {
        Value::List(items) => items.iter().map(|item| json(item, kind)).collect(),
        Value::Message(message) => object(message),
        Value::Bool(flag) => Json::from(*flag),
        Value::I32(number) => Json::from(*number),
        Value::I64(number) => Json::from(*number),
        Value::U32(number) => Json::from(*number),
        Value::U64(number) => Json::from(*number),
        Value::String(text) => Json::from(text.as_str()),
        Value::EnumNumber(number) => code(*number, kind),
        Value::Bytes(bytes) => Json::from(bytes_text(bytes)),
        // The contract has neither: no float, no map.
        Value::F32(_) | Value::F64(_) | Value::Map(_) => Json::Null,
    }
}

/// A code without the prefix that all codes of its kind share; a number when this program does not know it.
fn code(number: i32, kind: &Kind) -> Json {
    let Kind::Enum(codes) = kind else {
        return Json::from(number);
    };
    let Some(found) = codes.get_value(number) else {
        return Json::from(number);
    };
    let zero = codes
        .get_value(0)
        .map(|zero| zero.name().to_owned())
        .unwrap_or_default();
    let prefix = zero.strip_suffix("UNSPECIFIED").unwrap_or_default();
    Json::from(
        found
            .name()
            .strip_prefix(prefix)
            .unwrap_or_else(|| found.name()),
    )
}

/// Ids of 16 bytes as UUIDs, everything else in hexadecimal.
fn bytes_text(bytes: &[u8]) -> String {
    MessageId::from_slice(bytes).map_or_else(|_| hex(bytes), |id| id.to_string())
}
