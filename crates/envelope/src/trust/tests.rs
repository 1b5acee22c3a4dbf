//! Every certificate that must not count, and the good ones beside it, under a clock that is passed in.

mod chains;
mod limbo;
mod loading;

use super::*;
use crate::limits::{INTERMEDIATES_MAX, TLS_LIFETIME_S_MAX};
use crate::test_pki::*;
use precinto_alert::Reason;
use rcgen::{CustomExtension, ExtendedKeyUsagePurpose as Eku, KeyUsagePurpose};

/// Judges what the American root issued, by the trust of both sides, now.
fn judge(pki: &Pki, leaf: &Leaf, purpose: Purpose) -> Result<Arc<Judged>, TrustError> {
    let certificate = pki.us.issue(leaf).certificate();
    pki.trust().judge(&certificate, &[], purpose, NOW_MS)
}

#[test]
fn what_each_purpose_accepts() {
    let pki = Pki::new();
    for (leaf, purpose) in [
        (Leaf::tls_client(LAX), Purpose::TlsClient),
        (Leaf::tls_server(US_GATEWAY, US_SERVER), Purpose::TlsServer),
        (Leaf::tls_server(US_GATEWAY, US_SERVER), Purpose::TlsClient),
        (Leaf::signing(LAX), Purpose::Signing),
        (Leaf::signing(RAMIREZ), Purpose::Signing),
    ] {
        let judged = judge(&pki, &leaf, purpose).unwrap();
        assert_eq!(judged.identity().to_string(), leaf.uris[0], "{purpose:?}");
        let kinds: Vec<_> = judged.relied_on().iter().map(|used| used.kind).collect();
        let expected = [
            TrustKind::Signer,
            TrustKind::Root,
            TrustKind::RevocationList,
        ];
        assert_eq!(kinds, expected);
    }
}

type Spoil = fn(&mut Leaf);

/// The unhappy set: the reason that must come of it, and what is spoiled.
const UNHAPPY: [(Reason, &[(&str, Spoil)]); 8] = [
    (
        Reason::CertExpired,
        &[("expired", |l| l.to_ms = NOW_MS - 1_000)],
    ),
    (
        Reason::CertNotYetValid,
        &[("not yet valid", |l| l.from_ms = NOW_MS + 1_000)],
    ),
    (Reason::CertRevoked, &[("revoked", |l| l.serial = REVOKED)]),
    (
        Reason::CertIdentity,
        &[
            ("no URI", |l| l.uris.clear()),
            ("two URIs", |l| l.uris.push(JFK.to_owned())),
            ("the same URI twice", |l| l.uris.push(l.uris[0].clone())),
            ("no SPIFFE id", |l| {
                l.uris = vec!["https://us.dev.invalid/agency/cbp/node/lax".to_owned()];
            }),
            ("an identity of no known form", |l| {
                l.uris = vec!["spiffe://us.dev.invalid/lax".to_owned()];
            }),
        ],
    ),
    (
        Reason::TrustDomainUnknown,
        &[("a side that is not known", |l| {
            l.uris = vec!["spiffe://ca.dev.invalid/agency/cbsa/node/yul".to_owned()];
        })],
    ),
    (
        Reason::CertUnknownCa,
        &[("the other side's identity", |l| {
            l.uris = vec![MEX.to_owned()];
        })],
    ),
    (
        Reason::CertPurpose,
        &[
            ("no extended key usage", |l| l.purposes.clear()),
            ("another one", |l| l.purposes = vec![Eku::CodeSigning]),
            ("every one", |l| l.purposes.push(Eku::Any)),
            ("TLS and signing at once", |l| {
                l.purposes = vec![Eku::ClientAuth, Eku::ServerAuth, document_signing()];
            }),
        ],
    ),
    (
        Reason::CertMalformed,
        &[
            ("no key usage", |l| l.key_usages.clear()),
            ("no digitalSignature", |l| {
                l.key_usages = vec![KeyUsagePurpose::KeyAgreement];
            }),
            ("keyCertSign", |l| {
                l.key_usages.push(KeyUsagePurpose::KeyCertSign);
            }),
            ("cRLSign", |l| l.key_usages.push(KeyUsagePurpose::CrlSign)),
            ("an authority", |l| l.authority = true),
            ("too long a life", |l| {
                l.to_ms = l.from_ms + 4 * 366 * DAY_MS;
            }),
            ("name constraints", |l| {
                l.extensions = vec![CustomExtension::from_oid_content(
                    &[2, 5, 29, 30],
                    vec![0x30, 0],
                )];
            }),
        ],
    ),
];

