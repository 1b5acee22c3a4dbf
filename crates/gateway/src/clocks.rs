//! The clocks: whoever has not answered in time is noted in the log, and somebody else is called. Nobody has to watch.
//!
//! One task owns them. What it keeps of an open message is 8 bytes: when to look at it, and its index; of what is to be
//! looked at, the most urgent comes first, however much is late. It follows the log, so a message waits for its deadline from the moment at which it is published; and when a deadline comes, it reads
//! the case and asks [`precinto_alert::clock`] what follows now, and when to look again. Nothing else is remembered:
//! after a restart the log is read once more from its beginning, while the gateway serves, and what fell due meanwhile
//! follows at once. That each step has a key of its own ([`precinto_ledger::EntryKey::overdue`]) makes sure that none is
//! logged twice.
//!
//! The time is looked at every [`CLOCK_TICK`], whatever the machine's timers say: a clock that was set, or a machine that
//! was asleep, is noticed as soon.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use precinto_alert::clock::Reading;
use precinto_alert::code::Precedence;
use precinto_ledger::clock::Clock;
use precinto_ledger::{Ledger, ReadError};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::blocking;
use crate::cases::{Cases, Clocked, said};
use crate::limits::{CLOCK_TICK, CLOCKS_PER_TURN_MAX, OVERDUE_PER_TURN_MAX};
use crate::registry::InForce;
use follow::Follower;

mod follow;
mod told;

/// What the clocks need.
#[derive(Clone)]
pub(crate) struct Sources {
    pub(crate) ledger: Ledger,
    pub(crate) cases: Arc<Cases>,
    pub(crate) directory: InForce,
    pub(crate) clock: Arc<dyn Clock>,
}

/// When to look at which message: of what is to be looked at by now the most urgent, and of that what comes first.
///
/// One number for each, apart by precedence: its upper 28 bits count [`UNIT_MS`] since the calendar was begun, rounded up, the lower 36 are the
/// entry's index. What lies beyond those two years is looked at too soon, and again.
#[derive(Debug)]
struct Calendar {
    begun_ms: u64,
    /// P1 to P4.
    looks: [BinaryHeap<Reverse<u64>>; 4],
}

/// A message whose clock was looked at.
struct Looked {
    index: u64,
    precedence: Precedence,
    clocked: Clocked,
    message: told::Message,
    reading: Reading,
}

/// Keeps the clocks until `stop`, on a thread of its own: it reads and computes without end, and on the threads that all share
/// each would keep memory on its account.
pub(crate) fn keep(sources: Sources, stop: CancellationToken) -> JoinHandle<()> {
    if blocking::is_inline() {
        return tokio::spawn(turns(sources, stop));
    }
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(turns(sources, stop)))
}

async fn turns(sources: Sources, stop: CancellationToken) {
    if sources.ledger.rollback().is_some() {
        return; // a log that is only read takes no missed deadline
    }
    let mut clockwork = Clockwork::new(sources);
    while !stop.is_cancelled() {
        if !clockwork.turn().await {
            continue;
        }
        tokio::select! {
            biased; // what is due at the end is due at the next start
            () = stop.cancelled() => return,
            () = tokio::time::sleep(CLOCK_TICK) => {}
        }
    }
}

/// The clocks, turn by turn.
pub(crate) struct Clockwork(Follower);

impl Clockwork {
    pub(crate) fn new(sources: Sources) -> Self {
        Self(Follower::new(sources))
    }

    /// Takes in what is new in the log, and logs what is due by now, both up to the limits of a turn. False while the end of the
    /// log was not reached yet since the start: then nothing was looked at, and the next turn should follow at once.
    pub(crate) async fn turn(&mut self) -> bool {
        let Self(follower) = self;
        match follower.follow() {
            Ok(()) if follower.is_behind() => return false,
            Ok(()) => {}
            // What is known to be due is due all the same.
            Err(error) => tracing::warn!(%error, "the log could not be read for its deadlines"),
        }
        let looked = follower.look();
        log(&follower.sources, &mut follower.calendar, looked).await;
        true
    }
}

/// How exactly the calendar keeps a time: about as exactly as it is looked at.
const UNIT_MS: u64 = 250;

/// Room that is asked for at once, and taken only as it fills: growing to there in steps would leave holes of the same size.
const LOOKS_RESERVED: usize = 1 << 20;

/// As in the index of the cases: a log of 2^36 entries.
const INDEX_BITS: u32 = 36;

impl Calendar {
    fn begun_at(now_ms: u64) -> Self {
        Self {
            begun_ms: now_ms,
            looks: std::array::from_fn(|_| BinaryHeap::with_capacity(LOOKS_RESERVED)),
        }
    }

    /// Enters a message; one whose precedence nobody knows yet may be urgent.
    fn look_at(&mut self, index: u64, when_ms: u64, precedence: Precedence) {
        debug_assert!(index >> INDEX_BITS == 0, "a log of 2^36 entries");
        let [p1, p2, p3, p4] = &mut self.looks;
        let looks = match precedence {
            Precedence::P1 | Precedence::Unspecified => p1,
            Precedence::P2 => p2,
            Precedence::P3 => p3,
            Precedence::P4 => p4,
        };
        let units = when_ms.saturating_sub(self.begun_ms).div_ceil(UNIT_MS);
        let units = units.min((1 << (u64::BITS - INDEX_BITS)) - 1);
        if looks.len() == looks.capacity() {
            // Doubling would keep as much again in vain.
            looks.reserve_exact(looks.len() / 8 + 512);
        }
        looks.push(Reverse(units << INDEX_BITS | index));
    }

