//! C9, C12, C13 and C15: messages that claim much, say much beside themselves, are packed, or never end.

use std::time::Duration;

use tokio::time::Instant;

use crate::drill::{Drill, runs_at_full_size_only, sized};
use crate::raw::{DATA, END_HEADERS, END_STREAM, Frame, HEADERS, Raw, header_block, literal};
use crate::settings::{SUBMIT, methods, prefix, streams};

const SUBMIT_STREAM: &str = "/precinto.v1.SubmissionService/SubmitStream";

/// The attacker's own address.
const HOST: u8 = 66;

/// How long an answer that comes at once may take.
const QUIET: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c9_messages_that_claim_4_gib() {
    let drill = Drill::begin("C9", "prefixes that announce 4 GiB").await;
    let attacker = drill.attacker();
    let methods = methods();
    let (mut asked, mut refused) = (0, 0);
    // As many connections at once as one certificate may have, again and again.
    for _ in 0..sized(1, 10) {
        let mut held = Vec::new();
        for _ in 0..8 {
            let mut raw = Raw::open(&attacker, HOST)
                .await
                .expect("a valid certificate");
            for (stream, (service, method)) in streams().zip(&methods) {
                let path = format!("/{service}/{method}");
                raw.send(&Frame::call(stream, &path, &[]))
                    .await
                    .expect("open");
                let mut claim = prefix(u32::MAX);
                claim.extend([0; 100]);
                raw.send(&Frame::new(DATA, 0, stream, claim))
                    .await
                    .expect("open");
            }
            held.push(raw);
        }
        for raw in &mut held {
            let (frames, _) = raw.drain(QUIET).await;
            let end = |f: &&Frame| f.kind == HEADERS && f.flags & END_STREAM != 0;
            asked += methods.len();
            refused += frames.iter().filter(end).count();
        }
        drop(held);
        // The gateway sees the end of a connection a moment later.
        tokio::time::sleep(QUIET).await;
    }
    assert_eq!(asked, refused, "each is refused by its prefix");
    drill
        .end(&format!("{asked} claims, {refused} refused at once"))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c12_headers_that_grow_when_they_are_read() {
    let drill = Drill::begin("C12", "header blocks of one byte a header").await;
    let attacker = drill.attacker();
    let (mut blocks, mut connections) = (0, 0);
    while connections < sized(5, 500) {
        let Ok(mut raw) = Raw::open(&attacker, HOST).await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        // Kept in the peer's table once (RFC 7541, section 6.2.1), and named 16,000 times by one byte each.
        let mut bomb = header_block(SUBMIT, &[]);
        bomb.push(0x40);
        literal(&mut bomb, "x");
        literal(&mut bomb, &"a".repeat(4_000));
        bomb.extend(std::iter::repeat_n(0xbe, 12_000));
        let frames = streams().take(50);
        let frames = frames.map(|stream| Frame::new(HEADERS, END_HEADERS, stream, bomb.clone()));
        let flood = raw.flood(frames, QUIET).await;
        blocks += flood.sent;
        connections += 1;
        assert!(flood.closed, "it is cut: {flood:?}");
    }
    let outcome = format!("{blocks} blocks over {connections} connections, all cut");
    drill.end(&outcome).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c13_packed_messages() {
    if !runs_at_full_size_only() {
        return; // unit test: `compressed_requests_and_repeated_headers_are_refused`
    }
    let drill = Drill::begin("C13", "messages that say they are compressed").await;
    let attacker = drill.attacker();
    let (mut asked, mut refused) = (0, 0);
    for said in [&[("grpc-encoding", "gzip")][..], &[]] {
        let mut raw = Raw::open(&attacker, HOST)
            .await
            .expect("a valid certificate");
        for stream in streams().take(60) {
            raw.send(&Frame::call(stream, SUBMIT, said))
                .await
                .expect("open");
            // The flag of the prefix says it, too.
            let mut packed = prefix(1_000);
            packed[0] = 1;
            packed.extend([0; 1_000]);
            raw.send(&Frame::new(DATA, END_STREAM, stream, packed))
                .await
                .expect("open");
        }
        let (frames, _) = raw.drain(QUIET).await;
        let end = |f: &&Frame| f.kind == HEADERS && f.flags & END_STREAM != 0;
        asked += 60;
        refused += frames.iter().filter(end).count();
    }
    assert_eq!(asked, refused, "nothing packed is read");
    drill
        .end(&format!("{asked} messages, {refused} refused"))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c15_messages_that_never_end() {
    if !runs_at_full_size_only() {
        return; // unit test: `a_message_that_was_begun_must_be_finished`
    }
    let drill = Drill::begin("C15", "submissions of one byte a second").await;
    let attacker = drill.attacker();
    let mut raw = Raw::open(&attacker, HOST)
        .await
        .expect("a valid certificate");
    let open: Vec<u32> = streams().take(16).collect();
    for stream in &open {
        raw.send(&Frame::call(*stream, SUBMIT_STREAM, &[]))
            .await
            .expect("open");
        raw.send(&Frame::new(DATA, 0, *stream, prefix(300_000)))
            .await
            .expect("open");
    }
    let began = Instant::now();
    let mut ended = 0;
    while ended < open.len() && began.elapsed() < Duration::from_secs(20) {
        for stream in &open {
            // Those that have ended are closed; who sends there all the same is told so.
            drop(raw.send(&Frame::new(DATA, 0, *stream, [0])).await);
        }
        let (frames, _) = raw.drain(Duration::from_secs(1)).await;
        let end = |f: &&Frame| f.kind == HEADERS && f.flags & END_STREAM != 0;
        ended += frames.iter().filter(end).count();
    }
    assert_eq!(ended, open.len(), "who begins and does not finish is ended");
    let after = began.elapsed().as_secs_f64();
    drill
        .end(&format!("{ended} streams, all ended after {after:.1} s"))
        .await;
}