#[test]
fn what_no_purpose_accepts() {
    let pki = Pki::new();
    for (reason, name, spoil) in UNHAPPY
        .iter()
        .flat_map(|(reason, spoilt)| spoilt.iter().map(|(name, spoil)| (*reason, *name, *spoil)))
    {
        for (leaf, purpose) in [
            (Leaf::tls_client(LAX), Purpose::TlsClient),
            (Leaf::tls_server(US_GATEWAY, US_SERVER), Purpose::TlsServer),
            (Leaf::signing(LAX), Purpose::Signing),
        ] {
            let refused = judge(&pki, &leaf.with(spoil), purpose).expect_err(name);
            // A node's name on a server's certificate is wrong before anything else is.
            let expected = match (name, purpose) {
                ("the other side's identity", Purpose::TlsServer) => Reason::CertRole,
                _ => reason,
            };
            assert_eq!(refused.reason(), expected, "{name}, {purpose:?}: {refused}");
        }
    }
}

/// Permits URIs of one host only: by RFC 5280, 4.2.1.10, and under webpki, no SPIFFE id can satisfy it.
fn constrain_uris(params: &mut rcgen::CertificateParams) {
    let uri = [&[0x86, 14], US.as_bytes()].concat();
    let tree = [&[0x30, 16], uri.as_slice()].concat();
    let content = [&[0x30, 20, 0xa0, 18], tree.as_slice()].concat();
    let mut constraints = CustomExtension::from_oid_content(&[2, 5, 29, 30], content);
    constraints.set_criticality(true);
    params.custom_extensions = vec![constraints];
}

/// C22: a key of one role never counts in another.
#[test]
fn a_tls_certificate_does_not_sign_and_a_signing_certificate_opens_no_connection() {
    let pki = Pki::new();
    for (leaf, purpose) in [
        (Leaf::tls_client(LAX), Purpose::Signing),
        (Leaf::tls_server(US_GATEWAY, US_SERVER), Purpose::Signing),
        (Leaf::signing(LAX), Purpose::TlsClient),
        (Leaf::signing(LAX), Purpose::TlsServer),
        (Leaf::tls_client(US_GATEWAY), Purpose::TlsServer),
    ] {
        let refused = judge(&pki, &leaf, purpose).unwrap_err();
        assert_eq!(refused.reason(), Reason::CertPurpose, "{refused}");
    }
}

#[test]
fn an_identity_of_the_wrong_kind_is_refused_for_each_purpose() {
    let pki = Pki::new();
    for (leaf, purpose) in [
        (Leaf::tls_client(RAMIREZ), Purpose::TlsClient),
        (Leaf::tls_server(LAX, US_SERVER), Purpose::TlsServer),
        (Leaf::signing(US_GATEWAY), Purpose::Signing),
    ] {
        let refused = judge(&pki, &leaf, purpose).unwrap_err();
        assert_eq!(refused.reason(), Reason::CertRole, "{refused}");
    }
}

/// C18: side B's authority issues an identity of side A, properly in every other way.
#[test]
fn one_sides_authority_cannot_make_the_other_sides_identities() {
    let pki = Pki::new();
    let trust = pki.trust();
    for purpose in [Purpose::TlsClient, Purpose::Signing] {
        let leaf = match purpose {
            Purpose::Signing => Leaf::signing(LAX),
            _ => Leaf::tls_client(LAX),
        };
        let forged = pki.mx.issue(&leaf).certificate();
        let refused = trust.judge(&forged, &[], purpose, NOW_MS).unwrap_err();
        assert_eq!(refused, TrustError::UnknownCa);
        // Not even with the other side's root itself shown as an intermediate.
        let above = [pki.mx.certificate()];
        let refused = trust.judge(&forged, &above, purpose, NOW_MS).unwrap_err();
        assert_eq!(refused, TrustError::UnknownCa);
        let proper = pki.us.issue(&leaf).certificate();
        assert!(trust.judge(&proper, &[], purpose, NOW_MS).is_ok());
    }
}

