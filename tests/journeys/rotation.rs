//! Certificates, roots and revocation lists change while the gateway runs: who is welcome notices nothing, and who is not is gone.
//!
//! The gateway says in the log what it has done, before it does it; so these stories wait for its acts and not for the clock.

mod acts;
mod bad_files;
mod revoked;

use std::collections::BTreeSet;
use std::time::Duration;

use precinto_client::Pin;
use precinto_client::pipeline;
use precinto_client::submit::submit;
use precinto_client::subscribe::{Event, SubscribeError, SubscribeOptions, Subscriber};
use precinto_envelope::crypto::sha256;
use precinto_envelope::pem;
use precinto_proto::v1 as pb;
use precinto_tests::{GatewayProcess, Messages, Node, Site, audit, replace, run};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use acts::Acts;

const ANAM: &str = "mx.dev.invalid/anam";
const LAX: &str = "us-cbp-lax";
const DEA: &str = "us-dea-hq";
const MEX: &str = "mx-anam-mex";

/// Long enough for a slow machine; reaching it means that something is lost.
const PATIENCE: Duration = Duration::from_mins(1);

/// What comes out of this within our patience.
fn within<T>(work: impl Future<Output = T>) -> impl Future<Output = T> {
    let work = Box::pin(work);
    async {
        let done = tokio::time::timeout(PATIENCE, work).await;
        done.expect("something is lost")
    }
}

/// Two nodes that send until they are told to stop: one message after the other, and eight at once in one stream. Neither opens
/// a second line.
struct Load {
    stop: watch::Sender<bool>,
    senders: [JoinHandle<Vec<u64>>; 2],
}

impl Load {
    fn begin(site: &Site, gateway: &GatewayProcess) -> Self {
        let stop = watch::Sender::new(false);
        let (lax, dea) = (site.node(LAX, gateway), site.node(DEA, gateway));
        let senders = [
            tokio::spawn(one_by_one(lax, stop.subscribe())),
            tokio::spawn(in_one_stream(dea, stop.subscribe())),
        ];
        Self { stop, senders }
    }

    /// What was accepted, by index. Every message was.
    async fn end(self) -> BTreeSet<u64> {
        self.stop.send_replace(true);
        let mut accepted = BTreeSet::new();
        for sender in self.senders {
            accepted.extend(within(sender).await.expect("the sender"));
        }
        accepted
    }
}

async fn one_by_one(node: Node, stop: watch::Receiver<bool>) -> Vec<u64> {
    let mut messages = Messages::new(&node.author, "US-CBPLAX", ANAM);
    let line = node.connect().await;
    let mut accepted = Vec::new();
    while !*stop.borrow() {
        let answer = within(submit(&line, &messages.notice())).await;
        accepted.push(answer.expect("its line goes on").index);
    }
    accepted
}

async fn in_one_stream(node: Node, stop: watch::Receiver<bool>) -> Vec<u64> {
    let mut messages = Messages::new(&node.author, "US-DEAHQ", ANAM);
    let line = node.connect().await;
    let (mut sender, mut answers) = pipeline::open(&line, 8).await.expect("a stream");
    let (mut accepted, mut sent) = (Vec::new(), 0);
    while !*stop.borrow() || accepted.len() < sent {
        if sent < accepted.len() + 8 && !*stop.borrow() {
            sender
                .send(messages.notice())
                .await
                .expect("its stream goes on");
            sent += 1;
            continue;
        }
        let answer = within(answers.next()).await.expect("its stream goes on");
        accepted.push(answer.outcome.expect("accepted").index);
    }
    accepted
}

/// A subscriber on a task of its own: settles whatever comes until it has all of what it is told of, or another one takes over.
struct Desk {
    wanted: watch::Sender<Option<u64>>,
    reading: JoinHandle<BTreeSet<u64>>,
}

impl Desk {
    fn begin(node: &Node) -> Self {
        let options = SubscribeOptions::named("desk");
        let (settings, clock) = (node.settings.clone(), node.clock.clone());
        let subscriber = Subscriber::new(settings, clock, options, Pin::memory());
        let (wanted, wants) = watch::channel(None);
        Self {
            wanted,
            reading: tokio::spawn(read(subscriber, wants)),
        }
    }

    /// What it has settled, up to this entry at least.
    async fn end(self, last: u64) -> BTreeSet<u64> {
        self.wanted.send_replace(Some(last));
        within(self.reading).await.expect("the subscriber")
    }
}

async fn read(mut desk: Subscriber, mut wanted: watch::Receiver<Option<u64>>) -> BTreeSet<u64> {
    let mut settled = BTreeSet::new();
    loop {
        let has_all = |last: &Option<u64>| last.is_some_and(|last| settled.contains(&last));
        if has_all(&wanted.borrow()) {
            return settled;
        }
        let event = tokio::select! {
            event = desk.next() => event,
            _ = wanted.changed() => continue,
        };
        match event {
            Ok(Event::Delivery(delivery)) => {
                if desk.ack(delivery.index).await.is_ok() {
                    settled.insert(delivery.index);
                }
            }
            Ok(Event::Disconnected { detail, .. }) => panic!("its line was cut: {detail}"),
            Ok(Event::Unbelievable(what)) => panic!("unbelievable: {what:?}"),
            Ok(_) => {}
            Err(SubscribeError::Closed(pb::ClosingReason::Superseded)) => return settled,
            Err(error) => panic!("{error}"),
        }
    }
}

