//! From an envelope as received to one whose signers are known: every check on who said it.
//!
//! What it says, whether it is in time, whether it is meant for this log, and whether its encoding is the
//! canonical one, is asked afterwards, of the same bytes, by those who know the rules of statements.

mod disowned;
mod error;

pub use disowned::Disowned;
pub use error::VerifyError;

use crate::certificate::{Certificate, CertificatePool};
use crate::crypto::{Algorithm, sha256};
use crate::pae::{PAYLOAD_TYPE, pae};
use crate::trust::{Judged, Purpose, TrustKind, TrustStore, TrustUse};
use precinto_alert::id::{Identity, NodeId};
use precinto_alert::limits::{ENVELOPE_BYTES_MAX, SIGNERS_MAX};
use precinto_alert::statement::{Claim, Signer};
use precinto_proto::v1::{self as pb, SignerRole};
use prost::Message;
use std::sync::Arc;

/// An envelope of which every required signer, and nobody else, signed exactly these bytes, each with a
/// certificate that counted under its own side's root at the time given.
///
/// Only this module can make one. It keeps the bytes that were verified; whoever parses the statement
/// parses [`Self::payload`], and whoever stores it stores [`Self::envelope_bytes`].
#[derive(Debug)]
pub struct VerifiedEnvelope {
    envelope_bytes: Vec<u8>,
    payload: Vec<u8>,
    statement_id: [u8; 32],
    sender: NodeId,
    signers: Vec<VerifiedSigner>,
}

/// One who signed, and what says so.
#[derive(Debug, Clone)]
pub struct VerifiedSigner {
    judged: Arc<Judged>,
    role: SignerRole,
}

/// Verifies an envelope at `now_ms` (milliseconds since 1970 UTC), which an auditor sets to the time at
/// which the log took it.
///
/// The order: size, payload type and number of signatures; who must sign, read from the bytes without
/// believing them; for each of these the certificate, its chain to its own side's root, its purpose and
/// its identity; the algorithm, which follows from the certificate's key; at last every signature.
pub fn verify(
    envelope: pb::Envelope,
    certificates: &CertificatePool,
    trust: &TrustStore,
    now_ms: u64,
) -> Result<VerifiedEnvelope, VerifyError> {
    check_size(envelope.encoded_len())?;
    let bytes = envelope.encode_to_vec();
    verify_parsed(envelope, bytes, certificates, trust, now_ms)
}

/// As [`verify`], from the serialised envelope of a log or a delivery, which is kept byte for byte.
pub fn verify_bytes(
    bytes: Vec<u8>,
    certificates: &CertificatePool,
    trust: &TrustStore,
    now_ms: u64,
) -> Result<VerifiedEnvelope, VerifyError> {
    check_size(bytes.len())?;
    let envelope = pb::Envelope::decode(bytes.as_slice()).map_err(|_| VerifyError::NotEnvelope)?;
    verify_parsed(envelope, bytes, certificates, trust, now_ms)
}

fn verify_parsed(
    envelope: pb::Envelope,
    envelope_bytes: Vec<u8>,
    certificates: &CertificatePool,
    trust: &TrustStore,
    now_ms: u64,
) -> Result<VerifiedEnvelope, VerifyError> {
    let pb::Envelope {
        payload_type,
        payload,
        signatures,
    } = envelope;
    check_payload_type(payload_type)?;
    let signatures = Signatures::new(signatures)?;
    let claim = Claim::read(&payload)?;
    let required = signatures.matching(&claim.signers)?;
    let mut signers = Vec::with_capacity(required.len());
    for (signer, _) in &required {
        signers.push(judge(signer, &claim.sender, certificates, trust, now_ms)?);
    }
    for ((signer, signature), verified) in required.iter().zip(&signers) {
        check_algorithm(signer, signature, verified)?;
    }
    let signed = pae(PAYLOAD_TYPE, &payload);
    for ((signer, signature), verified) in required.iter().zip(&signers) {
        check_signature(signer, signature, verified, &signed)?;
    }
    let statement_id = sha256(&[&signed]);
    Ok(VerifiedEnvelope {
        envelope_bytes,
        payload,
        statement_id,
        sender: claim.sender,
        signers,
    })
}

fn check_size(bytes: usize) -> Result<(), VerifyError> {
    if bytes > ENVELOPE_BYTES_MAX {
        return Err(VerifyError::Size { bytes });
    }
    Ok(())
}

fn check_payload_type(found: String) -> Result<(), VerifyError> {
    const FAMILY: &str = "application/vnd.precinto.statement.v";
    match found {
        known if known == PAYLOAD_TYPE => Ok(()),
        other if other.starts_with(FAMILY) => Err(VerifyError::SchemaVersion { found: other }),
        _ => Err(VerifyError::PayloadType),
    }
}

/// The signatures of one envelope: one to four, no two by the same key id.
struct Signatures(Vec<pb::Signature>);

impl Signatures {
    fn new(signatures: Vec<pb::Signature>) -> Result<Self, VerifyError> {
        let count = signatures.len();
        if count == 0 || count > SIGNERS_MAX {
            return Err(VerifyError::SignatureCount { count });
        }
        let repeated = signatures.iter().enumerate().find(|(index, signature)| {
            let mut before = signatures.iter().take(*index);
            before.any(|other| other.key_id == signature.key_id)
        });
        match repeated {
            Some(_) => Err(VerifyError::SignatureRepeated),
            None => Ok(Self(signatures)),
        }
    }

