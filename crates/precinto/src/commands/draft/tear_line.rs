//! `draft tear-line`: from an alert of one's own, the draft of an extract that names nobody, for those who may not have the names.
//!
//! What goes into it is listed, field by field, and nothing else does ([`fields`]); a new field of the contract stays out until somebody
//! has said that it may go. What is listed and names a party of the alert all the same stays out too ([`names`]).
//!
//! An extract is made by the originator alone. What another agency said is that agency's to release: who was sent it asks with a
//! `DISSEMINATION_REQUEST`, and the command says so.
//!
//! An extract is a case of its own, which the whole's amendment or recall does not reach. `show` and `send` name to its originator which
//! have yet to follow (`crate::commands::extracts`); `send amend` puts a newer extract in the place of an older one, and the command
//! says what of that one it cannot know ([`older`]).

mod fields;
mod names;
mod older;
#[cfg(test)]
mod tests;

use super::{Begun, missing, print};
use crate::args::DraftTearLine;
use crate::clock;
use crate::commands::{own_copy, show};
use crate::draft::{content_of, shortened, statement_json};
use crate::exit::{Exit, Failure, Text};
use crate::output::{Lang, Output};
use fields::{Cut, OF_CONTENT, OF_STATEMENT, Why};
use names::Names;
use precinto_alert::Reason;
use precinto_alert::code::MessageType;
use precinto_alert::content::Content;
use precinto_alert::id::{AlertId, MessageId};
use precinto_client::copy::{Held, HeldCase, OwnCopy};
use serde_json::{Map, Value, json};

/// The story in words, as the extract shall tell it.
#[derive(Debug, Clone, Copy)]
enum Story<'a> {
    /// Not at all.
    Untold,
    /// As the alert does.
    Kept,
    /// In words of its own.
    Told(&'a str),
}

/// The newest version of the alert, as messages are written in JSON.
struct Whole<'a> {
    alert: &'a AlertId,
    message_id: MessageId,
    statement: Value,
    content: Value,
    /// What the parties of all its versions are called, as far as their contents are here.
    names: Names,
    /// Of how many versions the content is not here.
    unread: usize,
}

/// An extract, and what of the alert is not in it.
struct Extract {
    draft: Value,
    notes: Vec<String>,
}

/// Runs `draft tear-line …`.
pub(super) fn run(args: &DraftTearLine, output: Output) -> anyhow::Result<Exit> {
    let copy = own_copy::of_args(&args.copy, output)?;
    let alert = show::wanted(&args.alert, &copy)?;
    let case = copy.case(&alert);
    let case = case.map_err(|error| own_copy::failed(&error))?;
    let case = case.ok_or_else(|| show::unknown(&alert))?;
    let (held, content) = source(&case, &copy)?;
    let story = match &args.narrative {
        Some(text) => Story::Told(text),
        None if args.keep_narrative => Story::Kept,
        None => Story::Untold,
    };
    let lang = output.lang();
    let versions = case.messages.iter().filter(|held| {
        let kind = held.statement.message_type();
        matches!(kind, MessageType::Alert | MessageType::Amend)
    });
    let contents = versions.map(|held| {
        let content = held.content.as_ref();
        content.map(|content| content_of(content, MessageType::Alert))
    });
    let (names, unread) = named(contents);
    let whole = Whole {
        alert: &alert,
        message_id: held.statement.message_id(),
        statement: statement_json(&held.payload),
        content: content_of(content, MessageType::Alert),
        names,
        unread,
    };
    let Extract { draft, mut notes } = extract(whole, story, clock::now_ms(), lang)?;
    let older = older::of(&case, &copy)?;
    notes.extend(older.iter().filter_map(|one| one.beside(&draft, lang)));
    let version = held.statement.alert_version();
    let from = lang.pick(
        format!("{alert}, version {version}: a tear-line"),
        format!("{alert}, versión {version}: extracto no nominal"),
    );
    older::tell(&notes, &alert, &older, output);
    let mut missing = missing::of(&draft, lang);
    // An amendment goes to whom the older extract went.
    missing.retain(|one| older.is_empty() || one.field != "to");
    let begun = Begun::new(&draft, &missing, &notes);
    print(&begun, &from, output)
}

/// The newest version, if an extract may be made of it.
fn source<'a>(case: &'a HeldCase, copy: &OwnCopy) -> Result<(&'a Held, &'a Content), Failure> {
    let alert = &case.alert_id;
    let view = case.case.view();
    let is_own = view.originator.as_ref() == Some(copy.agency());
    let newest = case.newest_alert().filter(|_| is_own);
    let Some(newest) = newest else {
        let by = view.originator.map(|agency| agency.to_string());
        return Err(not_yours(alert, &by.unwrap_or_default()));
    };
    let ended = if view.recall.is_some() {
        Some(Reason::RecalledAlert)
    } else {
        Some(Reason::AlertCancelled).filter(|_| view.is_cancelled)
    };
    if let Some(reason) = ended {
        let what = (
            "no extract is made of what was withdrawn",
            "no se hace un extracto de lo que fue retirado o cancelado",
        );
        return Err(Failure::coded(reason, Text::from(what).about(alert)));
    }
    newest
        .content
        .as_ref()
        .map(|content| (newest, content))
        .ok_or_else(|| {
            let what = (
                "the content of its newest version is not here",
                "el contenido de su versión más reciente no está aquí",
            );
            Failure::new(Exit::NotFound, Text::from(what).about(alert))
        })
}

