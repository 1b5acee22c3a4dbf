//! What the outside world holds of a gateway that fails: receipts, roots and deliveries, and that they are kept to afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use precinto_alert::id::MessageId;
use precinto_client::subscribe::{Event, Retry, SubscribeOptions, Subscriber};
use precinto_client::{Connection, LogClient, Pin, Signed};
use precinto_merkle::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use precinto_tests::Node;
use tokio::task::JoinHandle;

/// What the outside world holds after the run.
#[derive(Default)]
pub(crate) struct Held {
    /// Receipt text by index.
    pub(crate) receipts: BTreeMap<u64, (MessageId, String)>,
    /// Root by size, from every signed checkpoint that left the gateway.
    pub(crate) roots: BTreeMap<u64, [u8; 32]>,
}

impl Held {
    /// Takes a receipt; two roots for one size or two entries at one index are the end.
    pub(crate) fn receipt(&mut self, index: u64, message: &Signed, proof: String, node: &Node) {
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

/// What the receiving desk has seen.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) indexes: BTreeSet<u64>,
    /// The durable floor that a gateway stated right after a restart, at most.
    pub(crate) floor: u64,
}

/// What the desk has seen, also after it has panicked.
pub(crate) fn look(seen: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a subscription over every restart, settling at every second delivery, and checks order as it goes.
pub(crate) async fn receive(node: &Node, pin: PathBuf, desk: Arc<Mutex<Desk>>) {
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
                assert!(
                    settled >= floor,
                    "the cursor stepped back from {floor} to {settled}"
                );
                (floor, last) = (settled, None);
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

/// Ends the desk, which never ends well by itself; what it found wrong fails the test.
pub(crate) async fn finish(desk: JoinHandle<()>) {
    desk.abort();
    match desk.await {
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        ended => assert!(ended.is_err(), "the desk stopped reading"),
    }
}

/// Everything that was acknowledged is there, byte for byte, and the subscriber saw all of it in order.
pub(crate) async fn check(
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
