//! Who may say what to whom: the floor, compiled in, that no local rule can open.
//!
//! The rules, by the name that a record's decision gives them (`floor/3`):
//!
//! 1. *own name only*: the caller's side and agency are the sender's (also checked before, in [`crate::submit`]);
//! 2. *diplomatic bag*: never; no authority relaxes it;
//! 3. *officers only*: TLP:RED goes to named officers, never to an agency, a group or a topic;
//! 4. *third agency*: nobody outside `releasable_to` when the originator has named a release;
//! 5. *no squatting*: an alert's id carries the sender's own code; who changes or takes back the alert is of the sender's country
//!    here, and of the agency that sent it by the rules of the case (7), which hold when its node has left the directory;
//! 6. *known officers*: an officer who signs is in the directory, under the sender's agency;
//! 7. *its turn*: it may follow what was said before in its case ([`crate::cases`]); since `floor/2`, and since `floor/3` only
//!    if the node that says it may read what it speaks of.
//!
//! Since `floor/3` what is let in runs a clock, if it is of a type that waits for answers ([`precinto_alert::clock`]).
//!
//! Classified marks and marks that forbid release abroad never reach this point: a `Statement` with one cannot be built.

use precinto_alert::code::{MessageType, ProtectedBag, Tlp};
use precinto_alert::handling::Release;
use precinto_alert::id::{AgencyId, NodeId};
use precinto_alert::statement::Recipient;
use precinto_alert::{Detail, Reason, Statement, Violation};
use precinto_proto::v1 as pb;

use crate::registry::{Directory, Resolved};

#[cfg(test)]
pub(crate) mod tests;

/// The name of these rules in a record's decision. Another text, another number.
pub const FLOOR: &str = "floor/3";

/// A statement that may go to these recipients. Only [`admit`] makes one.
#[derive(Debug)]
pub struct Admitted {
    recipients: Vec<pb::ResolvedRecipient>,
}

impl Admitted {
    /// Whom the directory made of each recipient, in the statement's order, for the record.
    pub fn into_recipients(self) -> Vec<pb::ResolvedRecipient> {
        self.recipients
    }
}

/// Decides whether the caller may send this statement to all of its recipients; every objection at once.
pub fn admit(
    caller: &NodeId,
    statement: &Statement,
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
    if let Some(reason) = alert_id_objection(statement, directory) {
        object(
            "alert_id".into(),
            reason,
            (
                "the NODE part is not that of the sender",
                "la parte NODE no es la del remitente",
            )
                .into(),
        );
    }
    let mut recipients = Vec::with_capacity(statement.recipients().len());
    for (number, recipient) in statement.recipients().iter().enumerate() {
        match consider(recipient, statement, directory) {
            Ok(resolved) => recipients.push(resolved),
            Err((reason, detail)) => object(format!("recipients[{number}]"), reason, detail),
        }
    }
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
) -> Result<pb::ResolvedRecipient, (Reason, Detail)> {
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
    let release = handling.releasable_to();
    if !receivers(&resolved).all(|agency| is_released(agency, sender, release, directory)) {
        return Err((
            Reason::RecipientNotReleasable,
            (
                "it stands for an agency outside releasable_to",
                "representa a una dependencia fuera de releasable_to",
            )
                .into(),
        ));
    }
    Ok(to_record(recipient, &resolved))
}

/// What is withdrawn goes by name to an agency that has left its side's part: no node gets it there, and the record says for whom
/// it was. Without it nothing that such an agency was ever sent could be withdrawn from anybody.
fn departed(
    recipient: &Recipient,
    statement: &Statement,
    directory: &Directory,
) -> Option<Resolved> {
    let agency = recipient.withdrawn_from(statement.message_type())?;
    directory.country(agency.side())?;
    Some(Resolved {
        agencies: vec![agency.clone()],
        nodes: Vec::new(),
    })
}

/// Every agency that would get it, those of named nodes included.
fn receivers(resolved: &Resolved) -> impl Iterator<Item = &AgencyId> {
    resolved
        .agencies
        .iter()
        .chain(resolved.nodes.iter().map(NodeId::agency))
}

/// Whether the originator's release covers the agency. No release means: to the recipients only.
///
/// A release to a unit covers its agency here: recipients cannot name units, and what happens inside the agency is
/// beyond a gateway's sight.
fn is_released(
    agency: &AgencyId,
    sender: &AgencyId,
    release: &[Release],
    directory: &Directory,
) -> bool {
    let covers = |item: &Release| match item {
        Release::Country(country) => directory.country(agency.side()) == Some(country),
        Release::Agency(released)
        | Release::Unit {
            agency: released, ..
        } => released == agency,
    };
    release.is_empty() || agency == sender || release.iter().any(covers)
}

/// An id that the sender may not use, if it opens, changes or takes back an alert. A reply carries the id it got.
fn alert_id_objection(statement: &Statement, directory: &Directory) -> Option<Reason> {
    let alert_id = statement.alert_id()?;
    let sender = statement.sender();
    let in_country = directory.country(sender.side()) == Some(alert_id.country());
    let is_own = match statement.message_type() {
        MessageType::Alert => {
            in_country && directory.node_of_code(alert_id.node_code()) == Some(sender)
        }
        // Another desk of the same agency may have to withdraw it at night, or after the sending node was stolen and left the
        // directory; that it is the same agency the rules of the case say.
        MessageType::Amend | MessageType::Cancel | MessageType::Recall => in_country,
        _ => true,
    };
    (!is_own).then_some(Reason::AlertIdNotYours)
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
