//! S25 to S28: what a filter reads, who is entitled, and that the two look alike from outside.

use std::collections::BTreeSet;
use std::time::Duration;

use precinto_client::subscribe::{Delivery, Event, SubscribeOptions, Subscriber};
use precinto_client::{Connection, Pin, Signed};
use precinto_proto::v1 as pb;
use precinto_tests::audit_report;

use super::desk::{Desk, World, reason, within};

async fn filtered(desk: &mut Desk, name: &str, filter: pb::Filter) {
    desk.create_as(pb::CreateSubscriptionRequest {
        name: name.to_owned(),
        filter: Some(filter),
        ..Default::default()
    })
    .await
    .unwrap();
}

/// The node's alert, changed and signed again.
fn changed(world: &World, signed: &Signed, change: impl FnOnce(&mut pb::Statement)) -> Signed {
    let request = world.sender().resign(signed, change);
    Signed::from_request(request).expect("still a statement")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s25_filters_read_fields_of_the_statement_and_never_a_body() {
    let mut world = World::start();
    let mut messages = world.messages();
    let notice = messages.notice();
    let urgent = changed(&world, &messages.notice(), |statement| {
        statement.precedence = pb::Precedence::P1.into();
    });
    let routine = messages.alert(60);
    let test = changed(&world, &messages.alert(60), |statement| {
        statement.status = pb::MessageStatus::Test.into();
    });
    let alert_id = routine.statement().alert_id;
    let sent = world.send_all(&[notice, urgent, routine, test]).await;
    let [notice, urgent, routine, test] = sent[..] else {
        panic!("four")
    };
    let filter = |make: &dyn Fn(&mut pb::Filter)| {
        let mut filter = pb::Filter::default();
        make(&mut filter);
        filter
    };
    let alert = i32::from(pb::MessageType::Alert);
    let fuel = i32::from(pb::CommodityClass::IllicitFuel);
    let firearm = i32::from(pb::CommodityClass::Firearm);
    let from = |agency: &str| vec![format!("us.dev.invalid/{agency}")];
    let (all, plain) = (sent.clone(), vec![notice, urgent]);
    let cases = [
        (
            "type",
            filter(&|f| f.types = vec![alert]),
            vec![routine, test],
        ),
        ("precedence", filter(&|f| f.at_least = 2), plain.clone()),
        ("arms", filter(&|f| f.commodities = vec![firearm]), plain),
        ("fuel", filter(&|f| f.commodities = vec![fuel]), all.clone()),
        ("sender", filter(&|f| f.sender_agencies = from("cbp")), all),
        (
            "nobody",
            filter(&|f| f.sender_agencies = from("dea")),
            vec![],
        ),
        ("status", filter(&|f| f.statuses = vec![3]), vec![test]),
        (
            "alert",
            filter(&|f| f.alert_ids = vec![alert_id.clone()]),
            vec![routine],
        ),
    ];
    let mut desk = world.desk().await;
    // Behind the acts of making them.
    let end = test + 1 + u64::try_from(cases.len()).unwrap();
    for (name, filter, _) in &cases {
        filtered(&mut desk, name, filter.clone()).await;
    }
    world.kill_and_start();
    let mut desk = world.desk().await;
    for (name, filter, expected) in cases {
        assert_eq!(desk.get(name).await.filter, Some(filter), "{name}");
        let mut stream = desk.open(name, 10).await;
        let (seen, caught_up) = stream.drain().await;
        assert_eq!(seen, expected, "{name}");
        assert_eq!(caught_up.position, end);
    }
    world.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s26_what_the_log_resolved_decides_at_every_delivery() {
    let mut world = World::with_authorities();
    let sent = world.send(3).await;
    for _ in 0..2 {
        for (node, expected) in [
            ("mx-anam-mex", sent.as_slice()),
            ("mx-fgr-hq", &[]),
            ("us-cbp-lax", &[]),
            ("us-oversight-audit", &sent),
        ] {
            let mut desk = world.desk_of(node).await;
            desk.create("desk").await;
            let mut stream = desk.open("desk", 10).await;
            // Never settled, so that the second round redelivers, and asks again.
            let mut seen = Vec::new();
            loop {
                let message = stream.next().await;
                seen.extend(message.delivery.map(|delivery| delivery.index));
                if message.caught_up.is_some() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{node}");
        }
        world.kill_and_start();
    }

    // Nor is anybody delivered to whose certificate is revoked meanwhile: a running gateway reads the new list, ends their streams
    // with the reason, and no other. (How long that takes is told by rotation::revoked; that it is 5 s at most, where the clock
    // stands still, by the gateway's own tests.)
    let mut revoked_desk = world.desk_of("mx-cofepris-hq").await;
    let mut desk = world.desk().await;
    let mut streams = Vec::new();
    for desk in [&mut revoked_desk, &mut desk] {
        desk.create("live").await;
        let mut stream = desk.open("live", 10).await;
        stream.drain().await;
        streams.push(stream);
    }
    let mut other = streams.pop().expect("two");
    let mut revoked = streams.pop().expect("two");
    world.revoke_in_mexico("mx/cofepris/hq.tls");
    let stream = ("mx-cofepris-hq", &mut revoked);
    let (word, reason) = (pb::ClosingReason::Revoked, pb::Reason::CertRevoked);
    world.must_go(stream, word, reason).await;
    let sent = world.send(1).await;
    assert_eq!(other.deliveries(1).await, sent);
    world.kill_and_start();
    let node = world.site.node("mx-cofepris-hq", world.gateway());
    let again = Connection::open(&node.settings, &node.clock).await;
    let reason = again.expect_err("it must not come back").reason();
    assert_eq!(reason, Some(pb::Reason::CertRevoked));
    world.end();
}

/// All that a subscriber hears of entries that are not for it.
#[derive(Debug, PartialEq)]
struct Told {
    caught_up: pb::CaughtUp,
    heartbeat: pb::Heartbeat,
    /// By code, words and details: of an ack, of a nack.
    refused: Vec<(tonic::Code, String, Vec<u8>)>,
    described: pb::Subscription,
}

/// Streams on the node's subscription, settles `index`, which was not delivered, and looks at the subscription.
async fn told(world: &World, node: &str, index: u64) -> Told {
    let mut desk = world.desk_of(node).await;
    let mut refused = Vec::new();
    let mut said = None;
    for is_ack in [true, false] {
        let mut stream = desk.open("desk", 10).await;
        let caught_up = stream.next().await.caught_up.expect("nothing else");
        if is_ack {
            let heartbeat = stream.next().await.heartbeat.expect("nothing else");
            said = Some((caught_up, heartbeat));
            stream.ack(index).await;
        } else {
            let reason = pb::Reason::SigBad;
            stream.nack(index, Duration::ZERO, reason).await;
        }
        let status = stream.refused().await;
        assert_eq!(reason(&status), "INDEX_UNKNOWN");
        refused.push((
            status.code(),
            status.message().to_owned(),
            status.details().to_vec(),
        ));
    }
    let (mut caught_up, mut heartbeat) = said.unwrap();
    caught_up.server_time = None;
    heartbeat.server_time = None;
    let mut described = desk.get("desk").await;
    described.filter = None;
    Told {
        caught_up,
        heartbeat,
        refused,
        described,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s27_forbidden_and_not_wanted_look_the_same() {
    let mut world = World::start();
    let nothing = pb::Filter {
        types: vec![pb::MessageType::Recall.into()],
        ..Default::default()
    };
    // To the first all of it is sent, and the filter holds it back; to the second nothing is, and the filter holds it back
    // as well; the third has no filter, and no right to any of it.
    let desks = [
        ("mx-anam-mex", nothing.clone()),
        ("mx-fgr-hq", nothing),
        ("us-cbp-lax", pb::Filter::default()),
    ];
    for (node, filter) in &desks {
        filtered(&mut world.desk_of(node).await, "desk", filter.clone()).await;
    }
    for _ in 0..2 {
        // Anew in each life: what a life before may have delivered is forgiven to everybody.
        let sent = world.send(3).await;
        // At once, because each waits for a heartbeat.
        let [not_wanted, neither, forbidden] = desks
            .each_ref()
            .map(|(node, _)| told(&world, node, sent[1]));
        let (not_wanted, neither, forbidden) = tokio::join!(not_wanted, neither, forbidden);
        assert_eq!(not_wanted, neither);
        assert_eq!(not_wanted, forbidden);
        world.kill_and_start();
    }
    world.end();
}

/// The next delivery that the product's own client believes.
async fn believed(subscriber: &mut Subscriber) -> Box<Delivery> {
    loop {
        match subscriber.next().await.expect("the subscription goes on") {
            Event::Delivery(delivery) => return delivery,
            Event::Unbelievable(what) => panic!("{what:?}"),
            _ => {}
        }
    }
}

/// What says in the log that a body had to go, and who ordered it, is not built yet; what a subscriber gets of an entry without one is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s28_an_entry_whose_body_was_deleted_comes_without_it_marked_and_in_its_place() {
    let mut world = World::start();
    let mut messages = world.messages();
    let alerts: Vec<_> = (0..3).map(|_| messages.alert(60)).collect();
    let sent = world.send_all(&alerts).await;
    let mut desk = world.desk().await;
    desk.create("before").await;
    let mut stream = desk.open("before", 3).await;
    for index in &sent {
        let delivery = stream.delivery().await;
        assert_eq!((delivery.index, delivery.body_pruned), (*index, false));
        assert!(!delivery.body.is_empty());
    }
    drop((stream, desk));
    world.stop();
    let deleted = BTreeSet::from([sent[1]]);
    let pruned = precinto_ledger::prune_bodies(&world.site.data(), &deleted);
    assert_eq!(pruned.expect("nobody has the log open").bodies, 1);
    world.restart();
    for name in ["before", "after"] {
        let mut desk = world.desk().await;
        if name == "after" {
            desk.create(name).await;
        }
        // To one it comes again, to the other for the first time.
        let mut stream = desk.open(name, 3).await;
        for (index, alert) in sent.iter().zip(&alerts) {
            let delivery = stream.delivery().await;
            assert_eq!(delivery.index, *index, "in its place");
            assert_eq!(delivery.envelope, alert.request().envelope);
            let is_gone = deleted.contains(index);
            assert_eq!(
                (delivery.body_pruned, delivery.body.is_empty()),
                (is_gone, is_gone)
            );
            stream.ack(*index).await;
        }
        world.kill_and_start();
    }
    // What a node believes of it: everything but a body, with the proof that it had before.
    let node = world.site.node("mx-anam-mex", world.gateway());
    let options = SubscribeOptions {
        with_proofs: true,
        ..SubscribeOptions::named("believed")
    };
    let (settings, clock) = (node.settings.clone(), node.clock.clone());
    let mut subscriber = Subscriber::new(settings, clock, options, Pin::memory());
    for index in &sent {
        let delivery = within(believed(&mut subscriber)).await;
        assert_eq!(delivery.index, *index);
        assert_eq!(delivery.body.is_none(), deleted.contains(index));
        assert!(delivery.receipt.is_some());
        subscriber.ack(*index).await.expect("the line is up");
    }
    drop(subscriber);
    world.stop();
    // The auditor follows the tree as before, and asks who has allowed it.
    let report = audit_report(&world.site);
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter();
    let found: Vec<_> = found
        .map(|found| (&found["code"], &found["where"]["entry"]))
        .collect();
    assert_eq!(
        found,
        [(&"BODY_PRUNED".into(), &sent[1].into())],
        "{report}"
    );
}
