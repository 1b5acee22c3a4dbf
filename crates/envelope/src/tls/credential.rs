//! Our own end of TLS: a certificate chain with its key, and which of them answers to which server name.

use crate::certificate::{Certificate, CertificateError};
use crate::crypto::tls_provider;
use crate::limits::PRESENTED_MAX;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A certificate chain and the private key that belongs to it.
#[derive(Clone)]
pub struct Credential {
    certificate: Arc<Certificate>,
    certified: Arc<CertifiedKey>,
}

/// Why certificate and key cannot be used: the operator's to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// No certificate, or more than a peer would look at.
    #[error("{count} certificates in the chain, and one to {PRESENTED_MAX} are needed")]
    Count {
        /// How many.
        count: usize,
    },
    /// One of the chain is no certificate.
    #[error("certificate {index} of the chain: {error}")]
    Certificate {
        /// Its place, from 0.
        index: usize,
        /// What is wrong with it.
        error: CertificateError,
    },
    /// The key is not PKCS#8 of a kind that TLS can use.
    #[error("the private key is not PKCS#8 of a kind that TLS can use")]
    Key,
    /// The key does not belong to the first certificate.
    #[error("the private key does not belong to the certificate of {subject}")]
    KeyMismatch {
        /// The certificate's subject.
        subject: String,
    },
    /// The certificate does not name the server that it is to answer for.
    #[error("the certificate of {subject} does not name {server_name} as a DNS name")]
    ServerName {
        /// The certificate's subject.
        subject: String,
        /// The name asked for.
        server_name: String,
    },
    /// Two certificates for one server name.
    #[error("two certificates for the server name {server_name}")]
    ServerNameTwice {
        /// The name.
        server_name: String,
    },
}

impl Credential {
    /// Takes a DER chain, end-entity first, and an unencrypted PKCS#8 DER key that must belong to it.
    pub fn new(chain: &[impl AsRef<[u8]>], key_pkcs8: &[u8]) -> Result<Self, CredentialError> {
        let count = chain.len();
        if count > PRESENTED_MAX {
            return Err(CredentialError::Count { count });
        }
        let mut parsed = Vec::with_capacity(count);
        for (index, der) in chain.iter().map(AsRef::as_ref).enumerate() {
            let certificate = Certificate::parse(der)
                .map_err(|error| CredentialError::Certificate { index, error })?;
            parsed.push(certificate);
        }
        let ders = parsed.iter().map(|c| c.der_typed().clone()).collect();
        let Some(certificate) = parsed.into_iter().next() else {
            return Err(CredentialError::Count { count });
        };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key_pkcs8.to_vec()));
        let certified = match CertifiedKey::from_der(ders, key, &tls_provider()) {
            Ok(certified) => Arc::new(certified),
            Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                let subject = certificate.subject().to_owned();
                return Err(CredentialError::KeyMismatch { subject });
            }
            Err(_) => return Err(CredentialError::Key),
        };
        Ok(Self {
            certificate: Arc::new(certificate),
            certified,
        })
    }

    /// The end-entity certificate.
    pub fn certificate(&self) -> &Arc<Certificate> {
        &self.certificate
    }

    pub(super) fn certified(self) -> Arc<CertifiedKey> {
        self.certified
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({:?}, key secret)", self.certificate)
    }
}

/// The certificates of one gateway, one for each side, chosen by the server name that a client asks for.
///
/// A client that asks for no name or an unknown one is refused: there is no certificate that all could verify.
#[derive(Debug)]
pub struct ServerNames {
    by_name: BTreeMap<String, Credential>,
}

impl ServerNames {
    /// One credential for each server name, which its certificate must carry as a DNS name.
    pub fn new(names: Vec<(String, Credential)>) -> Result<Self, CredentialError> {
        let mut by_name = BTreeMap::new();
        for (server_name, credential) in names {
            let server_name = server_name.to_ascii_lowercase();
            let mut certified = credential.certificate.dns_names().iter();
            if !certified.any(|name| name.eq_ignore_ascii_case(&server_name)) {
                let subject = credential.certificate.subject().to_owned();
                return Err(CredentialError::ServerName {
                    subject,
                    server_name,
                });
            }
            if by_name.contains_key(&server_name) {
                return Err(CredentialError::ServerNameTwice { server_name });
            }
            by_name.insert(server_name, credential);
        }
        Ok(Self { by_name })
    }
}

impl ResolvesServerCert for ServerNames {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let asked = hello.server_name()?.to_ascii_lowercase();
        let credential = self.by_name.get(&asked)?;
        Some(Arc::clone(&credential.certified))
    }
}
