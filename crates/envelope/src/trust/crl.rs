//! One revocation list: read once, with the checks that webpki leaves out.

use crate::certificate::{Certificate, readable, seconds};
use crate::crypto::sha256;
use crate::limits::{CLOCK_SKEW_MS, CRL_BYTES_MAX};
use rustls::crypto::WebPkiSupportedAlgorithms;
use webpki::{CertRevocationList, EndEntityCert, OwnedCertRevocationList};
use x509_parser::oid_registry::OID_X509_EXT_CRL_NUMBER;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

/// A version 2 certificate revocation list (RFC 5280, 5) with its DER.
#[derive(Debug)]
pub(super) struct Crl {
    pub(super) der: Vec<u8>,
    pub(super) digest: [u8; 32],
    /// The issuer as DER, and for people.
    pub(super) issuer_der: Vec<u8>,
    pub(super) issuer: String,
    /// Big-endian without leading zeros.
    pub(super) number: Vec<u8>,
    this_update_s: u64,
    next_update_s: u64,
    pub(super) parsed: CertRevocationList<'static>,
}

/// Why a file is not a revocation list that can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CrlProblem {
    /// Longer than [`CRL_BYTES_MAX`].
    #[error("it has {bytes} bytes; at most {CRL_BYTES_MAX} are read")]
    Size {
        /// Its length.
        bytes: usize,
    },
    /// Not DER of a complete version 2 list with a next update.
    #[error("it is not a complete X.509 version 2 revocation list with a next update")]
    Malformed,
    /// No number, or one that is marked as critical (RFC 5280, 5.2.3): an old list could pass for a new one.
    #[error("its CRL number is missing or marked as critical")]
    Number,
    /// The root that it names as issuer has a key usage without CRL signing.
    #[error("the root that it names as issuer lacks cRLSign in its key usage")]
    IssuerUsage,
    /// A root of the same name did not sign it.
    #[error("the root that it names as issuer did not sign it")]
    Signature,
    /// Dated in the future.
    #[error("it is dated {this_update_ms} ms, which is yet to come")]
    NotYetValid {
        /// Its date, in milliseconds since 1970 UTC.
        this_update_ms: u64,
    },
    /// Its successor is overdue.
    #[error("it ended at {next_update_ms} ms; fetch its successor from the authority")]
    Stale {
        /// When its successor was due, in milliseconds since 1970 UTC.
        next_update_ms: u64,
    },
}

impl Crl {
    /// Reads one DER list with nothing after it.
    pub(super) fn parse(der: &[u8]) -> Result<Self, CrlProblem> {
        let bytes = der.len();
        if bytes > CRL_BYTES_MAX {
            return Err(CrlProblem::Size { bytes });
        }
        let owned = OwnedCertRevocationList::from_der(der).map_err(|_| CrlProblem::Malformed)?;
        let (rest, list) =
            CertificateRevocationList::from_der(der).map_err(|_| CrlProblem::Malformed)?;
        let next_update = list.next_update().ok_or(CrlProblem::Malformed)?;
        if !rest.is_empty() {
            return Err(CrlProblem::Malformed);
        }
        Ok(Self {
            digest: sha256(&[der]),
            issuer_der: list.issuer().as_raw().to_vec(),
            issuer: readable(list.issuer()),
            number: number(&list)?,
            this_update_s: seconds(list.last_update()),
            next_update_s: seconds(next_update),
            parsed: owned.into(),
            der: der.to_vec(),
        })
    }

    /// Whether both lists speak of the same certificates, so that only the newer one counts.
    pub(super) fn same_scope(&self, other: &Self) -> bool {
        self.issuer_der == other.issuer_der
            && self.parsed.issuing_distribution_point() == other.parsed.issuing_distribution_point()
    }

    /// Whether the issuer made this list after `other`; by the numbers, then by the dates.
    pub(super) fn newer_than(&self, other: &Self) -> bool {
        let rank = |crl: &Self| (crl.number.len(), crl.number.clone(), crl.this_update_s);
        rank(self) > rank(other)
    }

    /// Checks that the list is in force at `now_ms`; a little skew of the authority's clock is forgiven.
    pub(super) fn check_in_force(&self, now_ms: u64) -> Result<(), CrlProblem> {
        let this_update_ms = self.this_update_s.saturating_mul(1_000);
        let next_update_ms = self.next_update_ms();
        if this_update_ms > now_ms.saturating_add(CLOCK_SKEW_MS) {
            return Err(CrlProblem::NotYetValid { this_update_ms });
        }
        if next_update_ms <= now_ms {
            return Err(CrlProblem::Stale { next_update_ms });
        }
        Ok(())
    }

    /// First instant at which the list no longer counts, in milliseconds since 1970 UTC.
    pub(super) fn next_update_ms(&self) -> u64 {
        self.next_update_s.saturating_mul(1_000)
    }

    /// Checks the signature under the root that the list names as its issuer, and that it may sign lists.
    ///
    /// Path building checks it again; here an operator hears of it before a port opens.
    pub(super) fn check_signature(
        &self,
        root: &Certificate,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Result<(), CrlProblem> {
        if !(root.uses.unrestricted || root.uses.signs_crls) {
            return Err(CrlProblem::IssuerUsage);
        }
        let (_, list) =
            CertificateRevocationList::from_der(&self.der).map_err(|_| CrlProblem::Malformed)?;
        let issuer =
            EndEntityCert::try_from(root.der_typed()).map_err(|_| CrlProblem::Signature)?;
        let (signed, signature) = (list.tbs_cert_list.as_ref(), &list.signature_value.data);
        let verifies = algorithms
            .all
            .iter()
            .any(|a| issuer.verify_signature(*a, signed, signature).is_ok());
        verifies.then_some(()).ok_or(CrlProblem::Signature)
    }

    /// When the certificate with this serial number was revoked, in milliseconds since 1970 UTC.
    pub(super) fn revoked_at_ms(&self, serial: &[u8]) -> Option<u64> {
        let entry = self.parsed.find_serial(serial).ok()??;
        let revoked_s = entry.revocation_date.as_secs();
        // Its authority may hold it for invalid since before it said so (RFC 5280, 5.3.2).
        let invalid = entry.invalidity_date.map(|date| date.as_secs());
        let since_s = invalid.map_or(revoked_s, |invalid_s| invalid_s.min(revoked_s));
        Some(since_s.saturating_mul(1_000))
    }

    /// When its authority made it, in milliseconds since 1970 UTC.
    pub(super) fn made_ms(&self) -> u64 {
        self.this_update_s.saturating_mul(1_000)
    }
}

fn number(list: &CertificateRevocationList<'_>) -> Result<Vec<u8>, CrlProblem> {
    let critical = |e: &x509_parser::extensions::X509Extension<'_>| {
        e.oid == OID_X509_EXT_CRL_NUMBER && e.critical
    };
    match list.crl_number() {
        Some(number) if !list.extensions().iter().any(critical) => Ok(number.to_bytes_be()),
        _ => Err(CrlProblem::Number),
    }
}
