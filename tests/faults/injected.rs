//! Faults that strace injects into the unmodified binary: killed at the Nth call of a kind, or that call fails. Whatever the
//! gateway does then, nothing that it has answered for is lost, and no cursor steps back.
//!
//! 20 faults by default; `PRECINTO_FAULTS=1000 cargo test -p precinto-tests --test faults injected` for more. The gateway never
//! calls `ftruncate`, so there is nothing to let fail.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use precinto_client::submit::{Accepted, SubmitError, submit};
use precinto_client::{Connection, Signed};
use precinto_tests::{GatewayProcess, Messages, Node, Site, audit};
use tokio::time::{Instant, sleep};

use crate::outside::{Desk, Held, check, finish, receive};

/// Submissions in flight.
const SENDERS: usize = 4;
/// Messages that each sender has to send during one fault, at most.
const BURST: usize = 400;
/// Longest wait for the call that is to fail: a checkpoint is written once a second, a cursor five times.
const REACHED_WITHIN: Duration = Duration::from_secs(6);
/// How long a gateway that goes on after a fault is pressed further.
const AFTERMATH: Duration = Duration::from_millis(300);
/// From an answer to the next message, so that the load lasts until a fault is met.
const PACE: Duration = Duration::from_millis(10);
/// Faults that one log lives through.
const PER_SITE: usize = 20;

/// What happens at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Killed,
    Fails(&'static str),
}

/// One fault.
#[derive(Debug, Clone, Copy)]
struct Fault {
    call: &'static str,
    effect: Effect,
    /// Which call of this kind, counted from 1 for each thread.
    when: usize,
}

/// The calls by which data reaches the disk, and how many of each one thread is sure to make while it is pressed.
const CALLS: [(&str, usize); 6] = [
    ("pwrite64", 31),
    ("fdatasync", 29),
    ("fsync", 7),
    ("rename", 5),
    ("openat", 37),
    ("write", 199), // to wake another thread, and to say something: a kill here is one at any moment
];

impl Fault {
    /// Fault number `i` of an endless list, in which every kind of fault comes in turn at another call.
    fn number(i: usize) -> Self {
        let effects = [
            Effect::Killed,
            Effect::Fails("EIO"),
            Effect::Fails("ENOSPC"),
        ];
        let all = CALLS
            .iter()
            .flat_map(|call| effects.map(|effect| (call, effect)));
        let kinds: Vec<_> = all
            .filter(|((call, _), effect)| *call != "write" || *effect == Effect::Killed)
            .collect();
        let ((call, calls), effect) = kinds[i % kinds.len()];
        Self {
            call,
            effect,
            when: 1 + (i * 11 + i / kinds.len()) % calls,
        }
    }

    /// strace, which injects it and records the calls of this kind in `trace`.
    fn strace(self, trace: &Path) -> Command {
        let Self { call, effect, when } = self;
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", &format!("trace={call}")]);
        let effect = match effect {
            Effect::Killed => "signal=KILL".to_owned(),
            Effect::Fails(error) => {
                // At the stops of seccomp the kernel takes no signal.
                strace.arg("--seccomp-bpf");
                format!("error={error}")
            }
        };
        strace.args(["-e", &format!("inject={call}:{effect}:when={when}")]);
        strace.arg("-o").arg(trace);
        strace
    }
}

/// Whether the recording shows that the fault has happened.
fn has_happened(trace: &Path) -> bool {
    let text = std::fs::read(trace).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.contains("(INJECTED)") || text.contains("killed by SIGKILL")
}

/// Whether strace is here; if not, it is said that `what` cannot be played.
pub(crate) fn has_strace(what: &str) -> bool {
    let is_here = Command::new("strace").arg("-V").output().is_ok();
    if !is_here {
        precinto_tests::skipped(&format!("strace is not here: {what} cannot be played"));
    }
    is_here
}

/// Submits until nothing is left or the gateway does not answer any more; what is not answered stays.
pub(crate) async fn send(
    node: Arc<Node>,
    connection: Connection,
    mut work: Vec<Signed>,
    held: Arc<Mutex<Held>>,
) -> Vec<Signed> {
    let mut unanswered = 0;
    while let Some(message) = work.last() {
        match submit(&connection, message).await {
            Ok(accepted) => {
                let message = work.pop().expect("just seen");
                hold(&held, accepted, &message, &node);
                sleep(PACE).await;
            }
            // A gateway that lives on after the fault may be unable to read or write just once.
            Err(SubmitError::Lost(_)) if unanswered < 5 => unanswered += 1,
            Err(SubmitError::Lost(_)) => break,
            Err(other) => panic!("an answer of a gateway whose disk fails: {other}"),
        }
    }
    work
}

/// Takes a receipt among those that are held.
fn hold(held: &Mutex<Held>, accepted: Accepted, message: &Signed, node: &Node) {
    let mut held = held.lock().expect("no panic in a sender");
    held.receipt(accepted.index, message, accepted.receipt.proof, node);
}

/// A log, who writes to it, and who reads it over all of its lives.
struct World {
    site: Site,
    sender: Arc<Node>,
    held: Arc<Mutex<Held>>,
    work: Vec<Vec<Signed>>,
    sequence: usize,
}

impl World {
    fn trace(&self) -> PathBuf {
        self.site.path().join(format!("trace-{}", self.sequence))
    }

