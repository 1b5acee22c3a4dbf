//! Private keys: read once, used for signing, never shown.

use super::{Algorithm, PublicKey, ecdsa};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, RSA_PSS_SHA256, RsaKeyPair,
};
use std::fmt;

/// A private key with its algorithm. It can be used, but neither copied nor read back.
pub struct SigningKey(Pair);

enum Pair {
    Ed25519(Ed25519KeyPair),
    Ecdsa(Algorithm, EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

/// Why a private key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the private key is not PKCS#8 of an Ed25519, P-256, P-384 or RSA (2048 to 4096 bits) key")]
pub struct SigningKeyError;

impl SigningKey {
    /// A fresh Ed25519 key and its PKCS#8 DER, which the caller must keep as the secret it is.
    ///
    /// It is version 1, without the public key (RFC 8410, 7): OpenSSL 3.0 and Python's `cryptography` do not read the
    /// version 2 that ring writes.
    ///
    /// # Panics
    /// As [`super::random`].
    pub fn generate_ed25519() -> (Self, Vec<u8>) {
        let seed = super::random();
        let der = [ED25519_PKCS8_HEAD.as_slice(), &seed].concat();
        (Self::from_ed25519_seed(seed), der)
    }

    /// Reads unencrypted PKCS#8 DER (RFC 5958) of any supported algorithm, by trying each.
    ///
    /// A public key inside must match the private one; Ed25519 files without one (as OpenSSL writes) are taken.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, SigningKeyError> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Ok(Self(Pair::Ed25519(pair)));
        }
        let random = SystemRandom::new();
        for (algorithm, scheme) in [
            (Algorithm::EcdsaP256, &ECDSA_P256_SHA256_FIXED_SIGNING),
            (Algorithm::EcdsaP384, &ECDSA_P384_SHA384_FIXED_SIGNING),
        ] {
            if let Ok(pair) = EcdsaKeyPair::from_pkcs8(scheme, der, &random) {
                return Ok(Self(Pair::Ecdsa(algorithm, pair)));
            }
        }
        RsaKeyPair::from_pkcs8(der)
            .map(|pair| Self(Pair::Rsa(pair)))
            .map_err(|_| SigningKeyError)
    }

    /// The Ed25519 key of a 32-byte seed (RFC 8032, 5.1.5): for keys that tests derive from a published seed.
    #[expect(clippy::missing_panics_doc, reason = "no seed makes it panic")]
    pub fn from_ed25519_seed(seed: [u8; 32]) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("any 32 bytes are a seed");
        Self(Pair::Ed25519(pair))
    }

    /// The algorithm of every signature this key makes.
    pub fn algorithm(&self) -> Algorithm {
        match &self.0 {
            Pair::Ed25519(_) => Algorithm::Ed25519,
            Pair::Ecdsa(algorithm, _) => *algorithm,
            Pair::Rsa(_) => Algorithm::RsaPssSha256,
        }
    }

    /// The public key's bytes, shaped as [`PublicKey::as_bytes`] says.
    pub fn public_key(&self) -> &[u8] {
        match &self.0 {
            Pair::Ed25519(pair) => pair.public_key().as_ref(),
            Pair::Ecdsa(_, pair) => pair.public_key().as_ref(),
            Pair::Rsa(pair) => pair.public_key().as_ref(),
        }
    }

    /// The public key that verifies what this key signs.
    pub fn verifier(&self) -> PublicKey {
        PublicKey::of_key_pair(self.algorithm(), self.public_key())
    }

    /// Signs `message`; the signature is shaped as [`PublicKey::verify`] wants it, ECDSA with low s.
    ///
    /// # Panics
    /// When the operating system gives no random bytes (ECDSA and RSA): no signature is better than a weak one.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        const SIGNED: &str = "a valid key signs anything while the system gives random bytes";
        match &self.0 {
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Ecdsa(algorithm, pair) => {
                let mut signature = pair
                    .sign(&SystemRandom::new(), message)
                    .expect(SIGNED)
                    .as_ref()
                    .to_vec();
                ecdsa::lower_s(*algorithm, &mut signature);
                signature
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(
                    &RSA_PSS_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .expect(SIGNED);
                signature
            }
        }
    }
}

/// What stands before the 32 bytes of the seed in an Ed25519 `OneAsymmetricKey` of version 1 (RFC 8410, 7 and 10.3).
const ED25519_PKCS8_HEAD: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, secret)", self.algorithm())
    }
}
