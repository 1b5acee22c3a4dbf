//! What a subscriber says on its stream: acks, which settle and return credit, and nacks, which put a delivery back.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use precinto_alert::Reason;
use precinto_proto::v1 as pb;
use tokio::time::Instant;
use tokio_stream::Stream as _;
use tonic::{Status, Streaming};

use super::{End, Session, broken, refused};
use crate::blocking;
use crate::limits::{
    IDLE_SETTLEMENTS_BURST, IDLE_SETTLEMENTS_PER_SECOND, NACK_DELAY_FLOOR_MAX,
    NACK_DELAY_FLOOR_MIN, NACK_DELAY_MAX, PARKED_MAX, SETTLEMENTS_PER_TURN_MAX,
};
use crate::pace::Pace;
use crate::subscribe::definition::Definition;

/// How often a subscriber may say what settles nothing.
pub(super) const IDLE_SETTLEMENTS: Pace = Pace {
    burst: IDLE_SETTLEMENTS_BURST,
    per_second: IDLE_SETTLEMENTS_PER_SECOND,
};

impl Session {
    /// Takes what has arrived already, without waiting, up to a bound.
    pub(super) async fn settle_what_came(
        &mut self,
        inbound: &mut Streaming<pb::SubscribeRequest>,
    ) -> Result<(), End> {
        for _ in 0..SETTLEMENTS_PER_TURN_MAX {
            let polled =
                std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut *inbound).poll_next(cx)));
            match polled.await {
                Poll::Pending => return Ok(()),
                Poll::Ready(message) => self.take(message.transpose()).await?,
            }
        }
        Ok(())
    }

    pub(super) async fn take(
        &mut self,
        message: Result<Option<pb::SubscribeRequest>, Status>,
    ) -> Result<(), End> {
        let message = match message {
            Ok(Some(message)) => message,
            Ok(None) => return Err(End::Gone),
            Err(status) => return Err(End::from_inbound(&status)),
        };
        match message {
            pb::SubscribeRequest {
                init: None,
                ack: Some(ack),
                nack: None,
                cosignature: None,
            } => self.ack(&ack).await,
            pb::SubscribeRequest {
                init: None,
                ack: None,
                nack: Some(nack),
                cosignature: None,
            } => self.nack(&nack).await,
            pb::SubscribeRequest {
                init: None,
                ack: None,
                nack: None,
                cosignature: Some(pb::Cosignature { line, tree_size }),
            } => {
                if std::mem::take(&mut self.may_cosign) {
                    let node = &self.hold.slot().definition().node;
                    self.feed.witnesses.take(node, line, tree_size).await;
                }
                Ok(())
            }
            pb::SubscribeRequest { init: Some(_), .. } => Err(refused(Reason::InitExpected)),
            pb::SubscribeRequest { .. } => Err(refused(Reason::Malformed)),
        }
    }

    async fn ack(&mut self, ack: &pb::Ack) -> Result<(), End> {
        let pb::Ack { index, all_up_to } = *ack;
        self.was_delivered(index).await?;
        let settled = self.hold.slot().with_cursor(|cursor| {
            if all_up_to {
                cursor.settle_up_to(index)
            } else {
                cursor.settle(index).map(|()| vec![index])
            }
        });
        for index in settled.map_err(|_| refused(Reason::IndexUnknown))? {
            self.due.remove(&index);
            self.waiting.remove(&index);
        }
        Ok(())
    }

    /// An error for an index that was never delivered on this subscription: above what it has covered, forbidden, or held
    /// back by its filter, all alike. What is not unsettled any more has to be looked up to know, which is rare: a client
    /// that settles twice.
    async fn was_delivered(&mut self, index: u64) -> Result<(), End> {
        let slot = self.hold.slot();
        let (unsettled, forgotten, possible) = slot.read_cursor(|cursor| {
            (
                cursor.is_unsettled(index),
                cursor.is_forgotten(index),
                cursor.was_delivered(index).is_ok(),
            )
        });
        if unsettled || forgotten {
            return Ok(());
        }
        if !possible {
            return Err(refused(Reason::IndexUnknown));
        }
        self.settles_nothing().await;
        let ledger = self.feed.ledger.clone();
        let read = blocking::spawn(move || ledger.read(index)).await;
        let entry = read
            .map_err(|_| refused(Reason::Internal))?
            .map_err(broken)?;
        if self.is_for_subscriber(&entry) {
            Ok(())
        } else {
            Err(refused(Reason::IndexUnknown))
        }
    }

    /// Counts what settles nothing. Who says too much of it waits here, and what he says next in the window of his stream.
    async fn settles_nothing(&mut self) {
        while let Err(wait) = self.idle.take(Instant::now()) {
            tokio::time::sleep(wait).await;
        }
    }

    async fn nack(&mut self, nack: &pb::Nack) -> Result<(), End> {
        let index = nack.index;
        let delay = nack.delay;
        let delay = match delay {
            None => Duration::ZERO,
            Some(delay) => Duration::try_from(delay).map_err(|_| refused(Reason::DelayInvalid))?,
        };
        if delay > NACK_DELAY_MAX {
            return Err(refused(Reason::DelayInvalid));
        }
        self.was_delivered(index).await?;
        let slot = Arc::clone(self.hold.slot());
        // What is settled already stays settled; what is due, or was put back this moment, comes again anyway.
        let attempts = slot.read_cursor(|cursor| cursor.attempts(index));
        let is_out = |attempts: &u32| *attempts > 0 && !self.due.contains(&index);
        let attempts = attempts.filter(is_out);
        if attempts.is_none() || self.waiting.contains_key(&index) {
            self.settles_nothing().await;
        }
        let Some(attempts) = attempts else {
            return Ok(());
        };
        if attempts >= slot.definition().attempts_max {
            self.waiting.remove(&index);
            self.park(index, nack.reason(), attempts);
        } else {
            let delay = delay.max(shortest_delay(attempts));
            self.waiting.insert(index, Instant::now() + delay);
        }
        Ok(())
    }

    /// Puts a delivery aside after its last attempt, and tells the operator.
    fn park(&self, index: u64, reason: Reason, attempts: u32) {
        let slot = self.hold.slot();
        let now_ms = self.feed.clock.now_ms();
        let parked = slot.with_cursor(|cursor| {
            cursor.park(index, reason, now_ms);
            cursor.parked().len()
        });
        let Definition { node, name, .. } = slot.definition();
        let reason = precinto_alert::reason::name(reason);
        tracing::warn!(%node, subscription = name, index, attempts, reason, parked, "a delivery was parked");
        if parked >= PARKED_MAX {
            tracing::error!(%node, subscription = name, parked, "nothing new is delivered: too much is parked");
        }
    }

    pub(super) fn nacks_become_due(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let now = Instant::now();
        let due = &mut self.due;
        self.waiting.retain(|index, at| {
            let waits = *at > now;
            if !waits {
                due.insert(*index);
            }
            waits
        });
    }

    pub(super) fn next_nack_due(&self) -> Option<Instant> {
        self.waiting.values().min().copied()
    }
}

/// How long a delivery rests after a nack, at the least: a subscriber that fails at it each time must not keep both of us
/// busy with nothing else.
fn shortest_delay(attempts: u32) -> Duration {
    let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
    NACK_DELAY_FLOOR_MIN
        .saturating_mul(doubled)
        .min(NACK_DELAY_FLOOR_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_again_and_again_rests_longer_each_time() {
        let rests = [1, 2, 3, 7, 8, u32::MAX].map(shortest_delay);
        assert_eq!(
            rests.map(|rest| rest.as_millis()),
            [100, 200, 400, 6_400, 10_000, 10_000]
        );
    }
}