/// Originator control: nobody else makes an extract.
fn not_yours(alert: &AlertId, by: &str) -> Failure {
    let what = (
        format!("only its originator {by} makes an extract of it"),
        format!("solo su originador, {by}, hace un extracto de ella"),
    );
    let next = (
        format!(
            "ask for it:  precinto send dissemination-request {alert} --release-to AGENCY --authority CODE --purpose TEXT"
        ),
        format!(
            "solicítelo:  precinto send dissemination-request {alert} --release-to DEPENDENCIA --authority CÓDIGO --purpose TEXTO"
        ),
    );
    Failure::coded(Reason::OnwardRelease, Text::from(what).about(alert)).next(next)
}

/// What the parties of all versions are called: a text of the newest may name whom an older one named. And how many are not here.
fn named(contents: impl Iterator<Item = Option<Value>>) -> (Names, usize) {
    let (mut names, mut unread) = (Names::default(), 0);
    for content in contents {
        match content {
            Some(content) => names.add(content.get("parties").unwrap_or(&Value::Null)),
            None => unread += 1,
        }
    }
    (names, unread)
}

/// The draft, made of what may go, and one note for each field that does not.
fn extract(
    whole: Whole<'_>,
    story: Story<'_>,
    now_ms: u64,
    lang: Lang,
) -> Result<Extract, Failure> {
    let names = whole.names;
    let nobody = Names::default();
    let mut cut = Cut::new(OF_STATEMENT, &nobody);
    let mut draft = cut.of(whole.statement);
    let mut left = cut.left("", lang);
    let mut cut = Cut::new(OF_CONTENT, &names);
    if matches!(story, Story::Kept) {
        cut.keep("narrative");
    }
    let mut content = cut.of(whole.content);
    if let Story::Told(text) = story {
        cut.forget("narrative");
        drop(content.insert("narrative".to_owned(), told(text, &draft, &names)?));
    }
    left.extend(cut.left("content.", lang));
    left.extend(cut.along("content.", lang));
    left.extend(unknown(whole.unread, lang));
    times(&mut draft, now_ms, &mut left, lang);
    let handling = draft.entry("handling").or_insert_with(|| json!({}));
    if handling.get("tlp") == Some(&json!("RED"))
        && let Value::Object(handling) = handling
    {
        drop(handling.remove("tlp"));
        left.push(Why::Red.note("handling.tlp", 1, lang));
    }
    handling["tear_line"] = Value::Bool(true);
    let mut set = |name: &str, value: Value| drop(draft.insert(name.to_owned(), value));
    set("type", json!("ALERT"));
    set("refers_to", json!(whole.message_id.to_string()));
    set("linked_alerts", json!([whole.alert.to_string()]));
    set("content", shortened(Value::Object(content)));
    Ok(Extract {
        draft: Value::Object(draft),
        notes: left,
    })
}

/// That older versions may have named somebody whom nobody looked for.
fn unknown(unread: usize, lang: Lang) -> Option<String> {
    let said = lang.pick(
        format!(
            "versions whose content is not here ({unread}): whom they named was not looked for"
        ),
        format!(
            "versiones cuyo contenido no está aquí ({unread}): no se buscó a quienes nombraban"
        ),
    );
    (unread > 0).then_some(said)
}

/// What of any content goes into an extract (test only).
#[cfg(any(test, fuzzing))]
pub(super) fn extracted(content: Value) -> Map<String, Value> {
    let names = Names::of(content.get("parties").unwrap_or(&Value::Null));
    Cut::new(OF_CONTENT, &names).of(content)
}

/// Whether what went into an extract as somebody typed it names a party of the content that it was taken from (test only).
#[cfg(any(test, fuzzing))]
pub(super) fn names_somebody(extract: &Map<String, Value>, content: &Value) -> bool {
    fn in_it(value: &Value, path: &str, names: &Names) -> bool {
        match value {
            Value::Array(items) => items.iter().any(|item| in_it(item, path, names)),
            Value::Object(fields) => fields.iter().any(|(name, value)| {
                let place = [path, name].join(".");
                in_it(value, place.trim_start_matches('.'), names)
            }),
            Value::String(text) => OF_CONTENT.typed.contains(&path) && names.stand_in(text),
            _ => false,
        }
    }
    let names = Names::of(content.get("parties").unwrap_or(&Value::Null));
    let mut fields = extract.iter();
    fields.any(|(name, value)| in_it(value, name, &names))
}

/// The narrative that was typed, in the alert's first language. Whoever writes a name into an extract has mistaken the one for the
/// other: nothing is made of it.
fn told(text: &str, draft: &Map<String, Value>, names: &Names) -> Result<Value, Failure> {
    if names.stand_in(text) {
        let what = (
            "--narrative names a party of the alert: a tear-line names nobody",
            "el relato de --narrative nombra a una parte de la alerta: un extracto no nominal no nombra a nadie",
        );
        return Err(Failure::coded(Reason::NominalData, what));
    }
    let language = draft.get("languages").and_then(|all| all.get(0));
    Ok(match language {
        Some(language) => json!([{ "language": language, "text": text }]),
        None => json!([{ "text": text }]),
    })
}

/// Moments that lie ahead, as people read them; those that are past belong to no new alert.
fn times(draft: &mut Map<String, Value>, now_ms: u64, left: &mut Vec<String>, lang: Lang) {
    for name in ["last_action", "expires"] {
        let Some(at) = draft.remove(&format!("{name}_ms")) else {
            continue;
        };
        match at.as_u64().filter(|at_ms| *at_ms > now_ms) {
            Some(at_ms) => drop(draft.insert(name.to_owned(), json!(clock::rfc3339_ms(at_ms)))),
            None => left.push(Why::Past.note(name, 1, lang)),
        }
    }
}
