//! ACT entries: what somebody did to the gateway's own state. Nothing but the record says so, and by it the log is held to it:
//! what an act has withdrawn, no entry behind it may rest on.

use super::keys::Known;
use super::outcome::{Examined, Of, Outcome};
use super::read::{record, unknown_in};
use super::shelf::Shelf;
use super::stated;
use crate::finding::Kind;
use crate::source::Entry;
use precinto_alert::floor::Rules;
use precinto_alert::id::{AgencyId, Identity, NodeId, Side};
use precinto_envelope::crypto::sha256;
use precinto_merkle::leaf::Leaf;
use precinto_policy::limits::RULES_TOLD_MAX;
use precinto_proto::v1 as pb;
use std::collections::BTreeSet;

/// An act to be examined.
pub(super) struct Job {
    leaf: Leaf,
    entry: Entry,
    record: Result<pb::ActRecord, Kind>,
    /// What is wrong with it as far as record and shelf tell.
    wrong: Vec<Kind>,
}

/// In which way a record is wrong, English and Spanish.
type Why = (&'static str, &'static str);

impl Job {
    /// Reads the record. Where it says that other trust came into force, the shelf knows it from here on.
    pub(super) fn new(leaf: Leaf, entry: Entry, shelf: &mut Shelf) -> Self {
        let record = record::<pb::ActRecord>(&entry);
        let wrong = match &record {
            Err(kind) => vec![kind.clone()],
            Ok(record) => match wrong_with(record, entry.index) {
                Some(why) => vec![Kind::Act { why: why.into() }],
                None if record.kind() == pb::ActKind::TrustChanged => {
                    shelf.change(&record.added, &record.removed)
                }
                None => Vec::new(),
            },
        };
        Self {
            leaf,
            entry,
            record,
            wrong,
        }
    }

    /// Examines the entry.
    pub(super) fn run(self) -> Outcome {
        let (index, place) = (self.entry.index, self.entry.place.clone());
        let mut kinds = Vec::new();
        let examined = Examined {
            known: self.examine(&mut kinds),
            ..Examined::at(index)
        };
        Outcome {
            place,
            kinds,
            of: Of::Entry(examined),
        }
    }

    fn examine(self, kinds: &mut Vec<Kind>) -> Option<Known> {
        let Self {
            leaf,
            entry,
            record,
            wrong,
        } = self;
        kinds.extend(stated::commitment(&leaf, &entry));
        kinds.extend(stated::beside_the_record(&entry));
        kinds.extend(wrong);
        let record = record.ok()?;
        kinds.extend(unknown_in(&record, &entry));
        let key = sha256(&[b"precinto/act/v1\0", &record.act_id]);
        let digest = sha256(&[&entry.record]);
        kinds.extend(stated::compare(entry.stated.as_ref(), &key, &digest));
        Some(Known { key, digest })
    }
}

/// What is wrong with the record of an act at this index by itself.
fn wrong_with(record: &pb::ActRecord, index: u64) -> Option<Why> {
    use pb::ActKind as K;
    if record.act_id.len() != 16 {
        return Some((
            "its id has not 16 bytes",
            "su identificador no tiene 16 bytes",
        ));
    }
    let by_itself = match record.kind() {
        K::Unspecified => return Some(("nobody knows what was done", "no se sabe qué se hizo")),
        K::TrustChanged | K::CredentialChanged | K::ReloadRefused => of_the_gateway(record),
        // What strangers do makes it.
        K::ConnectionRefused | K::DeliveryWithheld => by_a_gateway(record),
        K::SubscriptionSought
        | K::SubscriptionUnparked
        | K::SubscriptionCreated
        | K::SubscriptionDeleted
        | K::SubmissionRefused
        | K::PartRefused
        | K::RecordsRead
        | K::LogExported => of_a_node(record),
    };
    by_itself.or_else(|| match record.kind() {
        K::TrustChanged => changed(record),
        K::CredentialChanged => no_subject(record).or_else(|| {
            (record.certificate.len() != 32).then_some((
                "it does not name the new certificate",
                "no nombra el certificado nuevo",
            ))
        }),
        K::SubmissionRefused => refused(record),
        K::ConnectionRefused => turned_away(record),
        K::PartRefused => part_refused(record),
        K::DeliveryWithheld => withheld(record, index),
        K::RecordsRead => given(record, index).or_else(|| listed(record)),
        K::LogExported => given(record, index),
        _ => no_subject(record),
    })
}

