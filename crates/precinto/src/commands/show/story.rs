//! A case for people, the most important first: what it is and where it stands, what it is about, who owes what, and only
//! then everything that was said, in the order of the log.

mod message;

use super::{Told, next};
use crate::commands::extracts::named;
use crate::output::Output;
use crate::words::{
    Finding, Sheet, expired, handling, labels, level_marks, minute, names, of_alert, of_reply,
    part_state, span, standing, terms,
};
pub(crate) use message::Patience;
#[cfg(any(test, fuzzing))]
pub(crate) use message::{Unseen, changes_unseen};
pub(crate) use message::{absent, content};
use precinto_alert::case::{Confirmation, Part, Question};
use precinto_alert::code::{Coded as _, MessageType};
use precinto_alert::id::{AgencyId, AlertId, MessageId, NodeId};
use precinto_client::Overdue;
use precinto_client::copy::{BodyState, Held, Standing};
use std::collections::BTreeSet;

/// The story as lines of text.
pub(super) fn lines(told: &Told<'_>, output: Output) -> Vec<String> {
    let mut sheet = Sheet::new(output);
    head(&mut sheet, told);
    recall(&mut sheet, told);
    if let Some(alert) = told.held.newest_alert() {
        about(&mut sheet, told, alert);
    } else {
        let (en, es) = (
            "The alert itself was never sent to this agency, only what follows.",
            "La alerta misma nunca se envió a esta dependencia, solo lo que sigue.",
        );
        sheet.gap();
        sheet.block(2, "", output.lang().pick(en, es));
    }
    waiting(&mut sheet, told);
    parts(&mut sheet, told);
    missed(&mut sheet, told);
    holds(&mut sheet, told);
    sheet.heading(("What was said", "Qué se dijo"));
    for held in &told.held.messages {
        message::tell(&mut sheet, told, held);
    }
    foot(&mut sheet, told);
    sheet.into_lines()
}

/// What it is, where it stands, until when something can be done, what to do.
fn head(sheet: &mut Sheet, told: &Told<'_>) {
    let lang = sheet.lang();
    let alert = told.held.newest_alert();
    let mut parts = Vec::new();
    if let Some(alert) = alert {
        let said = &alert.statement;
        parts.push(said.status().label(lang.texts()).to_uppercase());
        if let Some(precedence) = said.precedence() {
            let label = precedence.label(lang.texts());
            parts.push(format!("{} {label}", precedence.name()));
        }
    }
    parts.push(told.held.alert_id.to_string());
    if let Some(alert) = alert {
        let goods = alert.statement.commodities().iter();
        let goods: Vec<&str> = goods.map(|one| one.label(lang.texts())).collect();
        parts.push(goods.join(", "));
    }
    sheet.bold(parts.join("  ").trim_end());
    let stands = Standing::of(told.held);
    let (_, (en, es)) = standing(stands);
    let (about_en, about_es) = match stands {
        Standing::Open => ("", ""),
        Standing::Closed => (
            ": every addressee has ended its part",
            ": todos los destinatarios terminaron su parte",
        ),
        Standing::Cancelled => (
            ": the originator needs it no longer",
            ": el originador ya no la necesita",
        ),
        Standing::Recalled => (
            ": taken back by its originator, not to be used",
            ": el originador la retiró, no debe usarse",
        ),
    };
    let stands_in_words = lang.pick(en, es).to_uppercase();
    match told.view.expires_ms.filter(|_| told.is_expired()) {
        Some(expires_ms) => sheet.bold(&expired(expires_ms, told.now_ms, lang)),
        None => sheet.bold(&format!(
            "{stands_in_words}{}",
            lang.pick(about_en, about_es)
        )),
    }
    let escalated = told.view.escalated();
    if !escalated.is_empty() && stands == Standing::Open {
        let names: Vec<String> = escalated.iter().map(ToString::to_string).collect();
        let (en, es) = ("ESCALATED: no answer from", "ESCALADA: sin respuesta de");
        sheet.bold(&format!("{} {}", lang.pick(en, es), names.join(", ")));
    }
    disputed(sheet, told);
    if let Some(last) = alert.and_then(|alert| alert.statement.last_action_ms())
        && stands == Standing::Open
    {
        let from_now = span(told.now_ms, last, lang);
        let value = format!("{}, {from_now}", minute(last));
        sheet.row(("act before", "actuar antes"), &value);
    }
    let extracts = told.extracts.iter().map(|one| named(one, lang));
    sheet.row(("extracts", "extractos"), &names(extracts));
    for step in next::steps(told, lang) {
        sheet.command(("next", "siguiente"), &step);
    }
}

