//! What the log is told of what is withheld: each once, all at its time, nothing lost for want of room, and as much whether anything
//! was withheld or not.

use precinto_envelope::crypto::SigningKey;
use precinto_ledger::clock::{Clock, ManualClock};
use precinto_ledger::storage::{FaultyMemory, Space};
use precinto_ledger::testing::{create_on, open_on};
use precinto_ledger::{BatchLimits, Ledger, OwnerHandle};
use precinto_merkle::leaf::EntryType;
use precinto_merkle::note::NoteSigner;
use prost::Message as _;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::acts::Acts;
use crate::in_force::InForce;
use crate::limits::{
    WITHHELD_ACT_BYTES_MAX, WITHHELD_KNOWN_MAX, WITHHELD_PER_AGENCY_MAX, WITHHELD_QUEUE_MAX,
};
use crate::registry::tests::{example, hostile};
use crate::test_ledger::ORIGIN;

const GATEWAY: &str = "spiffe://us.dev.invalid/gateway/gw1";
const LAX: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";
const NLU: &str = "spiffe://mx.dev.invalid/agency/anam/node/nlu";
const ANAM: &str = "mx.dev.invalid/anam";
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
    ledger: Ledger,
    owner: OwnerHandle,
    withheld: Withheld,
    recorder: Recorder,
}

impl World {
    fn new(space: Space, in_force: InForce) -> Self {
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
        let withheld = Withheld::default();
        let recorder = withheld.recorder(acts, time(), GATEWAY.to_owned(), in_force);
        Self {
            disk,
            ledger,
            owner,
            withheld,
            recorder,
        }
    }

    /// Under rules that are all the floor's.
    fn plain() -> Self {
        Self::new(ROOMY, InForce::for_ever(example()))
    }

    fn note(&self, index: u64) {
        self.withheld.note(&kept(index, ANAM, LAX));
    }
}

fn acts(ledger: &Ledger) -> Vec<pb::ActRecord> {
    let size = ledger.published().borrow().size;
    let entries = (0..size).map(|index| ledger.read(index).unwrap());
    entries
        .map(|entry| {
            assert_eq!(entry.leaf().entry_type, EntryType::Act);
            pb::ActRecord::decode(entry.record()).unwrap()
        })
        .collect()
}

/// What is recorded by now: the entries of each act, and how many more there were.
fn recorded(ledger: &Ledger) -> Vec<(Vec<u64>, u64)> {
    let acts = acts(ledger).into_iter();
    let listed = acts.map(|act| {
        let withheld = act.withheld.into_iter();
        (withheld.flat_map(|one| one.indexes).collect(), act.count)
    });
    listed.collect()
}

fn kept(index: u64, agency: &str, sender: &str) -> Kept {
    let decision = pb::Decision {
        policy: "floor/5".to_owned(),
        policy_digest: vec![7; 32],
        rules: vec!["mx.dev.invalid#no-fuel".to_owned()],
    };
    Kept {
        index,
        sender: sender.to_owned(),
        agency: agency.parse().unwrap(),
        decision: Arc::new(decision),
        is_forbidden: true,
    }
}

#[tokio::test]
async fn each_is_recorded_once_however_often_it_is_withheld() {
    let mut world = World::plain();
    for index in [6, 5, 6] {
        world.note(index);
    }
    world.recorder.record().await;
    world.note(5);
    world.recorder.record().await;
    assert_eq!(recorded(&world.ledger), [(vec![5, 6], 0)]);
    world.owner.stop().unwrap();
}

