//! The settings of the door that only a real connection shows, each with a test that fails when its line is removed from
//! `crates/gateway/src/serve.rs` or `accept.rs`. Those that are a matter of time are tested there, with time that is passed in.
//!
//! Three are what the libraries do by themselves today: frames of 16 KiB, 20 resets before acceptance and no HTTP/1. Their tests
//! fail when a new version of a library does something else, or when somebody turns them.

use std::collections::BTreeMap;
use std::time::Duration;

use precinto_tests::{GatewayProcess, Node, Site};
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_rustls::rustls::crypto::CryptoProvider;

use crate::raw::{
    self, DATA, END_STREAM, ENHANCE_YOUR_CALM, Frame, GOAWAY, HEADERS, PING, PREFACE,
    REFUSED_STREAM, RST_STREAM, Raw, SETTINGS, WINDOW_UPDATE,
};

/// A gateway, and a node that may come in.
struct World {
    node: Node,
    gateway: GatewayProcess,
    _site: Site,
}

impl World {
    fn start() -> Self {
        let site = Site::new();
        let gateway = site.start();
        let node = site.node("us-dea-hq", &gateway);
        Self {
            node,
            gateway,
            _site: site,
        }
    }

    async fn open(&self) -> Raw {
        Raw::open(&self.node, 1).await.expect("a valid certificate")
    }
}

/// A call that waits for its request.
pub(crate) const SUBMIT: &str = "/precinto.v1.SubmissionService/Submit";

/// A client's streams: 1, 3, 5 …
pub(crate) fn streams() -> impl Iterator<Item = u32> {
    (1..).step_by(2)
}

/// What comes at once, if it comes at all.
const QUIET: Duration = Duration::from_millis(300);

#[tokio::test]
async fn what_a_peer_may_do_is_announced() {
    let world = World::start();
    let mut raw = world.open().await;
    let settings = raw.next_of(SETTINGS).await.expect("settings");
    let pairs = settings.payload.chunks_exact(6).map(|pair| {
        let &[a, b, ref value @ ..] = pair else {
            panic!("six bytes");
        };
        let value = value.first_chunk::<4>().expect("four of them");
        (u16::from_be_bytes([a, b]), u32::from_be_bytes(*value))
    });
    let settings: BTreeMap<u16, u32> = pairs.collect();
    // RFC 9113, section 6.5.2. What is not said is the protocol's default.
    assert_eq!(settings.get(&3), Some(&64), "streams");
    assert_eq!(
        settings.get(&4),
        Some(&(256 * 1024)),
        "the window of a stream"
    );
    assert_eq!(settings.get(&5).unwrap_or(&16_384), &(16 * 1024), "frames");
    assert_eq!(settings.get(&6), Some(&(8 * 1024)), "headers");
    assert_eq!(settings.get(&8), None, "extended CONNECT");
    let update = raw.next_of(WINDOW_UPDATE).await.expect("a window");
    let by = u32::from_be_bytes(*update.payload.first_chunk::<4>().expect("four bytes"));
    assert_eq!(
        (update.stream, 65_535 + by),
        (0, 1024 * 1024),
        "the window of the connection"
    );
    // The provider of TLS is passed on, never the process's.
    assert!(CryptoProvider::get_default().is_none());
}

#[tokio::test]
async fn the_65th_stream_is_refused_and_places_come_back() {
    let world = World::start();
    let mut raw = world.open().await;
    for stream in streams().take(64) {
        raw.send(&Frame::call(stream, SUBMIT, &[]))
            .await
            .expect("open");
    }
    let (frames, closed) = raw.drain(QUIET).await;
    let refused: Vec<_> = frames.iter().filter(|f| f.kind == RST_STREAM).collect();
    assert!(refused.is_empty() && !closed, "{refused:?}");
    raw.send(&Frame::call(129, SUBMIT, &[]))
        .await
        .expect("open");
    let refused = raw.next_of(RST_STREAM).await.expect("a refusal");
    assert_eq!(
        (refused.stream, refused.error_code()),
        (129, Some(REFUSED_STREAM))
    );
    raw.send(&Frame::reset(1)).await.expect("open");
    // Its handler has to notice.
    raw.drain(QUIET).await;
    raw.send(&Frame::call(131, SUBMIT, &[]))
        .await
        .expect("open");
    let (frames, closed) = raw.drain(QUIET).await;
    let refused: Vec<_> = frames.iter().filter(|f| f.kind == RST_STREAM).collect();
    assert!(refused.is_empty() && !closed, "{refused:?}");
}

