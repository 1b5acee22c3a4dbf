//! How soon a delivery comes: from the sender's verified receipt to the verified delivery, at 1,000 alerts a second.

use std::collections::BTreeMap;
use std::time::Duration;

use precinto_client::Pin;
use precinto_client::subscribe::{Event, Start, SubscribeOptions, Subscriber};
use precinto_tests::{Node, Site};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::paced::{self, Acknowledged};
use super::{Sender, alerts};
use crate::measure::{percentile_ms, sized, spread};
use crate::{limit, say};

const PER_SECOND: u32 = 1_000;
const ALERTS: u32 = 30_000;
/// Sent before, and not counted.
const WARM_UP: u32 = 2_000;
/// The goal.
const P99_MS: f64 = 10.0;

pub(super) async fn run() {
    let site = Site::new();
    let gateway = site.start();
    let sender = Sender::first(&site, &gateway);
    let count = sized(ALERTS);
    let work = alerts(&mut sender.messages(), WARM_UP + count);
    let (is_live, live) = oneshot::channel();
    let desk = subscriber(&site.node("mx-anam-mex", &gateway), "live");
    let listening = tokio::spawn(listen(desk, WARM_UP + count, is_live));
    live.await.expect("live");
    let connection = sender.node.connect().await;
    let begun = Instant::now();
    let acknowledged = paced::send(&connection, work, PER_SECOND).await;
    let seconds = begun.elapsed().as_secs_f64();
    let delivered = listening.await.expect("the subscriber");

    let counted = acknowledged
        .get(WARM_UP as usize..)
        .expect("more than that");
    say(&format!(
        "delivery, {count} alerts of 1 KiB at {:.0} a second, each verified and settled by its subscriber:",
        f64::from(WARM_UP + count) / seconds
    ));
    let mut round_trips: Vec<_> = counted.iter().map(|one| one.round_trip).collect();
    say(&format!(
        "  submission to receipt: {}",
        spread(&mut round_trips)
    ));
    let mut waits = waits(counted, &delivered);
    say(&format!("  receipt to delivery: {}", spread(&mut waits)));
    let p99 = percentile_ms(&mut waits, 99);
    limit("receipt to delivery, p99, ms", p99, P99_MS);
    assert!(gateway.stop().success(), "a clean stop");
}

/// From each acknowledgement to the delivery; nothing when the delivery was first.
fn waits(acknowledged: &[Acknowledged], delivered: &BTreeMap<u64, Instant>) -> Vec<Duration> {
    let wait = |one: &Acknowledged| {
        let delivered = delivered.get(&one.index).expect("delivered");
        delivered.saturating_duration_since(one.at)
    };
    acknowledged.iter().map(wait).collect()
}

/// A node's own subscriber, which verifies everything, from the next entry on.
pub(super) fn subscriber(node: &Node, name: &str) -> Subscriber {
    let options = SubscribeOptions {
        start: Start::Now,
        credit: 1_000,
        ..SubscribeOptions::named(name)
    };
    Subscriber::new(
        node.settings.clone(),
        node.clock.clone(),
        options,
        Pin::memory(),
    )
}

/// When each of `count` messages was delivered; each is settled at once. Says when the subscription is live.
async fn listen(
    mut desk: Subscriber,
    count: u32,
    is_live: oneshot::Sender<()>,
) -> BTreeMap<u64, Instant> {
    let mut is_live = Some(is_live);
    let mut delivered = BTreeMap::new();
    while delivered.len() < count as usize {
        match desk.next().await.expect("the subscription goes on") {
            Event::Delivery(delivery) => {
                delivered.insert(delivery.index, Instant::now());
                desk.ack(delivery.index).await.expect("the line holds");
            }
            Event::CaughtUp { .. } => {
                is_live.take().map(|live| live.send(()));
            }
            Event::Disconnected { detail, .. } => panic!("the line broke: {detail}"),
            Event::Unbelievable(what) => panic!("unbelievable: {what:?}"),
            Event::Connected { .. } | Event::Overdue(_) | Event::Heartbeat { .. } => {}
        }
    }
    delivered
}
