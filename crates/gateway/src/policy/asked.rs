//! What the written rules say to a message, and how its sender is told: which rule, and whose.

use std::collections::{BTreeMap, BTreeSet};

use precinto_alert::case::Onward;
use precinto_alert::id::AgencyId;
use precinto_alert::{Detail, Reason, Statement, Violation};
use precinto_policy::{Addressees, Admission, Agency, Facts, Outcome, Passage, Refusal};
use precinto_proto::v1 as pb;

use crate::registry::Directory;

/// What the rules in force say to a message.
#[derive(Debug)]
pub struct Asked {
    /// For the record, of the message or of its refusal.
    pub decision: pb::Decision,
    /// What its sender is told of what they forbid.
    pub objections: Vec<Violation>,
}

impl Asked {
    /// Whether there is anything that they forbid.
    pub fn allowed(&self) -> bool {
        self.objections.is_empty()
    }
}

/// Asks them whether `carrier` may put the statement into the log, and whether each agency among `recipients` may receive it, to
/// some of whom it passes on what another said. `None` if the directory does not know the agency of the carrier, or of the sender.
pub fn ask(
    directory: &Directory,
    (carrier, statement, is_nominal): (&AgencyId, &Statement, bool),
    recipients: &[pb::ResolvedRecipient],
    onward: &[Onward],
) -> Option<Asked> {
    let addressees = Addressees::of(recipients);
    let carrier = directory.asked(carrier)?;
    let originator = directory.asked(statement.sender().agency())?;
    let receivers = receivers(directory, &addressees, onward);
    let facts = Facts::of(statement, originator, is_nominal, addressees);
    Some(ask_about(
        directory,
        (&carrier, &facts),
        &receivers,
        recipients,
    ))
}

/// Each agency that would receive it, and how it gets there.
pub(super) fn receivers(
    directory: &Directory,
    addressees: &Addressees,
    onward: &[Onward],
) -> Vec<(Agency, Passage)> {
    let agencies = addressees.all().into_iter();
    // Whom the directory or the case resolved is of a side that is one here.
    let known = agencies.filter_map(|agency| directory.asked(agency));
    known
        .map(|agency| {
            let passage = Passage::of(&agency.id, onward);
            (agency, passage)
        })
        .collect()
}

/// The same of a message with these facts, and of these receivers.
pub(super) fn ask_about(
    directory: &Directory,
    (carrier, facts): (&Agency, &Facts),
    receivers: &[(Agency, Passage)],
    recipients: &[pb::ResolvedRecipient],
) -> Asked {
    let rules = directory.rules();
    let receivers = receivers.iter().map(|(agency, passage)| (agency, *passage));
    let admission = Admission::ask(rules, carrier, facts, receivers);
    let decision = admission.to_record(rules);
    if admission.failed() {
        tracing::error!(rules = ?decision.rules, "a rule could not be evaluated: the message is refused");
    }
    let mut objections = Objections::default();
    for refusal in admission.refusals() {
        objections.take(refusal, recipients);
    }
    let mut objections = objections.told();
    if objections.is_empty() && !admission.allowed() {
        // Nothing that is refused is let in for want of a sentence about it.
        objections.push(Violation {
            field: "type".to_owned(),
            reason: Reason::PolicyDenied,
            detail: Detail::default(),
            proposals: Vec::new(),
        });
    }
    Asked {
        decision,
        objections,
    }
}

/// The decision behind a refusal that no written rule has spoken: the floor's code, under the rules in force.
pub(crate) fn by_code(directory: &Directory) -> pb::Decision {
    let rules = directory.rules();
    pb::Decision {
        policy: rules.floor().name().to_owned(),
        policy_digest: rules.digest().to_vec(),
        rules: Vec::new(),
    }
}

/// Refusals by what the sender would have to mend.
#[derive(Default)]
struct Objections(BTreeMap<(Field, i32), Because>);

/// What it would have to mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    /// A part of the message.
    Named(&'static str),
    /// One of its recipients.
    Recipient(usize),
}

/// By which rules, and on whose account.
#[derive(Default)]
struct Because {
    rules: BTreeSet<String>,
    receivers: BTreeSet<AgencyId>,
}

