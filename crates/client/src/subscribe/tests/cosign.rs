//! A subscriber that is a witness: what it returns, when, and when not.

use super::*;
use crate::test_gateway::{NOW_MS, at};
use precinto_merkle::cosignature::CosignatureSigner;
use tempfile::TempDir;

fn key() -> CosignatureSigner {
    let key = SigningKey::from_ed25519_seed([5; 32]);
    CosignatureSigner::new("us.dev.invalid/agency/cbp/node/lax/witness", key).unwrap()
}

fn witness(gateway: &TestGateway, folder: &TempDir) -> Witness {
    let log = &gateway.settings.log;
    Witness::open(folder.path().join("witness"), key(), log).unwrap()
}

fn heartbeat(checkpoint: String, end: u64, sent_ms: u64) -> pb::SubscribeResponse {
    let heartbeat = pb::Heartbeat {
        checkpoint,
        covered: Some(pb::Range { first: 0, end }),
        server_time: Some(at(sent_ms)),
        ..Default::default()
    };
    pb::SubscribeResponse {
        heartbeat: Some(heartbeat),
        ..Default::default()
    }
}

/// What the gateway has heard beyond `Init`, once there is as much as that.
async fn said(gateway: &TestGateway, count: usize) -> Vec<pb::SubscribeRequest> {
    let heard = async {
        loop {
            let heard = gateway.state().heard.clone();
            if heard.len() > count {
                return heard.into_iter().skip(1).collect();
            }
            tokio::task::yield_now().await;
        }
    };
    let ten_seconds = Duration::from_secs(10);
    tokio::time::timeout(ten_seconds, heard).await.unwrap()
}

#[tokio::test]
async fn a_checkpoint_that_was_pinned_is_cosigned_and_returned_once() {
    let (gateway, folder) = (TestGateway::start().await, tempfile::tempdir().unwrap());
    gateway.fill(3);
    gateway.state().script = Box::new(|log, _| {
        let early = heartbeat(log.checkpoint(2).note().to_owned(), 2, NOW_MS);
        (vec![early, caught_up(log.note(), 3)], Then::Hold)
    });
    let witness = witness(&gateway, &folder);
    let mut subscriber = subscriber(&gateway).with_witness(Some(witness));
    while !matches!(subscriber.next().await.unwrap(), Event::CaughtUp { .. }) {}
    let said = said(&gateway, 2).await;
    for (request, size) in said.iter().zip([2, 3]) {
        let pb::Cosignature { line, tree_size } = request.cosignature.as_ref().unwrap();
        assert_eq!(*tree_size, size);
        let checkpoint = gateway.state().log.checkpoint(size);
        let cosigned = checkpoint.with_cosignatures(line).unwrap();
        let by = cosigned.cosignatures(&[key().verifier()]).unwrap();
        assert_eq!(by[0].time, Some(NOW_MS / 1000));
    }
    assert_eq!(said.len(), 2);
}

#[tokio::test]
async fn what_was_long_on_its_way_is_pinned_and_not_cosigned() {
    let (gateway, folder) = (TestGateway::start().await, tempfile::tempdir().unwrap());
    gateway.fill(2);
    gateway.state().script = Box::new(|log, _| {
        let stale = heartbeat(log.note(), 2, NOW_MS - 3_600_000);
        (vec![stale, caught_up(log.note(), 2)], Then::Hold)
    });
    let witness = witness(&gateway, &folder);
    let mut subscriber = subscriber(&gateway).with_witness(Some(witness));
    while !matches!(subscriber.next().await.unwrap(), Event::Heartbeat { .. }) {}
    assert_eq!(subscriber.pin().newest().unwrap().checkpoint().size, 2);
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    while !matches!(subscriber.next().await.unwrap(), Event::CaughtUp { .. }) {}
    assert_eq!(said(&gateway, 1).await.len(), 1);
}

#[tokio::test]
async fn a_fork_shown_to_another_subscription_of_the_node_stops_this_one() {
    let (gateway, folder) = (TestGateway::start().await, tempfile::tempdir().unwrap());
    gateway.fill(4);
    gateway.state().script =
        Box::new(|log, _| (vec![caught_up(log.note(), log.size())], Then::Hold));
    let desk = subscriber(&gateway);
    let mut desk = desk.with_witness(Some(witness(&gateway, &folder)));
    while !matches!(desk.next().await.unwrap(), Event::CaughtUp { .. }) {}
    said(&gateway, 1).await;
    // A second one begins with nothing pinned, so that its pin alone would notice nothing.
    gateway.state().log.forget();
    let night = subscriber(&gateway);
    let mut night = night.with_witness(Some(witness(&gateway, &folder)));
    let SubscribeError::Contradiction(contradiction) = failure(&mut night).await else {
        panic!("no contradiction")
    };
    assert_eq!(contradiction.pinned.checkpoint().size, 4);
    assert_eq!(contradiction.offered.checkpoint().size, 3);
}