/// What is contested, and by whom.
fn disputed(sheet: &mut Sheet, told: &Told<'_>) {
    let (en, es) = ("DISPUTED:", "IMPUGNADA:");
    let lang = sheet.lang();
    for (about, who) in &told.view.disputes {
        let said = told.held.messages.iter();
        let mut said = said.filter(|held| held.statement.message_id() == *about);
        let Some(said) = said.next() else { continue };
        let line = format!(
            "{} {} #{}: {} {}",
            lang.pick(en, es),
            labels([said.statement.message_type()], lang),
            said.index,
            lang.pick("contested by", "la impugna"),
            all(who, told, sheet),
        );
        sheet.bold(&line);
    }
}

/// What is known of a case that this agency was sent nothing of, and is asked to step in.
pub(super) fn called_upon(alert: &AlertId, called: &[Overdue], output: Output) -> Vec<String> {
    let mut sheet = Sheet::new(output);
    let lang = sheet.lang();
    sheet.bold(alert.as_str());
    let (en, es) = (
        "Others have not answered this alert in time, and this agency is called upon. The alert itself was not sent to it: \
         telephone whoever waits for the answer.",
        "Otros no han respondido a tiempo esta alerta y se recurre a esta dependencia. La alerta misma no se le envió: \
         llame por teléfono a quien espera la respuesta.",
    );
    sheet.block(2, "", lang.pick(en, es));
    let waits: BTreeSet<String> = called.iter().map(|one| one.sender.to_string()).collect();
    let waits = waits.into_iter().collect::<Vec<_>>().join(", ");
    sheet.row(("waits", "espera"), &waits);
    sheet.heading(("Deadlines missed", "Plazos vencidos"));
    for one in called {
        late(&mut sheet, one, None);
    }
    sheet.into_lines()
}

/// Who has not answered in time, and what followed; what still has no answer is marked.
fn missed(sheet: &mut Sheet, told: &Told<'_>) {
    if told.held.overdue.is_empty() {
        return;
    }
    sheet.heading(("Deadlines missed", "Plazos vencidos"));
    let escalated = told.view.escalated();
    for agency in &escalated {
        let (en, es) = (
            "ESCALATED, still no answer:",
            "ESCALADA, sigue sin respuesta:",
        );
        let line = format!(
            "{} {}",
            sheet.lang().pick(en, es),
            whom(agency, told, sheet)
        );
        sheet.block(2, "! ", &line);
    }
    for one in &told.held.overdue {
        let open = told.view.late.iter().find(|late| late.missed == one.missed);
        late(sheet, one, open.map(|late| late.is_answered));
    }
}

fn late(sheet: &mut Sheet, one: &Overdue, is_answered: Option<bool>) {
    let lang = sheet.lang();
    let mark = match is_answered {
        Some(true) => "✓",
        Some(false) => "!",
        None => "·",
    };
    let [what, who] = crate::words::late(one, lang);
    sheet.block(
        2,
        &format!("{mark} #{} ", one.index),
        &format!("{}  {what}", minute(one.time_ms)),
    );
    sheet.block(6, "", &who);
}

/// What the newest version says, and what the gateway found in it.
fn about(sheet: &mut Sheet, told: &Told<'_>, alert: &Held) {
    let (lang, said) = (sheet.lang(), &alert.statement);
    sheet.gap();
    let entry = lang.pick("entry", "entrada");
    let node = lang.pick("node", "nodo");
    let mut from = vec![
        said.sender().agency().to_string(),
        format!("{node} {}", said.sender().node()),
        format!("{entry} {}", alert.index),
    ];
    if said.alert_version() > 1 {
        let version = lang.pick("version", "versión");
        from.push(format!("{version} {}", said.alert_version()));
    }
    from.push(minute(alert.time_ms));
    sheet.row(("from", "de"), &from.join(", "));
    // What was taken back is asked for no longer.
    if matches!(Standing::of(told.held), Standing::Open | Standing::Closed) {
        let asked = said.actions().iter().copied();
        sheet.row(("asks for", "pide"), &labels(asked, lang));
    }
    sheet.row(("handling", "manejo"), &handling(said, lang));
    sheet.row(("content", "contenido"), absent(alert.body, lang));
    sheet.rows(&of_alert(&content(alert), lang));
    sheet.rows(&terms(said, lang));
    for warning in &alert.warnings {
        sheet.row(("WARNING", "AVISO"), &Finding::from(warning).said(lang));
    }
}

