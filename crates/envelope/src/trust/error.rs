//! Why a certificate does not count.

use crate::certificate::{CertificateError, IdentityProblem};
use crate::crypto::KeyError;
use crate::limits::INTERMEDIATES_MAX;
use precinto_alert::Reason;
use precinto_alert::id::Side;

/// Why a certificate does not count. The first five are its holder's or its issuer's to mend, the
/// revocation lists the operator's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// No certificate at all, too long, or not well formed.
    #[error("{0}")]
    Certificate(#[from] CertificateError),
    /// It does not name exactly one identity.
    #[error("{0}")]
    Identity(#[from] IdentityProblem),
    /// Its key is too weak, malformed, or of an algorithm that is not accepted.
    #[error("the certificate's key is not accepted: {0}")]
    Key(#[from] KeyError),
    /// Its key is of an algorithm that is accepted, but not for this purpose.
    #[error("an RSA key is accepted on officers' cards only")]
    KeyKind,
    /// It breaks a rule for every certificate that is shown here.
    #[error("the certificate breaks the profile: {0}")]
    Profile(&'static str),
    /// It lives longer than one of its purpose may.
    #[error("the certificate lives {seconds} s; for its purpose at most {max} s are accepted")]
    Lifetime {
        /// Its length.
        seconds: u64,
        /// The most accepted.
        max: u64,
    },
    /// It is for another purpose, or for signing and TLS at once.
    #[error("the certificate is not for this purpose: {0}")]
    Purpose(&'static str),
    /// It names an identity of a kind that has no such role.
    #[error("the certificate names {found}, and {wanted} is needed")]
    Kind {
        /// What it names.
        found: &'static str,
        /// What could play this role.
        wanted: &'static str,
    },
    /// Its trust domain is none of the sides known here.
    #[error("no side \"{side}\" is known here")]
    UnknownSide {
        /// The trust domain it names.
        side: Side,
    },
    /// No root of its own side issued it.
    #[error("no root of the certificate's own side has issued it")]
    UnknownCa,
    /// It, or one above it, has expired.
    #[error("the certificate, or one above it, expired at {not_after_ms} ms")]
    Expired {
        /// Last second of validity, in milliseconds since 1970 UTC.
        not_after_ms: u64,
    },
    /// It, or one above it, is not valid yet.
    #[error("the certificate, or one above it, is not valid before {not_before_ms} ms")]
    NotYetValid {
        /// First instant of validity, in milliseconds since 1970 UTC.
        not_before_ms: u64,
    },
    /// All roots of its side are out of force.
    #[error("no root of the certificate's side is in force")]
    RootsExpired,
    /// It, or one above it, is on a revocation list.
    #[error("the certificate, or one above it, was revoked at {since_ms} ms")]
    Revoked {
        /// When, by the list, in milliseconds since 1970 UTC.
        since_ms: u64,
    },
    /// No revocation list speaks for it or for one above it, or the list is not its issuer's.
    #[error("no revocation list of the certificate's issuer is at hand")]
    CrlMissing,
    /// A revocation list needed is out of date: whether the certificate still counts, nobody here knows.
    #[error("the revocation list of the certificate's issuer ended at {next_update_ms} ms")]
    CrlStale {
        /// When a newer one was due, in milliseconds since 1970 UTC.
        next_update_ms: u64,
    },
    /// More certificates were shown than anyone needs.
    #[error(
        "{count} certificates between it and the root; at most {INTERMEDIATES_MAX} are considered"
    )]
    TooMany {
        /// How many.
        count: usize,
    },
}

impl TrustError {
    /// The coded reason, as for a TLS peer; a signer without a root of its side is `SIGNER_UNTRUSTED`.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Certificate(CertificateError::Size { .. }) | Self::TooMany { .. } => Reason::Size,
            Self::Certificate(CertificateError::Malformed(_))
            | Self::Profile(_)
            | Self::Lifetime { .. } => Reason::CertMalformed,
            Self::Identity(_) => Reason::CertIdentity,
            Self::Key(_) | Self::KeyKind => Reason::CertKey,
            Self::Purpose(_) => Reason::CertPurpose,
            Self::Kind { .. } => Reason::CertRole,
            Self::UnknownSide { .. } => Reason::TrustDomainUnknown,
            Self::UnknownCa => Reason::CertUnknownCa,
            Self::Expired { .. } | Self::RootsExpired => Reason::CertExpired,
            Self::NotYetValid { .. } => Reason::CertNotYetValid,
            Self::Revoked { .. } => Reason::CertRevoked,
            Self::CrlMissing | Self::CrlStale { .. } => Reason::CrlStale,
        }
    }
}
