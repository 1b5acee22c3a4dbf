//! What stands between the task that reads the log and the connection: a bounded queue, by messages and by bytes.
//!
//! To wake a task costs more than to queue a message. The connection is woken when there is a piece for it to write
//! ([`PIECE_MESSAGES`]) or when nothing more comes at once ([`Outbox::flush`]); the reading task, when there is room for a
//! good part of what it may queue.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use precinto_proto::v1 as pb;
use prost::Message as _;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_stream::Stream;
use tonic::Status;

use crate::limits::{FRAME_BYTES_MAX, OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX, PROGRESS_TIMEOUT};

mod pool;
#[cfg(test)]
mod tests;

pub(super) use pool::Pool;
use pool::Share;

/// The end that the reading task holds. Whoever puts something in says [`Self::flush`] before it waits for anything else.
#[derive(Debug)]
pub(super) struct Outbox {
    shared: Arc<Shared>,
}

/// The end that the connection takes from.
#[derive(Debug)]
pub struct Deliveries {
    shared: Arc<Shared>,
    /// Bytes of the frame that is being put together from what was given.
    frame_bytes: usize,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// For the reading task: there is room, or nobody takes anything any more.
    room: Notify,
}

#[derive(Debug)]
struct State {
    queue: VecDeque<Queued>,
    /// What the messages in the queue take up.
    bytes: usize,
    /// What they may take up at the moment.
    share: Share,
    /// Messages put in since the connection was woken.
    unheard: usize,
    /// The connection, when it waits.
    connection: Option<Waker>,
    /// Set while the reading task waits for room: since when, or since the last message was taken.
    waits_since: Option<Instant>,
    /// Nothing more is put in.
    is_closed: bool,
    /// Nobody takes anything any more.
    is_gone: bool,
}

#[derive(Debug)]
struct Queued {
    message: Result<pb::SubscribeResponse, Status>,
    size: Size,
}

/// What a message takes up, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size {
    /// On the wire, at most.
    own: usize,
    /// Of the budget: with what it holds beside itself. One message may be larger than the whole; alone, it passes.
    counted: usize,
}

impl Size {
    /// The last message goes whatever there is.
    const NOTHING: Self = Self { own: 0, counted: 0 };

