//! A gateway on a free port with its development certificates, and nodes that speak to it with plain stubs.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use precinto_envelope::tls;
use precinto_envelope::trust::{SideTrust, TrustStore};
use precinto_gateway::config::{Config, EXAMPLE};
use precinto_gateway::{AskReload, Gateway, Opening, RunError};
use precinto_ledger::clock::{Clock, ManualClock};
use precinto_ledger::storage::FaultyMemory;
use precinto_ledger::{Options, durable, testing};
use precinto_merkle::note::NoteVerifier;
use precinto_proto::v1 as pb;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

pub(crate) mod channel;
pub(crate) mod parts;
pub(crate) mod pki;
pub(crate) mod say;
pub(crate) mod watch;

use pki::{Issued, Pki};

pub(crate) const ORIGIN: &str = "gw.dev.invalid/log/2026";
pub(crate) const LAX: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";
pub(crate) const AUDIT: &str = "spiffe://us.dev.invalid/agency/oig/node/audit";
pub(crate) const NLU: &str = "spiffe://mx.dev.invalid/agency/anam/node/nlu";
/// Certified by the Mexican side, and in nobody's directory.
pub(crate) const GHOST: &str = "spiffe://mx.dev.invalid/agency/anam/node/ghost";

/// A gateway with everything it needs, in a folder that goes away with it.
pub(crate) struct World {
    pub(crate) pki: Pki,
    pub(crate) folder: TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) address: SocketAddr,
    pub(crate) verifier: NoteVerifier,
    /// The operator's port, where the settings name one.
    pub(crate) admin: Option<SocketAddr>,
    running: Option<Running>,
}

struct Running {
    shutdown: CancellationToken,
    ask_reload: AskReload,
    task: JoinHandle<Result<(), RunError>>,
}

impl World {
    /// A new world with a running gateway.
    pub(crate) async fn start() -> Self {
        let pki = Pki::new();
        let folder = tempfile::tempdir().unwrap();
        pki.write(folder.path());
        let clock = Arc::new(ManualClock::new(pki::NOW_MS));
        let mut world = Self {
            pki,
            folder,
            clock,
            address: ([127, 0, 0, 1], 0).into(),
            verifier: NoteVerifier::parse(PLACEHOLDER).unwrap(),
            admin: None,
            running: None,
        };
        let config = Config::load(&world.path("gateway.toml")).unwrap();
        let gateway = Gateway::check(config, pki::NOW_MS).unwrap();
        gateway.init().unwrap();
        world.resume().await;
        world
    }

    /// Starts the gateway on the same folder, on another port.
    pub(crate) async fn resume(&mut self) {
        self.resume_with(Gateway::open).await;
    }

    /// The same with a new log on this disk.
    pub(crate) async fn begin_on(&mut self, disk: FaultyMemory) {
        let open_log = move |Options { signer, limits, .. }: Options, clock| {
            testing::create_on(&disk, &signer).unwrap();
            testing::open_on(Arc::new(disk), signer, limits, clock, || ())
        };
        self.resume_with(|gateway, clock| gateway.open_with(clock, open_log))
            .await;
    }

    async fn resume_with(&mut self, open: impl FnOnce(Gateway, Arc<dyn Clock>) -> Opening) {
        let config = Config::load(&self.path("gateway.toml")).unwrap();
        let gateway = Gateway::check(config, pki::NOW_MS).unwrap();
        let clock = Arc::clone(&self.clock);
        let mut opened = open(gateway, clock).await.unwrap();
        self.admin = opened.open_admin().await.unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        self.address = listener.local_addr().unwrap();
        self.verifier = opened.verifier().clone();
        let (shutdown, ask_reload) = (CancellationToken::new(), opened.ask_reload());
        let task = tokio::spawn(opened.serve(listener, shutdown.clone()));
        self.running = Some(Running {
            shutdown,
            ask_reload,
            task,
        });
    }

    /// Tells the gateway to stop, and waits for it.
    pub(crate) async fn stop(&mut self) {
        let running = self.running.take().unwrap();
        running.shutdown.cancel();
        running.task.await.unwrap().unwrap();
    }

    /// Asks the gateway to read its files anew at once.
    pub(crate) fn ask_reload(&self) {
        self.running.as_ref().unwrap().ask_reload.ask();
    }

