//! A submission as it came, taken apart: well-formed and within limits, and nothing more is known about it.

use precinto_proto::v1 as pb;
use prost::Message as _;

use super::SubmitError;
use crate::limits::{BODY_BYTES_MAX, SUBMISSION_BYTES_MAX};

/// A request that is well-formed and within limits.
pub(super) struct Submission {
    /// The bytes as they came.
    pub(super) envelope: Vec<u8>,
    /// What is in them, unverified.
    pub(super) read: pb::Envelope,
    pub(super) body: Vec<u8>,
    pub(super) validate_only: bool,
    pub(super) certificates: Vec<Vec<u8>>,
}

impl TryFrom<pb::SubmitRequest> for Submission {
    type Error = SubmitError;

    fn try_from(request: pb::SubmitRequest) -> Result<Self, SubmitError> {
        let pb::SubmitRequest {
            envelope,
            body,
            validate_only,
            certificates,
        } = request;
        let at_most = |what, bytes, max| {
            if bytes > max {
                Err(SubmitError::TooLarge { what, bytes, max })
            } else {
                Ok(())
            }
        };
        at_most("body", body.len(), BODY_BYTES_MAX)?;
        at_most(
            "envelope + body",
            envelope.len() + body.len(),
            SUBMISSION_BYTES_MAX,
        )?;
        if envelope.is_empty() {
            return Err(SubmitError::Malformed(
                ("There is no envelope.", "No hay sobre.").into(),
            ));
        }
        let read = pb::Envelope::decode(envelope.as_slice()).map_err(|_| {
            let detail = ("The envelope cannot be read.", "El sobre no se puede leer.");
            SubmitError::Malformed(detail.into())
        })?;
        // What the parser passed over would be stored and relayed unread.
        if read.encode_to_vec() != envelope {
            return Err(SubmitError::EnvelopeEncoding);
        }
        Ok(Self {
            envelope,
            read,
            body,
            validate_only,
            certificates,
        })
    }
}
