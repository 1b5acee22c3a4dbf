//! The bytes of one connection: TLS, able to be cut from outside.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::Line;
use super::census::Place;
use crate::authenticate::Caller;

/// What tonic reads from and writes to.
#[derive(Debug)]
pub struct LineIo {
    stream: TlsStream<TcpStream>,
    line: Line,
    cut: oneshot::Receiver<()>,
    is_cut: bool,
    _place: Place,
}

impl LineIo {
    pub(super) fn new(
        stream: TlsStream<TcpStream>,
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
            _place: place,
        };
        (line, io)
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
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for LineIo {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_cut(cx)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, buffers)
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
