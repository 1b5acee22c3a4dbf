//! Judges the certificates that TLS peers present, for rustls, by the trust of their own side.

use super::refusal::{GatewayMismatch, refuse};
use crate::certificate::Certificate;
use crate::crypto::tls_provider;
use crate::limits::PRESENTED_MAX;
use crate::trust::{Judged, Purpose, TrustError, TrustStore};
use precinto_alert::id::{GatewayId, Identity};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, SignatureScheme,
};
use std::fmt;
use std::sync::Arc;
use webpki::EndEntityCert;

/// Judges the certificates of those who connect to a gateway. A certificate is always demanded.
#[derive(Debug)]
pub struct ClientVerifier {
    chain: Chain,
    hears: Option<Arc<dyn HearRevoked>>,
}

/// Hears of clients that are refused because their certificate is revoked, and for no other reason: its side has issued it.
///
/// That who shows it also has its key is not known: it is refused before.
pub trait HearRevoked: fmt::Debug + Send + Sync {
    /// This one was refused. Called in the middle of a handshake: MUST NOT wait for anything.
    fn revoked(&self, certificate: &Certificate);
}

/// Judges the certificate of the gateway that answers: the one expected, and nobody else.
#[derive(Debug)]
pub struct ServerVerifier {
    chain: Chain,
    gateway: GatewayId,
}

/// What both verifiers share.
#[derive(Debug)]
struct Chain {
    trust: Arc<TrustStore>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientVerifier {
    /// Accepts nodes and gateways of the sides in `trust`.
    pub fn new(trust: Arc<TrustStore>) -> Self {
        let chain = Chain::new(trust);
        Self { chain, hears: None }
    }

    /// Lets somebody hear of the revoked ones.
    #[must_use]
    pub fn heard_by(mut self, hears: Arc<dyn HearRevoked>) -> Self {
        self.hears = Some(hears);
        self
    }

    fn tell(&self, end_entity: &CertificateDer<'_>, error: &TrustError) {
        if let (Some(hears), TrustError::Revoked { .. }) = (&self.hears, error)
            && let Ok(certificate) = Certificate::parse(end_entity)
        {
            hears.revoked(&certificate);
        }
    }
}

impl ServerVerifier {
    /// Accepts `gateway` alone, certified by its side in `trust`.
    pub fn new(trust: Arc<TrustStore>, gateway: GatewayId) -> Self {
        let chain = Chain::new(trust);
        Self { chain, gateway }
    }
}

impl Chain {
    fn new(trust: Arc<TrustStore>) -> Self {
        let algorithms = tls_provider().signature_verification_algorithms;
        Self { trust, algorithms }
    }

    /// Judges what a peer presented. Number and sizes come first: nothing is parsed, let alone verified,
    /// that is too much.
    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        purpose: Purpose,
        now: UnixTime,
    ) -> Result<Arc<Judged>, TrustError> {
        let count = intermediates.len();
        if count >= PRESENTED_MAX {
            return Err(TrustError::TooMany { count });
        }
        let above: Vec<Arc<Certificate>> = intermediates
            .iter()
            .map(|der| Certificate::parse(der).map(Arc::new))
            .collect::<Result<_, _>>()?;
        let end_entity = Arc::new(Certificate::parse(end_entity)?);
        let now_ms = now.as_secs().saturating_mul(1_000);
        self.trust.judge(&end_entity, &above, purpose, now_ms)
    }
}

/// How the peer's signature over the handshake is checked. rustls has one trait for each end of a connection, and both ask
/// for the same three methods.
macro_rules! signatures_of_tls_1_3 {
    () => {
        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Err(Error::General("TLS 1.2 is not spoken here".to_owned()))
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &CertificateDer<'_>,
            signature: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            verify_tls13_signature(message, certificate, signature, &self.chain.algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.chain.algorithms.supported_schemes()
        }
    };
}

impl ClientCertVerifier for ClientVerifier {
    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.chain
            .judge(end_entity, intermediates, Purpose::TlsClient, now)
            .map(|_| ClientCertVerified::assertion())
            .map_err(|error| {
                self.tell(end_entity, &error);
                refuse(error)
            })
    }

    /// None: a client has one certificate, and outsiders need not learn our authorities' names.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    signatures_of_tls_1_3!();
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = self
            .chain
            .judge(end_entity, intermediates, Purpose::TlsServer, now)
            .map_err(refuse)?;
        match judged.identity() {
            Identity::Gateway(found) if *found == self.gateway => {}
            found => {
                let (found, expected) = (found.clone(), self.gateway.clone());
                let mismatch = GatewayMismatch { found, expected };
                return Err(CertificateError::Other(OtherError(Arc::new(mismatch))).into());
            }
        }
        EndEntityCert::try_from(end_entity)
            .and_then(|certificate| certificate.verify_is_valid_for_subject_name(server_name))
            .map_err(|_| CertificateError::NotValidForName)?;
        Ok(ServerCertVerified::assertion())
    }

    signatures_of_tls_1_3!();
}
