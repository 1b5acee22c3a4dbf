//! One open stream: a task that reads the log by index from the subscriber's cursor, woken by the published size.
//!
//! Nothing is queued for a subscriber but what one read has brought and the few messages between this task and its connection,
//! so a thousand stalled subscribers cost what a thousand quiet ones do. The task alone changes the cursor of the slot that it
//! holds. In order of precedence it redelivers what is due, delivers what is new as far as credit goes, and says where it
//! stands.
//!
//! The ranges that messages cover follow each other without a hole, from the cursor's position at the opening, which is
//! never beyond what the subscriber says was covered for it. What was delivered below that and not settled comes first,
//! in index order, as redeliveries, which cover nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use precinto_alert::Reason;
use precinto_ledger::clock::Clock;
use precinto_ledger::{Ledger, Published, StoredEntry};
use precinto_proto::v1 as pb;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::Streaming;

use super::outbox::Outbox;
use super::slot::Hold;
use crate::accept::Line;
use crate::blocking;
use crate::limits::{
    FALL_BEHIND_ENTRIES, HEARTBEAT_INTERVAL, HEARTBEAT_SILENCE, NACKED_MAX, PARKED_MAX,
    READ_BYTES_MAX, STEPS_PER_TURN_MAX,
};
use crate::pace::Left;
use crate::registry::{Directory, InForce};
use crate::rights::{self, Reader};
use crate::shown::Shown;
use crate::status::Refusal;
use crate::witness::Witnesses;

mod end;
mod settle;
mod standing;
mod tell;

pub(super) use end::End;
use end::{broken, draining, ended, refused, unlisted};
use settle::IDLE_SETTLEMENTS;
use standing::Standing;

/// What a stream needs to know of the gateway.
#[derive(Debug, Clone)]
pub struct Feed {
    /// The log.
    pub ledger: Ledger,
    /// The gateway's time.
    pub clock: Arc<dyn Clock>,
    /// Who takes the cosignatures that subscribers return.
    pub witnesses: Arc<Witnesses>,
    /// Who exists and whose certificates count now; others when a side's next part, another root or another revocation list
    /// comes into force.
    pub directory: InForce,
    /// Ends every stream.
    pub draining: CancellationToken,
}

/// One open stream.
pub(super) struct Session {
    feed: Feed,
    line: Line,
    hold: Hold,
    reader: Reader,
    /// What the reader's rights follow from.
    judged_by: Arc<Directory>,
    standing: Standing,
    credit: usize,
    with_proofs: bool,
    shown: Shown,
    published: watch::Receiver<Published>,
    outbox: Outbox,
    /// The piece of memory that the last delivery lies in, by its address.
    in_memory: Option<usize>,
    phase: pb::Phase,
    /// Up to here the log was looked at; at or above the cursor's position, which follows when it is told.
    scanned: u64,
    /// Read from the log and not looked at yet.
    batch: VecDeque<Arc<StoredEntry>>,
    /// Whether the first of them is for this subscriber, and waits for credit.
    waits_for_credit: bool,
    /// Not settled, and to be delivered again as soon as credit allows.
    due: BTreeSet<u64>,
    /// Whether a cosignature may come: at most one for each checkpoint that was told.
    may_cosign: bool,
    /// Parked, and before us in the log: the cursor has gone back since.
    parked_ahead: BTreeSet<u64>,
    /// Nacked with attempts left, with the time at which they are due.
    waiting: BTreeMap<u64, Instant>,
    /// What else may be said that settles nothing.
    idle: Left,
    /// When the step began that is being made: it is asked for once, not by each who needs it.
    now: Instant,
    /// The same by the gateway's clock.
    now_ms: u64,
    last_message: Instant,
    last_heartbeat: Instant,
    turn: Turn,
}

/// Whether a stream goes on with its turn, or gives way to what its subscriber says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    GoesOn,
    /// The connection had no room at once.
    IsOver,
}

