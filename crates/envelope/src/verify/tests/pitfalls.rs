//! The pitfalls of signed envelopes that others have fallen into, one test each.

use super::*;

/// Parallel signatures could be taken away unseen, were they not named inside what is signed.
#[test]
fn signature_stripping() {
    let f = Fixture::new();
    for stripped in [0, 1] {
        let mut envelope = f.both();
        envelope.signatures.remove(stripped);
        assert_eq!(f.refused(envelope).reason(), Reason::SignerSetMismatch);
    }
}

#[test]
fn a_signature_that_nobody_asked_for() {
    let f = Fixture::new();
    let mut envelope = f.by_node();
    let uninvited = sign_payload(
        envelope.payload.clone(),
        &[(&f.officer, SignerRole::Officer)],
    );
    envelope.signatures.extend(uninvited.signatures);
    assert_eq!(f.refused(envelope).reason(), Reason::SignerSetMismatch);
}

/// Another certificate for the very same key: the signature verifies, the statement names the other.
#[test]
fn key_substitution() {
    let f = Fixture::new();
    let again = |uri: &str| {
        let key = KeyPair::try_from(f.node.key_pkcs8.as_slice()).unwrap();
        f.pki
            .us
            .issue_for(&Leaf::signing(uri).with(|l| l.serial = 8), &key)
    };
    for other in [again(LAX), again(JFK)] {
        let mut envelope = f.by_node();
        envelope.signatures[0].key_id = other.digest().to_vec();
        let refused = f.verify(envelope, &[&f.node, &other]).unwrap_err();
        assert_eq!(refused.reason(), Reason::SignerSetMismatch);
    }
}

/// From one ECDSA signature anyone can make a second; both count, and both are the same statement.
#[test]
fn malleability_changes_neither_verdict_nor_identity() {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let f = Fixture::new();
    let key = &PKCS_ECDSA_P256_SHA256;
    let node = f.pki.us.issue(&Leaf::signing(LAX).with(|l| l.key = key));
    let low = signed(LAX, &[(&node, SignerRole::Node)]);
    let mut high = low.clone();
    let mut borrow = 0_u16;
    for index in (0..32).rev() {
        let s = &mut high.signatures[0].sig[32 + index];
        let digit = 0x100 + u16::from(ORDER[index]) - u16::from(*s) - borrow;
        borrow = u16::from(digit < 0x100);
        *s = digit.to_be_bytes()[1];
    }
    assert_ne!(low, high);
    let low = f.verify(low, &[&node]).unwrap();
    let high = f.verify(high, &[&node]).unwrap();
    assert_eq!(low.statement_id(), high.statement_id());
}

#[test]
fn ecdsa_in_der_is_refused() {
    let f = Fixture::new();
    let key = &PKCS_ECDSA_P256_SHA256;
    let node = f.pki.us.issue(&Leaf::signing(LAX).with(|l| l.key = key));
    let mut envelope = signed(LAX, &[(&node, SignerRole::Node)]);
    let integer = |number: &[u8]| {
        let padded = [&[0], number].concat();
        [&[2, 33], padded.as_slice()].concat()
    };
    let (r, s) = envelope.signatures[0].sig.split_at(32);
    let der = [vec![0x30, 70], integer(r), integer(s)].concat();
    envelope.signatures[0].sig = der;
    let refused = f.verify(envelope, &[&node]).unwrap_err();
    assert_eq!(refused.reason(), Reason::SigBad);
    assert!(refused.to_string().contains("not DER"), "{refused}");
}

/// A TLS key must not sign statements, whoever holds it.
#[test]
fn cross_protocol_reuse_of_a_tls_key() {
    let f = Fixture::new();
    let tls = f.pki.us.issue(&Leaf::tls_client(LAX));
    let envelope = signed(LAX, &[(&tls, SignerRole::Node)]);
    let refused = f.verify(envelope, &[&tls]).unwrap_err();
    assert_eq!(refused.reason(), Reason::CertPurpose);
}

