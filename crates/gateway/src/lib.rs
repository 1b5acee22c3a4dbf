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
//! parts  ─────> Directory        registry, directory    signed by each side, logged, and only then in force; in a log that is only
//!                                                       read, without being logged: who was removed must not be back
//! files  ─────> TrustStore       reload, in_force       read anew as a whole, logged, and only then in force
//! ```
//!
//! A program checks the settings, opens the log, then a port, and serves until it is told to stop:
//! [`Gateway::check`], [`Gateway::open`], [`Opened::serve`]; or all of it by [`run`].

pub mod accept;
pub mod acts;
mod admin;
pub mod answers;
pub mod authenticate;
pub mod blocking;
pub mod cases;
pub mod certificates;
mod clocks;
pub mod config;
pub mod directory;
#[cfg(any(test, fuzzing))]
pub mod foreign_bytes;
#[cfg(test)]
mod heard;
pub mod in_force;
pub mod layer;
pub mod limits;
mod material;
pub mod metrics;
mod open_streams;
mod pace;
pub mod policy;
pub mod prove;
pub mod quota;
pub mod ration;
pub mod records;
pub mod registry;
mod reload;
pub mod rights;
mod scrub;
mod serve;
mod shown;
pub mod status;
pub mod submit;
pub mod subscribe;
#[cfg(test)]
mod test_ledger;
pub mod witness;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use precinto_alert::Reason;
use precinto_envelope::trust::OlderList;
use precinto_ledger::clock::Clock;
use precinto_ledger::{
    AppendError, BatchLimits, CreateError, Ledger, OpenError, Options, OwnerHandle, ReadError,
    StopError,
};
use precinto_merkle::note::NoteVerifier;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use accept::Listen;
use acts::Acts;
use admin::Desk;
use cases::Cases;
use certificates::Certificates;
use config::Config;
use in_force::Terms;
use material::{Material, Renewable};
use registry::keeper::Keeper;
use registry::offered::Offer;
use registry::start;
use reload::{LoggedTrust, Look, Reloads};
use subscribe::store::{Store, StoreError};
use witness::{WitnessError, Witnesses};

pub use material::CheckError;
pub use registry::start::StartError;
pub use reload::AskReload;

/// A gateway whose settings, keys, certificates and directory have been read and judged. Nothing is open yet.
pub struct Gateway {
    config: Config,
    material: Material,
    /// As they were before they were read.
    files: Look,
}

/// A gateway whose log is open. Nobody can reach it yet.
pub struct Opened {
    pub(crate) config: Config,
    pub(crate) reloads: Reloads,
    pub(crate) acts: Acts,
    pub(crate) beside: acts::Beside,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) certificates: Arc<Certificates>,
    pub(crate) cases: Arc<Cases>,
    pub(crate) ledger: Ledger,
    pub(crate) store: Arc<Store>,
    pub(crate) witnesses: Arc<Witnesses>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) owner: OwnerHandle,
    /// The operator's port, once it is open.
    pub(crate) desk: Option<Desk>,
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
    /// A revocation list is older than one that the log holds.
    #[error(transparent)]
    OlderList(#[from] OlderList),
    /// That other trust is in force than before cannot be logged.
    #[error("the log does not take what has changed in trust: {}", precinto_alert::reason::name(*.0))]
    Changed(Reason),
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
        let files = reload::look(config.renewable_files());
        let material = Material::load(&config, now_ms)?;
        Ok(Self {
            config,
            material,
            files,
        })
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
    pub fn open(self, clock: Arc<dyn Clock>) -> Opening {
        match self.config.second_marker.clone() {
            None => self.open_with(clock, Ledger::open),
            Some(marker) => self.open_with(clock, move |options, clock| {
                Ledger::open_marked(options, &marker, clock)
            }),
        }
    }

    /// As [`Gateway::open`], with a log that `open_log` opens by these options: on other storage, for tests.
    pub fn open_with(
        self,
        clock: Arc<dyn Clock>,
        open_log: impl FnOnce(Options, Arc<dyn Clock>) -> Result<(Ledger, OwnerHandle), OpenError>
        + Send
        + 'static,
    ) -> Opening {
        self.open_by(clock, Box::new(open_log))
    }

    /// Compiled here, as [`Opened::serve_on`] is: the whole log is read.
    #[inline(never)]
    fn open_by(self, clock: Arc<dyn Clock>, open_log: OpenLog) -> Opening {
        Box::pin(async move {
            let Self {
                config,
                material,
                files,
            } = self;
            let Material {
                renewable,
                offers,
                signer,
            } = material;
            let options = Options {
                dir: config.data.clone(),
                signer,
                limits: log_limits(),
            };
            let ledger_clock = Arc::clone(&clock);
            let (ledger, owner) =
                blocking::spawn(move || open_log(options, ledger_clock)).await??;
            match open_on(ledger, clock, config, renewable, &offers, files).await {
                Ok(opened) => Ok(opened(owner)),
                Err(error) => {
                    // The log is well, and closed in order: the next start must not take this one for a crash.
                    let stopped = blocking::spawn(move || owner.stop()).await?;
                    if let Err(not_clean) = stopped {
                        tracing::error!(%not_clean, "the start failed, and closing the log as well");
                    }
                    Err(error)
                }
            }
        })
    }
}

