//! C11: subscribers who open everything that they may, and read nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use precinto_client::pipeline;
use precinto_proto::v1 as pb;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use precinto_tests::{Messages, Node};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;

use crate::drill::{Drill, is_full, sized};
use crate::honest::Deliveries;

/// Streams that one node may have.
const STREAMS: usize = 16;
/// What the attacker wants to be sent: more than its windows hold.
const BACKLOG: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c11_readers_who_do_not_read() {
    let drill = Drill::begin("C11", "subscribers who read nothing").await;
    // Its node reads every entry.
    let attacker = drill.site.node("us-oversight-audit", &drill.gateway);
    let wanted = fill(&drill.site.node("us-cbp-lax", &drill.gateway)).await;
    let connection = attacker.connect().await;
    let mut client = SubscriptionServiceClient::new(connection.channel());
    let names: Vec<String> = (0..STREAMS)
        .map(|number| format!("greedy-{number}"))
        .collect();
    // First, because streams that are not read fill the window of their line, through which every answer comes.
    for name in &names {
        let create = pb::CreateSubscriptionRequest {
            name: name.clone(),
            start: pb::StartPosition::First.into(),
            ..Default::default()
        };
        client.create_subscription(create).await.expect("created");
    }
    let mut held = Vec::new();
    for name in names {
        let (requests, outgoing) = mpsc::channel(1);
        let init = pb::Init {
            subscription: name,
            credit: 1_000,
            with_proofs: true,
            ..Default::default()
        };
        let init = pb::SubscribeRequest {
            init: Some(init),
            ..Default::default()
        };
        requests.send(init).await.expect("room");
        let answers = client.subscribe(ReceiverStream::new(outgoing)).await;
        held.push((requests, answers.expect("subscribed").into_inner()));
    }
    let seconds = sized(3, 600);
    tokio::time::sleep(Duration::from_secs(u64::try_from(seconds).expect("few"))).await;
    if is_full() {
        // For want of progress, long ago.
        for (_, stream) in &mut held {
            assert!(is_cut(stream).await, "who reads nothing is cut");
        }
    }
    drop((held, client, connection));
    // Who comes back and reads has everything, once.
    let connection = attacker.connect().await;
    let mut resumed = Deliveries::open(&connection, "greedy-0").await;
    let mut seen = BTreeSet::new();
    while !wanted.is_subset(&seen) {
        let index = timeout(PATIENCE, resumed.next()).await.expect("it comes");
        assert!(seen.last().is_none_or(|last| *last < index), "{index}");
        seen.insert(index);
        resumed.settle(index).await;
    }
    drop((resumed, connection));
    let cut = if is_full() { "all cut" } else { "still open" };
    let outcome = format!("{STREAMS} streams for {seconds} s, {cut}; a resume lost nothing");
    drill.end(&outcome).await;
}

/// Whether a stream has ended behind what was on its way.
async fn is_cut(stream: &mut tonic::Streaming<pb::SubscribeResponse>) -> bool {
    let to_its_end = async { while let Ok(Some(_)) = stream.message().await {} };
    timeout(PATIENCE, to_its_end).await.is_ok()
}

/// The end of any patience.
const PATIENCE: Duration = Duration::from_mins(1);

/// Puts so much into the log that no line takes all of it; where it stands.
async fn fill(node: &Node) -> BTreeSet<u64> {
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/fgr");
    let connection = node.connect().await;
    let work: Vec<_> = (0..BACKLOG).map(|_| messages.notice()).collect();
    let (mut sender, mut answers) = pipeline::open(&connection, 64).await.expect("a stream");
    let send = async move {
        for message in work {
            sender.send(message).await.expect("a stream");
        }
    };
    let take = async {
        let mut indexes = BTreeSet::new();
        while let Some(answer) = answers.next().await {
            indexes.insert(answer.outcome.expect("accepted").index);
        }
        indexes
    };
    let ((), indexes) = tokio::join!(send, take);
    assert_eq!(indexes.len(), BACKLOG);
    indexes
}
