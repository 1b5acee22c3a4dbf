//! The server: authenticate, decide, append, relay, prove.
//!
//! ```text
//! bytes ─TLS──> Line, Caller     accept, authenticate   which node of which side is on the line
//!       ─gRPC─> handler          layer                  within every limit; every error with its reason
//!       ──────> Checked          submit                 verified, understood, in time, allowed (policy, registry)
//!       ──────> Receipt          ledger                 on disk, under a signed checkpoint
//! ledger ─────> Delivery         subscribe              every entitled subscriber, in order, from its cursor
//! ledger ─────> proofs, entries  prove                  for whoever may see them (rights)
//! ledger ─────> records          records                for their parties, a page at a time
//! ledger ─────> OVERDUE          clocks                 for whoever did not answer in time, and who is asked instead
//! parts  ─────> Directory        registry, directory    signed by each side, logged, and only then in force
//! ```
//!
//! A program checks the settings, opens the log, then a port, and serves until it is told to stop:
//! [`Gateway::check`], [`Gateway::open`], [`Opened::serve`]; or all of it by [`run`].

pub mod accept;
pub mod answers;
pub mod authenticate;
pub mod cases;
pub mod certificates;
mod clocks;
pub mod config;
pub mod directory;
#[cfg(any(test, fuzzing))]
pub mod foreign_bytes;
pub mod layer;
pub mod limits;
mod material;
mod open_streams;
pub mod policy;
pub mod prove;
pub mod records;
pub mod registry;
pub mod rights;
mod serve;
pub mod status;
pub mod submit;
pub mod subscribe;
#[cfg(test)]
mod test_ledger;
pub mod witness;

use std::pin::Pin;
use std::sync::Arc;

use precinto_alert::Reason;
use precinto_envelope::tls;
use precinto_envelope::trust::TrustStore;
use precinto_ledger::clock::Clock;
use precinto_ledger::{
    AppendError, BatchLimits, CreateError, Ledger, OpenError, Options, OwnerHandle, ReadError,
    StopError,
};
use precinto_merkle::note::NoteVerifier;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use cases::Cases;
use certificates::Certificates;
use config::Config;
use material::Material;
use registry::keeper::Keeper;
use registry::offered::Offer;
use registry::start;
use subscribe::store::{Store, StoreError};
use witness::{WitnessError, Witnesses};

pub use material::CheckError;
pub use registry::start::StartError;

/// A gateway whose settings, keys, certificates and directory have been read and judged. Nothing is open yet.
pub struct Gateway {
    config: Config,
    material: Material,
}

/// A gateway whose log is open. Nobody can reach it yet.
pub struct Opened {
    pub(crate) config: Config,
    pub(crate) tls: Arc<rustls::ServerConfig>,
    pub(crate) trust: Arc<TrustStore>,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) trusted: watch::Receiver<Arc<TrustStore>>,
    pub(crate) certificates: Arc<Certificates>,
    pub(crate) cases: Arc<Cases>,
    pub(crate) ledger: Ledger,
    pub(crate) store: Arc<Store>,
    pub(crate) witnesses: Arc<Witnesses>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) owner: OwnerHandle,
}

