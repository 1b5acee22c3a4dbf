//! What comes of a draft of an extract: a new case, or, where there is an extract in force already, the next version of that one.
//!
//! An amendment is the whole extract again. What a person typed into the older one stands in no version of the alert, so it is not in
//! the draft either: it is named, and typed again or dropped by whoever reads it.

use super::fields::{OF_CONTENT, OF_STATEMENT, Why};
use crate::commands::{extracts, own_copy};
use crate::draft::{content_of, statement_json};
use crate::exit::Failure;
use crate::output::{Lang, Output, printable};
use precinto_alert::code::MessageType;
use precinto_alert::id::AlertId;
use precinto_client::copy::{HeldCase, OwnCopy, Standing};
use serde_json::Value;

/// An extract that is in force.
pub(super) struct Older {
    alert: AlertId,
    statement: Value,
    /// Nothing where it is not here any more.
    content: Option<Value>,
}

/// The extracts of the case that can be amended.
pub(super) fn of(whole: &HeldCase, copy: &OwnCopy) -> Result<Vec<Older>, Failure> {
    let mut all = Vec::new();
    let extracts = extracts::of(whole, &whole.case.view(), copy)?;
    for extract in extracts {
        if extract.standing != Standing::Open {
            continue;
        }
        let case = copy.case(&extract.alert_id);
        let case = case.map_err(|error| own_copy::failed(&error))?;
        let Some(newest) = case.as_ref().and_then(HeldCase::newest_alert) else {
            continue;
        };
        let content = newest.content.as_ref();
        all.push(Older {
            alert: extract.alert_id,
            statement: statement_json(&newest.payload),
            content: content.map(|content| content_of(content, MessageType::Alert)),
        });
    }
    Ok(all)
}

impl Older {
    /// A note of what it says and the draft does not, or otherwise; `None` when there is no such thing.
    pub(super) fn beside(&self, draft: &Value, lang: Lang) -> Option<String> {
        let fields = self.fields(draft);
        if fields.is_empty() {
            return None;
        }
        let (id, fields) = (&self.alert, fields.join(", "));
        Some(lang.pick(
            format!("{id}, an extract in force, says beside this, or otherwise: {fields}; type again what still holds"),
            format!("{id}, extracto vigente, dice además de esto, o de otro modo: {fields}; vuelva a capturar lo que siga valiendo"),
        ))
    }

    /// Of what no alert hands down, and of the handling where both state it: what the draft leaves out, an amendment keeps.
    fn fields(&self, draft: &Value) -> Vec<String> {
        let mut fields = Vec::new();
        let typed = |why: &Why| !matches!(why, Why::Own | Why::Whom);
        let of_statement = OF_STATEMENT.left.iter();
        for (name, _) in of_statement.filter(|(name, why)| typed(why) && !name.contains('.')) {
            let said = self.statement.get(name).filter(|said| !is_nothing(said));
            if said.is_some() && said != draft.get(name) {
                fields.push(name.trim_end_matches("_ms").to_owned());
            }
        }
        let said = self.statement.get("handling").and_then(Value::as_object);
        for (name, said) in said.into_iter().flatten() {
            let drafted = draft.get("handling").and_then(|block| block.get(name));
            if drafted.is_some_and(|drafted| drafted != said) {
                fields.push(format!("handling.{name}"));
            }
        }
        let Some(content) = &self.content else {
            fields.push("content".to_owned());
            return fields;
        };
        let drafted = draft.get("content").unwrap_or(&Value::Null);
        let paths = OF_CONTENT.left.iter().map(|(path, _)| *path);
        let beside = paths.filter(|path| says(content, path) && !says(drafted, path));
        fields.extend(beside.map(|path| format!("content.{path}")));
        fields
    }
}

/// Whether something stands at a path of names, in any item of the lists on the way.
fn says(value: &Value, path: &str) -> bool {
    match (value, path.split_once('.')) {
        (Value::Array(items), _) => items.iter().any(|item| says(item, path)),
        (value, Some((name, rest))) => value.get(name).is_some_and(|value| says(value, rest)),
        (value, None) => value.get(path).is_some_and(|value| !is_nothing(value)),
    }
}

fn is_nothing(said: &Value) -> bool {
    match said {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(said) => !said,
        Value::Number(number) => number.as_u64() == Some(0),
    }
}

/// What was left out and why, and what comes next.
pub(super) fn tell(notes: &[String], alert: &AlertId, older: &[Older], output: Output) {
    let lang = output.lang();
    output.talk(lang.pick(
        format!("left out of the extract of {alert}:"),
        format!("fuera del extracto de {alert}:"),
    ));
    for note in notes {
        output.say(&format!("  {}", printable(note)));
    }
    let read = lang.pick(
        "next: read it once more, only whole names are recognised; then",
        "siguiente: léalo otra vez, solo se reconocen nombres completos; luego",
    );
    if older.is_empty() {
        output.say(&format!("  {read}"));
        let (file, to) = lang.pick(("FILE", "AGENCY"), ("ARCHIVO", "DEPENDENCIA"));
        output.talk(format!("    precinto send alert {file} --to {to}"));
        output.say(lang.pick(
            "  and tell those who have the whole:",
            "  y avise a quienes tienen la alerta completa:",
        ));
        let id = lang.pick("NEW_ALERT_ID", "FOLIO_NUEVO");
        output.talk(format!(
            "    precinto send link {alert} --with {id} --kind TEAR_LINE"
        ));
        return;
    }
    for one in older {
        let id = &one.alert;
        output.say(&lang.pick(
            format!("  {read}, in the place of {id} and not as a second case, first so and then without --dry-run:"),
            format!("  {read}, en lugar de {id} y no como segundo caso, primero así y después sin --dry-run:"),
        ));
        output.talk(format!("    {}", extracts::replacing(id, lang)));
    }
}
