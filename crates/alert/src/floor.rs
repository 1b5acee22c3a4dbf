//! The rules of the floor that hang on a statement and a directory alone: a gateway asks them before it lets a statement in, and
//! an auditor once more.
//!
//! What a directory and a gateway's settings say comes as an argument, because each of the two knows it in its own way: the
//! country of a side stands in the settings, and an auditor can only learn it from the alert ids that a log holds. That a
//! diplomatic bag is nobody's and that TLP:RED goes to named officers needs neither: there is no [`Statement`] that says otherwise.

mod rules;

pub use rules::Rules;

use crate::code::MessageType;
use crate::content::Content;
use crate::handling::Release;
use crate::id::{AgencyId, Side};
use crate::{Detail, Reason, Statement, Violation};

#[cfg(test)]
mod tests;

/// A rule that is broken, and how.
pub type Objection = (Reason, Detail);

/// *No squatting*: an alert's id carries the sender's own country and, when it opens the case, the sender's own code, as
/// `has_code` says. Who changes or takes back the alert is of the sender's country: another desk of the same agency may have to
/// withdraw it at night, or after the sending node was stolen and left the directory; that it is the same agency the rules
/// of the case say. A reply carries the id it got.
pub fn of_alert_id(
    statement: &Statement,
    lives_in: impl Fn(&Side, &str) -> bool,
    has_code: impl FnOnce(&str) -> bool,
) -> Option<Objection> {
    let alert_id = statement.alert_id()?;
    let in_country = || lives_in(statement.sender().side(), alert_id.country());
    let is_own = match statement.message_type() {
        MessageType::Alert => in_country() && has_code(alert_id.node_code()),
        MessageType::Amend | MessageType::Cancel | MessageType::Recall => in_country(),
        _ => true,
    };
    (!is_own).then(|| {
        let detail = (
            "the NODE part is not that of the sender",
            "la parte NODE no es la del remitente",
        );
        (Reason::AlertIdNotYours, detail.into())
    })
}

/// *Third agency*: whether the originator's release covers the agency. No release means: to the recipients only.
///
/// A release to a unit covers its agency here: recipients cannot name units, and what happens inside the agency is
/// beyond a gateway's sight.
pub fn is_released(
    release: &[Release],
    agency: &AgencyId,
    sender: &AgencyId,
    lives_in: impl Fn(&Side, &str) -> bool,
) -> bool {
    let covers = |item: &Release| match item {
        Release::Country(country) => lives_in(agency.side(), country),
        Release::Agency(released)
        | Release::Unit {
            agency: released, ..
        } => released == agency,
    };
    release.is_empty() || agency == sender || release.iter().any(covers)
}

/// *Third agency*, for each party by itself: it may be released to fewer than the message. One objection for each party that
/// would get to somebody outside its own release, and who that is.
pub fn of_parties(
    content: &Content,
    sender: &AgencyId,
    receivers: &[&AgencyId],
    lives_in: impl Fn(&Side, &str) -> bool,
) -> Vec<Violation> {
    let parties = content.party_releases().into_iter();
    let objection = |(party, release): (usize, Vec<Release>)| {
        let outside = receivers
            .iter()
            .filter(|agency| !is_released(&release, agency, sender, &lives_in));
        let mut outside: Vec<String> = outside.map(ToString::to_string).collect();
        outside.sort_unstable();
        outside.dedup();
        let outside = named(&outside)?;
        Some(Violation {
            field: format!("content.parties[{party}].releasable_to"),
            reason: Reason::RecipientNotReleasable,
            detail: (
                format!(
                    "it does not cover {outside}; send a tear-line, or leave the party out (precinto draft tear-line makes one of the alert that went to the others)"
                ),
                format!(
                    "no abarca a {outside}; envíe un extracto no nominal, o no incluya a esta parte (precinto draft tear-line lo prepara a partir de la alerta enviada a los demás)"
                ),
            )
                .into(),
            proposals: Vec::new(),
        })
    };
    parties.filter_map(objection).collect()
}

/// The first of these, and how many there are beside; a group may have many members, and an answer has little room.
fn named(agencies: &[String]) -> Option<String> {
    const NAMED: usize = 3;
    let (first, rest) = agencies.split_at_checked(NAMED).unwrap_or((agencies, &[]));
    let first = (!first.is_empty()).then(|| first.join(", "))?;
    Some(match rest.len() {
        0 => first,
        more => format!("{first} (+{more})"),
    })
}
