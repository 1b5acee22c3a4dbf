//! The one module that names ring: hashing, authentication, randomness, signatures, and the TLS provider.
//!
//! Everything else in the project asks here, so that a build on another provider is a change of this
//! folder alone. The rules that go beyond ring also live here, because both gateways, every node and
//! every auditor must agree on every input: which keys are too weak to admit, and which signatures count.

mod algorithm;
mod ecdsa;
mod ed25519;
mod mac;
mod public_key;
mod signing_key;

pub use algorithm::Algorithm;
pub use mac::MacKey;
pub use public_key::{KeyError, PublicKey, SignatureError};
pub use signing_key::{SigningKey, SigningKeyError};

use ring::rand::{SecureRandom, SystemRandom};
use rustls::crypto::{CryptoProvider, ring as provider};
use std::sync::Arc;

/// SHA-256 (FIPS 180-4) over the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    // What is short is put together first: a hash over pieces looks after each of them, which for a leaf costs as much as the hash.
    let mut room = [0; SHORT_BYTES];
    if let Some(whole) = joined(parts, &mut room) {
        let mut digest = [0; 32];
        digest.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, whole).as_ref());
        return digest;
    }
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

/// The parts one after the other, if there is room for them.
fn joined<'a>(parts: &[&[u8]], room: &'a mut [u8]) -> Option<&'a [u8]> {
    let mut len = 0_usize;
    for part in parts {
        let end = len.checked_add(part.len())?;
        room.get_mut(len..end)?.copy_from_slice(part);
        len = end;
    }
    room.get(..len)
}

/// Up to so many bytes are hashed in one piece.
const SHORT_BYTES: usize = 512;

/// `N` fresh random bytes from the operating system.
///
/// # Panics
/// When the operating system gives none: going on with predictable salts or keys would be worse.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    random_fill(&mut bytes);
    bytes
}

/// Fills `bytes` with fresh random bytes from the operating system.
///
/// # Panics
/// As [`random`].
pub fn random_fill(bytes: &mut [u8]) {
    SystemRandom::new()
        .fill(bytes)
        .expect("the operating system gives random bytes");
}

/// The TLS provider of every listener and every connection: ring, the TLS 1.3 suites only, AES-256-GCM first.
pub fn tls_provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        cipher_suites: vec![
            provider::cipher_suite::TLS13_AES_256_GCM_SHA384,
            provider::cipher_suite::TLS13_AES_128_GCM_SHA256,
            provider::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        ],
        ..provider::default_provider()
    })
}

#[cfg(test)]
mod tests;
