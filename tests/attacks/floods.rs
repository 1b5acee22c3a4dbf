//! C1 to C5 and C10: frames that cost the sender nothing.

use std::time::Duration;

use precinto_tests::Node;

use crate::drill::{Drill, runs_at_full_size_only, sized};
use crate::raw::{
    CONTINUATION, DATA, Flood, Frame, HEADERS, PING, Raw, SETTINGS, WINDOW_UPDATE, header_block,
};
use crate::settings::{SUBMIT, provoked_reset, streams};

/// The end of any patience with a gateway that does not cut.
const LAST_WORD: Duration = Duration::from_secs(20);

/// The attacker's own address.
const HOST: u8 = 66;

/// What came of one connection after the other.
#[derive(Default)]
struct Sum {
    sent: usize,
    connections: usize,
    closed: usize,
    refused: usize,
}

impl Sum {
    fn each_is_cut(&self) {
        assert_eq!(
            self.closed,
            self.connections,
            "each is cut: {}",
            self.outcome()
        );
    }

    fn outcome(&self) -> String {
        let Self {
            sent,
            connections,
            closed,
            refused,
        } = self;
        format!(
            "{sent} frames over {connections} connections, {closed} of them cut, {refused} streams reset"
        )
    }
}

/// Sends `total` frames of each connection's flood, more than any is allowed, and connects anew whenever the gateway has had
/// enough, until as many have been sent over all of them.
async fn flood<I: Iterator<Item = Frame>>(
    node: &Node,
    total: usize,
    frames: impl Fn() -> I,
) -> Sum {
    let mut sum = Sum::default();
    while sum.sent < total {
        let Ok(mut raw) = Raw::open(node, HOST).await else {
            // Its places are taken until the gateway has seen the end of the connections before.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let Flood {
            sent,
            closed,
            resets,
            ..
        } = raw.flood(frames().take(total), LAST_WORD).await;
        sum.connections += 1;
        // What is cut before its first batch was taken still counts, or this would not end.
        sum.sent += sent.max(1);
        sum.closed += usize::from(closed);
        sum.refused += resets;
    }
    sum
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c1_rapid_reset() {
    let drill = Drill::begin("C1", "streams opened and reset").await;
    let pairs =
        || streams().flat_map(|stream| [Frame::call(stream, SUBMIT, &[]), Frame::reset(stream)]);
    let sum = flood(&drill.attacker(), sized(20_000, 2_000_000), pairs).await;
    sum.each_is_cut();
    drill.end(&sum.outcome()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c2_resets_that_we_are_made_to_send() {
    if !runs_at_full_size_only() {
        return; // setting: `the_65th_reset_that_is_provoked_ends_the_connection`
    }
    let drill = Drill::begin("C2", "resets provoked (MadeYouReset)").await;
    let pairs = || streams().flat_map(provoked_reset);
    let sum = flood(&drill.attacker(), 200_000, pairs).await;
    sum.each_is_cut();
    drill.end(&sum.outcome()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c3_headers_that_never_end() {
    let drill = Drill::begin("C3", "CONTINUATION without end").await;
    let endless = || {
        let head = Frame::new(HEADERS, 0, 1, header_block(SUBMIT, &[]));
        let more = Frame::new(CONTINUATION, 0, 1, []);
        std::iter::once(head).chain(std::iter::repeat(more))
    };
    let sum = flood(&drill.attacker(), sized(200_000, 5_000_000), endless).await;
    sum.each_is_cut();
    drill.end(&sum.outcome()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c4_data_without_bytes() {
    if !runs_at_full_size_only() {
        return; // unit test: `accept::frames`
    }
    let drill = Drill::begin("C4", "DATA frames of no bytes, and of one").await;
    let frames = || {
        let head = Frame::call(1, SUBMIT, &[]);
        let empty = Frame::new(DATA, 0, 1, []);
        let tiny = Frame::new(DATA, 0, 1, [0]);
        std::iter::once(head).chain(std::iter::repeat_n(empty, 50_000).chain([tiny]).cycle())
    };
    let sum = flood(&drill.attacker(), 5_000_000, frames).await;
    sum.each_is_cut();
    drill.end(&sum.outcome()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c5_streams_without_number() {
    let drill = Drill::begin("C5", "10,000 streams on each connection").await;
    let calls = || {
        streams()
            .take(10_000)
            .map(|stream| Frame::call(stream, SUBMIT, &[]))
    };
    let sum = flood(&drill.attacker(), sized(20_000, 500_000), calls).await;
    sum.each_is_cut();
    drill.end(&sum.outcome()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c10_control_frames() {
    if !runs_at_full_size_only() {
        return; // unit test: `accept::frames`
    }
    let drill = Drill::begin("C10", "PING, SETTINGS and WINDOW_UPDATE").await;
    let kinds = [
        Frame::new(PING, 0, 0, [7; 8]),
        Frame::new(SETTINGS, 0, 0, []),
        Frame::new(WINDOW_UPDATE, 0, 0, 1_u32.to_be_bytes()),
    ];
    let frames = || kinds.iter().cloned().cycle();
    let sum = flood(&drill.attacker(), 5_000_000, frames).await;
    sum.each_is_cut();
    drill.end(&sum.outcome()).await;
}
