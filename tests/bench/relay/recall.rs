//! A recall: how soon every desk that is on the line has confirmed it, each for its own copy.
//!
//! The desks here are subscribers in this process, which confirm through the client's own calls as soon as the recall is
//! delivered and verified; they keep no copy on disk that would have to be put out of sight first. What that adds is measured
//! with one agent ([`agent`]).

mod agent;

use std::collections::BTreeMap;
use std::time::Duration;

use precinto_alert::code::MessageType;
use precinto_client::submit::submit;
use precinto_client::subscribe::{Delivery, Event, Subscriber};
use precinto_client::{Draft, Signed};
use precinto_proto::v1 as pb;
use precinto_tests::{Node, now_ms};
use prost::Message as _;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::delivery::subscriber;
use super::{LETTERS, Sender, desk, reader, site};
use crate::measure::{percentile_ms, sized, spread};
use crate::{limit, say};

/// Desks on the line, each with one connection to listen and one to speak: one address may have 64.
const DESKS: u32 = 25;
/// Alerts that are sent to all of them, and recalled.
const RECALLS: u32 = 25;
/// The goal.
const P99_MS: f64 = 5_000.0;
/// Reaching it means that somebody does not confirm.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) async fn run() {
    subscribers().await;
    agent::run().await;
}

async fn subscribers() {
    let site = site(DESKS, 1);
    let gateway = site.start();
    let mut desks = JoinSet::new();
    for number in 0..DESKS {
        let node = desk(&site, &gateway, number);
        let listening = live(subscriber(&node, "desk")).await;
        desks.spawn(confirm_recalls(node, listening));
    }
    let sender = Sender::first(&site, &gateway);
    let (told, mut confirmed) = mpsc::channel(DESKS as usize);
    let listening = live(subscriber(&sender.node, "confirmed")).await;
    let listening = tokio::spawn(hear(listening, told));

    let (line, mut messages) = (sender.node.connect().await, sender.messages());
    let mut took = Vec::new();
    let count = sized(RECALLS);
    for number in 0..count {
        let alert = messages.alert(LETTERS);
        submit(&line, &alert).await.expect("accepted");
        let recall = recall(&sender.node, &alert, number);
        submit(&line, &recall).await.expect("accepted");
        let recalled = Instant::now();
        let mut by = BTreeMap::new();
        while by.len() < DESKS as usize {
            let next = timeout(PATIENCE, confirmed.recv()).await;
            let (desk, about, at) = next.expect("in time").expect("the sender listens");
            assert_eq!(&about, recall.message_id().as_bytes(), "the newest recall");
            assert!(by.insert(desk, at).is_none(), "each desk once");
        }
        took.extend(by.values().map(|at| at.saturating_duration_since(recalled)));
    }
    say(&format!(
        "recall, {count} recalls, each confirmed by {DESKS} desks through the client's own calls:"
    ));
    say(&format!(
        "  receipt of the recall to delivery of a confirmation: {}",
        spread(&mut took)
    ));
    limit("confirmed, p99, ms", percentile_ms(&mut took, 99), P99_MS);
    listening.abort();
    desks.shutdown().await;
    assert!(gateway.stop().success(), "a clean stop");
}

/// The subscriber once it is live.
async fn live(mut listening: Subscriber) -> Subscriber {
    while !matches!(listening.next().await, Ok(Event::CaughtUp { .. })) {}
    listening
}

/// The next message, settled.
async fn next(listening: &mut Subscriber) -> Box<Delivery> {
    loop {
        match listening.next().await.expect("the subscription goes on") {
            Event::Delivery(delivery) => {
                let settled = listening.ack(delivery.index).await;
                settled.expect("the line holds");
                return delivery;
            }
            Event::Disconnected { detail, .. } => panic!("the line broke: {detail}"),
            Event::Unbelievable(what) => panic!("unbelievable: {what:?}"),
            _ => {}
        }
    }
}

/// A desk: confirms what is recalled.
async fn confirm_recalls(node: Node, mut listening: Subscriber) {
    let line = node.connect().await;
    // Who says nothing for 5 s after the handshake is cut.
    reader::create(&line, "unused", pb::StartPosition::Now).await;
    for number in 1.. {
        let delivery = loop {
            let delivery = next(&mut listening).await;
            if delivery.statement.message_type() == MessageType::Recall {
                break delivery;
            }
        };
        let recall = pb::Statement::decode(delivery.envelope.payload()).expect("a statement");
        let confirm = answer(&node, &recall, number, |confirm| {
            confirm.set_type(MessageType::RecallConfirm);
            confirm.recipients = vec![agency("us.dev.invalid/cbp")];
        });
        submit(&line, &confirm).await.expect("accepted");
    }
}

/// Tells which desk has confirmed which recall, and when that was delivered.
async fn hear(mut listening: Subscriber, told: mpsc::Sender<(String, [u8; 16], Instant)>) {
    loop {
        let delivery = next(&mut listening).await;
        let now = Instant::now();
        if delivery.statement.message_type() == MessageType::RecallConfirm {
            let by = delivery.statement.sender().to_string();
            let about = delivery.statement.refers_to().expect("the recall");
            if told.send((by, *about.as_bytes(), now)).await.is_err() {
                return;
            }
        }
    }
}

/// The recall of an alert, to whom the alert went.
fn recall(node: &Node, alert: &Signed, number: u32) -> Signed {
    answer(node, &alert.statement(), number, |recall| {
        recall.set_type(MessageType::Recall);
        recall.set_recall_measure(pb::RecallMeasure::Quarantine);
        recall.set_recall_ground(pb::RecallGround::Error);
    })
}

/// What follows another message of its case, by this node.
fn answer(
    node: &Node,
    about: &pb::Statement,
    number: u32,
    say: impl FnOnce(&mut pb::Statement),
) -> Signed {
    let mut statement = pb::Statement {
        recipients: about.recipients.clone(),
        created_ms: now_ms(),
        expires_ms: about.expires_ms,
        // Beyond what the node has numbered otherwise.
        sender_seq: u64::from(1_000_000 + number),
        refers_to: about.message_id.clone(),
        status: about.status,
        alert_id: about.alert_id.clone(),
        alert_version: about.alert_version,
        handling: about.handling.clone(),
        recall_measure: about.recall_measure,
        ..Default::default()
    };
    say(&mut statement);
    let draft = Draft {
        statement,
        content: None,
    };
    node.author.sign(draft, &[], now_ms()).expect("a draft")
}

fn agency(name: &str) -> pb::RecipientRef {
    pb::RecipientRef {
        kind: pb::RecipientKind::Agency.into(),
        name: name.to_owned(),
    }
}
