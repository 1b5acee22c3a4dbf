//! The roots and revocation lists of one side, checked when they are loaded, and chains judged by them.

use super::crl::Crl;
use super::load::{LoadError, Loaded, load};
use super::path::{Path, Question, explain};
use super::root::Root;
use super::{Judged, Purpose, TrustError, TrustItem, TrustKind, TrustUse};
use crate::certificate::Certificate;
use crate::crypto::tls_provider;
use crate::limits::INTERMEDIATES_MAX;
use precinto_alert::id::Side;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, TrustAnchor};
use std::sync::Arc;
use webpki::CertRevocationList;

/// The trust of one side: its roots, and the newest revocation list of each of its authorities.
#[derive(Debug)]
pub struct SideTrust {
    side: Side,
    pub(super) roots: Vec<Root>,
    pub(super) crls: Vec<Crl>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl SideTrust {
    /// Loads DER roots and revocation lists as they are to count from `now_ms` on; an auditor sets that to
    /// the time at which the log took the newest of them.
    ///
    /// Each root is checked, and needs a list that it signed and that is in force. Of several lists of one
    /// authority the newest counts, so all that were ever seen may be given. Lists of authorities below
    /// the roots are needed for their certificates to count, and are checked when those are judged.
    pub fn load(
        side: Side,
        roots: &[impl AsRef<[u8]>],
        crls: &[impl AsRef<[u8]>],
        now_ms: u64,
    ) -> Result<Self, LoadError> {
        Self::load_as_of(side, roots, crls, |_| now_ms)
    }

    /// The same, each root and list judged as of a time of its own, by its digest: what has been in force and has ended
    /// meanwhile must not keep out what is new beside it, least of all another root's revocations.
    pub fn load_as_of(
        side: Side,
        roots: &[impl AsRef<[u8]>],
        crls: &[impl AsRef<[u8]>],
        as_of_ms: impl Fn(&[u8; 32]) -> u64,
    ) -> Result<Self, LoadError> {
        let algorithms = tls_provider().signature_verification_algorithms;
        let Loaded { roots, crls } = load(&side, roots, crls, algorithms, as_of_ms)?;
        Ok(Self {
            side,
            roots,
            crls,
            algorithms,
        })
    }

    /// Whose trust it is.
    pub fn side(&self) -> &Side {
        &self.side
    }

    /// When the first of its revocation lists ends, in milliseconds since 1970 UTC. From then on what that
    /// authority issued is refused; an alarm belongs well before.
    pub fn fresh_until_ms(&self) -> u64 {
        let ends = self.crls.iter().map(Crl::next_update_ms);
        ends.min().unwrap_or(0)
    }

    /// When the newest of its revocation lists was made, in milliseconds since 1970 UTC.
    pub fn made_ms(&self) -> u64 {
        let made = self.crls.iter().map(Crl::made_ms);
        made.max().unwrap_or(0)
    }

    /// Its roots, then its revocation lists.
    pub fn items(&self) -> impl Iterator<Item = TrustItem<'_>> {
        let roots = self.roots.iter().map(|Root { certificate, .. }| TrustItem {
            kind: TrustKind::Root,
            side: &self.side,
            digest: certificate.digest(),
            der: certificate.der(),
        });
        let crls = self.crls.iter().map(|crl| TrustItem {
            kind: TrustKind::RevocationList,
            side: &self.side,
            digest: crl.digest,
            der: &crl.der,
        });
        roots.chain(crls)
    }

    /// Judges a certificate whose profile has been checked and that names this side.
    pub(super) fn judge(
        &self,
        end_entity: &Arc<Certificate>,
        intermediates: &[Arc<Certificate>],
        purpose: Purpose,
        now_ms: u64,
    ) -> Result<Judged, TrustError> {
        let crls: Vec<&CertRevocationList<'_>> = self.crls.iter().map(|crl| &crl.parsed).collect();
        self.judge_by(end_entity, intermediates, purpose, now_ms, |question| {
            let revoked_at_ms = || self.revoked_at_ms(end_entity, intermediates);
            question
                .find(&crls)
                .map_err(|error| explain(&error, revoked_at_ms))
        })
    }

    /// As [`Self::judge`], whoever was revoked: [`Self::revoked_since`] tells. A list of each issuer must still be in force.
    pub(super) fn judge_unrevoked(
        &self,
        end_entity: &Arc<Certificate>,
        intermediates: &[Arc<Certificate>],
        purpose: Purpose,
        now_ms: u64,
    ) -> Result<Judged, TrustError> {
        let judged = self.judge_by(end_entity, intermediates, purpose, now_ms, |question| {
            question
                .find_under(None)
                .map_err(|error| explain(&error, || 0))
        })?;
        for certificate in judged.below_root() {
            let fresh_until_ms = self.lists_of(certificate).map(Crl::next_update_ms).max();
            let next_update_ms = fresh_until_ms.ok_or(TrustError::CrlMissing)?;
            if next_update_ms <= now_ms {
                return Err(TrustError::CrlStale { next_update_ms });
            }
        }
        Ok(judged)
    }

