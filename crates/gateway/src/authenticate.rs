//! Who is on the line: from the certificate that the handshake verified to a [`Caller`].

use std::fmt;
use std::sync::Arc;

use precinto_alert::Reason;
use precinto_alert::id::{Identity, NodeId};
use precinto_envelope::certificate::Certificate;
use precinto_envelope::tls;
use precinto_envelope::trust::{Purpose, TrustStore};
use rustls::pki_types::CertificateDer;

use crate::status::Refusal;

/// A verified peer. Built from a finished handshake only, whose verifier has chosen the side from the certificate,
/// verified the chain under that side's roots, and consulted its revocation lists.
#[derive(Debug, Clone)]
pub struct Caller {
    identity: Identity,
    certificate: [u8; 32],
    /// The certificate and those above it, as they were presented: a connection outlives the moment of its handshake.
    chain: Arc<[Arc<Certificate>]>,
}

impl PartialEq for Caller {
    fn eq(&self, other: &Self) -> bool {
        (&self.identity, self.certificate) == (&other.identity, other.certificate)
    }
}

impl Eq for Caller {}

impl Caller {
    /// The peer of a finished handshake.
    pub(crate) fn of(certificates: Option<&[CertificateDer<'_>]>) -> Option<Self> {
        let peer = tls::peer(certificates)?;
        let above = certificates?.iter().skip(1);
        let above = above.filter_map(|der| Certificate::parse(der).ok().map(Arc::new));
        let certificate = peer.certificate.digest();
        Some(Self {
            identity: peer.identity,
            chain: std::iter::once(Arc::new(peer.certificate))
                .chain(above)
                .collect(),
            certificate,
        })
    }

    /// Whether the certificate would still be let in at `now_ms` under this trust; the reason if not. A revocation list that
    /// has ended says nothing about it: that is not its node's fault, and no new connection is let in anyway.
    pub(crate) fn judge(&self, trust: &TrustStore, now_ms: u64) -> Result<(), Reason> {
        let Some((certificate, above)) = self.chain.split_first() else {
            return Ok(()); // only in tests
        };
        match trust.judge(certificate, above, Purpose::TlsClient, now_ms) {
            Ok(_) => Ok(()),
            Err(error) if error.reason() == Reason::CrlStale => Ok(()),
            Err(error) => Err(error.reason()),
        }
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
            chain: Arc::from([]),
        }
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.identity.fmt(f)
    }
}
