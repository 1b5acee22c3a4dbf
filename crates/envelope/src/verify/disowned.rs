//! What somebody has signed who must not: for the record of its refusal, and for nothing else.
//!
//! A certificate that is revoked, or names somebody else, says no less whose key was at work if the signature holds: a stolen
//! card is in use, or a node speaks in the name of another. Where the signature does not hold, anybody may have made it.

use super::{PAYLOAD_TYPE, Signatures, VerifyError};
use crate::certificate::CertificatePool;
use crate::crypto::sha256;
use crate::pae::pae;
use crate::trust::TrustError;
use precinto_alert::id::NodeId;
use precinto_alert::statement::Claim;
use precinto_proto::v1 as pb;

/// A statement that does not count because of who signed it, with a signature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disowned {
    sender: NodeId,
    statement_id: [u8; 32],
    certificate: [u8; 32],
}

impl Disowned {
    /// What there is to say of an envelope that was refused with this error; nothing unless a certificate of one of the sides was
    /// revoked or named somebody else, and its key has signed this all the same.
    pub fn of(
        envelope: &pb::Envelope,
        certificates: &CertificatePool,
        error: &VerifyError,
    ) -> Option<Self> {
        // In all of these the certificate was found to be one of its side's authority first.
        let (VerifyError::Untrusted {
            key_id,
            error: TrustError::Revoked { .. },
        }
        | VerifyError::SenderMismatch { key_id, .. }
        | VerifyError::OfficerOfAnotherAgency { key_id }) = error
        else {
            return None;
        };
        let claim = Claim::read(&envelope.payload).ok()?;
        let signatures = Signatures::new(envelope.signatures.clone()).ok()?;
        let required = signatures.matching(&claim.signers).ok()?;
        let signed = required.iter().find(|(signer, _)| signer.key_id == *key_id);
        let (_, signature) = signed?;
        let bytes = pae(PAYLOAD_TYPE, &envelope.payload);
        let key = certificates.get(key_id)?.public_key().ok()?;
        key.verify(&bytes, &signature.sig).ok()?;
        Some(Self {
            sender: claim.sender.clone(),
            statement_id: sha256(&[&bytes]),
            certificate: *key_id,
        })
    }

    /// Who it says that it is from.
    pub fn sender(&self) -> &NodeId {
        &self.sender
    }

    /// The identity of what was said.
    pub fn statement_id(&self) -> [u8; 32] {
        self.statement_id
    }

    /// SHA-256 of the certificate whose key has signed it.
    pub fn certificate(&self) -> [u8; 32] {
        self.certificate
    }
}
