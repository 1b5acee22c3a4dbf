//! Receipts that hold, and those that do not.

use super::*;
use crate::test_gateway::TestGateway;
use precinto_merkle::checkpoint::CheckpointError;
use precinto_merkle::note::NoteError;

/// A gateway whose log holds five notices, and the third of them.
async fn third_of_five() -> (TestGateway, crate::Signed) {
    let gateway = TestGateway::start().await;
    let signed = gateway.notice(3);
    gateway.fill(2);
    gateway.state().log.append(&signed);
    gateway.fill(2);
    (gateway, signed)
}

#[tokio::test]
async fn a_receipt_for_our_envelope_is_believed() {
    let (gateway, signed) = third_of_five().await;
    let state = gateway.state();
    let verifier = ReceiptVerifier::new(state.log.verifier());
    let proven = verifier
        .verify(Some(&state.log.receipt(2)), &signed.subject(), false)
        .unwrap();
    assert_eq!((proven.index, proven.tree_size), (2, 5));
    assert_eq!(proven.root, state.log.checkpoint(5).checkpoint().root);
}

#[tokio::test]
async fn a_receipt_for_anything_else_proves_nothing() {
    let (gateway, signed) = third_of_five().await;
    let state = gateway.state();
    let verifier = ReceiptVerifier::new(state.log.verifier());
    let verify = |receipt: &pb::Receipt| verifier.verify(Some(receipt), &signed.subject(), false);

    let another = state.log.receipt(1);
    assert_eq!(verify(&another), Err(ReceiptError::OtherStatement));
    assert_eq!(
        verifier.verify(None, &signed.subject(), false),
        Err(ReceiptError::Missing)
    );

    let mut record_of_ours = another;
    record_of_ours.record = state.log.receipt(2).record;
    assert_eq!(
        verify(&record_of_ours),
        Err(proof::ReceiptError::Record.into())
    );

    let mut moved = state.log.receipt(2);
    moved.proof = moved.proof.replace("index 2", "index 1");
    assert!(matches!(
        verify(&moved),
        Err(ReceiptError::Proof(proof::ReceiptError::Proof(_)))
    ));
}

#[tokio::test]
async fn a_checkpoint_by_another_key_is_none() {
    let (gateway, signed) = third_of_five().await;
    let (another, _) = third_of_five().await;
    let verifier = ReceiptVerifier::new(another.state().log.verifier());
    let receipt = gateway.state().log.receipt(2);
    let refused = verifier
        .verify(Some(&receipt), &signed.subject(), false)
        .unwrap_err();
    let unknown = CheckpointError::Note(NoteError::Unknown);
    assert_eq!(
        refused,
        ReceiptError::Proof(proof::ReceiptError::Checkpoint(unknown))
    );
    assert_eq!(refused.reason(), Reason::CheckpointInvalid);
}

#[tokio::test]
async fn an_entry_that_is_no_statement_is_no_receipt_for_one() {
    let gateway = TestGateway::start().await;
    let signed = gateway.notice(1);
    let subject = signed.subject();
    let record = pb::StatementRecord {
        envelope_digest: subject.envelope_digest.to_vec(),
        statement_id: subject.statement_id.to_vec(),
        ..Default::default()
    };
    let mut state = gateway.state();
    let request = signed.request().clone();
    let index = state
        .log
        .append_record(request, &record, EntryType::Conflict);
    let verifier = ReceiptVerifier::new(state.log.verifier());
    let refused = verifier.verify(Some(&state.log.receipt(index)), &subject, false);
    assert_eq!(refused, Err(ReceiptError::EntryType(EntryType::Conflict)));
}

#[tokio::test]
async fn only_a_repeat_may_have_been_logged_with_other_signature_bytes() {
    let (gateway, signed) = third_of_five().await;
    let state = gateway.state();
    let verifier = ReceiptVerifier::new(state.log.verifier());
    let signed_again = Subject {
        envelope_digest: [7; 32],
        ..signed.subject()
    };
    let receipt = state.log.receipt(2);
    let fresh = verifier.verify(Some(&receipt), &signed_again, false);
    assert_eq!(fresh, Err(ReceiptError::OtherEnvelope));
    assert_eq!(
        verifier
            .verify(Some(&receipt), &signed_again, true)
            .unwrap()
            .index,
        2
    );
}

#[tokio::test]
async fn each_distinct_checkpoint_is_verified_once_and_few_are_remembered() {
    let gateway = TestGateway::start().await;
    let verifier = ReceiptVerifier::new(gateway.state().log.verifier());
    for seq in 0..3 * CHECKPOINTS_REMEMBERED as u64 {
        let signed = gateway.notice(seq + 1);
        let mut state = gateway.state();
        let index = state.log.append(&signed);
        for _ in 0..2 {
            verifier
                .verify(Some(&state.log.receipt(index)), &signed.subject(), false)
                .unwrap();
        }
        let expected = CHECKPOINTS_REMEMBERED.min(usize::try_from(seq).unwrap() + 1);
        assert_eq!(verifier.remembered().len(), expected);
    }
}
