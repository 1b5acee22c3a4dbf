//! The way in: our own TLS accept loop. What comes out is a [`LineIo`] whose peer is verified, within every limit.
//!
//! tonic's built-in TLS offers no revocation lists, version choice or deadlines, bounds neither handshakes nor
//! connections, and retries at once when descriptors run out.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use precinto_alert::Reason;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;

use crate::authenticate::Caller;
use crate::limits::{ACCEPT_BACKOFF_MAX, ACCEPT_BACKOFF_MIN, HANDSHAKE_TIMEOUT, HANDSHAKES_MAX};

mod census;
mod frames;
mod io_line;
mod line;
mod listen;
mod welcome;

pub use census::Census;
use census::Place;
pub use io_line::LineIo;
pub use line::Line;
pub(crate) use line::Open;
pub use listen::{Io, Listen, Next, Wire};
pub use welcome::Welcome;

/// What tonic is handed, one item for each verified connection.
pub type Incoming = mpsc::Receiver<Result<LineIo, Infallible>>;

/// Accepts until `stop`; every connection that comes out of the receiver has a verified peer. Each handshake is made by the
/// settings in `tls` of that moment; each line that is open is judged by `welcome`.
pub fn start(
    listener: Box<dyn Listen>,
    tls: watch::Receiver<Arc<rustls::ServerConfig>>,
    welcome: Welcome,
    census: Arc<Census>,
    stop: CancellationToken,
) -> impl Stream<Item = Result<LineIo, Infallible>> {
    let (verified, incoming) = mpsc::channel(HANDSHAKES_MAX);
    let door = Door {
        tls,
        welcome,
        census,
        verified,
    };
    let (accepting, counted) = (stop.clone(), Arc::clone(&door.census));
    let let_in = move |socket, address, permit| door.let_in(socket, address, permit);
    tokio::spawn(async move { accept(&*listener, &accepting, &counted, let_in).await });
    LineStream { incoming, stop }
}

/// What each handshake needs.
#[derive(Clone)]
struct Door {
    tls: watch::Receiver<Arc<rustls::ServerConfig>>,
    welcome: Welcome,
    census: Arc<Census>,
    verified: mpsc::Sender<Result<LineIo, Infallible>>,
}

/// Hands whoever comes to `let_in`, with one of the places for handshakes, until `stop`.
async fn accept(
    listener: &dyn Listen,
    stop: &CancellationToken,
    census: &Census,
    let_in: impl Fn(Wire, SocketAddr, OwnedSemaphorePermit),
) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    let mut pause = ACCEPT_BACKOFF_MIN;
    loop {
        // A permit first: while 64 handshakes are under way, the rest waits in the kernel's queue.
        let next = async {
            let permit = Arc::clone(&handshakes).acquire_owned().await.ok()?;
            Some((permit, listener.next().await))
        };
        let accepted = tokio::select! {
            biased; // nobody is let in at the end
            () = stop.cancelled() => return,
            accepted = next => accepted,
        };
        let Some((permit, accepted)) = accepted else {
            return;
        };
        match accepted {
            Ok((socket, address)) => {
                pause = ACCEPT_BACKOFF_MIN;
                let_in(socket, address, permit);
            }
            Err(error) if is_the_peers(&error) => {
                tracing::debug!(%error, "a connection was lost before it was accepted");
            }
            // Most likely out of descriptors: trying again at once is no use, and would keep a core busy.
            Err(error) => {
                tracing::warn!(%error, ?pause, "not accepting for a moment");
                census.could_not_accept();
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(ACCEPT_BACKOFF_MAX);
            }
        }
    }
}

/// The peer went away between the kernel and us; the next one need not wait.
fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionReset | Interrupted
    )
}

impl Door {
    /// Gives a socket its place and begins its handshake, or drops it. Here and not in its task, so that places go in the order of
    /// coming: tasks may overtake each other.
    fn let_in(&self, socket: Wire, address: SocketAddr, permit: OwnedSemaphorePermit) {
        match self.census.enter(address.ip(), Instant::now()) {
            Some(place) => {
                tokio::spawn(self.clone().admit(socket, address, place, permit));
            }
            None => {
                tracing::info!(%address, reason = "too many connections", "connection refused");
            }
        }
    }

    /// Takes one socket through the handshake, or drops it.
    async fn admit(
        self,
        socket: Wire,
        address: SocketAddr,
        place: Place,
        permit: OwnedSemaphorePermit,
    ) {
        let handshake = self.handshake(socket, address);
        let Ok(Some((stream, caller))) = tokio::time::timeout(HANDSHAKE_TIMEOUT, handshake).await
        else {
            return;
        };
        drop(permit);
        let Some(place) = place.hold_certificate(*caller.certificate()) else {
            tracing::info!(%address, caller = %caller, reason = "too many connections with this certificate", "connection refused");
            return;
        };
        let (line, io) = LineIo::new(stream, caller, address, place);
        tokio::spawn(line::patrol(line, self.welcome));
        // The receiver is gone only while the process ends.
        drop(self.verified.send(Ok(io)).await);
    }

    async fn handshake(
        &self,
        socket: Wire,
        address: SocketAddr,
    ) -> Option<(tokio_rustls::server::TlsStream<Wire>, Caller)> {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.tls.borrow()));
        let stream = match acceptor.accept(socket).into_fallible().await {
            Ok(stream) => stream,
            Err((error, socket)) => {
                tracing::info!(%address, %error, "handshake refused");
                linger(socket).await;
                return None;
            }
        };
        let (_, session) = stream.get_ref();
        if session.alpn_protocol() != Some(b"h2") {
            tracing::info!(%address, reason = "no HTTP/2 negotiated", "connection refused");
            return None;
        }
        let Some(caller) = Caller::of(session.peer_certificates()) else {
            // The verifier has judged exactly this chain; without it there would be no session.
            tracing::error!(%address, reason = ?Reason::CertMissing, "a session without a peer certificate");
            return None;
        };
        Some((stream, caller))
    }
}

/// Closes a refused connection so that the TLS alert arrives: unread input would turn the close into a reset, and a
/// reset discards what was sent.
async fn linger(mut socket: Wire) {
    let mut discard = [0_u8; 4096];
    let quiet = async {
        socket.shutdown().await?;
        while tokio::io::AsyncReadExt::read(&mut socket, &mut discard).await? > 0 {}
        io::Result::Ok(())
    };
    drop(tokio::time::timeout(std::time::Duration::from_millis(500), quiet).await);
}

/// The verified connections as a stream, until `stop`: tonic tosses a coin between its own signal and a connection that is ready
/// at that moment, and whoever was verified too late must not be served by luck.
struct LineStream {
    incoming: Incoming,
    stop: CancellationToken,
}

impl Stream for LineStream {
    type Item = Result<LineIo, Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        if self.stop.is_cancelled() {
            return std::task::Poll::Ready(None);
        }
        self.incoming.poll_recv(cx)
    }
}

#[cfg(test)]
mod tests;
