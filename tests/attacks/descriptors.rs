//! C8: a gateway that may open few files, and a peer who wants all of them.

use std::process::Command;
use std::time::Duration;

use precinto_client::Connection;

use crate::drill::{Drill, descriptors, sized};
use crate::raw;

/// What the gateway may open: a few more than it keeps for itself.
const DESCRIPTORS: usize = 72;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c8_descriptors_run_out() {
    let mut outer = Command::new("prlimit");
    outer.arg(format!("--nofile={DESCRIPTORS}"));
    let drill = Drill::begin_under("C8", "more sockets than descriptors", outer).await;
    let address = drill.gateway.address().to_owned();
    let mut held = Vec::new();
    let mut most = 0;
    for round in 0..sized(10, 100) {
        for host in 66..76 {
            let dial = tokio::time::timeout(Duration::from_millis(50), raw::dial(&address, host));
            held.extend(dial.await.ok().and_then(Result::ok));
        }
        most = most.max(descriptors(&drill.gateway));
        // Only sockets that are held open count; their peers see nothing of it.
        held.truncate(200 + round);
    }
    assert!(most < DESCRIPTORS, "some are left for the log: {most}");
    let sockets = held.len();
    drop(held);
    // The gateway learns one by one that they are gone; by then a newcomer is let in.
    let newcomer = drill.site.node("us-atf-hq", &drill.gateway);
    let let_in = async {
        while Connection::open(&newcomer.settings, &newcomer.clock)
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let let_in = tokio::time::timeout(Duration::from_mins(1), let_in).await;
    let_in.expect("a newcomer gets in once the others are gone");
    drill
        .end(&format!(
            "{sockets} sockets, {most} of {DESCRIPTORS} descriptors open at most"
        ))
        .await;
}
