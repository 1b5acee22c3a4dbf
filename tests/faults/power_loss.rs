//! Power loss, reconstructed: the page cache survives a kill, so the gateway's own system calls are recorded and replayed
//! up to each one without whatever had not been synced. Every receipt that had left the socket by then must be there.

pub(crate) mod recording;
pub(crate) mod replay;
mod states;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use precinto_client::submit::submit;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::pem;
use precinto_ledger::clock::SystemClock;
use precinto_ledger::{BatchLimits, Ledger, Options};
use precinto_merkle::note::NoteSigner;
use precinto_tests::{GatewayProcess, Messages, Node, Site, now_ms, precinto};

use recording::{Event, Image, Recording};

/// Submissions, one after the other, so that it is known which send carried which receipt.
const SUBMISSIONS: usize = 24;

/// A receipt, and when the client held it.
struct Received {
    index: u64,
    proof: String,
    at_ms: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_that_left_is_on_the_disk() {
    if Command::new("strace").arg("-V").output().is_err() {
        precinto_tests::skipped("strace is not here: power loss cannot be replayed");
        return;
    }
    let site = Site::new();
    let trace = site.path().join("trace");
    let gateway =
        GatewayProcess::start_under(recording::strace(&trace), precinto(), &site.config());
    let received = submit_in_turn(&site.node("us-cbp-lax", &gateway)).await;
    assert!(gateway.stop().success(), "a clean stop");

    let text = std::fs::read_to_string(&trace).expect("the recording");
    let recording = Recording::parse(&text, &site.data());
    let sends: Vec<f64> = recording.sends();
    assert!(
        recording.syncs() >= SUBMISSIONS,
        "a batch without a sync, or nothing recorded"
    );
    // The send that carried a receipt is the last one before the client held it.
    let left: Vec<f64> = received
        .iter()
        .map(|r| {
            let held = milliseconds(r.at_ms + 1);
            sends
                .iter()
                .copied()
                .rfind(|at| *at <= held)
                .expect("a send before the receipt")
        })
        .collect();
    let mut image = Image::default();
    let mut opened = 0;
    for event in recording.events() {
        image.apply(event);
        if matches!(event, Event::Other { .. }) {
            continue;
        }
        let due = left.iter().filter(|at| **at <= event.at()).count();
        let due = received.get(..due).expect("as many receipts as sends");
        for keep_unsynced in [false, true] {
            if image.has_journal(keep_unsynced) {
                open(&site, &image, keep_unsynced, due);
                opened += 1;
            } else {
                assert!(due.is_empty(), "receipts without a journal");
            }
        }
    }
    assert!(opened > 2 * SUBMISSIONS, "only {opened} images");
}

/// Submits one message after the other and notes when each receipt was held.
async fn submit_in_turn(node: &Node) -> Vec<Received> {
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let mut received = Vec::new();
    for _ in 0..SUBMISSIONS {
        let accepted = submit(&connection, &messages.alert(500))
            .await
            .expect("accepted");
        received.push(Received {
            index: accepted.index,
            proof: accepted.receipt.proof,
            at_ms: now_ms(),
        });
    }
    received
}

/// Opens what a power loss would have left, by the ordinary recovery, and looks for every receipt due.
fn open(site: &Site, image: &Image, keep_unsynced: bool, due: &[Received]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    image.write(folder.path(), keep_unsynced);
    let (ledger, owner) = Ledger::open(
        Options {
            dir: folder.path().to_owned(),
            signer: log_signer(site.path()),
            limits: BatchLimits::default(),
        },
        Arc::new(SystemClock),
    )
    .unwrap_or_else(|e| panic!("after {} receipts the log does not open: {e}", due.len()));
    for receipt in due {
        let found = ledger
            .receipt(receipt.index)
            .expect("an acknowledged entry is there");
        assert_eq!(
            found.receipt.to_text(),
            receipt.proof,
            "entry {} changed",
            receipt.index
        );
    }
    owner.stop().expect("stops");
}

/// The log's key, from the site's files.
fn log_signer(site: &Path) -> NoteSigner {
    let key = std::fs::read(site.join("gateway/log.key.pem")).expect("the log's key");
    let key = SigningKey::from_pkcs8_der(&pem::private_key(&key).expect("PEM")).expect("a key");
    let vkey = std::fs::read_to_string(site.join("data/log.vkey")).expect("the verifier key");
    let name = vkey.split('+').next().expect("a name");
    NoteSigner::new(name, key).expect("a log's name")
}

/// Milliseconds as strace writes time: seconds with a fraction.
fn milliseconds(ms: u64) -> f64 {
    std::time::Duration::from_millis(ms).as_secs_f64()
}
