//! SIGTERM under load: the gateway stops cleanly, and everything it had acknowledged is in the log.

use std::sync::Arc;

use precinto_client::LogClient;
use precinto_client::submit::{SubmitError, submit};
use precinto_tests::{Messages, Site, audit};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clean_stop_under_load_loses_nothing() {
    let site = Site::new();
    let gateway = site.start();
    let node = Arc::new(site.node("us-cbp-lax", &gateway));
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let (answered, mut answers) = tokio::sync::mpsc::channel(1024);
    let mut senders = Vec::new();
    for _ in 0..4 {
        let batch: Vec<_> = (0..200).map(|_| messages.notice()).collect();
        let (connection, answered) = (connection.clone(), answered.clone());
        senders.push(tokio::spawn(async move {
            for message in batch {
                match submit(&connection, &message).await {
                    Ok(accepted) => answered.send(accepted).await.expect("the test listens"),
                    Err(SubmitError::Lost(_)) => return,
                    Err(other) if other.is_transient() => return,
                    Err(other) => panic!("refused: {other}"),
                }
            }
        }));
    }
    drop(answered);
    let mut acknowledged = vec![answers.recv().await.expect("a first answer")];
    let stopping = tokio::task::spawn_blocking(move || gateway.stop());
    while let Some(accepted) = answers.recv().await {
        acknowledged.push(accepted);
    }
    assert!(stopping.await.expect("waits").success(), "a clean stop");
    for sender in senders {
        sender.await.expect("a sender");
    }

    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let connection = node.connect().await;
    let log = LogClient::new(&connection);
    for accepted in &acknowledged {
        let held = log
            .receipt_of(accepted.message_id)
            .await
            .expect("acknowledged, so there");
        assert_eq!(held.receipt, accepted.receipt);
    }
    assert!(gateway.stop().success());
    audit(&site);
}
