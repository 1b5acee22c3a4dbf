//! C20: nodes whose certificates are revoked while they have hundreds of streams open. Every stream ends; how long it took is said.

use std::fmt::Write as _;
use std::time::Duration;

use precinto_proto::v1 as pb;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use precinto_tests::{Node, Site};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use tokio_stream::wrappers::ReceiverStream;

use crate::drill::{Drill, is_full, sized};

/// Streams of each node.
const STREAMS: usize = 13;
/// What is promised, on a machine that does nothing else.
pub(crate) const PROMISED: Duration = Duration::from_secs(5);
/// The end of any patience.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A subscription's stream, and what keeps it open.
pub(crate) type Open = (
    mpsc::Sender<pb::SubscribeRequest>,
    tonic::Streaming<pb::SubscribeResponse>,
);

/// All streams of one node, on one line.
pub(crate) async fn open(node: &Node) -> Vec<Open> {
    let connection = node.connect().await;
    let mut client = SubscriptionServiceClient::new(connection.channel());
    let mut open = Vec::new();
    for number in 0..STREAMS {
        let create = pb::CreateSubscriptionRequest {
            name: format!("s{number}"),
            start: pb::StartPosition::Now.into(),
            ..Default::default()
        };
        let name = create.name.clone();
        client.create_subscription(create).await.expect("created");
        let (requests, outgoing) = mpsc::channel(1);
        let init = pb::Init {
            subscription: name,
            credit: 10,
            ..Default::default()
        };
        let init = pb::SubscribeRequest {
            init: Some(init),
            ..Default::default()
        };
        requests.send(init).await.expect("room");
        let answers = client.subscribe(ReceiverStream::new(outgoing)).await;
        open.push((requests, answers.expect("subscribed").into_inner()));
    }
    open
}

/// Reads a stream to its end; whether it was told that its certificate is revoked.
pub(crate) async fn ended(mut stream: Open) -> bool {
    let mut was_told = false;
    while let Ok(Some(message)) = stream.1.message().await {
        let closing = message.closing.map(|closing| closing.reason());
        was_told |= closing == Some(pb::ClosingReason::Revoked);
    }
    was_told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c20_revocation_of_everybody_who_reads() {
    let nodes = sized(4, 40);
    let more = |profile: String| {
        let own = r#"{ name = "hq", code = "DEAHQ" }"#;
        let mut list = own.to_owned();
        for number in 0..nodes {
            write!(
                list,
                r#", {{ name = "n{number}", code = "DEAN{number:02}" }}"#
            )
            .expect("text");
        }
        assert!(profile.contains(own), "{profile}");
        profile.replace(own, &list)
    };
    let site = Site::of_profile_with_authorities(more);
    let drill = Drill::begin_at("C20", "revocation of nodes with open streams", site).await;
    let mut authority = drill.site.authority("us");
    let mut streams = JoinSet::new();
    for number in 0..nodes {
        let node = drill
            .site
            .node(&format!("us-dea-n{number}"), &drill.gateway);
        for stream in open(&node).await {
            streams.spawn(ended(stream));
        }
        authority.revoke(&format!("us/dea/n{number}.tls"));
    }
    let count = streams.len();
    authority.publish();
    let told = Instant::now();
    drill.gateway.reload();
    let mut with_a_word = 0;
    while let Some(ended) = timeout(PATIENCE, streams.join_next())
        .await
        .expect("they end")
    {
        with_a_word += usize::from(ended.expect("a stream"));
    }
    let took = told.elapsed();
    assert_eq!(with_a_word, count, "each is told why");
    if is_full() {
        assert!(took <= PROMISED, "{count} streams, {took:?}");
    }
    drop(authority);
    drill
        .end(&format!(
            "{count} streams ended {took:.2?} after the signal"
        ))
        .await;
}
