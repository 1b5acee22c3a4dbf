//! What an end-entity certificate must and must not say, for each purpose.
//!
//! webpki ignores the key usage, and takes a certificate that names no purpose for any; so both are
//! checked here. These checks come before path building, because they cost nothing.

use super::{Purpose, TrustError};
use crate::certificate::{Certificate, ExtendedUse};
use crate::crypto::Algorithm;
use crate::limits::{SIGNING_LIFETIME_S_MAX, TLS_LIFETIME_S_MAX};
use precinto_alert::id::Identity;

/// Checks everything that the certificate alone can show; its chain is judged elsewhere.
pub(super) fn check(
    certificate: &Certificate,
    identity: &Identity,
    purpose: Purpose,
) -> Result<(), TrustError> {
    check_usage(certificate)?;
    check_extended_uses(certificate.extended_uses(), purpose)?;
    check_kind(identity, purpose)?;
    check_key(certificate, identity, purpose)?;
    let max = match purpose {
        Purpose::TlsClient | Purpose::TlsServer => TLS_LIFETIME_S_MAX,
        Purpose::Signing => SIGNING_LIFETIME_S_MAX,
    };
    let seconds = certificate.lifetime_s();
    if seconds > max {
        return Err(TrustError::Lifetime { seconds, max });
    }
    Ok(())
}

/// The rules that hold for every purpose.
pub(super) fn check_usage(certificate: &Certificate) -> Result<(), TrustError> {
    let uses = &certificate.uses;
    if uses.authority || uses.signs_certificates || uses.signs_crls {
        return Err(TrustError::Profile("it is a certificate authority's"));
    }
    if uses.constrains_names {
        return Err(TrustError::Profile(
            "it constrains names without being an authority's",
        ));
    }
    if !uses.digital_signature {
        return Err(TrustError::Profile("its key usage lacks digitalSignature"));
    }
    Ok(())
}

/// TLS and signing exclude each other: a signature made in one must never count in the other.
fn check_extended_uses(uses: &[ExtendedUse], purpose: Purpose) -> Result<(), TrustError> {
    let tls = uses.contains(&ExtendedUse::ClientAuth) || uses.contains(&ExtendedUse::ServerAuth);
    let signing = uses.contains(&ExtendedUse::DocumentSigning);
    if uses.contains(&ExtendedUse::Any) {
        return Err(TrustError::Purpose("it names every purpose at once"));
    }
    if tls && signing {
        return Err(TrustError::Purpose("it names both TLS and documentSigning"));
    }
    let (wanted, missing) = match purpose {
        Purpose::TlsClient => (ExtendedUse::ClientAuth, "it does not name clientAuth"),
        Purpose::TlsServer => (ExtendedUse::ServerAuth, "it does not name serverAuth"),
        Purpose::Signing => (
            ExtendedUse::DocumentSigning,
            "it does not name documentSigning",
        ),
    };
    if !uses.contains(&wanted) {
        return Err(TrustError::Purpose(missing));
    }
    Ok(())
}

fn check_kind(identity: &Identity, purpose: Purpose) -> Result<(), TrustError> {
    let found = match identity {
        Identity::Node(_) => "a node",
        Identity::Officer(_) => "an officer",
        Identity::Gateway(_) => "a gateway",
    };
    match (purpose, identity) {
        (Purpose::TlsClient, Identity::Node(_) | Identity::Gateway(_))
        | (Purpose::TlsServer, Identity::Gateway(_))
        | (Purpose::Signing, Identity::Node(_) | Identity::Officer(_)) => Ok(()),
        (Purpose::TlsClient, Identity::Officer(_)) => Err(TrustError::Kind {
            found,
            wanted: "a node or a gateway",
        }),
        (Purpose::TlsServer, Identity::Node(_) | Identity::Officer(_)) => Err(TrustError::Kind {
            found,
            wanted: "a gateway",
        }),
        (Purpose::Signing, Identity::Gateway(_)) => Err(TrustError::Kind {
            found,
            wanted: "a node or an officer",
        }),
    }
}

/// RSA is for the cards that officers carry already; machines have no reason to.
fn check_key(
    certificate: &Certificate,
    identity: &Identity,
    purpose: Purpose,
) -> Result<(), TrustError> {
    let officer_signs = matches!(
        (purpose, identity),
        (Purpose::Signing, Identity::Officer(_))
    );
    match certificate.public_key()?.algorithm() {
        Algorithm::Ed25519 | Algorithm::EcdsaP256 | Algorithm::EcdsaP384 => Ok(()),
        Algorithm::RsaPssSha256 if officer_signs => Ok(()),
        Algorithm::RsaPssSha256 => Err(TrustError::KeyKind),
    }
}
