//! The body that travels beside an envelope: made so that it can be deleted, checked against what was signed.
//!
//! The salt lies inside the body. While the body exists, digest and commitment prove it; once it is
//! deleted, they are opaque values from which nobody can guess what it said.

use crate::crypto::{random, sha256};
use precinto_alert::Reason;
use precinto_alert::id::MessageId;
use precinto_alert::limits::BODY_BYTES_MAX;
use precinto_alert::statement::BodyRef;
use precinto_proto::v1 as pb;
use prost::Message;

/// A body that is, byte for byte, the one that was signed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedBody {
    inner: pb::Inner,
    canonical: bool,
}

/// Why a body does not count: the fault of whoever made or sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The statement names a body and none came.
    #[error("the statement names a body, and none came")]
    Missing,
    /// A body came and the statement names none.
    #[error("a body came, and the statement names none")]
    Unexpected,
    /// Longer than [`BODY_BYTES_MAX`].
    #[error("the body has {bytes} bytes; at most {BODY_BYTES_MAX} are read")]
    Size {
        /// Its length.
        bytes: usize,
    },
    /// Size, digest or commitment are not those of the statement.
    #[error("the body is not the one that was signed for: its {0} differs")]
    Mismatch(&'static str),
    /// Not a body, or one without the parts it must have.
    #[error("the body is malformed: {0}")]
    Malformed(&'static str),
    /// Encrypted for its recipients; nobody writes that yet.
    #[error("sealed bodies are not supported yet")]
    Sealed,
    /// Made for another message or another sender: taken from one statement and put beside another.
    #[error("the body was made for another {0}")]
    Binding(&'static str),
    /// Fields that are unknown or kept for later use, or another encoding than the canonical one.
    #[error("the body is not in its canonical encoding, or holds fields that are unknown here")]
    NonCanonical,
}

impl BodyError {
    /// The coded reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Missing => Reason::BodyMissing,
            Self::Unexpected => Reason::BodyUnexpected,
            Self::Size { .. } => Reason::Size,
            Self::Mismatch(_) => Reason::BodyMismatch,
            Self::Malformed(_) => Reason::Malformed,
            Self::Sealed => Reason::PayloadProtection,
            Self::Binding(_) => Reason::BodyBinding,
            Self::NonCanonical => Reason::NonCanonical,
        }
    }
}

/// Makes a clear body: its serialised bytes, and the reference that the statement must carry.
pub fn build_body(
    message_id: MessageId,
    sender_key_id: [u8; 32],
    media_type: &str,
    content: Vec<u8>,
) -> (Vec<u8>, pb::BodyRef) {
    let inner = pb::Inner {
        message_id: message_id.as_bytes().to_vec(),
        sender_key_id: sender_key_id.to_vec(),
        salt: random::<SALT_BYTES>().to_vec(),
        media_type: media_type.to_owned(),
        content,
        officer_approval: Vec::new(),
        padding: Vec::new(),
    };
    let clear = inner.encode_to_vec();
    let plaintext_commitment = commitment(&clear).to_vec();
    let sealed = Vec::new();
    let bytes = pb::Body { clear, sealed }.encode_to_vec();
    let reference = pb::BodyRef {
        digest: sha256(&[&bytes]).to_vec(),
        size: bytes.len() as u64,
        plaintext_commitment,
    };
    (bytes, reference)
}

/// Checks the body that came (`bytes`, empty if none) against the one that the statement names, if any.
///
/// `message_id` is the statement's and `sender_key_id` that of the node that signed it. `None` means that
/// there rightly is no body.
pub fn check_body(
    named: Option<&BodyRef>,
    bytes: &[u8],
    message_id: MessageId,
    sender_key_id: [u8; 32],
) -> Result<Option<CheckedBody>, BodyError> {
    let reference = match (named, bytes.is_empty()) {
        (None, true) => return Ok(None),
        (None, false) => return Err(BodyError::Unexpected),
        (Some(_), true) => return Err(BodyError::Missing),
        (Some(reference), false) => reference,
    };
    if bytes.len() > BODY_BYTES_MAX {
        let bytes = bytes.len();
        return Err(BodyError::Size { bytes });
    }
    if reference.size != bytes.len() as u64 {
        return Err(BodyError::Mismatch("size"));
    }
    if reference.digest != sha256(&[bytes]) {
        return Err(BodyError::Mismatch("digest"));
    }
    let body = pb::Body::decode(bytes).map_err(|_| BodyError::Malformed("not a Body"))?;
    if !body.sealed.is_empty() {
        return Err(BodyError::Sealed);
    }
    if reference.plaintext_commitment != commitment(&body.clear) {
        return Err(BodyError::Mismatch("commitment"));
    }
    let inner = pb::Inner::decode(body.clear.as_slice())
        .map_err(|_| BodyError::Malformed("not an Inner"))?;
    if inner.message_id != message_id.as_bytes() {
        return Err(BodyError::Binding("message"));
    }
    if inner.sender_key_id != sender_key_id {
        return Err(BodyError::Binding("sender"));
    }
    if inner.salt.len() != SALT_BYTES {
        return Err(BodyError::Malformed("its salt has not 32 bytes"));
    }
    let canonical = body.encode_to_vec() == bytes
        && inner.encode_to_vec() == body.clear
        && inner.officer_approval.is_empty()
        && inner.padding.is_empty();
    Ok(Some(CheckedBody { inner, canonical }))
}

/// SHA-256 of a label, a zero byte, and the serialised `Inner`; the label keeps it apart from all other hashes.
fn commitment(inner: &[u8]) -> [u8; 32] {
    sha256(&[b"precinto/pt/v1\0", inner])
}

/// So many that no content, however short, can be guessed from digest or commitment.
const SALT_BYTES: usize = 32;

impl CheckedBody {
    /// What the body holds. A reader shows it even when it is not canonical, and says so.
    pub fn inner(&self) -> &pb::Inner {
        &self.inner
    }

    /// Whether it is in the only encoding that a gateway of this version admits, without unknown fields.
    pub fn is_canonical(&self) -> bool {
        self.canonical
    }

    /// What the body holds, for a gateway, which admits only the canonical encoding.
    pub fn strict(self) -> Result<pb::Inner, BodyError> {
        if self.canonical {
            Ok(self.inner)
        } else {
            Err(BodyError::NonCanonical)
        }
    }
}

#[cfg(test)]
mod tests;
