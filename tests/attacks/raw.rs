//! HTTP/2 by hand over mutual TLS (RFC 9113): sends what no proper library would, and reads frames as they come.
//!
//! Header blocks are written without compression and never read: what an answer says is told by the kind of its frames, and
//! by the first byte of its header block, which is the indexed `:status 200` or something else.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use precinto_envelope::tls::{client_config, time_provider};
use precinto_tests::{Node, now_ms};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// Kinds of frames (RFC 9113, section 6).
pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

/// Flags.
pub(crate) const END_STREAM: u8 = 0x1;
pub(crate) const END_HEADERS: u8 = 0x4;

/// Error codes (RFC 9113, section 7).
pub(crate) const REFUSED_STREAM: u32 = 7;
pub(crate) const ENHANCE_YOUR_CALM: u32 = 11;

/// Longest wait for anything that should come at once.
const SOON: Duration = Duration::from_secs(5);

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    pub(crate) fn new(kind: u8, flags: u8, stream: u32, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            kind,
            flags,
            stream,
            payload: payload.into(),
        }
    }

    /// The head of a call to `path` without an end: headers that a gRPC client sends, and `more` of them.
    pub(crate) fn call(stream: u32, path: &str, more: &[(&str, &str)]) -> Self {
        Self::new(HEADERS, END_HEADERS, stream, header_block(path, more))
    }

    pub(crate) fn reset(stream: u32) -> Self {
        const CANCEL: u32 = 8;
        Self::new(RST_STREAM, 0, stream, CANCEL.to_be_bytes())
    }

    /// The error code of a `RST_STREAM` or a `GOAWAY`.
    pub(crate) fn error_code(&self) -> Option<u32> {
        let at = match self.kind {
            RST_STREAM => 0,
            GOAWAY => 4,
            _ => return None,
        };
        let code = self.payload.get(at..)?.first_chunk::<4>()?;
        Some(u32::from_be_bytes(*code))
    }

    /// Whether it is the head of an answer with status 200, as every gRPC answer has, and no more than that is wrong.
    pub(crate) fn is_200(&self) -> bool {
        self.kind == HEADERS && self.payload.first() == Some(&0x88)
    }

    fn append_to(&self, bytes: &mut Vec<u8>) {
        let [_, length @ ..] = u32::try_from(self.payload.len())
            .expect("a short frame")
            .to_be_bytes();
        bytes.extend(length);
        bytes.extend([self.kind, self.flags]);
        bytes.extend(self.stream.to_be_bytes());
        bytes.extend(&self.payload);
    }
}

