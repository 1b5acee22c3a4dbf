//! What a delivery costs the server: CPU time of the gateway beside that of a bare tonic server with the same TLS and bytes.

use std::future::Future;

use precinto_client::Connection;
use precinto_proto::v1 as pb;
use precinto_tests::{GatewayProcess, Site};
use tokio::task::JoinSet;
use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

use super::echo::{self, EchoProcess, Message};
use super::reader::{self, Reader};
use super::{Sender, alerts, desk, paced, pour, site};
use crate::measure::{cpu_us, median, sized};
use crate::{limit, say};

/// Rounds, in which the gateway and its yardsticks take turns. The middle ratio counts.
const ROUNDS: u32 = 5;
/// Entries of the log, and deliveries of each catch-up.
const ENTRIES: u32 = 100_000;
/// Who fills it.
const FILLERS: u32 = 10;
/// Messages of each bare stream: four times as many, because the clock has steps of 10 ms.
const ECHOED: u32 = 400_000;
/// Bare calls, and how many of them at once.
const CALLS: u32 = 20_000;
const CALLS_AT_ONCE: u32 = 64;
/// Live subscribers, and what they are sent in each round.
const LISTENERS: u32 = 10;
const LIVE: u32 = 4_000;
const LIVE_PER_SECOND: u32 = 1_000;

pub(super) async fn run() {
    let site = site(LISTENERS + 1, FILLERS);
    let gateway = site.start();
    let echo = EchoProcess::start(&site);
    let sender = Sender::first(&site, &gateway);
    let mut settings = sender.node.settings.clone();
    echo.address().clone_into(&mut settings.gateway);
    let bare = Connection::open(&settings, &sender.node.clock).await;
    let bare = Bare {
        channel: bare.expect("the echo lets us in").channel(),
        id: echo.id(),
    };
    let entries = fill(&site, &gateway).await;
    catch_up(&site, &gateway, &bare, entries).await;
    live(&site, &gateway, &bare, &sender).await;
    assert!(gateway.stop().success(), "a clean stop");
}

/// Alerts into the log, signed in portions; each sender has a million names for them.
async fn fill(site: &Site, gateway: &GatewayProcess) -> u32 {
    const PORTION: u32 = 10_000;
    let each = sized(ENTRIES).div_ceil(FILLERS);
    for number in 0..FILLERS {
        let sender = Sender::numbered(site, gateway, number);
        let mut messages = sender.messages();
        let mut sent = 0;
        while sent < each {
            let portion = PORTION.min(each - sent);
            let work = alerts(&mut messages, portion);
            pour(&[sender.node.connect().await], work).await;
            sent += portion;
        }
    }
    each * FILLERS
}

/// The catch-up over the whole log, against as many messages of a bare stream.
async fn catch_up(site: &Site, gateway: &GatewayProcess, bare: &Bare, entries: u32) {
    let connection = desk(site, gateway, LISTENERS).connect().await;
    let (mut echoes, mut one_way) = (Vec::new(), Vec::new());
    say(&format!(
        "catchup, {entries} alerts of 1 KiB, {ROUNDS} rounds, us of the server's CPU each:"
    ));
    for round in 0..ROUNDS {
        let name = format!("round-{round}");
        reader::create(&connection, &name, pb::StartPosition::First).await;
        let mut reader = Reader::open(&connection, &name).await;
        let first = reader.message().await.expect("a delivery");
        let delivered = cpu_of(gateway.id(), async {
            for _ in 1..entries {
                reader.delivery().await.expect("the stream goes on");
            }
        });
        let delivered = delivered.await / f64::from(entries - 1);
        let echoed = bare.stream(&first, sized(ECHOED)).await;
        let repeated = bare.repeat(&first, sized(ECHOED)).await;
        say(&format!(
            "  delivered {delivered:.2}, echoed in a stream {echoed:.2}, sent in a stream {repeated:.2}"
        ));
        echoes.push(delivered / echoed);
        one_way.push(delivered / repeated);
    }
    let one_way = median(one_way);
    say(&format!(
        "  a delivery / a message sent in a bare stream, median: {one_way:.2}"
    ));
    limit(
        "a delivery / a message echoed in a bare stream, median",
        median(echoes),
        1.0,
    );
}

