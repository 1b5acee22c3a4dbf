//! Builds the chain from a certificate to a root, with revocation, by rustls-webpki.

use super::{Purpose, TrustError};
use crate::certificate::CertificateError;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::time::Duration;
use webpki::{
    CertRevocationList, EndEntityCert, Error, ExpirationPolicy, KeyUsage, RevocationCheckDepth,
    RevocationOptions, RevocationOptionsBuilder, UnknownStatusPolicy,
};

/// One question to the path builder.
pub(super) struct Question<'a> {
    pub(super) end_entity: &'a CertificateDer<'a>,
    pub(super) intermediates: &'a [CertificateDer<'a>],
    pub(super) anchors: &'a [TrustAnchor<'a>],
    pub(super) algorithms: WebPkiSupportedAlgorithms,
    pub(super) purpose: Purpose,
    pub(super) now_ms: u64,
}

/// The path found: the intermediates used, upwards, and the place of the root among the anchors.
pub(super) struct Path {
    pub(super) intermediates: Vec<CertificateDer<'static>>,
    pub(super) anchor: usize,
}

impl Question<'_> {
    /// Finds a path on which every certificate is in force and not revoked, by lists that are in force.
    ///
    /// Without any list webpki would check no revocation at all; here no list means no path.
    pub(super) fn find(&self, crls: &[&CertRevocationList<'_>]) -> Result<Path, Error> {
        let revocation = RevocationOptionsBuilder::new(crls)
            .map_err(|_| Error::UnknownRevocationStatus)?
            .with_depth(RevocationCheckDepth::Chain)
            .with_status_policy(UnknownStatusPolicy::Deny)
            .with_expiration_policy(ExpirationPolicy::Enforce)
            .build();
        self.find_under(Some(revocation))
    }

    /// As [`Self::find`]; without `revocation` for public test cases that come without lists, and for who looks the lists up
    /// afterwards.
    pub(super) fn find_under(
        &self,
        revocation: Option<RevocationOptions<'_>>,
    ) -> Result<Path, Error> {
        let end_entity = EndEntityCert::try_from(self.end_entity)?;
        let found = end_entity.verify_for_usage(
            self.algorithms.all,
            self.anchors,
            self.intermediates,
            UnixTime::since_unix_epoch(Duration::from_millis(self.now_ms)),
            usage(self.purpose),
            revocation,
            None,
        )?;
        let used = found.intermediate_certificates();
        let anchor = self
            .anchors
            .iter()
            .position(|anchor| std::ptr::eq(anchor, found.anchor()))
            .ok_or(Error::UnknownIssuer)?;
        Ok(Path {
            intermediates: used.map(|cert| cert.der().into_owned()).collect(),
            anchor,
        })
    }
}

/// Intermediates need not name a purpose, but if they do, it must be this one. That the end-entity names
/// it is checked by the profile.
fn usage(purpose: Purpose) -> KeyUsage {
    /// 1.3.6.1.5.5.7.3.36 (RFC 9336), as the content bytes of its DER.
    const DOCUMENT_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 36];
    match purpose {
        Purpose::TlsClient => KeyUsage::client_auth(),
        Purpose::TlsServer => KeyUsage::server_auth(),
        Purpose::Signing => KeyUsage::required_if_present(DOCUMENT_SIGNING),
    }
}

/// What the path builder's error means here. `since_ms` looks up when a revoked certificate was revoked.
pub(super) fn explain(error: &Error, since_ms: impl FnOnce() -> u64) -> TrustError {
    let ms = |time: &UnixTime| time.as_secs().saturating_mul(1_000);
    match error {
        Error::CertExpired { not_after, .. } => TrustError::Expired {
            not_after_ms: ms(not_after),
        },
        Error::CertNotValidYet { not_before, .. } => TrustError::NotYetValid {
            not_before_ms: ms(not_before),
        },
        Error::CertRevoked => TrustError::Revoked {
            since_ms: since_ms(),
        },
        Error::CrlExpired { next_update, .. } => TrustError::CrlStale {
            next_update_ms: ms(next_update),
        },
        Error::UnknownRevocationStatus
        | Error::InvalidCrlSignatureForPublicKey
        | Error::IssuerNotCrlSigner => TrustError::CrlMissing,
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            TrustError::Purpose("it, or one above it, is not for this")
        }
        Error::PathLenConstraintViolated | Error::EndEntityUsedAsCa | Error::CaUsedAsEndEntity => {
            TrustError::Profile("the chain breaks the constraints of an authority in it")
        }
        Error::NameConstraintViolation => {
            TrustError::Profile("an authority above it may not issue its names")
        }
        Error::UnsupportedCriticalExtension => {
            TrustError::Profile("an extension marked as critical is not understood")
        }
        // A signature by another key under the right name is as good as no issuer, and so is an
        // algorithm or a complexity that we do not go into.
        Error::UnknownIssuer
        | Error::InvalidSignatureForPublicKey
        | Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => TrustError::UnknownCa,
        _ => CertificateError::Malformed("the chain cannot be read").into(),
    }
}
