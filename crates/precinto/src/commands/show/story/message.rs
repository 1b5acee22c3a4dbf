//! One message of the story: when, who, to whom, what, about which other message, and who signed it.

use super::super::Told;
use crate::draft::content_of;
use crate::output::Lang;
use crate::words::{
    Finding, Rows, Sheet, labels, minute, names, of_alert, of_reply, recipient, says, signer,
};
use precinto_alert::code::{Coded as _, MessageType, SignerRole};
use precinto_client::copy::{BodyState, Held};
use serde_json::Value;

/// Adds the message to the story.
pub(super) fn tell(sheet: &mut Sheet, told: &Told<'_>, held: &Held) {
    let (lang, said) = (sheet.lang(), &held.statement);
    let to = names(said.recipients().iter().map(recipient));
    let head = format!(
        "{}  {} → {to}",
        minute(held.time_ms),
        said.sender().agency()
    );
    sheet.block(2, &format!("#{:<4}", held.index), &head);
    sheet.block(7, "", &what(told, held, lang));
    sheet.indent(7);
    if !is_version(said.message_type()) {
        let actions = labels(said.actions().iter().copied(), lang);
        sheet.row(("actions", "acciones"), &actions);
    }
    if is_version(said.message_type()) {
        changes(sheet, told, held);
    } else {
        sheet.row(("content", "contenido"), absent(held.body, lang));
        sheet.rows(&of_reply(&content(held), lang));
        for warning in &held.warnings {
            sheet.row(("WARNING", "AVISO"), &Finding::from(warning).said(lang));
        }
    }
    let officers = held.signers.iter();
    let officers = officers.filter(|one| one.role == SignerRole::Officer);
    let officers = names(officers.map(|one| signer(&one.identity, lang)));
    sheet.row(("signed by", "firmado por"), &officers);
    let id = said.message_id().to_string();
    sheet.row(("message", "mensaje"), &id);
    sheet.indent(2);
}

/// Its type, what it says in codes, and what it is about.
fn what(told: &Told<'_>, held: &Held, lang: Lang) -> String {
    let said = &held.statement;
    let mut parts = vec![said.message_type().label(lang.texts()).to_owned()];
    if is_version(said.message_type()) {
        let version = lang.pick("version", "versión");
        parts.push(format!("{version} {}", said.alert_version()));
    }
    let about = said.refers_to().and_then(|id| {
        let mut all = told.held.messages.iter();
        all.find(|one| one.statement.message_id() == id)
    });
    if let Some(about) = about {
        let on = lang.pick("about", "sobre");
        parts.push(format!("{on} #{}", about.index));
    }
    let what = parts.join(", ");
    match says(said, lang) {
        says if says.is_empty() => what,
        says => format!("{what}: {says}"),
    }
}

/// The newest version stands above; of an amendment is told what it changed.
fn changes(sheet: &mut Sheet, told: &Told<'_>, held: &Held) {
    let lang = sheet.lang();
    let versions = told.held.messages.iter();
    let versions = versions.filter(|one| is_version(one.statement.message_type()));
    let before = versions.take_while(|one| one.index < held.index).last();
    let (Some(before), BodyState::Present) = (before, held.body) else {
        return;
    };
    if before.body != BodyState::Present {
        return;
    }
    let rows_of = |one: &Held| of_alert(&content(one), lang);
    let (old, new) = (rows_of(before), rows_of(held));
    let only_in = |some: &Rows, other: &Rows| -> Vec<String> {
        let some = some.iter().filter(|row| !other.contains(row));
        some.map(|((en, es), value)| format!("{}: {value}", lang.pick(en, es)))
            .collect()
    };
    for gone in only_in(&old, &new) {
        sheet.row(("before", "antes"), &gone);
    }
    for come in only_in(&new, &old) {
        sheet.row(("now", "ahora"), &come);
    }
}

/// The content as an object; null when it is not here.
pub(crate) fn content(held: &Held) -> Value {
    let content = held.content.as_ref();
    content.map_or(Value::Null, |content| {
        content_of(content, held.statement.message_type())
    })
}

/// Why there is no content, where there should be some.
pub(super) fn absent(body: BodyState, lang: Lang) -> &'static str {
    let (en, es) = match body {
        BodyState::Present | BodyState::None => ("", ""),
        BodyState::Unreadable => (
            "cannot be read by this version of precinto",
            "esta versión de precinto no puede leerlo",
        ),
        BodyState::Pruned => (
            "was deleted by law, as the gateway says; nothing proves it",
            "se suprimió conforme a la ley, según la pasarela; nada lo prueba",
        ),
        BodyState::Quarantined => (
            "in quarantine, because the alert was recalled",
            "en cuarentena, porque se retiró la alerta",
        ),
        BodyState::Erased => (
            "was erased here, because the alert was recalled",
            "se borró aquí, porque se retiró la alerta",
        ),
    };
    lang.pick(en, es)
}

fn is_version(kind: MessageType) -> bool {
    matches!(kind, MessageType::Alert | MessageType::Amend)
}
