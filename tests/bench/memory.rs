//! Memory: what 100,000 alerts leave in the gateway, with a stalled subscriber and without, and how fast it starts again.

use std::time::Duration;

use precinto_client::load::{self, Load, Style};
use precinto_ledger::clock::{Clock as _, SystemClock};
use precinto_proto::v1 as pb;
use precinto_tests::{Messages, Site};

use crate::measure::resident_bytes;
use crate::relay::reader::{self, Reader};
use crate::{limit, say};

const ALERTS: u32 = 100_000;

/// Both runs, then the restart.
pub(crate) async fn run() {
    say(&format!(
        "memory, {ALERTS} alerts of 1 KiB through one gateway:"
    ));
    let alone = growth(false).await;
    let stalled = growth(true).await;
    limit("growth, bytes an entry", alone, 100.0);
    limit(
        "growth with a stalled subscriber, bytes an entry",
        stalled,
        100.0,
    );
    limit(
        "on account of the stalled subscriber, bytes an entry",
        stalled - alone,
        10.0,
    );
}

/// Bytes an entry by which the resident memory grew after a warm-up.
async fn growth(stall: bool) -> f64 {
    let site = Site::new();
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let reader = site.node("mx-anam-mex", &gateway);
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    // A subscriber that opens its stream with all the credit there is and never reads.
    let _stalled = if stall {
        let connection = reader.connect().await;
        reader::create(&connection, "stalled", pb::StartPosition::First).await;
        Some(Reader::open(&connection, "stalled").await)
    } else {
        None
    };
    let mut send = async |count: u32| {
        let work = (0..count).map(|_| messages.alert(400)).collect();
        let load = Load {
            in_flight: 64,
            style: Style::Pipelined,
        };
        load::run(std::slice::from_ref(&connection), work, load)
            .await
            .expect("the run")
    };
    send(10_000).await;
    let before = resident_bytes(&gateway);
    let report = send(ALERTS).await;
    let after = resident_bytes(&gateway);
    let grown = (after - before) / f64::from(ALERTS);
    say(&format!(
        "  {}: {:.1} MiB before, {:.1} MiB after, {:.0} acknowledged/s",
        if stall {
            "one subscriber stalled"
        } else {
            "nobody listening"
        },
        before / 1_048_576.0,
        after / 1_048_576.0,
        report.accepted_per_second
    ));
    assert!(gateway.stop().success(), "a clean stop");
    if stall {
        let begun = SystemClock.now_ms();
        let gateway = site.start();
        let ready = Duration::from_millis(SystemClock.now_ms() - begun);
        limit(
            "restart on that log, seconds until ready",
            ready.as_secs_f64(),
            1.0,
        );
        assert!(gateway.stop().success(), "a clean stop");
    }
    grown
}
