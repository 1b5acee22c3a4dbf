//! Who is on the line: from the certificate that the handshake verified to a [`Caller`].

use std::fmt;

use precinto_alert::Reason;
use precinto_alert::id::{Identity, NodeId};
use precinto_envelope::tls;
use rustls::pki_types::CertificateDer;

use crate::status::Refusal;

/// A verified peer. Built from a finished handshake only, whose verifier has chosen the side from the certificate,
/// verified the chain under that side's roots, and consulted its revocation lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    identity: Identity,
    certificate: [u8; 32],
}

impl Caller {
    /// The peer of a finished handshake.
    pub(crate) fn of(certificates: Option<&[CertificateDer<'_>]>) -> Option<Self> {
        let peer = tls::peer(certificates)?;
        Some(Self {
            certificate: peer.certificate.digest(),
            identity: peer.identity,
        })
    }

    /// The identity in the certificate.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// SHA-256 of the certificate.
    pub fn certificate(&self) -> &[u8; 32] {
        &self.certificate
    }

    /// The node on the line. Only nodes submit, subscribe and read; gateways and officers have no business here.
    pub fn node(&self) -> Result<&NodeId, Refusal> {
        match &self.identity {
            Identity::Node(node) => Ok(node),
            Identity::Officer(_) | Identity::Gateway(_) => {
                Err(Refusal::new(Reason::CallerForbidden))
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn for_tests(identity: Identity) -> Self {
        Self {
            identity,
            certificate: [0; 32],
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity.fmt(f)
    }
}
