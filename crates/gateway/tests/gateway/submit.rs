//! Submission: a receipt that verifies, the same one for a repeat, a logged conflict, order on a stream.

use std::collections::BTreeSet;

use precinto_gateway::limits::CONFLICTS_PER_NODE_MAX;
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tonic_types::StatusExt as _;

use crate::harness::{LAX, NLU, World, reason};

fn index_of(answer: &pb::SubmitResponse) -> u64 {
    Receipt::parse(&answer.receipt.as_ref().unwrap().proof)
        .unwrap()
        .index
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_statement_has_a_receipt_that_verifies_offline() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let statement = lax.notice("mx.dev.invalid/anam");
    let answer = lax.submit(&statement).await.unwrap();
    assert!(!answer.duplicate);
    let receipt = answer.receipt.unwrap();
    let verified = Receipt::parse(&receipt.proof)
        .unwrap()
        .verify(&world.verifier, &receipt.record)
        .unwrap();
    let record = pb::StatementRecord::decode(receipt.record.as_ref()).unwrap();
    assert_eq!(record.recipients[0].agencies, ["mx.dev.invalid/anam"]);
    assert_eq!(record.decision.unwrap().policy, "floor/5");
    // Roots, lists, a steward and a part of the directory of each side, and the signer's certificate stand before it.
    assert_eq!(verified.index(), 9);
    assert_eq!(record.trust.len(), 5);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_receipt_even_after_its_time_and_a_restart() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let statement = lax.notice("mx.dev.invalid/anam");
    let first = lax.submit(&statement).await.unwrap();
    world.clock.advance(2 * 3_600_000); // past its last useful instant
    let again = lax.submit(&statement).await.unwrap();
    assert_eq!((again.duplicate, &again.receipt), (true, &first.receipt));
    world.stop().await;

    world.resume().await;
    let later = world.node(LAX).await;
    // The signer's certificate is found in the log: no hint is needed.
    let request = pb::SubmitRequest {
        certificates: Vec::new(),
        ..lax.sign(&statement)
    };
    let later = later
        .submissions()
        .submit(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!((later.duplicate, &later.receipt), (true, &first.receipt));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reused_message_id_is_refused_and_logged_once() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let first = lax.notice("mx.dev.invalid/anam");
    let accepted = index_of(&lax.submit(&first).await.unwrap());
    let mut other = first.clone();
    other.sender_seq += 7;
    for _ in 0..2 {
        let status = lax.submit(&other).await.unwrap_err();
        assert_eq!(status.code(), tonic::Code::AlreadyExists);
        assert_eq!(reason(&status), "MESSAGE_ID_REUSED");
        let facts = status.get_details_error_info().unwrap().metadata;
        assert_eq!(facts["accepted_index"], accepted.to_string());
    }
    let last = lax.notice("mx.dev.invalid/anam");
    let last = lax.submit(&last).await.unwrap();
    assert_eq!(
        index_of(&last),
        accepted + 2,
        "one CONFLICT entry between them"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_has_so_many_conflicts_logged_and_repeats_do_not_count() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let first = lax.notice("mx.dev.invalid/anam");
    let accepted = index_of(&lax.submit(&first).await.unwrap());
    let reuse = |number: u32| pb::Statement {
        sender_seq: first.sender_seq + u64::from(number),
        ..first.clone()
    };
    for _ in 0..=CONFLICTS_PER_NODE_MAX {
        assert_reused(&lax.submit(&reuse(1)).await.unwrap_err());
    }
    // Each of these is another one; the last is one too many.
    for number in 2..=CONFLICTS_PER_NODE_MAX + 1 {
        assert_reused(&lax.submit(&reuse(number)).await.unwrap_err());
    }
    // What is not logged leaves no certificate in the log either.
    let mut other = world.node(LAX).await;
    let statement = pb::Statement {
        message_id: first.message_id.clone(),
        ..other.notice("mx.dev.invalid/anam")
    };
    assert_reused(&other.submit(&statement).await.unwrap_err());
    let last = lax.notice("mx.dev.invalid/anam");
    let last = index_of(&lax.submit(&last).await.unwrap());
    assert_eq!(last, accepted + u64::from(CONFLICTS_PER_NODE_MAX) + 1);
    world.stop().await;
}

#[track_caller]
fn assert_reused(status: &tonic::Status) {
    assert_eq!(reason(status), "MESSAGE_ID_REUSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_answers_in_order_and_a_refusal_does_not_end_it() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let mut requests = Vec::new();
    for number in 0..300_usize {
        let mut statement = lax.notice("mx.dev.invalid/anam");
        if number == 100 {
            statement.recipients[0].name = "mx.dev.invalid/nobody".to_owned();
        }
        requests.push((statement.message_id.clone(), lax.sign(&statement)));
    }
    let ids: Vec<_> = requests.iter().map(|(id, _)| id.clone()).collect();
    let stream = requests
        .into_iter()
        .map(|(_, submission)| pb::SubmitStreamRequest {
            submission: Some(submission),
        });
    let mut client = lax.submissions();
    let answers = client
        .submit_stream(tokio_stream::iter(stream.collect::<Vec<_>>()))
        .await;
    let mut answers = answers.unwrap().into_inner();
    let (mut indexes, mut batches) = (Vec::new(), BTreeSet::new());
    for (number, id) in ids.iter().enumerate() {
        let answer = answers.message().await.unwrap().unwrap();
        assert_eq!(&answer.message_id, id);
        if number == 100 {
            assert!(answer.accepted.is_none());
            let status = tonic_types::pb::Status::decode(answer.refused.as_slice()).unwrap();
            assert_eq!(status.code, i32::from(tonic::Code::InvalidArgument));
            assert!(!status.details.is_empty());
        } else {
            let receipt = answer.accepted.unwrap().receipt.unwrap();
            let receipt = Receipt::parse(&receipt.proof).unwrap();
            indexes.push(receipt.index);
            batches.insert(receipt.checkpoint_note);
        }
    }
    assert!(answers.message().await.unwrap().is_none());
    // Logged in the order sent, which parallel checks alone would not give.
    assert!(indexes.is_sorted(), "{indexes:?}");
    assert_eq!(indexes.len(), 299);
    // And in groups: had each waited for the one before, there would be 299 checkpoints.
    assert!(batches.len() < 150, "{} batches", batches.len());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn validating_writes_nothing() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let checkpoint = |log: pb::log_service_client::LogServiceClient<_>| async move {
        let mut log = log;
        log.get_checkpoint(pb::GetCheckpointRequest::default())
            .await
            .unwrap()
            .into_inner()
            .checkpoint
    };
    let before = checkpoint(lax.log()).await;
    let statement = lax.notice("mx.dev.invalid/anam");
    let request = pb::SubmitRequest {
        validate_only: true,
        ..lax.sign(&statement)
    };
    let answer = lax
        .submissions()
        .submit(request)
        .await
        .unwrap()
        .into_inner();
    assert!(answer.receipt.is_none());
    assert_eq!(checkpoint(lax.log()).await, before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sides_submit_and_the_log_has_both() {
    let mut world = World::start().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let to_mx = lax.notice("mx.dev.invalid/anam");
    let to_us = nlu.notice("us.dev.invalid/cbp");
    let (first, second) = (
        lax.submit(&to_mx).await.unwrap(),
        nlu.submit(&to_us).await.unwrap(),
    );
    assert!(index_of(&first) < index_of(&second));
    world.stop().await;
}
