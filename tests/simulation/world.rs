//! What outlives a crash in a simulated world, and what everybody in it tells of itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use precinto_client::Clock;
use precinto_ledger::clock::ManualClock;
use precinto_ledger::storage::FaultyMemory;
use precinto_ledger::testing::create_on;
use precinto_proto::v1 as pb;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::fixture::{BEGINNING_MS, Place, fixture};
use crate::plan::Plan;

/// What an actor saw and did, each in its order.
pub(crate) type Trace = BTreeMap<&'static str, Vec<String>>;

/// A simulated world between two steps.
pub(crate) struct World {
    pub(crate) plan: Plan,
    folder: TempDir,
    /// The gateway's clock, and that of everybody else.
    pub(crate) gateway_clock: Arc<ManualClock>,
    true_clock: Arc<ManualClock>,
    /// How long a commit takes, in milliseconds.
    pub(crate) commit_ms: Arc<AtomicU64>,
    /// Whether the gateway's disk has failed under it.
    pub(crate) has_failed: Arc<AtomicBool>,
    state: Mutex<State>,
}

/// What changes.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) disk: FaultyMemory,
    pub(crate) shutdown: CancellationToken,
    pub(crate) trace: Trace,
    /// What must not be. The first is enough.
    pub(crate) wrong: Vec<String>,
    /// How many messages a sender has written.
    pub(crate) written: BTreeMap<&'static str, usize>,
    /// What a sender holds a receipt for.
    pub(crate) held: BTreeMap<String, pb::Receipt>,
    /// What a desk has taken, by index.
    pub(crate) taken: BTreeMap<&'static str, BTreeMap<u64, String>>,
    /// Below which nothing comes again to a desk: the floor that it was told of.
    pub(crate) floors: BTreeMap<&'static str, u64>,
    /// How long a desk thinks about each event.
    pub(crate) slow: BTreeMap<&'static str, Duration>,
    pub(crate) lists: usize,
}

impl World {
    pub(crate) fn new(plan: Plan) -> Arc<Self> {
        let fixture = fixture();
        // Syncing costs nothing in memory, and these files are not what is tested.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.expect("a folder");
        fixture.write(folder.path());
        let disk = FaultyMemory::new();
        create_on(&disk, &fixture.log_signer()).expect("a new log");
        let state = State {
            disk,
            ..State::default()
        };
        Arc::new(Self {
            plan,
            folder,
            gateway_clock: Arc::new(ManualClock::new(BEGINNING_MS)),
            true_clock: Arc::new(ManualClock::new(BEGINNING_MS)),
            commit_ms: Arc::new(AtomicU64::new(COMMIT_MS)),
            has_failed: Arc::default(),
            state: Mutex::new(state),
        })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while holding it")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A node's folder, which outlives it.
    pub(crate) fn home(&self, place: &Place) -> PathBuf {
        let home = self.path(&format!("home/{}", place.name));
        std::fs::create_dir_all(&home).expect("a folder");
        home
    }

    /// The clock of the nodes.
    pub(crate) fn clock(&self) -> Clock {
        let clock = Arc::clone(&self.true_clock);
        Clock::new(move || precinto_ledger::clock::Clock::now_ms(&*clock))
    }

    /// Moves all clocks to `elapsed` since the beginning; the gateway's is wrong by `skew_ms`.
    pub(crate) fn move_clocks(&self, elapsed: Duration, skew_ms: i64) {
        let now_ms = BEGINNING_MS + u64::try_from(elapsed.as_millis()).expect("not for ever");
        self.true_clock.set(now_ms);
        self.gateway_clock
            .set(now_ms.saturating_add_signed(skew_ms));
    }

    /// Writes down what an actor saw or did.
    pub(crate) fn note(&self, actor: &'static str, what: impl std::fmt::Display) {
        let at = elapsed().as_millis();
        let line = format!("{at:>6} {what}");
        self.state().trace.entry(actor).or_default().push(line);
    }

    /// Writes down what must not be.
    pub(crate) fn accuse(&self, what: String) {
        self.state().wrong.push(what);
    }

    pub(crate) fn commit_takes(&self, ms: u64) {
        self.commit_ms.store(ms, Ordering::Relaxed);
    }
}

/// Simulated time since the beginning.
pub(crate) fn elapsed() -> Duration {
    turmoil::sim_elapsed().unwrap_or_default()
}

/// How long a commit takes as a rule, in milliseconds.
pub(crate) const COMMIT_MS: u64 = 8;
