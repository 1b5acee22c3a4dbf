//! The bytes of one connection: TLS, able to be cut from outside, and counted as frames.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::census::Place;
use super::frames::Frames;
use super::{Line, Wire};
use crate::authenticate::Caller;

/// What tonic reads from and writes to.
#[derive(Debug)]
pub struct LineIo {
    stream: TlsStream<Wire>,
    line: Line,
    cut: oneshot::Receiver<()>,
    is_cut: bool,
    frames: Frames,
    _place: Place,
}

impl LineIo {
    pub(super) fn new(
        stream: TlsStream<Wire>,
        caller: Caller,
        address: SocketAddr,
        mut place: Place,
    ) -> (Line, Self) {
        let (line, cut) = Line::new(caller, address);
        place.register(&line);
        let io = Self {
            stream,
            line: line.clone(),
            cut,
            is_cut: false,
            frames: Frames::new(Instant::now()),
            _place: place,
        };
        (line, io)
    }

    fn count_sent(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = written {
            self.frames.sent(bytes);
        }
        written
    }

    /// Both directions ask: a connection that is blocked on writing is not polled for reading.
    fn poll_cut(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if !self.is_cut {
            self.is_cut = matches!(Pin::new(&mut self.cut).poll(cx), Poll::Ready(Ok(())));
        }
        if self.is_cut {
            Err(io::ErrorKind::ConnectionAborted.into())
        } else {
            Ok(())
        }
    }
}

impl Drop for LineIo {
    fn drop(&mut self) {
        self.line.ended();
    }
}

impl Connected for LineIo {
    type ConnectInfo = Line;

    fn connect_info(&self) -> Line {
        self.line.clone()
    }
}

impl AsyncRead for LineIo {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_cut(cx)?;
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let read = buffer.filled().get(before..).unwrap_or_default();
        if self.frames.pass(read, Instant::now()).is_err() {
            let (address, caller) = (self.line.address(), self.line.caller());
            tracing::info!(%address, %caller, reason = "too many frames that carry nothing", "connection cut");
            self.is_cut = true;
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        polled
    }
}

impl AsyncWrite for LineIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.count_sent(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, buffers);
        self.count_sent(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_cut(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_cut(cx)?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