#[test]
fn a_root_of_the_same_name_with_another_key_issues_nothing() {
    let pki = Pki::new();
    let impostor = Authority::root("DEV ONLY US root");
    let forged = impostor.issue(&Leaf::signing(LAX)).certificate();
    let refused = pki.trust().judge(&forged, &[], Purpose::Signing, NOW_MS);
    assert_eq!(refused.unwrap_err(), TrustError::UnknownCa);
}

#[test]
fn weak_rsa_is_refused_and_strong_rsa_is_for_officers_signatures_only() {
    let pki = Pki::new();
    let trust = pki.trust();
    let judge = |leaf: &Leaf, bits: usize, purpose| {
        let certificate = pki.us.issue_public(leaf, &RsaPublicKey::new(bits));
        trust.judge(&Arc::new(certificate), &[], purpose, NOW_MS)
    };
    let (officer, node) = (Leaf::signing(RAMIREZ), Leaf::signing(LAX));
    assert!(judge(&officer, 2048, Purpose::Signing).is_ok());
    for (leaf, bits, purpose) in [
        (officer, 1024, Purpose::Signing),
        (node, 2048, Purpose::Signing),
        (Leaf::tls_client(LAX), 2048, Purpose::TlsClient),
    ] {
        let refused = judge(&leaf, bits, purpose).unwrap_err();
        assert_eq!(refused.reason(), Reason::CertKey, "{bits}: {refused}");
    }
}

#[test]
fn the_longest_life_is_accepted_and_a_second_more_is_not() {
    let pki = Pki::new();
    for (leaf, purpose, max_s) in [
        (
            Leaf::tls_client(LAX),
            Purpose::TlsClient,
            TLS_LIFETIME_S_MAX,
        ),
        (
            Leaf::signing(LAX),
            Purpose::Signing,
            crate::limits::SIGNING_LIFETIME_S_MAX,
        ),
    ] {
        let living = |seconds: u64| leaf.clone().with(|l| l.to_ms = l.from_ms + seconds * 1_000);
        assert!(judge(&pki, &living(max_s), purpose).is_ok());
        let refused = judge(&pki, &living(max_s + 1), purpose).unwrap_err();
        assert!(matches!(refused, TrustError::Lifetime { .. }), "{refused}");
    }
}

#[test]
fn validity_includes_its_first_and_its_last_second() {
    let pki = Pki::new();
    let trust = pki.trust();
    let leaf = Leaf::signing(LAX).with(|l| (l.from_ms, l.to_ms) = (NOW_MS, NOW_MS + 10_000));
    let certificate = pki.us.issue(&leaf).certificate();
    for (now_ms, valid) in [
        (NOW_MS - 1, false),
        (NOW_MS, true),
        (NOW_MS + 10_999, true),
        (NOW_MS + 11_000, false),
        (NOW_MS - 1, false), // once more, now that it has been found good for later
    ] {
        let judged = trust.judge(&certificate, &[], Purpose::Signing, now_ms);
        assert_eq!(judged.is_ok(), valid, "{now_ms}");
        // The answer does not depend on what was asked before: a fresh store agrees.
        let fresh = pki
            .trust()
            .judge(&certificate, &[], Purpose::Signing, now_ms);
        assert_eq!(fresh.is_ok(), valid, "{now_ms}");
    }
}

