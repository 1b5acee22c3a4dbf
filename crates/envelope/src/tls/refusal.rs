//! What becomes of a refusal inside TLS: the alert that the peer sees, and the reason that it stands for.
//!
//! A TLS alert is one byte. It names expiry, revocation and an unknown authority; most other causes share
//! one alert, and the full cause stays with whoever refused.

use crate::trust::TrustError;
use precinto_alert::Reason;
use precinto_alert::id::{GatewayId, Identity};
use rustls::{AlertDescription, CertificateError, Error, OtherError};
use std::sync::Arc;

/// The gateway that answered is properly certified, and is not the one expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found} answered instead of {expected}")]
pub struct GatewayMismatch {
    /// Who answered.
    pub found: Identity,
    /// Who should have.
    pub expected: GatewayId,
}

/// The error that makes rustls send the alert that fits best.
pub(super) fn refuse(error: TrustError) -> Error {
    let error = match error {
        TrustError::UnknownCa => CertificateError::UnknownIssuer,
        TrustError::UnknownSide { .. } => CertificateError::ApplicationVerificationFailure,
        TrustError::Expired { .. } | TrustError::RootsExpired => CertificateError::Expired,
        TrustError::NotYetValid { .. } => CertificateError::NotValidYet,
        TrustError::Revoked { .. } => CertificateError::Revoked,
        TrustError::CrlMissing => CertificateError::UnknownRevocationStatus,
        TrustError::CrlStale { .. } => CertificateError::ExpiredRevocationList,
        TrustError::Purpose(_) | TrustError::Kind { .. } => CertificateError::InvalidPurpose,
        error @ (TrustError::Certificate(_)
        | TrustError::Identity(_)
        | TrustError::Key(_)
        | TrustError::KeyKind
        | TrustError::Profile(_)
        | TrustError::Lifetime { .. }
        | TrustError::TooMany { .. }) => CertificateError::Other(OtherError(Arc::new(error))),
    };
    error.into()
}

/// What a TLS alert received stands for, as far as it tells.
///
/// `CERT_UNKNOWN_CA` may also mean that the gateway's revocation list is out of date: TLS has no word for it.
pub fn alert_reason(alert: AlertDescription) -> Reason {
    match alert {
        AlertDescription::CertificateRevoked => Reason::CertRevoked,
        AlertDescription::CertificateExpired => Reason::CertExpired,
        AlertDescription::UnknownCA => Reason::CertUnknownCa,
        AlertDescription::UnsupportedCertificate => Reason::CertPurpose,
        AlertDescription::BadCertificate | AlertDescription::CertificateUnknown => {
            Reason::CertMalformed
        }
        AlertDescription::CertificateRequired => Reason::CertMissing,
        // Sent for an unknown side, and for a server name that is not the gateway's.
        AlertDescription::AccessDenied => Reason::TrustDomainUnknown,
        _ => Reason::TlsRefused,
    }
}

/// What a failed handshake comes down to, on either end.
pub fn error_reason(error: &Error) -> Reason {
    match error {
        Error::AlertReceived(alert) => alert_reason(*alert),
        Error::NoCertificatesPresented => Reason::CertMissing,
        Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) => {
            match cause.downcast_ref::<TrustError>() {
                Some(error) => error.reason(),
                None if cause.is::<GatewayMismatch>() => Reason::GatewayMismatch,
                None => Reason::TlsRefused,
            }
        }
        Error::InvalidCertificate(error) => match error {
            CertificateError::UnknownIssuer => Reason::CertUnknownCa,
            CertificateError::ApplicationVerificationFailure => Reason::TrustDomainUnknown,
            CertificateError::Expired => Reason::CertExpired,
            CertificateError::NotValidYet => Reason::CertNotYetValid,
            CertificateError::Revoked => Reason::CertRevoked,
            CertificateError::UnknownRevocationStatus | CertificateError::ExpiredRevocationList => {
                Reason::CrlStale
            }
            CertificateError::InvalidPurpose => Reason::CertPurpose,
            CertificateError::NotValidForName => Reason::GatewayMismatch,
            _ => Reason::CertMalformed,
        },
        _ => Reason::TlsRefused,
    }
}