/// Why a gateway did not run, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The settings, or what they name.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The log's directory and what the settings' folder offers do not go together.
    #[error("the directory: {0}")]
    Directory(#[from] StartError),
    /// The log cannot be opened.
    #[error("the log: {0}")]
    Open(#[from] OpenError),
    /// What trust rests on cannot be logged.
    #[error("the log does not take what trust rests on: {0}")]
    Trust(#[from] AppendError),
    /// The cursors cannot be read, or know of more than the log holds.
    #[error("the cursors: {0}")]
    Cursors(#[from] StoreError),
    /// What witnesses have cosigned cannot be read, or is not this log's.
    #[error("the witnesses: {0}")]
    Witnesses(#[from] WitnessError),
    /// The log cannot be read.
    #[error("the cases of the log: {0}")]
    Cases(#[from] ReadError),
    /// The server failed.
    #[error("the server: {0}")]
    Serve(#[from] tonic::transport::Error),
    /// The log did not stop cleanly.
    #[error("the log did not stop cleanly: {0}")]
    Stop(#[from] StopError),
    /// A task of ours died: our bug.
    #[error("a task of the gateway died")]
    Task(#[from] tokio::task::JoinError),
}

/// Checks, opens and serves on `listener` until `shutdown` is cancelled, then drains. Nothing acknowledged is lost.
pub async fn run(
    config: Config,
    listener: TcpListener,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
) -> Result<(), RunError> {
    let gateway = Gateway::check(config, clock.now_ms())?;
    gateway.open(clock).await?.serve(listener, shutdown).await
}

impl RunError {
    /// The coded reason, where there is one: `ROLLBACK` when something that outlived the log shows more than it holds.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Open(OpenError::Behind { .. } | OpenError::Forked { .. })
            | Self::Cursors(StoreError::Behind { .. })
            | Self::Witnesses(WitnessError::NotOurs { .. }) => Some(Reason::Rollback),
            _ => None,
        }
    }
}

impl Gateway {
    /// Reads and judges everything that the settings name, as of `now_ms`. Opens and writes nothing.
    pub fn check(config: Config, now_ms: u64) -> Result<Self, CheckError> {
        let material = Material::load(&config, now_ms)?;
        Ok(Self { config, material })
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The key by which the log's checkpoints are verified: what nodes are given on paper.
    pub fn verifier(&self) -> NoteVerifier {
        self.material.signer.verifier()
    }

    /// What the settings' folder offers of the directory, one for each side.
    pub fn offers(&self) -> &[Offer] {
        &self.material.offers
    }

    /// Begins the log, empty, in a data folder that holds none: once in a gateway's life, before the first start.
    /// Blocks.
    pub fn init(self) -> Result<(), CreateError> {
        Ledger::create(&Options {
            dir: self.config.data,
            signer: self.material.signer,
            limits: log_limits(),
        })
    }

    /// Opens the log, recovering it if need be, and logs what trust rests on as far as that is new.
    pub async fn open(self, clock: Arc<dyn Clock>) -> Result<Opened, RunError> {
        let Self { config, material } = self;
        let Material {
            trust,
            names,
            offers,
            signer,
        } = material;
        let now = Arc::clone(&clock);
        let time = tls::time_provider(move || now.now_ms());
        let tls = tls::server_config(Arc::clone(&trust), names, time);
        let options = Options {
            dir: config.data.clone(),
            signer,
            limits: log_limits(),
        };
        let ledger_clock = Arc::clone(&clock);
        let (ledger, owner) =
            tokio::task::spawn_blocking(move || Ledger::open(options, ledger_clock)).await??;
        // Before anything is appended: a cursor beyond the log is how a lost log shows.
        let size = ledger.published().borrow().size;
        let cursors = config.data.join("cursors");
        let store = tokio::task::spawn_blocking(move || Store::open(&cursors, size)).await??;
        let log = ledger.clone();
        let read = move || {
            let mut parts = start::Logged::default();
            let see = |entry: &_| parts.see(entry);
            Cases::rebuild(&log, see).map(|cases| (cases, parts))
        };
        let (cases, parts) = tokio::task::spawn_blocking(read).await??;
        let start::Started {
            directory,
            fresh,
            codes,
        } = start::start(&parts, &offers, &trust, clock.now_ms())?;
        let certificates = Arc::new(Certificates::new(ledger.clone()));
        let trusted = watch::channel(Arc::clone(&trust)).1;
        let keeper = Keeper::new(
            directory,
            codes,
            Arc::clone(&certificates),
            trusted.clone(),
            Arc::clone(&clock),
        );
        let (folder, log) = (config.data.join("witness"), ledger.clone());
        let in_force = keeper.in_force();
        let witnesses = move || Witnesses::open(&folder, log, in_force);
        let witnesses = tokio::task::spawn_blocking(witnesses).await??;
        certificates.log_foundations(&trust).await?;
        for part in fresh {
            let side = part.signed().part().side();
            certificates.log_chain(part.chain(), side).await?;
            certificates.log_part(&part).await?;
        }
        tracing::info!(origin = config.origin, size, "log open");
        let store = Arc::new(store);
        Ok(Opened {
            config,
            tls,
            trust,
            keeper: Arc::new(keeper),
            trusted,
            certificates,
            cases: Arc::new(cases),
            ledger,
            store,
            witnesses: Arc::new(witnesses),
            clock,
            owner,
        })
    }
}

impl Opened {
    /// The key by which the log's checkpoints are verified.
    pub fn verifier(&self) -> &NoteVerifier {
        self.ledger.verifier()
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.config.origin
    }

    /// How many entries the log has.
    pub fn size(&self) -> u64 {
        self.ledger.published().borrow().size
    }

    /// Serves until `shutdown` is cancelled, then drains: subscribers hear `DRAINING`, what was read is answered,
    /// cursors are written, the log is closed.
    ///
    /// The future is boxed here so that all that serves is compiled here: what an `async fn` does, down to HTTP/2, is
    /// compiled by whoever awaits it, and that is the command line, which is not optimised.
    pub fn serve(self, listener: TcpListener, shutdown: CancellationToken) -> Serving {
        Box::pin(serve::serve(self, listener, shutdown))
    }
}

/// A running gateway: to be awaited.
pub type Serving = Pin<Box<dyn Future<Output = Result<(), RunError>> + Send>>;

/// The ledger's own limits, but for its queue: that must have room for what [`limits`] lets in.
fn log_limits() -> BatchLimits {
    BatchLimits {
        queue_entries: limits::LOG_QUEUE_MAX,
        queue_bytes: limits::LOG_QUEUE_BYTES_MAX,
        ..BatchLimits::default()
    }
}
