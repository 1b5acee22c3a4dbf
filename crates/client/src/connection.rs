//! One mutual TLS 1.3 connection to the gateway, good only when the gateway has said so itself.
//!
//! In TLS 1.3 the server judges the client's certificate after the client has finished its half of the handshake. A
//! connection counts as open only when the gateway's first bytes have come (its HTTP/2 settings); a refusal comes as an
//! alert in their place, and is told as the reason that it stands for.

mod refused;

pub(crate) use refused::reason_of;

use crate::clock::Clock;
use crate::limits;
use crate::machine::{self, Wire};
use crate::receipt::ReceiptVerifier;
use hyper_util::rt::TokioIo;
use precinto_alert::Reason;
use precinto_alert::id::GatewayId;
use precinto_envelope::tls::{Credential, client_config, time_provider};
use precinto_envelope::trust::TrustStore;
use precinto_merkle::note::NoteVerifier;
use precinto_proto::v1 as pb;
use rustls::pki_types::ServerName;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncBufReadExt;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};

/// Everything needed to reach one gateway and to know it when it answers.
#[derive(Clone)]
pub struct Settings {
    /// Where it listens, as `host:port`.
    pub gateway: String,
    /// The DNS name to ask for (SNI): it selects the certificate of the side that we can verify.
    pub server_name: String,
    /// Who must answer: pinned, whatever other gateways the same side's CA has certified.
    pub gateway_identity: GatewayId,
    /// Our TLS certificate, its issuers below the root, and its private key.
    pub credential: Credential,
    /// The roots and revocation lists of every side.
    pub trust: Arc<TrustStore>,
    /// The key of the gateway's log, from paper.
    pub log: NoteVerifier,
}

/// One live connection; cheap to clone, and shared by any number of calls.
///
/// It never reconnects: when it ends, calls fail as transient and whoever holds it opens another.
#[derive(Clone)]
pub struct Connection {
    channel: Channel,
    shared: Arc<Shared>,
}

struct Shared {
    gateway: String,
    receipts: ReceiptVerifier,
    trust: Arc<TrustStore>,
    clock: Clock,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The server name of the settings is none.
    #[error("{0:?} is no DNS name to ask a gateway for")]
    ServerName(String),
    /// Nobody answers at the address.
    #[error("{gateway} cannot be reached")]
    Unreachable {
        /// The address.
        gateway: String,
        /// The cause.
        #[source]
        cause: io::Error,
    },
    /// A step took too long.
    #[error("no answer to the {step} within {} s", limit.as_secs())]
    Timeout {
        /// Which step.
        step: &'static str,
        /// Its limit.
        limit: Duration,
    },
    /// The other end is not the gateway expected, or its certificate does not hold.
    #[error("the gateway is not believed: {cause}")]
    Gateway {
        /// The coded reason.
        reason: Reason,
        /// What is wrong with its certificate.
        cause: rustls::Error,
    },
    /// The gateway does not accept our certificate, or nothing at all: it sent a TLS alert, or just closed.
    #[error("the gateway refused the connection: {detail}")]
    Refused {
        /// The coded reason, as far as the alert tells it.
        reason: Reason,
        /// What was heard.
        detail: String,
    },
    /// TLS or HTTP/2 failed in some other way.
    #[error("the connection failed")]
    Protocol(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ConnectError {
    /// The coded reason; none if nothing has answered.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Gateway { reason, .. } | Self::Refused { reason, .. } => Some(*reason),
            Self::ServerName(_)
            | Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::Protocol(_) => None,
        }
    }

    /// Whether another attempt may succeed though nobody changes anything.
    ///
    /// A gateway at its limits closes without a word, so that counts as passing; a judged certificate does not.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::ServerName(_) | Self::Gateway { .. } => false,
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::Protocol(_) => true,
            Self::Refused { reason, .. } => *reason == Reason::TlsRefused,
        }
    }
}

impl Connection {
    /// Connects, proves who we are, checks who answers, and waits until the gateway has accepted us.
    pub async fn open(settings: &Settings, clock: &Clock) -> Result<Self, ConnectError> {
        let tcp = dial(&settings.gateway).await?;
        let stream = handshake(settings, clock, tcp).await?;
        let channel = http2(&settings.server_name, stream).await?;
        let shared = Shared {
            gateway: settings.gateway.clone(),
            receipts: ReceiptVerifier::new(settings.log.clone()),
            trust: Arc::clone(&settings.trust),
            clock: clock.clone(),
        };
        Ok(Self {
            channel,
            shared: Arc::new(shared),
        })
    }

    /// The gateway's address.
    pub fn gateway(&self) -> &str {
        &self.shared.gateway
    }

    /// The verifier of this log's receipts, shared by all clones.
    pub fn receipts(&self) -> &ReceiptVerifier {
        &self.shared.receipts
    }

