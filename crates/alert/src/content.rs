//! What the body of a message says: decoded, checked for itself and against the statement that it belongs to.
//!
//! The body is the part that may be deleted by law; no coded state of a case depends on it. Its texts are somebody's
//! words and are checked for length only. The media types and the mandatory fields are documented in `body.proto`.
//!
//! Rules grow in number, and logs are kept for decades. A gateway refuses by the rules of its day; its record names the floor
//! (`floor/N`), not these, because nobody re-judges content: clients and auditors read it, to show it and to learn whom it names.
//! So the lenient reading refuses only what was refused from the first day, and flags what breaks a rule that came later.

mod alert;
mod block;
mod cross_check;
mod field;
mod goods_code;
mod identifier;
mod last_action;
mod party;
mod releases;
mod reply;
mod request;
mod route;
mod shipment;
mod subject;

pub use alert::BLOCKS;
pub use last_action::{last_action, last_useful};

use crate::Reason;
use crate::canonical::{OneEncoding, is_canonical};
use crate::code::MessageType;
use crate::limits::BODY_BYTES_MAX;
use crate::statement::Statement;
use crate::violation::{At, Broken, Detail, Findings, Violation, headline, rules_broken};
use precinto_proto::v1 as pb;

/// The checked content of one body. Only [`Content::decode`] and [`Content::decode_lenient`] build one.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    form: Form,
    warnings: Vec<Violation>,
}

/// The content by its kind; one kind serves all message types that have the same media type.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// `ALERT`, `AMEND`.
    Alert(Box<pb::AlertContent>),
    /// `CANCEL`.
    Cancel(Box<pb::CancelContent>),
    /// `RECALL`, `RECALL_CONFIRM`.
    Recall(Box<pb::RecallContent>),
    /// `ACK`.
    Ack(Box<pb::AckContent>),
    /// `REJECT`.
    Reject(Box<pb::RejectContent>),
    /// `ASSESSMENT`.
    Assessment(Box<pb::AssessmentContent>),
    /// `RFI`, `RFS`, `ACTION_REQUEST`.
    Request(Box<pb::RequestContent>),
    /// `RFI_RESPONSE`, `RFS_RESULT`, `ACTION_RESPONSE`.
    Response(Box<pb::ResponseContent>),
    /// `HOLD_SET`, `HOLD_STATUS`, `HOLD_RELEASE`.
    Hold(Box<pb::HoldContent>),
    /// `OUTCOME`.
    Outcome(Box<pb::OutcomeContent>),
    /// `DISSEMINATION_REQUEST`, `DISSEMINATION_DECISION`.
    Dissemination(Box<pb::DisseminationContent>),
    /// `LINK`.
    Link(Box<pb::LinkContent>),
    /// `COMMENT`.
    Comment(Box<pb::CommentContent>),
    /// `TRANSFER`.
    Transfer(Box<pb::TransferContent>),
    /// `SYSTEM_NOTICE`.
    SystemNotice(Box<pb::SystemNoticeContent>),
}

/// Why bytes are not the content of that message. Always the fault of whoever made them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// The media type does not belong to the message's type.
    #[error("media type should be {expected}")]
    MediaType {
        /// The one that belongs to it.
        expected: &'static str,
    },
    /// Not a protobuf message of this shape.
    #[error("not the content that its media type names: {0}")]
    Malformed(String),
    /// Unknown fields, or another encoding than the canonical one.
    #[error("not the canonical encoding of the content, or unknown fields")]
    NonCanonical,
    /// Rules are broken: all of them, and what would be flagged besides.
    #[error("{} rules broken", .0.errors.len())]
    Violations(Broken),
}

impl ContentError {
    /// The reason that heads the answer.
    pub fn reason(&self) -> Reason {
        match self {
            Self::MediaType { .. } => Reason::MediaType,
            Self::Malformed(_) => Reason::Malformed,
            Self::NonCanonical => Reason::NonCanonical,
            Self::Violations(broken) => headline(&broken.errors),
        }
    }

    /// What is wrong with it as a whole. What a decoder says of the bytes is not for people and is not repeated here.
    pub fn detail(&self) -> Detail {
        match self {
            Self::MediaType { expected } => (
                format!("media type should be {expected}"),
                format!("el tipo de medio debe ser {expected}"),
            )
                .into(),
            Self::Malformed(_) => (
                "not the content that its media type names",
                "no es el contenido que indica su tipo de medio",
            )
                .into(),
            Self::NonCanonical => (
                "not the canonical encoding of the content, or unknown fields",
                "no es la codificación canónica del contenido, o contiene campos desconocidos",
            )
                .into(),
            Self::Violations(broken) => rules_broken(broken.errors.len()),
        }
    }
}

