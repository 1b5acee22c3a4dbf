//! What every statement has, whatever its type: who, to whom, when, and how it may be handled.

use super::claim::{self, BodyRef, Recipient, Signer};
use crate::Reason;
use crate::code::{MessageStatus, MessageType};
use crate::handling::Handling;
use crate::id::{MessageId, NodeId};
use crate::limits::{
    ORI_BYTES_MAX, ORIGIN_BYTES_MAX, REFERENCES_MAX, UNIT_BYTES_MAX, VALIDITY_MS_MAX,
};
use crate::violation::{At, Findings, NAMED_TWICE, at_most};
use precinto_proto::v1 as pb;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) message_id: MessageId,
    pub(super) message_type: MessageType,
    pub(super) sender: NodeId,
    pub(super) signers: Vec<Signer>,
    pub(super) recipients: Vec<Recipient>,
    pub(super) created_ms: u64,
    pub(super) expires_ms: u64,
    pub(super) sender_seq: u64,
    pub(super) refers_to: Option<MessageId>,
    pub(super) references: Vec<MessageId>,
    pub(super) unit: Option<String>,
    pub(super) ori: Option<String>,
    pub(super) status: MessageStatus,
    pub(super) handling: Handling,
    pub(super) body: Option<BodyRef>,
}

impl Head {
    /// `None` means that something without which there is no statement was wrong, and stands in `found`.
    pub(super) fn read(found: &mut Findings, at: &At<'_>, message: &pb::Statement) -> Option<Self> {
        let message_id = claim::message_id(found, at.field("message_id"), &message.message_id);
        let message_type = message_type(found, at.field("type"), message.r#type);
        let sender = claim::sender(found, at.field("sender"), &message.sender);
        let signers = Signer::read_all(found, at, &message.required_signers);
        let recipients = Recipient::read_all(found, at, &message.recipients);
        let handling = Handling::read(
            found,
            at.field("handling"),
            message.handling.as_ref(),
            message.created_ms,
        );
        let status = crate::code::require(found, at.field("status"), message.status);
        origin(found, at.field("log_origin"), &message.log_origin);
        times(found, at, message);
        if message.sender_seq == 0 {
            found.error(
                at.field("sender_seq"),
                Reason::FieldMissing,
                ("counts from 1", "se cuenta desde 1"),
            );
        }
        let refers_to = Some(message.refers_to.as_slice())
            .filter(|bytes| !bytes.is_empty())
            .and_then(|bytes| claim::message_id(found, at.field("refers_to"), bytes));
        let references = references(found, at, &message.references);
        let unit = unit(found, at.field("unit"), &message.unit);
        let ori = ori(found, at.field("ori"), &message.ori);
        let body = message
            .body
            .as_ref()
            .and_then(|body| BodyRef::read(found, &at.field("body"), body));
        Some(Self {
            message_id: message_id?,
            message_type: message_type?,
            sender: sender?,
            signers,
            recipients,
            created_ms: message.created_ms,
            expires_ms: message.expires_ms,
            sender_seq: message.sender_seq,
            refers_to,
            references,
            unit,
            ori,
            status: status?,
            handling: handling?,
            body,
        })
    }
}

fn message_type(found: &mut Findings, at: At<'_>, raw: i32) -> Option<MessageType> {
    let known = MessageType::try_from(raw)
        .ok()
        .filter(|kind| *kind != MessageType::Unspecified);
    if known.is_none() {
        found.error(
            at,
            Reason::InvalidMessageType,
            (
                format!("{raw} is no message type"),
                format!("{raw} no es un tipo de mensaje"),
            ),
        );
    }
    known
}

/// A schema-less URL as in a checkpoint's first line: visible ASCII without `+`, which the key's text form uses.
fn origin(found: &mut Findings, at: At<'_>, text: &str) {
    let fits = text.bytes().all(|b| b.is_ascii_graphic() && b != b'+');
    if text.is_empty() {
        found.error(
            at,
            Reason::FieldMissing,
            (
                "the origin of the log it is meant for",
                "el origen de la bitácora a la que se dirige",
            ),
        );
    } else if text.len() > ORIGIN_BYTES_MAX {
        found.error(
            at,
            Reason::FieldTooLong,
            (
                format!("at most {ORIGIN_BYTES_MAX} bytes"),
                format!("{ORIGIN_BYTES_MAX} bytes como máximo"),
            ),
        );
    } else if !fits {
        found.error(
            at,
            Reason::FieldFormat,
            (
                "visible ASCII without +",
                "caracteres ASCII visibles, sin +",
            ),
        );
    }
}

fn times(found: &mut Findings, at: &At<'_>, message: &pb::Statement) {
    let (created, expires) = (message.created_ms, message.expires_ms);
    if created == 0 {
        found.error(
            at.field("created_ms"),
            Reason::FieldMissing,
            ("when the sender made it", "cuándo lo hizo el remitente"),
        );
    }
    if expires == 0 {
        found.error(
            at.field("expires_ms"),
            Reason::FieldMissing,
            ("its last useful instant", "su último momento útil"),
        );
    } else if expires <= created {
        found.error(
            at.field("expires_ms"),
            Reason::TimeOrder,
            ("not after created_ms", "no es posterior a created_ms"),
        );
    } else if expires - created > VALIDITY_MS_MAX {
        found.error(
            at.field("expires_ms"),
            Reason::ValueRange,
            (
                "more than 366 days after created_ms",
                "más de 366 días después de created_ms",
            ),
        );
    }
}

fn references(found: &mut Findings, at: &At<'_>, list: &[Vec<u8>]) -> Vec<MessageId> {
    if list.len() > REFERENCES_MAX {
        found.error(
            at.field("references"),
            Reason::FieldTooLong,
            at_most(REFERENCES_MAX),
        );
    }
    let mut ids = Vec::new();
    for (index, bytes) in list.iter().take(REFERENCES_MAX).enumerate() {
        let at = at.item("references", index);
        match claim::message_id(found, at, bytes) {
            Some(id) if ids.contains(&id) => found.error(at, Reason::Repeated, NAMED_TWICE),
            Some(id) => ids.push(id),
            None => {}
        }
    }
    ids
}

fn unit(found: &mut Findings, at: At<'_>, text: &str) -> Option<String> {
    let fits = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b" ._/-".contains(&b));
    coded_text(found, at, text, UNIT_BYTES_MAX, fits)
}

fn ori(found: &mut Findings, at: At<'_>, text: &str) -> Option<String> {
    let fits = text
        .bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    coded_text(found, at, text, ORI_BYTES_MAX, fits)
}

fn coded_text(
    found: &mut Findings,
    at: At<'_>,
    text: &str,
    max: usize,
    fits: bool,
) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    if text.len() > max {
        found.error(
            at,
            Reason::FieldTooLong,
            (
                format!("at most {max} bytes"),
                format!("{max} bytes como máximo"),
            ),
        );
    } else if !fits {
        found.error(
            at,
            Reason::FieldFormat,
            (
                "characters that do not belong there",
                "contiene caracteres que no corresponden",
            ),
        );
    }
    Some(text.to_owned())
}
