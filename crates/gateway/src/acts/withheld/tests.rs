//! What the log is told of what is withheld, and when: each once, all at its time, and nothing lost for want of room.

use std::time::Duration;

use precinto_envelope::crypto::SigningKey;
use precinto_ledger::clock::ManualClock;
use precinto_ledger::storage::{FaultyMemory, Space};
use precinto_ledger::testing::{create_on, open_on};
use precinto_ledger::{BatchLimits, Ledger, OwnerHandle};
use precinto_merkle::leaf::EntryType;
use precinto_merkle::note::NoteSigner;
use prost::Message as _;

use super::*;
use crate::limits::CONFLICT_WINDOW;
use crate::test_ledger::ORIGIN;

const GATEWAY: &str = "spiffe://us.dev.invalid/gateway/gw1";
const ROOMY: Space = Space {
    free: 1 << 40,
    total: 1 << 40,
};
const FULL: Space = Space {
    free: 0,
    total: 1 << 40,
};

/// A log in memory, and who records in it.
struct World {
    disk: Arc<FaultyMemory>,
    clock: Arc<ManualClock>,
    ledger: Ledger,
    owner: OwnerHandle,
    withheld: Withheld,
    recorder: Recorder,
}

impl World {
    fn new(space: Space) -> Self {
        let signer = || NoteSigner::new(ORIGIN, SigningKey::from_ed25519_seed([7; 32])).unwrap();
        let (disk, clock) = (FaultyMemory::new(), Arc::new(ManualClock::new(1_000_000)));
        create_on(&disk, &signer()).unwrap();
        disk.set_space(space);
        let disk = Arc::new(disk);
        let storage = Arc::<FaultyMemory>::clone(&disk);
        let time = || Arc::<ManualClock>::clone(&clock) as Arc<dyn Clock>;
        let limits = BatchLimits::default();
        let (ledger, owner) = open_on(storage, signer(), limits, time(), || {}).unwrap();
        let acts = Acts::new(ledger.clone(), time());
        let (withheld, waiting) = Withheld::new();
        let recorder = waiting.recorder(acts, time(), GATEWAY.to_owned());
        Self {
            disk,
            clock,
            ledger,
            owner,
            withheld,
            recorder,
        }
    }

    /// With such a share for each agency.
    fn with_share(share: u32) -> Self {
        let mut world = Self::new(ROOMY);
        world.recorder.quota = Ration::of(share);
        world
    }

    fn note(&self, index: u64) {
        self.withheld.note(kept(index));
    }

    /// What is recorded by now: the entries, and how many more there were.
    fn recorded(&self) -> Vec<(u64, u64)> {
        recorded(&self.ledger)
    }
}

fn recorded(ledger: &Ledger) -> Vec<(u64, u64)> {
    let size = ledger.published().borrow().size;
    let entries = (0..size).map(|index| ledger.read(index).unwrap());
    entries
        .map(|entry| {
            assert_eq!(entry.leaf().entry_type, EntryType::Act);
            let act = pb::ActRecord::decode(entry.record()).unwrap();
            (act.from_index, act.count)
        })
        .collect()
}

fn kept(index: u64) -> Kept {
    let decision = pb::Decision {
        policy: "floor/5".to_owned(),
        policy_digest: vec![7; 32],
        rules: vec!["mx.dev.invalid#no-fuel".to_owned()],
    };
    Kept {
        index,
        sender: "spiffe://us.dev.invalid/agency/cbp/node/lax".to_owned(),
        agency: "mx.dev.invalid/anam".parse().unwrap(),
        decision: Arc::new(decision),
        is_forbidden: true,
    }
}

#[tokio::test]
async fn each_is_recorded_once_however_often_it_is_withheld() {
    let mut world = World::new(ROOMY);
    world.note(5);
    world.note(5);
    world.recorder.record_all().await;
    // So many others that it is forgotten here; the log knows it.
    for index in 0..=u64::try_from(WITHHELD_KNOWN_MAX).unwrap() {
        world.withheld.shared.is_new(kept(100 + index).act_id());
    }
    world.note(5);
    assert_eq!(world.recorder.waiting.queue.len(), 1, "it was forgotten");
    world.recorder.record_all().await;
    assert_eq!(world.recorded(), [(5, 0)]);
    world.owner.stop().unwrap();
}

