//! Answers that are believed, and answers that are not.

use super::*;
use crate::test_gateway::TestGateway;
use tonic_types::{ErrorDetails, StatusExt};

#[tokio::test]
async fn an_accepted_statement_has_a_receipt_that_was_verified() {
    let gateway = TestGateway::start().await;
    gateway.fill(6);
    let signed = gateway.notice(7);
    let accepted = submit(&gateway.connect().await, &signed).await.unwrap();
    assert_eq!(
        (accepted.index, accepted.tree_size, accepted.duplicate),
        (6, 7, false)
    );
    assert_eq!(accepted.message_id, signed.message_id());
    assert!(
        accepted
            .receipt
            .proof
            .starts_with("c2sp.org/tlog-proof@v1\n")
    );
}

#[tokio::test]
async fn a_gateway_that_answers_with_another_receipt_or_none_is_not_believed() {
    let gateway = TestGateway::start().await;
    gateway.fill(1);
    let connection = gateway.connect().await;
    gateway.state().answer = Box::new(|log, _| {
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(0)),
            ..Default::default()
        })
    });
    let another = submit(&connection, &gateway.notice(2)).await.unwrap_err();
    assert_eq!(another, SubmitError::Receipt(ReceiptError::OtherStatement));
    assert!(!another.is_transient());

    gateway.state().answer = Box::new(|_, _| Ok(pb::SubmitResponse::default()));
    let none = submit(&connection, &gateway.notice(3)).await;
    assert_eq!(none, Err(SubmitError::Receipt(ReceiptError::Missing)));
}

#[tokio::test]
async fn a_refusal_keeps_its_reason_and_a_lost_line_says_that_the_fate_is_unknown() {
    let gateway = TestGateway::start().await;
    let connection = gateway.connect().await;
    gateway.state().answer = Box::new(|_, _| {
        let details = ErrorDetails::with_error_info("SIG_BAD", "precinto", []);
        Err(tonic::Status::with_error_details(
            tonic::Code::Unauthenticated,
            "no",
            details,
        ))
    });
    let refused = submit(&connection, &gateway.notice(1)).await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::SigBad));
    assert!(matches!(refused, SubmitError::Refused(_)));

    // Given up on while the entry may be on its way into the log: nobody can say that it was refused.
    for reason in ["DEADLINE", "CANCELLED", "INTERNAL"] {
        gateway.state().answer = Box::new(move |_, _| {
            let details = ErrorDetails::with_error_info(reason, "precinto", []);
            let code = tonic::Code::Unavailable;
            Err(tonic::Status::with_error_details(code, "given up", details))
        });
        let unknown = submit(&connection, &gateway.notice(1)).await.unwrap_err();
        assert!(matches!(unknown, SubmitError::Lost(_)), "{unknown:?}");
        assert!(unknown.is_transient() && unknown.reason().is_some());
    }

    gateway.cut();
    let lost = submit(&connection, &gateway.notice(1)).await.unwrap_err();
    assert!(matches!(lost, SubmitError::Lost(_)), "{lost:?}");
    assert!(lost.is_transient());
    let again = submit(&connection, &gateway.notice(1)).await.unwrap_err();
    assert!(
        matches!(again, SubmitError::Lost(_)),
        "a connection never comes back: {again:?}"
    );
}
