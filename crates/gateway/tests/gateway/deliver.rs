//! Subscription: replay then live, no hole, credit, settlement, take-over, stalled readers, the end.

use std::time::Duration;

use precinto_proto::v1 as pb;

use crate::harness::{AUDIT, LAX, NLU, World, reason};

const ANAM: &str = "mx.dev.invalid/anam";
const CBP: &str = "us.dev.invalid/cbp";

#[tokio::test(flavor = "multi_thread")]
async fn replay_then_live_without_loss_or_repeat() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 40).await;
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 1000).await;
    let replayed = watch.indexes(40).await;
    let caught_up = watch.caught_up().await;
    // Behind the act of making it.
    assert_eq!(caught_up.position, replayed[39] + 2);
    lax.submit_many(ANAM, 40).await;
    let live = watch.indexes(40).await;
    let all = [replayed, live].concat();
    assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
    assert!(watch.is_quiet().await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_what_was_signed() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    nlu.create("watch").await;
    let init = pb::Init {
        subscription: "watch".into(),
        credit: 1,
        with_proofs: true,
        ..Default::default()
    };
    let mut watch = nlu.watch_with(init).await;
    let statement = lax.notice(ANAM);
    let request = lax.sign(&statement);
    let receipt = lax
        .submissions()
        .submit(request.clone())
        .await
        .unwrap()
        .into_inner()
        .receipt;
    let delivery = watch.delivery().await;
    assert_eq!(delivery.envelope, request.envelope);
    assert_eq!(
        delivery.receipt, receipt,
        "byte for byte that of the sender"
    );
    assert_eq!(
        (delivery.attempt, delivery.time_ms),
        (1, crate::harness::pki::NOW_MS)
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_receives_what_it_is_entitled_to_and_nothing_else() {
    let mut world = World::start().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let audit = world.node(AUDIT).await;
    lax.submit_many(ANAM, 3).await;
    nlu.submit_many(CBP, 4).await;
    for (node, count) in [(&nlu, 3), (&lax, 4), (&audit, 7)] {
        node.create("watch").await;
        let mut watch = node.watch("watch", 100).await;
        watch.indexes(count).await;
        assert!(watch.is_quiet().await, "{}", node.identity);
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credit_limits_what_is_unsettled_and_acks_return_it() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 10).await;
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 3).await;
    let first = watch.indexes(3).await;
    assert!(watch.is_quiet().await);
    watch.ack(first[1]).await;
    let fourth = watch.indexes(1).await;
    assert!(watch.is_quiet().await);
    watch.ack_up_to(fourth[0]).await;
    watch.indexes(3).await;
    assert!(watch.is_quiet().await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_settled_is_not_repeated_after_a_restart_and_what_is_not_comes_first() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 10).await;
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 6).await;
    let seen = watch.indexes(6).await;
    for index in [seen[0], seen[1], seen[3]] {
        watch.ack(index).await;
    }
    // The three credits that came back show that the acks have arrived.
    let more = watch.indexes(3).await;
    world.stop().await;

    world.resume().await;
    let nlu = world.node(NLU).await;
    let described = nlu.create("watch").await;
    assert_eq!(described.settled, seen[2]);
    let mut watch = nlu.watch("watch", 100).await;
    let unsettled = [seen[2], seen[4], seen[5], more[0], more[1], more[2]];
    for index in unsettled {
        let delivery = watch.delivery().await;
        assert_eq!((delivery.index, delivery.attempt), (index, 2));
        let covered = delivery.covered.unwrap();
        assert_eq!(covered.first, covered.end, "a redelivery covers nothing");
    }
    let last = watch.delivery().await;
    assert_eq!((last.index, last.attempt), (more[2] + 1, 1));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_stream_takes_over() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 2).await;
    nlu.create("watch").await;
    let mut first = nlu.watch("watch", 10).await;
    let seen = first.indexes(2).await;
    let mut second = nlu.watch("watch", 10).await;
    assert_eq!(first.closing().await, pb::ClosingReason::Superseded);
    assert_eq!(second.indexes(2).await, seen);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nacked_delivery_comes_again_while_others_go_on() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 3).await;
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 1).await;
    let first = watch.delivery().await.index;
    watch.nack(first, Duration::from_millis(400)).await;
    let second = watch.delivery().await;
    assert_eq!(second.index, first + 1);
    watch.ack(second.index).await;
    let third = watch.delivery().await;
    assert_eq!(third.index, first + 2);
    watch.ack(third.index).await;
    let again = watch.delivery().await;
    assert_eq!((again.index, again.attempt), (first, 2));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_subscriber_holds_nobody_up_and_loses_nothing() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    nlu.create("stalled").await;
    nlu.create("brisk").await;
    let mut stalled = nlu.watch("stalled", 1000).await;
    let mut brisk = nlu.watch("brisk", 1000).await;
    brisk.caught_up().await;
    for _ in 0..3 {
        let answers = lax.submit_many(ANAM, 300).await;
        assert!(answers.iter().all(|answer| answer.accepted.is_some()));
        let seen = brisk.indexes(300).await;
        brisk.ack_up_to(seen[299]).await;
    }
    let seen = stalled.indexes(900).await;
    assert!(seen.is_sorted_by(|a, b| a < b));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn falling_behind_is_said_and_ends_with_catching_up() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 1).await;
    watch.caught_up().await;
    lax.submit_many(ANAM, 1_100).await;
    let first = watch.delivery().await.index;
    watch.ack(first).await;
    let heartbeat = loop {
        let message = watch.next().await;
        if let Some(delivery) = message.delivery {
            watch.ack(delivery.index).await;
        }
        if let Some(heartbeat) = message.heartbeat {
            break heartbeat;
        }
    };
    assert_eq!(heartbeat.phase(), pb::Phase::Replay);
    let caught_up = loop {
        let message = watch.next().await;
        if let Some(delivery) = message.delivery {
            watch.ack(delivery.index).await;
        }
        if let Some(caught_up) = message.caught_up {
            break caught_up;
        }
    };
    assert_eq!(caught_up.position, first + 1_100);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_on_a_stream_have_reasons() {
    let mut world = World::start().await;
    let nlu = world.node(NLU).await;
    nlu.create("watch").await;
    let say = |init: Option<pb::Init>, then: Option<pb::SubscribeRequest>| {
        let nlu = &nlu;
        async move {
            let mut watch = nlu.watch_with(init.unwrap_or_default()).await;
            if let Some(then) = then {
                watch.say(then).await;
            }
            loop {
                if let Err(status) = watch.try_next().await {
                    return reason(&status);
                }
            }
        }
    };
    let init = |credit| {
        Some(pb::Init {
            subscription: "watch".into(),
            credit,
            ..Default::default()
        })
    };
    assert_eq!(say(init(0), None).await, "CREDIT_INVALID");
    assert_eq!(say(init(1001), None).await, "CREDIT_INVALID");
    let other = pb::Init {
        subscription: "other".into(),
        credit: 1,
        ..Default::default()
    };
    assert_eq!(say(Some(other), None).await, "SUBSCRIPTION_UNKNOWN");
    let ack = pb::Ack {
        index: 99,
        all_up_to: false,
    };
    let ack = pb::SubscribeRequest {
        ack: Some(ack),
        ..Default::default()
    };
    assert_eq!(say(init(1), Some(ack)).await, "INDEX_UNKNOWN");
    let again = pb::SubscribeRequest {
        init: init(1),
        ..Default::default()
    };
    assert_eq!(say(init(1), Some(again)).await, "INIT_EXPECTED");
    let nack = pb::Nack {
        index: 99,
        delay: Some(prost_types::Duration {
            seconds: 3601,
            nanos: 0,
        }),
        reason: 0,
    };
    let nack = pb::SubscribeRequest {
        nack: Some(nack),
        ..Default::default()
    };
    assert_eq!(say(init(1), Some(nack)).await, "DELAY_INVALID");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_belong_to_their_node() {
    let mut world = World::start().await;
    let (lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    nlu.create("watch").await;
    assert_eq!(
        nlu.create("watch").await.name,
        "watch",
        "the same definition again"
    );
    let get = pb::GetSubscriptionRequest {
        name: "watch".into(),
    };
    let status = lax.subscriptions().get_subscription(get).await.unwrap_err();
    assert_eq!(reason(&status), "SUBSCRIPTION_UNKNOWN");
    let create = |name: &str, start: pb::StartPosition, start_index| {
        let name = name.to_owned();
        let mut client = nlu.subscriptions();
        async move {
            let request = pb::CreateSubscriptionRequest {
                name,
                start: start.into(),
                start_index,
                ..Default::default()
            };
            client
                .create_subscription(request)
                .await
                .map(tonic::Response::into_inner)
        }
    };
    let status = create("watch", pb::StartPosition::Now, 0)
        .await
        .unwrap_err();
    assert_eq!(reason(&status), "SUBSCRIPTION_EXISTS");
    let status = create("ahead", pb::StartPosition::Index, 1_000)
        .await
        .unwrap_err();
    assert_eq!(reason(&status), "CURSOR_AHEAD");
    let status = create("../climb", pb::StartPosition::First, 0)
        .await
        .unwrap_err();
    assert_eq!(reason(&status), "SUBSCRIPTION_NAME");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_listed_page_by_page() {
    let mut world = World::start().await;
    let nlu = world.node(NLU).await;
    nlu.create("watch").await;
    nlu.create("archive").await;
    let list = pb::ListSubscriptionsRequest {
        page_size: 1,
        page_token: String::new(),
    };
    let first = nlu
        .subscriptions()
        .list_subscriptions(list)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (
            first.subscriptions[0].name.as_str(),
            first.next_page_token.as_str()
        ),
        ("archive", "archive")
    );
    let list = pb::ListSubscriptionsRequest {
        page_size: 1,
        page_token: first.next_page_token,
    };
    let second = nlu
        .subscriptions()
        .list_subscriptions(list)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (
            second.subscriptions[0].name.as_str(),
            second.next_page_token.as_str()
        ),
        ("watch", "")
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_ends_the_stream_and_survives_a_restart() {
    let mut world = World::start().await;
    let nlu = world.node(NLU).await;
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 1).await;
    watch.caught_up().await;
    let delete = pb::DeleteSubscriptionRequest {
        name: "watch".into(),
    };
    nlu.subscriptions()
        .delete_subscription(delete)
        .await
        .unwrap();
    assert_eq!(watch.closing().await, pb::ClosingReason::Deleted);
    world.stop().await;
    world.resume().await;
    let nlu = world.node(NLU).await;
    let get = pb::GetSubscriptionRequest {
        name: "watch".into(),
    };
    let status = nlu.subscriptions().get_subscription(get).await.unwrap_err();
    assert_eq!(reason(&status), "SUBSCRIPTION_UNKNOWN");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_stream_has_heartbeats_with_the_checkpoint() {
    let mut world = World::start().await;
    let nlu = world.node(NLU).await;
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 1).await;
    watch.caught_up().await;
    let heartbeat = watch.next().await.heartbeat.expect("after 15 s of silence");
    assert_eq!(heartbeat.phase(), pb::Phase::Live);
    assert!(
        heartbeat
            .checkpoint
            .starts_with("gw.dev.invalid/log/2026\n")
    );
    assert_eq!(heartbeat.server_time.unwrap().seconds, 1_795_348_800);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_says_goodbye_and_answers_what_was_read() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 100).await;
    watch.caught_up().await;
    let answers = lax.submit_many(ANAM, 20).await;
    assert!(answers.iter().all(|answer| answer.accepted.is_some()));
    world.begin_stop();
    assert_eq!(watch.closing().await, pb::ClosingReason::Draining);
    world.stop().await;
    world.resume().await;
    let nlu = world.node(NLU).await;
    let mut watch = nlu.watch("watch", 100).await;
    watch.indexes(20).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_half_closing_what_was_settled_is_durable_before_the_stream_ends() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 5).await;
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 5).await;
    let seen = watch.indexes(5).await;
    watch.ack(seen[1]).await;
    watch.ack_up_to(seen[2]).await;
    watch.half_close();
    while watch.try_next().await.unwrap().is_some() {}
    // At once, without waiting for the next round of the flusher.
    assert_eq!(nlu.create("watch").await.settled, seen[3]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nack_without_a_delay_is_no_hot_loop() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 1).await;
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 1).await;
    let began = tokio::time::Instant::now();
    for attempt in 1..=3 {
        let delivery = watch.delivery().await;
        assert_eq!(delivery.attempt, attempt);
        watch.nack(delivery.index, Duration::ZERO).await;
    }
    assert!(began.elapsed() >= Duration::from_millis(300), "100 and 200");
    world.stop().await;
}
