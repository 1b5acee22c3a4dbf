//! What counts as signed and what does not; each pitfall of signed envelopes has a test of its own.

mod pitfalls;
mod signers;

use super::*;
use crate::crypto::SigningKey;
use crate::pae::statement_id;
use crate::sign::sign;
use crate::test_pki::*;
use crate::trust::TrustError;
use precinto_alert::statement::StatementError;
use precinto_alert::{Reason, Statement};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};

/// A node and an officer of one agency, and the trust of both sides.
struct Fixture {
    pki: Pki,
    trust: TrustStore,
    node: Issued,
    officer: Issued,
}

impl Fixture {
    fn new() -> Self {
        let pki = Pki::new();
        Self {
            trust: pki.trust(),
            node: pki.us.issue(&Leaf::signing(LAX)),
            officer: pki.us.issue(&Leaf::signing(RAMIREZ)),
            pki,
        }
    }

    fn verify(
        &self,
        envelope: pb::Envelope,
        known: &[&Issued],
    ) -> Result<VerifiedEnvelope, VerifyError> {
        verify(envelope, &pool(known), &self.trust, NOW_MS)
    }

    /// Verifies with the node and the officer known, which must fail.
    fn refused(&self, envelope: pb::Envelope) -> VerifyError {
        self.verify(envelope, &[&self.node, &self.officer])
            .expect_err("must be refused")
    }

    fn both(&self) -> pb::Envelope {
        signed(
            LAX,
            &[
                (&self.node, SignerRole::Node),
                (&self.officer, SignerRole::Officer),
            ],
        )
    }

    fn by_node(&self) -> pb::Envelope {
        signed(LAX, &[(&self.node, SignerRole::Node)])
    }
}

fn pool(known: &[&Issued]) -> CertificatePool {
    let mut pool = CertificatePool::default();
    for issued in known {
        assert!(pool.insert(issued.certificate()));
    }
    pool
}

/// The serialised statement of `sender` that requires these signers.
fn statement(sender: &str, signers: &[(&Issued, SignerRole)]) -> Vec<u8> {
    let required_signers = signers.iter().map(|(issued, role)| pb::SignerRef {
        key_id: issued.digest().to_vec(),
        role: (*role).into(),
        alg: issued.signing_key().algorithm().number(),
    });
    pb::Statement {
        message_id: vec![1; 16],
        sender: sender.to_owned(),
        log_origin: "gw.dev.invalid/log/2026".to_owned(),
        required_signers: required_signers.collect(),
        ..Default::default()
    }
    .encode_to_vec()
}

fn signed(sender: &str, signers: &[(&Issued, SignerRole)]) -> pb::Envelope {
    sign_payload(statement(sender, signers), signers)
}

fn sign_payload(payload: Vec<u8>, signers: &[(&Issued, SignerRole)]) -> pb::Envelope {
    let keys: Vec<_> = signers
        .iter()
        .map(|(issued, _)| (issued.signing_key(), issued.digest()))
        .collect();
    let keys: Vec<(&SigningKey, [u8; 32])> = keys.iter().map(|(key, id)| (key, *id)).collect();
    sign(payload, &keys)
}

#[test]
fn a_node_and_an_officer_sign() {
    let f = Fixture::new();
    let envelope = f.both();
    let bytes = envelope.encode_to_vec();
    let payload = envelope.payload.clone();
    let verified = f.verify(envelope, &[&f.node, &f.officer]).unwrap();
    assert_eq!(verified.payload(), payload);
    assert_eq!(verified.envelope_bytes(), bytes);
    assert_eq!(verified.envelope_digest(), sha256(&[&bytes]));
    assert_eq!(verified.statement_id(), statement_id(&payload));
    assert_eq!(verified.sender().to_string(), LAX);
    let signers: Vec<_> = verified
        .signers()
        .iter()
        .map(|s| (s.role(), s.identity().to_string(), s.certificate().digest()))
        .collect();
    let node = (SignerRole::Node, LAX.to_owned(), f.node.digest());
    let officer = (SignerRole::Officer, RAMIREZ.to_owned(), f.officer.digest());
    assert_eq!(signers, [node, officer]);
    assert_eq!(verified.node().certificate().digest(), f.node.digest());
    // Two certificates, one root, one list: each named once.
    let kinds: Vec<_> = verified.relied_on().iter().map(|used| used.kind).collect();
    let (signer, crl) = (TrustKind::Signer, TrustKind::RevocationList);
    assert_eq!(kinds, [TrustKind::Root, signer, signer, crl]);
    assert_eq!(verified.chain().count(), 2);
}

