//! Which message is looked at when, and that one which cannot be read takes nobody else's turn.

use std::pin::pin;
use std::task::{Context, Waker};

use precinto_alert::Statement;
use precinto_envelope::crypto::SigningKey;
use precinto_ledger::clock::ManualClock;
use precinto_ledger::storage::FaultyMemory;
use precinto_ledger::testing::{create_on, open_on, unverified};
use precinto_ledger::{BatchLimits, Entry, OwnerHandle};
use precinto_merkle::note::NoteSigner;
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::*;
use crate::cases::Place;
use crate::cases::tests::{alert, logged};
use crate::policy;
use crate::registry::InForce;
use crate::registry::tests::example;

const NOW_MS: u64 = 1_795_348_800_000;
const MINUTE_MS: u64 = 60_000;

/// A log in memory, which can be damaged under the feet of whoever reads it.
struct World {
    disk: Arc<FaultyMemory>,
    ledger: Ledger,
    clock: Arc<ManualClock>,
    owner: Option<OwnerHandle>,
}

impl World {
    fn new() -> Self {
        let key = SigningKey::from_ed25519_seed([7; 32]);
        let signer = NoteSigner::new("gw.dev.invalid/log/2026", key).unwrap();
        let (disk, clock) = (
            Arc::new(FaultyMemory::new()),
            Arc::new(ManualClock::new(NOW_MS)),
        );
        create_on(&*disk, &signer).unwrap();
        let storage = Arc::<FaultyMemory>::clone(&disk);
        let time: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let (ledger, owner) =
            open_on(storage, signer, BatchLimits::default(), time, || {}).unwrap();
        Self {
            disk,
            ledger,
            clock,
            owner: Some(owner),
        }
    }

    /// The clocks of what is in the log by now.
    fn follower(&self) -> Follower {
        let mut follower = Follower::new(Sources {
            ledger: self.ledger.clone(),
            cases: Arc::new(Cases::rebuild(&self.ledger, |_| ()).unwrap()),
            directory: InForce::for_ever(example()),
            clock: Arc::<ManualClock>::clone(&self.clock),
        });
        while follower.is_behind() {
            follower.follow().unwrap();
        }
        follower
    }

    /// So much that nothing from before is left in memory.
    async fn push_out(&self) {
        let much = vec![1; 2 * 1024 * 1024];
        let entry = unverified([255; 32], b"record", &much, b"");
        self.ledger.append(entry).await.unwrap();
    }

    /// Flips a bit in the message of alert `number`.
    fn damage(&self, number: u8) {
        let mut bytes = self.disk.contents(SEGMENT).unwrap();
        let id = [number; 16];
        let at = bytes.windows(16).position(|window| window == id).unwrap();
        bytes[at] ^= 1;
        self.disk.put(SEGMENT, &bytes);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(owner) = self.owner.take() {
            owner.stop().unwrap();
        }
    }
}

/// The acknowledgement by the agency's node of alert `number`, and its entry.
fn ack(number: u32) -> (Place, Entry) {
    let stated = policy::tests::stated(|statement| {
        statement.sender = "spiffe://mx.dev.invalid/agency/anam/node/nlu".to_owned();
        statement.recipients[0].name = "us.dev.invalid/cbp".to_owned();
        statement.alert_id = alert(number, Precedence::P4).alert_id;
        statement.refers_to = alert(number, Precedence::P4).message_id;
    });
    let statement = Statement::decode(&stated.encode_to_vec()).unwrap();
    let recipients = vec![pb::ResolvedRecipient {
        agencies: vec!["us.dev.invalid/cbp".to_owned()],
        ..Default::default()
    }];
    let place = Place::of(&statement, &recipients).unwrap();
    let record = pb::StatementRecord {
        recipients,
        ..Default::default()
    };
    let envelope = pb::Envelope {
        payload: stated.encode_to_vec(),
        ..Default::default()
    };
    let (record, envelope) = (record.encode_to_vec(), envelope.encode_to_vec());
    (
        place,
        unverified(
            [u8::try_from(100 + number).unwrap(); 32],
            &record,
            &envelope,
            b"",
        ),
    )
}

const SEGMENT: &str = "journal/00000000000000000000.seg";

fn indexes(looked: &[Looked]) -> Vec<u64> {
    looked.iter().map(|one| one.index).collect()
}

#[tokio::test]
async fn what_cannot_be_read_takes_nobody_elses_turn() {
    let world = World::new();
    for number in 11..=13 {
        let entry = logged(number, Precedence::P4);
        world.ledger.append(entry).await.unwrap();
    }
    let mut follower = world.follower();
    world.push_out().await;
    world.damage(12);
    world.clock.advance(15 * MINUTE_MS);
    assert_eq!(indexes(&follower.look()), [0, 2], "and neither is lost");
    let now_ms = world.clock.now_ms();
    assert_eq!(follower.calendar.next(now_ms), None, "not at once again");
    let again_ms = now_ms + UNREAD_AGAIN_MS + UNIT_MS;
    assert_eq!(follower.calendar.next(again_ms), Some(1));
}

