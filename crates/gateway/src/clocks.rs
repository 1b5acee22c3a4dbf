//! The clocks: whoever has not answered in time is noted in the log, and somebody else is called. Nobody has to watch.
//!
//! One task owns them. What it keeps of an open message is 8 bytes: when to look at it, and its index. It follows the
//! log, so a message waits for its deadline from the moment at which it is published; and when a deadline comes, it reads
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
use precinto_ledger::clock::Clock;
use precinto_ledger::{Ledger, ReadError};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

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

/// When to look at which message: what comes first, first.
///
/// One number for each: its upper 28 bits count [`UNIT_MS`] since the calendar was begun, rounded up, the lower 36 are the
/// entry's index. What lies beyond those two years is looked at too soon, and again.
#[derive(Debug)]
struct Calendar {
    begun_ms: u64,
    looks: BinaryHeap<Reverse<u64>>,
}

/// A message whose clock was looked at.
struct Looked {
    index: u64,
    clocked: Clocked,
    message: told::Message,
    reading: Reading,
}

/// Keeps the clocks until `stop`, on a thread of its own: it reads and computes without end, and on the threads that all share
/// each would keep memory on its account.
pub(crate) fn keep(sources: Sources, stop: CancellationToken) -> JoinHandle<()> {
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(turns(sources, stop)))
}

async fn turns(sources: Sources, stop: CancellationToken) {
    let mut follower = Follower::new(sources.clone());
    while !stop.is_cancelled() {
        match follower.turn() {
            Ok(_) if follower.is_behind() => continue,
            Ok(looked) => log(&sources, &mut follower.calendar, looked).await,
            Err(error) => tracing::warn!(%error, "the log could not be read for its deadlines"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(CLOCK_TICK) => {}
        }
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
            looks: BinaryHeap::with_capacity(LOOKS_RESERVED),
        }
    }

    fn look_at(&mut self, index: u64, when_ms: u64) {
        debug_assert!(index >> INDEX_BITS == 0, "a log of 2^36 entries");
        let units = when_ms.saturating_sub(self.begun_ms).div_ceil(UNIT_MS);
        let units = units.min((1 << (u64::BITS - INDEX_BITS)) - 1);
        if self.looks.len() == self.looks.capacity() {
            // Doubling would keep as much again in vain.
            self.looks.reserve_exact(self.looks.len() / 8 + 512);
        }
        self.looks.push(Reverse(units << INDEX_BITS | index));
    }

    /// The next message to be looked at by now.
    fn next(&mut self, now_ms: u64) -> Option<u64> {
        let Reverse(look) = *self.looks.peek()?;
        let passed = now_ms.saturating_sub(self.begun_ms) / UNIT_MS;
        if look >> INDEX_BITS > passed {
            return None;
        }
        self.looks.pop();
        Some(look & ((1 << INDEX_BITS) - 1))
    }
}

impl Follower {
    /// Takes in what is new, then looks at the clocks that are to be looked at. Blocks.
    fn turn(&mut self) -> Result<Vec<Looked>, ReadError> {
        if !self.follow()? {
            return Ok(Vec::new());
        }
        let now_ms = self.sources.clock.now_ms();
        let (mut looked, mut steps) = (Vec::new(), 0);
        for _ in 0..CLOCKS_PER_TURN_MAX {
            if steps >= OVERDUE_PER_TURN_MAX {
                break;
            }
            let Some(index) = self.calendar.next(now_ms) else {
                break;
            };
            let one = match self.look(index, now_ms) {
                Ok(one) => one,
                Err(error) => {
                    self.calendar.look_at(index, now_ms);
                    return Err(error);
                }
            };
            let Some(one) = one else {
                continue; // deleted by law
            };
            if one.reading.due.is_empty() {
                if let Some(next_ms) = one.reading.next_ms {
                    self.calendar.look_at(index, next_ms);
                }
                continue;
            }
            steps += one.reading.due.len();
            looked.push(one);
        }
        Ok(looked)
    }

    fn look(&self, index: u64, now_ms: u64) -> Result<Option<Looked>, ReadError> {
        let Sources { ledger, cases, .. } = &self.sources;
        let entry = ledger.read(index)?;
        let Some((statement, record)) = said(&entry) else {
            return Ok(None);
        };
        let Some(alert_id) = statement.alert_id().cloned() else {
            return Ok(None);
        };
        let clocked = cases.clocked(ledger, alert_id)?;
        let reading = clocked
            .clocks
            .reading(&clocked.case, statement.message_id(), now_ms);
        let message = told::Message {
            index,
            statement,
            recipients: record.recipients,
        };
        Ok(Some(Looked {
            index,
            clocked,
            message,
            reading,
        }))
    }
}

/// Logs what follows, and looks at each message again when something else may: at once if the log has not taken it.
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
            Ok(Some(queued)) => underway.push((one.index, one.reading.next_ms, queued)),
            Ok(None) => calendar.look_at(one.index, clock.now_ms()),
            Err(error) => {
                tracing::warn!(%error, "the log could not be read for its deadlines");
                calendar.look_at(one.index, clock.now_ms());
            }
        }
    }
    drop(directory); // all are in the log's queue
    for (index, next_ms, queued) in underway {
        let again_ms = if cases.overdue_logged(queued).await {
            next_ms
        } else {
            Some(clock.now_ms())
        };
        if let Some(again_ms) = again_ms {
            calendar.look_at(index, again_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_first_is_looked_at_first_and_never_before_its_time() {
        let begun_ms = 1_795_000_000_000;
        let mut calendar = Calendar::begun_at(begun_ms);
        let far = begun_ms + 4 * 365 * 86_400_000;
        for (index, when_ms) in [(7, 5_001), (1 << 35, 4_999), (3, 90_000)] {
            calendar.look_at(index, begun_ms + when_ms);
        }
        calendar.look_at(4, 0);
        calendar.look_at(9, far);
        assert_eq!(calendar.next(begun_ms), Some(4), "overdue at the start");
        assert_eq!(calendar.next(begun_ms + 4_998), None);
        assert_eq!(calendar.next(begun_ms + 5_000), Some(1 << 35));
        assert_eq!(calendar.next(begun_ms + 5_001), None, "rounded up");
        assert_eq!(calendar.next(begun_ms + 5_250), Some(7));
        assert_eq!(calendar.next(begun_ms + 86_400_000), Some(3));
        assert_eq!(calendar.next(far), Some(9), "beyond two years: too soon");
        assert_eq!(calendar.next(far), None);
    }
}
