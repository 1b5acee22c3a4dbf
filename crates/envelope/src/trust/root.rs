//! What a root must be before it is trusted: webpki keeps only its name and key, and would take anything.

use crate::certificate::{Certificate, CertificateError};
use rustls::pki_types::TrustAnchor;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer;

/// A root, and the little of it that path building takes.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) certificate: Certificate,
    pub(super) anchor: TrustAnchor<'static>,
}

/// Why a file is not a root certificate that can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RootProblem {
    /// Too long, or not well formed.
    #[error("{0}")]
    Certificate(#[from] CertificateError),
    /// Its subject is empty, so nothing could name it as issuer.
    #[error("its subject is empty")]
    NoName,
    /// Basic constraints absent, not critical, or not of an authority.
    #[error("its basic constraints do not say, as critical, that it is an authority")]
    NotAuthority,
    /// It has a key usage, which lacks certificate signing. (CRL signing is asked for with its list.)
    #[error("its key usage lacks keyCertSign")]
    KeyUsage,
    /// No subject key identifier.
    #[error("it has no subject key identifier")]
    NoKeyId,
    /// An extension that must be understood and is not.
    #[error("an extension marked as critical is not understood")]
    CriticalExtension,
    /// A constraint on URIs, under which no chain could ever verify.
    #[error("it constrains URIs; identities here are URIs, and none of them could verify under it")]
    UriConstraint,
    /// Not in force at the time asked for.
    #[error("it is valid from {not_before_ms} ms to {not_after_ms} ms, and not now")]
    NotInForce {
        /// First instant, in milliseconds since 1970 UTC.
        not_before_ms: u64,
        /// Last second, in milliseconds since 1970 UTC.
        not_after_ms: u64,
    },
}

/// Checks one root (RFC 5280, 4.2.1 and 6.2) at `now_ms`.
pub(super) fn check(der: &[u8], now_ms: u64) -> Result<Certificate, RootProblem> {
    /// The DER of a name without any part.
    const EMPTY_NAME: [u8; 2] = [0x30, 0];
    let certificate = Certificate::parse(der)?;
    if certificate.subject_der() == EMPTY_NAME {
        return Err(RootProblem::NoName);
    }
    // Without a key usage RFC 5280 restricts nothing (6.1.4 n), and old national roots have none.
    let uses = &certificate.uses;
    if !(uses.unrestricted || uses.signs_certificates) {
        return Err(RootProblem::KeyUsage);
    }
    let malformed = || CertificateError::Malformed("not a certificate");
    let (_, parsed) = X509Certificate::from_der(der).map_err(|_| malformed())?;
    check_extensions(&parsed)?;
    if !certificate.is_valid_at(now_ms) {
        return Err(RootProblem::NotInForce {
            not_before_ms: certificate.not_before_ms(),
            not_after_ms: certificate.not_after_ms(),
        });
    }
    Ok(certificate)
}

fn check_extensions(parsed: &X509Certificate<'_>) -> Result<(), RootProblem> {
    let mut authority = false;
    let mut key_id = false;
    for extension in parsed.iter_extensions() {
        let understood = match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(constraints) => {
                authority = constraints.ca && extension.critical;
                true
            }
            ParsedExtension::SubjectKeyIdentifier(_) => {
                key_id = true;
                false // RFC 5280, 4.2.1.2: never critical
            }
            ParsedExtension::NameConstraints(constraints) => {
                let lists = [
                    &constraints.permitted_subtrees,
                    &constraints.excluded_subtrees,
                ];
                let mut trees = lists.into_iter().flatten().flatten();
                if trees.any(|tree| matches!(tree.base, GeneralName::URI(_))) {
                    return Err(RootProblem::UriConstraint);
                }
                true
            }
            ParsedExtension::KeyUsage(_) => true,
            _ => false,
        };
        if extension.critical && !understood {
            return Err(RootProblem::CriticalExtension);
        }
    }
    match (authority, key_id) {
        (true, true) => Ok(()),
        (false, _) => Err(RootProblem::NotAuthority),
        (true, false) => Err(RootProblem::NoKeyId),
    }
}
