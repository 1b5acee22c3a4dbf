//! From the command line to drafts: ids by their form, files as they stand, and flags, which beat the file.

use crate::args::{MessageArgs, Said, Shape};
use crate::draft::Draft;
use crate::exit::Failure;
use precinto_alert::code::MessageType;
use precinto_alert::id::{AlertId, IdError, MessageId, NodeId};
use serde_json::{Map, Value, json};
use std::path::Path;

/// The drafts that a command line stands for: one for each file, or one when there is none.
pub(super) fn drafts(args: &MessageArgs) -> anyhow::Result<Vec<Value>> {
    let mut said = Map::new();
    let mut files = Vec::new();
    for one in &args.about {
        match meant(one) {
            Meant::Alert => once(&mut said, "alert_id", one)?,
            Meant::Message => once(&mut said, "refers_to", one)?,
            Meant::File => files.push(one),
        }
    }
    if args.verb.needs_file && files.is_empty() {
        let verb = args.verb.name;
        let what = (
            format!("send {verb} needs a draft file"),
            format!("send {verb} requiere un archivo de borrador"),
        );
        let next = (
            "precinto config example alert  shows a complete draft",
            "precinto config example alert  muestra un borrador completo",
        );
        return Err(Failure::usage(what).next(next).into());
    }
    let (mut typed, mut assumed) = (Value::Object(said), json!({}));
    for one in &args.said {
        let into = if one.by_default {
            &mut assumed
        } else {
            &mut typed
        };
        put(into, one)?;
    }
    let from_nothing = std::iter::once(Ok(json!({}))).filter(|_| files.is_empty());
    let several = files.len() > 1;
    let from_files = files.iter().map(|file| tagged(file, several));
    from_nothing
        .chain(from_files)
        .map(|file| {
            let mut draft = assumed.clone();
            let mut file = file?;
            if args.verb.kind == MessageType::Amend {
                amending(&mut file);
            }
            merge(&mut draft, file);
            merge(&mut draft, typed.clone());
            settle(&mut draft, args)?;
            Ok(draft)
        })
        .collect()
}

/// What a positional argument is.
enum Meant {
    Alert,
    Message,
    File,
}

/// By its form: no file is called like an alert id or a message id. A mistyped check character is still an alert id.
fn meant(text: &str) -> Meant {
    match text.parse::<AlertId>() {
        Ok(_) | Err(IdError::CheckDigit { .. }) => Meant::Alert,
        Err(_) if text.parse::<MessageId>().is_ok() => Meant::Message,
        Err(_) => Meant::File,
    }
}

fn once(said: &mut Map<String, Value>, field: &str, value: &str) -> Result<(), Failure> {
    match said.insert(field.to_owned(), json!(value)) {
        None => Ok(()),
        Some(_) => Err(Failure::usage((
            format!("{field}: given twice; \"{value}\" is one too many"),
            format!("{field}: se indicó dos veces; \"{value}\" sobra"),
        ))),
    }
}

/// A file's draft. Where there are several, whatever is said of one names its file.
fn tagged(file: &str, several: bool) -> anyhow::Result<Value> {
    let mut draft = read(Path::new(file))?;
    if let Value::Object(fields) = &mut draft
        && several
    {
        fields.entry("tag").or_insert_with(|| json!(file));
    }
    Ok(draft)
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let text = crate::config::read_text(path)?;
    let draft = Draft::parse_file(path, &text);
    draft.map_err(|what| Failure::usage(what.about(path.display())).into())
}

/// A new extract may stand in an older one's place: as an alert it named what it was taken from, as an amendment it is about the
/// version before it. Of any other draft what is typed stands, and is refused if it is not the newest version.
fn amending(file: &mut Value) {
    let handling = file.get("handling");
    let marked =
        |name: &str| handling.and_then(|block| block.get(name)) == Some(&Value::Bool(true));
    let is_extract = marked("tear_line") || marked("tearLine");
    if let Value::Object(fields) = file
        && is_extract
        && fields.get("type").and_then(plain) == Some("ALERT")
    {
        for name in ["refers_to", "refersTo"] {
            drop(fields.remove(name));
        }
    }
}

/// The name of a type, however the draft spells it.
fn plain(stated: &Value) -> Option<&str> {
    let stated = stated.as_str()?;
    Some(stated.trim_start_matches("MESSAGE_TYPE_"))
}

