//! Drafts: what a person or a program writes, as readable JSON or YAML, and the statement and content it becomes.
//!
//! A draft speaks in the protocol's field names. It may leave out the prefixes of codes, write message ids as UUIDs,
//! times as RFC 3339 or relative to now, and small values as one text (`12.5 KGM`). What the sending program alone knows
//! (sender, sequence, signers, digests) is refused in a draft, so that nobody thinks it had been honoured.

mod comment;
mod read;
mod schema;
mod shorthand;
mod write;

pub(crate) use read::find_field;
pub(crate) use schema::schema;
pub(crate) use shorthand::{moment_ms, shortened};
#[cfg(any(test, fuzzing))]
pub(crate) use write::content_json;
pub(crate) use write::{content_of, statement_json};

use crate::config::closest;
use crate::exit::Text;
use crate::output::Lang;
use precinto_alert::code::MessageType;
use precinto_alert::content::media_type;
use precinto_proto::v1 as pb;
use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use read::Reader;
use serde_json::{Map, Value};
use std::path::Path;
use std::sync::OnceLock;

/// Fields of a statement that a draft must not set, and what to write instead.
const NOT_IN_A_DRAFT: [(&str, (&str, &str)); 8] = [
    (
        "sender",
        (
            "it follows from the node's certificate",
            "resulta del certificado del nodo",
        ),
    ),
    (
        "log_origin",
        (
            "it follows from the log's key",
            "resulta de la llave de la bitácora",
        ),
    ),
    (
        "required_signers",
        (
            "name officers in \"officers\"",
            "nombre a los oficiales en \"officers\"",
        ),
    ),
    (
        "recipients",
        ("write it as \"to\"", "escríbalo como \"to\""),
    ),
    (
        "sender_seq",
        (
            "the node counts for itself",
            "el nodo lleva su propia cuenta",
        ),
    ),
    (
        "body",
        (
            "it is computed from \"content\"",
            "se calcula a partir de \"content\"",
        ),
    ),
    (
        "payload_protection",
        ("it follows from \"content\"", "resulta de \"content\""),
    ),
    (
        "created_ms",
        (
            "write it as \"created\", or leave it out: now",
            "escríbalo como \"created\", u omítalo: ahora",
        ),
    ),
];

/// A draft, read: everything but what only the sender knows.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The statement's fields that the draft sets.
    pub(crate) statement: pb::Statement,
    /// Media type and bytes of the content, if there is any.
    pub(crate) content: Option<(String, Vec<u8>)>,
    /// Officers who sign as well.
    pub(crate) officers: Vec<String>,
    /// Given back with the result, for programs that stream.
    pub(crate) tag: Option<String>,
}

/// Everything that is wrong with a draft, each with its path.
#[derive(Debug, thiserror::Error)]
#[error("{}", problems.join("\n  "))]
pub(crate) struct DraftError {
    /// One sentence each, beginning with the path.
    pub(crate) problems: Vec<String>,
    /// What could be read all the same, so that the rest can be checked as well; `None` when its type is unknown.
    pub(crate) rest: Option<Box<Draft>>,
}

impl Draft {
    /// Reads a draft; `now_ms` is what relative times count from. Says in English what is wrong.
    pub(crate) fn read(value: &Value, now_ms: u64) -> Result<Self, DraftError> {
        Self::read_in(value, now_ms, Lang::En)
    }

    /// As [`Self::read`], in that language.
    pub(crate) fn read_in(value: &Value, now_ms: u64, lang: Lang) -> Result<Self, DraftError> {
        let mut reader = Reader::new(now_ms, lang);
        let draft = Self::assemble(value, &mut reader);
        match draft {
            Some(draft) if reader.problems.is_empty() => Ok(draft),
            rest => Err(DraftError {
                problems: reader.problems,
                rest: rest.map(Box::new),
            }),
        }
    }

    /// Reads the text of a draft file: JSON by its name or its first character, else YAML.
    ///
    /// Where and what a parser did not understand it says in its own words, in English.
    pub(crate) fn parse_file(path: &Path, text: &str) -> Result<Value, Text> {
        let json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        if json || text.trim_start().starts_with('{') {
            return serde_json::from_str(text)
                .map_err(|error| Text::same(error).behind("not JSON", "no es JSON"));
        }
        serde_saphyr::from_str(text).map_err(|error| {
            let error = error.to_string();
            let error = error.strip_prefix("error: ").unwrap_or(&error);
            Text::same(error).behind("not YAML", "no es YAML")
        })
    }

