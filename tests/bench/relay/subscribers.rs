//! Who does not read harms nobody: 1,000 subscriptions, 90 streams that read and ten that hardly do, against the 90 alone.

use std::collections::HashMap;
use std::time::Duration;

use precinto_client::Connection;
use precinto_proto::v1 as pb;
use precinto_tests::{GatewayProcess, Site};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::paced::{self, Acknowledged};
use super::proxy::{Kind, Pace, Proxy};
use super::reader::{self, Reader};
use super::{Sender, alerts, desk, pour, site};
use crate::measure::{median, percentile_ms, resident_bytes, sized, spread};
use crate::{limit, say};

/// Desks, each with so many subscriptions: 1,000 in all.
const DESKS: u32 = 20;
const SUBSCRIPTIONS_EACH: u32 = 50;
/// Desks with streams that read, and how many each has: 90 in all.
const READING_DESKS: u32 = 9;
const STREAMS_EACH: u32 = 10;
/// Desks with a stream that does not, each over a line of its own.
const SLOW_DESKS: u32 = 10;
/// Rounds with the slow ones, and as many without, in turns: the middle one of the pairs' ratios counts.
const ROUNDS: u32 = 7;
/// Alerts of a round, and their pace: 9,000 deliveries a second.
const ALERTS: u32 = 1_000;
const PER_SECOND: u32 = 100;
/// What the slow ones have before them: far more than sockets, windows and queues hold, in alerts of 16 KiB.
const BACKLOG: u32 = 600;
const BACKLOG_LETTERS: usize = 15_000;
/// Time in which a slow one fills what there is to fill, which nothing tells.
const SETTLING: Duration = Duration::from_secs(1);
/// Reaching it means that something is lost.
const PATIENCE: Duration = Duration::from_mins(3);
/// The goals: by how much a submission may take longer, and by which factor a delivery.
const SUBMISSION_RATIO: f64 = 1.1;
const DELIVERY_RATIO: f64 = 2.0;
/// By how much the gateway may grow over the second half of the rounds, in MiB: what the log itself takes, 100 bytes an
/// entry, and what an allocator rounds. In the first half it reaches its size.
const GROWTH_MIB: f64 = 4.0;

/// What was measured with the slow ones, or without, round by round.
#[derive(Default)]
struct Side {
    rounds: Vec<Round>,
    /// The round of each alert, and when its receipt came.
    acknowledged: HashMap<u64, (usize, Instant)>,
}

#[derive(Default)]
struct Round {
    submissions: Vec<Duration>,
    deliveries: Vec<Duration>,
}

pub(super) async fn run() {
    let site = site(DESKS, 1);
    let gateway = site.start();
    let sender = Sender::first(&site, &gateway);
    let mut messages = sender.messages();
    let backlog = (0..BACKLOG)
        .map(|_| messages.alert(BACKLOG_LETTERS))
        .collect();
    let connection = sender.node.connect().await;
    pour(std::slice::from_ref(&connection), backlog).await;
    let (seen, mut all_seen) = watch::channel(0);
    let reading = subscribe(&site, &gateway, &seen).await;

    let count = sized(ALERTS);
    let (mut alone, mut beside) = (Side::default(), Side::default());
    let mut resident = Vec::new();
    for round in 1..=ROUNDS {
        let work = alerts(&mut messages, count);
        alone.add(paced::send(&connection, work, PER_SECOND).await);
        let slow = slow_streams(&site, &gateway).await;
        let work = alerts(&mut messages, count);
        beside.add(paced::send(&connection, work, PER_SECOND).await);
        resident.push(resident_bytes(&gateway));
        drop(slow);
        // The next round begins when the last delivery of this one has come.
        let due = u64::from(2 * round * count * READING_DESKS * STREAMS_EACH);
        let seen = all_seen.wait_for(|seen| *seen >= due);
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        drop(seen.expect("in time").expect("this counts them"));
    }
    assert!(gateway.stop().success(), "a clean stop");
    // Each stream ends with the gateway, and tells what it got.
    for delivered in reading.join_all().await {
        for (index, at) in delivered {
            alone.delivered(index, at);
            beside.delivered(index, at);
        }
    }
    tell(&mut alone, &mut beside, &resident);
}

impl Side {
    fn add(&mut self, acknowledged: Vec<Acknowledged>) {
        let number = self.rounds.len();
        let mut round = Round::default();
        for one in acknowledged {
            round.submissions.push(one.round_trip);
            self.acknowledged.insert(one.index, (number, one.at));
        }
        self.rounds.push(round);
    }

    fn delivered(&mut self, index: u64, at: Instant) {
        if let Some((round, acknowledged)) = self.acknowledged.get(&index)
            && let Some(round) = self.rounds.get_mut(*round)
        {
            let took = at.saturating_duration_since(*acknowledged);
            round.deliveries.push(took);
        }
    }

    /// Of all rounds together.
    fn all(&self, which: impl Fn(&Round) -> &Vec<Duration>) -> Vec<Duration> {
        self.rounds.iter().flat_map(which).copied().collect()
    }
}

