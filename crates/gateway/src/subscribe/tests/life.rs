//! A gateway's subscriptions from start to end: a clean one, or one that keeps only what was on disk at that moment.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use hyper_util::rt::TokioIo;
use precinto_alert::Statement;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::trust::TrustStore;
use precinto_ledger::clock::{Clock, ManualClock};
use precinto_ledger::storage::FaultyMemory;
use precinto_ledger::testing::{create_on, open_on, unverified};
use precinto_ledger::{BatchLimits, Entry, Ledger, OwnerHandle, durable};
use precinto_merkle::note::NoteSigner;
use precinto_proto::v1 as pb;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use precinto_proto::v1::subscription_service_server::SubscriptionServiceServer;
use prost::Message as _;
use tempfile::TempDir;
use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::Request;
use tonic::transport::{Channel, Endpoint, Server};

use super::hole::Hole;
use crate::accept::Line;
use crate::acts::Acts;
use crate::authenticate::Caller;
use crate::cases::{Cases, Place};
use crate::clocks::{Clockwork, Sources};
use crate::in_force::{Seat, Terms};
use crate::registry::tests::example;
use crate::subscribe::store::Store;
use crate::subscribe::{Feed, SubscriptionHandler};
use crate::witness::Witnesses;

pub(super) const NOW_MS: u64 = 1_795_348_800_000;

/// What is on its way on a line at most, and how much a client takes before it is read.
const LINE_BYTES: u16 = u16::MAX;

/// The log and the disk, which outlive the gateway.
pub(super) struct World {
    pub(super) ledger: Ledger,
    pub(super) clock: Arc<ManualClock>,
    folder: TempDir,
    owner: Option<OwnerHandle>,
}

/// One run of the gateway.
pub(super) struct Life {
    cases: Arc<Cases>,
    /// Turned by hand, so that the same seed is the same history; out of its place only while it turns.
    clocks: Option<Clockwork>,
    seat: Seat,
    pub(super) store: Arc<Store>,
    draining: CancellationToken,
    connections: mpsc::Sender<Result<DuplexStream, std::io::Error>>,
    server: tokio::task::JoinHandle<()>,
}

impl World {
    pub(super) fn new() -> Self {
        let key = SigningKey::from_ed25519_seed([7; 32]);
        let signer = NoteSigner::new("gw.dev.invalid/log/2026", key).unwrap();
        let (disk, clock) = (
            Arc::new(FaultyMemory::new()),
            Arc::new(ManualClock::new(NOW_MS)),
        );
        create_on(&*disk, &signer).unwrap();
        let limits = BatchLimits::default();
        let time: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let (ledger, owner) = open_on(disk, signer, limits, time, || {}).unwrap();
        Self {
            ledger,
            clock,
            folder: memory_folder(),
            owner: Some(owner),
        }
    }

    pub(super) async fn append(&self, entry: Entry) -> u64 {
        // On another thread, so that the paused time stands still while the log's own thread works.
        let (ledger, runtime) = (self.ledger.clone(), tokio::runtime::Handle::current());
        let append = move || runtime.block_on(ledger.append(entry)).unwrap();
        let appended = tokio::task::spawn_blocking(append).await.unwrap();
        appended.proven.index
    }

    /// Appends a statement to an agency of Mexico.
    pub(super) async fn say(&self, agency: &str, kind: pb::MessageType) -> u64 {
        self.say_with(agency, kind, b"body").await
    }

