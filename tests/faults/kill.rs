//! kill -9 of the gateway at random moments under load: nothing that was acknowledged is lost, altered or contradicted,
//! and no subscriber has a gap, nor a repeat of what it had durably settled.
//!
//! 20 kills by default; `PRECINTO_KILLS=200 cargo test -p precinto-tests --test faults kill` for more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use precinto_alert::id::MessageId;
use precinto_client::submit::{SubmitError, submit};
use precinto_client::subscribe::{Event, Retry, SubscribeOptions, Subscriber};
use precinto_client::{Connection, LogClient, Pin, Signed};
use precinto_envelope::crypto::random;
use precinto_merkle::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use precinto_tests::{GatewayProcess, Messages, Node, Site, audit};
use tokio::task::JoinHandle;

/// Submissions in flight.
const SENDERS: usize = 8;
/// Submissions by each sender between two kills, at most; the kill usually comes first.
const BURST: usize = 120;

/// What the outside world holds after the run.
#[derive(Default)]
struct Held {
    /// Receipt text by index.
    receipts: BTreeMap<u64, (MessageId, String)>,
    /// Root by size, from every signed checkpoint that left the gateway.
    roots: BTreeMap<u64, [u8; 32]>,
}

impl Held {
    /// Takes a receipt; two roots for one size or two entries at one index are the end.
    fn receipt(&mut self, index: u64, message: &Signed, proof: String, node: &Node) {
        let note = proof
            .split_once("\n\n")
            .expect("a receipt has a checkpoint")
            .1;
        let signed = SignedCheckpoint::verify(note.as_bytes(), &node.settings.log).expect("signed");
        let checkpoint = signed.checkpoint();
        let known = self.roots.insert(checkpoint.size, checkpoint.root);
        assert!(
            known.is_none_or(|r| r == checkpoint.root),
            "two roots for {}",
            checkpoint.size
        );
        let id = message.message_id();
        let before = self.receipts.insert(index, (id, proof.clone()));
        assert!(
            before.is_none_or(|b| b == (id, proof)),
            "two receipts for index {index}"
        );
    }
}

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

/// What the receiving desk has seen.
#[derive(Default)]
struct Desk {
    indexes: BTreeSet<u64>,
    /// The durable floor that a gateway stated right after a restart, at most.
    floor: u64,
}

/// What the desk has seen, also after it has panicked.
fn look(seen: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a subscription over every restart, settling at every second delivery, and checks order as it goes.
async fn receive(node: &Node, pin: PathBuf, desk: Arc<Mutex<Desk>>) {
    let options = SubscribeOptions {
        retry: Retry {
            min: Duration::from_millis(20),
            max: Duration::from_millis(200),
        },
        ..SubscribeOptions::named("desk")
    };
    let pin = Pin::open(pin, &node.settings.log).expect("a pin");
    let mut subscriber = Subscriber::new(node.settings.clone(), node.clock.clone(), options, pin);
    // The durable floor that the gateway has stated, and the last delivery of this connection.
    let (mut floor, mut last) = (0, None);
    loop {
        match subscriber.next().await.expect("the subscription goes on") {
            Event::Connected { settled, .. } => {
                (floor, last) = (floor.max(settled), None);
                look(&desk).floor = floor;
            }
            Event::CaughtUp { settled, .. } | Event::Heartbeat { settled, .. } => {
                floor = floor.max(settled);
            }
            Event::Delivery(delivery) => {
                let index = delivery.index;
                assert!(
                    index >= floor,
                    "{index} again, though all below {floor} was settled"
                );
                assert!(last.is_none_or(|l| l < index), "{index} after {last:?}");
                last = Some(index);
                look(&desk).indexes.insert(index);
                if index % 2 == 0 {
                    // If the link is down just now, it will be delivered again.
                    subscriber.ack_up_to(index).await.unwrap_or_default();
                }
            }
            Event::Unbelievable(what) => panic!("unbelievable: {what:?}"),
            Event::Overdue(_) | Event::Disconnected { .. } => {}
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

/// Ends the desk, which never ends well by itself; what it found wrong fails the test.
async fn finish(desk: JoinHandle<()>) {
    desk.abort();
    match desk.await {
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        ended => assert!(ended.is_err(), "the desk stopped reading"),
    }
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

/// Everything that was acknowledged is there, byte for byte, and the subscriber saw all of it in order.
async fn check(
    node: &Node,
    held: &Mutex<Held>,
    seen: &Mutex<Desk>,
    connection: Connection,
    desk: &JoinHandle<()>,
) {
    let log = LogClient::new(&connection);
    let (receipts, roots) = {
        let held = held.lock().expect("alive");
        (held.receipts.clone(), held.roots.clone())
    };
    assert!(!receipts.is_empty(), "nothing was acknowledged");
    for (index, (id, proof)) in &receipts {
        let again = log
            .receipt_of(*id)
            .await
            .expect("an acknowledged message is there");
        assert_eq!(
            &again.receipt.proof, proof,
            "the receipt of {index} changed"
        );
    }
    let origin = Origin::parse(node.settings.log.name()).expect("an origin");
    let newest = log.checkpoint(0).await.expect("a checkpoint");
    for (size, root) in &roots {
        let old = Checkpoint {
            origin: origin.clone(),
            size: *size,
            root: *root,
        };
        log.consistency(&old, newest.checkpoint())
            .await
            .expect("every root held is a prefix");
    }
    let last = receipts.keys().next_back().copied().expect("not empty");
    let reached = |seen: &Desk| seen.indexes.last().is_some_and(|newest| *newest >= last);
    // A desk that has ended has found something wrong, which `finish` tells.
    while !desk.is_finished() && !reached(&look(seen)) {
        tokio::time::sleep(Duration::from_millis(5)).await; // polls a condition of another task
    }
    if desk.is_finished() {
        return;
    }
    let seen = look(seen);
    let missed: Vec<_> = receipts
        .keys()
        .filter(|index| !seen.indexes.contains(index))
        .collect();
    assert!(missed.is_empty(), "never delivered: {missed:?}");
    // Cursors are on the disk a fraction of a second after each settlement: a floor that stayed at the
    // beginning would make "no repeat of what was settled" an empty promise.
    assert!(
        seen.floor > 0,
        "no restart ever stated that anything was settled"
    );
}
