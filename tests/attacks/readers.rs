//! C11: subscribers who open everything that they may, and read nothing.

use std::time::Duration;

use precinto_client::pipeline;
use precinto_proto::v1 as pb;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use precinto_tests::{Messages, Node};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::drill::{Drill, sized};

/// Streams that one node may have.
const STREAMS: usize = 16;
/// What the attacker wants to be sent: more than its windows hold.
const BACKLOG: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c11_readers_who_do_not_read() {
    let drill = Drill::begin("C11", "subscribers who read nothing").await;
    // Its node reads every entry.
    let attacker = drill.site.node("us-oversight-audit", &drill.gateway);
    fill(&drill.site.node("us-cbp-lax", &drill.gateway)).await;
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
        held.push((requests, answers.expect("subscribed")));
    }
    // At full size they are cut meanwhile, for want of progress.
    let seconds = sized(3, 600);
    tokio::time::sleep(Duration::from_secs(u64::try_from(seconds).expect("few"))).await;
    drop((held, client, connection));
    drill
        .end(&format!("{STREAMS} streams for {seconds} s"))
        .await;
}

/// Puts so much into the log that no line takes all of it.
async fn fill(node: &Node) {
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
        while let Some(answer) = answers.next().await {
            answer.outcome.expect("accepted");
        }
    };
    tokio::join!(send, take);
}
