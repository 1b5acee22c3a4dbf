//! Power loss in the midst of a load: thousands of messages on their way, and thousands of states that the disk may be left in.
//!
//! 2,000 states by default; `PRECINTO_CRASH_STATES=100000 cargo test --release -p precinto-tests --test faults power_loss` for more.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use precinto_client::pipeline;
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::pem;
use precinto_ledger::clock::SystemClock;
use precinto_ledger::storage::{FaultyMemory, Survival};
use precinto_ledger::{BatchLimits, Ledger, testing};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::note::{NoteSigner, NoteVerifier};
use precinto_merkle::receipt::Receipt;
use precinto_tests::{GatewayProcess, Messages, Node, Site, now_ms, precinto};

use super::recording::{self, Recording};
use super::replay::{Before, Replay};
use super::{Received, milliseconds};
use crate::injected::has_strace;

/// Messages.
const MESSAGES: usize = 2_000;
/// Unanswered ones at any time: with so few, a batch is small and there are hundreds of them.
const WINDOW: usize = 8;
/// Receipts that are looked for, byte for byte, in each state; the checkpoint of the newest one vouches for all.
const LOOKED_FOR: usize = 6;

/// The log's key: as often as it is asked for.
struct Key {
    name: String,
    pkcs8: Vec<u8>,
}

impl Key {
    fn of(site: &Path) -> Self {
        let key = std::fs::read(site.join("gateway/log.key.pem")).expect("the log's key");
        let vkey = std::fs::read_to_string(site.join("data/log.vkey")).expect("the verifier key");
        Self {
            name: vkey.split('+').next().expect("a name").to_owned(),
            pkcs8: pem::private_key(&key).expect("PEM"),
        }
    }

    fn signer(&self) -> NoteSigner {
        let key = SigningKey::from_pkcs8_der(&self.pkcs8).expect("a key");
        NoteSigner::new(&self.name, key).expect("a log's name")
    }
}

/// What the outside world holds at some moment.
struct Due<'a> {
    receipts: &'a [Received],
    /// The checkpoint of each, by its size.
    roots: &'a BTreeMap<u64, [u8; 32]>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_state_of_the_disk_lacks_what_was_answered_for_under_load() {
    if !has_strace("power loss") {
        return;
    }
    let wanted = std::env::var("PRECINTO_CRASH_STATES");
    let wanted: usize = wanted.ok().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    let site = Site::new();
    let before = Before::of(&site.data());
    let trace = site.path().join("trace");
    let strace = recording::strace(&trace);
    let gateway = GatewayProcess::start_under(strace, precinto(), &site.config());
    let node = site.node("us-cbp-lax", &gateway);
    let mut received = submit_pipelined(&node).await;
    assert!(gateway.stop().success(), "a clean stop");
    received.sort_by_key(|receipt| receipt.at_ms);

    let text = std::fs::read_to_string(&trace).expect("the recording");
    let recording = Recording::parse(&text, &site.data());
    let replay = Replay::of(&before, &recording, &site.data());
    // The send that carried a receipt is the last one before the client held it, or an earlier one.
    let sends = recording.sends();
    let left: Vec<f64> = received
        .iter()
        .map(|receipt| {
            let held = milliseconds(receipt.at_ms + 1);
            let until = sends.partition_point(|at| *at <= held);
            *sends
                .get(until.wrapping_sub(1))
                .expect("a send before the receipt")
        })
        .collect();
    let roots = received
        .iter()
        .map(|receipt| root_of(receipt, &node.settings.log));
    let roots: BTreeMap<u64, [u8; 32]> = roots.collect();
    let states = open_all(&replay, &Key::of(site.path()), wanted, |at| {
        let due = left.partition_point(|left| *left <= at);
        Due {
            receipts: &received[..due],
            roots: &roots,
        }
    });
    writeln!(std::io::stderr(), "{states} states of the disk opened").expect("stderr");
    assert!(states >= wanted, "only {states} states");
}

