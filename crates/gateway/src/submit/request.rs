//! A submission as it came, taken apart: well-formed and within limits, and nothing more is known about it.

use precinto_proto::v1 as pb;

use super::SubmitError;
use crate::limits::{BODY_BYTES_MAX, SUBMISSION_BYTES_MAX};

/// A request that is well-formed and within limits.
pub(super) struct Submission {
    pub(super) envelope: pb::Envelope,
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
        let envelope = envelope.ok_or(SubmitError::Malformed("There is no envelope."))?;
        let at_most = |what, bytes, max| {
            if bytes > max {
                Err(SubmitError::TooLarge { what, bytes, max })
            } else {
                Ok(())
            }
        };
        at_most("body", body.len(), BODY_BYTES_MAX)?;
        at_most(
            "submission",
            envelope.payload.len() + body.len(),
            SUBMISSION_BYTES_MAX,
        )?;
        Ok(Self {
            envelope,
            body,
            validate_only,
            certificates,
        })
    }
}