impl Session {
    pub(super) fn new(
        feed: Feed,
        line: Line,
        hold: Hold,
        (reader, judged_by): (Reader, Arc<Directory>),
        init: &pb::Init,
        outbox: Outbox,
    ) -> Self {
        let (position, due, parked_ahead) = hold.slot().read_cursor(|cursor| {
            let position = cursor.position();
            let parked = cursor.parked_from(position).collect();
            (position, cursor.unsettled().collect(), parked)
        });
        let now = Instant::now();
        Self {
            standing: Standing::new(&feed, line.clone()),
            published: feed.ledger.published(),
            line,
            hold,
            reader,
            judged_by,
            credit: usize::try_from(init.credit).unwrap_or(usize::MAX),
            with_proofs: init.with_proofs,
            shown: Shown::since(init.shown_size),
            outbox,
            in_memory: None,
            phase: pb::Phase::Replay,
            scanned: position,
            batch: VecDeque::new(),
            waits_for_credit: false,
            due,
            parked_ahead,
            may_cosign: false,
            waiting: BTreeMap::new(),
            idle: IDLE_SETTLEMENTS.begin(now),
            now,
            now_ms: feed.clock.now_ms(),
            feed,
            last_message: now,
            last_heartbeat: now,
            turn: Turn::GoesOn,
        }
    }

    /// Streams until there is a reason to end, says so, and leaves the cursor on disk.
    pub(super) async fn run(mut self, mut inbound: Streaming<pb::SubscribeRequest>) {
        let end = match self.serve(&mut inbound).await {
            Ok(never) => match never {},
            Err(end) => end,
        };
        let slot = Arc::clone(self.hold.slot());
        // Before the slot is free again, so that who takes over finds on disk what is settled.
        let flushed = blocking::spawn(move || slot.flush_or_warn()).await;
        let subscription = &self.hold.slot().definition().name;
        tracing::debug!(caller = %self.line.caller(), subscription, ?end, "subscription stream ended");
        match end {
            // A good end tells who has half-closed that the acks are durable.
            End::Gone if !matches!(flushed, Ok(true)) => {
                let refusal = Refusal::new(Reason::Internal);
                self.outbox.close_with(Err(refusal.to_status()));
            }
            End::Gone => {}
            End::Closing(reason, retry_after) => {
                let retry_after = retry_after.and_then(|wait| wait.try_into().ok());
                let closing = pb::Closing {
                    reason: reason.into(),
                    retry_after,
                };
                let Self {
                    outbox, line, hold, ..
                } = self;
                outbox.close_with(Ok(pb::SubscribeResponse {
                    closing: Some(closing),
                    ..Default::default()
                }));
                drop(hold);
                if reason == pb::ClosingReason::Slow {
                    line.cut_after_last_word().await;
                }
            }
            End::Refused(refusal) => self.outbox.close_with(Err(refusal.to_status())),
        }
    }

    async fn serve(
        &mut self,
        inbound: &mut Streaming<pb::SubscribeRequest>,
    ) -> Result<std::convert::Infallible, End> {
        loop {
            if self.take_turn().await? {
                // Settlements get their turn.
                self.settle_what_came(inbound).await?;
                continue;
            }
            let (nack_due, beat_due) = (self.next_nack_due(), self.next_heartbeat());
            // A live stream is told at once that it falls behind, whether or not more can be delivered.
            let wants_entries = self.phase == pb::Phase::Live || !self.waits_for_credit;
            let slot = Arc::clone(self.hold.slot());
            tokio::select! {
                biased;
                () = self.feed.draining.cancelled() => return Err(draining()),
                () = self.line.leaving() => return Err(draining()),
                changed = self.hold.ending.changed() => {
                    return Err(ended(changed.is_ok(), &self.hold));
                }
                end = self.standing.lost() => return Err(end),
                () = slot.put_back() => self.take_what_was_put_back(),
                message = inbound.message() => self.take(message).await?,
                changed = self.published.changed(), if wants_entries => {
                    // The ledger has stopped: the process is ending.
                    changed.map_err(|_| draining())?;
                }
                () = sleep_until(nack_due) => self.nacks_become_due(),
                () = tokio::time::sleep_until(beat_due) => self.heartbeat().await?,
            }
        }
    }