/// Whatever else the same key may have signed is no signature of a statement.
#[test]
fn cross_protocol_reuse_of_other_signed_texts() {
    let f = Fixture::new();
    let good = f.by_node();
    let checkpoint = "gw.dev.invalid/log/2026\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    let cosignature = format!("cosignature/v1\ntime 1795348800\n{checkpoint}");
    let signed_elsewhere = [
        checkpoint.as_bytes().to_vec(),
        cosignature.into_bytes(),
        good.payload.clone(),
        pae("application/vnd.in-toto+json", &good.payload),
        [b"DSSEv1 0  ".as_slice(), &good.payload].concat(),
    ];
    for text in signed_elsewhere {
        // As a signature of a good statement …
        let mut envelope = good.clone();
        envelope.signatures[0].sig = f.node.signing_key().sign(&text);
        assert_eq!(f.refused(envelope).reason(), Reason::SigBad);
        // … and with the text itself in place of the statement.
        let mut envelope = good.clone();
        envelope.signatures[0].sig = f.node.signing_key().sign(&text);
        envelope.payload = text;
        f.refused(envelope);
    }
}

/// The type is inside the signature, so a payload signed as something else stays something else.
#[test]
fn payload_type_beside_the_signature() {
    let f = Fixture::new();
    let good = f.by_node();
    let mut relabelled = good.clone();
    let as_other = pae("application/vnd.precinto.order.v1+protobuf", &good.payload);
    relabelled.signatures[0].sig = f.node.signing_key().sign(&as_other);
    assert_eq!(f.refused(relabelled).reason(), Reason::SigBad);
    for (payload_type, reason) in [
        (
            "application/vnd.precinto.statement.v2+protobuf",
            Reason::SchemaVersion,
        ),
        (
            "application/vnd.precinto.statement.v1+protobuf ",
            Reason::SchemaVersion,
        ),
        (
            "Application/vnd.precinto.statement.v1+protobuf",
            Reason::PayloadType,
        ),
        ("", Reason::PayloadType),
    ] {
        let mut envelope = good.clone();
        payload_type.clone_into(&mut envelope.payload_type);
        assert_eq!(f.refused(envelope).reason(), reason, "{payload_type:?}");
    }
}

#[test]
fn duplicate_key_id() {
    let f = Fixture::new();
    let mut envelope = f.both();
    envelope.signatures[1] = envelope.signatures[0].clone();
    assert_eq!(f.refused(envelope).reason(), Reason::SignatureRepeated);
}

/// The algorithm follows from the key; what message and statement say may only agree.
#[test]
fn a_lying_algorithm_field() {
    let f = Fixture::new();
    for alg in [0, 2, 3, 4, 6, 257] {
        let mut envelope = f.by_node();
        envelope.signatures[0].alg = alg;
        assert_eq!(
            f.refused(envelope).reason(),
            Reason::AlgorithmRefused,
            "{alg}"
        );
    }
    let mut lying = pb::Statement::decode(f.by_node().payload.as_slice()).unwrap();
    lying.required_signers[0].alg = 2;
    let mut envelope = sign_payload(lying.encode_to_vec(), &[(&f.node, SignerRole::Node)]);
    assert_eq!(
        f.refused(envelope.clone()).reason(),
        Reason::AlgorithmRefused
    );
    envelope.signatures[0].alg = 2;
    assert_eq!(f.refused(envelope).reason(), Reason::AlgorithmRefused);
}

/// Signatures cover any bytes; that only one encoding is admitted is the statement's own rule. Both
/// stand on the same buffer: what was verified is what is parsed.
#[test]
fn a_well_signed_statement_with_unknown_fields_or_another_encoding_is_not_decoded() {
    let f = Fixture::new();
    let signers = [(&f.node, SignerRole::Node)];
    let good = statement(LAX, &signers);
    let unknown = [good.as_slice(), &[0xa0, 0x3f, 0x01]].concat(); // field 1012
    let repeated = [good.as_slice(), &good].concat(); // merges to other lists than either half
    let spelled_out = [good.as_slice(), &[0x10, 0x00]].concat(); // type = 0, written although default
    for payload in [unknown, spelled_out] {
        let envelope = sign_payload(payload.clone(), &signers);
        let verified = f.verify(envelope, &[&f.node]).unwrap();
        assert_eq!(verified.payload(), payload);
        let refused = Statement::decode(verified.payload()).unwrap_err();
        assert_eq!(refused.reason(), Reason::NonCanonical);
    }
    let envelope = sign_payload(repeated, &signers);
    assert_eq!(violation(&f.refused(envelope)), Reason::SignatureRepeated);
}