    /// Since when the first revoked certificate of a chain is revoked, in milliseconds since 1970 UTC; none if none is.
    pub(super) fn revoked_since(&self, judged: &Judged) -> Option<u64> {
        let chain = judged.below_root();
        chain.filter_map(|one| self.revoked_by_list(one)).min()
    }

    fn judge_by(
        &self,
        end_entity: &Arc<Certificate>,
        intermediates: &[Arc<Certificate>],
        purpose: Purpose,
        now_ms: u64,
        find: impl FnOnce(&Question<'_>) -> Result<Path, TrustError>,
    ) -> Result<Judged, TrustError> {
        let count = intermediates.len();
        if count > INTERMEDIATES_MAX {
            return Err(TrustError::TooMany { count });
        }
        // webpki forgets how long a root is valid, so only those in force are shown to it.
        let roots: Vec<&Root> = self
            .roots
            .iter()
            .filter(|root| root.certificate.is_valid_at(now_ms))
            .collect();
        if roots.is_empty() {
            return Err(TrustError::RootsExpired);
        }
        let anchors: Vec<TrustAnchor<'_>> = roots.iter().map(|r| r.anchor.clone()).collect();
        let candidates: Vec<CertificateDer<'_>> = intermediates
            .iter()
            .map(|certificate| CertificateDer::from(certificate.der()))
            .collect();
        let path = find(&Question {
            end_entity: end_entity.der_typed(),
            intermediates: &candidates,
            anchors: &anchors,
            algorithms: self.algorithms,
            purpose,
            now_ms,
        })?;
        let used = path.intermediates.iter().filter_map(|der| {
            let same = |c: &&Arc<Certificate>| c.der() == der.as_ref();
            intermediates.iter().find(same).map(Arc::clone)
        });
        let root = roots.get(path.anchor).ok_or(TrustError::UnknownCa)?;
        self.judged(end_entity, used.collect(), &root.certificate)
    }

    /// Writes down what a path rests on, and for how long it stands.
    fn judged(
        &self,
        end_entity: &Arc<Certificate>,
        intermediates: Vec<Arc<Certificate>>,
        root: &Certificate,
    ) -> Result<Judged, TrustError> {
        let end_entity_use = (TrustKind::Signer, end_entity.as_ref());
        let below_root: Vec<(TrustKind, &Certificate)> = std::iter::once(end_entity_use)
            .chain(
                intermediates
                    .iter()
                    .map(|c| (TrustKind::Intermediate, c.as_ref())),
            )
            .collect();
        let crls: Vec<&Crl> = self
            .crls
            .iter()
            .filter(|crl| {
                below_root
                    .iter()
                    .any(|(_, c)| c.issuer_der() == crl.issuer_der)
            })
            .collect();
        let mut relied_on = Vec::new();
        let (mut valid_from_ms, mut valid_until_ms) = (0, u64::MAX);
        for (kind, certificate) in below_root.into_iter().chain([(TrustKind::Root, root)]) {
            let digest = certificate.digest();
            relied_on.push(TrustUse { kind, digest });
            valid_from_ms = valid_from_ms.max(certificate.not_before_ms());
            // The last second still counts, whole.
            let ends_ms = certificate.not_after_ms().saturating_add(1_000);
            valid_until_ms = valid_until_ms.min(ends_ms);
        }
        for crl in crls {
            let (kind, digest) = (TrustKind::RevocationList, crl.digest);
            relied_on.push(TrustUse { kind, digest });
            valid_until_ms = valid_until_ms.min(crl.next_update_ms());
        }
        Ok(Judged {
            identity: end_entity.identity()?.clone(),
            certificate: Arc::clone(end_entity),
            public_key: end_entity.public_key()?.clone(),
            intermediates,
            relied_on,
            valid_from_ms,
            valid_until_ms,
        })
    }

    /// When the first certificate of a refused chain was revoked; 0 if the list does not tell.
    fn revoked_at_ms(&self, end_entity: &Certificate, intermediates: &[Arc<Certificate>]) -> u64 {
        std::iter::once(end_entity)
            .chain(intermediates.iter().map(AsRef::as_ref))
            .find_map(|certificate| self.revoked_by_list(certificate))
            .unwrap_or(0)
    }

    /// When a certificate was revoked by a list of its issuer.
    fn revoked_by_list(&self, certificate: &Certificate) -> Option<u64> {
        let serial = certificate.serial_bytes();
        self.lists_of(certificate)
            .find_map(|crl| crl.revoked_at_ms(serial))
    }

    fn lists_of(&self, certificate: &Certificate) -> impl Iterator<Item = &Crl> {
        let issuer = certificate.issuer_der();
        self.crls.iter().filter(move |crl| crl.issuer_der == issuer)
    }
}