#[test]
fn a_revoked_certificate_is_named_with_the_time_of_its_revocation() {
    let pki = Pki::new();
    let leaf = Leaf::signing(LAX).with(|l| l.serial = REVOKED);
    let refused = judge(&pki, &leaf, Purpose::Signing).unwrap_err();
    let since_ms = NOW_MS - HOUR_MS;
    assert_eq!(refused, TrustError::Revoked { since_ms });
    // A serial number whose first bit is set has a zero byte before it in DER.
    let high = Leaf::signing(LAX).with(|l| l.serial = u64::MAX);
    let certificate = pki.us.issue(&high).certificate();
    let crl = pki.us.crl_numbered(2, &[u64::MAX], NOW_MS, NOW_MS + DAY_MS);
    let trust = pki.trust_with(&[crl]);
    let refused = trust.judge(&certificate, &[], Purpose::Signing, NOW_MS);
    assert_eq!(refused.unwrap_err(), TrustError::Revoked { since_ms });
}

/// Whatever a stranger sends, it neither counts nor brings the task down.
#[test]
fn no_byte_of_a_certificate_can_change_and_none_can_make_us_panic() {
    let pki = Pki::new();
    let trust = pki.trust();
    let issued = pki.us.issue(&Leaf::signing(LAX));
    for index in 0..issued.der.len() {
        for change in [1 << (index % 8), 0x80, 0xff] {
            let mut altered = issued.der.clone();
            altered[index] ^= change;
            let Ok(certificate) = Certificate::parse(&altered) else {
                continue;
            };
            let judged = trust.judge(&Arc::new(certificate), &[], Purpose::Signing, NOW_MS);
            assert!(judged.is_err(), "byte {index}");
        }
        assert!(Certificate::parse(&issued.der[..index]).is_err());
    }
}

/// Stale data fails closed, also where the certificate was found good while the list was fresh.
#[test]
fn once_the_revocation_list_has_ended_nothing_counts() {
    let pki = Pki::new();
    let trust = pki.trust();
    let certificate = pki.us.issue(&Leaf::signing(LAX)).certificate();
    let judge = |now_ms| trust.judge(&certificate, &[], Purpose::Signing, now_ms);
    let ends_ms = NOW_MS + DAY_MS;
    let judged = judge(NOW_MS).unwrap();
    assert_eq!(judged.valid_until_ms(), ends_ms);
    assert_eq!(trust.side(&side(US)).unwrap().fresh_until_ms(), ends_ms);
    assert!(judge(ends_ms - 1).is_ok());
    let next_update_ms = ends_ms;
    assert_eq!(
        judge(ends_ms).unwrap_err(),
        TrustError::CrlStale { next_update_ms }
    );
}

#[test]
fn a_known_certificate_is_not_judged_twice_and_a_new_store_forgets() {
    let pki = Pki::new();
    let trust = pki.trust();
    let certificate = pki.us.issue(&Leaf::signing(LAX)).certificate();
    let judge = |trust: &TrustStore| {
        trust
            .judge(&certificate, &[], Purpose::Signing, NOW_MS)
            .unwrap()
    };
    assert!(Arc::ptr_eq(&judge(&trust), &judge(&trust)));
    assert!(!Arc::ptr_eq(&judge(&trust), &judge(&pki.trust())));
    // Found good for one purpose says nothing about another.
    let as_client = trust.judge(&certificate, &[], Purpose::TlsClient, NOW_MS);
    assert_eq!(as_client.unwrap_err().reason(), Reason::CertPurpose);
}

#[test]
fn what_is_remembered_is_bounded() {
    let pki = Pki::new();
    let trust = pki.trust();
    let certificate = pki.us.issue(&Leaf::signing(LAX)).certificate();
    let judged = trust
        .judge(&certificate, &[], Purpose::Signing, NOW_MS)
        .unwrap();
    let full = (0..JUDGED_MAX as u64).map(|n| {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&n.to_be_bytes());
        ((digest, Purpose::Signing), Arc::clone(&judged))
    });
    trust.judged.write().unwrap().extend(full);
    let another = pki.us.issue(&Leaf::signing(JFK)).certificate();
    assert!(trust.judge(&another, &[], Purpose::Signing, NOW_MS).is_ok());
    assert!(trust.judged.read().unwrap().len() <= JUDGED_MAX);
}
