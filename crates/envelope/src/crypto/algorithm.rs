//! The signature algorithms we know, and their numbers on the wire.

use std::fmt;

/// A signature algorithm. The number is what `Signature.alg` and `SignerRef.alg` carry.
///
/// 4 and 5 are reserved for ML-DSA. PKCS#1 v1.5 has no number, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032), signatures of 64 bytes.
    Ed25519 = 1,
    /// ECDSA on P-256 over SHA-256; the signature is r then s, 32 bytes each.
    EcdsaP256 = 2,
    /// ECDSA on P-384 over SHA-384; the signature is r then s, 48 bytes each.
    EcdsaP384 = 3,
    /// RSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 bytes and a modulus of 2048 to 4096 bits:
    /// for officers' cards only.
    RsaPssSha256 = 6,
}

impl Algorithm {
    /// Every algorithm, by rising number.
    pub const ALL: [Self; 4] = [
        Self::Ed25519,
        Self::EcdsaP256,
        Self::EcdsaP384,
        Self::RsaPssSha256,
    ];

    /// The number on the wire.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// The algorithm with this number; none for unknown, reserved and unspecified (0) ones.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.number() == number)
    }

    /// The name people read, as in "ECDSA P-256".
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::EcdsaP256 => "ECDSA P-256",
            Self::EcdsaP384 => "ECDSA P-384",
            Self::RsaPssSha256 => "RSA-PSS SHA-256",
        }
    }

    /// Length of a signature in bytes, where the algorithm alone decides it (for RSA the key does).
    pub(super) const fn signature_len(self) -> Option<usize> {
        match self {
            Self::Ed25519 | Self::EcdsaP256 => Some(64),
            Self::EcdsaP384 => Some(96),
            Self::RsaPssSha256 => None,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
