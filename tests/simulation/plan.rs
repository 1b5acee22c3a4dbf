//! What happens in a world, all of it drawn from its seed before it begins.

use std::collections::BTreeMap;
use std::time::Duration;

use precinto_alert::code::Precedence;
use precinto_ledger::storage::Survival;

use crate::dice::Dice;
use crate::fixture::{DESKS, PLACES, SENDERS};

/// A world, before it begins.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// How long a packet takes to each node and back.
    pub(crate) latency: BTreeMap<&'static str, Duration>,
    /// What each sender says, by the time at which it does.
    pub(crate) messages: BTreeMap<&'static str, Vec<Message>>,
    pub(crate) credit: u32,
    pub(crate) with_proofs: bool,
    /// Even or odd indexes.
    pub(crate) settles_every_other: u64,
    /// After how many attempts a delivery is parked; 0 leaves it to the gateway.
    pub(crate) attempts_max: u32,
    /// Of a hundred deliveries a desk puts back so many.
    pub(crate) nacks: u64,
    /// Of a hundred alerts a desk's node acknowledges so many.
    pub(crate) answers: u64,
    /// When everything is put right.
    pub(crate) trouble: Duration,
    /// By the time at which they come.
    pub(crate) faults: Vec<(Duration, Fault)>,
}

/// An alert to some of the desks, or, without a precedence, a notice.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) at: Duration,
    pub(crate) recipients: Vec<crate::fixture::Place>,
    pub(crate) precedence: Option<Precedence>,
}