/// Brings up on the open log all that works with it.
async fn open_on(
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    config: Config,
    renewable: Renewable,
    offers: &[Offer],
    files: Look,
) -> Result<impl FnOnce(OwnerHandle) -> Opened, RunError> {
    let trust = Arc::clone(&renewable.trust);
    // Before anything is appended: a cursor beyond the log is how a lost log shows.
    let size = ledger.published().borrow().size;
    let cursors = config.data.join("cursors");
    let store = blocking::spawn(move || Store::open(&cursors, size)).await??;
    let (cases, parts, logged) = read(&ledger).await?;
    logged.check(&trust)?;
    let start::Started {
        directory,
        fresh,
        codes,
    } = start::start(&parts, offers, &trust, clock.now_ms())?;
    let certificates = Arc::new(Certificates::new(ledger.clone()));
    let terms = Terms {
        directory: Arc::new(directory),
        trust: Arc::clone(&trust),
    };
    let acts = Acts::new(ledger.clone(), Arc::clone(&clock));
    let records = (acts.clone(), Arc::clone(&clock));
    let withheld = acts::Withheld::default();
    let keeper = Keeper::new(
        terms,
        codes,
        Arc::clone(&certificates),
        records,
        withheld.clone(),
    );
    let (folder, log) = (config.data.join("witness"), ledger.clone());
    let in_force = keeper.in_force();
    let witnesses = move || Witnesses::open(&folder, log, in_force);
    let witnesses = blocking::spawn(witnesses).await??;
    // A log that is only read takes none of it, and no entry will rest on it.
    if ledger.rollback().is_none() {
        certificates.log_foundations(&trust).await?;
        let said = reload::started(&acts, &renewable, &logged).await;
        said.map_err(|refusal| RunError::Changed(refusal.reason()))?;
        for part in fresh {
            let side = part.signed().part().side();
            certificates.log_chain(part.chain(), side).await?;
            certificates.log_part(&part).await?;
        }
    }
    tracing::info!(origin = config.origin, size, "log open");
    let (store, keeper) = (Arc::new(store), Arc::new(keeper));
    let (parts, hearing) = reload::Parts::new(&keeper, &acts, &clock, renewable.gateway());
    let withheld = withheld.recorder(
        acts.clone(),
        Arc::clone(&clock),
        renewable.gateway(),
        keeper.in_force(),
    );
    let reloads = Reloads::new(config.clone(), renewable, logged, files, parts);
    let beside = acts::Beside { hearing, withheld };
    Ok(move |owner| Opened {
        config,
        reloads,
        acts,
        beside,
        keeper,
        certificates,
        cases: Arc::new(cases),
        ledger,
        store,
        witnesses: Arc::new(witnesses),
        clock,
        owner,
        desk: None,
    })
}

/// What a start learns from the entries of the log, all of which it looks at once.
async fn read(ledger: &Ledger) -> Result<(Cases, start::Logged, LoggedTrust), RunError> {
    let log = ledger.clone();
    let read = move || {
        let (mut parts, mut trust) = (start::Logged::default(), LoggedTrust::default());
        let see = |entry: &_| {
            parts.see(entry);
            trust.see(entry);
        };
        Cases::rebuild(&log, see).map(|cases| (cases, parts, trust))
    };
    Ok(blocking::spawn(read).await??)
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

    /// By which the gateway is asked to read its files anew while it serves: roots, revocation lists, its own certificates.
    pub fn ask_reload(&self) -> AskReload {
        self.reloads.asked()
    }

    /// How many entries the log has.
    pub fn size(&self) -> u64 {
        self.ledger.published().borrow().size
    }

    /// Opens the operator's own port, if the settings name one, and says which it is. It is answered on from [`Opened::serve`] on.
    pub async fn open_admin(&mut self) -> io::Result<Option<SocketAddr>> {
        let Some(config) = self.config.admin else {
            return Ok(None);
        };
        let desk = Desk::open(config).await?;
        let address = desk.address()?;
        self.desk = Some(desk);
        Ok(Some(address))
    }

    /// Serves until `shutdown` is cancelled, then drains: subscribers hear `DRAINING`, what was read is answered,
    /// cursors are written, the log is closed.
    ///
    pub fn serve(self, listener: impl Listen, shutdown: CancellationToken) -> Serving {
        self.serve_on(Box::new(listener), shutdown)
    }

    /// All that serves is compiled here, and has to be: what an `async fn` does, down to HTTP/2, is compiled by whoever awaits it,
    /// what is generic by whoever names the types, and that is the command line, which is not optimised. So the future is boxed,
    /// in a function that has no parameter of type; a delivery costs twice as much otherwise.
    #[inline(never)]
    fn serve_on(self, listener: Box<dyn Listen>, shutdown: CancellationToken) -> Serving {
        Box::pin(serve::serve(self, listener, shutdown))
    }
}

/// How a log is opened by its options and a clock.
type OpenLog =
    Box<dyn FnOnce(Options, Arc<dyn Clock>) -> Result<(Ledger, OwnerHandle), OpenError> + Send>;

/// A gateway whose log is being opened: to be awaited.
pub type Opening = Pin<Box<dyn Future<Output = Result<Opened, RunError>> + Send>>;

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
