//! One message of the story: when, who, to whom, what, about which other message, and who signed it.

use super::super::Told;
use crate::draft::content_of;
use crate::output::Lang;
use crate::words::{
    Finding, Label, Rows, Sheet, handling, labels, minute, names, of_alert, of_reply, recipient,
    says, signer, terms_of_reply, version,
};
use precinto_alert::code::{Coded as _, MessageType, SignerRole};
use precinto_alert::statement::Statement;
use precinto_client::copy::{BodyState, Held};
use serde_json::Value;
pub(crate) use unseen::Patience;
pub(crate) use unseen::{Unseen, changes_unseen};

mod unseen;

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
    if is_version(said.message_type()) {
        changes(sheet, told, held);
    } else {
        let alert = told.held.newest_alert().map(|held| &held.statement);
        sheet.rows(&first(said, alert, lang));
        sheet.row(("content", "contenido"), absent(held.body, lang));
        sheet.rows(&of_reply(&content(held), lang));
        sheet.rows(&last(said, alert, lang));
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

/// What comes before the content of a reply: whether it is meant as the alert is, how urgent it is, what is to be done.
fn first(said: &Statement, alert: Option<&Statement>, lang: Lang) -> Rows {
    let differs = |differs: fn(&Statement, &Statement) -> bool| {
        alert.is_none_or(|alert| differs(said, alert))
    };
    let status = differs(|said, alert| said.status() != alert.status());
    let goods = differs(|said, alert| said.commodities() != alert.commodities());
    let goods = said.commodities().iter().copied().filter(|_| goods);
    let actions = said.actions().iter().copied();
    let mut rows = vec![
        (
            ("status", "estado"),
            labels(Some(said.status()).filter(|_| status), lang),
        ),
        (
            ("precedence", "precedencia"),
            labels(said.precedence(), lang),
        ),
        (("goods", "mercancía"), labels(goods, lang)),
        (("actions", "acciones"), labels(actions, lang)),
    ];
    rows.retain(|(_, value)| !value.is_empty());
    rows
}

/// What comes behind it: how it may be handled, by what law it was said, by when an answer is asked for.
fn last(said: &Statement, alert: Option<&Statement>, lang: Lang) -> Rows {
    let own = handling(said, lang);
    let value = match alert.map(|alert| handling(alert, lang)) {
        Some(of_alert) if of_alert == own => lang.pick("as the alert", "como la alerta").to_owned(),
        _ => own,
    };
    let mut rows = vec![(("handling", "manejo"), value)];
    rows.extend(terms_of_reply(said, lang));
    rows
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
    let versions = told.held.messages.iter();
    let versions = versions.filter(|one| is_version(one.statement.message_type()));
    let before = versions.take_while(|one| one.index < held.index).last();
    let Some(before) = before else { return };
    let lang = sheet.lang();
    let are_here = [before, held].map(|one| one.body == BodyState::Present);
    let contents = (are_here == [true, true]).then(|| [before, held].map(content));
    let statements = [before, held].map(|one| &one.statement);
    for (label, value) in changed(statements, contents.as_ref(), &told.patience, lang) {
        sheet.row(label, &value);
    }
}

/// What stood before and what stands now, as rows; what no row tells apart is not passed over either.
fn changed(
    [before, now]: [&Statement; 2],
    contents: Option<&[Value; 2]>,
    patience: &Patience,
    lang: Lang,
) -> Rows {
    let mut rows = [version(before, lang), version(now, lang)];
    if let Some(contents) = contents {
        for (rows, content) in rows.iter_mut().zip(contents) {
            rows.extend(of_alert(content, lang));
        }
    }
    let [old, new] = rows;
    let mut changed = Rows::new();
    let mut labels: Vec<Label> = Vec::new();
    for (label, _) in old.iter().chain(&new) {
        if !labels.contains(label) {
            labels.push(*label);
        }
    }
    for label in labels {
        let name = lang.pick(label.0, label.1);
        let sides = [
            (("before", "antes"), &old, &new),
            (("now", "ahora"), &new, &old),
        ];
        for (when, some, other) in sides {
            let gone = some
                .iter()
                .filter(|row| row.0 == label && !other.contains(row));
            changed.extend(gone.map(|(_, value)| (when, format!("{name}: {value}"))));
        }
    }
    let more = match contents {
        // Silence would say that nothing else changed.
        None => Some(lang.pick(
            "what its content changed cannot be told: that of one of the two versions is not here",
            "no se puede saber qué cambió en su contenido: el de una de las dos versiones no está aquí",
        )),
        Some(contents) => match changes_unseen(contents, patience, lang) {
            Unseen::Nothing => None,
            Unseen::Something => Some(lang.pick(
                "in details that are not shown here; -o json shows both versions",
                "en detalles que aquí no se muestran; -o json muestra ambas versiones",
            )),
            Unseen::Unlooked => Some(lang.pick(
                "perhaps in details that are not shown here, too: it was not looked for; -o json shows both versions",
                "quizá también en detalles que aquí no se muestran: no se buscaron; -o json muestra ambas versiones",
            )),
        },
    };
    changed.extend(more.map(|more| (("changed", "cambió"), more.to_owned())));
    changed
}

/// The content as an object; null when it is not here.
pub(crate) fn content(held: &Held) -> Value {
    let content = held.content.as_ref();
    content.map_or(Value::Null, |content| {
        content_of(content, held.statement.message_type())
    })
}

/// Why there is no content, where there should be some.
pub(crate) fn absent(body: BodyState, lang: Lang) -> &'static str {
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

#[cfg(test)]
mod tests;