/// The header block of a gRPC call (RFC 7541: two indexed fields, all others literal and never indexed).
pub(crate) fn header_block(path: &str, more: &[(&str, &str)]) -> Vec<u8> {
    const POST: u8 = 0x83;
    const HTTPS: u8 = 0x87;
    let mut block = vec![POST, HTTPS];
    let rest = [
        (":path", path),
        (":authority", "gw"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    for (name, value) in rest.iter().chain(more) {
        block.push(0x10);
        literal(&mut block, name);
        literal(&mut block, value);
    }
    block
}

/// A string with its length (RFC 7541, section 5.2), not Huffman-coded.
pub(crate) fn literal(block: &mut Vec<u8>, text: &str) {
    let byte = |n: usize| u8::try_from(n).expect("7 bits");
    if text.len() < 127 {
        block.push(byte(text.len()));
    } else {
        block.push(127);
        let mut rest = text.len() - 127;
        while rest >= 128 {
            block.push(byte(rest % 128) | 0x80);
            rest /= 128;
        }
        block.push(byte(rest));
    }
    block.extend(text.as_bytes());
}

/// One connection that obeys nobody. Dropping it closes it.
pub(crate) struct Raw {
    reader: ReadHalf<TlsStream<TcpStream>>,
    writer: WriteHalf<TlsStream<TcpStream>>,
}

/// What came of sending many frames.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flood {
    /// Frames that were handed to TCP.
    pub(crate) sent: usize,
    /// Whether the gateway ended the connection.
    pub(crate) closed: bool,
    /// The error code of its `GOAWAY`.
    pub(crate) code: Option<u32>,
    /// Streams that it reset.
    pub(crate) resets: usize,
}

/// A TCP connection to the gateway from one of this machine's own addresses, `127.0.0.<host>`: the gateway counts by address.
pub(crate) async fn dial(gateway: &str, host: u8) -> std::io::Result<TcpStream> {
    dial_from(gateway, [0, host]).await
}

/// The same from `127.0.<network>.<host>`: it counts by network as well.
pub(crate) async fn dial_from(
    gateway: &str,
    [network, host]: [u8; 2],
) -> std::io::Result<TcpStream> {
    let gateway: SocketAddr = gateway.parse().expect("an address");
    let socket = TcpSocket::new_v4()?;
    socket.bind((IpAddr::V4(Ipv4Addr::new(127, 0, network, host)), 0).into())?;
    let stream = timeout(SOON, socket.connect(gateway)).await??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The settings by which `node` connects, offering these application protocols.
pub(crate) fn tls_settings(node: &Node, protocols: &[&[u8]]) -> ClientConfig {
    let settings = &node.settings;
    let config = client_config(
        Arc::clone(&settings.trust),
        settings.gateway_identity.clone(),
        settings.credential.clone(),
        time_provider(now_ms),
    );
    let mut config = ClientConfig::clone(&config);
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    config
}

/// Mutual TLS as `node`, offering these application protocols.
pub(crate) async fn handshake(
    node: &Node,
    tcp: TcpStream,
    protocols: &[&[u8]],
) -> std::io::Result<TlsStream<TcpStream>> {
    handshake_by(tls_settings(node, protocols), node, tcp).await
}

/// TLS by any settings, with the gateway that `node` knows.
pub(crate) async fn handshake_by(
    config: ClientConfig,
    node: &Node,
    tcp: TcpStream,
) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(node.settings.server_name.clone()).expect("a DNS name");
    let connector = TlsConnector::from(Arc::new(config));
    timeout(SOON, connector.connect(name, tcp)).await?
}

impl Raw {
    /// Connects from `127.0.0.<host>`, and says the preface and settings that are all defaults.
    pub(crate) async fn open(node: &Node, host: u8) -> std::io::Result<Self> {
        let tcp = dial(&node.settings.gateway, host).await?;
        let mut raw = Self::over(handshake(node, tcp, &[b"h2"]).await?);
        raw.writer.write_all(PREFACE).await?;
        raw.send(&Frame::new(SETTINGS, 0, 0, [])).await?;
        Ok(raw)
    }

    /// Takes over a TLS connection on which nothing has been said.
    pub(crate) fn over(stream: TlsStream<TcpStream>) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self { reader, writer }
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, frame: &Frame) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        frame.append_to(&mut bytes);
        self.send_bytes(&bytes).await
    }

    /// Says goodbye, and waits until the gateway has closed the connection.
    pub(crate) async fn close(mut self) {
        // It may be closed already.
        drop(self.writer.shutdown().await);
        let closed = async { while read_frame(&mut self.reader).await.is_some() {} };
        timeout(SOON, closed).await.expect("closed");
    }

    /// Sends any bytes.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.writer.write_all(bytes).await?;
        self.writer.flush().await
    }

    /// The next frame; none when the gateway has closed the connection.
    ///
    /// # Panics
    /// When nothing comes for [`SOON`].
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        let next = timeout(SOON, read_frame(&mut self.reader)).await;
        next.expect("the gateway says something")
    }

    /// The next frame of this kind, whatever comes before it.
    pub(crate) async fn next_of(&mut self, kind: u8) -> Option<Frame> {
        loop {
            let frame = self.next().await?;
            if frame.kind == kind {
                return Some(frame);
            }
        }
    }

    /// Reads until the gateway closes the connection or is silent for `quiet`; all frames that came.
    pub(crate) async fn drain(&mut self, quiet: Duration) -> (Vec<Frame>, bool) {
        let mut frames = Vec::new();
        loop {
            match timeout(quiet, read_frame(&mut self.reader)).await {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => return (frames, true),
                Err(_) => return (frames, false),
            }
        }
    }

    /// Sends frames as fast as the gateway takes them, reading all the while, until they are all sent or it has had enough;
    /// then waits for its last word, `quiet` at most.
    pub(crate) async fn flood(
        &mut self,
        frames: impl Iterator<Item = Frame>,
        quiet: Duration,
    ) -> Flood {
        let Self { reader, writer } = self;
        let sent = AtomicUsize::new(0);
        let write = async {
            let mut bytes = Vec::new();
            let mut count = 0;
            let mut frames = frames.peekable();
            while let Some(frame) = frames.next() {
                frame.append_to(&mut bytes);
                count += 1;
                if bytes.len() >= BATCH_BYTES || frames.peek().is_none() {
                    if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
                        return;
                    }
                    bytes.clear();
                    sent.store(count, Ordering::Relaxed);
                }
            }
        };
        let mut code = None;
        let mut resets = 0;
        let closed = {
            let listen = async {
                while let Some(frame) = read_frame(reader).await {
                    match frame.kind {
                        GOAWAY => code = frame.error_code(),
                        RST_STREAM => resets += 1,
                        _ => {}
                    }
                }
            };
            tokio::pin!(listen);
            tokio::select! {
                () = write => timeout(quiet, &mut listen).await.is_ok(),
                () = &mut listen => true,
            }
        };
        Flood {
            sent: sent.into_inner(),
            closed,
            code,
            resets,
        }
    }
}

async fn read_frame(reader: &mut (impl AsyncRead + Unpin)) -> Option<Frame> {
    let mut head = [0_u8; 9];
    reader.read_exact(&mut head).await.ok()?;
    let [a, b, c, kind, flags, stream @ ..] = head;
    let mut payload = vec![0; usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?];
    reader.read_exact(&mut payload).await.ok()?;
    let stream = u32::from_be_bytes(stream) & 0x7fff_ffff;
    Some(Frame {
        kind,
        flags,
        stream,
        payload,
    })
}

/// What a client says first (RFC 9113, section 3.4).
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// One TLS record.
const BATCH_BYTES: usize = 16 * 1024;
