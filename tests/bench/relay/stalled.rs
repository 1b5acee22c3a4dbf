//! What 1,000 subscribers that read nothing hold of the gateway's memory: each has ten megabytes before it.

use std::time::Duration;

use precinto_proto::v1 as pb;

use super::reader::{self, Reader};
use super::{Sender, desk, pour, site};
use crate::measure::{resident_bytes, sized};
use crate::{limit, say};

/// Desks, and streams of each: as many as a node may have.
const DESKS: u32 = 63;
const STREAMS_EACH: u32 = 16;
/// What each has before it, in alerts of 16 KiB: far more than sockets, windows and queues hold.
const BACKLOG: u32 = 600;
const BACKLOG_LETTERS: usize = 15_000;
/// Time in which what there is to fill is filled, which nothing tells; less than the time after which who takes nothing is cut.
const SETTLING: Duration = Duration::from_secs(3);
/// What the attack scripts allow the gateway in all, in MiB.
const RESIDENT_MIB: f64 = 256.0;

pub(super) async fn run() {
    let desks = sized(DESKS).min(DESKS);
    let site = site(desks, 0);
    let gateway = site.start();
    let sender = Sender::first(&site, &gateway);
    let mut messages = sender.messages();
    let backlog = (0..BACKLOG)
        .map(|_| messages.alert(BACKLOG_LETTERS))
        .collect();
    pour(&[sender.node.connect().await], backlog).await;
    let before = resident_bytes(&gateway);
    let mut stalled = Vec::new();
    let mut most = before;
    for number in 0..desks {
        let connection = desk(&site, &gateway, number).connect().await;
        let names = (0..STREAMS_EACH).map(|name| format!("stalled-{name}"));
        // First, because streams that are not read fill the window of their line, through which every answer comes.
        for name in names.clone() {
            reader::create(&connection, &name, pb::StartPosition::First).await;
        }
        for name in names {
            stalled.push(Reader::open(&connection, &name).await);
        }
        most = resident_bytes(&gateway).max(most);
    }
    tokio::time::sleep(SETTLING).await;
    most = resident_bytes(&gateway).max(most);
    let mib = |bytes: f64| bytes / 1_048_576.0;
    say(&format!(
        "stalled, {} streams that read nothing, before them {:.1} MiB",
        stalled.len(),
        mib(before)
    ));
    limit("resident at most, MiB", mib(most), RESIDENT_MIB);
    drop(stalled);
    assert!(gateway.stop().success(), "a clean stop");
}