    /// Does what there is to do, one thing after the other, until the connection has no room or it is others' turn; false
    /// when there was nothing.
    async fn take_turn(&mut self) -> Result<bool, End> {
        let taken = self.take_steps().await;
        self.outbox.flush();
        taken
    }

    async fn take_steps(&mut self) -> Result<bool, End> {
        self.turn = Turn::GoesOn;
        self.look_around()?;
        for number in 0..STEPS_PER_TURN_MAX {
            if !self.step().await? {
                return Ok(number > 0);
            }
            if self.turn == Turn::IsOver {
                break;
            }
            // While there is room for all, nothing else gives way to everybody else on this worker.
            tokio::task::consume_budget().await;
        }
        Ok(true)
    }

    /// Does the next thing there is to do; false when there is nothing.
    async fn step(&mut self) -> Result<bool, End> {
        self.nacks_become_due();
        if self.falls_behind() || self.next_heartbeat() <= self.now {
            return self.heartbeat().await.map(|()| true);
        }
        let (has_credit, has_room_to_park) = self.has_credit();
        // What is beyond comes when the log is read so far.
        let is_due = |first: &u64| *first < self.scanned;
        if has_credit
            && self.due.first().is_some_and(is_due)
            && let Some(index) = self.due.pop_first()
        {
            return self.redeliver(index).await.map(|()| true);
        }
        let may_deliver = has_credit && has_room_to_park;
        // What is not for this subscriber takes no credit, and is passed over without any.
        if (may_deliver || !self.waits_for_credit)
            && let Some(entry) = self.next_entry().await?
        {
            return self.consider(entry, may_deliver).await.map(|()| true);
        }
        if self.phase == pb::Phase::Replay && self.scanned >= self.published.borrow().size {
            return self.caught_up().await.map(|()| true);
        }
        Ok(false)
    }

    /// Whether a live stream has just returned to replay: it is told at once, and goes on.
    fn falls_behind(&mut self) -> bool {
        if self.phase != pb::Phase::Live {
            return false;
        }
        let behind = self.published.borrow().size.saturating_sub(self.scanned);
        let falls = behind > FALL_BEHIND_ENTRIES;
        if falls {
            self.phase = pb::Phase::Replay;
        }
        falls
    }

    /// Whether another delivery may go out, and its nack, if it comes to that, be remembered; and whether something new, if
    /// it comes to that, be parked. A full list pauses what is new and drops nothing: what was delivered already still comes
    /// again.
    fn has_credit(&self) -> (bool, bool) {
        let slot = self.hold.slot();
        let (unsettled, parked) =
            slot.read_cursor(|cursor| (cursor.unsettled().len(), cursor.parked().len()));
        let at_rest = self.waiting.len() + self.due.len();
        let has_credit =
            unsettled.saturating_sub(at_rest) < self.credit && self.waiting.len() < NACKED_MAX;
        (has_credit, parked < PARKED_MAX)
    }

    /// What was put back is due, beside what was before.
    fn take_what_was_put_back(&mut self) {
        let due = &mut self.due;
        self.hold
            .slot()
            .read_cursor(|cursor| due.extend(cursor.put_back()));
    }

