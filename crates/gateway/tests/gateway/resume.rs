//! A subscriber that says how far it was covered: what was on its way when a line broke is not lost, nor held back.

use std::path::Path;

use precinto_gateway::subscribe::cursor::Cursor;
use precinto_proto::v1 as pb;

use crate::harness::watch::Watch;
use crate::harness::{LAX, NLU, Node, World, write};

const ANAM: &str = "mx.dev.invalid/anam";

/// Opens a stream for a subscriber that remembers how far it was covered.
async fn watch_from(node: &Node, covered_up_to: u64) -> Watch {
    let init = pb::Init {
        subscription: "watch".into(),
        credit: 100,
        covered_up_to,
        ..Default::default()
    };
    node.watch_with(init).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_subscriber_says_was_not_covered_comes_anew() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 5).await;
    nlu.create("watch").await;
    let mut watch = nlu.watch("watch", 5).await;
    let seen = watch.indexes(5).await;
    watch.ack(seen[0]).await;
    watch.ack(seen[1]).await;
    watch.half_close();
    while watch.try_next().await.unwrap().is_some() {} // its end says that both acks were read
    // For the gateway all five are delivered; the subscriber has got three of them.
    let mut watch = watch_from(&nlu, seen[3]).await;
    let redelivered = watch.delivery().await;
    assert_eq!((redelivered.index, redelivered.attempt), (seen[2], 2));
    let expected = [(seen[3], seen[3]), (seen[4], seen[4])];
    for (index, first) in expected {
        let delivery = watch.delivery().await;
        let end = index + 1;
        assert_eq!(
            (delivery.index, delivery.covered),
            (index, Some(pb::Range { first, end }))
        );
    }
    let last = watch.caught_up().await;
    assert_eq!(last.position, seen[4] + 2, "behind the act of making it");
    // Who remembers more than the gateway does gets from there what the gateway knows.
    let mut watch = watch_from(&nlu, last.position + 7).await;
    assert_eq!(watch.indexes(3).await, seen[2..]);
    assert!(watch.is_quiet().await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_never_goes_back_beyond_its_beginning() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    lax.submit_many(ANAM, 3).await;
    let create = pb::CreateSubscriptionRequest {
        name: "watch".into(),
        start: pb::StartPosition::Now.into(),
        ..Default::default()
    };
    let created = nlu.subscriptions().create_subscription(create).await;
    let began = created.unwrap().into_inner().subscription.unwrap();
    let mut watch = watch_from(&nlu, 1).await;
    // The ranges begin where the subscription does, so that who was covered less far notices.
    let first = watch.caught_up().await.covered.unwrap().first;
    assert_eq!(first, began.start_index);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_moved_ahead_holds_nothing_back_from_who_remembers() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    nlu.create("watch").await;
    lax.submit_many(ANAM, 3).await;
    let mut watch = nlu.watch("watch", 1).await;
    let first = watch.delivery().await.index;
    watch.ack(first).await;
    watch.delivery().await;
    world.stop().await;
    move_cursor_ahead(&world.path("data/cursors"), first + 3);
    world.resume().await;
    let nlu = world.node(NLU).await;
    let mut forgetful = nlu.watch("watch", 100).await;
    assert!(forgetful.is_quiet().await, "it does not notice");
    let mut watch = watch_from(&nlu, first + 1).await;
    assert_eq!(watch.indexes(2).await, [first + 1, first + 2]);
    world.stop().await;
}

/// What an operator could do to the only cursor below `folder`.
fn move_cursor_ahead(folder: &Path, position: u64) {
    let only = |folder: &Path| {
        let mut inside = std::fs::read_dir(folder).unwrap();
        inside.next().unwrap().unwrap().path()
    };
    let path = only(&only(folder));
    let (definition, mut cursor) = Cursor::parse(&std::fs::read(&path).unwrap()).unwrap();
    cursor.cover(position);
    cursor.settle_up_to(position - 1).unwrap();
    write(&path, cursor.to_text(&definition).as_bytes());
}