#[test]
fn the_order_of_signatures_means_nothing() {
    let f = Fixture::new();
    let mut envelope = f.both();
    envelope.signatures.reverse();
    let verified = f.verify(envelope, &[&f.node, &f.officer]).unwrap();
    assert_eq!(verified.signers()[0].role(), SignerRole::Node);
}

#[test]
fn stored_bytes_are_kept_as_they_are() {
    let f = Fixture::new();
    // Another encoding of the same envelope, as a foreign client may send it.
    let mut bytes = f.by_node().encode_to_vec();
    bytes.extend_from_slice(&[0xa0, 0x06, 0x01]);
    let verified = verify_bytes(bytes.clone(), &pool(&[&f.node]), &f.trust, NOW_MS).unwrap();
    assert_eq!(verified.envelope_bytes(), bytes);
    assert!(!verified.is_canonical());
    bytes.truncate(bytes.len() - 3);
    let verified = verify_bytes(bytes, &pool(&[&f.node]), &f.trust, NOW_MS).unwrap();
    assert!(verified.is_canonical());
    let refused = verify_bytes(vec![0xff], &pool(&[]), &f.trust, NOW_MS).unwrap_err();
    assert_eq!(refused.reason(), Reason::Malformed);
}

#[test]
fn every_algorithm_signs() {
    let f = Fixture::new();
    for key in [
        &PKCS_ED25519,
        &PKCS_ECDSA_P256_SHA256,
        &PKCS_ECDSA_P384_SHA384,
    ] {
        let node = f.pki.us.issue(&Leaf::signing(LAX).with(|l| l.key = key));
        let envelope = signed(LAX, &[(&node, SignerRole::Node)]);
        assert!(f.verify(envelope, &[&node]).is_ok(), "{key:?}");
    }
}

#[test]
fn every_signature_is_verified_not_only_the_first() {
    let f = Fixture::new();
    for (index, signer) in [&f.node, &f.officer].into_iter().enumerate() {
        let mut envelope = f.both();
        envelope.signatures[index].sig[0] ^= 1;
        let refused = f.refused(envelope);
        assert_eq!(refused.reason(), Reason::SigBad);
        assert_eq!(refused.key_id(), Some(signer.digest()));
    }
}

#[test]
fn no_single_bit_of_an_envelope_can_change() {
    let f = Fixture::new();
    let bytes = f.by_node().encode_to_vec();
    let pool = pool(&[&f.node]);
    for index in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[index] ^= 1 << bit;
            let verified = verify_bytes(flipped, &pool, &f.trust, NOW_MS);
            assert!(verified.is_err(), "byte {index}, bit {bit}");
        }
    }
}

/// The reason of the only rule that a statement breaks before its signatures are looked at.
fn violation(refused: &VerifyError) -> Reason {
    let VerifyError::Statement(StatementError::Violations(broken)) = refused else {
        panic!("{refused}");
    };
    broken.errors.first().unwrap().reason
}

#[test]
fn an_oversized_envelope_is_refused_before_anything_else() {
    let f = Fixture::new();
    let mut envelope = f.by_node();
    envelope.payload_type = "x".repeat(ENVELOPE_BYTES_MAX);
    let bytes = envelope.encode_to_vec();
    assert_eq!(f.refused(envelope).reason(), Reason::Size);
    let refused = verify_bytes(bytes, &pool(&[]), &f.trust, NOW_MS).unwrap_err();
    assert_eq!(refused.reason(), Reason::Size);
}

#[test]
fn a_changed_payload_is_refused() {
    let f = Fixture::new();
    let mut envelope = f.by_node();
    let mut altered = pb::Statement::decode(envelope.payload.as_slice()).unwrap();
    altered.created_ms = NOW_MS;
    envelope.payload = altered.encode_to_vec();
    let refused = f.refused(envelope);
    assert_eq!(refused.reason(), Reason::SigBad);
    assert_eq!(refused.key_id(), Some(f.node.digest()));
}

#[test]
fn a_side_that_is_not_known_has_its_own_reason() {
    let f = Fixture::new();
    let only_mx = f.pki.trust_of_mx();
    let refused = verify(f.by_node(), &pool(&[&f.node]), &only_mx, NOW_MS).unwrap_err();
    assert_eq!(refused.reason(), Reason::TrustDomainUnknown);
    let VerifyError::Untrusted { error, .. } = refused else {
        panic!("{refused}");
    };
    assert_eq!(error, TrustError::UnknownSide { side: side(US) });
}
