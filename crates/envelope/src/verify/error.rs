//! Why an envelope does not count.

use crate::crypto::{Algorithm, SignatureError};
use crate::trust::TrustError;
use precinto_alert::Reason;
use precinto_alert::id::NodeId;
use precinto_alert::limits::{ENVELOPE_BYTES_MAX, SIGNERS_MAX};
use precinto_alert::statement::StatementError;

/// Why an envelope does not count. Always the fault of whoever made or sent it; where trust has run out,
/// of an operator.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VerifyError {
    /// Longer than [`ENVELOPE_BYTES_MAX`].
    #[error("the envelope has {bytes} bytes; at most {ENVELOPE_BYTES_MAX} are read")]
    Size {
        /// Its length.
        bytes: usize,
    },
    /// The bytes are no `Envelope`.
    #[error("the bytes are not a serialised envelope")]
    NotEnvelope,
    /// The payload is of another type than a statement.
    #[error("the payload type is not that of a statement")]
    PayloadType,
    /// The payload is a statement of a version that this program does not know.
    #[error("the payload type {found:?} is a version that is not known here")]
    SchemaVersion {
        /// The type found.
        found: String,
    },
    /// Not one to four signatures.
    #[error("{count} signatures, and one to {SIGNERS_MAX} are needed")]
    SignatureCount {
        /// How many.
        count: usize,
    },
    /// Two signatures name the same key.
    #[error("two signatures name the same key")]
    SignatureRepeated,
    /// The payload does not say who must sign: exactly one node, and up to three officers.
    #[error("{0}")]
    Statement(#[from] StatementError),
    /// A required signature is missing, or there is one that the statement does not require.
    #[error("the signatures are not exactly those that the statement requires")]
    SignerSetMismatch,
    /// Nobody has shown the certificate of a signer.
    #[error("the certificate of a signer is not known; send it along")]
    SignerUnknown {
        /// Its SHA-256.
        key_id: [u8; 32],
    },
    /// The certificate of a signer does not count.
    #[error("a signer's certificate: {error}")]
    Untrusted {
        /// Its SHA-256.
        key_id: [u8; 32],
        /// Why.
        error: TrustError,
    },
    /// The certificate that signs as node names another node than the sender.
    #[error("the statement's sender is not {certified}, whose certificate signs as node")]
    SenderMismatch {
        /// The certificate's SHA-256.
        key_id: [u8; 32],
        /// Whom it names.
        certified: NodeId,
    },
    /// The certificate that signs as officer names one of another agency.
    #[error("an officer who signs is not of the sender's agency")]
    OfficerOfAnotherAgency {
        /// The certificate's SHA-256.
        key_id: [u8; 32],
    },
    /// A node's certificate signs as officer, or an officer's as node.
    #[error("a signer's certificate is not for the role in which it signs")]
    CertificateRole {
        /// The certificate's SHA-256.
        key_id: [u8; 32],
    },
    /// The statement or the signature names another algorithm than the certificate's key has.
    #[error("algorithm {found} is named, and the certificate's key is {expected}")]
    AlgorithmRefused {
        /// The certificate's SHA-256.
        key_id: [u8; 32],
        /// The number named.
        found: u32,
        /// What follows from the key.
        expected: Algorithm,
    },
    /// A signature is not over these bytes by this key.
    #[error("{error}")]
    SignatureBad {
        /// The certificate's SHA-256.
        key_id: [u8; 32],
        /// What is wrong with it.
        error: SignatureError,
    },
}

impl VerifyError {
    /// The coded reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Size { .. } => Reason::Size,
            Self::NotEnvelope => Reason::Malformed,
            Self::PayloadType => Reason::PayloadType,
            Self::SchemaVersion { .. } => Reason::SchemaVersion,
            Self::SignatureCount { .. } => Reason::SignatureCount,
            Self::SignatureRepeated => Reason::SignatureRepeated,
            Self::Statement(error) => error.reason(),
            Self::SignerSetMismatch => Reason::SignerSetMismatch,
            Self::SignerUnknown { .. } => Reason::SignerUnknown,
            Self::Untrusted { error, .. } => match error {
                TrustError::UnknownCa => Reason::SignerUntrusted,
                other => other.reason(),
            },
            Self::SenderMismatch { .. } => Reason::SenderMismatch,
            Self::OfficerOfAnotherAgency { .. } => Reason::OfficerUnknown,
            Self::CertificateRole { .. } => Reason::CertRole,
            Self::AlgorithmRefused { .. } => Reason::AlgorithmRefused,
            Self::SignatureBad { .. } => Reason::SigBad,
        }
    }

    /// Which signer it is about, by the SHA-256 of the certificate, where it is about one.
    pub fn key_id(&self) -> Option<[u8; 32]> {
        match self {
            Self::SignerUnknown { key_id }
            | Self::Untrusted { key_id, .. }
            | Self::SenderMismatch { key_id, .. }
            | Self::OfficerOfAnotherAgency { key_id }
            | Self::CertificateRole { key_id }
            | Self::AlgorithmRefused { key_id, .. }
            | Self::SignatureBad { key_id, .. } => Some(*key_id),
            Self::Size { .. }
            | Self::NotEnvelope
            | Self::PayloadType
            | Self::SchemaVersion { .. }
            | Self::SignatureCount { .. }
            | Self::SignatureRepeated
            | Self::Statement(_)
            | Self::SignerSetMismatch => None,
        }
    }
}