fn of_a_node(record: &pb::ActRecord) -> Option<Why> {
    let is_node = record.actor.parse::<NodeId>().is_ok();
    (!is_node).then_some(("its actor is no node", "su autor no es un nodo"))
}

fn by_a_gateway(record: &pb::ActRecord) -> Option<Why> {
    let is_gateway = matches!(record.actor.parse(), Ok(Identity::Gateway(_)));
    (!is_gateway).then_some(("its actor is no gateway", "su autor no es una pasarela"))
}

fn of_the_gateway(record: &pb::ActRecord) -> Option<Why> {
    if let Some(why) = by_a_gateway(record) {
        return Some(why);
    }
    let is_known = matches!(
        record.via(),
        pb::ActVia::Files | pb::ActVia::Signal | pb::ActVia::Start
    );
    (!is_known).then_some((
        "nobody knows what brought it about",
        "no se sabe qué lo provocó",
    ))
}

fn no_subject(record: &pb::ActRecord) -> Option<Why> {
    record.subject.is_empty().then_some((
        "nobody knows to what it was done",
        "no se sabe a qué se hizo",
    ))
}

fn changed(record: &pb::ActRecord) -> Option<Why> {
    let mut seen = BTreeSet::new();
    let refs = || record.added.iter().chain(&record.removed);
    if refs().next().is_none() {
        return Some((
            "it names nothing that was added or removed",
            "no nombra nada que se haya añadido o retirado",
        ));
    }
    let is_sound = |one: &pb::TrustRef| {
        let (root, list) = (pb::TrustKind::Root, pb::TrustKind::RevocationList);
        one.digest.len() == 32 && [root, list].contains(&one.kind())
    };
    if !refs().all(is_sound) {
        return Some((
            "it names what is neither a root nor a revocation list",
            "nombra algo que no es una raíz ni una lista de revocación",
        ));
    }
    (!refs().all(|one| seen.insert(&one.digest)))
        .then_some(("it names something twice", "nombra algo dos veces"))
}

fn refused(record: &pb::ActRecord) -> Option<Why> {
    if record.party.parse::<NodeId>().is_err()
        || record.message_id.len() != 16
        || record.statement_id.len() != 32
    {
        return Some((
            "it does not say whose statement was refused, or which",
            "no dice de quién era el mensaje rechazado, o cuál",
        ));
    }
    let is_signers = record.reason() == pb::Reason::CertRevoked;
    if !record.certificate.is_empty() && record.certificate.len() != 32
        || is_signers && record.certificate.is_empty()
    {
        return Some((
            "it does not name the certificate that was revoked",
            "no nombra el certificado que estaba revocado",
        ));
    }
    let decided = record.decision.as_ref();
    let has_rules = decided.is_some_and(|decided| !decided.policy.is_empty());
    if record.reason() == pb::Reason::Unspecified || !has_rules {
        return Some((
            "it does not say why, or by which rules",
            "no dice por qué, o según qué reglas",
        ));
    }
    decided.and_then(|decided| undecided(decided, record.reason()))
}

/// What a decision by written rules lacks. Which of them refused hangs on what was said, and that is not in the log.
fn undecided(decided: &pb::Decision, reason: pb::Reason) -> Option<Why> {
    use pb::Reason as R;
    let pb::Decision {
        policy,
        policy_digest,
        rules,
    } = decided;
    let is_written = Rules::of(policy).are_written();
    let is_form = if is_written {
        is_written_form(decided)
    } else {
        policy_digest.is_empty() && rules.is_empty()
    };
    if !is_form {
        return Some(FORMLESS);
    }
    let is_by_rule = matches!(
        reason,
        R::PolicyDenied | R::PolicyError | R::PurposeMissing | R::OnwardRelease
    );
    (is_by_rule && rules.is_empty()).then_some((
        "it does not say which rule refused it",
        "no dice qué regla la rechazó",
    ))
}

