//! What stands between the task that reads the log and the connection: a bounded queue, by messages and by bytes.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use precinto_proto::v1 as pb;
use prost::Message as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::Stream;
use tonic::Status;

use crate::limits::{OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX, PROGRESS_TIMEOUT};

/// The end that the reading task holds.
#[derive(Debug)]
pub(super) struct Outbox {
    queue: mpsc::Sender<Queued>,
    /// Kept for the last message: who is behind must still be told why it ends.
    last: mpsc::OwnedPermit<Queued>,
    bytes: Arc<Semaphore>,
}

/// The end that the connection takes from.
#[derive(Debug)]
pub struct Deliveries {
    queue: mpsc::Receiver<Queued>,
}

#[derive(Debug)]
struct Queued {
    message: Result<pb::SubscribeResponse, Status>,
    _bytes: Option<OwnedSemaphorePermit>,
}

/// Why nothing can be put in any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stuck {
    /// The stream or its connection is gone.
    Gone,
    /// The peer has taken nothing for [`PROGRESS_TIMEOUT`].
    Slow,
}

/// The message for which there was no room at once.
#[derive(Debug)]
pub(super) struct NoRoom(pub(super) Box<pb::SubscribeResponse>);

/// Both ends of a new queue.
pub(super) fn outbox() -> (Outbox, Deliveries) {
    let (sender, receiver) = mpsc::channel(OUTBOX_MESSAGES_MAX + 1);
    let last = sender.clone().try_reserve_owned();
    let last = last.expect("the queue is empty and its receiver is here");
    let bytes = Arc::new(Semaphore::new(OUTBOX_BYTES_MAX));
    (
        Outbox {
            queue: sender,
            last,
            bytes,
        },
        Deliveries { queue: receiver },
    )
}

impl Outbox {
    /// Puts a message in if there is room at once; gives it back if not, or if nobody takes it any more. It holds `beside`
    /// bytes of memory beside its own, which count as well.
    pub(super) fn try_put(
        &self,
        message: pb::SubscribeResponse,
        beside: usize,
    ) -> Result<(), NoRoom> {
        let bytes = Arc::clone(&self.bytes).try_acquire_many_owned(permits(&message, beside));
        match (bytes, self.queue.try_reserve()) {
            (Ok(bytes), Ok(place)) => {
                place.send(Queued {
                    message: Ok(message),
                    _bytes: Some(bytes),
                });
                Ok(())
            }
            _ => Err(NoRoom(Box::new(message))),
        }
    }

    /// Puts a message in; waits while the peer is behind, but not for ever.
    pub(super) async fn put(
        &self,
        message: pb::SubscribeResponse,
        beside: usize,
    ) -> Result<(), Stuck> {
        let bytes = permits(&message, beside);
        let place = async {
            let bytes = Arc::clone(&self.bytes).acquire_many_owned(bytes).await;
            let place = self.queue.reserve().await.map_err(|_| Stuck::Gone)?;
            bytes.map(|bytes| (place, bytes)).map_err(|_| Stuck::Gone)
        };
        let (place, bytes) = tokio::select! {
            biased;
            place = place => place?,
            () = self.queue.closed() => return Err(Stuck::Gone),
            () = tokio::time::sleep(PROGRESS_TIMEOUT) => return Err(Stuck::Slow),
        };
        place.send(Queued {
            message: Ok(message),
            _bytes: Some(bytes),
        });
        Ok(())
    }

    /// Puts the last message in, for which there is always room; the queue ends behind it.
    pub(super) fn close_with(self, message: Result<pb::SubscribeResponse, Status>) {
        self.last.send(Queued {
            message,
            _bytes: None,
        });
    }
}

/// One message may be larger than the whole budget; alone, it passes.
fn permits(message: &pb::SubscribeResponse, beside: usize) -> u32 {
    let own = message.delivery.as_ref().map(bytes_of);
    let own = own.unwrap_or_else(|| message.encoded_len());
    let bytes = own.saturating_add(beside);
    u32::try_from(bytes.min(OUTBOX_BYTES_MAX)).unwrap_or(u32::MAX)
}

/// What a delivery takes up, without going through every field of it as an encoder does: this is asked for each of a million.
fn bytes_of(delivery: &pb::Delivery) -> usize {
    let pb::Delivery {
        envelope,
        body,
        receipt,
        ..
    } = delivery;
    let of_receipt = |receipt: &pb::Receipt| receipt.proof.len() + receipt.record.len();
    let of_receipt = receipt.as_ref().map_or(0, of_receipt);
    envelope.len() + body.len() + of_receipt + DELIVERY_NUMBERS_BYTES
}

/// Everything in a delivery that is no bytes: numbers, tags, lengths. At most so many bytes when encoded.
const DELIVERY_NUMBERS_BYTES: usize = 128;

