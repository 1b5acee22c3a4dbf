//! Reads JSON values into messages by the contract's descriptors, and collects every problem with its path.

use super::{no_such_field, shorthand};
use crate::output::Lang;
use base64ct::{Base64, Encoding};
use precinto_alert::id::{Identity, MessageId};
use precinto_proto::v1 as pb;
use prost::bytes::Bytes;
use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};

/// Reads one draft; remembers what is wrong with it.
#[derive(Debug)]
pub(super) struct Reader {
    /// What relative times count from.
    now_ms: u64,
    /// In which language it says what is wrong.
    pub(super) lang: Lang,
    /// One sentence each, beginning with the path.
    pub(super) problems: Vec<String>,
}

impl Reader {
    /// A reader without problems so far.
    pub(super) fn new(now_ms: u64, lang: Lang) -> Self {
        Self {
            now_ms,
            lang,
            problems: Vec::new(),
        }
    }

    /// Notes a problem.
    pub(super) fn problem(&mut self, path: &str, what: &str) {
        let separator = if path.is_empty() { "" } else { ": " };
        self.problems.push(format!("{path}{separator}{what}"));
    }

    /// A message from an object. Fields at their default stay unset, so the encoding is canonical.
    pub(super) fn message(
        &mut self,
        descriptor: &MessageDescriptor,
        fields: &Map<String, Value>,
        path: &str,
    ) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        for (key, value) in fields {
            let place = join(path, key);
            let Some(field) = find_field(descriptor, key) else {
                self.problem(&place, &no_such_field(key, descriptor, self.lang));
                continue;
            };
            let read = if field.is_list() {
                self.list(&field, value, &place)
            } else {
                self.single(&field, value, &place)
            };
            match read {
                Some(read) if message.has_field(&field) => {
                    drop(read);
                    let twice = "stands twice, under two spellings";
                    let dos = "aparece dos veces, escrito de dos maneras";
                    self.problem(&place, self.lang.pick(twice, dos));
                }
                Some(read) => message.set_field(&field, read),
                None => {}
            }
        }
        message
    }

    /// Texts from an array, or from one text.
    pub(super) fn texts(&mut self, path: &str, value: &Value) -> Vec<String> {
        let items = match value {
            Value::Array(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        let texts: Vec<String> = items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect();
        if texts.len() != items.len() {
            self.problem(
                path,
                self.lang.pick("texts are expected", "se esperan textos"),
            );
        }
        texts
    }

    /// `to`: agencies as `side/agency`, `group:name`, `topic:name`, officers by their SPIFFE ids.
    pub(super) fn recipients(&mut self, to: Option<&Value>) -> Vec<pb::RecipientRef> {
        let names = to.map_or_else(Vec::new, |to| self.texts("to", to));
        if names.is_empty() {
            self.problem(
                "to",
                self.lang.pick(
                    "missing: side/agency, group:name, topic:name or an officer's id",
                    "falta: lado/dependencia, group:nombre, topic:nombre o el id de un oficial",
                ),
            );
        }
        names.iter().map(|name| recipient(name)).collect()
    }

    fn list(
        &mut self,
        field: &FieldDescriptor,
        value: &Value,
        path: &str,
    ) -> Option<prost_reflect::Value> {
        let Value::Array(items) = value else {
            let single = self.single(field, value, path)?;
            return Some(prost_reflect::Value::List(vec![single]));
        };
        let mut values = Vec::new();
        for (position, item) in items.iter().enumerate() {
            values.extend(self.single(field, item, &format!("{path}[{position}]")));
        }
        Some(prost_reflect::Value::List(values))
    }

    fn single(
        &mut self,
        field: &FieldDescriptor,
        value: &Value,
        path: &str,
    ) -> Option<prost_reflect::Value> {
        let lang = self.lang;
        let read = match field.kind() {
            Kind::Message(inner) => return self.nested(&inner, value, path),
            Kind::Enum(codes) => code(&codes, value, lang),
            Kind::Bytes => value.as_str().and_then(bytes).ok_or_else(|| {
                let (en, es) = (
                    "a UUID, 64 hexadecimal digits or base64 is expected",
                    "se espera un UUID, 64 dígitos hexadecimales o base64",
                );
                lang.pick(en, es).to_owned()
            }),
            Kind::String => match value {
                Value::String(text) => Ok(prost_reflect::Value::String(text.clone())),
                Value::Number(_) => Err(lang
                    .pick(
                        "a text is expected: put the number in quotes",
                        "se espera un texto: ponga el número entre comillas",
                    )
                    .to_owned()),
                _ => Err(lang
                    .pick("a text is expected", "se espera un texto")
                    .to_owned()),
            },
            Kind::Bool => {
                let flag = value.as_bool().map(prost_reflect::Value::Bool);
                flag.ok_or_else(|| {
                    lang.pick("true or false is expected", "se espera true o false")
                        .to_owned()
                })
            }
            Kind::Uint64 if field.name().ends_with("_ms") => {
                shorthand::moment_ms(value, self.now_ms, lang).map(prost_reflect::Value::U64)
            }
            Kind::Uint64 => number(value, lang).map(prost_reflect::Value::U64),
            Kind::Uint32 => number(value, lang).map(prost_reflect::Value::U32),
            Kind::Int32 | Kind::Sint32 => number(value, lang).map(prost_reflect::Value::I32),
            other => Err(format!(
                "{other:?} {}",
                lang.pick(
                    "cannot be written in a draft",
                    "no puede escribirse en un borrador"
                )
            )),
        };
        read.map_err(|what| self.problem(path, &what)).ok()
    }

    fn nested(
        &mut self,
        inner: &MessageDescriptor,
        value: &Value,
        path: &str,
    ) -> Option<prost_reflect::Value> {
        let expanded = match value {
            Value::String(text) => shorthand::expand(inner.name(), text, self.now_ms),
            _ => None,
        };
        let Value::Object(fields) = expanded.as_ref().unwrap_or(value) else {
            self.problem(path, shorthand::expected(inner.name(), self.lang));
            return None;
        };
        let message = self.message(inner, fields, path);
        Some(prost_reflect::Value::Message(message))
    }
}

/// A field by its name, by its JSON name, or, for a time, by its name without the unit.
pub(crate) fn find_field(message: &MessageDescriptor, key: &str) -> Option<FieldDescriptor> {
    message
        .get_field_by_name(key)
        .or_else(|| message.get_field_by_json_name(key))
        .or_else(|| message.get_field_by_name(&format!("{key}_ms")))
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn recipient(name: &str) -> pb::RecipientRef {
    use pb::RecipientKind as Kind;
    let (kind, name) = if let Some(group) = name.strip_prefix("group:") {
        (Kind::Group, group)
    } else if let Some(topic) = name.strip_prefix("topic:") {
        (Kind::Topic, topic)
    } else if matches!(Identity::parse(name), Ok(Identity::Officer(_))) {
        (Kind::Officer, name)
    } else {
        (Kind::Agency, name)
    };
    pb::RecipientRef {
        kind: kind.into(),
        name: name.to_owned(),
    }
}

/// A code by its name, with or without the prefix that all codes of its kind share.
fn code(codes: &EnumDescriptor, value: &Value, lang: Lang) -> Result<prost_reflect::Value, String> {
    let zero = codes
        .get_value(0)
        .map(|zero| zero.name().to_owned())
        .unwrap_or_default();
    let prefix = zero.strip_suffix("UNSPECIFIED").unwrap_or_default();
    let short = |name: &str| name.strip_prefix(prefix).unwrap_or(name).to_owned();
    let names: Vec<String> = codes
        .values()
        .skip(1)
        .map(|one| short(one.name()))
        .collect();
    let Some(text) = value.as_str() else {
        let expected = lang.pick("a code is expected", "se espera un código");
        return Err(format!("{expected}: {}", names.join(", ")));
    };
    let wanted = text.to_ascii_uppercase().replace(['+', '-', ' '], "_");
    let found = codes
        .values()
        .find(|one| one.name() == wanted || short(one.name()) == wanted);
    if let Some(found) = found {
        return Ok(prost_reflect::Value::EnumNumber(found.number()));
    }
    let meant = crate::config::closest(&wanted, names.iter().map(String::as_str));
    let none = lang.pick("no such code", "no existe el código");
    Err(meant.map_or_else(
        || {
            let there = lang.pick("there are", "hay");
            format!("{none} \"{text}\"; {there}: {}", names.join(", "))
        },
        |meant| {
            let question = lang.pick("did you mean", "¿quiso decir");
            format!("{none} \"{text}\"; {question} {meant}?")
        },
    ))
}

fn bytes(text: &str) -> Option<prost_reflect::Value> {
    let id = text
        .parse::<MessageId>()
        .ok()
        .map(|id| id.as_bytes().to_vec());
    let found = id
        .or_else(|| hex(text))
        .or_else(|| Base64::decode_vec(text).ok())?;
    Some(prost_reflect::Value::Bytes(Bytes::from(found)))
}

/// 64 hexadecimal digits, a SHA-256 digest.
fn hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut rest = text;
    let mut bytes = Vec::new();
    while let Some((pair, more)) = rest.split_at_checked(2) {
        bytes.push(u8::from_str_radix(pair, 16).ok()?);
        rest = more;
    }
    Some(bytes)
}

fn number<T: TryFrom<i64>>(value: &Value, lang: Lang) -> Result<T, String> {
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| {
            let (en, es) = (
                "a whole number within its range is expected",
                "se espera un número entero dentro de su rango",
            );
            lang.pick(en, es).to_owned()
        })
}
