//! The clocks: whoever has not answered in time is noted in the log, and somebody else is called. Nobody has to watch.
//!
//! One task owns them. What it keeps of an open message is 16 bytes: when to look at it, and its index. It follows the
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
use tokio_util::sync::CancellationToken;

use crate::cases::{Cases, Clocked, said};
use crate::limits::{CLOCK_TICK, CLOCKS_PER_TURN_MAX, OVERDUE_PER_TURN_MAX};
use crate::registry::Directory;
use follow::Follower;

mod follow;
mod told;

/// What the clocks need.
#[derive(Clone)]
pub(crate) struct Sources {
    pub(crate) ledger: Ledger,
    pub(crate) cases: Arc<Cases>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// When to look at which message: what comes first, first.
#[derive(Debug, Default)]
struct Calendar(BinaryHeap<Reverse<(u64, u64)>>);

/// A message whose clock was looked at.
struct Looked {
    index: u64,
    clocked: Clocked,
    message: told::Message,
    reading: Reading,
}

/// Keeps the clocks until `stop`.
pub(crate) async fn keep(sources: Sources, stop: CancellationToken) {
    let mut follower = Follower::new(sources.clone());
    loop {
        let turn = tokio::task::spawn_blocking(move || {
            let looked = follower.turn();
            (follower, looked)
        });
        let Ok((back, looked)) = turn.await else {
            tracing::error!("the clocks panicked: no missed deadline is noted any more");
            return;
        };
        follower = back;
        match looked {
            Ok(_) if follower.is_behind() && !stop.is_cancelled() => continue,
            Ok(looked) => log(&sources, &mut follower.calendar, looked).await,
            Err(error) => tracing::warn!(%error, "the log could not be read for its deadlines"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(CLOCK_TICK) => {}
        }
    }
}

impl Calendar {
    fn look_at(&mut self, index: u64, when_ms: u64) {
        self.0.push(Reverse((when_ms, index)));
    }

    /// The next message to be looked at by now.
    fn next(&mut self, now_ms: u64) -> Option<u64> {
        let Reverse((when_ms, _)) = self.0.peek()?;
        if *when_ms > now_ms {
            return None;
        }
        self.0.pop().map(|Reverse((_, index))| index)
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
    for one in looked {
        let due = one.reading.due.iter();
        let entries = due.map(|due| one.message.entry(due, directory)).collect();
        match cases.queue_overdue(ledger, &one.clocked, entries) {
            Ok(Some(queued)) => underway.push((one.index, one.reading.next_ms, queued)),
            Ok(None) => calendar.look_at(one.index, clock.now_ms()),
            Err(error) => {
                tracing::warn!(%error, "the log could not be read for its deadlines");
                calendar.look_at(one.index, clock.now_ms());
            }
        }
    }
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
