//! What a statement says beside its headline: who shall get it, until when it is of use, by what law, from which
//! desk.

use super::{Label, Rows, handling, labels, minute, names, recipient};
use crate::output::Lang;
use precinto_alert::code::ProtectedBag;
use precinto_alert::statement::Statement;

/// The terms of a version of an alert: what a desk wants to know last.
pub(crate) fn terms(said: &Statement, lang: Lang) -> Rows {
    let bag = said
        .protected_bag()
        .filter(|bag| *bag != ProtectedBag::None);
    let mut rows = vec![(("protected", "protegida"), labels(bag, lang))];
    rows.extend([law(said, lang), due(said)]);
    rows.push((
        ("of use until", "útil hasta"),
        moment(Some(said.expires_ms())),
    ));
    rows.push((("belongs with", "va con"), names(said.linked_alerts())));
    rows.extend(desk(said));
    rows.retain(|(_, value)| !value.is_empty());
    rows
}

/// The terms of whatever else is said about a case; other cases that it names stand among its codes. Until when an answer is of
/// use nobody asks.
pub(crate) fn terms_of_reply(said: &Statement, lang: Lang) -> Rows {
    let mut rows = vec![law(said, lang), due(said)];
    rows.extend(desk(said));
    rows.retain(|(_, value)| !value.is_empty());
    rows
}

fn law(said: &Statement, lang: Lang) -> (Label, String) {
    (("rests on", "se funda en"), labels(said.authority(), lang))
}

fn due(said: &Statement) -> (Label, String) {
    (("answer by", "responder"), moment(said.reply_due_ms()))
}

/// Which desk said it, and what it points to.
fn desk(said: &Statement) -> [(Label, String); 3] {
    let text = |text: Option<&str>| text.map(crate::output::printable).unwrap_or_default();
    [
        (("see also", "véase"), names(said.references())),
        (("unit", "unidad"), text(said.unit())),
        (("ORI", "ORI"), text(said.ori())),
    ]
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
