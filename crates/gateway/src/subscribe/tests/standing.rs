//! A node that is no longer welcome loses its stream within five seconds, whatever it does: its certificate was revoked, or
//! has ended.

use std::time::Duration;

use precinto_proto::v1 as pb;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::authority::{Authority, HOUR, SERIAL};
use super::life::{Life, World, ask};

/// An open stream of a new subscription that has caught up.
async fn stream(
    life: &Life,
) -> (
    mpsc::Sender<pb::SubscribeRequest>,
    Streaming<pb::SubscribeResponse>,
) {
    let mut client = life.connect().await;
    let create = pb::CreateSubscriptionRequest {
        name: "desk".to_owned(),
        ..Default::default()
    };
    client.create_subscription(create).await.unwrap();
    let (requests, outgoing) = mpsc::channel(4);
    let init = pb::Init {
        subscription: "desk".to_owned(),
        credit: 1,
        ..Default::default()
    };
    let init = pb::SubscribeRequest {
        init: Some(init),
        ..ask()
    };
    requests.send(init).await.unwrap();
    let answers = client.subscribe(ReceiverStream::new(outgoing)).await;
    let mut answers = answers.unwrap().into_inner();
    let first = answers.message().await.unwrap().unwrap();
    assert!(first.caught_up.is_some());
    (requests, answers)
}

async fn closing(answers: &mut Streaming<pb::SubscribeResponse>) -> pb::Closing {
    loop {
        let message = answers.message().await.unwrap().unwrap();
        if let Some(closing) = message.closing {
            return closing;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_revoked_certificate_ends_its_stream_as_soon_as_the_list_is_in_force() {
    let (world, authority) = (World::new(), Authority::new());
    let life = world.start(&authority.caller(HOUR), authority.trust(None));
    let (_requests, mut answers) = stream(&life).await;
    // A new list that says nothing about this one changes nothing.
    life.trust.send_replace(authority.trust(Some(SERIAL + 1)));
    let ended = tokio::time::timeout(Duration::from_secs(10), closing(&mut answers));
    assert!(ended.await.is_err(), "still welcome");
    life.trust.send_replace(authority.trust(Some(SERIAL)));
    let ended = tokio::time::timeout(Duration::from_secs(5), closing(&mut answers));
    let closing = ended.await.expect("within five seconds");
    assert_eq!(closing.reason(), pb::ClosingReason::Revoked);
    assert_eq!(closing.retry_after, None);
    life.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_does_not_outlive_its_certificate() {
    let (world, authority) = (World::new(), Authority::new());
    let life = world.start(&authority.caller(HOUR), authority.trust(None));
    let (_requests, mut answers) = stream(&life).await;
    world.clock.advance(59 * 60 * 1000);
    let ended = tokio::time::timeout(Duration::from_secs(10), closing(&mut answers));
    assert!(ended.await.is_err(), "still welcome");
    world.clock.advance(2 * 60 * 1000);
    let ended = tokio::time::timeout(Duration::from_secs(5), closing(&mut answers));
    let closing = ended.await.expect("within five seconds");
    assert_eq!(closing.reason(), pb::ClosingReason::Revoked);
    life.end().await;
}