    /// The next entry below the published size, read in batches.
    async fn next_entry(&mut self) -> Result<Option<Arc<StoredEntry>>, End> {
        if self.batch.is_empty() {
            let size = self.published.borrow_and_update().size;
            if self.scanned >= size {
                return Ok(None);
            }
            let (ledger, first) = (self.feed.ledger.clone(), self.scanned);
            // Their receipts are asked for next.
            let with_proofs = self.with_proofs;
            let read = move || {
                if with_proofs {
                    ledger.read_from(first, READ_BYTES_MAX)
                } else {
                    ledger.pass_from(first, READ_BYTES_MAX)
                }
            };
            let entries = if self.phase == pb::Phase::Live {
                read() // most often what was committed just now, and in memory
            } else {
                // Reading and checking old ones takes a while: not on the workers that submissions need.
                self.outbox.flush();
                let read = blocking::spawn(read).await;
                read.map_err(|_| refused(Reason::Internal))?
            };
            self.batch = entries.map_err(broken)?.into();
            // Meanwhile somebody may have lost a right.
            self.look_around()?;
        }
        Ok(self.batch.pop_front())
    }

    /// Passes over an entry, or delivers it, or lets it wait.
    async fn consider(&mut self, entry: Arc<StoredEntry>, may_deliver: bool) -> Result<(), End> {
        let is_ours = self.is_for_subscriber(&entry) && !self.is_parked(entry.index());
        self.waits_for_credit = is_ours && !may_deliver;
        if self.waits_for_credit {
            self.batch.push_front(entry);
            return Ok(());
        }
        self.scanned = entry.index().saturating_add(1);
        if is_ours {
            // It may have been put back since the cursor went back.
            self.due.remove(&entry.index());
            return self.deliver(&entry, entry.index()).await;
        }
        Ok(())
    }

    async fn redeliver(&mut self, index: u64) -> Result<(), End> {
        if !self
            .hold
            .slot()
            .read_cursor(|cursor| cursor.is_unsettled(index))
        {
            return Ok(());
        }
        let ledger = self.feed.ledger.clone();
        self.outbox.flush();
        // It may be an old one, which takes a while: not on the workers that submissions need.
        let read = blocking::spawn(move || ledger.read(index)).await;
        let entry = read
            .map_err(|_| refused(Reason::Internal))?
            .map_err(broken)?;
        self.look_around()?;
        if !self.reader.is_delivered(&entry) {
            // A right that is gone since the last attempt: it looks like an entry that never was for this subscriber.
            let slot = self.hold.slot();
            return slot
                .with_cursor(|cursor| cursor.settle(index))
                .map_err(|_| refused(Reason::Internal));
        }
        self.deliver(&entry, index).await
    }

    /// Whether it is both allowed and wanted. A subscriber cannot tell which of the two it was that kept an entry back.
    fn is_for_subscriber(&self, entry: &StoredEntry) -> bool {
        // What nobody wants is withheld from nobody.
        self.hold.slot().definition().filter.passes(entry) && self.reader.is_delivered(entry)
    }

    /// Parked before the cursor went back: it does not come by itself.
    fn is_parked(&self, index: u64) -> bool {
        self.parked_ahead.contains(&index)
            && self
                .hold
                .slot()
                .read_cursor(|cursor| cursor.is_parked(index))
    }

    fn next_heartbeat(&self) -> Instant {
        (self.last_message + HEARTBEAT_SILENCE).min(self.last_heartbeat + HEARTBEAT_INTERVAL)
    }

    /// What time it is, whether the stream may go on, and by which directory: what holds until the next wait, and is asked after each.
    fn look_around(&mut self) -> Result<(), End> {
        self.now = Instant::now();
        self.now_ms = self.feed.clock.now_ms();
        if self.feed.draining.is_cancelled() {
            return Err(draining());
        }
        if self.hold.ending.borrow().is_some() {
            return Err(ended(true, &self.hold));
        }
        self.standing.check(self.now)?;
        let directory = self.feed.directory.now();
        if !Arc::ptr_eq(&directory, &self.judged_by) {
            self.reader = rights::reader_on(&self.line, &directory).map_err(|_| unlisted())?;
            self.judged_by = directory;
        }
        Ok(())
    }
}

async fn sleep_until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