    fn of(message: &pb::SubscribeResponse, beside: usize) -> Self {
        let own = message.delivery.as_ref().map(bytes_of);
        let own = own.unwrap_or_else(|| message.encoded_len());
        Self {
            own,
            counted: own.saturating_add(beside).min(OUTBOX_BYTES_MAX),
        }
    }
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
pub(super) fn outbox(pool: &Arc<Pool>) -> (Outbox, Deliveries) {
    let state = State {
        queue: VecDeque::new(),
        bytes: 0,
        share: Share::of(pool),
        unheard: 0,
        connection: None,
        waits_since: None,
        is_closed: false,
        is_gone: false,
    };
    let shared = Arc::new(Shared {
        state: Mutex::new(state),
        room: Notify::new(),
    });
    let outbox = Outbox {
        shared: Arc::clone(&shared),
    };
    let frame_bytes = 0;
    (
        outbox,
        Deliveries {
            shared,
            frame_bytes,
        },
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
        let size = Size::of(&message, beside);
        let mut state = self.shared.lock();
        if state.is_gone || !state.has_room(size) {
            drop(state);
            return Err(NoRoom(Box::new(message)));
        }
        state.push(Ok(message), size);
        let connection = state.piece_is_ready();
        drop(state);
        wake(connection);
        Ok(())
    }

    /// Puts a message in; waits while the peer is behind, but not for ever.
    pub(super) async fn put(
        &self,
        message: pb::SubscribeResponse,
        beside: usize,
    ) -> Result<(), Stuck> {
        let size = Size::of(&message, beside);
        let mut message = Some(message);
        loop {
            // Made before it is looked, so that no word of room is missed.
            let room = self.shared.room.notified();
            let (connection, since) = {
                let mut state = self.shared.lock();
                if state.is_gone {
                    return Err(Stuck::Gone);
                }
                if state.has_room(size)
                    && let Some(message) = message.take()
                {
                    state.waits_since = None;
                    state.push(Ok(message), size);
                    let connection = state.piece_is_ready();
                    drop(state);
                    wake(connection);
                    return Ok(());
                }
                let since = *state.waits_since.get_or_insert_with(Instant::now);
                if since.elapsed() >= PROGRESS_TIMEOUT {
                    return Err(Stuck::Slow);
                }
                (state.all_is_ready(), since)
            };
            wake(connection);
            // A little room will do for a peer that takes little.
            let until = (since + PROGRESS_TIMEOUT).min(Instant::now() + GOOD_PART_WAIT);
            let _is_room = tokio::time::timeout_at(until, room).await.is_ok();
        }
    }

    /// Lets the connection know of everything that was put in.
    pub(super) fn flush(&self) {
        let connection = self.shared.lock().all_is_ready();
        wake(connection);
    }

    /// Puts the last message in, for which there is always room: who is behind must still be told why it ends. The queue
    /// ends behind it.
    pub(super) fn close_with(self, message: Result<pb::SubscribeResponse, Status>) {
        self.shared.lock().push(message, Size::NOTHING);
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.is_closed = true;
        let connection = state.connection.take();
        drop(state);
        wake(connection);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Whole after every step: whoever died in the middle left nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_room(&mut self, size: Size) -> bool {
        let bytes = self.bytes.saturating_add(size.counted);
        // One message always goes, or a stream could stand still for want of what others hold.
        self.queue.len() < OUTBOX_MESSAGES_MAX
            && (self.share.has_room(bytes) || self.queue.is_empty())
    }

    fn push(&mut self, message: Result<pb::SubscribeResponse, Status>, size: Size) {
        self.bytes += size.counted;
        self.unheard += 1;
        self.queue.push_back(Queued { message, size });
    }

    /// Who is to be woken for a piece that is worth a write.
    fn piece_is_ready(&mut self) -> Option<Waker> {
        (self.unheard >= PIECE_MESSAGES)
            .then(|| self.all_is_ready())
            .flatten()
    }

    /// Who is to be woken for what was put in, be it little.
    fn all_is_ready(&mut self) -> Option<Waker> {
        let is_news = std::mem::take(&mut self.unheard) > 0;
        is_news.then(|| self.connection.take()).flatten()
    }

    /// Whether the reading task is to be woken: it waits, and there is room again for a good part.
    fn makes_room(&mut self) -> bool {
        let Some(since) = &mut self.waits_since else {
            return false;
        };
        *since = Instant::now();
        self.queue.len() + PIECE_MESSAGES <= OUTBOX_MESSAGES_MAX
            && self.share.is_worth_waking(self.bytes)
    }
}

fn wake(connection: Option<Waker>) {
    if let Some(connection) = connection {
        connection.wake();
    }
}

/// What a delivery takes up, without going through every field of it as an encoder does: this is asked for each of a million.
fn bytes_of(delivery: &pb::Delivery) -> usize {
    let pb::Delivery {
        envelope,
        body,
        receipt,
        consistency,
        ..
    } = delivery;
    let of_receipt = |receipt: &pb::Receipt| receipt.proof.len() + receipt.record.len();
    let of_receipt = receipt.as_ref().map_or(0, of_receipt);
    let of_proof: usize = consistency
        .iter()
        .map(|hash| hash.len() + HASH_HEAD_BYTES)
        .sum();
    envelope.len() + body.len() + of_receipt + of_proof + DELIVERY_NUMBERS_BYTES
}

/// Everything in a delivery that is no bytes: numbers, tags, lengths. At most so many bytes when encoded.
const DELIVERY_NUMBERS_BYTES: usize = 128;

/// Tag and length of a hash.
const HASH_HEAD_BYTES: usize = 2;

/// So many messages of 1 KiB fill two frames.
const PIECE_MESSAGES: usize = 24;
/// What gRPC puts in front of a message.
const MESSAGE_HEAD_BYTES: usize = 5;
/// A frame of HTTP/2 as the peers take them, and its head, in one record of TLS.
const FRAME_FILL_BYTES: usize = FRAME_BYTES_MAX as usize - 9;
/// How long the reading task waits for a good part while there is room for less: what its subscriber says waits as long.
const GOOD_PART_WAIT: Duration = Duration::from_secs(1);

impl Stream for Deliveries {
    type Item = Result<pb::SubscribeResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let mut state = this.shared.lock();
        let Some(next) = state.queue.pop_front() else {
            this.frame_bytes = 0;
            if state.is_closed {
                return Poll::Ready(None);
            }
            state.connection = Some(cx.waker().clone());
            return Poll::Pending;
        };
        // Between two messages, tonic hands on what it has when nothing more comes at once. So it does it here, whole messages
        // in each frame, rather than two frames and a bit, which is a write to the socket as they are.
        let own = next.size.own.saturating_add(MESSAGE_HEAD_BYTES);
        if this.frame_bytes > 0 && this.frame_bytes.saturating_add(own) > FRAME_FILL_BYTES {
            this.frame_bytes = 0;
            state.queue.push_front(next);
            drop(state);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Queued { message, size } = next;
        this.frame_bytes = this.frame_bytes.saturating_add(own);
        state.bytes = state.bytes.saturating_sub(size.counted);
        let left = state.bytes;
        state.share.holds(left);
        let makes_room = state.makes_room();
        drop(state);
        if makes_room {
            this.shared.room.notify_one();
        }
        Poll::Ready(Some(message))
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.is_gone = true;
        let left = std::mem::take(&mut state.queue);
        drop(state);
        drop(left);
        self.shared.room.notify_one();
    }
}