/// A call and a byte more than its head announced: the gateway has to reset the stream (`MadeYouReset`).
pub(crate) fn provoked_reset(stream: u32) -> [Frame; 2] {
    [
        Frame::call(stream, SUBMIT, &[("content-length", "0")]),
        Frame::new(DATA, 0, stream, [0]),
    ]
}

#[tokio::test]
async fn the_65th_reset_that_is_provoked_ends_the_connection() {
    let world = World::start();
    let mut raw = world.open().await;
    for stream in streams().take(64) {
        for frame in provoked_reset(stream) {
            raw.send(&frame).await.expect("open");
        }
        let reset = raw.next_of(RST_STREAM).await.expect("a reset");
        assert_eq!(reset.stream, stream);
    }
    for frame in provoked_reset(129) {
        raw.send(&frame).await.expect("open");
    }
    let goodbye = raw.next_of(GOAWAY).await.expect("a goodbye");
    assert_eq!(goodbye.error_code(), Some(ENHANCE_YOUR_CALM));
}

#[tokio::test]
async fn streams_that_are_reset_before_they_are_looked_at_end_the_connection() {
    let world = World::start();
    let mut raw = world.open().await;
    // In one record of TLS, so that all of them are there before the first is looked at.
    let pairs = streams().take(60);
    let frames = pairs.flat_map(|stream| [Frame::call(stream, SUBMIT, &[]), Frame::reset(stream)]);
    let flood = raw.flood(frames, QUIET).await;
    assert!(
        flood.closed && flood.code == Some(ENHANCE_YOUR_CALM),
        "{flood:?}"
    );
}

#[tokio::test]
async fn headers_have_8_kib() {
    let world = World::start();
    let mut raw = world.open().await;
    for (stream, length, fits) in [(1, 7_000, true), (3, 9_000, false)] {
        let agent = "a".repeat(length);
        let head = Frame::call(stream, "/precinto.v1.None/None", &[("user-agent", &agent)]);
        raw.send(&head).await.expect("open");
        let answer = raw.next_of(HEADERS).await.expect("an answer");
        assert_eq!(
            (answer.stream, answer.is_200()),
            (stream, fits),
            "{length} bytes"
        );
    }
}

#[tokio::test]
async fn frames_have_16_kib() {
    const FRAME_SIZE_ERROR: u32 = 6;
    let world = World::start();
    let mut raw = world.open().await;
    raw.send(&Frame::call(1, SUBMIT, &[])).await.expect("open");
    let largest = Frame::new(DATA, 0, 1, vec![0; 16 * 1024]);
    raw.send(&largest).await.expect("open");
    let ping = Frame::new(PING, 0, 0, [7; 8]);
    raw.send(&ping).await.expect("open");
    raw.next_of(PING).await.expect("still there");
    raw.send(&Frame::new(DATA, 0, 1, vec![0; 16 * 1024 + 1]))
        .await
        .expect("open");
    let goodbye = raw.next_of(GOAWAY).await.expect("a goodbye");
    assert_eq!(goodbye.error_code(), Some(FRAME_SIZE_ERROR));
}