impl Stream for Deliveries {
    type Item = Result<pb::SubscribeResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let queued = ready!(self.queue.poll_recv(cx));
        Poll::Ready(queued.map(|Queued { message, _bytes }| message))
    }
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt as _;

    use super::*;

    fn delivery(bytes: usize) -> pb::SubscribeResponse {
        let delivery = pb::Delivery {
            body: vec![1; bytes].into(),
            ..Default::default()
        };
        pb::SubscribeResponse {
            delivery: Some(delivery),
            ..Default::default()
        }
    }

    #[test]
    fn a_delivery_is_never_taken_for_less_than_it_is() {
        let delivery = |len: usize, text: &str| pb::Delivery {
            index: u64::MAX,
            covered: Some(pb::Range {
                first: u64::MAX,
                end: u64::MAX,
            }),
            envelope: vec![1; len].into(),
            body: vec![2; len].into(),
            receipt: Some(pb::Receipt {
                proof: text.to_owned(),
                record: vec![3; len].into(),
            }),
            attempt: u32::MAX,
            time_ms: u64::MAX,
            kind: i32::MIN,
            body_pruned: true,
        };
        for (len, text) in [(0, ""), (1, "x"), (300, "proof"), (1 << 20, "proof")] {
            let delivery = delivery(len, text);
            let counted = bytes_of(&delivery);
            let message = pb::SubscribeResponse {
                delivery: Some(delivery),
                ..Default::default()
            };
            let encoded = message.encoded_len();
            assert!(
                counted >= encoded && counted <= encoded + DELIVERY_NUMBERS_BYTES,
                "{counted} for {encoded}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_is_slow_and_holds_no_more_than_its_share() {
        let (outbox, _deliveries) = outbox();
        let mut put = 0;
        while outbox.put(delivery(100_000), 0).await == Ok(()) {
            put += 1;
        }
        assert_eq!(put, 10, "a mebibyte");
        assert_eq!(outbox.put(delivery(100_000), 0).await, Err(Stuck::Slow));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_slow_is_still_told_so() {
        let (outbox, deliveries) = outbox();
        while outbox.put(delivery(1), 0).await.is_ok() {}
        let closing = pb::Closing {
            reason: pb::ClosingReason::Slow.into(),
            retry_after: None,
        };
        outbox.close_with(Ok(pb::SubscribeResponse {
            closing: Some(closing),
            ..Default::default()
        }));
        let told: Vec<_> = deliveries.map(Result::unwrap).collect().await;
        assert_eq!(told.len(), OUTBOX_MESSAGES_MAX + 1);
        assert_eq!(told.last().unwrap().closing, Some(closing));
    }

    #[tokio::test(start_paused = true)]
    async fn taking_makes_room_and_small_messages_are_counted() {
        let (outbox, mut deliveries) = outbox();
        for _ in 0..OUTBOX_MESSAGES_MAX {
            outbox.put(delivery(1), 0).await.unwrap();
        }
        assert_eq!(outbox.put(delivery(1), 0).await, Err(Stuck::Slow));
        deliveries.next().await.unwrap().unwrap();
        assert_eq!(outbox.put(delivery(1), 0).await, Ok(()));
        drop(deliveries);
        assert_eq!(outbox.put(delivery(1), 0).await, Err(Stuck::Gone));
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_larger_than_the_budget_passes_alone() {
        let (outbox, mut deliveries) = outbox();
        outbox.put(delivery(2 * OUTBOX_BYTES_MAX), 0).await.unwrap();
        assert_eq!(outbox.put(delivery(1), 0).await, Err(Stuck::Slow));
        deliveries.next().await.unwrap().unwrap();
        assert_eq!(outbox.put(delivery(1), 0).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_finds_no_room_at_once_comes_back_whole() {
        let (outbox, mut deliveries) = outbox();
        outbox.try_put(delivery(OUTBOX_BYTES_MAX), 0).unwrap();
        let NoRoom(message) = outbox.try_put(delivery(7), 0).unwrap_err();
        assert_eq!(*message, delivery(7));
        deliveries.next().await.unwrap().unwrap();
        for _ in 0..OUTBOX_MESSAGES_MAX {
            outbox.try_put(delivery(1), 0).unwrap();
        }
        outbox.try_put(delivery(1), 0).unwrap_err();
        drop(deliveries);
        outbox.try_put(delivery(1), 0).unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn memory_that_a_message_holds_beside_itself_counts() {
        let (outbox, mut deliveries) = outbox();
        outbox.try_put(delivery(7), OUTBOX_BYTES_MAX / 2).unwrap();
        outbox
            .try_put(delivery(7), OUTBOX_BYTES_MAX / 2)
            .unwrap_err();
        outbox.try_put(delivery(7), 0).unwrap();
        deliveries.next().await.unwrap().unwrap();
        outbox.try_put(delivery(7), OUTBOX_BYTES_MAX / 2).unwrap();
    }
}