/// What goes wrong, or is put right again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing passes between this node and the gateway.
    Partition(&'static str),
    /// Nothing passes from this node to the gateway.
    Deaf(&'static str),
    /// Nothing passes from the gateway to this node.
    Mute(&'static str),
    /// What passes between them is held back.
    Hold(&'static str),
    /// All passes again, and what was held back comes.
    Heal(&'static str),
    /// A packet takes so many milliseconds from now on.
    Latency(&'static str, u64),
    /// The gateway's process ends: its kernel closes what was open.
    GatewayDies(Survival),
    /// Its machine loses power: nobody is told.
    GatewayLosesPower(Survival),
    /// Its disk fails at a change to come, and its process ends itself.
    DiskFails(usize, Survival),
    /// It loses power, and the last so many changes on its disk, which had said that they were safe. In no seed: nobody can
    /// make that good.
    DiskForgets(usize),
    /// It is told to stop, and does.
    GatewayStops,
    /// It starts, if it does not run.
    GatewayStarts,
    /// A node's process ends, and starts again at once.
    NodeRestarts(&'static str),
    /// The gateway's clock is wrong by so many milliseconds from now on.
    Clock(i64),
    /// A commit takes so many milliseconds from now on.
    Disk(u64),
    /// This desk thinks so many milliseconds about each event from now on.
    Slow(&'static str, u64),
    /// One side publishes its next revocation list.
    List(&'static str),
    /// The desk's side publishes one on which the desk stands.
    Revoke(&'static str),
    /// It publishes one on which it does not stand any more, if it does.
    LetIn(&'static str),
    /// The desk has its subscription moved back: to so many hundredths of what is settled.
    Seek(&'static str, u64),
    /// The desk opens a second stream on its subscription.
    TakeOver(&'static str),
    /// So many minutes have passed for every clock: as if all machines had slept.
    Later(u64),
}

/// How long faults come in a world, in seconds; then all is put right. Most are short, so that there can be many.
const TROUBLE_S: [u64; 8] = [5, 5, 6, 6, 8, 8, 12, 40];

impl Plan {
    /// The world of this seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut plan = Self::before_desks_answered(seed);
        plan.widen(&mut Dice::new(seed.rotate_left(32) ^ 1));
        plan
    }

    /// As [`Self::of`] was before desks answered, put back and moved, and had anything to answer: by these the first named seeds
    /// were found.
    pub(crate) fn before_desks_answered(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let latency = PLACES.iter().map(|place| {
            let ms = dice.pick(&[1, 10, 40, 120]);
            (place.name, Duration::from_millis(ms))
        });
        let latency = latency.collect();
        let trouble_ms = 1_000 * dice.pick(&TROUBLE_S);
        let messages = SENDERS.iter();
        let messages = messages.map(|place| (place.name, messages_of(&mut dice, trouble_ms)));
        let messages = messages.collect();
        let (credit, with_proofs, settles_every_other) = (
            dice.pick(&[1, 2, 4, 64]),
            dice.chance(50),
            dice.within(0, 1),
        );
        let mut faults = Vec::new();
        for _ in 0..dice.within(2, 6) {
            trouble(&mut dice, trouble_ms, &mut faults);
        }
        faults.sort_by_key(|(at, _)| *at);
        Self {
            seed,
            latency,
            messages,
            credit: u32::try_from(credit).expect("small"),
            with_proofs,
            settles_every_other,
            attempts_max: 0,
            nacks: 0,
            answers: 0,
            trouble: Duration::from_millis(trouble_ms),
            faults,
        }
    }
}

impl Plan {
    /// Adds what there is to answer, and what desks do of their own accord.
    fn widen(&mut self, dice: &mut Dice) {
        use Precedence::{P1, P2, P3, P4};
        self.attempts_max = u32::try_from(dice.pick(&[0, 2, 3, 5])).expect("small");
        self.nacks = dice.pick(&[0, 10, 30, 60]);
        self.answers = dice.pick(&[20, 70, 100]);
        for message in self.messages.values_mut().flatten() {
            let is_alert = dice.chance(60);
            message.precedence = is_alert.then(|| dice.pick(&[P1, P1, P2, P3, P4]));
        }
        let trouble_ms = u64::try_from(self.trouble.as_millis()).expect("not for ever");
        for _ in 0..dice.within(1, 4) {
            desk_trouble(dice, trouble_ms, &mut self.faults);
        }
        self.faults.sort_by_key(|(at, _)| *at);
    }

    /// The same without any trouble.
    pub(crate) fn quiet(seed: u64) -> Self {
        Self {
            faults: Vec::new(),
            ..Self::of(seed)
        }
    }
}

fn messages_of(dice: &mut Dice, trouble_ms: u64) -> Vec<Message> {
    let mut at = Duration::from_millis(dice.within(100, trouble_ms / 2));
    let mut messages = Vec::new();
    for _ in 0..dice.within(3, 10) {
        let recipients = match dice.within(0, 3) {
            0 => vec![DESKS[0]],
            1 => vec![DESKS[1]],
            _ => DESKS.to_vec(),
        };
        messages.push(Message {
            at,
            recipients,
            precedence: None,
        });
        // Often some at once, and pauses between.
        let pause = if dice.chance(50) {
            0
        } else {
            dice.within(20, trouble_ms / 4)
        };
        at += Duration::from_millis(pause);
    }
    messages
}

/// One trouble, with its end.
fn trouble(dice: &mut Dice, trouble_ms: u64, faults: &mut Vec<(Duration, Fault)>) {
    let at = Duration::from_millis(dice.within(0, trouble_ms * 4 / 5));
    let lasts = Duration::from_millis(dice.within(50, trouble_ms / 2));
    let until = (at + lasts).min(Duration::from_millis(trouble_ms));
    let node = dice.pick(&PLACES).name;
    let desk = dice.pick(&DESKS).name;
    let survival = match dice.within(0, 3) {
        0 => Survival::Discarded,
        1 => Survival::Kept,
        _ => Survival::Torn(dice.next()),
    };
    let heal = Some((until, Fault::Heal(node)));
    let start = Some((until, Fault::GatewayStarts));
    let (begin, end) = match dice.within(0, 13) {
        0 => (Fault::Partition(node), heal),
        1 => (Fault::Deaf(node), heal),
        2 => (Fault::Mute(node), heal),
        3 => (Fault::Hold(node), heal),
        4 => (Fault::Latency(node, dice.within(1, 900)), None),
        5 => (Fault::GatewayDies(survival), start),
        6 => (Fault::GatewayLosesPower(survival), start),
        7 | 8 => {
            let nth = usize::try_from(dice.within(1, 6)).expect("small");
            // It may come later than that: the end of all trouble starts it again.
            (Fault::DiskFails(nth, survival), start)
        }
        9 => (Fault::GatewayStops, start),
        10 => (Fault::NodeRestarts(node), None),
        11 => {
            let skew_ms = i64::try_from(dice.within(0, 6_000)).expect("small") - 3_000;
            (Fault::Clock(skew_ms), None)
        }
        12 => (
            Fault::Disk(dice.within(10, 1_500)),
            Some((until, Fault::Disk(crate::world::COMMIT_MS))),
        ),
        _ if dice.chance(50) => (Fault::List(dice.pick(&["us", "mx"])), None),
        _ => (
            Fault::Slow(desk, dice.within(50, 5_000)),
            Some((until, Fault::Slow(desk, 0))),
        ),
    };
    faults.push((at, begin));
    faults.extend(end);
}

/// What a desk does to its subscription, or is done to it; and clocks that jump.
fn desk_trouble(dice: &mut Dice, trouble_ms: u64, faults: &mut Vec<(Duration, Fault)>) {
    let at = Duration::from_millis(dice.within(0, trouble_ms * 4 / 5));
    let desk = dice.pick(&DESKS).name;
    let (begin, end) = match dice.within(0, 7) {
        0 | 1 => (Fault::Seek(desk, dice.within(0, 100)), None),
        2 | 3 => (Fault::TakeOver(desk), None),
        4 | 5 => {
            let until = at + Duration::from_millis(dice.within(1_000, trouble_ms));
            (Fault::Revoke(desk), Some((until, Fault::LetIn(desk))))
        }
        _ => (Fault::Later(dice.pick(&[1, 6, 20, 60])), None),
    };
    faults.push((at, begin));
    // One that would come after the end of all trouble is put right by that.
    faults.extend(end.filter(|(until, _)| until.as_millis() < u128::from(trouble_ms)));
}