#[tokio::test]
async fn nothing_but_http2_is_spoken() {
    let world = World::start();
    let connect = async || {
        raw::dial(&world.node.settings.gateway, 1)
            .await
            .expect("TCP")
    };
    // HTTP/1 behind an agreement on HTTP/2.
    let mut stream = raw::handshake(&world.node, connect().await, &[b"h2"])
        .await
        .expect("TLS");
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: gw\r\n\r\n")
        .await
        .expect("open");
    let answer = all_that_comes(&mut stream).await;
    assert!(
        !answer.windows(5).any(|five| five == b"HTTP/"),
        "{answer:?}"
    );
    // No agreement at all: rustls lets that pass.
    let mut stream = raw::handshake(&world.node, connect().await, &[])
        .await
        .expect("TLS");
    // It may be closed already.
    drop(stream.write_all(PREFACE).await);
    assert_eq!(all_that_comes(&mut stream).await, b"");
}

/// Everything up to the end of the connection.
async fn all_that_comes(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Vec<u8> {
    let mut all = Vec::new();
    let end = timeout(Duration::from_secs(3), stream.read_to_end(&mut all)).await;
    // However it ends, it ends.
    drop(end.expect("the connection is closed"));
    all
}

/// The longest request that each of the gateway's services takes, in bytes.
fn request_bytes_max(service: &str) -> u32 {
    const KIB: u32 = 1024;
    match service {
        "precinto.v1.SubmissionService" => 320 * KIB,
        // A part of the directory with its signatures.
        "precinto.v1.DirectoryService" => PART_REQUEST,
        _ => 64 * KIB,
    }
}

const PART_REQUEST: u32 = {
    let part = precinto_alert::limits::SIGNED_PART_BYTES_MAX + 1024;
    assert!(part < 1 << 20);
    #[expect(clippy::cast_possible_truncation, reason = "asserted")]
    {
        part as u32
    }
};

/// The methods of every service that a gateway has, from the contract: one that is added there is tested here.
pub(crate) fn methods() -> Vec<(String, String)> {
    let set = precinto_proto::FILE_DESCRIPTOR_SET;
    let set = prost_types::FileDescriptorSet::decode(set).expect("our own descriptors");
    let mut methods = vec![("grpc.health.v1.Health".to_owned(), "Check".to_owned())];
    for file in set.file {
        for service in &file.service {
            let name = format!("{}.{}", file.package(), service.name());
            // A node's own, on its unix socket.
            if name != "precinto.v1.NodeService" {
                let of_service = service.method.iter();
                methods.extend(of_service.map(|method| (name.clone(), method.name().to_owned())));
            }
        }
    }
    assert!((20..64).contains(&methods.len()), "{methods:?}");
    methods
}

#[test]
fn the_process_leaves_no_core_dumps() {
    let world = World::start();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", world.gateway.id()));
    let limits = limits.expect("/proc");
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"));
    let words: Vec<&str> = line.expect("a limit").split_whitespace().collect();
    assert_eq!(words[..2], ["0", "0"], "soft and hard");
}

/// A message's prefix: not compressed, of so many bytes.
pub(crate) fn prefix(bytes: u32) -> Vec<u8> {
    let mut prefix = vec![0];
    prefix.extend(bytes.to_be_bytes());
    prefix
}

#[tokio::test]
async fn every_method_refuses_by_its_prefix_what_is_longer_than_its_service_takes() {
    let world = World::start();
    let methods = methods();
    for beyond in [0, 1] {
        let mut raw = world.open().await;
        for (stream, (service, method)) in streams().zip(&methods) {
            let path = format!("/{service}/{method}");
            raw.send(&Frame::call(stream, &path, &[]))
                .await
                .expect("open");
            let length = request_bytes_max(service) + beyond;
            raw.send(&Frame::new(DATA, 0, stream, prefix(length)))
                .await
                .expect("open");
        }
        let (frames, closed) = raw.drain(QUIET).await;
        assert!(!closed);
        for (stream, method) in streams().zip(&methods) {
            let ended = |f: &Frame| {
                let is_end = f.kind == HEADERS && f.flags & END_STREAM != 0;
                f.stream == stream && (is_end || f.kind == RST_STREAM)
            };
            let was_refused = frames.iter().any(ended);
            assert_eq!(
                was_refused,
                beyond > 0,
                "{method:?} of {beyond} bytes too many"
            );
        }
    }
}
