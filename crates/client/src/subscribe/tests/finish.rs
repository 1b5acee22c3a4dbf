//! `finish` says that what was settled is durable only when the gateway has said so.

use super::*;

/// After one delivery, acknowledged: the gateway goes on as told, and the subscriber finishes.
async fn acknowledged(
    then: Then,
    last: Option<pb::SubscribeResponse>,
) -> (TestGateway, Subscriber) {
    let gateway = TestGateway::start().await;
    gateway.fill(2);
    gateway.state().script = Box::new(move |log, _| {
        let says = std::iter::once(delivered(log.delivery(0, 0, 1)));
        (says.chain(last.clone()).collect(), then)
    });
    let mut subscriber = subscriber(&gateway);
    while !matches!(subscriber.next().await.unwrap(), Event::Delivery(_)) {}
    subscriber.ack(0).await.unwrap();
    (gateway, subscriber)
}

#[tokio::test]
async fn a_good_end_confirms_what_was_settled() {
    let (gateway, subscriber) = acknowledged(Then::HearOut, None).await;
    assert_eq!(subscriber.finish().await, Ok(()));
    let acks = |said: &pb::SubscribeRequest| said.ack.is_some();
    assert!(
        gateway.state().heard.iter().any(acks),
        "heard before the end"
    );
}

#[tokio::test]
async fn an_error_at_the_end_confirms_nothing() {
    let (_gateway, subscriber) = acknowledged(Then::Fail, None).await;
    assert_eq!(subscriber.finish().await, Err(LinkDown));
}

#[tokio::test]
async fn a_gateway_that_ends_the_stream_by_itself_confirms_nothing() {
    let goodbye = closing(pb::ClosingReason::Draining, Some(1));
    let (_gateway, subscriber) = acknowledged(Then::End, Some(goodbye)).await;
    assert_eq!(subscriber.finish().await, Err(LinkDown));
}

#[tokio::test]
async fn a_cut_line_confirms_nothing() {
    let (gateway, subscriber) = acknowledged(Then::HearOut, None).await;
    gateway.cut();
    assert_eq!(subscriber.finish().await, Err(LinkDown));
}

#[tokio::test]
async fn what_was_settled_on_a_line_that_broke_is_not_confirmed() {
    let (gateway, mut subscriber) = acknowledged(Then::Hold, None).await;
    gateway.cut();
    let (_, event) = deliveries(&mut subscriber).await;
    assert!(matches!(event, Event::Disconnected { .. }), "{event:?}");
    assert_eq!(subscriber.finish().await, Err(LinkDown));
}

/// Acknowledges entry 0 on a line that breaks; the next stream states `settled` as its durable floor, and ends well.
async fn on_the_next_line(settled: u64) -> Result<(), LinkDown> {
    let (gateway, mut subscriber) = acknowledged(Then::Hold, None).await;
    gateway.state().script = Box::new(move |log, _| {
        let caught_up = pb::CaughtUp {
            position: 1,
            checkpoint: log.note(),
            settled,
            covered: None,
            server_time: None,
        };
        let says = pb::SubscribeResponse {
            caught_up: Some(caught_up),
            ..Default::default()
        };
        (vec![says], Then::HearOut)
    });
    gateway.cut();
    while !matches!(subscriber.next().await.unwrap(), Event::CaughtUp { .. }) {}
    subscriber.finish().await
}

#[tokio::test]
async fn the_durable_floor_of_a_later_stream_confirms_it() {
    assert_eq!(on_the_next_line(1).await, Ok(()));
    assert_eq!(on_the_next_line(0).await, Err(LinkDown));
}

#[tokio::test]
async fn without_anything_settled_there_is_nothing_to_confirm() {
    let gateway = TestGateway::start().await;
    assert_eq!(subscriber(&gateway).finish().await, Ok(()));
}
