//! Where connections come from: a TCP port, or what a simulation puts in its place.

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use crate::limits::TCP_KEEPALIVE;

/// A connection as it comes in: bytes in both directions, without TLS.
pub type Wire = Box<dyn Io>;

/// What bytes can be read from and written to.
pub trait Io: AsyncRead + AsyncWrite + Debug + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Debug + Send + Unpin> Io for T {}

/// The next connection, with where it comes from.
pub type Next<'a> = Pin<Box<dyn Future<Output = io::Result<(Wire, SocketAddr)>> + Send + 'a>>;

/// What is listened on.
pub trait Listen: Send + Sync + 'static {
    /// Waits for the next connection; cancel-safe.
    fn next(&self) -> Next<'_>;
}

impl Listen for TcpListener {
    fn next(&self) -> Next<'_> {
        Box::pin(async {
            loop {
                let (socket, address) = self.accept().await?;
                match set_options(&socket) {
                    Ok(()) => return Ok((Box::new(socket) as Wire, address)),
                    Err(error) => tracing::debug!(%address, %error, "socket options not set"),
                }
            }
        })
    }
}

/// tonic's own options do not apply to connections that we hand it; without `TCP_NODELAY` a call costs 40 ms.
fn set_options(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let keepalive = socket2::TcpKeepalive::new().with_time(TCP_KEEPALIVE);
    socket2::SockRef::from(socket).set_tcp_keepalive(&keepalive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_sends_at_once_and_notices_that_its_peer_is_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap());
        let (peer, accepted) = tokio::join!(peer, listener.accept());
        let (socket, _) = accepted.unwrap();
        set_options(&socket).unwrap();
        let socket = socket2::SockRef::from(&socket);
        assert!(socket.tcp_nodelay().unwrap());
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), TCP_KEEPALIVE);
        drop(peer);
    }
}
