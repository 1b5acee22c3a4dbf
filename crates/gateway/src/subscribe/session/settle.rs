//! What a subscriber says on its stream: acks, which settle and return credit, and nacks, which put a delivery back.

use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use precinto_alert::Reason;
use precinto_proto::v1 as pb;
use tokio::time::Instant;
use tokio_stream::Stream as _;
use tonic::{Status, Streaming};

use super::{End, Session, refused};
use crate::limits::{
    NACK_DELAY_FLOOR_MAX, NACK_DELAY_FLOOR_MIN, NACK_DELAY_MAX, SETTLEMENTS_PER_TURN_MAX,
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
                Poll::Ready(message) => self.take(message.transpose())?,
            }
        }
        Ok(())
    }

    pub(super) fn take(
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
            } => self.ack(&ack),
            pb::SubscribeRequest {
                init: None,
                ack: None,
                nack: Some(nack),
            } => self.nack(&nack),
            pb::SubscribeRequest { init: Some(_), .. } => Err(refused(Reason::InitExpected)),
            pb::SubscribeRequest { .. } => Err(refused(Reason::Malformed)),
        }
    }

    fn ack(&mut self, ack: &pb::Ack) -> Result<(), End> {
        let pb::Ack { index, all_up_to } = *ack;
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

    fn nack(&mut self, nack: &pb::Nack) -> Result<(), End> {
        let pb::Nack {
            index,
            delay,
            reason: _,
        } = nack;
        let delay = match delay {
            None => Duration::ZERO,
            Some(delay) => Duration::try_from(*delay).map_err(|_| refused(Reason::DelayInvalid))?,
        };
        if delay > NACK_DELAY_MAX {
            return Err(refused(Reason::DelayInvalid));
        }
        let slot = self.hold.slot();
        // What is settled already stays settled.
        if let Some(attempts) = slot.read_cursor(|cursor| cursor.attempts(*index)) {
            if !self.due.contains(index) {
                let delay = delay.max(shortest_delay(attempts));
                self.waiting.insert(*index, Instant::now() + delay);
            }
            return Ok(());
        }
        slot.read_cursor(|cursor| cursor.was_delivered(*index))
            .map_err(|_| refused(Reason::IndexUnknown))
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
