//! kill -9 of the gateway at random moments under load: nothing that was acknowledged is lost, altered or contradicted,
//! and no subscriber has a gap, nor a repeat of what it had durably settled.
//!
//! 20 kills by default; `PRECINTO_KILLS=200 cargo test -p precinto-tests --test faults kill` for more.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use precinto_client::submit::{SubmitError, submit};
use precinto_client::{Connection, Signed};
use precinto_envelope::crypto::random;
use precinto_tests::{GatewayProcess, Messages, Node, Site, audit};

use crate::outside::{Desk, Held, check, finish, receive};

/// Submissions in flight.
const SENDERS: usize = 8;
/// Submissions by each sender between two kills, at most; the kill usually comes first.
const BURST: usize = 120;

/// Submits until the gateway dies, and again what was not answered.
async fn send_until_death(
    node: &Node,
    connection: Connection,
    work: &mut Vec<Signed>,
    held: &Mutex<Held>,
) {
    while let Some(message) = work.last() {
        match submit(&connection, message).await {
            Ok(accepted) => {
                let message = work.pop().expect("just seen");
                let mut held = held.lock().expect("no panic in a sender");
                held.receipt(accepted.index, &message, accepted.receipt.proof, node);
            }
            Err(SubmitError::Lost(_)) => return,
            Err(other) => panic!("refused: {other}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_a_kill() {
    let kills: usize = std::env::var("PRECINTO_KILLS")
        .ok()
        .and_then(|v| v.parse().ok())
        .unwrap_or(20);
    let site = Site::new();
    let mut gateway = site.start();
    let sender = Arc::new(site.node("us-cbp-lax", &gateway));
    let receiver = Arc::new(site.node("mx-anam-mex", &gateway));
    let held = Arc::new(Mutex::new(Held::default()));
    let seen = Arc::new(Mutex::new(Desk::default()));
    let desk = {
        let (node, pin, seen) = (
            Arc::clone(&receiver),
            site.path().join("desk.pin"),
            Arc::clone(&seen),
        );
        tokio::spawn(async move { receive(&node, pin, seen).await })
    };
    let mut messages = Messages::new(&sender.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let mut work: Vec<Vec<Signed>> = vec![Vec::new(); SENDERS];
    for _ in 0..kills {
        for queue in &mut work {
            while queue.len() < BURST {
                queue.push(messages.notice());
            }
        }
        work = one_life(&site, &mut gateway, &sender, work, &held).await;
    }
    // What is still unanswered is sent once more, to a gateway that lives.
    let connection = sender.connect().await;
    for queue in &mut work {
        send_until_death(&sender, connection.clone(), queue, &held).await;
        assert!(queue.is_empty(), "the gateway did not answer");
    }
    check(&sender, &held, &seen, connection, &desk).await;
    finish(desk).await;
    assert!(gateway.stop().success(), "a clean stop");
    let report = audit(&site);
    assert!(
        report["entries"].as_u64().is_some_and(|n| n > 0),
        "{report}"
    );
}

/// Load until a random moment, then the kill, then the restart.
async fn one_life(
    site: &Site,
    gateway: &mut GatewayProcess,
    sender: &Arc<Node>,
    work: Vec<Vec<Signed>>,
    held: &Arc<Mutex<Held>>,
) -> Vec<Vec<Signed>> {
    let connection = sender.connect().await;
    let mut tasks = Vec::new();
    for mut queue in work {
        let (node, connection, held) = (Arc::clone(sender), connection.clone(), Arc::clone(held));
        tasks.push(tokio::spawn(async move {
            send_until_death(&node, connection, &mut queue, &held).await;
            queue
        }));
    }
    let [random] = random::<1>();
    // Between 5 and 515 ms, so that some lives see a cursor written and some do not: this is the random moment itself,
    // not a wait for a condition.
    tokio::time::sleep(Duration::from_millis(5 + 2 * u64::from(random))).await;
    gateway.kill();
    *gateway = site.start();
    let mut left = Vec::new();
    for task in tasks {
        left.push(task.await.expect("a sender"));
    }
    left
}