/// SHA-256 of the certificate in a file of the site.
fn digest(site: &Site, file: &str) -> Vec<u8> {
    let text = std::fs::read(site.path().join(file)).expect("a file");
    let chain = pem::certificates(&text).expect("a certificate");
    sha256(&[&chain[0]]).to_vec()
}

fn count(refs: &[pb::TrustRef], kind: pb::TrustKind) -> usize {
    refs.iter().filter(|one| one.kind() == kind).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_roots_and_lists_are_rotated_under_load_and_no_message_is_lost() {
    use pb::{ActKind as A, TrustKind as T};
    let site = Site::with_authorities();
    let gateway = site.start();
    let (mut us, mut mx) = (site.authority("us"), site.authority("mx"));
    let watcher = site.node(DEA, &gateway).connect().await;
    let mut acts = Acts::from_now(&watcher).await;
    let load = Load::begin(&site, &gateway);
    let old_mex = site.node(MEX, &gateway);
    let first_desk = Desk::begin(&old_mex);

    // A revocation list takes its predecessor's place.
    us.publish();
    gateway.reload();
    let act = acts.next(A::TrustChanged).await;
    assert_eq!((act.via(), act.added.len()), (pb::ActVia::Signal, 1));
    assert_eq!(count(&act.added, T::RevocationList), 1);
    assert_eq!(count(&act.removed, T::RevocationList), 1);
    assert!(act.actor.ends_with("/gateway/gw1"), "{}", act.actor);

    // The gateway's own certificates, without a signal.
    let names = ["us.gw.dev.invalid", "mx.gw.dev.invalid"];
    us.renew_gateway();
    mx.renew_gateway();
    let mut shown = BTreeSet::new();
    while shown.len() < names.len() {
        let act = acts.next(A::CredentialChanged).await;
        assert_eq!(act.via(), pb::ActVia::Files);
        shown.insert((act.subject, act.certificate));
    }
    let sides = ["us", "mx"].map(|side| digest(&site, &format!("gateway/{side}.tls.pem")));
    let expected = names.map(str::to_owned).into_iter().zip(sides);
    assert_eq!(shown, expected.collect());
    site.node(LAX, &gateway).connect().await;

    // A second root of Mexico beside the first; what it has issued takes over, while what the first has issued still counts.
    mx.add_root();
    gateway.reload();
    let act = acts.next(A::TrustChanged).await;
    assert_eq!(count(&act.added, T::Root), 1, "{act:?}");
    assert_eq!(count(&act.removed, T::Root), 0, "{act:?}");
    mx.renew_gateway();
    mx.renew_tls("anam/mex");
    gateway.reload();
    assert_eq!(acts.next(A::CredentialChanged).await.subject, names[1]);
    let second_desk = Desk::begin(&site.node(MEX, &gateway));
    let mut settled = within(first_desk.reading).await.expect("superseded");
    assert!(!settled.is_empty());

    // The first root goes, and with it whatever still rests on it.
    mx.retire_root();
    gateway.reload();
    let act = acts.next(A::TrustChanged).await;
    assert_eq!(count(&act.removed, T::Root), 1, "{act:?}");
    let refused = precinto_client::Connection::open(&old_mex.settings, &old_mex.clock).await;
    assert!(refused.is_err(), "its authority does not count any more");

    let accepted = load.end().await;
    let last = *accepted.last().expect("something was sent");
    settled.extend(second_desk.end(last).await);
    let lost: Vec<_> = accepted.difference(&settled).collect();
    assert!(lost.is_empty(), "not delivered: {lost:?}");
    assert_eq!(settled, accepted);

    // What has changed stays so, however often it starts.
    drop(watcher);
    assert!(gateway.stop().success());
    let gateway = site.start();
    site.node(MEX, &gateway).connect().await;
    assert!(gateway.stop().success());
    audit(&site);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_an_older_list_is_refused() {
    let site = Site::with_authorities();
    let gateway = site.start();
    let mut mx = site.authority("mx");
    let older = std::fs::read_to_string(mx.list_file()).expect("a list");
    let lax = site.node(LAX, &gateway).connect().await;
    let mut acts = Acts::from_now(&lax).await;
    mx.revoke("mx/cofepris/hq.tls");
    mx.publish();
    gateway.reload();
    acts.next(pb::ActKind::TrustChanged).await;
    let newer = std::fs::read_to_string(mx.list_file()).expect("a list");
    assert!(gateway.stop().success());

    replace(&mx.list_file(), &older);
    let config = site.config();
    // Were it to start, the end of its stdin would end it at once, and well.
    let line = ["gateway", "run", "--exit-with-stdin", "--config"].map(AsRef::as_ref);
    let started = run(&[&line[..], &[config.as_os_str()]].concat());
    let said = String::from_utf8_lossy(&started.stderr).into_owned();
    assert!(!started.status.success(), "{said}");
    assert!(said.contains("mx.dev.invalid"), "{said}");

    replace(&mx.list_file(), &newer);
    let gateway = site.start();
    let lax = site.node(LAX, &gateway);
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", ANAM);
    let accepted = submit(&lax.connect().await, &messages.notice()).await;
    accepted.expect("accepted");
    assert!(gateway.stop().success());
    audit(&site);
}