/// The type.
fn settle(draft: &mut Value, args: &MessageArgs) -> Result<(), Failure> {
    let Value::Object(fields) = draft else {
        return Ok(()); // said when it is read
    };
    let kind = args.verb.kind;
    let name = kind.as_str_name().trim_start_matches("MESSAGE_TYPE_");
    let stated = fields.entry("type").or_insert_with(|| json!(name));
    // An amendment is the whole alert again, so it is written in the alert's own file.
    if kind == MessageType::Amend && plain(stated) == Some("ALERT") {
        *stated = json!(name);
    }
    let same = plain(stated).is_none_or(|stated| stated == name);
    // `send alert FILE` takes drafts of any type, as a stream does.
    if !same && kind != MessageType::Alert {
        let what = (
            format!("type: the draft says {stated}, the command says {name}"),
            format!("type: el borrador dice {stated}; el comando, {name}"),
        );
        return Err(Failure::usage(what));
    }
    Ok(())
}

/// The status, when neither the draft nor its case says it.
pub(super) fn state(drafts: &mut [Value], sender: &NodeId) {
    for fields in drafts.iter_mut().filter_map(Value::as_object_mut) {
        let kind = fields.get("type").and_then(Value::as_str);
        let notice = kind == Some("SYSTEM_NOTICE");
        fields
            .entry("status")
            .or_insert_with(|| json!(status(notice, sender)));
    }
}

/// What the sender's trust domain is for. RFC 6761 keeps `.invalid` out of the real world.
fn status(notice: bool, sender: &NodeId) -> &'static str {
    match (sender.side().as_str().ends_with(".invalid"), notice) {
        (true, _) => "EXERCISE",
        (false, true) => "SYSTEM",
        (false, false) => "ACTUAL",
    }
}

/// Puts the values of a flag into the field it stands for; a second flag of the same list continues it.
fn put(draft: &mut Value, said: &Said) -> Result<(), Failure> {
    let values = said.values.iter();
    let value = match said.flag.shape {
        Shape::Switch => json!(true),
        Shape::One => json!(values.as_slice().first()),
        Shape::Codes | Shape::Texts => json!(said.values),
        Shape::Numbered => values
            .enumerate()
            .map(|(index, text)| json!({ "number": index + 1, "text": text }))
            .collect(),
        Shape::Pairs(left, right, mark) => {
            let pairs = values.map(|value| pair(value, left, right, mark, said.flag.name));
            Value::Array(pairs.collect::<Result<_, _>>()?)
        }
    };
    let mut place = draft;
    for name in said.flag.path.split('.') {
        if !place.is_object() {
            *place = json!({});
        }
        let Value::Object(fields) = place else {
            return Ok(());
        };
        place = fields.entry(name).or_insert(Value::Null);
    }
    match (place, value) {
        (Value::Array(before), Value::Array(more)) => before.extend(more),
        (place, value) => *place = value,
    }
    Ok(())
}

/// `LEFT=RIGHT` as an object; the right half may be missing, and have a time behind it.
fn pair(
    value: &str,
    left: &str,
    right: &str,
    mark: Option<(&str, bool)>,
    flag: &str,
) -> Result<Value, Failure> {
    let (first, second) = match value.split_once('=') {
        Some((first, second)) => (first, Some(second)),
        None => (value, None),
    };
    let mut fields = Map::new();
    drop(fields.insert(left.to_owned(), json!(first)));
    let (right, dated) = match right.split_once('@') {
        Some((right, time)) => (right, Some(time)),
        None => (right, None),
    };
    if let Some(second) = second {
        if right.is_empty() {
            let what = (
                format!("--{flag} \"{value}\": nothing follows the code"),
                format!("--{flag} \"{value}\": nada sigue al código"),
            );
            return Err(Failure::usage(what));
        }
        let timed = dated.zip(second.split_once('@'));
        let second = timed.map_or(second, |(_, (second, _))| second);
        drop(fields.insert(right.to_owned(), json!(second)));
        if let Some((name, (_, time))) = timed {
            drop(fields.insert(name.to_owned(), json!(time)));
        }
    }
    if let Some((name, true)) = mark {
        drop(fields.insert(name.to_owned(), json!(true)));
    }
    Ok(Value::Object(fields))
}

/// Objects field by field; anything else is replaced.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

#[cfg(test)]
mod tests;