    /// The next message to be looked at by now.
    fn next(&mut self, now_ms: u64) -> Option<u64> {
        let passed = now_ms.saturating_sub(self.begun_ms) / UNIT_MS;
        let is_now = |Reverse(look): &Reverse<u64>| look >> INDEX_BITS <= passed;
        let mut urgent_first = self.looks.iter_mut();
        let looks = urgent_first.find(|looks| looks.peek().is_some_and(is_now))?;
        let Reverse(look) = looks.pop()?;
        Some(look & ((1 << INDEX_BITS) - 1))
    }

    /// How many messages wait to be looked at.
    fn waiting(&self) -> usize {
        self.looks.iter().map(BinaryHeap::len).sum()
    }
}

impl Follower {
    /// Looks at the clocks that are to be looked at by now, and gives those of which something is to be logged. Blocks.
    ///
    /// A message that cannot be read is looked at again; it takes nobody else's turn.
    fn look(&mut self) -> Vec<Looked> {
        let now_ms = self.sources.clock.now_ms();
        let (mut looked, mut unread, mut steps) = (Vec::new(), Vec::new(), 0);
        for _ in 0..CLOCKS_PER_TURN_MAX {
            if steps >= OVERDUE_PER_TURN_MAX {
                break;
            }
            let Some(index) = self.calendar.next(now_ms) else {
                break;
            };
            match self.look_at_one(index, now_ms) {
                Ok(Some(one)) if one.reading.due.is_empty() => {
                    if let Some(next_ms) = one.reading.next_ms {
                        self.calendar.look_at(index, next_ms, one.precedence);
                    }
                }
                Ok(Some(one)) => {
                    steps += one.reading.due.len();
                    looked.push(one);
                }
                Ok(None) => {} // deleted by law
                Err(error) => {
                    tracing::warn!(index, %error, "a deadline cannot be judged yet");
                    unread.push(index);
                }
            }
        }
        for index in unread {
            let again_ms = now_ms.saturating_add(UNREAD_AGAIN_MS);
            // Behind everything that can be read.
            self.calendar.look_at(index, again_ms, Precedence::P4);
        }
        looked
    }

    fn look_at_one(&self, index: u64, now_ms: u64) -> Result<Option<Looked>, ReadError> {
        let Sources { ledger, cases, .. } = &self.sources;
        let entry = ledger.read(index)?;
        let Some((statement, record)) = said(&entry) else {
            return Ok(None);
        };
        let Some(alert_id) = statement.alert_id().cloned() else {
            return Ok(None);
        };
        let clocked = cases.clocked(ledger, alert_id)?;
        let message_id = statement.message_id();
        let reading = clocked.clocks.reading(&clocked.case, message_id, now_ms);
        let precedence = clocked.clocks.precedence(message_id).unwrap_or_default();
        let message = told::Message {
            index,
            statement,
            recipients: record.recipients,
        };
        Ok(Some(Looked {
            index,
            precedence,
            clocked,
            message,
            reading,
        }))
    }
}

/// Logs what follows, and looks at each message again when something else may: a while later if the log has not taken it, which
/// is said once for all of them.
async fn log(sources: &Sources, calendar: &mut Calendar, looked: Vec<Looked>) {
    let Sources {
        ledger,
        cases,
        directory,
        clock,
    } = sources;
    let mut underway = Vec::new();
    let directory = directory.hold().await;
    for one in looked {
        let due = one.reading.due.iter();
        let entries = due.map(|due| one.message.entry(due, &directory)).collect();
        match cases.queue_overdue(ledger, &one.clocked, entries) {
            Ok(Some(queued)) => underway.push((one, queued)),
            Ok(None) => calendar.look_at(one.index, clock.now_ms(), one.precedence),
            Err(error) => {
                tracing::warn!(%error, "the log could not be read for its deadlines");
                calendar.look_at(one.index, clock.now_ms(), one.precedence);
            }
        }
    }
    drop(directory); // all are in the log's queue
    let (mut refused, mut why) = (0_u32, None);
    for (one, queued) in underway {
        let again_ms = match cases.overdue_logged(queued).await {
            Ok(()) => one.reading.next_ms,
            Err(error) => {
                (refused, why) = (refused + 1, Some(error));
                Some(clock.now_ms().saturating_add(NOT_LOGGED_AGAIN_MS))
            }
        };
        if let Some(again_ms) = again_ms {
            calendar.look_at(one.index, again_ms, one.precedence);
        }
    }
    if let Some(error) = why {
        tracing::warn!(messages = refused, %error, "missed deadlines are not logged yet");
    }
}

/// How long a message rests that could not be read: a disk that has recovered is noticed, and one that has not says so six
/// times a minute.
const UNREAD_AGAIN_MS: u64 = 10_000;

/// How long one rests whose missed deadline the log did not take: a full disk does not clear within a moment, and what is
/// written of it to the gateway's own log, most often on the same disk, must not be what fills it.
const NOT_LOGGED_AGAIN_MS: u64 = 5_000;

#[cfg(test)]
mod tests;