/// Who has carried out a recall, and who has not.
fn recall(sheet: &mut Sheet, told: &Told<'_>) {
    let Some(recall) = &told.view.recall else {
        return;
    };
    let lang = sheet.lang();
    let total = recall.confirmations.len();
    let done = recall.confirmations.values().filter(|one| one.is_done);
    let done = done.count();
    sheet.heading(("Recall", "Retiro"));
    let asked = labels([recall.measure], lang);
    let of = lang.pick("of", "de");
    let confirmed = lang.pick("confirmed", "confirmados");
    sheet.block(2, "", &format!("{asked}: {done} {of} {total} {confirmed}"));
    for (agency, confirmation) in &recall.confirmations {
        let Confirmation {
            taken,
            outstanding,
            is_done,
        } = confirmation;
        let (mark, word) = match (is_done, taken) {
            (true, _) => ("✓ ", lang.pick("confirmed", "confirmó")),
            (false, Some(taken)) if *taken >= recall.measure => {
                ("✗ ", lang.pick("NOT EVERY NODE", "NO TODOS LOS NODOS"))
            }
            (false, Some(_)) => ("✗ ", lang.pick("NOT ENOUGH", "NO BASTA")),
            (false, None) => ("✗ ", lang.pick("NOT CONFIRMED", "SIN CONFIRMAR")),
        };
        let taken = labels(*taken, lang);
        let line = format!("{}: {word} {taken}", whom(agency, told, sheet));
        let mut line = line.trim_end().to_owned();
        if !outstanding.is_empty() {
            let nodes = outstanding.iter().map(NodeId::node).collect::<Vec<_>>();
            let open = lang.pick("outstanding", "pendiente");
            line = format!("{line}; {open}: {}", nodes.join(", "));
        }
        sheet.block(4, mark, &line);
    }
    if let Some(work) = &told.work {
        let (en, es) = ("copies out of use here:", "copias fuera de uso aquí:");
        let line = format!(
            "{} {}, {}",
            lang.pick(en, es),
            work.copies,
            minute(work.done_ms)
        );
        sheet.block(4, "", &line);
        kept(sheet, told);
    }
}

/// What of a recalled case is here all the same: it may say what the alert said, and nothing that was confirmed counts it.
fn kept(sheet: &mut Sheet, told: &Told<'_>) {
    let said = told.held.messages.iter();
    let facts = said.filter(|held| {
        let of = held.statement.message_type();
        let is_about_recall = matches!(of, MessageType::Recall | MessageType::RecallConfirm);
        !is_about_recall && matches!(held.body, BodyState::Present | BodyState::Unreadable)
    });
    let facts: Vec<String> = facts
        .map(|held| format!("#{} {}", held.index, held.statement.message_type().name()))
        .collect();
    if !facts.is_empty() {
        let (en, es) = ("facts are kept:", "se conservan hechos:");
        let line = format!("{} {}", sheet.lang().pick(en, es), facts.join(", "));
        sheet.block(4, "", &line);
    }
}

