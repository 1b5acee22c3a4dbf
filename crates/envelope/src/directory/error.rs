//! Why a signed part is refused: by itself, or behind the part before it.

use crate::certificate::HintError;
use crate::crypto::{Algorithm, SignatureError};
use crate::trust::TrustError;
use precinto_alert::Reason;
use precinto_alert::directory::PartError;
use precinto_alert::id::Identity;
use precinto_alert::limits::{SIGNED_PART_BYTES_MAX, SIGNERS_MAX};
use precinto_alert::violation::headline;

/// Why a signed part does not count. Always the fault of whoever made it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartRefused {
    /// Larger than it may be.
    #[error("{bytes} bytes are more than the {SIGNED_PART_BYTES_MAX} that a signed part may have")]
    Size {
        /// Its size.
        bytes: usize,
    },
    /// No `SignedPart`, or no envelope in it.
    #[error("it is no signed part of a directory")]
    NotPart,
    /// Unknown fields, or another encoding than the canonical one.
    #[error("its encoding is not canonical")]
    NonCanonical,
    /// An envelope around something else.
    #[error("its payload type is not that of a directory's part")]
    PayloadType,
    /// The payload is no UTF-8.
    #[error("its payload is no text")]
    NotText,
    /// The text says what no part may say.
    #[error(transparent)]
    Part(#[from] PartError),
    /// None, or more than may be.
    #[error("{count} signatures; there must be 1 to {SIGNERS_MAX}")]
    SignatureCount {
        /// How many.
        count: usize,
    },
    /// Two signatures by one certificate, or by one officer.
    #[error("somebody has signed twice")]
    SignatureRepeated,
    /// A key id that is no SHA-256.
    #[error("a key id is not of 32 bytes")]
    KeyId,
    /// The certificates that came along.
    #[error(transparent)]
    Certificates(#[from] HintError),
    /// A certificate came along that serves no signature, or came twice.
    #[error("a certificate came along that no signature needs, or came twice")]
    IdleCertificate,
    /// The certificate of a signature did not come along.
    #[error("the certificate of a signature did not come along")]
    SignerUnknown {
        /// The certificate's SHA-256.
        key_id: [u8; 32],
    },
    /// A certificate does not count, at that time.
    #[error("the certificate of a signature does not count: {error}")]
    Untrusted {
        /// The certificate's SHA-256.
        key_id: [u8; 32],
        /// Why.
        error: TrustError,
    },
    /// A signer who is no officer, or one of another side.
    #[error("{signer} is no officer of the side")]
    NotOfficer {
        /// Who signed.
        signer: Identity,
    },
    /// The signature names another algorithm than the certificate's key has.
    #[error("algorithm {found} is named, and the certificate's key is {expected}")]
    AlgorithmRefused {
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

impl PartRefused {
    /// The coded reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Size { .. } | Self::Part(PartError::Size { .. }) => Reason::Size,
            Self::NotPart | Self::NotText | Self::KeyId | Self::Part(PartError::Syntax { .. }) => {
                Reason::Malformed
            }
            Self::NonCanonical | Self::IdleCertificate => Reason::NonCanonical,
            Self::PayloadType => Reason::PayloadType,
            Self::Part(PartError::Content(problems)) => headline(problems),
            Self::SignatureCount { .. } => Reason::SignatureCount,
            Self::SignatureRepeated => Reason::SignatureRepeated,
            Self::Certificates(error) => error.reason(),
            Self::SignerUnknown { .. } => Reason::SignerUnknown,
            Self::Untrusted { error, .. } => match error {
                TrustError::UnknownCa => Reason::SignerUntrusted,
                other => other.reason(),
            },
            Self::NotOfficer { .. } => Reason::StewardRequired,
            Self::AlgorithmRefused { .. } => Reason::AlgorithmRefused,
            Self::SignatureBad { .. } => Reason::SigBad,
        }
    }
}

/// Why a part that is good by itself does not come next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuccessionError {
    /// The part before is of another side.
    #[error("the part before is of another side")]
    Side,
    /// Not the version that comes next: too old, or one is left out.
    #[error("version {found} does not come next, but {expected}")]
    Version {
        /// The version of the part.
        found: u64,
        /// The one that comes next.
        expected: u64,
    },
    /// The version that comes next, on top of another part than the one before.
    #[error("it was made on top of another part than the one before")]
    Previous,
    /// A first part that names other stewards than those it was expected from.
    #[error("a first part names the stewards that it is expected from, and this names others")]
    FirstStewards,
    /// Not signed by stewards alone, or by too few.
    #[error("it takes {needed} of the stewards, and nobody else, to sign it")]
    Stewards {
        /// How many.
        needed: usize,
    },
}

impl SuccessionError {
    /// The coded reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Side => Reason::WrongSide,
            Self::Version { .. } | Self::Previous => Reason::DirectoryVersion,
            Self::FirstStewards | Self::Stewards { .. } => Reason::StewardRequired,
        }
    }
}