const FORMLESS: Why = (
    "its decision is not of the form that its rules have",
    "su decisión no tiene la forma que tienen sus reglas",
);

fn is_written_form(decided: &pb::Decision) -> bool {
    let rules = &decided.rules;
    decided.policy_digest.len() == 32 && rules.len() <= RULES_TOLD_MAX && rules.is_sorted()
}

fn part_refused(record: &pb::ActRecord) -> Option<Why> {
    let is_said = record.subject.parse::<Side>().is_ok()
        && record.statement_id.len() == 32
        && record.reason() != pb::Reason::Unspecified;
    (!is_said).then_some((
        "it does not say whose part of the directory was refused, or which, or why",
        "no dice de quién era la parte del directorio rechazada, o cuál, o por qué",
    ))
}

/// Entries before the act, kept from agencies of one side by written rules: what is older than those was withheld from nobody. None at
/// all is an act as well.
fn withheld(record: &pb::ActRecord, index: u64) -> Option<Why> {
    let side = record.subject.parse::<Side>();
    if side.is_err() || record.party.parse::<Side>().is_err() {
        return Some((
            "it does not say between which sides something was withheld",
            "no dice entre qué lados se retuvo algo",
        ));
    }
    let is_said = |one: &pb::WithheldEntries| {
        let agency = one.agency.parse::<AgencyId>();
        let is_of_side = agency.is_ok_and(|agency| Ok(agency.side()) == side.as_ref());
        let is_sorted = one.indexes.is_sorted_by(|before, after| before < after);
        let is_before = one.indexes.last().is_some_and(|last| *last < index);
        is_of_side && is_sorted && is_before && one.reason() != pb::Reason::Unspecified
    };
    if !record.withheld.iter().all(is_said) {
        return Some((
            "it does not say what was withheld from whom, or why, or names an entry that was not there yet",
            "no dice qué se retuvo a quién, o por qué, o nombra una entrada que aún no existía",
        ));
    }
    let is_decided = |one: &pb::WithheldEntries| {
        one.decision.as_ref().is_some_and(|decided| {
            Rules::of(&decided.policy).are_written() && is_written_form(decided)
        })
    };
    (!record.withheld.iter().all(is_decided)).then_some(FORMLESS)
}

fn turned_away(record: &pb::ActRecord) -> Option<Why> {
    let is_said = record.party.parse::<Identity>().is_ok()
        && record.certificate.len() == 32
        && record.reason() != pb::Reason::Unspecified;
    (!is_said).then_some((
        "it does not say whose certificate was shown, or which, or why it did not count",
        "no dice de quién era el certificado mostrado, o cuál, o por qué no valió",
    ))
}

/// Entries that were given: some, in order, and none that was not there yet.
fn given(record: &pb::ActRecord, index: u64) -> Option<Why> {
    let (first, end) = (record.from_index, record.to_index);
    let is_sound = first < end && end <= index && (1..=end - first).contains(&record.count);
    (!is_sound).then_some((
        "it does not say what was given, or names entries that were not there yet",
        "no dice qué se entregó, o nombra entradas que aún no existían",
    ))
}

/// Which of them, where that is said one by one.
fn listed(record: &pb::ActRecord) -> Option<Why> {
    let indexes = &record.indexes;
    let ends = indexes.first().zip(indexes.last());
    let is_sound = indexes.is_sorted_by(|one, next| one < next)
        && u64::try_from(indexes.len()) == Ok(record.count)
        && ends.is_some_and(|(first, last)| {
            (*first, last.checked_add(1)) == (record.from_index, Some(record.to_index))
        });
    (!is_sound).then_some((
        "the entries that it lists are not those that it counts",
        "las entradas que enumera no son las que cuenta",
    ))
}
