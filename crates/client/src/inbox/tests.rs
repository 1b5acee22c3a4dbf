//! Every step at which an agent may be killed between a delivery and its settlement, and who is answered.

use super::*;
use crate::author::{Draft, Signed};
use crate::outbox::Put;
use crate::pin::Pin;
use crate::subscribe::{Event, SubscribeOptions, Subscriber};
use crate::test_gateway::{NODE, NOW_MS, TestGateway, Then, delivered};
use precinto_alert::code::{AckLevel, MessageStatus, MessageType, RecipientKind, Tlp};
use precinto_alert::id::AlertId;
use precinto_proto::v1 as pb;
use std::path::Path;

const OTHER_NODE: &str = "spiffe://us.dev.invalid/agency/dea/node/hq";
const ORIGIN: &str = "gw.dev.invalid/log/2026";
const JSON: &[u8] = b"{\"schema\":\"a test\"}\n";

fn draft(of: MessageType, change: impl FnOnce(&mut pb::Statement)) -> Draft {
    let mut statement = pb::Statement {
        r#type: of.into(),
        status: MessageStatus::Exercise.into(),
        recipients: vec![pb::RecipientRef {
            kind: RecipientKind::Agency.into(),
            name: "us.dev.invalid/cbp".to_owned(),
        }],
        alert_id: AlertId::compose("US", "DEAHQ", 2026, 1)
            .unwrap()
            .to_string(),
        alert_version: 1,
        refers_to: vec![7; 16],
        handling: Some(pb::Handling {
            tlp: Tlp::AmberStrict.into(),
            ..Default::default()
        }),
        expires_ms: NOW_MS + 3_600_000,
        sender_seq: 1,
        ..Default::default()
    };
    change(&mut statement);
    Draft {
        statement,
        content: None,
    }
}

/// What the other agency says, as this node's subscription delivers it.
async fn deliveries(gateway: &TestGateway, drafts: Vec<Draft>) -> Vec<Delivery> {
    let other = gateway.other_author(OTHER_NODE, 21);
    let count = drafts.len();
    for draft in drafts {
        let signed = other.sign(draft, &[], NOW_MS).unwrap();
        gateway
            .state()
            .log
            .append_to(&signed, &["us.dev.invalid/cbp"]);
    }
    gateway.state().script = Box::new(|log, _| {
        let all = (0..log.size()).map(|index| delivered(log.delivery(index, index, index + 1)));
        (all.collect(), Then::Hold)
    });
    let (settings, clock) = (gateway.settings.clone(), gateway.clock.clone());
    let options = SubscribeOptions::named("agent");
    let mut subscriber = Subscriber::new(settings, clock, options, Pin::memory());
    let mut found = Vec::new();
    while found.len() < count {
        match subscriber.next().await.unwrap() {
            Event::Delivery(delivery) => found.push(*delivery),
            Event::Unbelievable(what) => panic!("{what:?}"),
            _ => {}
        }
    }
    found
}

async fn cancellation(gateway: &TestGateway) -> Delivery {
    let said = vec![draft(MessageType::Cancel, |_| {})];
    deliveries(gateway, said).await.remove(0)
}

/// An agent's reception in the state folder.
fn reception(state: &Path, gateway: &TestGateway) -> Reception {
    Reception {
        inbox: Arc::new(Inbox::open(state.join("inbox.redb"), ORIGIN).unwrap()),
        folder: Some(HandOver::open(state.join("in")).unwrap()),
        outbox: Outbox::open(state).unwrap(),
        author: Some(gateway.other_author(NODE, 31)),
        clock: gateway.clock.clone(),
    }
}

/// What an agent does with a delivery.
fn receive(reception: &Reception, delivery: &Delivery) {
    let item = Item::of(delivery);
    if reception.has(&item).unwrap() {
        return reception.finish(&item).unwrap();
    }
    reception.stage(&item, JSON).unwrap();
    reception.take(&item, || Ok(41)).unwrap();
}

/// The agency's other system: it takes what it finds away.
fn fetch(state: &Path, seen: &mut Vec<String>) {
    for entry in std::fs::read_dir(state.join("in")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if !name.starts_with('.') {
            assert_eq!(std::fs::read(entry.path()).unwrap(), JSON);
            std::fs::remove_file(entry.path()).unwrap();
            seen.push(name);
        }
    }
}

fn answers(reception: &Reception) -> Vec<Signed> {
    let queue = reception.outbox.queue().unwrap();
    let load = |entry| reception.outbox.load(entry).unwrap().unwrap();
    queue.iter().map(load).collect()
}