/// Opens the log at each change, with nothing of what was not synced and with pieces of it by seeds, so often that there are as
/// many states as wanted.
fn open_all<'a>(replay: &Replay, key: &Key, wanted: usize, due: impl Fn(f64) -> Due<'a>) -> usize {
    let changes = replay.disk.changes() - replay.first;
    let each = wanted.div_ceil(changes).max(2);
    let survivals = |change: usize| {
        let seeds = (1..each).map(move |nth| Survival::Torn((change * each + nth) as u64));
        // What is kept whole is what the next sync makes sure of: once in a while is enough.
        let kept = change.is_multiple_of(8).then_some(Survival::Kept);
        std::iter::once(Survival::Discarded)
            .chain(seeds)
            .chain(kept)
    };
    let mut states = 0;
    for change in replay.first..=replay.disk.changes() {
        // What had happened when this change was made, and not the next one.
        let after = replay
            .times
            .partition_point(|(changes, _)| *changes <= change);
        let at = after
            .checked_sub(1)
            .map_or(0.0, |last| replay.times[last].1);
        for survival in survivals(change) {
            let disk = replay.disk.crash(change, survival);
            let what = format!("after {change} changes, {survival:?}");
            open(disk, key, &due(at), &what);
            states += 1;
        }
    }
    states
}

/// Opens one state by the ordinary recovery, and looks for what is due.
fn open(disk: FaultyMemory, key: &Key, due: &Due<'_>, what: &str) {
    let (limits, clock) = (BatchLimits::default(), Arc::new(SystemClock));
    let fatal = || panic!("the log cannot go on");
    let opened = testing::open_on(Arc::new(disk), key.signer(), limits, clock, fatal);
    let count = due.receipts.len();
    let (ledger, owner) = opened
        .unwrap_or_else(|e| panic!("{what}: {count} receipts, and the log does not open: {e}"));
    let size = ledger.published().borrow().size;
    for (tree_size, root) in due.roots.range(..=size).rev().take(LOOKED_FOR) {
        assert_eq!(
            ledger.root(*tree_size),
            Some(*root),
            "{what}: two roots for {tree_size}"
        );
    }
    let newest = due.receipts.iter().map(|receipt| receipt.index).max();
    assert!(
        newest.is_none_or(|newest| newest < size),
        "{what}: entry {newest:?} of {size} is gone"
    );
    // The newest, the oldest, and some between.
    let step = (count / LOOKED_FOR).max(1);
    let some = due
        .receipts
        .iter()
        .rev()
        .step_by(step)
        .chain(due.receipts.first());
    for receipt in some {
        compare(&ledger, receipt, what);
    }
    owner.stop().expect("stops");
}

fn compare(ledger: &Ledger, receipt: &Received, what: &str) {
    let found = ledger.receipt(receipt.index);
    let found =
        found.unwrap_or_else(|e| panic!("{what}: acknowledged entry {}: {e}", receipt.index));
    assert_eq!(
        found.receipt.to_text(),
        receipt.proof,
        "{what}: entry {} changed",
        receipt.index
    );
}

/// Size and root of a receipt's checkpoint.
fn root_of(receipt: &Received, log: &NoteVerifier) -> (u64, [u8; 32]) {
    let parsed = Receipt::parse(&receipt.proof).expect("a receipt");
    let signed = SignedCheckpoint::verify(parsed.checkpoint_note.as_bytes(), log).expect("signed");
    (signed.checkpoint().size, signed.checkpoint().root)
}

/// Submits over one stream and notes when each receipt was held.
async fn submit_pipelined(node: &Node) -> Vec<Received> {
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let work: Vec<_> = (0..MESSAGES).map(|_| messages.notice()).collect();
    let (mut sender, mut answers) = pipeline::open(&connection, WINDOW).await.expect("a stream");
    let send = async move {
        for message in work {
            sender.send(message).await.expect("the stream lives");
        }
    };
    let receive = async {
        let mut received = Vec::new();
        while let Some(answer) = answers.next().await {
            let accepted = answer.outcome.expect("accepted");
            received.push(Received {
                index: accepted.index,
                proof: accepted.receipt.proof,
                at_ms: now_ms(),
            });
        }
        received
    };
    let ((), received) = tokio::join!(send, receive);
    assert_eq!(received.len(), MESSAGES);
    received
}
