//! Originator control of extracts: with `send TYPE`, nobody sends a tear-line of what another agency said.
//!
//! This machine knows it where its copy holds the message that the extract was taken from; what it does not hold, it does not judge.
//! What a program sends (`send -`, the node's API) and what was signed elsewhere (`send signed`) passes by here.

use super::{T, kind_of};
use crate::exit::{Failure, Text};
use precinto_alert::Reason;
use precinto_alert::id::{AgencyId, MessageId};
use serde_json::Value;

/// Whether it is a new alert that names the message it was taken from.
pub(super) fn is_extract(draft: &Value) -> bool {
    kind_of(draft) == Some(T::Alert) && taken_from(draft).is_some()
}

/// The message that the draft was taken from, if it says so.
pub(super) fn taken_from(draft: &Value) -> Option<MessageId> {
    // A draft may write the field either way, as `draft::read` takes it.
    let message = draft.get("refers_to").or_else(|| draft.get("refersTo"))?;
    message.as_str()?.parse().ok()
}

/// What is said to whoever takes an extract from another's message.
pub(super) fn refused(message: MessageId, author: &AgencyId) -> Failure {
    let what = Text::from((
        format!("{author} said it, and only its author sends a tear-line of it"),
        format!("lo dijo {author}, y solo su autor envía un extracto no nominal"),
    ));
    Failure::coded(Reason::OnwardRelease, what.about(message))
}
