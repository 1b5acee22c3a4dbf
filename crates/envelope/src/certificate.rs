//! One X.509 certificate, parsed once: whom it names, which key it carries, and what it may be used for.
//!
//! Parsing says nothing about trust: [`crate::trust`] alone decides that.

mod pool;
mod uses;

pub use pool::{CertificatePool, HintError};
pub use uses::ExtendedUse;

use crate::crypto::{KeyError, PublicKey, sha256};
use crate::hex;
use crate::limits::CERTIFICATE_BYTES_MAX;
use precinto_alert::id::{IdError, Identity};
use rustls::pki_types::CertificateDer;
use uses::Uses;
use x509_parser::certificate::{BasicExtension, X509Certificate};
use x509_parser::error::X509Error;
use x509_parser::extensions::{GeneralName, ParsedExtension, SubjectAlternativeName};
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::{X509Name, X509Version};

/// A parsed X.509 version 3 certificate (RFC 5280) with its DER, byte for byte.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: CertificateDer<'static>,
    digest: [u8; 32],
    identity: Result<Identity, IdentityProblem>,
    public_key: Result<PublicKey, KeyError>,
    names: Names,
    serial: Vec<u8>,
    not_before_s: u64,
    not_after_s: u64,
    pub(crate) uses: Uses,
}

/// Subject and issuer, as DER for comparing and as text for people, and the DNS names.
#[derive(Clone, PartialEq, Eq)]
struct Names {
    subject_der: Vec<u8>,
    issuer_der: Vec<u8>,
    subject: String,
    issuer: String,
    dns: Vec<String>,
}

/// Why bytes are not a certificate. The fault lies with whoever sent or stored them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Longer than [`CERTIFICATE_BYTES_MAX`].
    #[error("the certificate has {bytes} bytes; at most {CERTIFICATE_BYTES_MAX} are read")]
    Size {
        /// Its length.
        bytes: usize,
    },
    /// Not DER of a version 3 certificate, or an extension that is malformed or stands twice.
    #[error("not a well-formed X.509 version 3 certificate in DER: {0}")]
    Malformed(&'static str),
}

/// Why a certificate does not name exactly one identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityProblem {
    /// No URI among the subject alternative names.
    #[error("the certificate has no URI among its subject alternative names")]
    Missing,
    /// More than one: which would count?
    #[error("the certificate has {count} URIs among its subject alternative names instead of one")]
    Several {
        /// How many.
        count: usize,
    },
    /// One, and not a SPIFFE id of a form that is known here.
    #[error("the certificate's URI is not a node, an officer or a gateway: {0}")]
    Form(IdError),
}