    /// Presses a gateway that the fault awaits; tells whether it was met, and how the gateway took it.
    async fn live_through(&mut self, fault: Fault, messages: &mut Messages<'_>) -> Option<String> {
        self.sequence += 1;
        let trace = self.trace();
        for queue in &mut self.work {
            let missing = BURST.saturating_sub(queue.len());
            queue.extend((0..missing).map(|_| messages.notice()));
        }
        let mut gateway = match self.site.start_under(fault.strace(&trace)) {
            Ok(gateway) => gateway,
            Err(end) => {
                assert!(has_happened(&trace), "it does not start: {end}");
                return Some(format!("did not start: {end}"));
            }
        };
        // A gateway that is killed right after its first word lets nobody in.
        let connected = Connection::open(&self.sender.settings, &self.sender.clock).await;
        let (ended, met) = match connected {
            Ok(connection) => self.press(&mut gateway, connection, &trace).await,
            Err(_) => (gateway.has_ended(), has_happened(&trace)),
        };
        gateway.kill();
        let must_end = fault.effect == Effect::Killed || fault.call == "fdatasync";
        assert!(ended || !met || !must_end, "{fault:?}: it went on");
        let how = if ended { "ended" } else { "went on" };
        met.then(|| how.to_owned())
    }

    /// Presses the gateway until the fault is met; tells whether that has ended it, and whether it was met.
    async fn press(
        &mut self,
        gateway: &mut GatewayProcess,
        connection: Connection,
        trace: &Path,
    ) -> (bool, bool) {
        let queues = std::mem::take(&mut self.work);
        let tasks: Vec<_> = queues
            .into_iter()
            .map(|queue| {
                let (node, held) = (Arc::clone(&self.sender), Arc::clone(&self.held));
                tokio::spawn(send(node, connection.clone(), queue, held))
            })
            .collect();
        let end = Instant::now() + REACHED_WITHIN;
        while !gateway.has_ended() && !has_happened(trace) && Instant::now() < end {
            sleep(Duration::from_millis(20)).await; // polls a condition of another process
        }
        sleep(AFTERMATH).await;
        // Before our own kill, which the recording shows as well.
        let how = (gateway.has_ended(), has_happened(trace));
        // Those who still send are cut off.
        gateway.kill();
        for task in tasks {
            self.work.push(task.await.expect("a sender"));
        }
        how
    }

    /// An ordinary start: it holds what it has answered for, and what it wrote is audited.
    async fn recover(&self, known: &mut BTreeSet<u64>) {
        let gateway = self.site.start();
        let connection = self.sender.connect().await;
        let log = precinto_client::LogClient::new(&connection);
        let fresh: Vec<_> = {
            let held = self.held.lock().expect("no panic in a sender");
            let fresh = held
                .receipts
                .iter()
                .filter(|(index, _)| !known.contains(index));
            fresh
                .map(|(index, receipt)| (*index, receipt.clone()))
                .collect()
        };
        for (index, (id, proof)) in fresh {
            let again = log.receipt_of(id).await.expect("acknowledged, so there");
            assert_eq!(again.receipt.proof, proof, "the receipt of {index} changed");
            known.insert(index);
        }
        drop(connection);
        assert!(gateway.stop().success());
        audit(&self.site);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_a_kill_or_a_failure_at_the_nth_call() {
    if !has_strace("a kill at the Nth call") {
        return;
    }
    let wanted = std::env::var("PRECINTO_FAULTS");
    let wanted: usize = wanted.ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let (mut met, mut tried) = (0, 0);
    // Where the Nth call never comes, nobody has met that fault: another one takes its place, at most one for each.
    while met < wanted && tried < 2 * wanted {
        let faults = tried..(tried + PER_SITE).min(tried + wanted - met);
        tried = faults.end;
        met += one_log(faults.map(Fault::number)).await;
    }
    writeln!(std::io::stderr(), "{met} faults were met of {tried} tried").expect("stderr");
    assert!(met >= wanted, "{met} of {wanted} faults were met");
}

/// One log and all that it lives through; how many of the faults were met.
async fn one_log(faults: impl Iterator<Item = Fault>) -> usize {
    let site = Site::new();
    let gateway = site.start();
    let sender = Arc::new(site.node("us-cbp-lax", &gateway));
    let receiver = Arc::new(site.node("mx-anam-mex", &gateway));
    assert!(gateway.stop().success());
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
    let mut world = World {
        site,
        sender: Arc::clone(&sender),
        held: Arc::default(),
        work: vec![Vec::new(); SENDERS],
        sequence: 0,
    };
    let (mut met, mut known) = (0, BTreeSet::new());
    for fault in faults {
        let how = world.live_through(fault, &mut messages).await;
        met += usize::from(how.is_some());
        let how = how.as_deref().unwrap_or("not met");
        writeln!(std::io::stderr(), "{fault:?}: {how}").expect("stderr");
        if desk.is_finished() {
            break; // it has found something wrong, which `finish` tells
        }
        world.recover(&mut known).await;
    }
    let gateway = world.site.start();
    let connection = sender.connect().await;
    for queue in std::mem::take(&mut world.work) {
        let few = queue.into_iter().rev().take(5).collect();
        let left = send(
            Arc::clone(&sender),
            connection.clone(),
            few,
            Arc::clone(&world.held),
        )
        .await;
        assert!(left.is_empty(), "the gateway did not answer");
    }
    check(&sender, &world.held, &seen, connection, &desk).await;
    finish(desk).await;
    assert!(gateway.stop().success());
    audit(&world.site);
    met
}
