//! STATEMENT entries: record, envelope, body and trust must fit each other, and the gateway's decision is repeated.

use super::cases::Part;
use super::directory::Entitled;
use super::floor::{self, Asked, Withdrawal};
use super::keys::{Known, pair_key};
use super::outcome::{Examined, Of, Outcome};
use super::read::Read;
use super::revoked::{self, Signed};
use super::shelf::{Named, what};
use super::stated::{self, claimed};
use crate::finding::{Kind, Thing};
use crate::source::Entry;
use crate::verified::{Said, Told, Verified};
use precinto_alert::case::Audience;
use precinto_alert::code::MessageType;
use precinto_alert::id::{Identity, OfficerId};
use precinto_alert::statement::{Lenient, Recipient, Statement};
use precinto_alert::{Reason, reason};
use precinto_envelope::body::check_body;
use precinto_envelope::crypto::sha256;
use precinto_envelope::hex;
use precinto_envelope::pae;
use precinto_envelope::verify::verify_bytes;
use precinto_proto::v1 as pb;
use prost::Message;

/// A statement with the trust that its record names.
pub(super) type Job = Read<pb::StatementRecord>;

impl Job {
    /// Examines the entry for the log of this origin.
    pub(super) fn run(self, origin: Option<&str>) -> Outcome {
        let (index, place) = self.place();
        let mut kinds = self.wrong();
        let examined = self.examine(origin, &mut kinds);
        Outcome {
            place,
            kinds,
            of: Of::Entry(examined.unwrap_or_else(|| Examined {
                part: Part::Unreadable,
                ..Examined::at(index)
            })),
        }
    }

    /// Gives back by what it is known, what it is to its case, who signed it, and what it says.
    fn examine(self, origin: Option<&str>, kinds: &mut Vec<Kind>) -> Option<Examined> {
        let Self {
            leaf,
            mut entry,
            record,
            named,
        } = self;
        let content = std::mem::take(&mut entry.content);
        let record = record.ok();
        kinds.extend(
            record
                .iter()
                .flat_map(|record| check_record(record, &content)),
        );
        let (envelope, raw) = open(&content).map_err(|kind| kinds.push(kind)).ok()?;
        kinds.extend(unknown_in(&envelope, &content));
        let (key, id) = (pair_key(&raw), pae::statement_id(&envelope.payload));
        kinds.extend(stated::compare(entry.stated.as_ref(), &key, &id));
        if record
            .as_ref()
            .is_some_and(|record| record.statement_id != id)
        {
            kinds.push(Kind::StatementId);
        }
        if origin.is_some_and(|origin| raw.log_origin != origin) {
            kinds.push(Kind::WrongLog {
                origin: raw.log_origin.clone(),
            });
        }
        let (mut part, mut told) = (Part::Unreadable, None);
        match Statement::decode_lenient(&envelope.payload) {
            Ok(Lenient {
                statement,
                unknown_fields,
            }) => {
                if unknown_fields {
                    kinds.push(Kind::UnknownFields {
                        what: Thing::STATEMENT,
                    });
                }
                kinds.extend(outside_its_time(&statement, leaf.time_ms));
                let (wrong, inner) = body(&statement, &entry);
                kinds.extend(wrong);
                if let Some(record) = &record {
                    let recorded = (record, raw.recipients.as_slice());
                    let place = (entry.index, leaf.time_ms);
                    part = in_case((&statement, &inner), recorded, &named, place, kinds);
                    told = Some(Told {
                        to: Audience::of_recipients(&record.recipients),
                        officers: officers(&statement, &named),
                        statement,
                        content: inner.content,
                    });
                }
            }
            Err(error) => kinds.push(refused(error.reason(), &error)),
        }
        let (wrong, signed) = signatures(content, &named, leaf.time_ms);
        kinds.extend(wrong);
        let verified = told.map(|told| Verified {
            index: entry.index,
            time_ms: leaf.time_ms,
            said: Said::Message(Box::new(told)),
        });
        Some(Examined {
            known: Some(Known { key, digest: id }),
            part,
            signed,
            verified: verified.map(Box::new),
            ..Examined::at(entry.index)
        })
    }
}

