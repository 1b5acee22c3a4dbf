//! An alert crosses from one country to the other, is acknowledged and answered, and nobody else sees it.

use std::time::Duration;

use precinto_client::Pin;
use precinto_client::submit::submit;
use precinto_client::subscribe::{Event, SubscribeOptions, Subscriber};
use precinto_tests::{Messages, Node, Site, audit};

/// Long enough for a slow machine; reaching it means that something is lost.
const PATIENCE: Duration = Duration::from_mins(1);

fn subscriber(node: &Node, name: &str) -> Subscriber {
    let options = SubscribeOptions::named(name);
    Subscriber::new(
        node.settings.clone(),
        node.clock.clone(),
        options,
        Pin::memory(),
    )
}

/// The indexes delivered until the subscriber has caught up, each settled.
async fn drain(subscriber: &mut Subscriber) -> Vec<u64> {
    let mut indexes = Vec::new();
    loop {
        let event = tokio::time::timeout(PATIENCE, subscriber.next())
            .await
            .expect("in time");
        match event.expect("the subscription goes on") {
            Event::Delivery(delivery) => {
                subscriber
                    .ack(delivery.index)
                    .await
                    .expect("the link is up");
                indexes.push(delivery.index);
            }
            Event::CaughtUp { .. } => return indexes,
            Event::Unbelievable(what) => panic!("unbelievable: {what:?}"),
            _ => {}
        }
    }
}

/// The next delivery.
async fn delivery(subscriber: &mut Subscriber) -> Box<precinto_client::subscribe::Delivery> {
    loop {
        let event = tokio::time::timeout(PATIENCE, subscriber.next())
            .await
            .expect("in time");
        if let Event::Delivery(delivery) = event.expect("the subscription goes on") {
            return delivery;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_reaches_whom_it_is_for_and_nobody_else() {
    let site = Site::new();
    let gateway = site.start();
    let us = site.node("us-cbp-lax", &gateway);
    let mx = site.node("mx-anam-mex", &gateway);
    let other = site.node("mx-fgr-hq", &gateway);
    let mut messages = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let connection = us.connect().await;

    let replayed = submit(&connection, &messages.alert(600))
        .await
        .expect("accepted");
    let mut desk = subscriber(&mx, "desk");
    let first = delivery(&mut desk).await;
    assert_eq!(first.index, replayed.index);
    assert_eq!(first.envelope.statement_id(), replayed.statement_id);
    assert_eq!(
        first.envelope.sender().to_string(),
        us.author.node().to_string()
    );
    desk.ack(first.index).await.expect("the link is up");

    // The same subscription is live now.
    let signed = messages.alert(600);
    let live = submit(&connection, &signed).await.expect("accepted");
    let second = delivery(&mut desk).await;
    assert_eq!(second.index, live.index);
    assert_eq!(
        second.body_bytes,
        signed.request().body,
        "the body arrives as it was signed for"
    );

    // Neither the other agency of the same side nor the sender's own side gets it.
    assert!(drain(&mut subscriber(&other, "curious")).await.is_empty());
    assert!(drain(&mut subscriber(&us, "own")).await.is_empty());
    assert!(gateway.stop().success());
    assert_eq!(audit(&site)["findings"].as_array().map(Vec::len), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_settled_does_not_come_again_after_both_restart() {
    let site = Site::new();
    let gateway = site.start();
    let us = site.node("us-cbp-lax", &gateway);
    let connection = us.connect().await;
    let mut messages = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let mut sent = Vec::new();
    for _ in 0..5 {
        sent.push(
            submit(&connection, &messages.notice())
                .await
                .expect("accepted")
                .index,
        );
    }
    {
        let mut desk = subscriber(&site.node("mx-anam-mex", &gateway), "desk");
        let seen = drain(&mut desk).await;
        assert_eq!(seen, sent);
        desk.finish().await.expect("what was settled is durable");
    }
    // A clean stop writes the cursors; a new gateway and a new client take up there.
    assert!(gateway.stop().success());
    let gateway = site.start();
    let us = site.node("us-cbp-lax", &gateway);
    let connection = us.connect().await;
    let mut messages = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let later = submit(&connection, &messages.notice())
        .await
        .expect("accepted")
        .index;
    let mut desk = subscriber(&site.node("mx-anam-mex", &gateway), "desk");
    assert_eq!(drain(&mut desk).await, [later]);
    assert!(gateway.stop().success());
    audit(&site);
}
