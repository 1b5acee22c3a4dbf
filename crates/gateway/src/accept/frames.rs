//! How many frames that carry nothing a peer may send: counted in the bytes of its connection, below HTTP/2.
//!
//! HTTP/2 has many frames that cost their sender nine bytes and the receiver work, or an answer: `PING`, `SETTINGS`,
//! `WINDOW_UPDATE`, `RST_STREAM`, `PRIORITY`, `DATA` without data, and kinds that nobody knows. The library bounds what some of
//! them cost in memory; nothing bounds how many there are. An honest peer sends them now and then, and in answer to what it
//! is sent.

use tokio::time::Instant;

use crate::limits::{IDLE_FRAME_BYTES, IDLE_FRAMES_BURST, IDLE_FRAMES_PER_SECOND};

/// Follows what a peer sends, frame by frame (RFC 9113, section 4.1).
#[derive(Debug)]
pub(super) struct Frames {
    /// What has come of the head of the next frame.
    head: [u8; HEAD_LEN],
    head_len: usize,
    /// Bytes to pass over until that begins: of the preface, or of a payload.
    skip: usize,
    /// How many more frames that carry nothing may come now.
    left: u32,
    /// When that was last filled up.
    filled: Instant,
    /// Bytes that went to the peer and have not earned it a frame yet.
    sent: usize,
}

/// The peer sends more frames that carry nothing than anybody needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Flood;

impl Frames {
    /// At the beginning of a connection.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            head: [0; HEAD_LEN],
            head_len: 0,
            skip: PREFACE_LEN,
            left: IDLE_FRAMES_BURST,
            filled: now,
            sent: 0,
        }
    }

    /// Takes note of the next bytes.
    pub(super) fn pass(&mut self, mut bytes: &[u8], now: Instant) -> Result<(), Flood> {
        while !bytes.is_empty() {
            let passed = self.skip.min(bytes.len());
            self.skip -= passed;
            bytes = bytes.get(passed..).unwrap_or_default();
            let missing = self.head.iter_mut().skip(self.head_len);
            let mut taken = 0;
            for (place, byte) in missing.zip(bytes) {
                *place = *byte;
                taken += 1;
            }
            self.head_len += taken;
            bytes = bytes.get(taken..).unwrap_or_default();
            if self.head_len == HEAD_LEN {
                let [a, b, c, kind, flags, ..] = self.head;
                let length =
                    usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap_or(usize::MAX);
                (self.head_len, self.skip) = (0, length);
                if is_idle(kind, flags, length) {
                    self.count(now)?;
                }
            }
        }
        Ok(())
    }

    /// Takes note of bytes that went to the peer: it acknowledges them, and the more of them the more often.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.sent += bytes;
        let earned = u32::try_from(self.sent / IDLE_FRAME_BYTES).unwrap_or(u32::MAX);
        self.sent %= IDLE_FRAME_BYTES;
        self.left = self.left.saturating_add(earned).min(IDLE_FRAMES_BURST);
    }

    fn count(&mut self, now: Instant) -> Result<(), Flood> {
        if self.left == 0 {
            // Filled up only when it is empty: the clock is not asked for each frame's sake.
            let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
            let back = elapsed * f64::from(IDLE_FRAMES_PER_SECOND);
            if back < 1.0 {
                return Err(Flood);
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "positive, and no more than the burst"
            )]
            let back = back.min(f64::from(IDLE_FRAMES_BURST)) as u32;
            (self.left, self.filled) = (back, now);
        }
        self.left -= 1;
        Ok(())
    }
}

/// Whether a frame carries nothing: neither the beginning nor the end of a call, nor the least that a message can be.
fn is_idle(kind: u8, flags: u8, length: usize) -> bool {
    match kind {
        // No client of gRPC pads; all of it may be padding.
        DATA => flags & PADDED != 0 || (length < MESSAGE_PREFIX_LEN && flags & END_STREAM == 0),
        HEADERS => false,
        _ => true,
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const END_STREAM: u8 = 1;
const PADDED: u8 = 8;

/// Bytes of a frame's head.
const HEAD_LEN: usize = 9;

/// What a client says first (RFC 9113, section 3.4).
const PREFACE_LEN: usize = 24;

/// Bytes of the shortest gRPC message.
const MESSAGE_PREFIX_LEN: usize = 5;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const PING: u8 = 6;
    const RST_STREAM: u8 = 3;
    const CONTINUATION: u8 = 9;

    fn frame(kind: u8, flags: u8, length: u8) -> Vec<u8> {
        let mut frame = vec![0, 0, length, kind, flags, 0, 0, 0, 1];
        frame.extend(vec![0xff; usize::from(length)]);
        frame
    }

    /// A peer that has said the preface.
    fn begun(now: Instant) -> Frames {
        let mut frames = Frames::new(now);
        frames.pass(&[b'P'; PREFACE_LEN], now).unwrap();
        frames
    }

    #[tokio::test(start_paused = true)]
    async fn frames_that_carry_nothing_are_few_and_come_back_with_time() {
        let now = Instant::now();
        for idle in [
            frame(PING, 0, 8),
            frame(RST_STREAM, 0, 4),
            frame(CONTINUATION, 0, 0),
            frame(DATA, 0, 0),
            frame(DATA, 0, 4),
            frame(DATA, PADDED, 200),
            frame(0xbe, 0xef, 200),
        ] {
            // What comes after a flood is not followed any more: the connection is cut.
            for (later, more) in [(now, 0), (now + Duration::from_secs(2), 2_000)] {
                let mut frames = begun(now);
                for _ in 0..IDLE_FRAMES_BURST {
                    frames.pass(&idle, now).unwrap();
                }
                for _ in 0..more {
                    frames.pass(&idle, later).unwrap();
                }
                assert_eq!(frames.pass(&idle, later), Err(Flood), "{idle:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_sent_much_may_acknowledge_much() {
        let now = Instant::now();
        let (mut frames, update) = (begun(now), frame(8, 0, 4));
        for _ in 0..IDLE_FRAMES_BURST {
            frames.pass(&update, now).unwrap();
        }
        for _ in 0..1_000 {
            frames.sent(IDLE_FRAME_BYTES / 2);
            frames.sent(IDLE_FRAME_BYTES / 2);
            frames.pass(&update, now).unwrap();
        }
        assert_eq!(frames.pass(&update, now), Err(Flood));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_and_messages_are_not_counted() {
        let now = Instant::now();
        let mut frames = begun(now);
        for _ in 0..=IDLE_FRAMES_BURST {
            for useful in [
                frame(HEADERS, 4, 40),
                frame(DATA, 0, 5),
                frame(DATA, END_STREAM, 0),
            ] {
                frames.pass(&useful, now).unwrap();
            }
        }
    }

    proptest! {
        /// However the bytes are cut into reads.
        #[test]
        fn frames_are_followed(lengths in prop::collection::vec(0_u8..200, 1..50), cut in 1_usize..300) {
            let now = Instant::now();
            let mut frames = Frames::new(now);
            let mut bytes = vec![b'P'; PREFACE_LEN];
            for length in &lengths {
                bytes.extend(frame(PING, 0, *length));
            }
            for piece in bytes.chunks(cut) {
                frames.pass(piece, now).unwrap();
            }
            let counted = IDLE_FRAMES_BURST - frames.left;
            prop_assert_eq!(usize::try_from(counted).unwrap(), lengths.len());
            prop_assert_eq!((frames.head_len, frames.skip), (0, 0));
        }
    }
}
