//! A flash alert over a line that is far, while everybody else presses: ten senders, of which one would be enough, and a
//! subscriber that reads the whole log again and again. At any moment ten times as many messages wait as the gateway takes in hand.
//! Half of the senders use streams, which are held back; the others call, are refused, and come again as they are told.
//!
//! `PRECINTO_BENCH_SIZE=20` has a million entries caught up over.
//!
//! The sender is near the gateway; the desk is 80 ms of round trip away with 1 % loss (`proxy`), on a subscription that lets
//! through flash alerts only. The time is from handing the alert to the line until it is delivered and verified, whatever
//! the gateway asks to wait for in between. The same is measured before with nothing else going on: what the line alone takes.

use std::collections::BTreeMap;
use std::time::Duration;

use precinto_client::submit::submit;
use precinto_client::subscribe::{Event, Start, SubscribeOptions, Subscriber};
use precinto_client::{Connection, Pin, Signed};
use precinto_proto::v1 as pb;
use precinto_tests::{GatewayProcess, Node, Site};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, interval, sleep, timeout};

use super::proxy::{Kind, Proxy};
use super::reader::{self, Reader};
use super::{LETTERS, Sender, alerts, desk, pour, site};
use crate::measure::{percentile_ms, sized, spread};
use crate::{limit, say};

/// Those who press, each with a line of its own and 256 in flight: any one of them fills the gateway.
const SENDERS: u32 = 10;
/// What each of them sends before, which shows what the gateway sustains, and is the log that is caught up over.
const BEFORE_EACH: u32 = 5_000;
/// What each of them sends meanwhile, at most.
const MEANWHILE_EACH: u32 = 20_000;
/// Between two flash alerts.
const EVERY: Duration = Duration::from_millis(50);
/// Calls of one sender.
const CALLS_AT_ONCE: usize = 256;
/// Flash alerts on the quiet gateway.
const QUIET: u32 = 200;
/// Flash alerts that are ready for the time of load; it ends when the others have sent all.
const READY: u32 = 3_000;
/// The goal.
const P99_MS: f64 = 250.0;
/// Reaching it means that a flash alert is lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// When each flash alert was delivered, by its index.
type Delivered = mpsc::Receiver<(u64, Instant)>;

pub(super) async fn run() {
    let site = site(2, SENDERS);
    let gateway = site.start();
    let origin = Sender::first(&site, &gateway);
    let mut flashes = flashes(&origin).into_iter();
    let (before, meanwhile) = routine(&site, &gateway).await;
    let sustained = pour_all(before).await;
    let far = Proxy::start(gateway.address(), Kind::Far).await;
    let mut node = desk(&site, &gateway, 0);
    far.address().clone_into(&mut node.settings.gateway);
    let line = origin.node.connect().await;
    let (mut delivered, listening) = listen(&node).await;

    say(&format!(
        "flash, to a desk that is 80 ms and 1 % loss away, one every {} ms:",
        EVERY.as_millis()
    ));
    let quiet = flashes.by_ref().take(sized(QUIET) as usize).collect();
    let mut quiet = send(&line, quiet, || false, &mut delivered).await;
    say(&format!(
        "  with nothing else going on: {}",
        spread(&mut quiet)
    ));
    say(&format!(
        "  routine alerts: {sustained:.0} a second are sustained"
    ));

    let catching_up = tokio::spawn(catch_up(desk(&site, &gateway, 1).connect().await));
    let pressing = tokio::spawn(press(meanwhile));
    let mut pressed = send(
        &line,
        flashes.collect(),
        || pressing.is_finished(),
        &mut delivered,
    )
    .await;
    let (meanwhile, refused) = pressing.await.expect("the senders");
    assert!(
        !catching_up.is_finished(),
        "somebody catches up all the time"
    );
    catching_up.abort();
    say(&format!(
        "  meanwhile {meanwhile:.0} a second from {SENDERS} senders, {refused} refusals; submission to delivery: {}",
        spread(&mut pressed)
    ));
    let p99 = percentile_ms(&mut pressed, 99);
    limit("submission to delivery under load, p99, ms", p99, P99_MS);
    listening.abort();
    assert!(gateway.stop().success(), "a clean stop");
}

/// Flash alerts: as the routine ones, but for their precedence, and for the shipment without which nothing is urgent.
fn flashes(origin: &Sender) -> Vec<Signed> {
    let mut messages = origin.messages();
    let flash = |_| messages.alert_of(pb::Precedence::P1, LETTERS);
    (0..sized(QUIET) + READY).map(flash).collect()
}

/// The others' lines with what they send, before and meanwhile.
async fn routine(site: &Site, gateway: &GatewayProcess) -> (Vec<Pressing>, Vec<Pressing>) {
    // All is signed before anybody connects: who says nothing for 5 s is cut.
    let mut signed = Vec::new();
    for number in 0..SENDERS {
        let sender = Sender::numbered(site, gateway, number);
        let mut messages = sender.messages();
        let first = alerts(&mut messages, sized(BEFORE_EACH));
        let then = alerts(&mut messages, sized(MEANWHILE_EACH).min(MEANWHILE_EACH));
        signed.push((sender.node, first, then));
    }
    let (mut before, mut meanwhile) = (Vec::new(), Vec::new());
    for (node, first, then) in signed {
        let connection = node.connect().await;
        before.push((connection.clone(), first));
        meanwhile.push((connection, then));
    }
    (before, meanwhile)
}

