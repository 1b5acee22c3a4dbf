//! What a statement says in codes: its headline, its answers, how it may be handled.

use super::minute;
use crate::output::{Lang, printable};
use precinto_alert::code::{Coded, UsePermission};
use precinto_alert::id::Identity;
use precinto_alert::reason as catalogue;
use precinto_alert::statement::{Recipient, Statement};
use std::fmt::Display;

/// What a message is, before anything else: `EXERCISE  P2  alert  US-CBPLAX-2026-000001V  chemical precursors`.
pub(crate) fn headline(said: &Statement, lang: Lang) -> String {
    let texts = lang.texts();
    let mut parts = vec![said.status().label(texts).to_uppercase()];
    parts.extend(said.precedence().map(|one| one.name().to_owned()));
    parts.push(said.message_type().label(texts).to_owned());
    parts.extend(said.alert_id().map(ToString::to_string));
    let goods: Vec<&str> = said
        .commodities()
        .iter()
        .map(|one| one.label(texts))
        .collect();
    if !goods.is_empty() {
        parts.push(goods.join(", "));
    }
    parts.join("  ")
}

/// Labels, each with its code, so that both sides can name it over the telephone: `hold (HOLD); inspect … (INSPECT_XRAY)`.
pub(crate) fn labels<C: Coded>(codes: impl IntoIterator<Item = C>, lang: Lang) -> String {
    let labelled = codes
        .into_iter()
        .map(|code| format!("{} ({})", code.label(lang.texts()), code.name()));
    labelled.collect::<Vec<_>>().join("; ")
}

/// Names of one list.
pub(crate) fn names<T: Display>(all: impl IntoIterator<Item = T>) -> String {
    let all = all.into_iter().map(|one| printable(&one.to_string()));
    all.collect::<Vec<_>>().join(", ")
}

/// The coded answers of a message, whatever its type: level, verdict and its ground, result, hold, outcome and so on.
/// Actions are not among them: whether they are asked for or promised depends on the type.
pub(crate) fn says(said: &Statement, lang: Lang) -> String {
    let mut all = vec![
        labels(said.ack_level(), lang),
        labels(said.verdict(), lang),
        labels(said.verdict_ground(), lang),
        labels(said.assessment(), lang),
        labels(said.hold_kind(), lang),
        labels(said.hold_state(), lang),
        labels(said.outcome_code(), lang),
    ];
    if said.outcome_code().is_some() {
        let (last, open) = (
            ("final", "definitivo"),
            ("more may follow", "puede haber más"),
        );
        let (en, es) = if said.final_outcome() { last } else { open };
        all.push(lang.pick(en, es).to_owned());
    }
    all.extend([
        labels(said.dissemination(), lang),
        labels(said.recall_measure(), lang),
        labels(said.recall_ground(), lang),
        labels(said.link_kind(), lang),
        labels(said.notice_kind(), lang),
        names(said.linked_alerts()),
        reasons(said, lang),
    ]);
    all.extend(said.more_time_until_ms().map(|ms| {
        let until = lang.pick("until", "hasta");
        format!("{until} {}", minute(ms))
    }));
    all.extend(said.transfer_to().map(|agency| {
        let to = lang.pick("to", "a");
        format!("{to} {agency}")
    }));
    if !said.release_to().is_empty() {
        let to = lang.pick("to", "a");
        all.push(format!("{to} {}", names(said.release_to())));
    }
    all.retain(|one| !one.is_empty());
    all.join("; ")
}

/// Why a message was refused by its recipient.
fn reasons(said: &Statement, lang: Lang) -> String {
    let reasons = said.reject_reasons().iter().map(|reason| {
        let text = catalogue::entry(*reason).text(lang.texts());
        format!(
            "{} ({})",
            text.trim_end_matches('.'),
            catalogue::name(*reason)
        )
    });
    reasons.collect::<Vec<_>>().join("; ")
}

/// How the information may be handled, the strictest first.
pub(crate) fn handling(said: &Statement, lang: Lang) -> String {
    let (handling, texts) = (said.handling(), lang.texts());
    let mut all = vec![handling.tlp().label(texts).to_owned()];
    all.extend(handling.marks().iter().map(|mark| printable(mark)));
    let told = [
        (
            handling.do_not_alert_subject(),
            (
                "the subject must not learn of it",
                "el sujeto no debe enterarse",
            ),
        ),
        (
            handling.do_not_contact_carrier(),
            (
                "do not contact the carrier",
                "no contactar al transportista",
            ),
        ),
        (
            handling.tear_line(),
            ("an extract without names", "extracto sin nombres"),
        ),
    ];
    let told = told.into_iter().filter(|(is, _)| *is);
    all.extend(told.map(|(_, (en, es))| lang.pick(en, es).to_owned()));
    all.extend(handling.use_code().map(|code| labels([code], lang)));
    let uses = [
        (handling.evidence_use(), ("as evidence", "como prueba")),
        (handling.derivative_use(), ("in analysis", "en análisis")),
    ];
    let uses = uses
        .into_iter()
        .filter(|(one, _)| *one != UsePermission::Unspecified);
    all.extend(
        uses.map(|(one, (en, es))| format!("{}: {}", lang.pick(en, es), labels([one], lang))),
    );
    if !handling.releasable_to().is_empty() {
        let to = lang.pick("releasable to", "puede darse a");
        all.push(format!("{to} {}", names(handling.releasable_to())));
    }
    all.extend(handling.review_by_ms().map(|ms| {
        let (en, es) = (
            "criminal intelligence, to be reviewed by",
            "inteligencia criminal, por revisar antes de",
        );
        format!("{} {}", lang.pick(en, es), minute(ms))
    }));
    all.join("; ")
}

/// Whom a message is addressed to, as `to` of a draft says it: `side/agency`, `group:NAME`, `topic:NAME`, an officer's id.
pub(crate) fn recipient(recipient: &Recipient) -> String {
    match recipient {
        Recipient::Agency(agency) => agency.to_string(),
        Recipient::Group(name) => format!("group:{name}"),
        Recipient::Topic(name) => format!("topic:{name}"),
        Recipient::Officer(officer) => officer.to_string(),
    }
}

/// Who signed, as people call them: `officer hernandez of mx.dev.invalid/anam`.
pub(crate) fn signer(identity: &Identity, lang: Lang) -> String {
    let (officer, node, of) = lang.pick(("officer", "node", "of"), ("oficial", "nodo", "de"));
    match identity {
        Identity::Officer(id) => format!("{officer} {} {of} {}", id.officer(), id.agency()),
        Identity::Node(id) => format!("{node} {} {of} {}", id.node(), id.agency()),
        Identity::Gateway(_) => identity.to_string(),
    }
}