#[tokio::test]
async fn what_the_log_cannot_take_is_recorded_the_next_time_with_all_that_it_tells() {
    let mut world = World::new(FULL);
    world.withheld.shared.leave_out(&[0; 16]);
    world.note(5);
    world.recorder.record_all().await;
    assert_eq!(world.recorded(), []);
    world.note(5);
    world.disk.set_space(ROOMY);
    world.recorder.record_all().await;
    assert_eq!(world.recorded(), [(5, 1)]);
    world.owner.stop().unwrap();
}

#[tokio::test]
async fn what_is_beyond_an_agencys_share_is_recorded_when_it_has_one_again() {
    let mut world = World::with_share(2);
    for index in [5, 6, 7] {
        world.note(index);
    }
    world.recorder.record_all().await;
    world.recorder.record_all().await;
    assert_eq!(world.recorded(), [(5, 0), (6, 0)]);
    let window = u64::try_from(CONFLICT_WINDOW.as_millis()).unwrap();
    world.clock.advance(window);
    world.recorder.record_all().await;
    assert_eq!(world.recorded(), [(5, 0), (6, 0), (7, 0)]);
    world.owner.stop().unwrap();
}

#[tokio::test]
async fn at_the_stop_all_that_waits_is_recorded_whatever_the_share() {
    let mut world = World::with_share(2);
    for index in [5, 6, 7] {
        world.note(index);
    }
    world.recorder.record_all().await;
    assert_eq!(world.recorded(), [(5, 0), (6, 0)]);
    world.withheld.shared.leave_out(&[0; 16]);
    world.note(8);
    let stop = CancellationToken::new();
    stop.cancel();
    world.recorder.keep(stop).await;
    assert_eq!(recorded(&world.ledger)[2..], [(7, 1), (8, 0)]);
    world.owner.stop().unwrap();
}

#[tokio::test]
async fn what_finds_no_room_is_counted_and_noted_when_it_is_withheld_again() {
    let mut world = World::with_share(1);
    let all = u64::try_from(WITHHELD_QUEUE_MAX).unwrap();
    for index in 0..=all {
        world.note(index);
    }
    world.recorder.record_all().await;
    assert_eq!(world.recorded(), [(0, 1)], "it tells of the last one");
    // As much waits as may wait, but for the one that is recorded.
    assert_eq!(world.recorder.put_off.len(), WITHHELD_QUEUE_MAX - 1);
    world.note(all);
    world.note(all + 1);
    world.recorder.record_all().await;
    assert_eq!(world.recorder.put_off.len(), WITHHELD_QUEUE_MAX);
    let left_out = &world.withheld.shared.left_out;
    assert_eq!(left_out.load(Ordering::Relaxed), 1);
    world.owner.stop().unwrap();
}

#[tokio::test]
async fn what_is_noted_while_it_is_recorded_is_for_the_next_time() {
    let mut world = World::new(ROOMY);
    // More than are recorded at once.
    let all = u64::try_from(WITHHELD_AT_ONCE_MAX).unwrap() + 1;
    for index in 0..all {
        world.note(index);
    }
    let withheld = world.withheld.clone();
    let more = async {
        for index in all.. {
            withheld.note(kept(index));
            tokio::task::yield_now().await;
        }
    };
    let recorded = async {
        tokio::select! {
            biased;
            () = world.recorder.record_all() => {}
            () = more => {}
        }
    };
    let recorded = tokio::time::timeout(Duration::from_mins(1), recorded).await;
    recorded.expect("it ends, whatever is noted meanwhile");
    let indexes: Vec<u64> = world.recorded().iter().map(|one| one.0).collect();
    assert_eq!(indexes, (0..all).collect::<Vec<_>>());
    assert!(!world.recorder.waiting.queue.is_empty());
    world.owner.stop().unwrap();
}
