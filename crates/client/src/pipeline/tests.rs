//! The window, the order of the answers, and what becomes of messages when the stream breaks.

use super::*;
use crate::author::Signed;
use crate::test_gateway::TestGateway;
use std::time::Duration;
use tokio::time::timeout;
use tonic_types::{ErrorDetails, StatusExt};

#[tokio::test]
async fn answers_come_in_the_order_of_sending_and_a_refusal_does_not_end_the_stream() {
    let gateway = TestGateway::start().await;
    gateway.state().answer = Box::new(|log, signed| {
        if log.size() == 3 {
            log.append(&signed);
            let details = ErrorDetails::with_error_info("EXPIRED", "precinto", []);
            let status =
                tonic::Status::with_error_details(tonic::Code::FailedPrecondition, "late", details);
            return Err(status);
        }
        let index = log.append(&signed);
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            ..Default::default()
        })
    });
    let connection = gateway.connect().await;
    let (mut sender, mut answers) = open(&connection, 4).await.unwrap();
    let notices: Vec<Signed> = (1..=20).map(|seq| gateway.notice(seq)).collect();
    let sent: Vec<_> = notices.iter().map(Signed::message_id).collect();
    let send = async move {
        for notice in notices {
            sender.send(notice).await.unwrap();
        }
    };
    let receive = async {
        let mut outcomes = Vec::new();
        while let Some(answer) = answers.next().await {
            outcomes.push((answer.message_id, answer.outcome));
        }
        outcomes
    };
    let ((), outcomes) = tokio::join!(send, receive);
    assert_eq!(outcomes.iter().map(|(id, _)| *id).collect::<Vec<_>>(), sent);
    for (place, (_, outcome)) in outcomes.iter().enumerate() {
        match outcome {
            Ok(accepted) => assert_eq!(accepted.index, place as u64),
            Err(error) => assert_eq!(
                (place, error.reason()),
                (3, Some(precinto_alert::Reason::Expired))
            ),
        }
    }
}

#[tokio::test]
async fn no_more_is_unanswered_than_the_window_allows() {
    let gateway = TestGateway::start().await;
    let (mut sender, mut answers) = open(&gateway.connect().await, 2).await.unwrap();
    sender.send(gateway.notice(1)).await.unwrap();
    sender.send(gateway.notice(2)).await.unwrap();
    let third = gateway.notice(3);
    let full = timeout(Duration::from_millis(200), sender.send(third.clone())).await;
    assert!(full.is_err(), "nobody has taken an answer yet");
    assert!(answers.next().await.unwrap().outcome.is_ok());
    sender.send(third).await.unwrap();
    drop(sender);
    for _ in 0..2 {
        assert!(answers.next().await.unwrap().outcome.is_ok());
    }
    assert_eq!(
        answers.next().await,
        None,
        "all are in, and the sender is gone"
    );
}

#[tokio::test]
async fn when_the_stream_breaks_every_unanswered_message_is_told_to_be_lost() {
    let gateway = TestGateway::start().await;
    gateway.state().answer = Box::new(|log, signed| {
        if log.size() == 2 {
            return Err(tonic::Status::data_loss("break"));
        }
        let index = log.append(&signed);
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            ..Default::default()
        })
    });
    let (mut sender, mut answers) = open(&gateway.connect().await, 8).await.unwrap();
    for seq in 1..=5 {
        sender.send(gateway.notice(seq)).await.unwrap();
    }
    let mut outcomes = Vec::new();
    while outcomes.len() < 5 {
        outcomes.push(answers.next().await.unwrap().outcome);
    }
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2);
    assert!(
        outcomes[2..]
            .iter()
            .all(|outcome| matches!(outcome, Err(SubmitError::Lost(_))))
    );
    assert_eq!(sender.send(gateway.notice(6)).await, Err(PipelineClosed));
    assert_eq!(answers.next().await, None);
}

/// A gateway that restarts between two messages: the next one finds no place, and nothing in the window tells why.
#[tokio::test]
async fn a_stream_that_ends_while_nothing_is_unanswered_says_why() {
    let gateway = TestGateway::start().await;
    let (mut sender, mut answers) = open(&gateway.connect().await, 8).await.unwrap();
    sender.send(gateway.notice(1)).await.unwrap();
    assert!(answers.next().await.unwrap().outcome.is_ok());
    gateway.cut();
    for seq in 2.. {
        if sender.send(gateway.notice(seq)).await == Err(PipelineClosed) {
            break;
        }
        // It still went into the queue of a stream that is over: it has a place, and is told to be lost.
        let answer = answers.next().await.unwrap();
        assert!(matches!(answer.outcome, Err(SubmitError::Lost(_))));
    }
    assert_eq!(answers.next().await, None);
    let ended = answers.ended();
    assert!(ended.is_transient() && matches!(ended, SubmitError::Lost(_)));
}

#[tokio::test]
async fn an_answer_to_another_message_ends_the_stream() {
    let gateway = TestGateway::start().await;
    let connection = gateway.connect().await;
    let (mut sender, mut answers) = open(&connection, 2).await.unwrap();
    let (ours, other) = (gateway.notice(1), gateway.notice(2));
    sender.send(ours.clone()).await.unwrap();
    let response = pb::SubmitStreamResponse {
        message_id: other.message_id().as_bytes().to_vec(),
        accepted: Some(pb::SubmitResponse::default()),
        refused: Vec::new(),
    };
    let outstanding = answers.window.recv().await.unwrap();
    let answer = answers.answer(outstanding, response);
    assert_eq!(
        (answer.message_id, answer.outcome),
        (ours.message_id(), Err(SubmitError::Answer))
    );
    assert_eq!(sender.send(other).await, Err(PipelineClosed));
}
