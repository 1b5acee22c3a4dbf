//! Who may say what to whom: the floor, compiled in, that no local rule can open.
//!
//! The rules, by the name that a record's decision gives them (`floor/4`):
//!
//! 1. *own name only*: the caller's side and agency are the sender's (also checked before, in [`crate::submit`]);
//! 2. *diplomatic bag*: never; no authority relaxes it;
//! 3. *officers only*: TLP:RED goes to named officers, never to an agency, a group or a topic;
//! 4. *third agency*: nobody outside `releasable_to` when the originator has named a release, of the message or, since
//!    `floor/4`, of any party that its content names;
//! 5. *no squatting*: an alert's id carries the sender's own code; who changes or takes back the alert is of the sender's country
//!    here, and of the agency that sent it by the rules of the case (7), which hold when its node has left the directory;
//! 6. *known officers*: an officer who signs is in the directory, under the sender's agency;
//! 7. *its turn*: it may follow what was said before in its case ([`crate::cases`]); since `floor/2`, and since `floor/3` only
//!    if the node that says it may read what it speaks of; since `floor/4` nobody comes round in a closed case
//!    ([`precinto_alert::case`]);
//! 8. *withdrawals arrive*: since `floor/4` a CANCEL or RECALL names whom the directory has forgotten only if the case has not,
//!    and reaches an officer on every node on which the case has ([`precinto_alert::Case::widen`]).
//!
//! Since `floor/3` what is let in runs a clock, if it is of a type that waits for answers ([`precinto_alert::clock`]); since
//! `floor/4` no agency outside `releasable_to` is told when it is missed. What hangs on nothing but statement and directory is
//! in [`precinto_alert::floor`], because an auditor asks it too.
//!
//! Classified marks and marks that forbid release abroad never reach this point: a `Statement` with one cannot be built.

use precinto_alert::code::{ProtectedBag, Tlp};
use precinto_alert::content::Content;
use precinto_alert::floor;
use precinto_alert::id::{AgencyId, NodeId, Side};
use precinto_alert::statement::Recipient;
use precinto_alert::{Detail, Reason, Statement, Violation};
use precinto_proto::v1 as pb;

use crate::registry::{Directory, Resolved};

#[cfg(test)]
pub(crate) mod tests;

/// The name of these rules in a record's decision. Another text, another number.
pub const FLOOR: &str = "floor/4";

/// A statement that may go to these recipients, as far as the directory tells. Only [`admit`] makes one.
#[derive(Debug)]
pub struct Admitted {
    recipients: Vec<pb::ResolvedRecipient>,
}

impl Admitted {
    /// Whom the directory made of each recipient, in the statement's order, for the record. Of a withdrawal a place may be
    /// empty: it stands for somebody only if the case knows whom ([`precinto_alert::Case::widen`]).
    pub fn into_recipients(self) -> Vec<pb::ResolvedRecipient> {
        self.recipients
    }
}

/// Decides whether the caller may send this statement, with this content if it has one, to all of its recipients; every
/// objection at once.
pub fn admit(
    caller: &NodeId,
    statement: &Statement,
    content: Option<&Content>,
    directory: &Directory,
) -> Result<Admitted, Vec<Violation>> {
    let mut objections = Vec::new();
    let mut object = |field: String, reason, detail: Detail| {
        objections.push(Violation {
            field,
            reason,
            detail,
            proposals: Vec::new(),
        });
    };
    let sender = statement.sender().agency();
    if caller.agency() != sender {
        object(
            "sender".into(),
            Reason::SenderMismatch,
            (
                "a node speaks for its own agency only",
                "un nodo habla solo en nombre de su propia dependencia",
            )
                .into(),
        );
    }
    if statement.protected_bag() == Some(ProtectedBag::Diplomatic) {
        object(
            "protected_bag".into(),
            Reason::DiplomaticBag,
            Detail::default(),
        );
    }
    let has_code = |code: &str| directory.node_of_code(code) == Some(statement.sender());
    if let Some((reason, detail)) = floor::of_alert_id(statement, lives_in(directory), has_code) {
        object("alert_id".into(), reason, detail);
    }
    let mut resolutions = Vec::with_capacity(statement.recipients().len());
    for (number, recipient) in statement.recipients().iter().enumerate() {
        match consider(recipient, statement, directory) {
            Ok(resolved) => resolutions.push(resolved),
            Err((reason, detail)) => object(format!("recipients[{number}]"), reason, detail),
        }
    }
    if let Some(content) = content {
        let receivers: Vec<&AgencyId> = resolutions.iter().flat_map(receivers).collect();
        objections.extend(floor::of_parties(
            content,
            sender,
            &receivers,
            lives_in(directory),
        ));
    }
    let recipients = statement.recipients().iter().zip(&resolutions);
    let recipients = recipients.map(|(recipient, resolved)| to_record(recipient, resolved));
    let recipients = recipients.collect();
    if objections.is_empty() {
        Ok(Admitted { recipients })
    } else {
        Err(objections)
    }
}