/// The media type of the content of a message of that type, as it stands in `Inner.media_type`.
pub fn media_type(message_type: MessageType) -> &'static str {
    use MessageType as T;
    match message_type {
        T::Unspecified => "",
        T::Alert | T::Amend => "application/vnd.precinto.alert.v1+protobuf",
        T::Cancel => "application/vnd.precinto.cancel.v1+protobuf",
        T::Recall | T::RecallConfirm => "application/vnd.precinto.recall.v1+protobuf",
        T::Ack => "application/vnd.precinto.ack.v1+protobuf",
        T::Reject => "application/vnd.precinto.reject.v1+protobuf",
        T::Assessment => "application/vnd.precinto.assessment.v1+protobuf",
        T::Rfi | T::Rfs | T::ActionRequest => "application/vnd.precinto.request.v1+protobuf",
        T::RfiResponse | T::RfsResult | T::ActionResponse => {
            "application/vnd.precinto.response.v1+protobuf"
        }
        T::HoldSet | T::HoldStatus | T::HoldRelease => "application/vnd.precinto.hold.v1+protobuf",
        T::Outcome => "application/vnd.precinto.outcome.v1+protobuf",
        T::DisseminationRequest | T::DisseminationDecision => {
            "application/vnd.precinto.dissemination.v1+protobuf"
        }
        T::Link => "application/vnd.precinto.link.v1+protobuf",
        T::Comment => "application/vnd.precinto.comment.v1+protobuf",
        T::Transfer => "application/vnd.precinto.transfer.v1+protobuf",
        T::SystemNotice => "application/vnd.precinto.system-notice.v1+protobuf",
    }
}

impl Content {
    /// Reads content as a gateway does: canonical, or refused.
    pub fn decode(
        media_type: &str,
        bytes: &[u8],
        statement: &Statement,
    ) -> Result<Self, ContentError> {
        let found = Findings::default();
        let (content, non_canonical) = Self::read(media_type, bytes, statement, found)?;
        if non_canonical {
            Err(ContentError::NonCanonical)
        } else {
            Ok(content)
        }
    }

    /// Reads content as clients and auditors do; `true` means that there is more in the bytes than was understood,
    /// or another encoding of it.
    pub fn decode_lenient(
        media_type: &str,
        bytes: &[u8],
        statement: &Statement,
    ) -> Result<(Self, bool), ContentError> {
        Self::read(media_type, bytes, statement, Findings::of_log())
    }

    fn read(
        media_type: &str,
        bytes: &[u8],
        statement: &Statement,
        mut found: Findings,
    ) -> Result<(Self, bool), ContentError> {
        let expected = self::media_type(statement.message_type());
        if media_type != expected {
            return Err(ContentError::MediaType { expected });
        }
        if bytes.len() > BODY_BYTES_MAX {
            return Err(ContentError::Malformed(format!(
                "larger than {BODY_BYTES_MAX} bytes"
            )));
        }
        let (form, non_canonical) = Form::decode(bytes, statement.message_type())?;
        form.check(&mut found, &At::root("content"), statement);
        match found.finish() {
            Ok(warnings) => Ok((Self { form, warnings }, non_canonical)),
            // A field that we do not know may be why a rule seems broken.
            Err(_) if non_canonical => Err(ContentError::NonCanonical),
            Err(broken) => Err(ContentError::Violations(broken)),
        }
    }

    /// The content by its kind.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// What is accepted and flagged: belongs into the record.
    pub fn warnings(&self) -> &[Violation] {
        &self.warnings
    }
}

impl Form {
    fn decode(bytes: &[u8], message_type: MessageType) -> Result<(Self, bool), ContentError> {
        use MessageType as T;
        match message_type {
            T::Unspecified => Err(ContentError::MediaType { expected: "" }),
            T::Alert | T::Amend => read(bytes, Self::Alert),
            T::Cancel => read(bytes, Self::Cancel),
            T::Recall | T::RecallConfirm => read(bytes, Self::Recall),
            T::Ack => read(bytes, Self::Ack),
            T::Reject => read(bytes, Self::Reject),
            T::Assessment => read(bytes, Self::Assessment),
            T::Rfi | T::Rfs | T::ActionRequest => read(bytes, Self::Request),
            T::RfiResponse | T::RfsResult | T::ActionResponse => read(bytes, Self::Response),
            T::HoldSet | T::HoldStatus | T::HoldRelease => read(bytes, Self::Hold),
            T::Outcome => read(bytes, Self::Outcome),
            T::DisseminationRequest | T::DisseminationDecision => read(bytes, Self::Dissemination),
            T::Link => read(bytes, Self::Link),
            T::Comment => read(bytes, Self::Comment),
            T::Transfer => read(bytes, Self::Transfer),
            T::SystemNotice => read(bytes, Self::SystemNotice),
        }
    }

    fn check(&self, found: &mut Findings, at: &At<'_>, statement: &Statement) {
        match self {
            Self::Alert(content) => alert::check(found, at, content, statement),
            Self::Cancel(content) => reply::cancel(found, at, content),
            Self::Recall(content) => reply::recall(found, at, content, statement),
            Self::Ack(content) => reply::ack(found, at, content),
            Self::Reject(content) => reply::reject(found, at, content),
            Self::Assessment(content) => reply::assessment(found, at, content),
            Self::Request(content) => request::request(found, at, content, statement),
            Self::Response(content) => request::response(found, at, content, statement),
            Self::Hold(content) => reply::hold(found, at, content),
            Self::Outcome(content) => reply::outcome(found, at, content, statement),
            Self::Dissemination(content) => reply::dissemination(found, at, content, statement),
            Self::Link(content) => reply::link(found, at, content),
            Self::Comment(content) => reply::comment(found, at, content),
            Self::Transfer(content) => reply::transfer(found, at, content),
            Self::SystemNotice(content) => reply::system_notice(found, at, content),
        }
    }
}

fn read<T: OneEncoding>(
    bytes: &[u8],
    form: impl Fn(Box<T>) -> Form,
) -> Result<(Form, bool), ContentError> {
    let content = T::decode(bytes).map_err(|error| ContentError::Malformed(error.to_string()))?;
    let non_canonical = !is_canonical::<T>(bytes);
    Ok((form(Box::new(content)), non_canonical))
}

#[cfg(test)]
mod tests;
