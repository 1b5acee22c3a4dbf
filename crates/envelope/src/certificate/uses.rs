//! What a certificate's extensions allow it to be used for.

use super::{CertificateError, extension};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ExtendedKeyUsage;

/// What a certificate's extensions allow; what is absent is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a bit of the certificate, independent of the others"
)]
pub(crate) struct Uses {
    pub(crate) authority: bool,
    /// No key usage extension at all.
    pub(crate) unrestricted: bool,
    pub(crate) digital_signature: bool,
    pub(crate) signs_certificates: bool,
    pub(crate) signs_crls: bool,
    pub(crate) constrains_names: bool,
    pub(crate) extended: Vec<ExtendedUse>,
}

/// A purpose named in the extended key usage extension (RFC 5280, 4.2.1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtendedUse {
    /// id-kp-serverAuth.
    ServerAuth,
    /// id-kp-clientAuth.
    ClientAuth,
    /// id-kp-documentSigning (RFC 9336): the only one under which a statement may be signed.
    DocumentSigning,
    /// anyExtendedKeyUsage.
    Any,
    /// Any other purpose: of no use here.
    Other,
}

impl Uses {
    pub(super) fn of(parsed: &X509Certificate<'_>) -> Result<Self, CertificateError> {
        let constraints = parsed.basic_constraints().map_err(extension)?;
        let key_usage = parsed.key_usage().map_err(extension)?.map(|e| *e.value);
        let extended = parsed.extended_key_usage().map_err(extension)?;
        Ok(Self {
            authority: constraints.is_some_and(|e| e.value.ca),
            unrestricted: key_usage.is_none(),
            digital_signature: key_usage.is_some_and(|usage| usage.digital_signature()),
            signs_certificates: key_usage.is_some_and(|usage| usage.key_cert_sign()),
            signs_crls: key_usage.is_some_and(|usage| usage.crl_sign()),
            constrains_names: parsed.name_constraints().map_err(extension)?.is_some(),
            extended: extended.map_or_else(Vec::new, |e| extended_uses(e.value)),
        })
    }
}

fn extended_uses(usage: &ExtendedKeyUsage<'_>) -> Vec<ExtendedUse> {
    /// 1.3.6.1.5.5.7.3.36, as the content bytes of its DER.
    const DOCUMENT_SIGNING: [u8; 8] = [0x2b, 6, 1, 5, 5, 7, 3, 36];
    let others = [
        usage.code_signing,
        usage.email_protection,
        usage.time_stamping,
        usage.ocsp_signing,
    ];
    let named = [
        (usage.server_auth, ExtendedUse::ServerAuth),
        (usage.client_auth, ExtendedUse::ClientAuth),
        (usage.any, ExtendedUse::Any),
        (others.contains(&true), ExtendedUse::Other),
    ];
    let mut uses: Vec<ExtendedUse> = named
        .into_iter()
        .filter_map(|(set, purpose)| set.then_some(purpose))
        .collect();
    uses.extend(usage.other.iter().map(|oid| {
        if oid.as_bytes() == DOCUMENT_SIGNING {
            ExtendedUse::DocumentSigning
        } else {
            ExtendedUse::Other
        }
    }));
    uses
}
