//! The budget at the door: the bytes of a submission are taken into memory only once there is room for a whole one.
//!
//! The share for the largest submission is taken with the first bytes of a message, so a stream on which nobody speaks
//! holds none, and is cut to size when the message is complete. What the process holds without a share is at most one
//! frame for each stream, and what the windows of HTTP/2 let in.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;

use super::{Budget, Held};
use crate::limits::SUBMISSION_BYTES_MAX;

/// Where the share for the message that is coming in waits for its handler; in the extensions of the request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Share {
    held: Arc<Mutex<Option<Held>>>,
}

/// A request's body that is read only as the budget allows.
pub(crate) struct Metered {
    body: Body,
    budget: Budget,
    share: Share,
    /// Read already, and not passed on before there is room.
    waiting: Option<(Frame<Bytes>, Room)>,
}

type Room = Pin<Box<dyn Future<Output = Option<Held>> + Send>>;

impl Share {
    /// The share of a message that has come in and has `bytes`; none when it came in one frame with the message before.
    pub(crate) fn take(&self, bytes: usize) -> Option<Held> {
        let mut held = self.lock().take()?;
        held.shrink(bytes);
        Some(held)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Metered {
    /// Meters `body`; the share it takes for a message appears in `share`.
    pub(crate) fn new(body: Body, budget: Budget, share: Share) -> Self {
        Self {
            body,
            budget,
            share,
            waiting: None,
        }
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
        if this.waiting.is_none() {
            let frame = match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                other => return Poll::Ready(other),
            };
            let is_data = frame.data_ref().is_some_and(|data| !data.is_empty());
            if !is_data || this.share.lock().is_some() {
                return Poll::Ready(Some(Ok(frame)));
            }
            let budget = this.budget.clone();
            let room = Box::pin(async move { budget.take(SUBMISSION_BYTES_MAX).await });
            this.waiting = Some((frame, room));
        }
        if let Some((_, room)) = &mut this.waiting {
            *this.share.lock() = ready!(room.as_mut().poll(cx));
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http_body::Body as _;

    use super::*;
    use crate::limits::IN_FLIGHT_BYTES_MAX;

    /// One frame, and then nothing for ever.
    struct Begun(Option<Bytes>);

    impl http_body::Body for Begun {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match self.0.take() {
                Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
                None => Poll::Pending,
            }
        }
    }

    fn begin(budget: &Budget, bytes: &'static [u8]) -> (Metered, Share) {
        let share = Share::default();
        let body = Body::new(Begun(Some(Bytes::from_static(bytes))));
        (Metered::new(body, budget.clone(), share.clone()), share)
    }

    /// Whether a frame comes out.
    fn read(body: &mut Metered) -> bool {
        let mut cx = Context::from_waker(std::task::Waker::noop());
        matches!(Pin::new(body).poll_frame(&mut cx), Poll::Ready(Some(Ok(_))))
    }

    #[test]
    fn no_more_bodies_are_read_than_there_is_room_for() {
        let budget = Budget::default();
        let room = IN_FLIGHT_BYTES_MAX / SUBMISSION_BYTES_MAX;
        let mut begun: Vec<_> = (0..room + 50).map(|_| begin(&budget, b"bytes")).collect();
        let passed: Vec<bool> = begun.iter_mut().map(|(body, _)| read(body)).collect();
        assert_eq!(passed.iter().filter(|passed| **passed).count(), room);
        assert!(begun.iter_mut().all(|(body, _)| !read(body)), "and no more");
        // Complete and small: its share is cut to size, and the next one is read.
        let held = begun.first().unwrap().1.take(1_000);
        assert!(held.is_some());
        let passed = begun
            .iter_mut()
            .filter_map(|(body, _)| read(body).then_some(()));
        assert_eq!(passed.count(), 1);
        // Who goes away makes room as well.
        begun.drain(..25);
        let passed = begun
            .iter_mut()
            .filter_map(|(body, _)| read(body).then_some(()));
        assert_eq!(passed.count(), 24);
        drop(held);
    }

    #[test]
    fn a_body_without_bytes_holds_nothing() {
        let budget = Budget::default();
        let (mut body, share) = begin(&budget, b"");
        assert!(read(&mut body));
        assert!(share.take(1).is_none());
        let (mut body, share) = begin(&budget, b"bytes");
        assert!(share.take(1).is_none());
        assert!(read(&mut body));
        assert!(share.take(1).is_some());
    }
}
