//! The parts of a statement that must be read before anybody's signature has been checked.

use std::fmt;

use prost::Message as _;

use super::StatementError;
use crate::Reason;
use crate::code::{MessageType, RecipientKind, SignerRole};
use crate::id::{AgencyId, IdError, MessageId, NodeId, OfficerId, is_name};
use crate::limits::{BODY_BYTES_MAX, ENVELOPE_BYTES_MAX, RECIPIENTS_MAX, SIGNERS_MAX};
use crate::violation::{At, Findings, NAMED_TWICE, at_most};
use precinto_proto::v1 as pb;

/// Algorithms that a node may sign with: Ed25519, ECDSA P-256, ECDSA P-384.
const NODE_ALGORITHMS: [u32; 3] = [1, 2, 3];
/// RSA-PSS with SHA-256, for officers' cards only.
const CARD_ALGORITHM: u32 = 6;

/// What a statement claims about its own signers. Untrusted: good only for finding the certificates to check it with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The message's id.
    pub message_id: MessageId,
    /// Who claims to send it.
    pub sender: NodeId,
    /// Who must sign: one to four, no key twice, exactly one node.
    pub signers: Vec<Signer>,
}

impl Claim {
    /// Reads the claim and nothing else; later fields may still be wrong.
    pub fn read(bytes: &[u8]) -> Result<Self, StatementError> {
        let message = parse(bytes)?;
        let (at, mut found) = (At::root(""), Findings::default());
        let message_id = message_id(&mut found, at.field("message_id"), &message.message_id);
        let sender = sender(&mut found, at.field("sender"), &message.sender);
        let signers = Signer::read_all(&mut found, &at, &message.required_signers);
        found.finish().map_err(StatementError::Violations)?;
        match (message_id, sender) {
            (Some(message_id), Some(sender)) => Ok(Self {
                message_id,
                sender,
                signers,
            }),
            _ => Err(StatementError::Malformed("no message id or sender".into())),
        }
    }
}

/// One required signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signer {
    /// SHA-256 of the DER signing certificate.
    pub key_id: [u8; 32],
    /// In what capacity.
    pub role: SignerRole,
    /// Algorithm number: 1, 2, 3, or 6 for an officer.
    pub alg: u32,
}

impl Signer {
    /// Whether it is the sending node.
    pub fn is_node(&self) -> bool {
        self.role == SignerRole::Node
    }

    pub(super) fn read_all(found: &mut Findings, at: &At<'_>, list: &[pb::SignerRef]) -> Vec<Self> {
        const LIST: &str = "required_signers";
        if list.is_empty() || list.len() > SIGNERS_MAX {
            found.error(
                at.field(LIST),
                Reason::SignatureCount,
                (
                    format!("one to {SIGNERS_MAX} signers"),
                    format!("de uno a {SIGNERS_MAX} firmantes"),
                ),
            );
        }
        let mut signers: Vec<Self> = Vec::with_capacity(list.len().min(SIGNERS_MAX));
        for (index, message) in list.iter().take(SIGNERS_MAX).enumerate() {
            let at = at.item(LIST, index);
            let Some(signer) = Self::read(found, &at, message) else {
                continue;
            };
            if signers
                .iter()
                .any(|earlier| earlier.key_id == signer.key_id)
            {
                found.error(
                    at.field("key_id"),
                    Reason::SignatureRepeated,
                    ("the key stands twice", "la clave aparece dos veces"),
                );
            }
            signers.push(signer);
        }
        if !signers.is_empty()
            && signers.len() == list.len()
            && signers.iter().filter(|signer| signer.is_node()).count() != 1
        {
            found.error(
                at.field(LIST),
                Reason::SignerRole,
                (
                    "exactly one signer is the node",
                    "exactamente un firmante es el nodo",
                ),
            );
        }
        signers
    }

    fn read(found: &mut Findings, at: &At<'_>, message: &pb::SignerRef) -> Option<Self> {
        let pb::SignerRef { key_id, role, alg } = message;
        let key_id = digest(found, at.field("key_id"), key_id);
        if *role == 0 {
            found.error(
                at.field("role"),
                Reason::SignerRole,
                ("node or officer", "nodo u oficial"),
            );
        }
        let role = crate::code::read::<SignerRole>(found, at.field("role"), *role)?;
        let card = *alg == CARD_ALGORITHM && role == SignerRole::Officer;
        if !card && !NODE_ALGORITHMS.contains(alg) {
            found.error(
                at.field("alg"),
                Reason::AlgorithmRefused,
                (
                    "1, 2 or 3; 6 for an officer's card",
                    "1, 2 o 3; 6 para la tarjeta de un oficial",
                ),
            );
        }
        Some(Self {
            key_id: key_id?,
            role,
            alg: *alg,
        })
    }
}

/// One recipient, as the sender wrote it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recipient {
    /// An agency.
    Agency(AgencyId),
    /// A group of the directory.
    Group(String),
    /// A topic of the directory.
    Topic(String),
    /// A named officer.
    Officer(OfficerId),
}

impl Recipient {
    /// The agency that a withdrawal is for, or of whose officer it is, even if the directory knows neither any more: the rules of a
    /// case demand that everybody is named who was ever sent something, and whoever has left must not keep the others from hearing
    /// of the withdrawal. Whether the case ever reached them it knows itself ([`Case::widen`](crate::Case::widen)).
    pub fn withdrawn_from(&self, message_type: MessageType) -> Option<&AgencyId> {
        if !matches!(message_type, MessageType::Cancel | MessageType::Recall) {
            return None;
        }
        match self {
            Self::Agency(agency) => Some(agency),
            Self::Officer(officer) => Some(officer.agency()),
            Self::Group(_) | Self::Topic(_) => None,
        }
    }