#[tokio::test]
async fn for_each_two_sides_there_is_one_act_whether_anything_was_withheld_or_not() {
    for noted in [&[][..], &[(7, ANAM, LAX), (8, ANAM, NLU), (9, ANAM, LAX)]] {
        let mut world = World::new(ROOMY, InForce::for_ever(hostile()));
        for (index, agency, sender) in noted {
            world.withheld.note(&kept(*index, agency, sender));
        }
        world.recorder.record().await;
        let acts = acts(&world.ledger);
        let between: Vec<_> = (acts.iter().map(|act| (&*act.subject, &*act.party))).collect();
        let (us, mx) = ("us.dev.invalid", "mx.dev.invalid");
        assert_eq!(between, [(mx, mx), (mx, us), (us, mx), (us, us)]);
        if !noted.is_empty() {
            let listed = recorded(&world.ledger);
            let listed: Vec<_> = listed.iter().map(|one| &*one.0).collect();
            assert_eq!(listed, [&[8][..], &[7, 9], &[], &[]]);
            let said = &acts[1].withheld[0];
            assert_eq!(said.agency, ANAM);
            assert_eq!(said.reason(), pb::Reason::PolicyDenied);
            let rules = &said.decision.as_ref().unwrap().rules;
            assert_eq!(rules, &["mx.dev.invalid#no-fuel".to_owned()]);
        }
        let ids: std::collections::BTreeSet<_> = acts.iter().map(|act| &act.act_id).collect();
        assert_eq!(ids.len(), acts.len(), "drawn");
        world.owner.stop().unwrap();
    }
}

#[tokio::test]
async fn where_nothing_can_be_withheld_nothing_is_written() {
    let mut world = World::plain();
    world.recorder.record().await;
    assert_eq!(recorded(&world.ledger), []);
    world.owner.stop().unwrap();
}

#[tokio::test]
async fn what_the_log_cannot_take_is_recorded_the_next_time_with_all_that_it_tells() {
    let mut world = World::new(FULL, InForce::for_ever(example()));
    let all = u64::try_from(WITHHELD_PER_AGENCY_MAX).unwrap();
    for index in 0..=all {
        world.note(index);
    }
    world.recorder.record().await;
    assert_eq!(recorded(&world.ledger), []);
    world.note(5);
    world.disk.set_space(ROOMY);
    world.recorder.record().await;
    assert_eq!(recorded(&world.ledger), [((0..all).collect(), 1)]);
    // What found no room is noted when it is withheld again.
    world.note(all);
    world.recorder.record().await;
    assert_eq!(recorded(&world.ledger)[1..], [(vec![all], 0)]);
    world.owner.stop().unwrap();
}

#[tokio::test]
async fn what_no_act_has_room_for_waits_and_is_recorded_at_the_stop() {
    let mut world = World::plain();
    // Indexes that need all their bytes: those of four agencies are more than one act holds.
    let first = u64::MAX - u64::try_from(WITHHELD_QUEUE_MAX).unwrap();
    for index in 0..WITHHELD_QUEUE_MAX {
        let agency = format!("mx.dev.invalid/a{}", index % 4);
        let index = first + u64::try_from(index).unwrap();
        world.withheld.note(&kept(index, &agency, LAX));
    }
    assert_eq!(world.withheld.book().len(), WITHHELD_QUEUE_MAX);
    world.note(3);
    assert_eq!(world.withheld.book().left_out(), 1);
    world.recorder.record().await;
    let some = recorded(&world.ledger)[0].0.len();
    assert!(some > 2 * WITHHELD_PER_AGENCY_MAX, "{some}");
    assert!(world.withheld.book().len() == WITHHELD_QUEUE_MAX - some && some < WITHHELD_QUEUE_MAX);
    let stop = CancellationToken::new();
    stop.cancel();
    world.recorder.keep(stop).await;
    let mut all: Vec<u64> = Vec::new();
    for act in acts(&world.ledger) {
        assert!(act.encoded_len() <= WITHHELD_ACT_BYTES_MAX + 256);
        all.extend(act.withheld.into_iter().flat_map(|one| one.indexes));
    }
    all.sort_unstable();
    assert_eq!(all, (first..u64::MAX).collect::<Vec<_>>());
    world.owner.stop().unwrap();
}

#[tokio::test]
async fn what_is_remembered_has_an_end() {
    let mut world = World::plain();
    let again = async |world: &mut World| {
        world.note(0);
        let count = world.withheld.book().len();
        world.recorder.record().await;
        count
    };
    let mut next = 0;
    while next < u64::try_from(WITHHELD_KNOWN_MAX).unwrap() {
        for _ in 0..WITHHELD_PER_AGENCY_MAX {
            world.note(next);
            next += 1;
        }
        world.recorder.record().await;
        assert_eq!(again(&mut world).await, 0, "known");
    }
    world.note(next);
    world.recorder.record().await;
    assert_eq!(again(&mut world).await, 1, "forgotten");
    world.owner.stop().unwrap();
}
