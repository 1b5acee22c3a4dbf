//! A sender who sends too much is told so, and when to come back; nobody else notices.

use std::time::Duration;

use precinto_alert::Reason;
use precinto_client::pipeline;
use precinto_client::submit::{SubmitError, submit};
use precinto_tests::{GatewayProcess, Messages, Site, audit};

/// A gateway that takes sixty messages of each agency a minute, and thirty of each node.
#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn start() -> (Site, GatewayProcess) {
    let site = Site::new();
    let text = std::fs::read_to_string(site.config()).expect("gateway.toml");
    let small = text
        .replace(
            "\nstatements_per_minute = 1000000000",
            "\nstatements_per_minute = 60",
        )
        .replace(
            "\nnode_statements_per_minute = 1000000000",
            "\nnode_statements_per_minute = 30",
        );
    assert_ne!(small, text);
    std::fs::write(site.config(), small).expect("gateway.toml");
    let gateway = site.start();
    (site, gateway)
}

/// The reason and the advice of a refusal.
fn told(error: &SubmitError) -> (Option<Reason>, Option<Duration>) {
    (error.reason(), error.retry_after())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_over_its_quota_is_told_when_to_come_back_and_others_go_on() {
    let (site, gateway) = start();
    let lax = site.node("us-cbp-lax", &gateway);
    let connection = lax.connect().await;
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", "mx.dev.invalid/anam");
    for _ in 0..30 {
        submit(&connection, &messages.alert(10))
            .await
            .expect("within the quota");
    }
    let beyond = messages.alert(10);
    let refused = submit(&connection, &beyond).await.expect_err("over it");
    let (reason, wait) = told(&refused);
    assert_eq!(reason, Some(Reason::Quota));
    assert!(refused.is_transient(), "whoever keeps it sends it again");
    let wait = wait.expect("advice");
    assert!(wait <= Duration::from_secs(2), "thirty a minute: {wait:?}");

    // The same over a stream.
    let again = lax.connect().await;
    let (mut sender, mut answers) = pipeline::open(&again, 4).await.expect("a stream");
    sender.send(beyond.clone()).await.expect("a stream");
    let answer = answers.next().await.expect("an answer");
    let refused = answer.outcome.expect_err("over it");
    assert_eq!(refused.reason(), Some(Reason::Quota));

    let dea = site.node("us-dea-hq", &gateway);
    let mut others = Messages::new(&dea.author, "US-DEAHQ", "mx.dev.invalid/anam");
    let alert = others.alert(10);
    submit(&dea.connect().await, &alert)
        .await
        .expect("another agency is not affected");

    tokio::time::sleep(wait).await;
    submit(&connection, &beyond).await.expect("as was advised");
    drop((connection, again, sender));
    assert!(gateway.stop().success());
    audit(&site);
}
