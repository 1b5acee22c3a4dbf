//! A line that is cut in the middle: nothing passes any more in either direction, and neither end is told.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

/// Where lines are lost.
#[derive(Debug, Clone, Default)]
pub(super) struct Hole(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    is_open: AtomicBool,
    /// Ends of lines that their owners have let go: dropped, they would tell the other end.
    lost: Mutex<Vec<DuplexStream>>,
}

impl Hole {
    /// From now on nothing passes, for as long as this hole is kept.
    pub(super) fn open(&self) {
        self.0.is_open.store(true, Ordering::Relaxed);
    }

    /// The end of a line that can be lost here.
    pub(super) fn over(self, end: DuplexStream) -> End {
        End {
            end: Some(end),
            hole: self,
        }
    }

    fn is_open(&self) -> bool {
        self.0.is_open.load(Ordering::Relaxed)
    }
}

/// A client's end.
#[derive(Debug)]
pub(super) struct End {
    /// There until it is dropped.
    end: Option<DuplexStream>,
    hole: Hole,
}

impl End {
    fn end(&mut self) -> Pin<&mut DuplexStream> {
        Pin::new(self.end.as_mut().unwrap())
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let end = self.end.take();
        if self.hole.is_open() {
            self.hole.0.lost.lock().unwrap().extend(end);
        }
    }
}

impl AsyncRead for End {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.hole.is_open() {
            return Poll::Pending; // nothing comes, and nobody is woken
        }
        self.end().poll_read(cx, buf)
    }
}

impl AsyncWrite for End {
    /// As a kernel does: what is written is taken, and goes nowhere.
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.hole.is_open() {
            return Poll::Ready(Ok(buf.len()));
        }
        self.end().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.hole.is_open() {
            return Poll::Ready(Ok(()));
        }
        self.end().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.hole.is_open() {
            return Poll::Ready(Ok(()));
        }
        self.end().poll_shutdown(cx)
    }
}
