//! Who may sign, in which role, and with which certificate.

use super::*;

#[test]
fn none_and_five_signatures_are_refused() {
    let f = Fixture::new();
    let mut envelope = f.by_node();
    let one = envelope.signatures.remove(0);
    assert_eq!(f.refused(envelope.clone()).reason(), Reason::SignatureCount);
    envelope.signatures = vec![one; 5];
    assert_eq!(f.refused(envelope).reason(), Reason::SignatureCount);
}

#[test]
fn an_unknown_signer_is_named_by_key_id() {
    let f = Fixture::new();
    let refused = f.verify(f.both(), &[&f.node]).unwrap_err();
    assert_eq!(refused.reason(), Reason::SignerUnknown);
    assert_eq!(refused.key_id(), Some(f.officer.digest()));
}

#[test]
fn certificates_that_come_along_are_used_and_prove_nothing() {
    let f = Fixture::new();
    let known = pool(&[&f.officer]);
    let hints = known.with_hints(&[&f.node.der, &f.officer.der]).unwrap();
    assert!(verify(f.both(), &hints, &f.trust, NOW_MS).is_ok());
    let forged = Authority::root("DEV ONLY US root").issue(&Leaf::signing(LAX));
    let envelope = signed(LAX, &[(&forged, SignerRole::Node)]);
    let hints = known.with_hints(&[&forged.der]).unwrap();
    let refused = verify(envelope, &hints, &f.trust, NOW_MS).unwrap_err();
    assert_eq!(refused.reason(), Reason::SignerUntrusted);
    let refused = known.with_hints(&[&f.node.der; 13]).unwrap_err();
    assert_eq!(refused.reason(), Reason::Size);
    let refused = known.with_hints(&[b"no certificate"]).unwrap_err();
    assert_eq!(refused.reason(), Reason::CertMalformed);
}

#[test]
fn signers_below_an_intermediate_verify_with_it_known_or_hinted_at() {
    let f = Fixture::new();
    let intermediate = f.pki.us.intermediate("DEV ONLY US issuing", |_| ());
    let trust = f.pki.trust_with(&[intermediate.crl(&[])]);
    let node = intermediate.issue(&Leaf::signing(LAX));
    let envelope = || signed(LAX, &[(&node, SignerRole::Node)]);
    let none = CertificatePool::default();
    let hinted = none.with_hints(&[&node.der, &intermediate.der]).unwrap();
    let verified = verify(envelope(), &hinted, &trust, NOW_MS).unwrap();
    let kinds: Vec<_> = verified.chain().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [TrustKind::Signer, TrustKind::Intermediate]);
    // From now on the verdict stands, and still tells which intermediate it rests on.
    let without = none.with_hints(&[&node.der]).unwrap();
    let again = verify(envelope(), &without, &trust, NOW_MS).unwrap();
    assert_eq!(again.chain().count(), 2);
    let fresh = f.pki.trust_with(&[intermediate.crl(&[])]);
    assert!(verify(envelope(), &without, &fresh, NOW_MS).is_err());
    let mut known = pool(&[&node]);
    known.insert(intermediate.certificate());
    assert!(verify(envelope(), &known, &fresh, NOW_MS).is_ok());
}

#[test]
fn the_sender_is_the_node_that_signs() {
    let f = Fixture::new();
    let envelope = signed(JFK, &[(&f.node, SignerRole::Node)]);
    assert_eq!(f.refused(envelope).reason(), Reason::SenderMismatch);
    let envelope = signed(MEX, &[(&f.node, SignerRole::Node)]);
    assert_eq!(f.refused(envelope).reason(), Reason::SenderMismatch);
}

#[test]
fn an_officer_who_signs_is_of_the_senders_agency() {
    let f = Fixture::new();
    let stranger = f.pki.us.issue(&Leaf::signing(DEA_OFFICER));
    let signers = [
        (&f.node, SignerRole::Node),
        (&stranger, SignerRole::Officer),
    ];
    let refused = f
        .verify(signed(LAX, &signers), &[&f.node, &stranger])
        .unwrap_err();
    assert_eq!(refused.reason(), Reason::OfficerUnknown);
}

#[test]
fn a_certificate_signs_only_in_the_role_that_its_identity_has() {
    let f = Fixture::new();
    let jfk = f.pki.us.issue(&Leaf::signing(JFK));
    let node_as_officer = [(&f.node, SignerRole::Node), (&jfk, SignerRole::Officer)];
    let officer_as_node = [(&f.officer, SignerRole::Node)];
    for signers in [node_as_officer.as_slice(), &officer_as_node] {
        let refused = f.verify(signed(LAX, signers), &[&f.node, &jfk, &f.officer]);
        assert_eq!(refused.unwrap_err().reason(), Reason::CertRole);
    }
}

#[test]
fn a_statement_requires_exactly_one_node() {
    let f = Fixture::new();
    let again = f.pki.us.issue(&Leaf::signing(LAX).with(|l| l.serial = 8));
    let two = [(&f.node, SignerRole::Node), (&again, SignerRole::Node)];
    let none = [(&f.officer, SignerRole::Officer)];
    let neither = [
        (&f.node, SignerRole::Node),
        (&again, SignerRole::Unspecified),
    ];
    for signers in [two.as_slice(), &none, &neither] {
        let refused = f.verify(signed(LAX, signers), &[&f.node, &again, &f.officer]);
        assert_eq!(violation(&refused.unwrap_err()), Reason::SignerRole);
    }
}

#[test]
fn a_revoked_expired_or_foreign_signer_is_refused_with_its_reason() {
    let f = Fixture::new();
    let issue = |leaf: Leaf| f.pki.us.issue(&leaf);
    let signing = || Leaf::signing(LAX);
    let table = [
        (
            issue(signing().with(|l| l.serial = REVOKED)),
            Reason::CertRevoked,
        ),
        (
            issue(signing().with(|l| l.to_ms = NOW_MS - 1_000)),
            Reason::CertExpired,
        ),
        (
            issue(signing().with(|l| l.from_ms = NOW_MS + 1_000)),
            Reason::CertNotYetValid,
        ),
        (f.pki.mx.issue(&signing()), Reason::SignerUntrusted),
        (
            issue(signing().with(|l| l.uris.clear())),
            Reason::CertIdentity,
        ),
    ];
    for (node, reason) in &table {
        let envelope = signed(LAX, &[(node, SignerRole::Node)]);
        let refused = f.verify(envelope, &[node]).unwrap_err();
        assert_eq!(refused.reason(), *reason, "{refused}");
        assert!(matches!(refused, VerifyError::Untrusted { .. }));
    }
}

/// An auditor judges as of the time at which the log took it.
#[test]
fn what_was_good_then_is_good_as_of_then() {
    let f = Fixture::new();
    let later_ms = NOW_MS + 7 * DAY_MS + 1_000;
    let pool = pool(&[&f.node]);
    assert!(verify(f.by_node(), &pool, &f.trust, NOW_MS).is_ok());
    let refused = verify(f.by_node(), &pool, &f.trust, later_ms).unwrap_err();
    assert_eq!(refused.reason(), Reason::CertExpired);
    assert!(verify(f.by_node(), &pool, &f.trust, NOW_MS).is_ok());
}