impl Certificate {
    /// Reads one DER certificate with nothing after it.
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        let bytes = der.len();
        if bytes > CERTIFICATE_BYTES_MAX {
            return Err(CertificateError::Size { bytes });
        }
        let (rest, parsed) = X509Certificate::from_der(der)
            .map_err(|_| CertificateError::Malformed("not a certificate"))?;
        if !rest.is_empty() {
            return Err(CertificateError::Malformed("bytes after the certificate"));
        }
        if parsed.version() != X509Version::V3 {
            return Err(CertificateError::Malformed("not version 3"));
        }
        check_extensions(&parsed)?;
        let alternative = parsed.subject_alternative_name().map_err(extension)?;
        let (uris, dns) = alternative_names(alternative.as_ref())?;
        Ok(Self {
            digest: sha256(&[der]),
            identity: identity(&uris),
            public_key: PublicKey::from_spki_der(parsed.public_key().raw),
            names: Names {
                subject_der: parsed.subject().as_raw().to_vec(),
                issuer_der: parsed.issuer().as_raw().to_vec(),
                subject: readable(parsed.subject()),
                issuer: readable(parsed.issuer()),
                dns,
            },
            serial: parsed.raw_serial().to_vec(),
            not_before_s: seconds(parsed.validity().not_before),
            not_after_s: seconds(parsed.validity().not_after),
            uses: Uses::of(&parsed)?,
            der: CertificateDer::from(der.to_vec()),
        })
    }

    /// The DER bytes, exactly as they were read.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn der_typed(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// SHA-256 of the DER bytes: the `key_id` of the signatures it verifies. It selects and proves nothing.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Whom it names, by its only URI; common names and the like never count.
    pub fn identity(&self) -> Result<&Identity, IdentityProblem> {
        self.identity.as_ref().map_err(Clone::clone)
    }

    /// The key, if it is one that we admit.
    pub fn public_key(&self) -> Result<&PublicKey, KeyError> {
        self.public_key.as_ref().map_err(|error| *error)
    }

    /// First instant of its validity, in milliseconds since 1970 UTC; 0 for all before.
    pub fn not_before_ms(&self) -> u64 {
        self.not_before_s.saturating_mul(1_000)
    }

    /// Last second of its validity, in milliseconds since 1970 UTC; the whole second still counts.
    pub fn not_after_ms(&self) -> u64 {
        self.not_after_s.saturating_mul(1_000)
    }

    /// Whether `now_ms` lies in its validity, both ends included.
    pub fn is_valid_at(&self, now_ms: u64) -> bool {
        (self.not_before_s..=self.not_after_s).contains(&(now_ms / 1_000))
    }

    /// Length of its validity in seconds.
    pub(crate) fn lifetime_s(&self) -> u64 {
        self.not_after_s.saturating_sub(self.not_before_s)
    }

    /// The serial number as lower-case hexadecimal, two digits a byte.
    pub fn serial(&self) -> String {
        hex(&self.serial)
    }

    pub(crate) fn serial_bytes(&self) -> &[u8] {
        &self.serial
    }

    /// The subject for people; control characters are replaced. Never compared.
    pub fn subject(&self) -> &str {
        &self.names.subject
    }

    /// The issuer for people; control characters are replaced. Never compared.
    pub fn issuer(&self) -> &str {
        &self.names.issuer
    }

    /// Whether `other`'s name is the one that issued this certificate; the signature is not looked at.
    pub(crate) fn names_as_issuer(&self, other: &Self) -> bool {
        self.names.issuer_der == other.names.subject_der
    }

    pub(crate) fn subject_der(&self) -> &[u8] {
        &self.names.subject_der
    }

    pub(crate) fn issuer_der(&self) -> &[u8] {
        &self.names.issuer_der
    }

    /// The DNS names among the subject alternative names, as written.
    pub fn dns_names(&self) -> &[String] {
        &self.names.dns
    }

    /// Whether it says that it is a certificate authority.
    pub fn is_authority(&self) -> bool {
        self.uses.authority
    }

    /// What the extended key usage names, in its order; empty when there is none.
    pub fn extended_uses(&self) -> &[ExtendedUse] {
        &self.uses.extended
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (subject, serial) = (self.subject(), self.serial());
        write!(f, "Certificate({subject}, serial {serial})")
    }
}

/// Refuses what a lenient parser lets pass: an extension that is malformed or stands twice.
fn check_extensions(parsed: &X509Certificate<'_>) -> Result<(), CertificateError> {
    parsed.extensions_map().map_err(extension)?;
    let malformed = |e: &ParsedExtension<'_>| matches!(e, ParsedExtension::ParseError { .. });
    if parsed
        .iter_extensions()
        .any(|e| malformed(e.parsed_extension()))
    {
        return Err(CertificateError::Malformed("an extension"));
    }
    Ok(())
}

fn extension(_: X509Error) -> CertificateError {
    CertificateError::Malformed("an extension is malformed or stands twice")
}

/// The URIs and the DNS names. A name that cannot be read refuses the certificate: it might be a URI.
fn alternative_names<'a>(
    extension: Option<&BasicExtension<&'a SubjectAlternativeName<'_>>>,
) -> Result<(Vec<&'a str>, Vec<String>), CertificateError> {
    let mut uris = Vec::new();
    let mut dns = Vec::new();
    for name in extension.into_iter().flat_map(|e| &e.value.general_names) {
        match name {
            GeneralName::URI(uri) => uris.push(*uri),
            GeneralName::DNSName(name) => dns.push((*name).to_owned()),
            GeneralName::Invalid(..) => {
                return Err(CertificateError::Malformed("an alternative name"));
            }
            _ => {}
        }
    }
    Ok((uris, dns))
}

fn identity(uris: &[&str]) -> Result<Identity, IdentityProblem> {
    match uris {
        [] => Err(IdentityProblem::Missing),
        [uri] => Identity::parse(uri).map_err(IdentityProblem::Form),
        several => Err(IdentityProblem::Several {
            count: several.len(),
        }),
    }
}

/// Seconds since 1970; times before that count as its first second, which no certificate of ours predates.
pub(crate) fn seconds(time: ASN1Time) -> u64 {
    u64::try_from(time.timestamp()).unwrap_or(0)
}

pub(crate) fn readable(name: &X509Name<'_>) -> String {
    name.to_string()
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests;
