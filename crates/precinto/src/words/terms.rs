//! What the statement of an alert says beside its headline: who shall get it, until when it is of use, by what law, from which
//! desk.

use super::{Rows, handling, labels, minute, names, recipient};
use crate::output::Lang;
use precinto_alert::code::ProtectedBag;
use precinto_alert::statement::Statement;

/// The terms of a version of an alert: what a desk wants to know last.
pub(crate) fn terms(said: &Statement, lang: Lang) -> Rows {
    let bag = said
        .protected_bag()
        .filter(|bag| *bag != ProtectedBag::None);
    let text = |text: Option<&str>| text.map(crate::output::printable).unwrap_or_default();
    let mut rows = vec![
        (("protected", "protegida"), labels(bag, lang)),
        (("rests on", "se funda en"), labels(said.authority(), lang)),
        (("answer by", "responder"), moment(said.reply_due_ms())),
        (
            ("of use until", "útil hasta"),
            moment(Some(said.expires_ms())),
        ),
        (("belongs with", "va con"), names(said.linked_alerts())),
        (("see also", "véase"), names(said.references())),
        (("unit", "unidad"), text(said.unit())),
        (("ORI", "ORI"), text(said.ori())),
    ];
    rows.retain(|(_, value)| !value.is_empty());
    rows
}

/// All that a version says outside its content and that another may say otherwise, for telling two of them apart.
pub(crate) fn version(said: &Statement, lang: Lang) -> Rows {
    let commodities = said.commodities().iter().copied();
    let mut rows = vec![
        (("status", "estado"), labels([said.status()], lang)),
        (
            ("precedence", "precedencia"),
            labels(said.precedence(), lang),
        ),
        (("goods", "mercancía"), labels(commodities, lang)),
        (
            ("to", "para"),
            names(said.recipients().iter().map(recipient)),
        ),
        (
            ("act before", "actuar antes"),
            moment(said.last_action_ms()),
        ),
        (
            ("asks for", "pide"),
            labels(said.actions().iter().copied(), lang),
        ),
        (("handling", "manejo"), handling(said, lang)),
        (("languages", "idiomas"), names(said.languages())),
    ];
    rows.retain(|(_, value)| !value.is_empty());
    rows.extend(terms(said, lang));
    rows
}

fn moment(ms: Option<u64>) -> String {
    ms.map(minute).unwrap_or_default()
}
