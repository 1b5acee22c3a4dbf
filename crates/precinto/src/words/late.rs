//! A missed deadline, as a person reads it and as a program does.

use super::minute;
use crate::clock::rfc3339_ms;
use crate::output::{Lang, printable};
use precinto_alert::code::{Coded as _, OverdueStep};
use precinto_client::Overdue;
use serde_json::{Value, json};

/// What happened, and who is asked or told: two lines.
pub(crate) fn late(one: &Overdue, lang: Lang) -> [String; 2] {
    let missed = &one.missed;
    let (agency, entry) = (&missed.agency, one.asked_index);
    let (level, due) = (missed.level.name(), minute(one.due_ms));
    let step = missed.step.label(lang.texts());
    let what = lang.pick(
        format!(
            "{step}: {agency} has not answered entry {entry} at level {level}; this step was due {due}"
        ),
        format!(
            "{step}: {agency} no ha respondido la entrada {entry} en nivel {level}; este paso venció {due}"
        ),
    );
    let contacts = one.contacts.iter().map(|name| printable(name));
    let contacts = contacts.collect::<Vec<_>>().join(", ");
    let (en, es) = match (one.nobody_listed, missed.step) {
        (true, _) => (
            "the directory lists nobody for this step; told:",
            "el directorio no señala a nadie para este paso; se avisa a:",
        ),
        (false, OverdueStep::EscalationGroup) => ("told:", "se avisa a:"),
        (false, _) => ("asked:", "se pregunta a:"),
    };
    [what, format!("{} {contacts}", lang.pick(en, es))]
}

/// The same for machines, under `schema`.
pub(crate) fn late_json(one: &Overdue) -> Value {
    let missed = &one.missed;
    json!({
        "index": one.index,
        "time": rfc3339_ms(one.time_ms),
        "alert_id": one.alert_id.to_string(),
        "message_id": missed.message_id.to_string(),
        "sender": one.sender.to_string(),
        "asked_index": one.asked_index,
        "agency": missed.agency.to_string(),
        "level": missed.level.name(),
        "step": missed.step.name(),
        "started": rfc3339_ms(one.started_ms),
        "due": rfc3339_ms(one.due_ms),
        "precedence": one.precedence.name(),
        "status": one.status.name(),
        "contacts": one.contacts,
        "nobody_listed": one.nobody_listed,
        "receipt": one.receipt.proof,
    })
}