    fn assemble(value: &Value, reader: &mut Reader) -> Option<Self> {
        let Value::Object(draft) = value else {
            let (en, es) = (
                "a draft is an object with type, to, content and so on",
                "un borrador es un objeto con type, to, content, etcétera",
            );
            reader.problem("", reader.lang.pick(en, es));
            return None;
        };
        let mut fields = Map::new();
        let (mut to, mut content, mut officers, mut tag) = (None, None, Vec::new(), None);
        for (key, value) in draft {
            match key.as_str() {
                "to" => to = Some(value),
                "content" => content = Some(value),
                "officers" => officers = reader.texts(key, value),
                "tag" => tag = value.as_str().map(str::to_owned),
                _ => match NOT_IN_A_DRAFT.iter().find(|(name, _)| name == key) {
                    Some((_, (en, es))) => {
                        let lang = reader.lang;
                        let not = lang.pick("not in a draft", "no va en un borrador");
                        reader.problem(key, &format!("{not}: {}", lang.pick(en, es)));
                    }
                    None => drop(fields.insert(key.clone(), value.clone())),
                },
            }
        }
        let message = reader.message(&descriptor("Statement"), &fields, "");
        let mut statement: pb::Statement = decoded(&message, reader)?;
        statement.recipients = reader.recipients(to);
        let kind = MessageType::try_from(statement.r#type).unwrap_or_default();
        if kind == MessageType::Unspecified {
            let (en, es) = (
                "missing: ALERT, ACK, OUTCOME and so on",
                "falta: ALERT, ACK, OUTCOME, etcétera",
            );
            reader.problem("type", reader.lang.pick(en, es));
            return None;
        }
        let content = content.and_then(|value| Self::content(kind, value, reader));
        Some(Self {
            statement,
            content,
            officers,
            tag,
        })
    }

    fn content(kind: MessageType, value: &Value, reader: &mut Reader) -> Option<(String, Vec<u8>)> {
        let media_type = media_type(kind);
        let Value::Object(fields) = value else {
            let object = reader
                .lang
                .pick("an object is expected", "se espera un objeto");
            reader.problem("content", object);
            return None;
        };
        let message = reader.message(&content_descriptor(media_type)?, fields, "content");
        Some((media_type.to_owned(), message.encode_to_vec()))
    }
}

/// What a draft calls a field of the statement, where that is another name: `to[1]` for `recipients[1].name`, `expires` for
/// `expires_ms`.
pub(crate) fn typed_name(field: &str) -> Option<String> {
    let end = field.find(['[', '.']).unwrap_or(field.len());
    let (name, rest) = field.split_at_checked(end)?;
    match name {
        "recipients" => {
            let item = rest.split('.').next().unwrap_or_default();
            Some(format!("to{item}"))
        }
        "required_signers" => Some("officers".to_owned()),
        "body" => Some("content".to_owned()),
        _ if rest.is_empty() => name.strip_suffix("_ms").map(str::to_owned),
        _ => None,
    }
}

/// The descriptors of the contract, decoded once.
pub(crate) fn pool() -> &'static DescriptorPool {
    static POOL: OnceLock<DescriptorPool> = OnceLock::new();
    POOL.get_or_init(|| {
        DescriptorPool::decode(precinto_proto::FILE_DESCRIPTOR_SET)
            .expect("the compiled-in descriptors are well formed")
    })
}

/// The descriptor of a statement.
pub(crate) fn statement_descriptor() -> MessageDescriptor {
    descriptor("Statement")
}

fn descriptor(name: &str) -> MessageDescriptor {
    let full = format!("precinto.v1.{name}");
    pool()
        .get_message_by_name(&full)
        .expect("a message of the compiled-in contract")
}

/// The content message of a media type: `application/vnd.precinto.system-notice.v1+protobuf` is `SystemNoticeContent`.
pub(crate) fn content_descriptor(media_type: &str) -> Option<MessageDescriptor> {
    let kebab = media_type
        .strip_prefix("application/vnd.precinto.")?
        .strip_suffix(".v1+protobuf")?;
    let camel: String = kebab.split('-').map(capitalised).collect();
    pool().get_message_by_name(&format!("precinto.v1.{camel}Content"))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn decoded<T: prost::Message + Default>(
    message: &DynamicMessage,
    reader: &mut Reader,
) -> Option<T> {
    let decoded = message.transcode_to();
    decoded
        .map_err(|error| reader.problem("", &error.to_string()))
        .ok()
}

/// "no such field", with the name that was probably meant.
fn no_such_field(name: &str, message: &MessageDescriptor, lang: Lang) -> String {
    let names: Vec<String> = message
        .fields()
        .map(|field| field.name().to_owned())
        .collect();
    let none = lang.pick("no such field", "no existe ese campo");
    closest(name, names.iter().map(String::as_str)).map_or_else(
        || {
            let there = lang.pick("there are", "hay");
            format!("{none}; {there}: {}", names.join(", "))
        },
        |meant| {
            let question = lang.pick("did you mean", "¿quiso decir");
            format!("{none}; {question} \"{meant}\"?")
        },
    )
}

#[cfg(test)]
mod tests;
