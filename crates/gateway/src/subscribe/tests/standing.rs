//! A node that is no longer welcome loses its stream within five seconds, whatever it does: its certificate was revoked, or
//! has ended, or the directory does not list it any more.

use std::sync::Arc;
use std::time::Duration;

use precinto_alert::directory::{EXAMPLE_MX, EXAMPLE_US};
use precinto_alert::id::MessageId;
use precinto_ledger::{Entry, EntryKey};
use precinto_proto::v1 as pb;
use prost::Message as _;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::authority::{Authority, HOUR, SERIAL};
use super::life::{Life, World, ask, node};
use crate::registry::tests::combined;

/// What is said on a stream, and what is answered.
type Open = (
    mpsc::Sender<pb::SubscribeRequest>,
    Streaming<pb::SubscribeResponse>,
);

/// An open stream of a new subscription that has caught up.
async fn stream(life: &Life) -> Open {
    let mut client = life.connect().await;
    let create = pb::CreateSubscriptionRequest {
        name: "desk".to_owned(),
        ..Default::default()
    };
    client.create_subscription(create).await.unwrap();
    stream_again(life).await
}

/// Another one of the same.
async fn stream_again(life: &Life) -> Open {
    let mut client = life.connect().await;
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
    life.believe(authority.trust(Some(SERIAL + 1))).await;
    let ended = tokio::time::timeout(Duration::from_secs(10), closing(&mut answers));
    assert!(ended.await.is_err(), "still welcome");
    life.believe(authority.trust(Some(SERIAL))).await;
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

#[tokio::test(start_paused = true)]
async fn a_node_that_the_directory_does_not_list_any_more_loses_its_stream() {
    let (world, authority) = (World::new(), Authority::new());
    let life = world.start(&authority.caller(HOUR), authority.trust(None));
    let (_requests, mut answers) = stream(&life).await;
    // Another part that still lists it changes nothing.
    let renamed = EXAMPLE_MX.replace("\"ANAMNLU\"", "\"ANAMNLU2\"");
    put_in_force(&life, &renamed).await;
    let ended = tokio::time::timeout(Duration::from_secs(10), closing(&mut answers));
    assert!(ended.await.is_err(), "still listed");
    put_in_force(&life, &EXAMPLE_MX.replace("\"nlu\"", "\"tij\"")).await;
    let ended = tokio::time::timeout(Duration::from_secs(5), closing(&mut answers));
    let closing = ended.await.expect("within five seconds");
    assert_eq!(closing.reason(), pb::ClosingReason::Unlisted);
    assert_eq!(closing.retry_after, None);
    life.end().await;
}

#[tokio::test(start_paused = true)]
async fn an_open_stream_has_the_rights_of_the_directory_in_force() {
    let (world, authority) = (World::new(), Authority::new());
    let auditors = format!("auditors = [\"{}\", ", node());
    let [us, mx] = [EXAMPLE_US, EXAMPLE_MX].map(|part| part.replace("auditors = [", &auditors));
    let life = world.start(&authority.caller(HOUR), authority.trust(None));
    let (requests, mut answers) = stream(&life).await;
    let mut heard = async |index: u64| {
        let next = tokio::time::timeout(Duration::from_mins(1), async {
            loop {
                let message = answers.message().await.unwrap().unwrap();
                if let Some(delivery) = message.delivery {
                    return delivery.index;
                }
            }
        });
        let heard = next.await == Ok(index);
        if heard {
            let ack = Some(pb::Ack {
                index,
                all_up_to: false,
            });
            requests
                .send(pb::SubscribeRequest { ack, ..ask() })
                .await
                .unwrap();
        }
        heard
    };
    let for_others = |id| stranger(id);
    let first = world.append(for_others(1)).await;
    assert!(!heard(first).await, "no party to it");
    put_in_force(&life, &mx).await;
    let unread = world.append(for_others(4)).await;
    assert!(!heard(unread).await, "by one side's word alone");
    both_in_force(&life, &us, &mx).await;
    let second = world.append(for_others(2)).await;
    assert!(heard(second).await, "an auditor by now");
    put_in_force(&life, EXAMPLE_MX).await;
    let third = world.append(for_others(3)).await;
    assert!(!heard(third).await, "none any more");
    drop(requests);
    life.end().await;
}

/// Waits for a delivery or a heartbeat: the index of the one, or how much is unsettled by the other.
async fn delivery_or_unsettled(answers: &mut Streaming<pb::SubscribeResponse>) -> Result<u64, u32> {
    loop {
        let message = answers.message().await.unwrap().unwrap();
        if let Some(delivery) = message.delivery {
            return Ok(delivery.index);
        }
        if let Some(heartbeat) = message.heartbeat {
            return Err(heartbeat.unsettled);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn s26_what_comes_again_is_judged_by_the_directory_in_force() {
    for by_nack in [true, false] {
        let (world, authority) = (World::new(), Authority::new());
        let auditors = format!("auditors = [\"{}\", ", node());
        let [us, mx] = [EXAMPLE_US, EXAMPLE_MX].map(|part| part.replace("auditors = [", &auditors));
        let life = world.start(&authority.caller(HOUR), authority.trust(None));
        let (mut requests, mut answers) = stream(&life).await;
        both_in_force(&life, &us, &mx).await;
        let index = world.append(stranger(2)).await;
        assert_eq!(delivery_or_unsettled(&mut answers).await, Ok(index));
        assert_eq!(delivery_or_unsettled(&mut answers).await, Err(1));
        // It is not settled, and its reader is no auditor any more.
        put_in_force(&life, EXAMPLE_MX).await;
        if by_nack {
            let nack = Some(pb::Nack {
                index,
                ..Default::default()
            });
            let nack = pb::SubscribeRequest { nack, ..ask() };
            requests.send(nack).await.unwrap();
        } else {
            drop((requests, answers));
            (requests, answers) = stream_again(&life).await;
        }
        let next = delivery_or_unsettled(&mut answers).await;
        assert_eq!(next, Err(0), "settled, and not delivered: {by_nack}");
        drop(requests);
        life.end().await;
    }
}

async fn put_in_force(life: &Life, mx: &str) {
    both_in_force(life, EXAMPLE_US, mx).await;
}

async fn both_in_force(life: &Life, us: &str, mx: &str) {
    let next = Arc::new(combined(us, mx).unwrap());
    life.put_in_force(|terms| terms.directory = next).await;
}

/// A missed deadline that is for nobody here.
fn stranger(id: u8) -> Entry {
    let record = pb::OverdueRecord {
        agencies: vec!["us.dev.invalid/cbp".to_owned()],
        ..Default::default()
    };
    let sender = "spiffe://us.dev.invalid/agency/cbp/node/lax"
        .parse()
        .unwrap();
    let message_id = MessageId::new([id; 16]).unwrap();
    let late = "us.dev.invalid/cbp".parse().unwrap();
    let key = EntryKey::overdue((&sender, &message_id), &late, 1, 1);
    Entry::overdue(key, record.encode_to_vec())
}