    /// The roots and revocation lists to judge signers by.
    pub fn trust(&self) -> &TrustStore {
        &self.shared.trust
    }

    /// The clock handed in.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The bare channel, for calls that this crate has no words for (health, reflection, tests of bad input).
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    pub(crate) fn submission(
        &self,
    ) -> pb::submission_service_client::SubmissionServiceClient<Channel> {
        pb::submission_service_client::SubmissionServiceClient::new(self.channel())
            .max_decoding_message_size(limits::MESSAGE_BYTES_MAX)
    }

    pub(crate) fn subscription(
        &self,
    ) -> pb::subscription_service_client::SubscriptionServiceClient<Channel> {
        pb::subscription_service_client::SubscriptionServiceClient::new(self.channel())
            .max_decoding_message_size(limits::MESSAGE_BYTES_MAX)
    }

    pub(crate) fn directory_service(
        &self,
    ) -> pb::directory_service_client::DirectoryServiceClient<Channel> {
        pb::directory_service_client::DirectoryServiceClient::new(self.channel())
            .max_decoding_message_size(limits::MESSAGE_BYTES_MAX)
    }

    pub(crate) fn record_service(&self) -> pb::record_service_client::RecordServiceClient<Channel> {
        pb::record_service_client::RecordServiceClient::new(self.channel())
            .max_decoding_message_size(limits::MESSAGE_BYTES_MAX)
    }

    pub(crate) fn log_service(&self) -> pb::log_service_client::LogServiceClient<Channel> {
        pb::log_service_client::LogServiceClient::new(self.channel())
            .max_decoding_message_size(limits::MESSAGE_BYTES_MAX)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({})", self.shared.gateway)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Settings({} as {}, key secret)",
            self.gateway, self.gateway_identity
        )
    }
}

/// A request of a call with one answer, and the time it may take.
pub(crate) fn unary<T>(message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    request.set_timeout(limits::UNARY_MAX);
    request
}

async fn dial(gateway: &str) -> Result<Wire, ConnectError> {
    let limit = limits::TCP_CONNECT_MAX;
    let unreachable = |cause| ConnectError::Unreachable {
        gateway: gateway.to_owned(),
        cause,
    };
    timeout(limit, machine::dial(gateway))
        .await
        .map_err(|_| ConnectError::Timeout {
            step: "TCP connection",
            limit,
        })?
        .map_err(unreachable)
}

async fn handshake(
    settings: &Settings,
    clock: &Clock,
    tcp: Wire,
) -> Result<TlsStream<Wire>, ConnectError> {
    let limit = limits::HANDSHAKE_MAX;
    let name = ServerName::try_from(settings.server_name.clone());
    let name = name.map_err(|_| ConnectError::ServerName(settings.server_name.clone()))?;
    let clock = clock.clone();
    let config = client_config(
        Arc::clone(&settings.trust),
        settings.gateway_identity.clone(),
        settings.credential.clone(),
        time_provider(move || clock.now_ms()),
    );
    let mut stream = timeout(limit, TlsConnector::from(config).connect(name, tcp))
        .await
        .map_err(|_| ConnectError::Timeout {
            step: "TLS handshake",
            limit,
        })?
        .map_err(refused::from_io)?;
    let limit = limits::FIRST_BYTES_MAX;
    let first = timeout(limit, stream.fill_buf())
        .await
        .map_err(|_| ConnectError::Timeout {
            step: "TLS handshake (the gateway's first bytes)",
            limit,
        })?
        .map_err(refused::from_io)?;
    if first.is_empty() {
        return Err(refused::closed());
    }
    Ok(stream)
}

/// HTTP/2 over `stream`, which is used once: the channel cannot reconnect behind our back.
async fn http2(server_name: &str, stream: TlsStream<Wire>) -> Result<Channel, ConnectError> {
    let protocol = |cause: tonic::transport::Error| ConnectError::Protocol(cause.into());
    let mut once = Some(TokioIo::new(stream));
    let connector = tower::service_fn(move |_: http::Uri| {
        let stream = once.take();
        async move {
            stream.ok_or_else(|| {
                io::Error::new(io::ErrorKind::NotConnected, "the connection has ended")
            })
        }
    });
    Endpoint::from_shared(format!("https://{server_name}"))
        .map_err(protocol)?
        .http2_keep_alive_interval(limits::KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(limits::KEEP_ALIVE_TIMEOUT)
        .initial_stream_window_size(limits::STREAM_WINDOW_BYTES)
        .initial_connection_window_size(limits::CONNECTION_WINDOW_BYTES)
        .http2_max_header_list_size(limits::HEADERS_BYTES_MAX)
        .connect_with_connector(connector)
        .await
        .map_err(protocol)
}

#[cfg(test)]
mod tests;