#[tokio::test]
async fn who_is_answering_at_this_moment_is_not_called_late() {
    let world = World::new();
    let entry = logged(11, Precedence::P4);
    world.ledger.append(entry).await.unwrap();
    let mut follower = world.follower();
    let sources = follower.sources.clone();
    world.clock.advance(15 * MINUTE_MS);
    let looked = follower.look();
    assert_eq!(indexes(&looked), [0], "late, as far as the log had it");
    {
        let (place, entry) = ack(11);
        let seat = sources.cases.seat(&world.ledger, place).await.unwrap();
        let mut call = pin!(sources.cases.append(&world.ledger, entry, Some(seat)));
        let first = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        // On its way to the log, or there already, if that was fast.
        log(&sources, &mut follower.calendar, looked).await;
        if first.is_pending() {
            call.await.unwrap();
        }
    }
    let size = world.ledger.published().borrow().size;
    assert_eq!(size, 2, "the alert and its answer");
    assert_eq!(follower.calendar.waiting(), 1, "and it is looked at again");
}

#[tokio::test]
async fn who_has_answered_since_the_look_is_not_called_late() {
    let world = World::new();
    let entry = logged(11, Precedence::P4);
    world.ledger.append(entry).await.unwrap();
    let mut follower = world.follower();
    let sources = follower.sources.clone();
    world.clock.advance(15 * MINUTE_MS);
    let looked = follower.look();
    let (place, entry) = ack(11);
    let seat = sources.cases.seat(&world.ledger, place).await.unwrap();
    let answered = sources.cases.append(&world.ledger, entry, Some(seat));
    answered.await.unwrap();
    log(&sources, &mut follower.calendar, looked).await;
    assert_eq!(world.ledger.published().borrow().size, 2);
}

#[tokio::test]
async fn what_the_log_does_not_take_is_looked_at_again() {
    let mut world = World::new();
    let entry = logged(11, Precedence::P4);
    world.ledger.append(entry).await.unwrap();
    let mut follower = world.follower();
    let sources = follower.sources.clone();
    world.clock.advance(15 * MINUTE_MS);
    let looked = follower.look();
    assert_eq!(follower.calendar.waiting(), 0);
    world.owner.take().unwrap().stop().unwrap();
    log(&sources, &mut follower.calendar, looked).await;
    assert_eq!(follower.calendar.waiting(), 1);
    let now_ms = world.clock.now_ms();
    assert_eq!(follower.calendar.next(now_ms + 4_000), None, "not at once");
    let again_ms = now_ms + NOT_LOGGED_AGAIN_MS + UNIT_MS;
    assert_eq!(follower.calendar.next(again_ms), Some(0));
}

#[tokio::test]
async fn the_most_urgent_comes_first_however_much_is_late() {
    let world = World::new();
    for number in 1..=100 {
        let entry = logged(number, Precedence::P4);
        world.ledger.append(entry).await.unwrap();
    }
    // Sent later, and due later than all of these.
    world.clock.advance(16 * MINUTE_MS);
    for (number, precedence) in [(101, Precedence::P2), (102, Precedence::P1)] {
        let entry = logged(number, precedence);
        world.ledger.append(entry).await.unwrap();
    }
    let mut follower = world.follower();
    world.clock.advance(MINUTE_MS / 2);
    let looked = follower.look();
    assert_eq!(indexes(&looked)[..4], [101, 100, 0, 1]);
    let steps: usize = looked.iter().map(|one| one.reading.due.len()).sum();
    assert!(steps >= OVERDUE_PER_TURN_MAX, "a full turn");
}

#[test]
fn what_comes_first_is_looked_at_first_and_never_before_its_time() {
    let begun_ms = 1_795_000_000_000;
    let mut calendar = Calendar::begun_at(begun_ms);
    let far = begun_ms + 4 * 365 * 86_400_000;
    for (index, when_ms) in [(7, 5_001), (1 << 35, 4_999), (3, 90_000)] {
        calendar.look_at(index, begun_ms + when_ms, Precedence::P3);
    }
    calendar.look_at(4, 0, Precedence::P3);
    calendar.look_at(9, far, Precedence::P1);
    assert_eq!(calendar.next(begun_ms), Some(4), "overdue at the start");
    assert_eq!(calendar.next(begun_ms + 4_998), None);
    assert_eq!(calendar.next(begun_ms + 5_000), Some(1 << 35));
    assert_eq!(calendar.next(begun_ms + 5_001), None, "rounded up");
    assert_eq!(calendar.next(begun_ms + 5_250), Some(7));
    assert_eq!(calendar.next(begun_ms + 86_400_000), Some(3));
    assert_eq!(calendar.next(far), Some(9), "beyond two years: too soon");
    assert_eq!(calendar.next(far), None);
}
