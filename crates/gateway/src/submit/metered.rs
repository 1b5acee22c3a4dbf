//! The budget at the door: the bytes of a submission are taken into memory only once there is room for all of it.
//!
//! Room for a message is taken with its first bytes, as much as its prefix announces, so a stream on which nobody speaks
//! holds none. Two clocks see to it that it comes back: nobody waits long for room, and a message that was begun must be
//! finished. What the process holds beyond the budget is at most one frame for each stream, and what the windows of HTTP/2
//! let in.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use precinto_alert::Reason;
use tokio::time::Sleep;
use tonic::Status;
use tonic::body::Body;

use super::{Held, NodeBudget};
use crate::limits::{MESSAGE_TIMEOUT, SUBMISSION_BYTES_MAX};
use crate::status::Refusal;

/// Where the room for the message that is coming in waits for its handler; in the extensions of the request.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    budget: NodeBudget,
    held: Arc<Mutex<Option<Held>>>,
}

/// A request's body that is read only as the budget allows.
pub(crate) struct Metered {
    body: Body,
    share: Share,
    messages: Messages,
    /// When the message that has begun must be complete.
    overdue: Option<Pin<Box<Sleep>>>,
    /// Read already, and not passed on before there is room.
    waiting: Option<(Frame<Bytes>, Room)>,
}

/// Room that is waited for; none when it took too long.
pub(super) type Room = Pin<Box<dyn Future<Output = Option<Held>> + Send>>;

/// Where in its messages a body stands (gRPC over HTTP/2, "Length-Prefixed-Message": a flag, four bytes of length).
#[derive(Debug, Default)]
struct Messages {
    /// Bytes of the prefix that have come; none between two messages.
    prefix: usize,
    /// What the prefix says, as far as it has come.
    length: u32,
    /// What is missing of the message.
    left: usize,
}

/// What some bytes of a body were.
#[derive(Debug, PartialEq, Eq)]
struct Passed {
    /// The length of the message to which the first byte belongs, when its prefix is complete.
    length: Option<u32>,
    /// Whether a message ended in them.
    ended: bool,
}

impl Share {
    pub(crate) fn new(budget: NodeBudget) -> Self {
        let held = Arc::default();
        Self { budget, held }
    }

    /// The room of a message that has come in and has `bytes`. One that came in one frame with the message before has none
    /// as yet, and gets what there is at once.
    pub(crate) fn take(&self, bytes: usize) -> Option<Held> {
        let Some(mut held) = self.lock().take() else {
            return self.budget.try_take(bytes);
        };
        held.shrink(bytes);
        Some(held)
    }

    /// Room for a message of `bytes`, when [`Share::take`] has none.
    pub(super) fn wait(&self, bytes: usize) -> Room {
        let budget = self.budget.clone();
        Box::pin(async move { budget.take(bytes).await })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Metered {
    /// Meters `body`; the room it takes for a message appears in `share`.
    pub(crate) fn new(body: Body, share: Share) -> Self {
        Self {
            body,
            share,
            messages: Messages::default(),
            overdue: None,
            waiting: None,
        }
    }

    /// Follows the messages in `data` and their clock. Whatever the first of them needs, if it has no room yet.
    fn pass(&mut self, data: &[u8]) -> Option<Room> {
        let Passed { length, ended } = self.messages.pass(data);
        if ended {
            self.overdue = None;
        }
        if self.messages.is_within() {
            let clock = || Box::pin(tokio::time::sleep(MESSAGE_TIMEOUT));
            self.overdue.get_or_insert_with(clock);
        }
        if data.is_empty() || self.share.lock().is_some() {
            return None;
        }
        // What is larger will be refused by its length.
        let length = length.and_then(|length| usize::try_from(length).ok());
        let bytes = length.map_or(SUBMISSION_BYTES_MAX, |length| {
            length.min(SUBMISSION_BYTES_MAX)
        });
        Some(self.share.wait(bytes))
    }
}

impl Messages {
    fn pass(&mut self, mut data: &[u8]) -> Passed {
        let (mut length, mut ended) = (None, false);
        while let Some((byte, behind)) = data.split_first() {
            if self.prefix < PREFIX_LEN {
                // The bytes of the length shift out the flag before them.
                self.length = self.length << 8 | u32::from(*byte);
                self.prefix += 1;
                self.left = usize::try_from(self.length).unwrap_or(usize::MAX);
                data = behind;
            } else {
                let here = self.left.min(data.len());
                self.left -= here;
                data = data.get(here..).unwrap_or_default();
            }
            if self.prefix == PREFIX_LEN {
                length.get_or_insert(self.length);
                if self.left == 0 {
                    (self.prefix, ended) = (0, true);
                }
            }
        }
        Passed { length, ended }
    }

    /// Whether a message has begun and not ended.
    fn is_within(&self) -> bool {
        self.prefix > 0
    }
}

impl http_body::Body for Metered {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        let fail = |reason| Poll::Ready(Some(Err(Refusal::new(reason).to_status())));
        if this.waiting.is_none() {
            let Poll::Ready(read) = Pin::new(&mut this.body).poll_frame(cx) else {
                let Some(overdue) = &mut this.overdue else {
                    return Poll::Pending;
                };
                ready!(overdue.as_mut().poll(cx));
                return fail(Reason::Deadline);
            };
            let Some(Ok(frame)) = read else {
                return Poll::Ready(read);
            };
            let data = frame.data_ref().map(Bytes::as_ref).unwrap_or_default();
            let Some(room) = this.pass(data) else {
                return Poll::Ready(Some(Ok(frame)));
            };
            this.waiting = Some((frame, room));
        }
        if let Some((_, room)) = &mut this.waiting {
            let Some(held) = ready!(room.as_mut().poll(cx)) else {
                this.waiting = None;
                return fail(Reason::Overloaded);
            };
            *this.share.lock() = Some(held);
        }
        Poll::Ready(this.waiting.take().map(|(frame, _)| Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.waiting.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// Bytes before each message.
const PREFIX_LEN: usize = 5;

#[cfg(test)]
mod tests;