    /// Pairs each required signer with its signature, in the order in which the statement names them. All
    /// must be there, so none can be stripped; nobody else may be.
    fn matching<'a>(
        &'a self,
        required: &'a [Signer],
    ) -> Result<Vec<(&'a Signer, &'a pb::Signature)>, VerifyError> {
        let paired: Vec<_> = required
            .iter()
            .filter_map(|signer| {
                let mut all = self.0.iter();
                let own = all.find(|signature| signature.key_id == signer.key_id);
                own.map(|signature| (signer, signature))
            })
            .collect();
        if paired.len() != required.len() || required.len() != self.0.len() {
            return Err(VerifyError::SignerSetMismatch);
        }
        Ok(paired)
    }
}

/// Finds a signer's certificate and judges it: chain, revocation, purpose, and whether it may play the role.
fn judge(
    signer: &Signer,
    sender: &NodeId,
    certificates: &CertificatePool,
    trust: &TrustStore,
    now_ms: u64,
) -> Result<VerifiedSigner, VerifyError> {
    let key_id = signer.key_id;
    let certificate = certificates
        .get(&key_id)
        .ok_or(VerifyError::SignerUnknown { key_id })?;
    let intermediates = certificates.issuers_above(certificate);
    let judged = trust
        .judge(certificate, &intermediates, Purpose::Signing, now_ms)
        .map_err(|error| VerifyError::Untrusted { key_id, error })?;
    match (signer.role, judged.identity()) {
        (SignerRole::Node, Identity::Node(node)) if node == sender => {}
        (SignerRole::Node, Identity::Node(node)) => {
            return Err(VerifyError::SenderMismatch {
                key_id,
                certified: node.clone(),
            });
        }
        (SignerRole::Officer, Identity::Officer(officer))
            if officer.agency() == sender.agency() => {}
        (SignerRole::Officer, Identity::Officer(_)) => {
            return Err(VerifyError::OfficerOfAnotherAgency { key_id });
        }
        _ => return Err(VerifyError::CertificateRole { key_id }),
    }
    let role = signer.role;
    Ok(VerifiedSigner { judged, role })
}

/// The algorithm follows from the certificate's key; statement and signature may only agree.
fn check_algorithm(
    signer: &Signer,
    signature: &pb::Signature,
    verified: &VerifiedSigner,
) -> Result<(), VerifyError> {
    let expected = verified.judged.public_key().algorithm();
    for found in [signer.alg, signature.alg] {
        if Algorithm::from_number(found) != Some(expected) {
            return Err(VerifyError::AlgorithmRefused {
                key_id: signer.key_id,
                found,
                expected,
            });
        }
    }
    Ok(())
}

fn check_signature(
    signer: &Signer,
    signature: &pb::Signature,
    verified: &VerifiedSigner,
    signed: &[u8],
) -> Result<(), VerifyError> {
    let key = verified.judged.public_key();
    key.verify(signed, &signature.sig)
        .map_err(|error| VerifyError::SignatureBad {
            key_id: signer.key_id,
            error,
        })
}

impl VerifiedEnvelope {
    /// The serialised `Envelope`, as it is to be stored and passed on.
    pub fn envelope_bytes(&self) -> &[u8] {
        &self.envelope_bytes
    }

    /// Whether these are the bytes that this program would have written: no field that it does not know, which no
    /// signature would cover, and no other encoding.
    pub fn is_canonical(&self) -> bool {
        pb::Envelope::decode(self.envelope_bytes())
            .is_ok_and(|envelope| envelope.encode_to_vec() == self.envelope_bytes)
    }

    /// SHA-256 of [`Self::envelope_bytes`]: what a record commits to.
    pub fn envelope_digest(&self) -> [u8; 32] {
        sha256(&[&self.envelope_bytes])
    }

    /// The serialised `Statement`, byte for byte as signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// SHA-256 of the PAE: the identity of what was said.
    pub fn statement_id(&self) -> [u8; 32] {
        self.statement_id
    }

    /// The sending node: what the statement says, which is what the node's certificate says.
    pub fn sender(&self) -> &NodeId {
        &self.sender
    }

    /// All who signed, in the order in which the statement requires them.
    pub fn signers(&self) -> &[VerifiedSigner] {
        &self.signers
    }

    /// The node that signed as sender.
    ///
    /// # Panics
    /// Never: every claim that was read has exactly one node among its signers.
    pub fn node(&self) -> &VerifiedSigner {
        self.signers
            .iter()
            .find(|signer| signer.role == SignerRole::Node)
            .expect("a claim has exactly one node among its signers")
    }

    /// Everything that the verdicts on all signers rest on, by kind and digest, without repetition.
    pub fn relied_on(&self) -> Vec<TrustUse> {
        let uses = self.signers.iter().flat_map(|s| s.judged.relied_on());
        let mut uses: Vec<TrustUse> = uses.copied().collect();
        uses.sort_unstable();
        uses.dedup();
        uses
    }

    /// The signers' certificates and those between them and the roots, for the log to keep before it
    /// first relies on them.
    pub fn chain(&self) -> impl Iterator<Item = (TrustKind, &Arc<Certificate>)> {
        self.signers.iter().flat_map(|signer| {
            let own = (TrustKind::Signer, signer.judged.certificate());
            let above = signer.judged.intermediates().iter();
            std::iter::once(own).chain(above.map(|c| (TrustKind::Intermediate, c)))
        })
    }
}

impl VerifiedSigner {
    /// The verdict on the certificate.
    pub fn judged(&self) -> &Judged {
        &self.judged
    }

    /// The certificate that verified the signature.
    pub fn certificate(&self) -> &Arc<Certificate> {
        self.judged.certificate()
    }

    /// Whom it names: the sender itself, or an officer of the sender's agency.
    pub fn identity(&self) -> &Identity {
        self.judged.identity()
    }

    /// In what capacity the statement requires this signature.
    pub fn role(&self) -> SignerRole {
        self.role
    }
}

#[cfg(test)]
mod tests;
