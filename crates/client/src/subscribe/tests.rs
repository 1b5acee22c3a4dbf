//! A subscription against a gateway that behaves, breaks, or lies.

use super::*;
use crate::pin::ContradictionKind;
use crate::test_gateway::{TestGateway, Then, caught_up, closing, delivered};
use precinto_envelope::crypto::SigningKey;
use std::future::Future;
use std::task::Poll;

mod branch;
mod cosign;
mod finish;

/// A subscriber that does not wait long.
fn subscriber(gateway: &TestGateway) -> Subscriber {
    let retry = Retry {
        min: Duration::from_millis(1),
        max: Duration::from_millis(20),
    };
    let options = SubscribeOptions {
        retry,
        ..SubscribeOptions::named("watch")
    };
    Subscriber::new(
        gateway.settings.clone(),
        gateway.clock.clone(),
        options,
        Pin::memory(),
    )
}

async fn failure(subscriber: &mut Subscriber) -> SubscribeError {
    let fails = async {
        loop {
            if let Err(error) = subscriber.next().await {
                return error;
            }
        }
    };
    let ten_seconds = Duration::from_secs(10);
    tokio::time::timeout(ten_seconds, fails)
        .await
        .expect("the subscription stops")
}

/// The indexes delivered up to the first event that is neither a delivery nor `Connected`, and that event.
async fn deliveries(subscriber: &mut Subscriber) -> (Vec<u64>, Event) {
    let mut indexes = Vec::new();
    loop {
        match subscriber.next().await.unwrap() {
            Event::Connected { .. } => {}
            Event::Delivery(delivery) => indexes.push(delivery.index),
            other => return (indexes, other),
        }
    }
}

#[tokio::test]
async fn replay_then_live_with_everything_verified() {
    let gateway = TestGateway::start().await;
    gateway.fill(3);
    gateway.state().script = Box::new(|log, _| {
        let mut with_proof = log.delivery(2, 1, 3);
        with_proof.receipt = Some(log.receipt(2));
        let says = vec![
            delivered(log.delivery(0, 0, 1)),
            delivered(with_proof),
            caught_up(log.note(), 3),
        ];
        (says, Then::Hold)
    });
    let mut subscriber = subscriber(&gateway);
    assert!(matches!(
        subscriber.next().await.unwrap(),
        Event::Connected { .. }
    ));
    let Event::Delivery(first) = subscriber.next().await.unwrap() else {
        panic!("no delivery")
    };
    assert_eq!(first.statement.sender_seq(), 1);
    let content = first.body.unwrap().content;
    assert!(String::from_utf8_lossy(&content).contains("notice 1"));
    assert!(first.receipt.is_none() && !first.unknown_fields);
    let Event::Delivery(second) = subscriber.next().await.unwrap() else {
        panic!("no delivery")
    };
    assert!(second.receipt.is_some());
    let caught_up = subscriber.next().await.unwrap();
    assert!(
        matches!(
            caught_up,
            Event::CaughtUp {
                position: 3,
                tree_size: 3,
                ..
            }
        ),
        "{caught_up:?}"
    );
    assert_eq!(
        subscriber.pin().newest(),
        Some(&gateway.state().log.checkpoint(3))
    );
    assert_eq!(
        gateway.state().certificates_asked,
        1,
        "one signer, asked for once"
    );
}