    pub(super) fn read_all(
        found: &mut Findings,
        at: &At<'_>,
        list: &[pb::RecipientRef],
    ) -> Vec<Self> {
        const LIST: &str = "recipients";
        if list.is_empty() {
            found.error(
                at.field(LIST),
                Reason::RecipientMissing,
                ("at least one", "al menos uno"),
            );
        }
        if list.len() > RECIPIENTS_MAX {
            found.error(
                at.field(LIST),
                Reason::FieldTooLong,
                at_most(RECIPIENTS_MAX),
            );
        }
        let mut recipients = Vec::with_capacity(list.len().min(RECIPIENTS_MAX));
        for (index, message) in list.iter().take(RECIPIENTS_MAX).enumerate() {
            let at = at.item(LIST, index);
            let Some(recipient) = Self::read(found, &at, message) else {
                continue;
            };
            if recipients.contains(&recipient) {
                found.error(at.field("name"), Reason::RecipientRepeated, NAMED_TWICE);
            } else {
                recipients.push(recipient);
            }
        }
        recipients
    }

    fn read(found: &mut Findings, at: &At<'_>, message: &pb::RecipientRef) -> Option<Self> {
        let pb::RecipientRef { kind, name } = message;
        if *kind == 0 {
            found.error(
                at.field("kind"),
                Reason::FieldMissing,
                (
                    "agency, group, topic or officer",
                    "dependencia, grupo, tema u oficial",
                ),
            );
        }
        let at_name = at.field("name");
        let kind = crate::code::read(found, at.field("kind"), *kind)?;
        if matches!(kind, RecipientKind::Group | RecipientKind::Topic) && !is_name(name) {
            let detail = (
                "lower-case letters, digits and hyphens",
                "minúsculas, dígitos y guiones",
            );
            found.error(at_name, Reason::FieldFormat, detail);
            return None;
        }
        let recipient = match kind {
            RecipientKind::Unspecified => return None,
            RecipientKind::Agency => name.parse().map(Self::Agency),
            RecipientKind::Group => Ok(Self::Group(name.clone())),
            RecipientKind::Topic => Ok(Self::Topic(name.clone())),
            RecipientKind::Officer => name.parse().map(Self::Officer),
        };
        recipient
            .map_err(|error: IdError| found.error(at_name, error.reason(), error.detail()))
            .ok()
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agency(agency) => agency.fmt(f),
            Self::Group(name) | Self::Topic(name) => f.write_str(name),
            Self::Officer(officer) => officer.fmt(f),
        }
    }
}

/// What the body must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyRef {
    /// SHA-256 of the serialised Body.
    pub digest: [u8; 32],
    /// Size of the serialised Body in bytes, 1 to 245,760.
    pub size: u64,
    /// SHA-256 of `precinto/pt/v1`, a zero byte and the serialised Inner.
    pub plaintext_commitment: [u8; 32],
}

impl BodyRef {
    pub(super) fn read(found: &mut Findings, at: &At<'_>, message: &pb::BodyRef) -> Option<Self> {
        let pb::BodyRef {
            digest: hash,
            size,
            plaintext_commitment,
        } = message;
        if *size == 0 || *size > BODY_BYTES_MAX as u64 {
            found.error(
                at.field("size"),
                Reason::Size,
                (
                    format!("1 to {BODY_BYTES_MAX} bytes"),
                    format!("de 1 a {BODY_BYTES_MAX} bytes"),
                ),
            );
        }
        let digest_ = digest(found, at.field("digest"), hash);
        let commitment = digest(
            found,
            at.field("plaintext_commitment"),
            plaintext_commitment,
        );
        Some(Self {
            digest: digest_?,
            size: *size,
            plaintext_commitment: commitment?,
        })
    }
}

/// Bytes to message, within the cap; nothing is judged yet.
pub(super) fn parse(bytes: &[u8]) -> Result<pb::Statement, StatementError> {
    if bytes.len() > ENVELOPE_BYTES_MAX {
        return Err(StatementError::Malformed(format!(
            "larger than {ENVELOPE_BYTES_MAX} bytes"
        )));
    }
    pb::Statement::decode(bytes).map_err(|error| StatementError::Malformed(error.to_string()))
}

pub(super) fn message_id(found: &mut Findings, at: At<'_>, bytes: &[u8]) -> Option<MessageId> {
    MessageId::from_slice(bytes)
        .map_err(|_| {
            found.error(
                at,
                Reason::FieldFormat,
                ("16 bytes, not all zero", "16 bytes, no todos en cero"),
            );
        })
        .ok()
}

pub(super) fn sender(found: &mut Findings, at: At<'_>, text: &str) -> Option<NodeId> {
    text.parse()
        .map_err(|error: IdError| found.error(at, error.reason(), error.detail()))
        .ok()
}

fn digest(found: &mut Findings, at: At<'_>, bytes: &[u8]) -> Option<[u8; 32]> {
    bytes
        .try_into()
        .map_err(|_| {
            found.error(
                at,
                Reason::FieldFormat,
                ("exactly 32 bytes", "exactamente 32 bytes"),
            );
        })
        .ok()
}
