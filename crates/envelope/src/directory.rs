//! One side's part of the directory in its signed form: read, signed, verified, and set behind the part before.
//!
//! The form is `SignedPart` of `directory.proto`: an envelope around the part's text, and the certificates of those who
//! signed. It has one encoding, so its SHA-256 names it: in the log, in the part after it, and in the records that rely on it.

mod error;
#[cfg(test)]
mod tests;
mod verify;

pub use error::{PartRefused, SuccessionError};
pub use verify::VerifiedPart;

use crate::certificate::{Certificate, CertificatePool};
use crate::crypto::{SigningKey, sha256};
use crate::hex;
use crate::pae::pae;
use precinto_alert::directory::Part;
use precinto_alert::limits::{SIGNED_PART_BYTES_MAX, SIGNERS_MAX};
use precinto_proto::v1 as pb;
use prost::Message;

/// The payload type of a part, compared exactly. The version of what is signed is this text alone.
pub const PAYLOAD_TYPE: &str = "application/vnd.precinto.directory.v1+toml";

/// A part as it travels, taken apart. Its form and its text are good; **nobody has verified its signatures**.
#[derive(Debug)]
pub struct SignedPart {
    bytes: Vec<u8>,
    digest: [u8; 32],
    text: String,
    part: Part,
    signatures: Vec<pb::Signature>,
    certificates: CertificatePool,
}

/// One who signs: key, certificate, and the certificates between that and the root (DER), from it upwards.
#[derive(Debug, Clone, Copy)]
pub struct PartSigner<'a> {
    /// The key.
    pub key: &'a SigningKey,
    /// Its certificate, of an officer of the side.
    pub certificate: &'a Certificate,
    /// The authorities above it, without the root.
    pub issuers: &'a [Vec<u8>],
}

/// Signs the text of a part. The text must be a part by itself; whether these officers may sign it is for the verifier.
pub fn sign(text: &str, signers: &[PartSigner<'_>]) -> Result<SignedPart, PartRefused> {
    let envelope = pb::Envelope {
        payload_type: PAYLOAD_TYPE.to_owned(),
        payload: text.as_bytes().to_vec(),
        signatures: Vec::new(),
    };
    signed(envelope, Vec::new(), signers)
}

impl SignedPart {
    /// Reads the serialised `SignedPart`, which is kept byte for byte.
    ///
    /// The order: size; the one encoding of part and envelope; payload type; number of signatures, and that no certificate
    /// signs twice; the text; the certificates that came along, of which each must be of use.
    pub fn read(bytes: Vec<u8>) -> Result<Self, PartRefused> {
        let pb::SignedPart {
            envelope,
            certificates,
        } = canonical(&bytes)?;
        let pb::Envelope {
            payload_type,
            payload,
            signatures,
        } = canonical(&envelope)?;
        if payload_type != PAYLOAD_TYPE {
            return Err(PartRefused::PayloadType);
        }
        check_signatures(&signatures)?;
        let text = String::from_utf8(payload).map_err(|_| PartRefused::NotText)?;
        let part = Part::parse(&text)?;
        Ok(Self {
            digest: sha256(&[&bytes]),
            bytes,
            text,
            part,
            certificates: pool(&certificates, &signatures)?,
            signatures,
        })
    }

    /// The same part with further signatures, under which it is other bytes.
    pub fn countersigned(&self, signers: &[PartSigner<'_>]) -> Result<Self, PartRefused> {
        let pb::SignedPart {
            envelope,
            certificates,
        } = canonical(&self.bytes)?;
        signed(canonical(&envelope)?, certificates, signers)
    }

    /// The serialised `SignedPart`, as it is logged and passed on.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of [`Self::bytes`].
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The digest as the next part writes it in `previous`: 64 digits of lower-case hexadecimal.
    pub fn digest_text(&self) -> String {
        hex(&self.digest)
    }

    /// The text that was signed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many have signed it, or say so.
    pub fn signatures(&self) -> usize {
        self.signatures.len()
    }

    /// What the text says.
    pub fn part(&self) -> &Part {
        &self.part
    }
}

fn check_signatures(signatures: &[pb::Signature]) -> Result<(), PartRefused> {
    let count = signatures.len();
    if count == 0 || count > SIGNERS_MAX {
        return Err(PartRefused::SignatureCount { count });
    }
    let repeated = signatures.iter().enumerate().any(|(index, signature)| {
        let mut before = signatures.iter().take(index);
        before.any(|other| other.key_id == signature.key_id)
    });
    if repeated {
        return Err(PartRefused::SignatureRepeated);
    }
    Ok(())
}

/// The certificates that came along. They are under no signature, so one that serves nothing, or stands twice, would be a
/// way to make other bytes of the same part.
fn pool(
    certificates: &[Vec<u8>],
    signatures: &[pb::Signature],
) -> Result<CertificatePool, PartRefused> {
    let pool = CertificatePool::default().with_hints(certificates)?;
    let mut of_use = Vec::new();
    for signature in signatures {
        let key_id = signature.key_id.as_slice().try_into();
        let key_id: [u8; 32] = key_id.map_err(|_| PartRefused::KeyId)?;
        let certificate = pool.get(&key_id);
        let certificate = certificate.ok_or(PartRefused::SignerUnknown { key_id })?;
        of_use.push(key_id);
        let above = pool.issuers_above(certificate);
        of_use.extend(above.iter().map(|issuer| issuer.digest()));
    }
    of_use.sort_unstable();
    of_use.dedup();
    let given = certificates.iter().map(|der| sha256(&[der]));
    let idle = |digest: [u8; 32]| of_use.binary_search(&digest).is_err();
    if certificates.len() != of_use.len() || given.into_iter().any(idle) {
        return Err(PartRefused::IdleCertificate);
    }
    Ok(pool)
}

/// Adds signatures, and the certificates that they need.
fn signed(
    mut envelope: pb::Envelope,
    mut certificates: Vec<Vec<u8>>,
    signers: &[PartSigner<'_>],
) -> Result<SignedPart, PartRefused> {
    let signed = pae(PAYLOAD_TYPE, &envelope.payload);
    for signer in signers {
        envelope.signatures.push(pb::Signature {
            key_id: signer.certificate.digest().to_vec(),
            alg: signer.key.algorithm().number(),
            sig: signer.key.sign(&signed),
        });
        let own = signer.certificate.der().to_vec();
        for der in std::iter::once(&own).chain(signer.issuers) {
            if !certificates.contains(der) {
                certificates.push(der.clone());
            }
        }
    }
    let part = pb::SignedPart {
        envelope: envelope.encode_to_vec(),
        certificates,
    };
    SignedPart::read(part.encode_to_vec())
}

/// A message in the one encoding that we would have written: no field that is not known, which no signature would cover.
fn canonical<M: Message + Default>(bytes: &[u8]) -> Result<M, PartRefused> {
    if bytes.len() > SIGNED_PART_BYTES_MAX {
        let bytes = bytes.len();
        return Err(PartRefused::Size { bytes });
    }
    let message = M::decode(bytes).map_err(|_| PartRefused::NotPart)?;
    if message.encode_to_vec() != bytes {
        return Err(PartRefused::NonCanonical);
    }
    Ok(message)
}