/// Alerts to ten live subscribers, against none, and against bare calls.
async fn live(site: &Site, gateway: &GatewayProcess, bare: &Bare, sender: &Sender) {
    let mut messages = sender.messages();
    let mut example = Message::default();
    let mut ratios = Vec::new();
    let count = sized(LIVE);
    say(&format!(
        "live, {count} alerts at {LIVE_PER_SECOND} a second to {LISTENERS} subscribers and to nobody, us of the server's CPU each:"
    ));
    for round in 0..ROUNDS {
        let unheard = alerts(&mut messages, count);
        let connection = sender.node.connect().await;
        let unheard = cpu_of(
            gateway.id(),
            paced::send(&connection, unheard, LIVE_PER_SECOND),
        )
        .await;
        let mut listening = JoinSet::new();
        for number in 0..LISTENERS {
            let connection = desk(site, gateway, number).connect().await;
            let name = format!("live-{round}");
            reader::create(&connection, &name, pb::StartPosition::Now).await;
            let mut reader = Reader::open(&connection, &name).await;
            reader.caught_up().await;
            listening.spawn(async move {
                let mut last = None;
                for _ in 0..count {
                    last = reader.message().await;
                }
                last.expect("a delivery")
            });
        }
        let work = alerts(&mut messages, count);
        let heard = cpu_of(gateway.id(), async {
            paced::send(&connection, work, LIVE_PER_SECOND).await;
            while let Some(last) = listening.join_next().await {
                example = last.expect("a subscriber");
            }
        });
        let delivered = (heard.await - unheard) / f64::from(count * LISTENERS);
        let called = bare.calls(&example, sized(CALLS)).await;
        say(&format!(
            "  delivered {delivered:.2}, a bare call {called:.2}"
        ));
        ratios.push(delivered / called);
    }
    limit("a delivery / a bare call, median", median(ratios), 1.0);
}

/// CPU time, in microseconds, that a process spends while something is done.
async fn cpu_of<T>(id: u32, what: impl Future<Output = T>) -> f64 {
    let before = cpu_us(id);
    what.await;
    cpu_us(id) - before
}

/// The bare server.
struct Bare {
    channel: Channel,
    id: u32,
}

impl Bare {
    /// CPU time of a message that is sent up and down a stream.
    async fn stream(&self, message: &Message, count: u32) -> f64 {
        let (mut grpc, codec) = self.client().await;
        let message = message.clone();
        let outgoing = tokio_stream::iter((0..count).map(move |_| message.clone()));
        let path = PathAndQuery::from_static(echo::STREAM);
        let spent = cpu_of(self.id, async {
            let answers = grpc.streaming(Request::new(outgoing), path, codec).await;
            drain(answers.expect("a stream").into_inner(), count).await;
        });
        spent.await / f64::from(count)
    }

    /// CPU time of a message that is only sent down.
    async fn repeat(&self, message: &Message, count: u32) -> f64 {
        let (mut grpc, codec) = self.client().await;
        let mut message = message.clone();
        message.delivery.as_mut().expect("a delivery").index = count.into();
        let path = PathAndQuery::from_static(echo::REPEAT);
        let spent = cpu_of(self.id, async {
            let answers = grpc
                .server_streaming(Request::new(message), path, codec)
                .await;
            drain(answers.expect("a stream").into_inner(), count).await;
        });
        spent.await / f64::from(count)
    }

    /// CPU time of a call.
    async fn calls(&self, message: &Message, count: u32) -> f64 {
        let mut callers = JoinSet::new();
        let before = cpu_us(self.id);
        for _ in 0..CALLS_AT_ONCE {
            let (mut grpc, codec) = self.client().await;
            let message = message.clone();
            callers.spawn(async move {
                for _ in 0..count / CALLS_AT_ONCE {
                    grpc.ready().await.expect("ready");
                    let path = PathAndQuery::from_static(echo::CALL);
                    let answer = grpc.unary(Request::new(message.clone()), path, codec.clone());
                    answer.await.expect("an answer");
                }
            });
        }
        callers.join_all().await;
        (cpu_us(self.id) - before) / f64::from(count / CALLS_AT_ONCE * CALLS_AT_ONCE)
    }

    async fn client(&self) -> (Grpc<Channel>, ProstCodec<Message, Message>) {
        let mut grpc = Grpc::new(self.channel.clone());
        grpc.ready().await.expect("ready");
        (grpc, ProstCodec::default())
    }
}

async fn drain(mut answers: tonic::Streaming<Message>, count: u32) {
    for _ in 0..count {
        answers
            .message()
            .await
            .expect("a message")
            .expect("one more");
    }
}
