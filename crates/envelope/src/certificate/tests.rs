//! What is read from a certificate, what is refused before trust is asked, and which ones a pool offers.

use super::*;
use crate::limits::{HINTS_MAX, INTERMEDIATES_MAX};
use crate::test_pki::*;
use rcgen::{CustomExtension, DnType, date_time_ymd};
use std::sync::Arc;

#[test]
fn what_a_certificate_says() {
    let pki = Pki::new();
    let leaf = Leaf::tls_server(US_GATEWAY, US_SERVER).with(|l| l.serial = 0x0001_02ff);
    let certificate = pki.us.issue(&leaf).certificate();
    assert_eq!(certificate.identity().unwrap().to_string(), US_GATEWAY);
    assert_eq!(certificate.dns_names(), [US_SERVER]);
    assert_eq!(certificate.serial(), "0102ff");
    assert_eq!(certificate.not_before_ms(), NOW_MS - HOUR_MS);
    assert_eq!(certificate.not_after_ms(), NOW_MS + 7 * DAY_MS);
    assert_eq!(certificate.issuer(), pki.us.certificate().subject());
    assert_eq!(certificate.digest(), sha256(&[certificate.der()]));
    let uses = [ExtendedUse::ServerAuth, ExtendedUse::ClientAuth];
    assert_eq!(certificate.extended_uses(), uses);
    assert!(!certificate.is_authority() && pki.us.certificate().is_authority());
}

#[test]
fn bytes_after_a_certificate_and_an_extension_twice_are_refused() {
    let pki = Pki::new();
    let mut der = pki.us.issue(&Leaf::signing(LAX)).der;
    der.push(0);
    let refused = Certificate::parse(&der).unwrap_err();
    assert_eq!(
        refused,
        CertificateError::Malformed("bytes after the certificate")
    );
    let twice = CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
    let leaf = Leaf::signing(LAX).with(|l| l.extensions = vec![twice.clone(), twice]);
    let refused = Certificate::parse(&pki.us.issue(&leaf).der).unwrap_err();
    assert!(matches!(refused, CertificateError::Malformed(_)));
}

/// Names are for people's eyes and terminals.
#[test]
fn control_characters_in_names_are_replaced() {
    let red = Authority::root_with("root", |params| {
        params
            .distinguished_name
            .push(DnType::OrganizationName, "a\u{1b}[31m\nb");
    });
    let subject = red.certificate().subject().to_owned();
    assert!(subject.contains("a\u{fffd}[31m\u{fffd}b"), "{subject}");
}

/// Somebody who sends look-alikes along cannot crowd out the authority that is known.
#[test]
fn known_authorities_come_before_hinted_ones_and_few_are_offered() {
    let pki = Pki::new();
    let known = pki.us.intermediate("issuing", |_| ());
    let certificate = known.issue(&Leaf::signing(LAX)).certificate();
    let look_alikes: Vec<_> = (0..HINTS_MAX)
        .map(|_| pki.us.intermediate("issuing", |_| ()).der)
        .collect();
    let mut pool = CertificatePool::default();
    assert!(pool.insert(known.certificate()));
    let pool = pool.with_hints(&look_alikes).unwrap();
    let offered = pool.issuers_above(&certificate);
    assert_eq!(offered.len(), INTERMEDIATES_MAX);
    assert_eq!(offered[0].digest(), known.certificate().digest());
}

#[test]
fn of_an_authority_renewed_often_the_newest_certificates_are_offered() {
    let pki = Pki::new();
    // Known in another order than they were issued in; the one in use is the fifth.
    let issued = [3, 1, 5, 2, 4].map(|month| {
        let since = date_time_ymd(2026, month, 1);
        pki.us
            .intermediate("issuing", |params| params.not_before = since)
    });
    let certificate = issued[2].issue(&Leaf::signing(LAX)).certificate();
    let mut pool = CertificatePool::default();
    assert!(issued.iter().all(|one| pool.insert(one.certificate())));
    let offered: Vec<_> = pool
        .issuers_above(&certificate)
        .iter()
        .map(|c| c.digest())
        .collect();
    let expected = [2, 4, 0, 3].map(|at: usize| issued[at].certificate().digest());
    assert_eq!(offered, expected);
}

#[test]
fn issuers_are_followed_upwards_by_name() {
    let pki = Pki::new();
    let upper = pki.us.intermediate("upper", |_| ());
    let lower = upper.intermediate("lower", |_| ());
    let stranger = pki.us.intermediate("stranger", |_| ());
    let certificate = lower.issue(&Leaf::signing(LAX)).certificate();
    let ders = [&upper, &stranger, &lower].map(|a| a.der.clone());
    let pool = CertificatePool::default().with_hints(&ders).unwrap();
    let offered: Vec<_> = pool
        .issuers_above(&certificate)
        .iter()
        .map(|c| c.digest())
        .collect();
    let expected = [lower, upper].map(|a| a.certificate().digest());
    assert_eq!(offered, expected);
    assert!(pool.issuers_above(&pki.mx.certificate()).is_empty());
}

#[test]
fn a_pool_shares_what_it_knows_and_forgets_hints() {
    let pki = Pki::new();
    let [a, b] = [LAX, JFK].map(|uri| pki.us.issue(&Leaf::signing(uri)));
    let mut pool = CertificatePool::default();
    assert!(pool.insert(a.certificate()) && pool.insert(a.certificate()));
    let hinted = pool.with_hints(&[&a.der, &b.der]).unwrap();
    assert!(hinted.get(&b.digest()).is_some());
    assert!(pool.get(&b.digest()).is_none());
    let kept = hinted.get(&a.digest()).unwrap();
    assert!(Arc::ptr_eq(kept, pool.get(&a.digest()).unwrap()));
    // What is learnt later does not reach a pool that is in use.
    pool.insert(b.certificate());
    assert!(pool.get(&b.digest()).is_some());
    let none: [Vec<u8>; 0] = [];
    let again = hinted.with_hints(&none).unwrap();
    assert!(again.get(&b.digest()).is_none());
}