impl Objections {
    fn take(&mut self, refusal: &Refusal, recipients: &[pb::ResolvedRecipient]) {
        let Refusal { receiver, verdict } = refusal;
        let has_failed = verdict.outcome() == Outcome::Failed;
        for rule in verdict.rules() {
            let (reason, field) = if has_failed {
                (Reason::PolicyError, None)
            } else {
                of_rule(rule)
            };
            let fields = match (field, receiver) {
                // Of the message as such: told once, not for each who would get it.
                (Some(_), Some(_)) => Vec::new(),
                (Some(field), None) => vec![Field::Named(field)],
                (None, None) => vec![Field::Named("type")],
                (None, Some(agency)) => places(agency, recipients),
            };
            for field in fields {
                let because = self.0.entry((field, reason.into())).or_default();
                because.rules.insert(rule.to_owned());
                because.receivers.extend(receiver.clone());
            }
        }
    }

    fn told(self) -> Vec<Violation> {
        let told = |((field, reason), because): ((Field, i32), Because)| Violation {
            field: match field {
                Field::Named(field) => field.to_owned(),
                Field::Recipient(place) => format!("recipients[{place}]"),
            },
            reason: Reason::try_from(reason).unwrap_or(Reason::PolicyDenied),
            detail: because.detail(),
            proposals: Vec::new(),
        };
        self.0.into_iter().map(told).collect()
    }
}

/// The reason that a rule of the floor gives, and the part of the message that it is about, if that is not a recipient. What else
/// there is are rules of a side.
fn of_rule(rule: &str) -> (Reason, Option<&'static str>) {
    match rule {
        "floor-own-name" => (Reason::SenderMismatch, Some("sender")),
        "floor-diplomatic-bag" => (Reason::DiplomaticBag, Some("protected_bag")),
        "floor-classified" => (Reason::ClassifiedRefused, Some("handling.marks")),
        "floor-officers-only" => (Reason::HandlingConflict, Some("recipients")),
        "floor-third-agency" | "floor-release" => (Reason::RecipientNotReleasable, None),
        "floor-originator-control" => (Reason::OnwardRelease, None),
        "floor-personal-data" => (Reason::PurposeMissing, None),
        _ => (Reason::PolicyDenied, None),
    }
}

/// The recipients that stand for an agency, or for nodes of it.
fn places(agency: &AgencyId, recipients: &[pb::ResolvedRecipient]) -> Vec<Field> {
    let stands = |to: &pb::ResolvedRecipient| {
        Addressees::of(std::slice::from_ref(to))
            .all()
            .contains(agency)
    };
    let places = recipients.iter().enumerate().filter(|(_, to)| stands(to));
    places.map(|(place, _)| Field::Recipient(place)).collect()
}

impl Because {
    /// `for mx.dev.invalid/sat: floor-release (the floor)`.
    fn detail(&self) -> Detail {
        let of = |floor: &str, policy: &str| {
            let rules = self.rules.iter().map(|rule| match rule.split_once('#') {
                Some((side, rule)) => format!("{rule} ({policy} {side})"),
                None => format!("{rule} ({floor})"),
            });
            rules.collect::<Vec<_>>().join(", ")
        };
        let (en, es) = (
            of("the floor", "the policy of"),
            of("el piso", "la política de"),
        );
        match named(&self.receivers) {
            None => (format!("forbidden by {en}"), format!("lo prohíbe {es}")),
            Some(who) => (
                format!("for {who}, forbidden by {en}"),
                format!("para {who} lo prohíbe {es}"),
            ),
        }
        .into()
    }
}

/// The first of these, and how many there are beside; a group may have many members, and an answer has little room.
fn named(agencies: &BTreeSet<AgencyId>) -> Option<String> {
    const NAMED: usize = 3;
    let first = agencies.iter().take(NAMED).map(ToString::to_string);
    let first = first.collect::<Vec<_>>().join(", ");
    match agencies.len() {
        0 => None,
        len if len <= NAMED => Some(first),
        len => Some(format!("{first} (+{})", len - NAMED)),
    }
}