/// What was asked and not answered; what is due from the reader's own agency first.
fn waiting(sheet: &mut Sheet, told: &Told<'_>) {
    let open = |(_, question): &(&MessageId, &Question)| !question.open.is_empty();
    let mut questions: Vec<_> = told.view.questions.iter().filter(open).collect();
    // After a recall nobody answers any more.
    if questions.is_empty() || Standing::of(told.held) == Standing::Recalled {
        return;
    }
    questions.sort_by_key(|(_, question)| !question.open.contains(told.own));
    sheet.heading(("Waits for an answer", "Espera respuesta"));
    for (id, question) in questions {
        let lang = sheet.lang();
        let asked = told.held.messages.iter();
        let mut asked = asked.filter(|one| one.statement.message_id() == *id);
        let Some(asked) = asked.next() else { continue };
        let due = asked
            .statement
            .reply_due_ms()
            .map_or_else(String::new, |ms| {
                let by = lang.pick("due", "vence");
                format!(", {by} {} ({})", minute(ms), span(told.now_ms, ms, lang))
            });
        let line = format!(
            "{}: {} {} {}{due}",
            labels([question.message_type], lang),
            whom(&question.by, told, sheet),
            lang.pick("asks", "pregunta a"),
            all(&question.open, told, sheet),
        );
        let mark = if question.open.contains(told.own) {
            "!"
        } else {
            "·"
        };
        sheet.block(2, &format!("{mark} #{} ", asked.index), &line);
        sheet.indent(6);
        sheet.rows(&of_reply(&content(asked), lang));
        sheet.indent(2);
    }
}

/// How far each addressee is, with the four levels of acknowledgement.
fn parts(sheet: &mut Sheet, told: &Told<'_>) {
    if told.view.parts.is_empty() {
        return;
    }
    sheet.heading(("How far the addressees are", "Avance de los destinatarios"));
    for (agency, part) in &told.view.parts {
        let line = format!("{}: {}", whom(agency, told, sheet), far(part, sheet));
        sheet.block(2, "· ", &line);
        let (lang, newest) = (sheet.lang(), told.view.version);
        let mut marks = level_marks(part.acknowledged, lang);
        let old = part.version.filter(|version| *version < newest);
        if let Some(version) = old {
            let (en, es) = ("ACKNOWLEDGED ONLY VERSION", "SOLO ACUSÓ LA VERSIÓN");
            marks = format!("{marks}   {} {version}", lang.pick(en, es));
        }
        sheet.block(4, "", &marks);
    }
}

/// A part in words: its state, and what the agency has said so far.
fn far(part: &Part, sheet: &Sheet) -> String {
    let lang = sheet.lang();
    let (_, (en, es)) = part_state(part.state);
    let said = [
        labels(part.assessment, lang),
        labels(part.verdict, lang),
        labels(part.outcome, lang),
    ];
    let state = lang.pick(en, es).to_owned();
    let said = said.into_iter().filter(|one| !one.is_empty());
    std::iter::once(state)
        .chain(said)
        .collect::<Vec<_>>()
        .join("; ")
}

fn holds(sheet: &mut Sheet, told: &Told<'_>) {
    if told.view.holds.is_empty() {
        return;
    }
    sheet.heading(("Holds", "Retenciones"));
    for ((agency, kind), hold) in &told.view.holds {
        let lang = sheet.lang();
        let line = format!(
            "{}: {}: {}",
            whom(agency, told, sheet),
            labels([*kind], lang),
            labels([hold.state], lang)
        );
        sheet.block(2, if hold.stands() { "■ " } else { "□ " }, &line);
    }
}

/// How far this story goes, and what it rests on.
fn foot(sheet: &mut Sheet, told: &Told<'_>) {
    let (own, position, as_of) = (told.own, told.position, minute(told.as_of_ms));
    let text = sheet.lang().pick(
        format!(
            "As far as {own} was told, up to entry {position} of the log, {as_of}. The receipt of every message was \
             verified under the log's key; --receipts DIR writes them."
        ),
        format!(
            "Hasta donde se informó a {own}, hasta la entrada {position} de la bitácora, {as_of}. El recibo de cada \
             mensaje se verificó con la llave de la bitácora; --receipts DIR los escribe."
        ),
    );
    sheet.gap();
    sheet.block(0, "", &text);
    let indices = told.held.messages.iter().map(|held| held.index);
    let grades = told.grades.said(indices, sheet.lang());
    sheet.block(0, "", &grades);
}

/// An agency; the reader's own is marked.
fn whom(agency: &AgencyId, told: &Told<'_>, sheet: &Sheet) -> String {
    if agency == told.own {
        let here = sheet.lang().pick("here", "aquí");
        format!("{agency} ({here})")
    } else {
        agency.to_string()
    }
}

fn all(agencies: &BTreeSet<AgencyId>, told: &Told<'_>, sheet: &Sheet) -> String {
    let all = agencies.iter().map(|agency| whom(agency, told, sheet));
    all.collect::<Vec<_>>().join(", ")
}
