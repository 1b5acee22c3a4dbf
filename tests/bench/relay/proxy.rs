//! A line that is far, or hardly read: a TCP proxy on loopback between a node and the gateway, which needs no privilege.
//!
//! **Far.** Each way takes 40 ms, and of the segments that the bytes make (1,448 each) one in a hundred is lost. What a loss
//! does is what it does between two Linux peers (RFC 8985, RFC 6298): the segment is sent again once an acknowledgement of
//! something later has come and a quarter of a round trip has passed, so it arrives 140 ms after it was first sent, or 120 ms
//! after whatever followed it, if that is later; and if nothing follows, 320 ms, after the retransmission timeout of 280 ms.
//! Everything behind it waits, because TCP keeps the order. A second loss of the same segment waits for twice the timeout.
//! Not modelled: bandwidth, and the congestion window that a loss makes smaller.
//!
//! **Slow.** What the gateway sends is read byte by byte, one each millisecond, or not at all, from the moment that this is
//! asked for: until then, the line is like any other.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, interval, sleep_until, timeout_at};

/// One way.
const ONE_WAY: Duration = Duration::from_millis(40);
const ROUND_TRIP: Duration = Duration::from_millis(80);
/// How long an acknowledgement of something later is not yet taken for a loss: a quarter of the round trip.
const REORDERED: Duration = Duration::from_millis(20);
/// The round trip and Linux's least variance of it, 200 ms.
const RETRANSMISSION_TIMEOUT: Duration = Duration::from_millis(280);
/// What a TCP segment carries on an Ethernet, with time stamps.
const SEGMENT_BYTES: usize = 1_448;
/// One segment of so many is lost.
const LOST_ONE_IN: u64 = 100;
/// Pieces that may be on a line.
const PIECES_MAX: usize = 1_024;

/// How a slow line is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// As fast as it comes.
    Free,
    /// A byte each millisecond.
    Bytewise,
    /// Not at all.
    Stopped,
}

/// What kind of line.
pub(super) enum Kind {
    Far,
    Slow(watch::Receiver<Pace>),
}

/// A running proxy. Dropping it cuts its lines.
pub(super) struct Proxy {
    address: String,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// A proxy before the gateway at this address.
    pub(super) async fn start(gateway: &str, kind: Kind) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let gateway = gateway.to_owned();
        let accepting = tokio::spawn(async move {
            // They end with this task.
            let mut lines = JoinSet::new();
            while let Ok((node, _)) = listener.accept().await {
                let gateway = TcpStream::connect(&gateway).await.expect("the gateway");
                for socket in [&node, &gateway] {
                    socket.set_nodelay(true).expect("a socket");
                }
                let ((node_says, to_node), (gateway_says, to_gateway)) =
                    (node.into_split(), gateway.into_split());
                match &kind {
                    Kind::Far => {
                        lines.spawn(far(node_says, to_gateway));
                        lines.spawn(far(gateway_says, to_node));
                    }
                    Kind::Slow(pace) => {
                        lines.spawn(slow(node_says, to_gateway, watch::channel(Pace::Free).1));
                        lines.spawn(slow(gateway_says, to_node, pace.clone()));
                    }
                }
            }
        });
        Self { address, accepting }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What was read at once, and when.
struct Piece {
    at: Instant,
    bytes: Vec<u8>,
}

async fn far(mut from: OwnedReadHalf, to: OwnedWriteHalf) {
    let (line, arriving) = mpsc::channel(PIECES_MAX);
    let read = async move {
        let mut buffer = vec![0; 8 * SEGMENT_BYTES];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            let bytes = buffer.iter().take(count).copied().collect();
            let at = Instant::now();
            if line.send(Piece { at, bytes }).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(read, arrive(arriving, to));
}

/// Hands over each piece when it would have arrived, in order.
async fn arrive(mut line: mpsc::Receiver<Piece>, mut to: OwnedWriteHalf) {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut next = line.recv().await;
    while let Some(piece) = next.take() {
        let segments = piece.bytes.len().div_ceil(SEGMENT_BYTES);
        let mut arrives = piece.at + ONE_WAY;
        if (0..segments).fold(false, |lost, _| dice.loses() || lost) {
            let timeout = piece.at + RETRANSMISSION_TIMEOUT;
            // Too late to be acknowledged before the timeout, if it comes after this.
            let followed = timeout_at(timeout - ROUND_TRIP, line.recv()).await;
            next = followed.unwrap_or_default();
            let follower = if segments > 1 {
                Some(piece.at)
            } else {
                next.as_ref().map(|next| next.at)
            };
            let again = follower.map_or(timeout, |at| {
                (at + ROUND_TRIP).max(piece.at + ROUND_TRIP + REORDERED)
            });
            arrives = again + ONE_WAY;
            if dice.loses() {
                arrives += 2 * RETRANSMISSION_TIMEOUT;
            }
        }
        sleep_until(arrives).await;
        if to.write_all(&piece.bytes).await.is_err() {
            return;
        }
        if next.is_none() {
            next = line.recv().await;
        }
    }
}

/// The same throws in every run: xorshift, by Marsaglia.
struct Dice(u64);

impl Dice {
    fn loses(&mut self) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.is_multiple_of(LOST_ONE_IN)
    }
}

/// Passes bytes on at the pace that is asked for at the moment.
async fn slow(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut pace: watch::Receiver<Pace>) {
    let mut buffer = vec![0; 16 * 1024];
    let mut tick = interval(Duration::from_millis(1));
    loop {
        let now = *pace.borrow_and_update();
        let most = if now == Pace::Bytewise {
            1
        } else {
            buffer.len()
        };
        let room = buffer.get_mut(..most).expect("at least one");
        let read = async {
            match now {
                Pace::Free => from.read(room).await,
                Pace::Bytewise => {
                    tick.tick().await;
                    from.read(room).await
                }
                Pace::Stopped => std::future::pending().await,
            }
        };
        let count = tokio::select! {
            biased;
            // A line whose pace nobody changes any more goes on with the last one.
            Ok(()) = pace.changed() => continue,
            Ok(count @ 1..) = read => count,
            else => return,
        };
        let bytes = buffer.get(..count).expect("what was read");
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}
