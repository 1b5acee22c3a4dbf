//! C14: messages that are no messages: nested without end, of one tag only, of random bytes. Each is answered, by every method.

use precinto_envelope::crypto::random;
use prost::encoding::encode_varint;

use crate::drill::{Drill, sized};
use crate::raw::{DATA, END_STREAM, Frame, HEADERS, RST_STREAM, Raw};
use crate::settings::{methods, prefix, streams};

/// The attacker's own address.
const HOST: u8 = 66;

/// As large as every method takes.
const BYTES: usize = 60_000;

/// What a reader of protobuf stumbles over.
fn messages() -> Vec<Vec<u8>> {
    // A message in a message in a message, thousands of times, under every field that a request has.
    let nested = |tag: u8| {
        let mut levels = Vec::new();
        let mut inside = 0;
        while inside < BYTES {
            let mut head = vec![tag];
            encode_varint(u64::try_from(inside).expect("small"), &mut head);
            inside += head.len();
            levels.push(head);
        }
        levels.reverse();
        levels.concat()
    };
    let fields = (1..=6).map(|field| nested(field << 3 | 2));
    // Groups that begin and never end; a length that goes beyond the message; a number that has no last byte.
    let groups = vec![0x0b; BYTES];
    let beyond = [&[0x0a, 0xff, 0xff, 0xff, 0x7f][..], &[0; 100]].concat();
    let endless = [&[0x08][..], &[0xff; 11]].concat();
    let noise = random::<4096>().to_vec();
    fields.chain([groups, beyond, endless, noise]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c14_messages_that_are_none() {
    let drill = Drill::begin("C14", "nested and broken messages").await;
    let attacker = drill.attacker();
    let messages = messages();
    let mut sent = 0;
    for _ in 0..sized(1, 50) {
        // Each method has its connection: some answer at once, and others reset.
        for (service, method) in methods() {
            let mut raw = Raw::open(&attacker, HOST)
                .await
                .expect("a valid certificate");
            for (stream, message) in streams().zip(&messages) {
                let path = format!("/{service}/{method}");
                raw.send(&Frame::call(stream, &path, &[]))
                    .await
                    .expect("open");
                let mut bytes = prefix(u32::try_from(message.len()).expect("small"));
                bytes.extend(message);
                let mut parts = bytes.chunks(16 * 1024).peekable();
                while let Some(part) = parts.next() {
                    let flags = if parts.peek().is_none() {
                        END_STREAM
                    } else {
                        0
                    };
                    let data = Frame::new(DATA, flags, stream, part);
                    raw.send(&data).await.expect("open");
                }
                answered(&mut raw, stream).await;
                sent += 1;
            }
            raw.close().await;
        }
    }
    drill.end(&format!("{sent} messages, each answered")).await;
}

/// Waits for the end of the answer.
async fn answered(raw: &mut Raw, stream: u32) {
    loop {
        let frame = raw.next().await.expect("the connection lives");
        let is_end =
            frame.kind == RST_STREAM || frame.flags & END_STREAM != 0 && frame.kind <= HEADERS;
        if frame.stream == stream && is_end {
            return;
        }
    }
}
