//! An answer's body: counted as open on its line until its end, which has a reason if it is an error, and ended by the
//! drain where no handler of ours does it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use precinto_alert::Reason;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;
use tonic::body::Body;

use super::unexplained;
use crate::accept::Open;
use crate::metrics::Running;
use crate::status::Refusal;

/// A body on its way out.
pub(super) struct Counted {
    body: Body,
    draining: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    has_ended: bool,
    _open: Open,
    running: Running,
}

impl Counted {
    /// Counts `body` as `open`; with `draining`, ends it as `DRAINING` when that is cancelled and nothing is left to say.
    pub(super) fn new(
        body: Body,
        open: Open,
        draining: Option<CancellationToken>,
        running: Running,
    ) -> Self {
        Self {
            body,
            draining: draining.map(|token| Box::pin(token.cancelled_owned())),
            has_ended: false,
            _open: open,
            running,
        }
    }
}

impl Counted {
    /// The same frame; how the call ends, if it says so, is counted.
    fn seen(&mut self, frame: Result<Frame<Bytes>, Status>) -> Result<Frame<Bytes>, Status> {
        if let Ok(frame) = &frame
            && let Some(trailers) = frame.trailers_ref()
        {
            self.running.see(trailers);
        }
        frame
    }
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.get_mut();
        if this.has_ended {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        if let Poll::Ready(frame) = polled {
            let Some(frame) = frame else {
                this.running.ends();
                return Poll::Ready(None);
            };
            return Poll::Ready(Some(this.seen(explain(frame?))));
        }
        let Some(draining) = &mut this.draining else {
            return Poll::Pending;
        };
        ready!(draining.as_mut().poll(cx));
        this.has_ended = true;
        Poll::Ready(Some(this.seen(goodbye())))
    }

    fn is_end_stream(&self) -> bool {
        self.has_ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.draining {
            // It may end early.
            Some(_) => SizeHint::default(),
            None => self.body.size_hint(),
        }
    }
}

/// tonic finds some errors only after the head has left, for example that an answer is too large.
fn explain(frame: Frame<Bytes>) -> Result<Frame<Bytes>, Status> {
    match frame.trailers_ref().and_then(unexplained) {
        Some(status) => trailers(&status),
        None => Ok(frame),
    }
}

fn goodbye() -> Result<Frame<Bytes>, Status> {
    trailers(&Refusal::new(Reason::Draining).to_status())
}

fn trailers(status: &Status) -> Result<Frame<Bytes>, Status> {
    let mut trailers = HeaderMap::new();
    status.add_header(&mut trailers)?;
    Ok(Frame::trailers(trailers))
}
