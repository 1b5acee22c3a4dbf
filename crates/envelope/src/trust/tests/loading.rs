//! Roots and revocation lists as an operator configures them: what is taken, and what stops the start.

use super::*;
use rcgen::{BasicConstraints, GeneralSubtree, IsCa, NameConstraints};

fn load(roots: &[&Authority], crls: &[Vec<u8>], now_ms: u64) -> Result<SideTrust, LoadError> {
    let roots: Vec<_> = roots.iter().map(|root| &root.der).collect();
    SideTrust::load(side(US), &roots, crls, now_ms)
}

fn root_problem(change: impl FnOnce(&mut rcgen::CertificateParams)) -> RootProblem {
    let root = Authority::root_with("root", change);
    let crl = Authority::root("root").crl(&[]);
    match load(&[&root], &[crl], NOW_MS) {
        Err(LoadError::Root { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn roots_that_cannot_be_trusted() {
    use RootProblem as P;
    assert_eq!(
        root_problem(|p| p.is_ca = IsCa::ExplicitNoCa),
        P::NotAuthority
    );
    assert_eq!(root_problem(|p| p.is_ca = IsCa::NoCa), P::NotAuthority);
    let no_certificates = |p: &mut rcgen::CertificateParams| {
        p.key_usages = vec![KeyUsagePurpose::CrlSign];
    };
    assert_eq!(root_problem(no_certificates), P::KeyUsage);
    let nameless = |p: &mut rcgen::CertificateParams| {
        p.distinguished_name = rcgen::DistinguishedName::new();
    };
    assert_eq!(root_problem(nameless), P::NoName);
    let critical = |p: &mut rcgen::CertificateParams| {
        let mut unknown = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
        unknown.set_criticality(true);
        p.custom_extensions = vec![unknown];
    };
    assert_eq!(root_problem(critical), P::CriticalExtension);
    let expired = root_problem(|p| p.not_after = p.not_before);
    assert!(matches!(expired, P::NotInForce { .. }));
    assert_eq!(root_problem(constrain_uris), P::UriConstraint);
    let dns = GeneralSubtree::DnsName("us.dev.invalid".to_owned());
    let constrained = Authority::root_with("root", |p| {
        p.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![dns],
            excluded_subtrees: Vec::new(),
        });
        p.is_ca = IsCa::Ca(BasicConstraints::Constrained(1));
    });
    let crl = constrained.crl(&[]);
    assert!(load(&[&constrained], &[crl], NOW_MS).is_ok());
}

#[test]
fn a_root_that_may_not_sign_lists_has_none() {
    let no_crls =
        |p: &mut rcgen::CertificateParams| p.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let root = Authority::root_with("root", no_crls);
    let list = root.crl(&[]);
    let problem = CrlProblem::IssuerUsage;
    let refused = load(&[&root], &[list], NOW_MS).unwrap_err();
    assert_eq!(
        refused,
        LoadError::Crl {
            side: side(US),
            index: 0,
            problem
        }
    );
}

#[test]
fn no_root_no_list_a_stale_list_and_a_strangers_list_are_refused() {
    let root = Authority::root("root");
    assert!(matches!(
        load(&[], &[], NOW_MS),
        Err(LoadError::NoRoot { .. })
    ));
    let missing = load(&[&root], &[], NOW_MS);
    assert!(matches!(missing, Err(LoadError::CrlMissing { .. })));
    let of_another = load(&[&root], &[Authority::root("other").crl(&[])], NOW_MS);
    assert!(matches!(of_another, Err(LoadError::CrlMissing { .. })));
    let forged = load(&[&root], &[Authority::root("root").crl(&[])], NOW_MS);
    let problem = CrlProblem::Signature;
    assert!(matches!(forged, Err(LoadError::Crl { problem: p, .. }) if p == problem));
    let ended = root.crl_numbered(1, &[], NOW_MS - DAY_MS, NOW_MS);
    let stale = load(&[&root], std::slice::from_ref(&ended), NOW_MS);
    assert!(matches!(
        stale,
        Err(LoadError::CrlNotInForce {
            problem: CrlProblem::Stale { .. },
            ..
        })
    ));
    // An auditor who asks as of an earlier time gets an answer.
    assert!(load(&[&root], &[ended], NOW_MS - 1).is_ok());
    let early = root.crl_numbered(1, &[], NOW_MS + HOUR_MS, NOW_MS + DAY_MS);
    let early = load(&[&root], &[early], NOW_MS);
    assert!(matches!(
        early,
        Err(LoadError::CrlNotInForce {
            problem: CrlProblem::NotYetValid { .. },
            ..
        })
    ));
    let garbage = load(&[&root], &[vec![0x30, 0]], NOW_MS);
    assert!(matches!(garbage, Err(LoadError::Crl { .. })));
}

#[test]
fn no_byte_of_a_root_or_a_list_can_make_us_panic() {
    let root = Authority::root("root");
    let crl = root.crl(&[REVOKED]);
    for index in 0..root.der.len() {
        let mut altered = root.der.clone();
        altered[index] ^= 0xff;
        let loaded = SideTrust::load(side(US), &[altered], std::slice::from_ref(&crl), NOW_MS);
        // A root is trusted as it stands: its own signature proves nothing, nor do its key identifiers.
        drop(loaded);
    }
    for index in 0..crl.len() {
        let mut altered = crl.clone();
        altered[index] ^= 0xff;
        assert!(load(&[&root], &[altered], NOW_MS).is_err(), "byte {index}");
    }
}

/// An old list, in force as it is, must not bring a revoked certificate back.
#[test]
fn of_two_lists_the_one_with_the_higher_number_counts() {
    let root = Authority::root("root");
    let until = NOW_MS + DAY_MS;
    let old = root.crl_numbered(9, &[], NOW_MS - HOUR_MS, until);
    let new = root.crl_numbered(300, &[REVOKED], NOW_MS - DAY_MS, until);
    let leaf = Leaf::signing(LAX).with(|l| l.serial = REVOKED);
    let certificate = root.issue(&leaf).certificate();
    for crls in [[old.clone(), new.clone()], [new, old]] {
        let trust = load(&[&root], &crls, NOW_MS).unwrap();
        assert_eq!(trust.items().count(), 2);
        let trust = TrustStore::new(vec![trust]).unwrap();
        let refused = trust.judge(&certificate, &[], Purpose::Signing, NOW_MS);
        assert_eq!(refused.unwrap_err().reason(), Reason::CertRevoked);
    }
}

#[test]
fn two_roots_of_one_name_and_one_side_twice_are_refused() {
    let (a, b) = (Authority::root("root"), Authority::root("root"));
    let crls = [a.crl(&[])];
    let twice = load(&[&a, &b], &crls, NOW_MS);
    assert!(matches!(twice, Err(LoadError::SameName { .. })));
    let us = || load(&[&a], &crls, NOW_MS).unwrap();
    let twice = TrustStore::new(vec![us(), us()]);
    assert!(matches!(twice, Err(LoadError::SideTwice { .. })));
}

#[test]
fn a_root_that_has_expired_since_it_was_loaded_no_longer_counts() {
    let root = Authority::root("root");
    let crl = root.crl_numbered(1, &[], NOW_MS - HOUR_MS, NOW_MS + 4_000 * DAY_MS);
    let trust = TrustStore::new(vec![load(&[&root], &[crl], NOW_MS).unwrap()]).unwrap();
    let later_ms = NOW_MS + 3_651 * DAY_MS;
    let leaf = Leaf::signing(LAX).with(|l| l.from_ms = later_ms - DAY_MS);
    let leaf = leaf.with(|l| l.to_ms = later_ms + DAY_MS);
    let certificate = root.issue(&leaf).certificate();
    let refused = trust.judge(&certificate, &[], Purpose::Signing, later_ms);
    assert_eq!(refused.unwrap_err(), TrustError::RootsExpired);
}

#[test]
fn everything_configured_can_be_written_into_the_log() {
    let pki = Pki::new();
    let trust = pki.trust();
    let items: Vec<_> = trust.items().collect();
    let kinds: Vec<_> = items.iter().map(|item| item.kind).collect();
    let (root, crl) = (TrustKind::Root, TrustKind::RevocationList);
    assert_eq!(kinds, [root, crl, root, crl]);
    for item in items {
        assert_eq!(item.digest, crate::crypto::sha256(&[item.der]));
    }
}
