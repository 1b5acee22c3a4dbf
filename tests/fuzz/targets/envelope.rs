//! The targets of `precinto-envelope`: certificates, envelopes, signed parts of a directory, and the trust that judges them.

use super::alert::alert_statement;
use super::{IN_FORCE_MS, NOW_MS, shown};
use precinto_alert::Statement;
use precinto_alert::directory::{Part, PartError};
use precinto_alert::id::Side;
use precinto_envelope::body::check_body;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::{PublicKey, SigningKey};
use precinto_envelope::directory::{SignedPart, VerifiedPart};
use precinto_envelope::trust::{SideTrust, TrustStore};
use precinto_envelope::{pem, verify};
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::hint::black_box;
use std::sync::Arc;

/// Certificates, keys, and the files that hold them.
pub(crate) fn certificate(bytes: &[u8]) {
    if let Ok(certificate) = Certificate::parse(bytes) {
        assert_eq!(certificate.der(), bytes, "a certificate is its bytes");
        black_box((certificate.subject().len(), certificate.issuer().len()));
    }
    black_box(PublicKey::from_spki_der(bytes).is_ok());
    black_box(SigningKey::from_pkcs8_der(bytes).is_ok());
    black_box(pem::certificates(bytes).map_or(0, |all| all.len()));
    black_box(pem::revocation_lists(bytes).map_or(0, |all| all.len()));
    black_box(pem::private_key(bytes).is_ok());
}

/// An envelope, and a body beside it, read by somebody who trusts nobody.
pub(crate) fn envelope(bytes: &[u8]) {
    let trust = TrustStore::new(Vec::new()).expect("trust in nobody");
    let pool = precinto_envelope::certificate::CertificatePool::default();
    let verified = verify::verify_bytes(bytes.to_vec(), &pool, &trust, NOW_MS);
    assert!(verified.is_err(), "believed without a root");
    let named = Statement::decode(&alert_statement().encode_to_vec()).expect("a valid statement");
    let id = named.message_id();
    let mut body = named.body().copied().expect("it has a body");
    black_box(check_body(Some(&body), bytes, id, [1; 32]).is_ok());
    body.digest = precinto_envelope::crypto::sha256(&[bytes]);
    body.size = bytes.len() as u64;
    black_box(check_body(Some(&body), bytes, id, [1; 32]).is_ok());
}

/// A part of the directory: its text alone, and signed as it travels.
pub(crate) fn directory_part(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        match Part::parse(text) {
            Ok(part) => assert_eq!(Part::parse(text), Ok(part), "two readings of one text"),
            Err(PartError::Content(violations)) => {
                assert!(!violations.is_empty(), "refused for nothing");
                shown(&violations);
            }
            Err(other) => assert!(!other.to_string().is_empty(), "nothing to show"),
        }
    }
    match SignedPart::read(bytes.to_vec()) {
        Ok(signed) => {
            assert_eq!(signed.bytes(), bytes, "a part is its bytes");
            let again = pb::SignedPart::decode(bytes).expect("decoded before");
            assert_eq!(again.encode_to_vec(), bytes, "two encodings of one part");
            let read = Part::parse(signed.text());
            assert_eq!(read.as_ref(), Ok(signed.part()), "it says something else");
            let nobody = TrustStore::new(Vec::new()).expect("trust in nobody");
            let verified = VerifiedPart::verify(Arc::new(signed), &nobody, NOW_MS);
            assert!(verified.is_err(), "believed without a root");
        }
        Err(refused) => assert!(!refused.to_string().is_empty(), "nothing to show"),
    }
}

/// What an operator configures as the trust of one side: two bytes with the length of a root, the root, a revocation list.
pub(crate) fn trust(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let Some((root, list)) = rest.split_at_checked(u16::from_be_bytes(*length).into()) else {
        return;
    };
    let side: Side = "us.dev.invalid".parse().expect("a side");
    let none: [&[u8]; 0] = [];
    for now_ms in [0, IN_FORCE_MS, u64::MAX] {
        let loaded = SideTrust::load(side.clone(), &[root], &[list], now_ms);
        assert!(
            loaded.is_err() || now_ms == IN_FORCE_MS,
            "in force for ever"
        );
        let without = SideTrust::load(side.clone(), &[root], &none, now_ms);
        assert!(without.is_err(), "no revocation list was needed");
        let Ok(loaded) = loaded else { continue };
        let twice = SideTrust::load(side.clone(), &[root], &[list, list], now_ms);
        assert!(twice.is_ok(), "the same list again");
        let store = TrustStore::new(vec![loaded]).expect("one side");
        // What is loaded is what was given: nothing of it is made up.
        for item in store.items() {
            let given = item.der == root || item.der == list;
            assert!(given, "trust in what nobody configured");
        }
    }
}