/// Judges an envelope as of `time_ms` under the trust that its record names, and whether the record names it all. Gives what is
/// wrong, and who has signed.
pub(super) fn signatures(
    envelope: Vec<u8>,
    named: &Named,
    time_ms: u64,
) -> (Vec<Kind>, Vec<Signed>) {
    let store = match &named.store {
        Ok(store) => store,
        Err(kind) => return (vec![kind.clone()], Vec::new()),
    };
    match verify_bytes(envelope, &named.pool, store, time_ms) {
        Ok(verified) => {
            let unnamed = verified
                .relied_on()
                .into_iter()
                .filter(|used| !named.names(&used.digest));
            let mut kinds: Vec<Kind> = unnamed
                .map(|used| Kind::TrustUnnamed {
                    what: what(used.kind),
                    digest: hex(&used.digest),
                })
                .collect();
            let signed: Vec<Signed> = verified.signers().iter().map(Signed::by).collect();
            kinds.extend(revoked::by_then(&signed, &named.others, time_ms));
            (kinds, signed)
        }
        Err(error) if error.reason() == Reason::CrlStale => {
            let reason = reason::name(error.reason());
            let why = error.to_string();
            (vec![Kind::TrustIncomplete { reason, why }], Vec::new())
        }
        Err(error) => (vec![refused(error.reason(), &error)], Vec::new()),
    }
}

/// Envelope and statement, read without judging them.
pub(super) fn open(content: &[u8]) -> Result<(pb::Envelope, pb::Statement), Kind> {
    let malformed = |error: prost::DecodeError| Kind::EnvelopeMalformed {
        why: error.to_string(),
    };
    let envelope = pb::Envelope::decode(content).map_err(malformed)?;
    let statement = pb::Statement::decode(envelope.payload.as_slice()).map_err(malformed)?;
    Ok((envelope, statement))
}

/// Whether the envelope holds more than this program knows. No signature covers that: anybody on the way can add it.
pub(super) fn unknown_in(envelope: &pb::Envelope, content: &[u8]) -> Option<Kind> {
    let what = Thing::ENVELOPE;
    (envelope.encode_to_vec() != content).then_some(Kind::UnknownFields { what })
}

/// A finding that the gateway should have refused this.
pub(super) fn refused(reason: Reason, error: &dyn std::error::Error) -> Kind {
    Kind::Refused {
        reason: reason::name(reason),
        why: error.to_string(),
    }
}

fn check_record(record: &pb::StatementRecord, content: &[u8]) -> Vec<Kind> {
    let mut kinds = Vec::new();
    if record.envelope_digest != sha256(&[content]) {
        kinds.push(Kind::EnvelopeDigest);
    }
    if record
        .decision
        .as_ref()
        .is_none_or(|decision| decision.policy.is_empty())
    {
        kinds.push(Kind::RecordMalformed {
            why: "it states no decision".to_owned(),
        });
    }
    kinds
}

/// The gateway looked at its clock a little before the owner of the log did, so the end of the window has some slack.
fn outside_its_time(statement: &Statement, time_ms: u64) -> Option<Kind> {
    let earliest = time_ms
        .saturating_sub(QUEUED_MS_MAX)
        .max(statement.created_ms())
        .min(time_ms);
    let refused = statement.check_time(time_ms).err()?;
    statement.check_time(earliest).err()?;
    Some(Kind::Window {
        why: if refused.reason == Reason::Expired {
            ("it had expired", "había vencido").into()
        } else {
            let (en, es) = (
                "it was dated too far in the future",
                "su fecha era demasiado futura",
            );
            (en, es).into()
        },
    })
}

/// What the statement is to its case, with what is to be asked of it in its turn; what is wrong with its recipients by itself
/// goes to `kinds`.
fn in_case(
    (statement, inner): (&Statement, &pb::Inner),
    (record, requested): (&pb::StatementRecord, &[pb::RecipientRef]),
    named: &Named,
    place: (u64, u64),
    kinds: &mut Vec<Kind>,
) -> Part {
    let resolved = recipients((statement, requested), record, named);
    let withdrawal = resolved.map_err(|kind| kinds.push(kind)).ok().flatten();
    let to = Audience::of_recipients(&record.recipients);
    let officers = officers(statement, named);
    let content = (&*inner.media_type, &*inner.content);
    let asked = Asked::of((statement, record), content, &to, (&officers, named));
    Part::of(statement, record, place, (asked, withdrawal))
}