type Pressing = (Connection, Vec<Signed>);

/// Everybody at once, as fast as the gateway takes it: how many a second.
async fn pour_all(all: Vec<Pressing>) -> f64 {
    let begun = Instant::now();
    let mut pouring = JoinSet::new();
    for (connection, work) in all {
        pouring.spawn(async move { pour(&[connection], work).await.accepted });
    }
    let accepted: usize = pouring.join_all().await.into_iter().sum();
    f64::from(u32::try_from(accepted).expect("few")) / begun.elapsed().as_secs_f64()
}

/// Everybody at once, every other one by calls: how many a second, and how many calls were refused and came again.
async fn press(all: Vec<Pressing>) -> (f64, usize) {
    let begun = Instant::now();
    let mut pressing = JoinSet::new();
    for (number, (connection, work)) in all.into_iter().enumerate() {
        pressing.spawn(async move {
            let count = work.len();
            let refused = if number.is_multiple_of(2) {
                pour(&[connection], work).await.refused
            } else {
                call(&connection, work).await
            };
            (count, refused)
        });
    }
    let (mut accepted, mut refusals) = (0, 0);
    for (count, refused) in pressing.join_all().await {
        accepted += count;
        refusals += refused;
    }
    let accepted = f64::from(u32::try_from(accepted).expect("few"));
    (accepted / begun.elapsed().as_secs_f64(), refusals)
}

/// Calls for every message, so many at once, until each is accepted: how many were refused in between.
async fn call(connection: &Connection, work: Vec<Signed>) -> usize {
    let mut calls = JoinSet::new();
    let mut refusals = 0;
    for message in work {
        if calls.len() >= CALLS_AT_ONCE {
            refusals += calls.join_next().await.expect("one").expect("the call");
        }
        let line = connection.clone();
        calls.spawn(async move { accepted(&line, &message).await.1 });
    }
    refusals + calls.join_all().await.into_iter().sum::<usize>()
}

/// The desk's own subscriber, which verifies everything; it is live when this returns.
async fn listen(node: &Node) -> (Delivered, JoinHandle<()>) {
    let filter = pb::Filter {
        at_least: pb::Precedence::P1.into(),
        ..Default::default()
    };
    let options = SubscribeOptions {
        start: Start::Now,
        filter,
        ..SubscribeOptions::named("flash")
    };
    let (settings, clock) = (node.settings.clone(), node.clock.clone());
    let mut desk = Subscriber::new(settings, clock, options, Pin::memory());
    while !matches!(desk.next().await, Ok(Event::CaughtUp { .. })) {}
    let (tell, told) = mpsc::channel((sized(QUIET) + READY) as usize);
    let listening = tokio::spawn(async move {
        loop {
            match desk.next().await.expect("the subscription goes on") {
                Event::Delivery(delivery) => {
                    let now = Instant::now();
                    desk.ack(delivery.index).await.expect("the line holds");
                    tell.send((delivery.index, now))
                        .await
                        .expect("somebody counts");
                }
                // Nobody acknowledges here.
                Event::Overdue(overdue) => desk.ack(overdue.index).await.expect("the line holds"),
                Event::Disconnected { detail, .. } => panic!("the line broke: {detail}"),
                Event::Unbelievable(what) => panic!("unbelievable: {what:?}"),
                Event::Connected { .. } | Event::CaughtUp { .. } | Event::Heartbeat { .. } => {}
            }
        }
    });
    (told, listening)
}

/// Sends one flash alert after the other until there is enough: how long each took to be delivered.
async fn send(
    line: &Connection,
    flashes: Vec<Signed>,
    is_enough: impl Fn() -> bool,
    delivered: &mut Delivered,
) -> Vec<Duration> {
    let mut tick = interval(EVERY);
    let mut sending = JoinSet::new();
    for flash in flashes {
        tick.tick().await;
        if is_enough() {
            break;
        }
        let line = line.clone();
        sending.spawn(async move {
            let begun = Instant::now();
            (accepted(&line, &flash).await.0, begun)
        });
    }
    let mut begun: BTreeMap<u64, Instant> = sending.join_all().await.into_iter().collect();
    let mut took = Vec::new();
    while !begun.is_empty() {
        let next = timeout(PATIENCE, delivered.recv()).await;
        let (index, at) = next.expect("in time").expect("the desk listens");
        let begun = begun.remove(&index).expect("delivered once, and sent");
        took.push(at.saturating_duration_since(begun));
    }
    took
}

/// Its index, however often the gateway asks to come again, and how often it has.
async fn accepted(line: &Connection, message: &Signed) -> (u64, usize) {
    let mut refusals = 0;
    loop {
        match submit(line, message).await {
            Ok(accepted) => return (accepted.index, refusals),
            Err(error) if error.is_transient() => {
                refusals += 1;
                sleep(error.retry_after().unwrap_or_default()).await;
            }
            Err(error) => panic!("an alert is refused: {error:?}"),
        }
    }
}

/// Reads the whole log, again and again.
async fn catch_up(connection: Connection) {
    for round in 0.. {
        let name = format!("catch-up-{round}");
        reader::create(&connection, &name, pb::StartPosition::First).await;
        Reader::open(&connection, &name).await.caught_up().await;
        // A node may have so many.
        reader::delete(&connection, &name).await;
    }
}
