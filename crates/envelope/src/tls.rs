//! TLS as everyone here must speak it: 1.3 only, both ends certified, each by its own side, nothing resumed.
//!
//! Every setting differs from, or guards, a default that is documented in rustls. One that differs has a test that fails when the
//! setting is removed. One that guards a default (no early data, none before the client's certificate) changes nothing as long as the
//! default stays: its test asks for the outcome, and fails when a new version of rustls brings another default and the line is gone.

mod credential;
mod refusal;
mod verifier;

pub use credential::{Credential, CredentialError, ServerNames};
pub use refusal::{GatewayMismatch, alert_reason, error_reason};
pub use verifier::{ClientVerifier, HearRevoked, ServerVerifier};

use crate::certificate::Certificate;
use crate::crypto::tls_provider;
use crate::trust::TrustStore;
use precinto_alert::id::{GatewayId, Identity};
use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ServerConfig};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The only application protocol, HTTP/2 (RFC 7301, RFC 9113). A connection that negotiated none is closed
/// by whoever accepted it: rustls lets a client pass that offers no protocol at all.
pub const ALPN: &[u8] = b"h2";

/// How a gateway answers TLS connections. Make a fresh one for every change of trust or certificate.
///
/// # Panics
/// Never: the provider has suites for TLS 1.3.
pub fn server_config(
    trust: Arc<TrustStore>,
    names: Arc<ServerNames>,
    time: Arc<dyn TimeProvider>,
) -> Arc<ServerConfig> {
    server_config_by(ClientVerifier::new(trust), names, time)
}

/// The same by a verifier that has been made already, to hear whom it refuses.
///
/// # Panics
/// Never: the provider has suites for TLS 1.3.
pub fn server_config_by(
    verifier: ClientVerifier,
    names: Arc<ServerNames>,
    time: Arc<dyn TimeProvider>,
) -> Arc<ServerConfig> {
    let mut config = ServerConfig::builder_with_details(tls_provider(), time)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("the provider has suites for TLS 1.3")
        .with_client_cert_verifier(Arc::new(verifier))
        .with_cert_resolver(names);
    // A resumed session reuses the stored chain and never asks the verifier: a revoked node would be back.
    config.send_tls13_tickets = 0;
    config.max_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.ignore_client_order = true; // AES-256-GCM, whatever the client prefers
    config.alpn_protocols = vec![ALPN.to_vec()];
    // Defaults, pinned: early data can be replayed, decompression can be bombed, secrets stay inside.
    config.max_early_data_size = 0;
    config.send_half_rtt_data = false;
    config.enable_secret_extraction = false;
    config.cert_compressors = Vec::new();
    config.cert_decompressors = Vec::new();
    Arc::new(config)
}

/// How a node, or the other side's gateway, opens a TLS connection to the gateway with this identity.
///
/// # Panics
/// Never: the provider has suites for TLS 1.3.
pub fn client_config(
    trust: Arc<TrustStore>,
    gateway: GatewayId,
    credential: Credential,
    time: Arc<dyn TimeProvider>,
) -> Arc<ClientConfig> {
    let mut config = ClientConfig::builder_with_details(tls_provider(), time)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("the provider has suites for TLS 1.3")
        .dangerous() // the verifier is ours: stricter, and pinned to one gateway
        .with_custom_certificate_verifier(Arc::new(ServerVerifier::new(trust, gateway)))
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(credential.certified())));
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.enable_sni = true; // it selects the certificate that our side can verify
    config.enable_early_data = false;
    config.enable_secret_extraction = false;
    config.cert_compressors = Vec::new();
    config.cert_decompressors = Vec::new();
    Arc::new(config)
}

/// Who is at the other end of a connection whose handshake has finished.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The identity, verified under the root of its own side.
    pub identity: Identity,
    /// The certificate that names it.
    pub certificate: Certificate,
}

/// Reads the peer from `peer_certificates()` of a connection made with [`server_config`] or [`client_config`].
///
/// `None` before the handshake has finished. It verifies nothing again: the configurations did.
pub fn peer(presented: Option<&[CertificateDer<'_>]>) -> Option<Peer> {
    let certificate = Certificate::parse(presented?.first()?).ok()?;
    let identity = certificate.identity().ok()?.clone();
    Some(Peer {
        identity,
        certificate,
    })
}

/// Lets rustls read the clock that is passed around everywhere else, in milliseconds since 1970 UTC.
pub fn time_provider(now_ms: impl Fn() -> u64 + Send + Sync + 'static) -> Arc<dyn TimeProvider> {
    Arc::new(Clock(now_ms))
}

struct Clock<F>(F);

impl<F: Fn() -> u64 + Send + Sync> TimeProvider for Clock<F> {
    fn current_time(&self) -> Option<UnixTime> {
        let now = Duration::from_millis((self.0)());
        Some(UnixTime::since_unix_epoch(now))
    }
}

impl<F> fmt::Debug for Clock<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests;