#[tokio::test]
async fn an_agent_killed_at_any_step_hands_over_once_and_answers_once() {
    let gateway = TestGateway::start().await;
    let delivery = cancellation(&gateway).await;
    for steps in 0..=6 {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path();
        let mut seen = Vec::new();
        {
            let agent = reception(state, &gateway);
            let said = &delivery.statement;
            let answer = node_receipt(said, agent.author.as_ref().unwrap(), 40, NOW_MS).unwrap();
            let name = Item::of(&delivery).name;
            let hand_over = agent.folder.as_ref().unwrap();
            if steps >= 1 {
                hand_over.stage(&name, JSON).unwrap();
            }
            if steps >= 2 {
                agent.inbox.take(delivery.index, Some(&answer)).unwrap();
            }
            if steps >= 3 {
                hand_over.release(&name).unwrap();
                fetch(state, &mut seen);
            }
            if steps >= 4 {
                agent.outbox.turn().unwrap().put(&answer).unwrap();
            }
            if steps >= 5 {
                agent.inbox.answered(delivery.index).unwrap();
            }
            if steps == 6 {
                // The answer was sent already, and what was not synced is forgotten.
                let Put::Queued(entry) = agent.outbox.turn().unwrap().put(&answer).unwrap() else {
                    panic!("it waits");
                };
                let index = gateway.state().log.append(&answer);
                let receipt = gateway.state().log.receipt(index);
                agent.outbox.settle_sent(&entry, &receipt).unwrap();
                agent.inbox.take(delivery.index, Some(&answer)).unwrap();
            }
        }
        // Another process, the same delivery; and once more, for its settlement may be lost.
        for _ in 0..2 {
            let agent = reception(state, &gateway);
            receive(&agent, &delivery);
            fetch(state, &mut seen);
            assert_eq!(agent.inbox.taken(delivery.index).unwrap(), Taken::Yes);
            let expected = usize::from(steps < 6);
            assert_eq!(answers(&agent).len(), expected, "after {steps} steps");
        }
        assert_eq!(seen.len(), 1, "after {steps} steps: {seen:?}");
        let left = std::fs::read_dir(state.join("in")).unwrap().count();
        assert_eq!(left, 0, "after {steps} steps");
    }
}

#[tokio::test]
async fn the_receipt_is_a_sound_statement_about_the_message_to_its_sender() {
    let gateway = TestGateway::start().await;
    let delivery = cancellation(&gateway).await;
    let folder = tempfile::tempdir().unwrap();
    let agent = reception(folder.path(), &gateway);
    receive(&agent, &delivery);
    let answers = answers(&agent);
    let said = Statement::decode(&answers[0].payload()).unwrap();
    assert_eq!(said.message_type(), MessageType::Ack);
    assert_eq!(said.ack_level(), Some(AckLevel::Node));
    assert_eq!(said.refers_to(), Some(delivery.statement.message_id()));
    assert_eq!(said.alert_id(), delivery.statement.alert_id());
    assert_eq!(said.status(), delivery.statement.status());
    assert_eq!(said.sender_seq(), 41);
    assert_eq!(
        answers[0].statement().recipients[0].name,
        "us.dev.invalid/dea"
    );
}

#[tokio::test]
async fn a_receipt_asks_for_no_receipt_and_neither_does_what_only_tells() {
    let gateway = TestGateway::start().await;
    let said = vec![
        draft(MessageType::Ack, |said| {
            said.ack_level = AckLevel::Node.into();
        }),
        draft(MessageType::Link, |said| {
            said.linked_alerts = vec![
                AlertId::compose("US", "DEAHQ", 2026, 2)
                    .unwrap()
                    .to_string(),
            ];
            said.link_kind = pb::LinkKind::SameParty.into();
        }),
    ];
    let folder = tempfile::tempdir().unwrap();
    let agent = reception(folder.path(), &gateway);
    for delivery in deliveries(&gateway, said).await {
        receive(&agent, &delivery);
    }
    assert!(answers(&agent).is_empty());
    let mut seen = Vec::new();
    fetch(folder.path(), &mut seen);
    assert_eq!(seen.len(), 2, "they are handed over all the same");
}

#[tokio::test]
async fn files_sort_as_the_log_does() {
    let gateway = TestGateway::start().await;
    let delivery = cancellation(&gateway).await;
    let alert = delivery.statement.alert_id().unwrap();
    let name = file_name(12, &delivery.statement);
    assert_eq!(name, format!("00000000000000000012-CANCEL-{alert}.json"));
}

#[tokio::test]
async fn a_second_agent_and_another_log_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.redb");
    let open = Inbox::open(&path, ORIGIN).unwrap();
    assert!(matches!(
        Inbox::open(&path, ORIGIN),
        Err(InboxError::Busy { .. })
    ));
    drop(open);
    let other = Inbox::open(&path, "gw.dev.invalid/log/2027");
    assert!(matches!(other, Err(InboxError::Other { .. })));
}
