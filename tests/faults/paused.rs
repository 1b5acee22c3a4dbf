//! A gateway that stands still under load, as on a machine that stalls, and then goes on: no answer is false, nothing is lost.
//!
//! 3 s by default, and 10 s with `PRECINTO_FAULTS`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use precinto_tests::{Messages, Site, audit};
use tokio::time::sleep;

use crate::injected::send;
use crate::outside::{Desk, Held, check, finish, look, receive};

/// Submissions in flight.
const SENDERS: usize = 4;
/// Messages of each sender.
const BURST: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_stands_still_goes_on_without_a_false_answer() {
    let is_long = std::env::var_os("PRECINTO_FAULTS").is_some();
    let pause = Duration::from_secs(if is_long { 10 } else { 3 });
    let site = Site::new();
    let gateway = site.start();
    let sender = Arc::new(site.node("us-cbp-lax", &gateway));
    let receiver = site.node("mx-anam-mex", &gateway);
    let held = Arc::new(Mutex::new(Held::default()));
    let seen = Arc::new(Mutex::new(Desk::default()));
    let desk = {
        let (pin, seen) = (site.path().join("desk.pin"), Arc::clone(&seen));
        tokio::spawn(async move { receive(&receiver, pin, seen).await })
    };
    let mut messages = Messages::new(&sender.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let connection = sender.connect().await;
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let work = (0..BURST).map(|_| messages.notice()).collect();
            let (node, held) = (Arc::clone(&sender), Arc::clone(&held));
            tokio::spawn(send(node, connection.clone(), work, held))
        })
        .collect();
    let answered = || held.lock().expect("no panic in a sender").receipts.len();
    while answered() < BURST / 4 {
        sleep(Duration::from_millis(5)).await; // polls a condition of other tasks
    }
    gateway.pause();
    // What is on its way arrives.
    sleep(Duration::from_millis(500)).await;
    let before = answered();
    assert!(before < SENDERS * BURST, "the pause came too late");
    sleep(pause).await;
    assert_eq!(answered(), before, "an answer of one who stands still");
    gateway.resume();
    let mut left = Vec::new();
    for task in senders {
        left.extend(task.await.expect("a sender"));
    }
    // What broke meanwhile is sent again.
    let connection = sender.connect().await;
    let left = send(
        Arc::clone(&sender),
        connection.clone(),
        left,
        Arc::clone(&held),
    )
    .await;
    assert!(left.is_empty(), "it does not go on");
    assert_eq!(answered(), SENDERS * BURST);
    // The cursors that it has written since are those of the next start.
    drop(connection);
    assert!(gateway.stop().success());
    let gateway = site.start();
    while !desk.is_finished() && look(&seen).floor == 0 {
        sleep(Duration::from_millis(5)).await; // polls a condition of another task
    }
    let connection = sender.connect().await;
    check(&sender, &held, &seen, connection, &desk).await;
    finish(desk).await;
    assert!(gateway.stop().success());
    audit(&site);
}
