//! The node's signed receipt: an ACK of level NODE, which says that this node has the message, and nothing about any person.

use crate::author::{Author, AuthorError, Draft, Signed};
use precinto_alert::code::{AckLevel, MessageType, RecipientKind, Tlp};
use precinto_alert::statement::Statement;
use precinto_proto::v1 as pb;

/// How long a receipt may wait for its line; longer, and a person has said more than it by then.
const EXPIRES_AFTER_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Whether the message asks something of its recipients, or changes what they may do: only such a message is receipted.
///
/// An answer to a question is not, nor is a receipt itself: two nodes would never come to an end, and of the messages that an
/// agency may say in one case too many would be about nothing.
pub fn asks_for_receipt(said: &Statement) -> bool {
    use MessageType as T;
    matches!(
        said.message_type(),
        T::Alert
            | T::Amend
            | T::Cancel
            | T::Recall
            | T::ActionRequest
            | T::Rfi
            | T::Rfs
            | T::Transfer
            | T::DisseminationRequest
    ) && said.alert_id().is_some()
}

/// Signs the receipt for `said`, as `send ack --level node` would write it: to its sender's agency, about this message.
pub fn node_receipt(
    said: &Statement,
    author: &Author,
    sequence: u64,
    now_ms: u64,
) -> Result<Signed, AuthorError> {
    let sender = pb::RecipientRef {
        kind: RecipientKind::Agency.into(),
        name: said.sender().agency().to_string(),
    };
    let statement = pb::Statement {
        r#type: MessageType::Ack.into(),
        status: said.status().into(),
        recipients: vec![sender],
        alert_id: said.alert_id().map(ToString::to_string).unwrap_or_default(),
        alert_version: said.alert_version(),
        refers_to: said.message_id().as_bytes().to_vec(),
        ack_level: AckLevel::Node.into(),
        handling: Some(pb::Handling {
            tlp: Tlp::AmberStrict.into(),
            ..pb::Handling::default()
        }),
        expires_ms: now_ms.saturating_add(EXPIRES_AFTER_MS),
        sender_seq: sequence,
        ..pb::Statement::default()
    };
    let draft = Draft {
        statement,
        content: None,
    };
    author.sign(draft, &[], now_ms)
}