/// Resolves the recipients again, through the directory that the record names. Of a withdrawal, which its case has a say in,
/// what is left to be asked of it.
fn recipients(
    (statement, requested): (&Statement, &[pb::RecipientRef]),
    record: &pb::StatementRecord,
    named: &Named,
) -> Result<Option<Box<Withdrawal>>, Kind> {
    let wrong = |en: &'static str, es: &'static str| {
        Err(Kind::Recipients {
            why: (en, es).into(),
        })
    };
    if record.recipients.len() != requested.len() {
        return wrong("their number differs", "su número es otro");
    }
    let Some(directory) = &named.directory else {
        return wrong(
            "the record names no directory that the log holds",
            "el registro no nombra ningún directorio que esté en la bitácora",
        );
    };
    let asks_case = claimed(record).ask_floor();
    let mut listed = Vec::with_capacity(requested.len());
    let asked = statement.recipients().iter().zip(requested);
    for ((recipient, requested), resolved) in asked.zip(&record.recipients) {
        if resolved.requested.as_ref() != Some(requested) {
            return wrong(
                "one is not the one that the sender asked for",
                "uno no es el que pidió el remitente",
            );
        }
        let withdrawn_from = recipient.withdrawn_from(statement.message_type());
        let entitled = directory.resolve(recipient, statement.sender().agency());
        let by_directory = entitled.as_ref().map(Entitled::to_record);
        let known = match (recipient, withdrawn_from) {
            (_, Some(agency)) if asks_case => {
                let listed = by_directory.clone().unwrap_or_default();
                floor::may_be_withdrawn(recipient, agency, &listed, resolved)
                    .then(|| resolved.clone())
            }
            // Until floor/3 an agency was taken at its name, whether the case had reached it or not.
            (Recipient::Agency(agency), Some(_)) => {
                let left = || Entitled::agency(agency).to_record();
                Some(by_directory.clone().unwrap_or_else(left))
            }
            _ if by_directory.is_some() => by_directory.clone(),
            _ => {
                return wrong(
                    "the directory does not know one of them",
                    "el directorio no conoce a uno de ellos",
                );
            }
        };
        if known.is_none_or(|known| !floor::is_same(&known, resolved)) {
            return wrong(
                "the directory entitles others",
                "el directorio da derecho a otros",
            );
        }
        listed.push(pb::ResolvedRecipient {
            requested: Some(requested.clone()),
            ..by_directory.unwrap_or_default()
        });
    }
    let is_withdrawal = matches!(
        statement.message_type(),
        MessageType::Cancel | MessageType::Recall
    );
    Ok(is_withdrawal.then(|| Withdrawal::of(statement, listed, &record.recipients)))
}

/// What is wrong with the body, and what it holds.
fn body(statement: &Statement, entry: &Entry) -> (Option<Kind>, pb::Inner) {
    if entry.body_pruned {
        return (Some(Kind::BodyPruned), pb::Inner::default());
    }
    let Some(signer) = statement.node_signer() else {
        return (None, pb::Inner::default()); // a decoded statement has exactly one
    };
    match check_body(
        statement.body(),
        &entry.body,
        statement.message_id(),
        signer.key_id,
    ) {
        Ok(None) => (None, pb::Inner::default()),
        Ok(Some(checked)) => {
            let odd = !checked.is_canonical();
            let odd = odd.then_some(Kind::UnknownFields { what: Thing::BODY });
            (odd, checked.inner().clone())
        }
        Err(error) => {
            let (reason, why) = (reason::name(error.reason()), error.to_string());
            (Some(Kind::Body { reason, why }), pb::Inner::default())
        }
    }
}

/// Who signed beside the node, by the certificates that the record names; the signatures are checked elsewhere.
fn officers(statement: &Statement, named: &Named) -> Vec<OfficerId> {
    let signers = statement.officer_signers();
    let certificates = signers.filter_map(|signer| named.pool.get(&signer.key_id));
    certificates
        .filter_map(|certificate| match certificate.identity() {
            Ok(Identity::Officer(officer)) => Some(officer.clone()),
            _ => None,
        })
        .collect()
}

/// How long a statement may have waited between the gateway's look at the clock and its place in the log.
const QUEUED_MS_MAX: u64 = 10_000;
