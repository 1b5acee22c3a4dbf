//! Certificates below an intermediate, and what must not pass for one.

use super::*;

struct Chain {
    pki: Pki,
    intermediate: Authority,
}

fn chain(change: impl FnOnce(&mut rcgen::CertificateParams)) -> Chain {
    let pki = Pki::new();
    let intermediate = pki.us.intermediate("DEV ONLY US issuing", |params| {
        params.serial_number = Some(8.into());
        change(params);
    });
    Chain { pki, intermediate }
}

impl Chain {
    fn judge(
        &self,
        crls: &[Vec<u8>],
        above: &[Arc<Certificate>],
    ) -> Result<Arc<Judged>, TrustError> {
        let certificate = self.intermediate.issue(&Leaf::signing(LAX)).certificate();
        let trust = self.pki.trust_with(crls);
        trust.judge(&certificate, above, Purpose::Signing, NOW_MS)
    }
}

#[test]
fn an_intermediate_serves_if_it_is_shown_and_has_a_list_of_its_own() {
    let chain = chain(|_| ());
    let (list, above) = (
        chain.intermediate.crl(&[]),
        [chain.intermediate.certificate()],
    );
    let judged = chain.judge(std::slice::from_ref(&list), &above).unwrap();
    let used: Vec<_> = judged.intermediates().iter().map(|c| c.digest()).collect();
    assert_eq!(used, [above[0].digest()]);
    let kinds: Vec<_> = judged.relied_on().iter().map(|used| used.kind).collect();
    let crl = TrustKind::RevocationList;
    let expected = [
        TrustKind::Signer,
        TrustKind::Intermediate,
        TrustKind::Root,
        crl,
        crl,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(
        chain.judge(&[list], &[]).unwrap_err(),
        TrustError::UnknownCa
    );
    assert_eq!(
        chain.judge(&[], &above).unwrap_err(),
        TrustError::CrlMissing
    );
}

#[test]
fn a_list_signed_by_another_authority_of_the_same_name_is_none() {
    let chain = chain(|_| ());
    let impostor = Authority::root("DEV ONLY US issuing");
    let above = [chain.intermediate.certificate()];
    let refused = chain.judge(&[impostor.crl(&[])], &above).unwrap_err();
    assert_eq!(refused, TrustError::CrlMissing);
}

#[test]
fn a_revoked_or_expired_intermediate_takes_everything_below_it_along() {
    let revoked = chain(|params| params.serial_number = Some(REVOKED.into()));
    let above = [revoked.intermediate.certificate()];
    let crl = revoked.intermediate.crl(&[]);
    let refused = revoked.judge(&[crl], &above).unwrap_err();
    assert!(matches!(refused, TrustError::Revoked { since_ms } if since_ms > 0));
    let expired = chain(|params| params.not_after = params.not_before);
    let above = [expired.intermediate.certificate()];
    let crl = expired.intermediate.crl(&[]);
    let refused = expired.judge(&[crl], &above).unwrap_err();
    assert_eq!(refused.reason(), Reason::CertExpired);
}

#[test]
fn an_intermediate_that_constrains_uris_issues_no_identities() {
    let chain = chain(constrain_uris);
    let above = [chain.intermediate.certificate()];
    let crl = chain.intermediate.crl(&[]);
    let refused = chain.judge(&[crl], &above).unwrap_err();
    assert_eq!(refused.reason(), Reason::CertMalformed);
}

#[test]
fn an_intermediate_for_tls_issues_no_signing_certificates() {
    let chain = chain(|params| params.extended_key_usages = vec![Eku::ClientAuth]);
    let above = [chain.intermediate.certificate()];
    let crl = chain.intermediate.crl(&[]);
    let refused = chain.judge(&[crl], &above).unwrap_err();
    assert_eq!(refused.reason(), Reason::CertPurpose);
}

/// A node with a good signing certificate plays authority.
#[test]
fn an_end_entity_issues_nothing() {
    let pki = Pki::new();
    let node = pki.us.issue(&Leaf::signing(LAX));
    let forged = node.as_authority().issue(&Leaf::signing(JFK)).certificate();
    let above = [node.certificate()];
    let trust = pki.trust_with(&[node.as_authority().crl(&[])]);
    let refused = trust.judge(&forged, &above, Purpose::Signing, NOW_MS);
    assert_eq!(refused.unwrap_err().reason(), Reason::CertMalformed);
}

#[test]
fn too_many_intermediates_are_not_even_looked_at() {
    let pki = Pki::new();
    let certificate = pki.us.issue(&Leaf::signing(LAX)).certificate();
    let count = INTERMEDIATES_MAX + 1;
    let above = vec![pki.us.certificate(); count];
    let refused = pki
        .trust()
        .judge(&certificate, &above, Purpose::Signing, NOW_MS);
    assert_eq!(refused.unwrap_err(), TrustError::TooMany { count });
}
