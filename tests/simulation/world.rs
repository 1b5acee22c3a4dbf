//! What outlives a crash in a simulated world, and what everybody in it tells of itself.

use std::collections::{BTreeMap, BTreeSet};
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
    /// How many entries the log has, as far as the gateway has published them.
    pub(crate) size: u64,
    /// What a desk is told to do next.
    pub(crate) orders: BTreeMap<&'static str, Order>,
    /// Where a desk's subscription is moved to, and how far that is.
    pub(crate) moves: BTreeMap<&'static str, Move>,
    /// Where a desk's subscription was moved to last, and what has come since that was asked for.
    pub(crate) moved: BTreeMap<&'static str, u64>,
    pub(crate) came: BTreeMap<&'static str, BTreeSet<u64>>,
    /// Streams that were taken over, and whose end was not heard.
    pub(crate) old_streams: BTreeMap<&'static str, u32>,
    /// What a desk has put back, and has not seen again.
    pub(crate) owed: BTreeMap<&'static str, BTreeSet<u64>>,
    /// How often a desk has taken over from itself.
    pub(crate) takeovers: BTreeMap<&'static str, u32>,
    /// The alerts that a desk's node has answered, by index.
    pub(crate) answered: BTreeMap<&'static str, BTreeSet<u64>>,
    /// The missed deadlines that a desk was told of, by index.
    pub(crate) overdue: BTreeMap<&'static str, BTreeSet<u64>>,
    /// Desks whose certificates are revoked.
    pub(crate) revoked: BTreeMap<&'static str, Revoked>,
    /// Desks whose certificates ever were.
    pub(crate) ever_revoked: BTreeSet<&'static str>,
}

/// What a desk is told to do.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    /// To have its subscription moved back to so many hundredths of what is settled.
    Seek(u64),
    TakeOver,
}

/// A subscription that is moved. Until that is done and a stream was opened behind it, nobody knows by which floor to judge.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Move {
    /// It is asked for, perhaps already done.
    Asked(u64),
    /// The gateway has said that it is done.
    Done(u64),
}

/// A desk that stands on a revocation list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Revoked {
    pub(crate) since: Duration,
    /// Nothing from here on is for it: it was appended when the list had been in force for long.
    pub(crate) closed_from: Option<u64>,
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

    /// Moves all clocks to `passed` since the beginning; the gateway's is wrong by `skew_ms`.
    pub(crate) fn move_clocks(&self, passed: Duration, skew_ms: i64) {
        let now_ms = BEGINNING_MS + u64::try_from(passed.as_millis()).expect("not for ever");
        self.true_clock.set(now_ms);
        self.gateway_clock
            .set(now_ms.saturating_add_signed(skew_ms));
    }

    /// From here on nothing that is appended is for those that have stood on a list for long.
    pub(crate) fn close_to_revoked(&self, now: Duration) {
        let mut state = self.state();
        let size = state.size;
        for revoked in state.revoked.values_mut() {
            if now >= revoked.since + LIST_IN_FORCE {
                let _first = revoked.closed_from.get_or_insert(size);
            }
        }
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

/// Within this time a revocation list is in force, and has ended what it must: files are looked at each second and must have rested
/// for one, up to three commits take 1.5 s at most, and a stream ends within 5 s of it at the latest.
const LIST_IN_FORCE: Duration = Duration::from_secs(12);

/// How long a commit takes as a rule, in milliseconds.
pub(crate) const COMMIT_MS: u64 = 8;
