//! Who may say what to whom, as a gateway asks it before it lets a message in.
//!
//! Most of the floor is a text, in Cedar, that a lawyer can read (`floor/5`, in the crate `policy`): own name only, diplomatic bags,
//! classified marks, named officers for TLP:RED, third agencies, releases, originator control, data about persons. Each side's policy
//! stands above it and can only tighten it. Here is what hangs on more than a message's coded facts, and so is code:
//!
//! 1. *known recipients*: each stands for somebody in the directory;
//! 2. *no squatting*: an alert's id carries the sender's own code; who changes or takes back the alert is of the sender's country
//!    here, and of the agency that sent it by the rules of the case (5), which hold when its node has left the directory;
//! 3. *parties*: since `floor/4` nobody outside the release of any party that its content names;
//! 4. *known officers*: an officer who signs is in the directory, under the sender's agency ([`crate::submit`]);
//! 5. *its turn*: it may follow what was said before in its case ([`crate::cases`]); since `floor/2`, and since `floor/3` only
//!    if the node that says it may read what it speaks of; since `floor/4` nobody comes round in a closed case
//!    ([`precinto_alert::case`]);
//! 6. *withdrawals arrive*: since `floor/4` a CANCEL or RECALL names whom the directory has forgotten only if the case has not,
//!    and reaches an officer on every node on which the case has ([`precinto_alert::Case::widen`]).
//!
//! Since `floor/3` what is let in runs a clock, if it is of a type that waits for answers ([`precinto_alert::clock`]); since
//! `floor/4` no agency outside `releasable_to` is told when it is missed. What hangs on nothing but statement and directory is
//! in [`precinto_alert::floor`], because an auditor asks it too.
//!
//! Classified marks and marks that forbid release abroad never reach this point: a `Statement` with one cannot be built.

use precinto_alert::content::Content;
use precinto_alert::floor;
use precinto_alert::id::{AgencyId, NodeId, Side};
use precinto_alert::statement::Recipient;
use precinto_alert::{Reason, Statement, Violation};
use precinto_policy::Addressees;
use precinto_proto::v1 as pb;

use crate::registry::{Directory, Resolved};

pub(crate) use asked::by_code;
pub use asked::{Asked, ask};

mod asked;
#[cfg(test)]
pub(crate) mod tests;

/// Whom the directory made of a statement's recipients.
#[derive(Debug)]
pub struct Resolution {
    /// In the statement's order, for the record. A place is empty where there is an objection; and of a withdrawal it may be, until
    /// the case is asked: it stands for somebody only if that knows whom ([`precinto_alert::Case::widen`]).
    pub recipients: Vec<pb::ResolvedRecipient>,
    /// What speaks against it.
    pub objections: Vec<Violation>,
}

/// Resolves the recipients of a statement with this content, if it has one, and says what of the floor's code speaks against it.
pub fn resolve(
    statement: &Statement,
    content: Option<&Content>,
    directory: &Directory,
) -> Resolution {
    let mut objections = Vec::new();
    let has_code = |code: &str| directory.node_of_code(code) == Some(statement.sender());
    if let Some((reason, detail)) = floor::of_alert_id(statement, lives_in(directory), has_code) {
        objections.push(Violation {
            field: "alert_id".into(),
            reason,
            detail,
            proposals: Vec::new(),
        });
    }
    let mut recipients = Vec::with_capacity(statement.recipients().len());
    for (place, recipient) in statement.recipients().iter().enumerate() {
        let resolved = directory.resolve(recipient, statement.sender().agency());
        let resolved = resolved.or_else(|| departed(recipient, statement, directory));
        if resolved.is_none() {
            let detail = (
                "the directory does not know it, or it stands for nobody",
                "el directorio no lo conoce o no representa a nadie",
            );
            objections.push(Violation {
                field: format!("recipients[{place}]"),
                reason: Reason::RecipientUnknown,
                detail: detail.into(),
                proposals: Vec::new(),
            });
        }
        recipients.push(to_record(recipient, &resolved.unwrap_or_default()));
    }
    if let Some(content) = content {
        let receivers = Addressees::of(&recipients);
        let receivers: Vec<&AgencyId> = receivers.all().into_iter().collect();
        let sender = statement.sender().agency();
        objections.extend(floor::of_parties(
            content,
            sender,
            &receivers,
            lives_in(directory),
        ));
    }
    Resolution {
        recipients,
        objections,
    }
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
