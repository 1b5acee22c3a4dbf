//! Settings of HTTP/2 that are a matter of time, on a server without TLS whose clock is moved by hand. The others need a real
//! connection: `tests/attacks/settings.rs`.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use precinto_alert::id::Identity;
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf,
};
use tokio::time::Instant;
use tokio_stream::StreamExt as _;
use tonic::transport::server::Connected;

use super::*;
use crate::accept::Line;
use crate::authenticate::Caller;

/// One end of a connection.
struct Pipe(DuplexStream, Line);

impl Connected for Pipe {
    type ConnectInfo = Line;

    fn connect_info(&self) -> Line {
        self.1.clone()
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// A client's end of a connection on which preface and settings have been said.
async fn connect() -> DuplexStream {
    let (mut near, far) = tokio::io::duplex(64 * 1024);
    let node = "spiffe://us.dev.invalid/agency/cbp/node/lax";
    let line = Line::for_tests(Caller::for_tests(Identity::Node(node.parse().unwrap())));
    let one = tokio_stream::once(Ok::<_, Infallible>(Pipe(far, line)));
    let guard = Guard {
        budget: Budget::default(),
        draining: CancellationToken::new(),
        calls: Calls::default(),
    };
    let server = server(guard).add_routes(Routes::default());
    let lines = one.chain(tokio_stream::pending());
    tokio::spawn(server.serve_with_incoming(lines));
    near.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    near.write_all(&[0, 0, 0, SETTINGS, 0, 0, 0, 0, 0])
        .await
        .unwrap();
    near
}

/// Kind, flags and payload of the next frame; none at the end of the connection.
async fn next(stream: &mut DuplexStream) -> Option<(u8, u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let [a, b, c, kind, flags, ..] = head;
    let mut payload = vec![0; usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap()];
    stream.read_exact(&mut payload).await.ok()?;
    Some((kind, flags, payload))
}

const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;

#[tokio::test(start_paused = true)]
async fn who_does_not_answer_a_ping_is_gone() {
    let mut stream = connect().await;
    let began = Instant::now();
    while next(&mut stream).await.unwrap().0 != PING {}
    assert_eq!(began.elapsed().as_secs(), KEEPALIVE_INTERVAL.as_secs());
    while next(&mut stream).await.is_some() {}
    let both = KEEPALIVE_INTERVAL + KEEPALIVE_TIMEOUT;
    assert_eq!(began.elapsed().as_secs(), both.as_secs());
}

#[tokio::test(start_paused = true)]
async fn an_old_connection_is_asked_to_go() {
    let mut stream = connect().await;
    let began = Instant::now();
    loop {
        let (kind, flags, payload) = next(&mut stream).await.unwrap();
        match kind {
            GOAWAY => break,
            PING if flags & ACK == 0 => {
                let head = [0, 0, 8, PING, ACK, 0, 0, 0, 0];
                stream.write_all(&head).await.unwrap();
                stream.write_all(&payload).await.unwrap();
            }
            _ => {}
        }
        assert!(began.elapsed() < 2 * CONNECTION_AGE_MAX);
    }
    assert_eq!(began.elapsed().as_secs(), CONNECTION_AGE_MAX.as_secs());
}

/// No handler makes an answer that is too long, so nothing shows from outside whether tonic would refuse it.
#[test]
fn every_service_says_how_long_its_messages_may_be_both_ways() {
    let source = include_str!("../serve.rs");
    let services: Vec<&str> = source.split("ServiceServer::new(").skip(1).collect();
    assert_eq!(services.len(), 5);
    for service in services {
        let (its_own, _) = service.split_once(';').unwrap();
        for limit in [
            ".max_decoding_message_size(",
            ".max_encoding_message_size(ANSWER_BYTES_MAX)",
        ] {
            assert!(its_own.contains(limit), "{limit} of {its_own}");
        }
    }
}
