//! The certificates at hand when an envelope is verified: those known, and those hinted at.

use super::{Certificate, CertificateError};
use crate::crypto::sha256;
use crate::limits::{HINTS_MAX, INTERMEDIATES_MAX, POOL_AUTHORITIES_MAX, POOL_MAX};
use precinto_alert::Reason;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A bounded set of certificates, selected by digest. Being in it confers no trust.
///
/// A clone shares what is known, so a pool with the hints of one submission costs only those.
#[derive(Debug, Clone, Default)]
pub struct CertificatePool {
    known: Arc<Known>,
    hints: Vec<Arc<Certificate>>,
}

#[derive(Debug, Clone, Default)]
struct Known {
    by_digest: BTreeMap<[u8; 32], Arc<Certificate>>,
    /// Newest first: a renewed authority comes before its older certificates.
    authorities: Vec<Arc<Certificate>>,
}

/// Why the certificates sent along with a submission are refused: the sender's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HintError {
    /// More than [`HINTS_MAX`].
    #[error("{count} certificates came along; at most {HINTS_MAX} may")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// One of them is none.
    #[error("certificate {index} that came along: {error}")]
    Certificate {
        /// Its place, from 0.
        index: usize,
        /// What is wrong with it.
        error: CertificateError,
    },
}

impl HintError {
    /// The coded reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::TooMany { .. }
            | Self::Certificate {
                error: CertificateError::Size { .. },
                ..
            } => Reason::Size,
            Self::Certificate { .. } => Reason::CertMalformed,
        }
    }
}

impl CertificatePool {
    /// Keeps a certificate for good. Says whether it is in the pool now; a full pool takes no more.
    pub fn insert(&mut self, certificate: Arc<Certificate>) -> bool {
        let digest = certificate.digest();
        if self.known.by_digest.contains_key(&digest) {
            return true;
        }
        let authorities_full = self.known.authorities.len() >= POOL_AUTHORITIES_MAX;
        if self.known.by_digest.len() >= POOL_MAX
            || (certificate.is_authority() && authorities_full)
        {
            return false;
        }
        let known = Arc::make_mut(&mut self.known); // copies only while a submission still uses the old one
        if certificate.is_authority() {
            let since_ms = certificate.not_before_ms();
            let newer = |other: &Arc<Certificate>| other.not_before_ms() > since_ms;
            let at = known.authorities.partition_point(newer);
            known.authorities.insert(at, Arc::clone(&certificate));
        }
        known.by_digest.insert(digest, certificate);
        true
    }

    /// The same pool with the certificates that came along with one submission.
    ///
    /// Those known already cost a hash each; the others are parsed and forgotten with the returned pool.
    pub fn with_hints(&self, hints: &[impl AsRef<[u8]>]) -> Result<Self, HintError> {
        let count = hints.len();
        if count > HINTS_MAX {
            return Err(HintError::TooMany { count });
        }
        let mut pool = Self {
            known: Arc::clone(&self.known),
            hints: Vec::new(),
        };
        for (index, der) in hints.iter().map(AsRef::as_ref).enumerate() {
            if self.known.by_digest.contains_key(&sha256(&[der])) {
                continue;
            }
            let certificate =
                Certificate::parse(der).map_err(|error| HintError::Certificate { index, error })?;
            pool.hints.push(Arc::new(certificate));
        }
        Ok(pool)
    }

    /// The certificate with this SHA-256, known or hinted at.
    pub fn get(&self, digest: &[u8; 32]) -> Option<&Arc<Certificate>> {
        self.known.by_digest.get(digest).or_else(|| {
            self.hints
                .iter()
                .find(|certificate| certificate.digest() == *digest)
        })
    }

    /// Authorities that may stand between `certificate` and a root, by their names: at most
    /// [`INTERMEDIATES_MAX`], known ones first so that no hint displaces them, and of
    /// these the newest first so that an authority that was renewed often is found by its present certificate.
    pub fn issuers_above(&self, certificate: &Certificate) -> Vec<Arc<Certificate>> {
        let hinted = self.hints.iter().filter(|hint| hint.is_authority());
        let candidates: Vec<_> = self.known.authorities.iter().chain(hinted).collect();
        let mut found: Vec<Arc<Certificate>> = Vec::new();
        let direct = candidates
            .iter()
            .filter(|issuer| certificate.names_as_issuer(issuer));
        found.extend(
            direct
                .take(INTERMEDIATES_MAX)
                .map(|issuer| Arc::clone(issuer)),
        );
        for above in &candidates {
            let is_above = found.iter().any(|below| below.names_as_issuer(above));
            let is_new = found.iter().all(|below| below.digest() != above.digest());
            if found.len() < INTERMEDIATES_MAX && is_above && is_new {
                found.push(Arc::clone(above));
            }
        }
        found
    }
}