/// Resolves one recipient, or says why it may not have the statement.
fn consider(
    recipient: &Recipient,
    statement: &Statement,
    directory: &Directory,
) -> Result<Resolved, floor::Objection> {
    let sender = statement.sender().agency();
    let handling = statement.handling();
    if handling.tlp() == Tlp::Red && !matches!(recipient, Recipient::Officer(_)) {
        return Err((
            Reason::HandlingConflict,
            (
                "TLP:RED goes to named officers only",
                "TLP:RED va solo a oficiales nombrados",
            )
                .into(),
        ));
    }
    let resolved = directory.resolve(recipient, sender);
    let resolved = resolved.or_else(|| departed(recipient, statement, directory));
    let resolved = resolved.ok_or_else(|| {
        let detail = (
            "the directory does not know it, or it stands for nobody",
            "el directorio no lo conoce o no representa a nadie",
        );
        (Reason::RecipientUnknown, detail.into())
    })?;
    // An officer's nodes are the officer's agency's, those that only the case knows as well.
    let named = recipient.withdrawn_from(statement.message_type());
    let release = handling.releasable_to();
    let is_released = |agency| floor::is_released(release, agency, sender, lives_in(directory));
    if !receivers(&resolved).chain(named).all(is_released) {
        return Err((
            Reason::RecipientNotReleasable,
            (
                "it stands for an agency outside releasable_to",
                "representa a una dependencia fuera de releasable_to",
            )
                .into(),
        ));
    }
    Ok(resolved)
}

/// What is withdrawn may name an agency or an officer that has left its side's part: here it stands for nobody, and its case says
/// whether it was ever told ([`precinto_alert::Case::widen`]). Without it nothing that such an agency was ever sent could be
/// withdrawn from anybody.
fn departed(
    recipient: &Recipient,
    statement: &Statement,
    directory: &Directory,
) -> Option<Resolved> {
    let agency = recipient.withdrawn_from(statement.message_type())?;
    directory.country(agency.side())?;
    Some(Resolved::default())
}

/// Every agency that would get it, those of named nodes included.
fn receivers(resolved: &Resolved) -> impl Iterator<Item = &AgencyId> {
    resolved
        .agencies
        .iter()
        .chain(resolved.nodes.iter().map(NodeId::agency))
}

/// Whether a side is of a country, as the gateway's settings say.
pub(crate) fn lives_in(directory: &Directory) -> impl Fn(&Side, &str) -> bool {
    |side, country| directory.country(side) == Some(country)
}

/// A recipient of a withdrawal that neither the directory nor the case knows.
pub(crate) fn unknown(place: usize) -> Violation {
    Violation {
        field: format!("recipients[{place}]"),
        reason: Reason::RecipientUnknown,
        detail: (
            "neither the directory knows it, nor did an earlier message of this case reach it",
            "el directorio no lo conoce y ningún mensaje anterior de este caso le llegó",
        )
            .into(),
        proposals: Vec::new(),
    }
}

fn to_record(requested: &Recipient, resolved: &Resolved) -> pb::ResolvedRecipient {
    let (kind, name) = match requested {
        Recipient::Agency(agency) => (pb::RecipientKind::Agency, agency.to_string()),
        Recipient::Group(name) => (pb::RecipientKind::Group, name.clone()),
        Recipient::Topic(name) => (pb::RecipientKind::Topic, name.clone()),
        Recipient::Officer(officer) => (pb::RecipientKind::Officer, officer.to_string()),
    };
    pb::ResolvedRecipient {
        requested: Some(pb::RecipientRef {
            kind: kind.into(),
            name,
        }),
        agencies: resolved.agencies.iter().map(AgencyId::to_string).collect(),
        nodes: resolved.nodes.iter().map(NodeId::to_string).collect(),
    }
}