    /// Tells the gateway to stop.
    pub(crate) fn begin_stop(&self) {
        self.running.as_ref().unwrap().shutdown.cancel();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A connected node with certificates of its own side.
    pub(crate) async fn node(&self, identity: &str) -> Node {
        let tls = self.pki.tls_client(identity);
        let signing = self.pki.signing(identity);
        let channel = self.connect(&tls).await.unwrap();
        Node {
            identity: identity.to_owned(),
            signing,
            channel,
            sequence: 0,
        }
    }

    /// A connection with this certificate.
    pub(crate) async fn connect(&self, tls: &Issued) -> Result<Channel, tonic::transport::Error> {
        channel::connect(self.address, self.client_config(tls), server_name(&tls.uri)).await
    }

    /// Reads the log with this certificate, by windows so narrow that some 70 KiB are on their way at once. What a client has
    /// unless it asks for others (some MiB) would take a test's whole log before anybody reads.
    pub(crate) async fn narrow_reader(
        &self,
        tls: &Issued,
    ) -> pb::log_service_client::LogServiceClient<Channel> {
        let endpoint = Endpoint::from_static("http://gateway").initial_stream_window_size(65_535);
        let (config, server) = (self.client_config(tls), server_name(&tls.uri));
        let channel = channel::connect_by(endpoint, self.address, config, server).await;
        pb::log_service_client::LogServiceClient::new(channel.unwrap())
    }

    pub(crate) fn client_config(&self, tls: &Issued) -> Arc<rustls::ClientConfig> {
        let side = tls.uri.split('/').nth(2).unwrap();
        let gateway = format!("spiffe://{side}/gateway/gw1").parse().unwrap();
        let credential = tls::Credential::new(std::slice::from_ref(&tls.der), &tls.pkcs8).unwrap();
        tls::client_config(
            Arc::new(self.trust()),
            gateway,
            credential,
            tls::time_provider(|| pki::NOW_MS),
        )
    }

    /// What a node believes.
    pub(crate) fn trust(&self) -> TrustStore {
        let side = |domain: &str, authority: &pki::Authority| {
            SideTrust::load(
                domain.parse().unwrap(),
                &[&authority.der],
                &[authority.crl()],
                pki::NOW_MS,
            )
            .unwrap()
        };
        TrustStore::new(vec![
            side("us.dev.invalid", &self.pki.us),
            side("mx.dev.invalid", &self.pki.mx),
        ])
        .unwrap()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // A failed test leaves its gateway running, which must not lose its folder: it would rightly abort the process, and
        // nobody would read why the test failed.
        self.folder.disable_cleanup(self.running.is_some());
    }
}

/// The server name by which a side's nodes ask for the gateway.
pub(crate) fn server_name(identity: &str) -> String {
    let side = identity.split('/').nth(2).unwrap();
    side.replace(".dev.", ".gw.dev.")
}

/// A node with a line to the gateway.
pub(crate) struct Node {
    pub(crate) identity: String,
    pub(crate) signing: Issued,
    pub(crate) channel: Channel,
    pub(crate) sequence: u64,
}

impl Node {
    pub(crate) fn submissions(
        &self,
    ) -> pb::submission_service_client::SubmissionServiceClient<Channel> {
        pb::submission_service_client::SubmissionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn subscriptions(
        &self,
    ) -> pb::subscription_service_client::SubscriptionServiceClient<Channel> {
        pb::subscription_service_client::SubscriptionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn log(&self) -> pb::log_service_client::LogServiceClient<Channel> {
        pb::log_service_client::LogServiceClient::new(self.channel.clone())
    }

    /// Hears whether the gateway serves; it does when this returns.
    pub(crate) async fn watch_readiness(&self) -> tonic::Streaming<HealthCheckResponse> {
        let service = "ready".to_owned();
        let watch = HealthClient::new(self.channel.clone())
            .watch(HealthCheckRequest { service })
            .await;
        let mut watch = watch.unwrap().into_inner();
        let first = watch.message().await.unwrap().unwrap();
        assert_eq!(first.status(), ServingStatus::Serving);
        watch
    }
}

/// Replaced as soon as the gateway is up.
const PLACEHOLDER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

/// Writes the settings of the example into `folder`.
pub(crate) fn write_settings(folder: &Path) {
    write(&folder.join("gateway.toml"), EXAMPLE.as_bytes());
}

pub(crate) fn write(path: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    durable::replace(path, bytes).unwrap();
}

/// The reason in a status.
#[track_caller]
pub(crate) fn reason(status: &tonic::Status) -> String {
    use tonic_types::StatusExt as _;
    let info = status
        .get_details_error_info()
        .unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"));
    assert_eq!(info.domain, "precinto");
    info.reason
}