#[tokio::test]
async fn settling_reaches_the_gateway() {
    let gateway = TestGateway::start().await;
    gateway.fill(1);
    gateway.state().script =
        Box::new(|log, _| (vec![delivered(log.delivery(0, 0, 1))], Then::Hold));
    let mut subscriber = subscriber(&gateway);
    assert_eq!(subscriber.ack(0).await, Err(LinkDown));
    while !matches!(subscriber.next().await.unwrap(), Event::Delivery(_)) {}
    subscriber.ack(0).await.unwrap();
    subscriber.ack_up_to(7).await.unwrap();
    subscriber
        .nack(3, Duration::from_millis(1500), Reason::Overloaded)
        .await
        .unwrap();
    let heard = loop {
        let heard = gateway.state().heard.clone();
        if heard.len() == 4 {
            break heard;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(heard[0].init.as_ref().unwrap().subscription, "watch");
    assert_eq!(
        heard[1].ack,
        Some(pb::Ack {
            index: 0,
            all_up_to: false
        })
    );
    assert_eq!(
        heard[2].ack,
        Some(pb::Ack {
            index: 7,
            all_up_to: true
        })
    );
    let delay = Some(prost_types::Duration {
        seconds: 1,
        nanos: 500_000_000,
    });
    let nack = pb::Nack {
        index: 3,
        delay,
        reason: Reason::Overloaded.into(),
    };
    assert_eq!(heard[3].nack, Some(nack));
}

#[tokio::test]
async fn entries_that_are_not_accounted_for_stop_the_subscription() {
    let gateway = TestGateway::start().await;
    gateway.fill(3);
    gateway.state().script = Box::new(|log, _| {
        (
            vec![
                delivered(log.delivery(0, 0, 1)),
                delivered(log.delivery(2, 2, 3)),
            ],
            Then::Hold,
        )
    });
    let mut subscriber = subscriber(&gateway);
    let gap = failure(&mut subscriber).await;
    assert!(
        matches!(
            gap,
            SubscribeError::Coverage(CoverageError::Gap { from: 1, to: 2 })
        ),
        "{gap:?}"
    );
    assert_eq!(gap.reason(), Some(Reason::DeliveryGap));
    assert!(matches!(
        subscriber.next().await,
        Err(SubscribeError::Stopped)
    ));
}

#[tokio::test]
async fn what_does_not_hold_is_never_a_message_and_the_next_one_is_still_delivered() {
    let gateway = TestGateway::start().await;
    gateway.fill(6);
    gateway.state().script = Box::new(|log, _| {
        let mut wrong: Vec<_> = (0..6)
            .map(|index| log.delivery(index, index, index + 1))
            .collect();
        wrong[0].body = [&*wrong[0].body, &[0]].concat().into();
        let mut flipped = wrong[1].envelope.to_vec();
        *flipped.last_mut().unwrap() ^= 1; // the last byte of the signature
        wrong[1].envelope = flipped.into();
        wrong[2].receipt = Some(pb::Receipt {
            record: log.receipt(1).record,
            ..Default::default()
        });
        wrong[3].envelope.clear();
        wrong[4].receipt = Some(log.receipt(4));
        wrong[4].time_ms += 1;
        (wrong.into_iter().map(delivered).collect(), Then::Hold)
    });
    let mut subscriber = subscriber(&gateway);
    let mut reasons = Vec::new();
    loop {
        match subscriber.next().await.unwrap() {
            Event::Unbelievable(told) => reasons.push((told.index, told.reason)),
            Event::Delivery(delivery) => break assert_eq!(delivery.index, 5),
            _ => {}
        }
    }
    let expected = [
        (0, Reason::BodyMismatch),
        (1, Reason::SigBad),
        (2, Reason::ReceiptInvalid),
        (3, Reason::Malformed),
        (4, Reason::ReceiptInvalid),
    ];
    assert_eq!(reasons, expected);
}

#[tokio::test]
async fn a_proof_that_was_asked_for_and_is_left_out_makes_a_delivery_unbelievable() {
    let gateway = TestGateway::start().await;
    gateway.fill(2);
    gateway.state().script = Box::new(|log, _| {
        let mut proven = log.delivery(1, 1, 2);
        proven.receipt = Some(log.receipt(1));
        let told = [log.delivery(0, 0, 1), proven];
        (told.into_iter().map(delivered).collect(), Then::Hold)
    });
    let mut subscriber = subscriber(&gateway);
    subscriber.options.with_proofs = true;
    let connected = subscriber.next().await.unwrap();
    assert!(matches!(connected, Event::Connected { .. }));
    match subscriber.next().await.unwrap() {
        Event::Unbelievable(told) => {
            assert_eq!((told.index, told.reason), (0, Reason::ReceiptInvalid));
        }
        other => panic!("{other:?}"),
    }
    match subscriber.next().await.unwrap() {
        Event::Delivery(delivery) => assert!(delivery.receipt.is_some()),
        other => panic!("{other:?}"),
    }
}

/// A gateway that shows a checkpoint of four, then the one that `second` makes.
async fn shows(
    second: impl Fn(&mut crate::test_gateway::TestLog) -> String + Send + 'static,
) -> SubscribeError {
    let gateway = TestGateway::start().await;
    gateway.fill(6);
    gateway.state().script = Box::new(move |log, _| {
        let first = log.checkpoint(4).note().to_owned();
        (
            vec![caught_up(first, 0), caught_up(second(log), 0)],
            Then::Hold,
        )
    });
    failure(&mut subscriber(&gateway)).await
}

#[tokio::test]
async fn a_log_that_goes_back_stops_the_subscription() {
    let back = shows(|log| log.checkpoint(3).note().to_owned()).await;
    let SubscribeError::Contradiction(back) = back else {
        panic!("{back:?}")
    };
    assert_eq!(back.kind, ContradictionKind::Smaller);
}

#[tokio::test]
async fn a_log_that_cannot_show_that_it_only_grew_stops_the_subscription() {
    // The checkpoint is over a rewritten history, the proof comes from it too: neither fits what was pinned.
    let rewritten = shows(|log| {
        log.forget();
        log.note()
    });
    let rewritten = rewritten.await;
    assert_eq!(
        rewritten.reason(),
        Some(Reason::LogInconsistent),
        "{rewritten:?}"
    );
}

#[tokio::test]
async fn a_checkpoint_by_another_key_stops_the_subscription() {
    let other = precinto_merkle::note::NoteSigner::new(
        "gw.dev.invalid/log/2026",
        SigningKey::generate_ed25519().0,
    );
    let other = other.unwrap();
    let forged = shows(move |log| {
        log.checkpoint(5)
            .checkpoint()
            .sign(&other)
            .unwrap()
            .note()
            .to_owned()
    });
    let forged = forged.await;
    assert_eq!(
        forged.reason(),
        Some(Reason::CheckpointInvalid),
        "{forged:?}"
    );
}

#[tokio::test]
async fn nothing_may_be_covered_beyond_the_signed_checkpoint() {
    let gateway = TestGateway::start().await;
    gateway.fill(3);
    gateway.state().script = Box::new(|log, _| {
        let ahead = log.checkpoint(2).note().to_owned();
        (
            vec![delivered(log.delivery(2, 0, 3)), caught_up(ahead, 3)],
            Then::Hold,
        )
    });
    let beyond = failure(&mut subscriber(&gateway)).await;
    assert_eq!(beyond.reason(), Some(Reason::DeliveryGap), "{beyond:?}");
}

#[tokio::test]
async fn a_broken_line_is_resumed_where_it_was() {
    let gateway = TestGateway::start().await;
    gateway.fill(4);
    gateway.state().script = Box::new(|log, stream| {
        let index = stream as u64 - 1;
        (
            vec![delivered(log.delivery(index, index, index + 1))],
            Then::End,
        )
    });
    let mut subscriber = subscriber(&gateway);
    for expected in 0..4 {
        let (indexes, event) = deliveries(&mut subscriber).await;
        assert_eq!(indexes, [expected]);
        assert!(
            matches!(event, Event::Disconnected { reason: None, .. }),
            "{event:?}"
        );
    }
    assert_eq!(said_covered(&gateway), [0, 1, 2, 3]);
}

/// What each stream's `Init` said was covered before it.
fn said_covered(gateway: &TestGateway) -> Vec<u64> {
    let state = gateway.state();
    let inits = state.heard.iter().filter_map(|said| said.init.as_ref());
    inits.map(|init| init.covered_up_to).collect()
}

#[tokio::test]
async fn a_new_stream_must_not_skip_what_the_last_one_did_not_cover() {
    let gateway = TestGateway::start().await;
    gateway.fill(4);
    gateway.state().script = Box::new(|log, stream| {
        let index = if stream == 1 { 0 } else { 3 };
        (
            vec![delivered(log.delivery(index, index, index + 1))],
            Then::End,
        )
    });
    let gap = failure(&mut subscriber(&gateway)).await;
    assert!(
        matches!(
            gap,
            SubscribeError::Coverage(CoverageError::Gap { from: 1, to: 3 })
        ),
        "{gap:?}"
    );
    // It was told how far the last stream came, so the line is no excuse.
    assert_eq!(said_covered(&gateway), [0, 1]);
}

#[tokio::test]
async fn a_cut_connection_is_opened_again() {
    let gateway = TestGateway::start().await;
    gateway.fill(1);
    gateway.state().script =
        Box::new(|log, _| (vec![delivered(log.delivery(0, 0, 1))], Then::Hold));
    let mut subscriber = subscriber(&gateway);
    while !matches!(subscriber.next().await.unwrap(), Event::Delivery(_)) {}
    gateway.cut();
    assert!(matches!(
        subscriber.next().await.unwrap(),
        Event::Disconnected { .. }
    ));
    assert!(matches!(
        subscriber.next().await.unwrap(),
        Event::Connected { .. }
    ));
    let (indexes, ()) = tokio::join!(async { deliveries(&mut subscriber).await.0 }, async {
        while gateway.state().heard.len() < 2 {
            tokio::task::yield_now().await;
        }
        gateway.cut();
    });
    assert_eq!(indexes, [0], "unsettled, so it comes again");
}

#[tokio::test]
async fn three_silent_heartbeats_are_a_dead_line() {
    let gateway = TestGateway::start().await;
    let mut subscriber = subscriber(&gateway);
    assert!(matches!(
        subscriber.next().await.unwrap(),
        Event::Connected { .. }
    ));
    tokio::time::pause();
    let before = Instant::now();
    let Event::Disconnected { detail, .. } = subscriber.next().await.unwrap() else {
        panic!("alive")
    };
    assert!(detail.contains("45 s"), "{detail}");
    assert_eq!(before.elapsed().as_secs(), 45);
}

#[tokio::test]
async fn an_end_on_purpose_is_final_or_passing_by_its_reason() {
    let gateway = TestGateway::start().await;
    gateway.state().script = Box::new(|_, stream| {
        let says = match stream {
            1 => closing(pb::ClosingReason::Draining, Some(15)),
            _ => closing(pb::ClosingReason::Superseded, None),
        };
        (vec![says], Then::End)
    });
    let mut subscriber = subscriber(&gateway);
    let (_, draining) = deliveries(&mut subscriber).await;
    let Event::Disconnected {
        reason, retry_in, ..
    } = draining
    else {
        panic!("{draining:?}")
    };
    assert_eq!(reason, Some(Reason::Draining));
    assert!(
        retry_in >= Duration::from_millis(15),
        "as long as the gateway asks"
    );
    let superseded = failure(&mut subscriber).await;
    assert_eq!(superseded.reason(), Some(Reason::SubscriptionSuperseded));
}

#[tokio::test]
async fn a_node_that_is_left_out_is_not_told_to_renew_its_certificate() {
    let unlisted = pb::ClosingReason::Unlisted as i32;
    let revoked = pb::ClosingReason::Revoked as i32;
    // A gateway of tomorrow may have a reason that we do not know: it is final, and no more is said of it.
    for (number, reason) in [
        (unlisted, Some(Reason::NodeUnknown)),
        (revoked, Some(Reason::CertRevoked)),
        (99, None),
    ] {
        let gateway = TestGateway::start().await;
        gateway.state().script = Box::new(move |_, _| {
            let closing = pb::Closing {
                reason: number,
                retry_after: None,
            };
            let says = pb::SubscribeResponse {
                closing: Some(closing),
                ..Default::default()
            };
            (vec![says], Then::End)
        });
        let error = failure(&mut subscriber(&gateway)).await;
        assert_eq!(error.reason(), reason, "{number}: {error}");
    }
}

#[tokio::test]
async fn dropping_the_future_at_any_point_loses_nothing() {
    let gateway = TestGateway::start().await;
    gateway.fill(5);
    gateway.state().script = Box::new(|log, _| {
        let mut says: Vec<_> = (0..5)
            .map(|index| delivered(log.delivery(index, index, index + 1)))
            .collect();
        says.insert(1, caught_up(log.checkpoint(2).note().to_owned(), 1));
        says.push(caught_up(log.note(), 5));
        (says, Then::Hold)
    });
    let mut subscriber = subscriber(&gateway);
    while !matches!(subscriber.next().await.unwrap(), Event::Connected { .. }) {}
    let (mut indexes, mut sizes, mut drops) = (Vec::new(), Vec::new(), 0);
    while sizes.len() < 2 {
        // Polled once and dropped, wherever it stands: in the stream, fetching certificates, asking for a proof.
        let once = {
            let mut next = std::pin::pin!(subscriber.next());
            std::future::poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await
        };
        match once {
            Poll::Pending => drops += 1,
            Poll::Ready(Ok(Event::Delivery(delivery))) => indexes.push(delivery.index),
            Poll::Ready(Ok(Event::CaughtUp { tree_size, .. })) => sizes.push(tree_size),
            Poll::Ready(other) => panic!("{other:?}"),
        }
        if drops % 64 == 63 {
            // Calls that are dropped at their first poll never get an answer: let one through now and then.
            let finished = subscriber.next().await.unwrap();
            match finished {
                Event::Delivery(delivery) => indexes.push(delivery.index),
                Event::CaughtUp { tree_size, .. } => sizes.push(tree_size),
                other => panic!("{other:?}"),
            }
        }
        tokio::task::yield_now().await;
    }
    assert_eq!((indexes, sizes), (vec![0, 1, 2, 3, 4], vec![2, 5]));
    assert!(drops > 0);
}

#[tokio::test]
async fn after_a_move_the_ranges_begin_anew_and_before_one_a_hole_stops_it() {
    for moves in [1, 0] {
        let gateway = TestGateway::start().await;
        gateway.fill(6);
        gateway.state().script = Box::new(|log, stream| match stream {
            1 => {
                let says = vec![
                    delivered(log.delivery(0, 0, 1)),
                    closing(pb::ClosingReason::Sought, Some(1)),
                ];
                (says, Then::End)
            }
            _ => (vec![delivered(log.delivery(5, 5, 6))], Then::Hold),
        });
        let mut subscriber = subscriber(&gateway);
        let (seen, event) = deliveries(&mut subscriber).await;
        assert_eq!(seen, [0]);
        assert!(matches!(event, Event::Disconnected { .. }), "{event:?}");
        gateway.state().moves = moves;
        if moves == 0 {
            let error = failure(&mut subscriber).await;
            assert!(
                matches!(
                    error,
                    SubscribeError::Coverage(CoverageError::Gap { from: 1, to: 5 })
                ),
                "{error}"
            );
            continue;
        }
        let connected = subscriber.next().await.unwrap();
        assert!(
            matches!(
                connected,
                Event::Connected {
                    moved_to: Some(0),
                    ..
                }
            ),
            "{connected:?}"
        );
        let Event::Delivery(delivery) = subscriber.next().await.unwrap() else {
            panic!("no delivery")
        };
        assert_eq!(delivery.index, 5);
        let init = gateway.state().heard.last().cloned().unwrap().init.unwrap();
        assert_eq!(
            init.covered_up_to, 0,
            "what was covered before means nothing"
        );
    }
}

#[tokio::test]
async fn a_body_that_was_deleted_by_law_may_be_missing_and_no_other() {
    for marked in [true, false] {
        let gateway = TestGateway::start().await;
        gateway.fill(1);
        gateway.state().script = Box::new(move |log, _| {
            let mut delivery = log.delivery(0, 0, 1);
            delivery.body.clear();
            delivery.body_pruned = marked;
            (vec![delivered(delivery)], Then::Hold)
        });
        let mut subscriber = subscriber(&gateway);
        let connected = subscriber.next().await.unwrap();
        assert!(matches!(connected, Event::Connected { .. }));
        match subscriber.next().await.unwrap() {
            Event::Delivery(delivery) => {
                assert!(marked, "not believed without its body");
                assert!(delivery.body.is_none() && delivery.statement.body().is_some());
            }
            Event::Unbelievable(problem) => {
                assert!(!marked, "{problem:?}");
                assert_eq!(problem.reason, Reason::BodyMissing);
            }
            other => panic!("{other:?}"),
        }
    }
}
