//! What a subscriber is told: deliveries, that it has caught up, heartbeats; and the ranges that these cover.

use precinto_ledger::StoredEntry;
use precinto_proto::v1 as pb;
use tokio::time::Instant;

use super::{End, Session, Turn, broken, draining, ended};
use crate::limits::{READ_AHEAD_KEPT, RETRY_AFTER};
use crate::rights::kind_of;
use crate::subscribe::definition::timestamp;
use crate::subscribe::outbox::{NoRoom, Stuck};

impl Session {
    pub(super) async fn deliver(&mut self, entry: &StoredEntry, index: u64) -> Result<(), End> {
        let now_ms = self.now_ms;
        let (covered, attempt) = self.hold.slot().with_cursor(|cursor| {
            let first = cursor.position();
            let attempt = cursor.deliver(index, now_ms);
            (
                pb::Range {
                    first,
                    end: cursor.position(),
                },
                attempt,
            )
        });
        // Of a missed deadline nothing else is signed.
        let kind = kind_of(entry);
        let (proof, consistency) = if self.with_proofs || kind == pb::EntryKind::Overdue {
            let proven = self.feed.ledger.receipt(index).map_err(broken)?;
            let consistency = self.shown.proof(proven.size, &self.feed.ledger);
            (proven.receipt.to_text(), consistency)
        } else {
            (String::new(), Vec::new())
        };
        let [record, envelope, body] = entry.shared();
        let beside = self.memory_beside(entry);
        let delivery = pb::SubscribeResponse {
            delivery: Some(pb::Delivery {
                index,
                covered: Some(covered),
                envelope,
                body,
                receipt: Some(pb::Receipt { proof, record }),
                attempt,
                time_ms: entry.leaf().time_ms,
                kind: kind.into(),
                body_pruned: entry.body_pruned(),
                consistency,
            }),
            ..Default::default()
        };
        self.put_with(delivery, beside).await
    }

    /// What a delivery of the entry holds in memory beside itself: what lies in one piece with it, unless the delivery before
    /// holds that already.
    fn memory_beside(&mut self, entry: &StoredEntry) -> usize {
        let memory = entry.memory();
        let is_held = self.in_memory.replace(memory.address) == Some(memory.address);
        let [record, content, body] =
            [entry.record(), entry.content(), entry.body()].map(<[u8]>::len);
        if is_held {
            0
        } else {
            memory.bytes.saturating_sub(record + content + body)
        }
    }

    pub(super) async fn caught_up(&mut self) -> Result<(), End> {
        self.phase = pb::Phase::Live;
        self.may_cosign = true;
        let covered = self.cover_scanned();
        let caught_up = pb::CaughtUp {
            position: covered.end,
            checkpoint: self.checkpoint(),
            settled: self.hold.slot().settled(),
            covered: Some(covered),
            server_time: Some(timestamp(self.feed.clock.now_ms())),
        };
        self.put(pb::SubscribeResponse {
            caught_up: Some(caught_up),
            ..Default::default()
        })
        .await
    }

    pub(super) async fn heartbeat(&mut self) -> Result<(), End> {
        self.may_cosign = true;
        self.now = Instant::now();
        // Who has been waiting for credit since the last one may go on waiting; what was read ahead is read again then.
        self.batch.clear();
        let (unsettled, parked) = self
            .hold
            .slot()
            .read_cursor(|cursor| (cursor.unsettled().len(), cursor.parked().len()));
        let heartbeat = pb::Heartbeat {
            checkpoint: self.checkpoint(),
            covered: Some(self.cover_scanned()),
            phase: self.phase.into(),
            server_time: Some(timestamp(self.feed.clock.now_ms())),
            unsettled: u32::try_from(unsettled).unwrap_or(u32::MAX),
            settled: self.hold.slot().settled(),
            parked: u32::try_from(parked).unwrap_or(u32::MAX),
        };
        self.put(pb::SubscribeResponse {
            heartbeat: Some(heartbeat),
            ..Default::default()
        })
        .await?;
        self.last_heartbeat = self.last_message;
        Ok(())
    }

    /// Moves the cursor to what was looked at: only what a message tells the subscriber is covered.
    fn cover_scanned(&self) -> pb::Range {
        self.hold.slot().with_cursor(|cursor| {
            let first = cursor.position();
            cursor.cover(self.scanned);
            pb::Range {
                first,
                end: cursor.position(),
            }
        })
    }

    /// The newest one, which the subscriber holds from now on.
    fn checkpoint(&mut self) -> String {
        let published = self.published.borrow();
        self.shown.reach(published.size);
        published.checkpoint.note().to_owned()
    }

    async fn put(&mut self, message: pb::SubscribeResponse) -> Result<(), End> {
        self.put_with(message, 0).await
    }

    async fn put_with(&mut self, message: pb::SubscribeResponse, beside: usize) -> Result<(), End> {
        // Most often there is room; why the stream may end is looked at before each step.
        if let Err(NoRoom(message)) = self.outbox.try_put(message, beside) {
            self.turn = Turn::IsOver;
            self.wait_and_put(*message, beside).await?;
            self.now = Instant::now();
        }
        self.last_message = self.now;
        Ok(())
    }

    async fn wait_and_put(
        &mut self,
        message: pb::SubscribeResponse,
        beside: usize,
    ) -> Result<(), End> {
        let (draining, leaving) = (self.feed.draining.clone(), self.line.clone());
        let put = self.outbox.put(message, beside);
        tokio::pin!(put);
        loop {
            tokio::select! {
                biased;
                put = &mut put => return put.map_err(|stuck| match stuck {
                    Stuck::Gone => End::Gone,
                    Stuck::Slow => End::Closing(pb::ClosingReason::Slow, Some(RETRY_AFTER)),
                }),
                () = draining.cancelled() => return Err(self::draining()),
                () = leaving.leaving() => return Err(self::draining()),
                // A half-open connection must not lock its subscriber out.
                changed = self.hold.ending.changed() => return Err(ended(changed.is_ok(), &self.hold)),
                end = self.standing.lost() => return Err(end),
                // Who takes little need not hold much: it is read again.
                () = tokio::time::sleep(READ_AHEAD_KEPT), if !self.batch.is_empty() => self.batch.clear(),
            }
        }
    }
}
