//! The page: a list to print, with room to note when each message was reported and under which number.

use super::super::page::{Head, escape, section};
use super::super::words::period;
use super::{Rules, direction, joined, nothing, officers, title, what, whose};
use crate::output::Lang;
use crate::words::minute;
use precinto_alert::code::{Coded, MessageStatus};
use precinto_audit::exchange::{Communication, Exchanges};

/// The whole page.
pub(in super::super) fn page(list: &Exchanges, rules: &Rules, lang: Lang) -> String {
    let head = Head {
        title: title(lang).to_owned(),
        about: format!("{} · {}", whose(list), period(list.from_ms, list.to_ms)),
        log: &list.log,
        notice: notice(list, lang),
    };
    let body = if list.messages.is_empty() {
        format!("<p>{}</p>\n", escape(nothing(lang)))
    } else {
        table(list, rules, lang)
    };
    let heading = match list.messages.len() {
        1 => lang.pick("1 message", "1 mensaje").to_owned(),
        count => lang.pick(format!("{count} messages"), format!("{count} mensajes")),
    };
    let all = section(&heading, &format!("{}.", rules.sentence(lang)), &body);
    let all = all.replacen("<section>", "<section class=\"long\">", 1);
    super::super::page::page(&head, &[all, limits(lang)], lang)
}

fn notice(list: &Exchanges, lang: Lang) -> Option<String> {
    let is_actual = |message: &Communication| message.status == MessageStatus::Actual.name();
    let none = !list.messages.is_empty() && !list.messages.iter().any(is_actual);
    none.then(|| {
        lang.pick(
            "EXERCISE: no message in this list was meant in earnest.",
            "EJERCICIO: ningún mensaje de esta lista es real.",
        )
        .to_owned()
    })
}

fn table(list: &Exchanges, rules: &Rules, lang: Lang) -> String {
    let told = rules.short_names();
    // Shares of the page, in per cent: room to write in the last.
    let heads = [
        (7, lang.pick("Entry", "Entrada").to_owned(), ""),
        (11, lang.pick("Logged", "Registrado").to_owned(), ""),
        (29, lang.pick("Message", "Mensaje").to_owned(), ""),
        (16, lang.pick("Counterpart", "Contraparte").to_owned(), ""),
        (13, lang.pick("Officers", "Oficiales").to_owned(), ""),
        (
            11,
            lang.pick("Report by", "Informar antes de").to_owned(),
            "",
        ),
        (
            13,
            lang.pick(format!("Reported to {told}"), format!("Informado a {told}")),
            lang.pick("(date, reference)", "(fecha, folio)"),
        ),
    ];
    let heads = heads.iter().map(|(width, name, note)| {
        let (name, note) = (escape(name), escape(note));
        format!("<th style=\"width: {width}%\">{name}<small>{note}</small></th>")
    });
    let heads: String = heads.collect();
    let rows: String = list
        .messages
        .iter()
        .map(|message| row(message, lang))
        .collect();
    format!(
        "<table class=\"list\">\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )
}

fn row(message: &Communication, lang: Lang) -> String {
    let about = message.alert_id.as_deref().unwrap_or_default();
    // The day above the time: a column of a printed page is narrow.
    let when = |ms| minute(ms).replacen(' ', "<br/>", 1);
    format!(
        "<tr><td>{}</td><td class=\"when\">{}</td><td>{}<small class=\"ids\">{}<br/>{}</small></td><td>{}<br/>{}</td>\
         <td>{}</td><td class=\"when\"><strong>{}</strong></td><td></td></tr>\n",
        message.index,
        when(message.time_ms),
        escape(&what(message, lang)),
        escape(about),
        escape(&message.message_id),
        direction(message, lang),
        escape(&joined(&message.counterparts)),
        escape(&officers(message)),
        when(message.due_ms),
    )
}

fn limits(lang: Lang) -> String {
    let title = lang.pick(
        "What this list is, and is not",
        "Qué es y qué no es esta lista",
    );
    let says = lang.pick(
        "Every message that this log holds between these agencies, or officers, and another side; times are those of the log, \
         in UTC. What the messages say is not here. Conversations outside the log are not here either, and whether a \
         report was made is not known to it.",
        "Todos los mensajes de esta bitácora entre estas dependencias, u oficiales, y otra parte; las horas son las de la bitácora, \
         en UTC. El contenido de los mensajes no aparece. Tampoco aparece lo que se habló fuera de la bitácora, ni consta en ella \
         si se rindió el informe.",
    );
    section(title, says, "")
}