fn tell(alone: &mut Side, beside: &mut Side, resident: &[f64]) {
    say(&format!(
        "subscribers, {} subscriptions, {} streams that read, {SLOW_DESKS} stalled or read byte by byte, {PER_SECOND} alerts a second:",
        DESKS * SUBSCRIPTIONS_EACH,
        READING_DESKS * STREAMS_EACH,
    ));
    for (what, side) in [("without the slow ones", &*alone), ("with them", &*beside)] {
        let streams = (READING_DESKS * STREAMS_EACH) as usize;
        let expected = side.acknowledged.len() * streams;
        let mut deliveries = side.all(|round| &round.deliveries);
        assert_eq!(deliveries.len(), expected, "every alert, once, to each");
        let mut submissions = side.all(|round| &round.submissions);
        say(&format!(
            "  {what}: submission {}",
            spread(&mut submissions)
        ));
        say(&format!(
            "  {what}: receipt to delivery {}",
            spread(&mut deliveries)
        ));
    }
    let (mut submission, mut delivery) = (Vec::new(), Vec::new());
    for (with, without) in beside.rounds.iter_mut().zip(&mut alone.rounds) {
        let p99 = |samples: &mut [Duration]| percentile_ms(samples, 99);
        submission.push(p99(&mut with.submissions) / p99(&mut without.submissions));
        delivery.push(p99(&mut with.deliveries) / p99(&mut without.deliveries));
    }
    for (what, ratios, most) in [
        ("a submission", submission, SUBMISSION_RATIO),
        ("a delivery", delivery, DELIVERY_RATIO),
    ] {
        let each: Vec<_> = ratios.iter().map(|one| format!("{one:.2}")).collect();
        let each = each.join(", ");
        say(&format!(
            "  p99 of {what}, with / without, each pair: {each}"
        ));
        let what = format!("p99 of {what}, with / without, median");
        limit(&what, median(ratios), most);
    }
    let each: Vec<_> = resident
        .iter()
        .map(|bytes| format!("{:.1}", bytes / 1_048_576.0))
        .collect();
    let each = each.join(", ");
    say(&format!(
        "  resident after each round with the slow ones, MiB: {each}"
    ));
    let middle = resident.get(resident.len() / 2).expect("a round");
    let last = resident.last().expect("a round");
    limit(
        "growth over the second half of these rounds, MiB",
        (last - middle) / 1_048_576.0,
        GROWTH_MIB,
    );
}

/// Makes all subscriptions, and opens the streams that read: what each was delivered and when, once the gateway has ended.
/// `seen` counts all of it meanwhile.
async fn subscribe(
    site: &Site,
    gateway: &GatewayProcess,
    seen: &watch::Sender<u64>,
) -> JoinSet<Vec<(u64, Instant)>> {
    let mut reading = JoinSet::new();
    for number in 0..DESKS {
        let connection = desk(site, gateway, number).connect().await;
        reader::create(&connection, "slow", pb::StartPosition::First).await;
        for name in 1..SUBSCRIPTIONS_EACH {
            let name = format!("desk-{name}");
            reader::create(&connection, &name, pb::StartPosition::Now).await;
            if number < READING_DESKS && reading.len() < (STREAMS_EACH * (number + 1)) as usize {
                let mut reader = Reader::open(&connection, &name).await;
                reader.caught_up().await;
                let (connection, seen) = (connection.clone(), seen.clone());
                reading.spawn(async move {
                    let mut delivered = Vec::new();
                    while let Some(delivery) = reader.delivery().await {
                        delivered.push((delivery.index, Instant::now()));
                        seen.send_modify(|seen| *seen += 1);
                    }
                    drop(connection);
                    delivered
                });
            }
        }
    }
    reading
}

/// A stream that hardly reads, and what keeps it open.
struct Slow {
    _proxy: Proxy,
    _pace: watch::Sender<Pace>,
    _connection: Connection,
    _reading: JoinSet<()>,
}

/// Opens them: every other one is read byte by byte, the rest not at all.
async fn slow_streams(site: &Site, gateway: &GatewayProcess) -> Vec<Slow> {
    let mut streams = Vec::new();
    for number in 0..SLOW_DESKS {
        let (pace, paced) = watch::channel(Pace::Free);
        let proxy = Proxy::start(gateway.address(), Kind::Slow(paced)).await;
        let mut node = desk(site, gateway, DESKS - 1 - number);
        proxy.address().clone_into(&mut node.settings.gateway);
        let connection = node.connect().await;
        let mut reader = Reader::open(&connection, "slow").await;
        reader.delivery().await.expect("the backlog");
        pace.send_replace(if number.is_multiple_of(2) {
            Pace::Bytewise
        } else {
            Pace::Stopped
        });
        let mut reading = JoinSet::new();
        reading.spawn(async move { while reader.message().await.is_some() {} });
        streams.push(Slow {
            _proxy: proxy,
            _pace: pace,
            _connection: connection,
            _reading: reading,
        });
    }
    // They have the time to fill what there is to fill.
    tokio::time::sleep(SETTLING).await;
    streams
}
