//! Public keys as certificates carry them, and the verification of signatures under them.

use super::{Algorithm, ed25519};
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use std::fmt;
use x509_parser::prelude::FromDer;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};
use x509_parser::{oid_registry as oid, public_key::RSAPublicKey};

/// A public key that is strong enough to be admitted; its algorithm follows from the key, never from a message.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

/// Why a public key is not admitted. The fault lies with whoever made or certified it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a `SubjectPublicKeyInfo` (RFC 5280) in DER, or parameters or key do not fit its algorithm.
    #[error("the public key is malformed")]
    Malformed,
    /// Another algorithm than those of [`Algorithm`].
    #[error("the public key's algorithm is not one of Ed25519, ECDSA P-256, ECDSA P-384 and RSA")]
    Algorithm,
    /// An elliptic curve other than P-256 and P-384.
    #[error("the public key's curve is neither P-256 nor P-384")]
    Curve,
    /// An RSA modulus outside 2048 to 4096 bits.
    #[error("the RSA modulus has {bits} bits, not 2048 to 4096")]
    RsaSize {
        /// Size of the modulus in bits.
        bits: usize,
    },
    /// An Ed25519 key of small order: one signature would fit many messages.
    #[error("the Ed25519 key has small order")]
    SmallOrder,
    /// An Ed25519 key whose encoding is not the only one of its point.
    #[error("the Ed25519 key's encoding is not canonical")]
    NonCanonical,
}

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The wrong length; for ECDSA most often DER instead of r then s.
    #[error(
        "an {algorithm} signature has {expected} bytes, not {found} (ECDSA: r then s, not DER)"
    )]
    Length {
        /// The key's algorithm.
        algorithm: Algorithm,
        /// Its signatures' length in bytes.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// The signature was not made over these bytes with this key.
    #[error("the signature does not verify")]
    Mismatch,
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo` (RFC 5280, 4.1), as it stands in a certificate, with nothing after it.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        let (rest, info) = SubjectPublicKeyInfo::from_der(der).map_err(|_| KeyError::Malformed)?;
        if !rest.is_empty() || info.subject_public_key.unused_bits != 0 {
            return Err(KeyError::Malformed);
        }
        let key: &[u8] = info.subject_public_key.data.as_ref();
        let kind = &info.algorithm.algorithm;
        if *kind == oid::OID_SIG_ED25519 {
            if info.algorithm.parameters.is_some() {
                return Err(KeyError::Malformed); // RFC 8410, 3: parameters must be absent
            }
            Self::ed25519(key.try_into().map_err(|_| KeyError::Malformed)?)
        } else if *kind == oid::OID_KEY_TYPE_EC_PUBLIC_KEY {
            Self::ecdsa(&info.algorithm, key)
        } else if *kind == oid::OID_PKCS1_RSAENCRYPTION {
            Self::rsa(&info.algorithm, key)
        } else {
            Err(KeyError::Algorithm)
        }
    }

    /// An Ed25519 key from its 32 bytes (RFC 8032, 5.1.2); small-order and non-canonical ones are refused.
    pub fn ed25519(bytes: [u8; 32]) -> Result<Self, KeyError> {
        match ed25519::weakness(&bytes) {
            None => Ok(Self {
                algorithm: Algorithm::Ed25519,
                bytes: bytes.to_vec(),
            }),
            Some(ed25519::Weakness::SmallOrder) => Err(KeyError::SmallOrder),
            Some(ed25519::Weakness::NonCanonical) => Err(KeyError::NonCanonical),
        }
    }

    /// An uncompressed point (SEC 1, 2.3.3) on a named curve (RFC 5480, 2.1.1).
    fn ecdsa(id: &AlgorithmIdentifier<'_>, point: &[u8]) -> Result<Self, KeyError> {
        let parameters = id.parameters.as_ref().ok_or(KeyError::Malformed)?;
        let curve = parameters.as_oid().map_err(|_| KeyError::Curve)?;
        let (algorithm, point_len) = if curve == oid::OID_EC_P256 {
            (Algorithm::EcdsaP256, 65)
        } else if curve == oid::OID_NIST_EC_P384 {
            (Algorithm::EcdsaP384, 97)
        } else {
            return Err(KeyError::Curve);
        };
        if point.len() != point_len || point.first() != Some(&0x04) {
            return Err(KeyError::Malformed);
        }
        Ok(Self {
            algorithm,
            bytes: point.to_vec(),
        })
    }

    /// An `RSAPublicKey` (RFC 8017, A.1.1) with NULL parameters (RFC 3279, 2.3.1).
    fn rsa(id: &AlgorithmIdentifier<'_>, der: &[u8]) -> Result<Self, KeyError> {
        let null = id
            .parameters
            .as_ref()
            .is_some_and(|any| any.clone().null().is_ok());
        let (rest, key) = RSAPublicKey::from_der(der).map_err(|_| KeyError::Malformed)?;
        if !null || !rest.is_empty() {
            return Err(KeyError::Malformed);
        }
        let significant = key.modulus.iter().position(|byte| *byte != 0);
        let modulus = significant
            .and_then(|at| key.modulus.get(at..))
            .unwrap_or_default();
        let unused = modulus
            .first()
            .map_or(0, |byte| byte.leading_zeros() as usize);
        let bits = modulus.len() * 8 - unused;
        if !(2048..=4096).contains(&bits) {
            return Err(KeyError::RsaSize { bits });
        }
        Ok(Self {
            algorithm: Algorithm::RsaPssSha256,
            bytes: der.to_vec(),
        })
    }

    /// Trusts `bytes` because they come from a key pair that ring itself built.
    pub(super) fn of_key_pair(algorithm: Algorithm, bytes: &[u8]) -> Self {
        Self {
            algorithm,
            bytes: bytes.to_vec(),
        }
    }

    /// The only algorithm this key verifies.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key's bytes: 32 for Ed25519, the uncompressed point for ECDSA, DER `RSAPublicKey` for RSA.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Accepts `signature` only if this key made it over exactly `message`.
    ///
    /// Ed25519: no small-order `R`, canonical `R` and `S`, no cofactor. ECDSA: r then s in fixed length,
    /// either half of s. RSA: PSS with SHA-256; PKCS#1 v1.5 never.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let algorithm = self.algorithm;
        if let Some(expected) = algorithm.signature_len()
            && signature.len() != expected
        {
            return Err(SignatureError::Length {
                algorithm,
                expected,
                found: signature.len(),
            });
        }
        let scheme: &dyn VerificationAlgorithm = match algorithm {
            Algorithm::Ed25519 => {
                let r = signature.first_chunk().ok_or(SignatureError::Mismatch)?;
                if ed25519::weakness(r).is_some() {
                    return Err(SignatureError::Mismatch);
                }
                &signature::ED25519
            }
            Algorithm::EcdsaP256 => &signature::ECDSA_P256_SHA256_FIXED,
            Algorithm::EcdsaP384 => &signature::ECDSA_P384_SHA384_FIXED,
            Algorithm::RsaPssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
        };
        UnparsedPublicKey::new(scheme, &self.bytes)
            .verify(message, signature)
            .map_err(|_| SignatureError::Mismatch)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, ", self.algorithm)?;
        self.bytes
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}