    /// The same with this body.
    pub(super) async fn say_with(&self, agency: &str, kind: pb::MessageType, body: &[u8]) -> u64 {
        let record = pb::StatementRecord {
            recipients: vec![pb::ResolvedRecipient {
                agencies: vec![format!("mx.dev.invalid/{agency}")],
                ..Default::default()
            }],
            ..Default::default()
        };
        let statement = pb::Statement {
            r#type: kind.into(),
            sender: "spiffe://us.dev.invalid/agency/cbp/node/lax".to_owned(),
            status: pb::MessageStatus::Exercise.into(),
            handling: Some(pb::Handling {
                tlp: pb::Tlp::AmberStrict.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let envelope = pb::Envelope {
            payload: statement.encode_to_vec(),
            ..Default::default()
        };
        let (record, envelope) = (record.encode_to_vec(), envelope.encode_to_vec());
        self.append(unverified(self.key(), &record, &envelope, body))
            .await
    }

    /// Lets a message to this agency into its case and into the log, as a gateway does that has judged it.
    pub(super) async fn admit(&self, life: &Life, said: &pb::Statement, agency: &str) -> u64 {
        let recipients = vec![pb::ResolvedRecipient {
            agencies: vec![agency.to_owned()],
            ..Default::default()
        }];
        let statement = Statement::decode(&said.encode_to_vec()).unwrap();
        let place = Place::of(&statement, &recipients).unwrap();
        let decision = pb::Decision {
            policy: precinto_policy::Floor::NEWEST.name().to_owned(),
            ..Default::default()
        };
        let record = pb::StatementRecord {
            recipients,
            decision: Some(decision),
            ..Default::default()
        };
        let envelope = pb::Envelope {
            payload: said.encode_to_vec(),
            ..Default::default()
        };
        let (record, envelope) = (record.encode_to_vec(), envelope.encode_to_vec());
        let entry = unverified(self.key(), &record, &envelope, b"body");
        let (ledger, cases) = (self.ledger.clone(), Arc::clone(&life.cases));
        let admit = async move {
            let seat = cases.seat(&ledger, place).await.unwrap();
            let appended = cases.append(&ledger, entry, Some(seat)).await.unwrap();
            appended.proven.index
        };
        let runtime = tokio::runtime::Handle::current();
        let admitted = tokio::task::spawn_blocking(move || runtime.block_on(admit));
        admitted.await.unwrap()
    }

    /// Turns this life's clocks until they have nothing more to log. As with [`World::append`], time stands still.
    pub(super) async fn keep_time(&self, life: &mut Life) {
        let (mut clocks, ledger) = (life.clocks.take().unwrap(), self.ledger.clone());
        let runtime = tokio::runtime::Handle::current();
        let turn_out = move || {
            runtime.block_on(async {
                loop {
                    let size = ledger.published().borrow().size;
                    let has_looked = clocks.turn().await;
                    if has_looked && ledger.published().borrow().size == size {
                        break;
                    }
                }
            });
            clocks
        };
        let clocks = tokio::task::spawn_blocking(turn_out).await;
        life.clocks = Some(clocks.unwrap());
    }

    /// Another one for each entry.
    pub(super) fn key(&self) -> [u8; 32] {
        let size = self.ledger.published().borrow().size;
        let mut key = [1; 32];
        key[..8].copy_from_slice(&size.to_be_bytes());
        key
    }

    /// Lets some time pass, for everybody.
    pub(super) async fn pass(&self, time: Duration) {
        self.clock.advance(u64::try_from(time.as_millis()).unwrap());
        tokio::time::advance(time).await;
    }

    /// From now on the log takes nothing more; what it holds can be read.
    pub(super) fn stop_log(&mut self) {
        self.owner.take().unwrap().stop().unwrap();
    }

    fn cursors(&self) -> PathBuf {
        self.folder.path().join("cursors")
    }

    /// Starts the gateway on what is on disk, for callers with this line.
    pub(super) fn start(&self, caller: &Caller, trust: Arc<TrustStore>) -> Life {
        let size = self.ledger.published().borrow().size;
        let store = Arc::new(Store::open(&self.cursors(), size).unwrap());
        let seat = Seat::new(Terms {
            directory: Arc::new(example()),
            trust,
        });
        let directory = seat.in_force();
        let witnesses = Witnesses::open(
            &self.folder.path().join("witness"),
            self.ledger.clone(),
            directory.clone(),
        );
        let cases = Arc::new(Cases::rebuild(&self.ledger, |_| ()).unwrap());
        let clocks = Clockwork::new(Sources {
            ledger: self.ledger.clone(),
            cases: Arc::clone(&cases),
            directory: directory.clone(),
            clock: Arc::<ManualClock>::clone(&self.clock),
        });
        let draining = CancellationToken::new();
        let feed = Feed {
            ledger: self.ledger.clone(),
            clock: Arc::<ManualClock>::clone(&self.clock),
            witnesses: Arc::new(witnesses.unwrap()),
            directory,
            draining: draining.clone(),
        };
        let acts = Acts::new(feed.ledger.clone(), Arc::clone(&feed.clock));
        let handler = SubscriptionHandler::new(feed, Arc::clone(&store), acts);
        let line = Line::for_tests(caller.clone());
        let service =
            SubscriptionServiceServer::with_interceptor(handler, move |mut request: Request<()>| {
                request.extensions_mut().insert(line.clone());
                Ok(request)
            });
        let (connections, incoming) = mpsc::channel(8);
        let server = Server::builder().add_service(service);
        let server = tokio::spawn(async move {
            let incoming = ReceiverStream::new(incoming);
            server.serve_with_incoming(incoming).await.unwrap();
        });
        Life {
            cases,
            clocks: Some(clocks),
            store,
            seat,
            draining,
            connections,
            server,
        }
    }

    /// The folder of cursors as it is on disk now: all that a killed process leaves.
    pub(super) fn image(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for node in std::fs::read_dir(self.cursors()).unwrap() {
            for file in std::fs::read_dir(node.unwrap().path()).unwrap() {
                let path = file.unwrap().path();
                // One that is being replaced may have another name by now.
                files.extend(std::fs::read(&path).map(|bytes| (path, bytes)));
            }
        }
        files
    }

    /// Puts the disk back to an image.
    pub(super) fn restore(image: &[(PathBuf, Vec<u8>)]) {
        for (path, bytes) in image {
            durable::replace(path, bytes).unwrap();
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(owner) = self.owner.take() {
            owner.stop().unwrap();
        }
    }
}

impl Life {
    /// A connection of its own: dropping it cuts the line.
    pub(super) async fn connect(&self) -> SubscriptionServiceClient<Channel> {
        self.connect_over(&Hole::default()).await
    }

    /// The same, over a line that can be lost in this hole.
    pub(super) async fn connect_over(&self, hole: &Hole) -> SubscriptionServiceClient<Channel> {
        let (connections, hole) = (self.connections.clone(), hole.clone());
        let connector = tower::service_fn(move |_| {
            let (connections, hole) = (connections.clone(), hole.clone());
            async move {
                let (client, server) = duplex(LINE_BYTES.into());
                connections
                    .send(Ok(server))
                    .await
                    .map_err(std::io::Error::other)?;
                Ok::<_, std::io::Error>(TokioIo::new(hole.over(client)))
            }
        });
        // So small that a reader who stops is noticed soon.
        let endpoint = Endpoint::from_static("http://gateway")
            .initial_stream_window_size(u32::from(LINE_BYTES))
            .initial_connection_window_size(u32::from(LINE_BYTES));
        let channel = endpoint.connect_with_connector(connector).await.unwrap();
        SubscriptionServiceClient::new(channel)
    }

    /// Puts other terms in force, as soon as nobody decides by those before.
    pub(super) async fn put_in_force(&self, change: impl FnOnce(&mut Terms)) {
        let alone = self.seat.change(Duration::from_secs(1)).await.unwrap();
        let mut terms = self.seat.terms();
        change(&mut terms);
        alone.put_in_force(terms);
    }

    /// Puts other trust in force.
    pub(super) async fn believe(&self, trust: Arc<TrustStore>) {
        self.put_in_force(|terms| terms.trust = trust).await;
    }

    /// A turn of the clocks in the middle of which the process is killed: what it has handed to the log gets there, and it
    /// hears of nothing.
    pub(super) fn die_in_a_turn(&mut self) {
        let mut clocks = self.clocks.take().unwrap();
        let mut turn = pin!(clocks.turn());
        let mut context = Context::from_waker(Waker::noop());
        let _done_or_not = turn.as_mut().poll(&mut context);
    }

    /// Tells the streams to end; what is said to them on the way can still be read.
    pub(super) fn begin_end(&self) {
        self.draining.cancel();
    }

    /// Waits until no stream holds a cursor any more, and writes what is to be written, as a clean end does.
    pub(super) async fn end(self) {
        self.draining.cancel();
        for slot in self.store.list(&node(), "") {
            drop(slot.hold().await.unwrap());
        }
        self.store.flush();
        self.server.abort();
    }
}

/// The subscriber of the histories.
pub(super) fn node() -> precinto_alert::id::NodeId {
    "spiffe://mx.dev.invalid/agency/anam/node/nlu"
        .parse()
        .unwrap()
}

/// A message that says nothing.
pub(super) fn ask() -> pb::SubscribeRequest {
    pb::SubscribeRequest::default()
}

/// In memory where there is such a thing: the histories write many small files.
fn memory_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}
