//! Every step at which an agent may be killed between a delivery and its settlement, and who is answered.

use super::*;
use crate::author::{Draft, Signed};
use crate::durable;
use crate::outbox::Put;
use crate::outbox::tests::with_room_for;
use crate::pin::Pin;
use crate::recalled::STAYING;
use crate::subscribe::{Event, SubscribeOptions, Subscriber};
use crate::test_gateway::{NODE, NOW_MS, TestGateway, Then, delivered};
use precinto_alert::code::{
    AckLevel, MessageStatus, MessageType, RecallMeasure, RecipientKind, Tlp,
};
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
        author: Some(Arc::new(gateway.other_author(NODE, 31))),
        clock: gateway.clock.clone(),
        confirms_recalls: true,
    }
}

/// What an agent does with a delivery.
fn receive(reception: &Reception, delivery: &Delivery) {
    let item = Item::of(delivery);
    if reception.has(&item).unwrap() {
        return reception.finish(&item).unwrap();
    }
    reception.stage(&item, JSON).unwrap();
    reception.hold(&item, || Ok(41)).unwrap();
    reception.take(&item).unwrap();
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
    // After: staged, held, answered, taken, released and fetched, and all of it forgotten that was not synced.
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
                let held = agent.inbox.hold(delivery.index, Some(&answer), NOW_MS);
                held.unwrap();
            }
            if steps >= 3 {
                agent.outbox.turn().unwrap().put(&answer).unwrap();
                agent.inbox.answered(delivery.index).unwrap();
            }
            if steps >= 4 {
                agent
                    .inbox
                    .take(delivery.index, None, NOW_MS, true)
                    .unwrap();
            }
            if steps >= 5 {
                hand_over.release(&name).unwrap();
                fetch(state, &mut seen);
            }
            if steps == 6 {
                // The answer was sent already, and what was not synced is forgotten.
                let Put::Queued(entry) = agent.outbox.turn().unwrap().put(&answer).unwrap() else {
                    panic!("it waits");
                };
                let index = gateway.state().log.append(&answer);
                let receipt = gateway.state().log.receipt(index);
                agent.outbox.settle_sent(&entry, &receipt).unwrap();
                agent
                    .inbox
                    .take(delivery.index, Some(&answer), NOW_MS, true)
                    .unwrap();
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

#[tokio::test]
async fn what_a_person_has_delivered_anew_is_handed_over_anew_and_answered_once() {
    let gateway = TestGateway::start().await;
    let delivery = cancellation(&gateway).await;
    let folder = tempfile::tempdir().unwrap();
    let agent = reception(folder.path(), &gateway);
    let mut seen = Vec::new();
    assert_eq!(agent.inbox.moved(4, 0).unwrap(), 0, "the first word of it");
    receive(&agent, &delivery);
    fetch(folder.path(), &mut seen);
    assert_eq!(agent.inbox.moved(4, 0).unwrap(), 0, "not moved since");
    receive(&agent, &delivery);
    fetch(folder.path(), &mut seen);
    assert_eq!(seen.len(), 1);
    assert_eq!(
        agent.inbox.moved(5, delivery.index + 1).unwrap(),
        0,
        "behind it"
    );
    assert_eq!(agent.inbox.moved(6, delivery.index).unwrap(), 1);
    assert_eq!(agent.inbox.moved(6, delivery.index).unwrap(), 0);
    for _ in 0..2 {
        receive(&agent, &delivery);
        fetch(folder.path(), &mut seen);
    }
    assert_eq!(seen.len(), 2, "once more");
    assert_eq!(answers(&agent).len(), 1);
}

#[tokio::test]
async fn what_is_settled_answered_and_old_is_forgotten() {
    let gateway = TestGateway::start().await;
    let delivery = cancellation(&gateway).await;
    let folder = tempfile::tempdir().unwrap();
    let agent = reception(folder.path(), &gateway);
    let answer = agent.author.as_ref().unwrap();
    let answer = node_receipt(&delivery.statement, answer, 40, NOW_MS).unwrap();
    let kept_ms = u64::try_from(crate::limits::TAKEN_KEPT.as_millis()).unwrap();
    let old_ms = NOW_MS - kept_ms - 1;
    agent.inbox.take(1, None, old_ms, true).unwrap();
    agent.inbox.take(2, Some(&answer), old_ms, true).unwrap();
    agent.inbox.take(3, None, NOW_MS - kept_ms, true).unwrap();
    agent.inbox.take(4, None, old_ms, true).unwrap();
    assert_eq!(agent.inbox.forget(4, NOW_MS).unwrap(), 1);
    let left = (1..=4).filter(|index| agent.inbox.taken(*index).unwrap() != Taken::No);
    assert_eq!(left.collect::<Vec<_>>(), [2, 3, 4]);
}

/// An amendment and then its recall, by the agency whose alert it is.
async fn recalled(gateway: &TestGateway, measure: RecallMeasure) -> (Delivery, Delivery) {
    let recall = draft(MessageType::Recall, |said| {
        said.recall_measure = measure.into();
        said.recall_ground = pb::RecallGround::Error.into();
        said.sender_seq = 2;
    });
    let said = vec![draft(MessageType::Cancel, |_| {}), recall];
    let mut both = deliveries(gateway, said).await;
    let recall = both.remove(1);
    (both.remove(0), recall)
}

fn confirm(agent: &Reception, gateway: &TestGateway, recall: &Delivery) -> Confirming {
    let said = &recall.statement;
    let measure = said.recall_measure().unwrap();
    let about = (said.message_id(), measure);
    // Each time another message, as a program that was started anew would sign.
    let confirmation = draft(MessageType::RecallConfirm, |said| {
        said.recall_measure = measure.into();
    });
    let author = gateway.other_author(NODE, 77);
    let signed = author.sign(confirmation, &[], NOW_MS).unwrap();
    let alert = said.alert_id().unwrap();
    agent.confirm_recall(alert, about, || Ok(signed)).unwrap()
}

fn in_folder(path: &Path) -> usize {
    let names = std::fs::read_dir(path).into_iter().flatten().flatten();
    let names = names.filter(|one| one.file_type().unwrap().is_file());
    names.count()
}

#[tokio::test]
async fn a_recall_is_confirmed_once_it_was_handed_over_and_what_lay_there_is_put_away() {
    for measure in [RecallMeasure::Quarantine, RecallMeasure::Erase] {
        let gateway = TestGateway::start().await;
        let (before, recall) = recalled(&gateway, measure).await;
        let folder = tempfile::tempdir().unwrap();
        let agent = reception(folder.path(), &gateway);
        let (shared, aside) = (
            folder.path().join("in"),
            folder.path().join("in/quarantine"),
        );
        receive(&agent, &before);
        let queued = answers(&agent).len();
        assert_eq!(confirm(&agent, &gateway, &recall), Confirming::NotYet);
        assert_eq!((in_folder(&shared), answers(&agent).len()), (1, queued));
        receive(&agent, &recall);
        let queued = answers(&agent).len();
        let Confirming::Queued(id) = confirm(&agent, &gateway, &recall) else {
            panic!("confirmed");
        };
        let kept = usize::from(measure == RecallMeasure::Quarantine);
        assert_eq!(
            (in_folder(&shared), in_folder(&aside)),
            (1, kept),
            "the recall itself stays"
        );
        assert_eq!(confirm(&agent, &gateway, &recall), Confirming::Before);
        let answers = answers(&agent);
        assert_eq!(answers.len(), queued + 1);
        assert_eq!(answers.last().unwrap().message_id(), id);
    }
}

#[tokio::test]
async fn what_comes_late_of_an_alert_whose_recall_is_confirmed_is_put_away_as_the_recall_says() {
    for (measure, kept) in [(RecallMeasure::Quarantine, 1), (RecallMeasure::Erase, 0)] {
        let gateway = TestGateway::start().await;
        let (late, recall) = recalled(&gateway, measure).await;
        let folder = tempfile::tempdir().unwrap();
        let agent = reception(folder.path(), &gateway);
        receive(&agent, &recall);
        confirm(&agent, &gateway, &recall);
        assert!(!agent.withholds(&Item::of(&recall)).unwrap());
        receive(&agent, &late);
        let shared = folder.path().join("in");
        assert_eq!(in_folder(&shared), 1, "the recall alone");
        assert_eq!(in_folder(&shared.join("quarantine")), kept, "{measure:?}");
    }
}

#[tokio::test]
async fn what_comes_between_a_recall_and_its_confirmation_is_put_away() {
    for (measure, kept) in [(RecallMeasure::Quarantine, 1), (RecallMeasure::Erase, 0)] {
        let gateway = TestGateway::start().await;
        let (late, recall) = recalled(&gateway, measure).await;
        let folder = tempfile::tempdir().unwrap();
        let agent = reception(folder.path(), &gateway);
        receive(&agent, &recall);
        assert!(agent.withholds(&Item::of(&late)).unwrap());
        receive(&agent, &late);
        let (shared, aside) = (
            folder.path().join("in"),
            folder.path().join("in/quarantine"),
        );
        // Nothing is erased before it is asked for by a recall that was seen to be the originator's.
        assert_eq!((in_folder(&shared), in_folder(&aside)), (1, 1));
        confirm(&agent, &gateway, &recall);
        assert_eq!((in_folder(&shared), in_folder(&aside)), (1, kept));
    }
}

#[tokio::test]
async fn what_lies_there_staged_is_put_away_with_the_rest() {
    for (measure, kept) in [(RecallMeasure::Quarantine, 1), (RecallMeasure::Erase, 0)] {
        let gateway = TestGateway::start().await;
        let (before, recall) = recalled(&gateway, measure).await;
        let folder = tempfile::tempdir().unwrap();
        let agent = reception(folder.path(), &gateway);
        // A program did not take it.
        agent.stage(&Item::of(&before), JSON).unwrap();
        // What was said after the recall is still to be handed over.
        let after = Item {
            index: recall.index + 1,
            name: file_name(recall.index + 1, &before.statement),
            said: Some(before.statement.clone()),
        };
        agent.stage(&after, JSON).unwrap();
        receive(&agent, &recall);
        confirm(&agent, &gateway, &recall);
        agent.hold(&after, || Ok(42)).unwrap();
        agent.take(&after).unwrap();
        let shared = folder.path().join("in");
        assert_eq!(in_folder(&shared), 2, "the recall and what came after it");
        assert_eq!(in_folder(&shared.join("quarantine")), kept, "{measure:?}");
    }
}

#[tokio::test]
async fn a_recall_handed_over_to_systems_that_did_not_act_is_left_to_a_person() {
    let gateway = TestGateway::start().await;
    let (before, recall) = recalled(&gateway, RecallMeasure::Erase).await;
    let folder = tempfile::tempdir().unwrap();
    let mut agent = reception(folder.path(), &gateway);
    agent.confirms_recalls = false;
    receive(&agent, &before);
    receive(&agent, &recall);
    agent.confirms_recalls = true;
    assert_eq!(confirm(&agent, &gateway, &recall), Confirming::NotYet);
    // Its settlement was lost, and it is delivered again: nobody has acted on it by that.
    receive(&agent, &recall);
    assert_eq!(confirm(&agent, &gateway, &recall), Confirming::NotYet);
    assert_eq!(in_folder(&folder.path().join("in")), 2);
}

#[tokio::test]
async fn what_comes_late_is_put_away_though_the_agent_no_longer_confirms_recalls() {
    for (measure, kept) in [(RecallMeasure::Quarantine, 1), (RecallMeasure::Erase, 0)] {
        let gateway = TestGateway::start().await;
        let (late, recall) = recalled(&gateway, measure).await;
        let folder = tempfile::tempdir().unwrap();
        let mut agent = reception(folder.path(), &gateway);
        receive(&agent, &recall);
        confirm(&agent, &gateway, &recall);
        agent.confirms_recalls = false;
        assert!(agent.withholds(&Item::of(&late)).unwrap(), "no program");
        receive(&agent, &late);
        let shared = folder.path().join("in");
        assert_eq!(in_folder(&shared), 1, "the recall alone");
        assert_eq!(in_folder(&shared.join("quarantine")), kept, "{measure:?}");
    }
}

#[tokio::test]
async fn a_recall_that_a_program_heard_before_the_systems_acted_is_left_to_a_person() {
    let gateway = TestGateway::start().await;
    let (_, recall) = recalled(&gateway, RecallMeasure::Erase).await;
    for (when_run, when_released) in [(false, true), (true, false)] {
        let folder = tempfile::tempdir().unwrap();
        let mut agent = reception(folder.path(), &gateway);
        let item = Item::of(&recall);
        agent.confirms_recalls = when_run;
        agent.stage(&item, JSON).unwrap();
        // Killed between taking it and giving the file its name, and the settings changed.
        let blocked = block(folder.path(), &recall);
        agent.hold(&item, || Ok(41)).unwrap();
        assert!(agent.take(&item).is_err());
        std::fs::remove_dir(blocked).unwrap();
        agent.confirms_recalls = when_released;
        receive(&agent, &recall);
        assert_eq!(confirm(&agent, &gateway, &recall), Confirming::NotYet);
    }
}

#[test]
fn facts_of_a_recalled_alert_stay_where_they_lie() {
    use precinto_alert::code::Coded as _;
    let folder = tempfile::tempdir().unwrap();
    let hand_over = HandOver::open(folder.path().join("in")).unwrap();
    let alert = AlertId::compose("US", "DEAHQ", 2026, 1).unwrap();
    let kinds = (1..99).filter_map(|number| MessageType::try_from(number).ok());
    let kinds = kinds.map(MessageType::name);
    for (index, kind) in kinds.chain(["OVERDUE"]).enumerate() {
        let name = format!("{index:020}-{kind}-{alert}.json");
        hand_over.stage(&name, JSON).unwrap();
        hand_over.release(&name).unwrap();
    }
    let aside = hand_over.path().join("quarantine");
    let put_away = hand_over.put_away(&alert, 99, RecallMeasure::Quarantine);
    put_away.unwrap();
    assert!(in_folder(&aside) > 1);
    let put_away = hand_over.put_away(&alert, 99, RecallMeasure::Erase);
    put_away.unwrap();
    assert_eq!(in_folder(&aside), 0);
    let names = std::fs::read_dir(hand_over.path()).unwrap().flatten();
    let names = names.filter(|one| one.file_type().unwrap().is_file());
    let kind = |name: String| name.split('-').nth(1).unwrap().to_owned();
    let mut left: Vec<String> = names
        .map(|one| kind(one.file_name().into_string().unwrap()))
        .collect();
    left.sort_unstable();
    let mut facts: Vec<&str> = STAYING.map(MessageType::name).into();
    facts.push("OVERDUE");
    facts.sort_unstable();
    assert_eq!(left, facts);
}

#[tokio::test]
async fn a_fact_that_comes_late_is_handed_over_though_its_alert_is_recalled() {
    let gateway = TestGateway::start().await;
    let ack = draft(MessageType::Ack, |said| {
        said.ack_level = AckLevel::Node.into();
    });
    let recall = draft(MessageType::Recall, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
        said.recall_ground = pb::RecallGround::Error.into();
        said.sender_seq = 2;
    });
    let both = deliveries(&gateway, vec![ack, recall]).await;
    let folder = tempfile::tempdir().unwrap();
    let agent = reception(folder.path(), &gateway);
    let [ack, recall] = both.as_slice() else {
        panic!("{both:?}");
    };
    receive(&agent, recall);
    confirm(&agent, &gateway, recall);
    assert!(!agent.withholds(&Item::of(ack)).unwrap());
    receive(&agent, ack);
    let shared = folder.path().join("in");
    assert_eq!(in_folder(&shared), 2, "the recall and the receipt");
}

#[tokio::test]
async fn an_agent_killed_at_any_step_of_a_recall_confirms_it_once() {
    let gateway = TestGateway::start().await;
    let (before, recall) = recalled(&gateway, RecallMeasure::Quarantine).await;
    // After: taken, handed over, put away, fixed, queued.
    for steps in 0..=4 {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path();
        let mut fixed = None;
        {
            let agent = reception(state, &gateway);
            receive(&agent, &before);
            let item = Item::of(&recall);
            agent.stage(&item, JSON).unwrap();
            agent.inbox.take(recall.index, None, NOW_MS, true).unwrap();
            if steps >= 1 {
                agent.finish(&item).unwrap();
            }
            if steps == 2 {
                let alert = recall.statement.alert_id().unwrap();
                let hand_over = agent.folder.as_ref().unwrap();
                hand_over
                    .put_away(alert, recall.index, RecallMeasure::Quarantine)
                    .unwrap();
            }
            if steps >= 3 {
                confirm(&agent, &gateway, &recall);
                let answer = answers(&agent).pop().unwrap();
                let entry = agent.outbox.queue().unwrap().pop().unwrap();
                if steps == 3 {
                    // Fixed, and killed before it was queued: what the file held then.
                    agent
                        .inbox
                        .unqueue(recall.statement.alert_id().unwrap(), &answer);
                    std::fs::remove_file(state.join(format!(
                        "outbox/{:020}-{}.msg",
                        entry.place, entry.message_id
                    )))
                    .unwrap();
                }
                fixed = Some(answer.message_id());
            }
        }
        for _ in 0..2 {
            let agent = reception(state, &gateway);
            receive(&agent, &recall);
            confirm(&agent, &gateway, &recall);
            let all = answers(&agent);
            let confirmations: Vec<_> = all
                .iter()
                .filter(|one| one.statement().r#type == i32::from(MessageType::RecallConfirm))
                .map(Signed::message_id)
                .collect();
            assert_eq!(confirmations.len(), 1, "after {steps} steps");
            assert_eq!(
                *fixed.get_or_insert(confirmations[0]),
                confirmations[0],
                "after {steps} steps"
            );
            assert_eq!(
                in_folder(&state.join("in/quarantine")),
                1,
                "after {steps} steps"
            );
        }
    }
}

/// The file that hands this delivery over cannot be given its name.
fn block(state: &Path, delivery: &Delivery) -> std::path::PathBuf {
    let path = state.join("in").join(Item::of(delivery).name);
    std::fs::create_dir(&path).unwrap();
    path
}

#[tokio::test]
async fn nothing_is_seen_before_it_is_remembered_and_what_is_remembered_is_released_later() {
    let gateway = TestGateway::start().await;
    let delivery = cancellation(&gateway).await;
    let folder = tempfile::tempdir().unwrap();
    let agent = reception(folder.path(), &gateway);
    let item = Item::of(&delivery);
    agent.stage(&item, JSON).unwrap();
    let blocked = block(folder.path(), &delivery);
    agent.hold(&item, || Ok(41)).unwrap();
    assert!(agent.take(&item).is_err());
    assert_eq!(agent.inbox.taken(delivery.index).unwrap(), Taken::Yes);
    std::fs::remove_dir(blocked).unwrap();
    agent.finish(&item).unwrap();
    let mut seen = Vec::new();
    fetch(folder.path(), &mut seen);
    assert_eq!(seen.len(), 1);
    assert_eq!(answers(&agent).len(), 1);
}

#[tokio::test]
async fn an_answer_that_finds_no_room_is_the_same_one_when_there_is_room() {
    let gateway = TestGateway::start().await;
    let delivery = cancellation(&gateway).await;
    let folder = tempfile::tempdir().unwrap();
    let mut agent = reception(folder.path(), &gateway);
    with_room_for(&mut agent.outbox, 0);
    let item = Item::of(&delivery);
    agent.stage(&item, JSON).unwrap();
    agent.hold(&item, || Ok(41)).unwrap();
    assert!(agent.take(&item).is_err());
    let Taken::Answering(fixed) = agent.inbox.taken(delivery.index).unwrap() else {
        panic!("it is remembered with its answer");
    };
    with_room_for(&mut agent.outbox, 9);
    agent.finish(&item).unwrap();
    assert_eq!(answers(&agent)[0].message_id(), fixed.message_id());
}

#[tokio::test]
async fn a_confirmation_that_finds_no_room_is_the_same_one_when_there_is_room() {
    let gateway = TestGateway::start().await;
    let (_, recall) = recalled(&gateway, RecallMeasure::Quarantine).await;
    let folder = tempfile::tempdir().unwrap();
    let mut agent = reception(folder.path(), &gateway);
    receive(&agent, &recall);
    let before = answers(&agent).len();
    with_room_for(&mut agent.outbox, 0);
    let said = &recall.statement;
    let alert = said.alert_id().unwrap();
    let about = (said.message_id(), RecallMeasure::Quarantine);
    let signed = gateway.notice(5);
    let fixed = signed.message_id();
    assert!(agent.confirm_recall(alert, about, || Ok(signed)).is_err());
    assert_eq!(answers(&agent).len(), before);
    with_room_for(&mut agent.outbox, 9);
    let again = agent.confirm_recall(alert, about, || Err("asked twice".to_owned()));
    assert_eq!(again.unwrap(), Confirming::Queued(fixed));
}

#[tokio::test]
async fn a_recall_is_not_confirmed_while_files_cannot_be_put_away() {
    let gateway = TestGateway::start().await;
    let (before, recall) = recalled(&gateway, RecallMeasure::Quarantine).await;
    let folder = tempfile::tempdir().unwrap();
    let agent = reception(folder.path(), &gateway);
    receive(&agent, &before);
    receive(&agent, &recall);
    let queued = answers(&agent).len();
    let aside = folder.path().join("in/quarantine");
    durable::replace(&aside, b"in the way", durable::PRIVATE).unwrap();
    let said = &recall.statement;
    let about = (said.message_id(), RecallMeasure::Quarantine);
    let signed = Err("must not be asked".to_owned());
    let confirmed = agent.confirm_recall(said.alert_id().unwrap(), about, || signed);
    assert!(
        matches!(confirmed, Err(ReceptionError::HandOver(_))),
        "{confirmed:?}"
    );
    assert_eq!(answers(&agent).len(), queued);
}

#[tokio::test]
async fn an_answer_that_the_gateway_refuses_is_told_and_not_asked_again() {
    let gateway = TestGateway::start().await;
    let delivery = cancellation(&gateway).await;
    let folder = tempfile::tempdir().unwrap();
    let agent = reception(folder.path(), &gateway);
    receive(&agent, &delivery);
    let answer = answers(&agent).pop().unwrap();
    let entry = agent.outbox.queue().unwrap().pop().unwrap();
    let late = crate::refusal::Refusal::of_the_line("too late");
    let late = crate::SubmitError::Refused(Box::new(late));
    let refused = crate::outbox::Refused::of(entry.message_id, &late, NOW_MS);
    agent.outbox.settle_refused(&entry, &refused).unwrap();
    // What was not synced is forgotten.
    let index = delivery.index;
    agent
        .inbox
        .take(index, Some(&answer), NOW_MS, true)
        .unwrap();
    receive(&agent, &delivery);
    assert!(answers(&agent).is_empty());
    assert_eq!(agent.outbox.refused().unwrap().len(), 1);
    assert_eq!(agent.inbox.taken(index).unwrap(), Taken::Yes);
}

#[tokio::test]
async fn a_recall_whose_file_cannot_be_given_its_name_is_not_confirmed() {
    let gateway = TestGateway::start().await;
    let (_, recall) = recalled(&gateway, RecallMeasure::Quarantine).await;
    let folder = tempfile::tempdir().unwrap();
    let agent = reception(folder.path(), &gateway);
    let item = Item::of(&recall);
    agent.stage(&item, JSON).unwrap();
    let blocked = block(folder.path(), &recall);
    agent.hold(&item, || Ok(41)).unwrap();
    assert!(agent.take(&item).is_err());
    assert_eq!(confirm(&agent, &gateway, &recall), Confirming::NotYet);
    std::fs::remove_dir(blocked).unwrap();
    agent.finish(&item).unwrap();
    let confirmed = confirm(&agent, &gateway, &recall);
    assert!(matches!(confirmed, Confirming::Queued(_)), "{confirmed:?}");
}

#[tokio::test]
async fn the_machine_answers_as_soon_as_it_has_it_and_a_program_may_take_its_time() {
    let gateway = TestGateway::start().await;
    let delivery = cancellation(&gateway).await;
    let folder = tempfile::tempdir().unwrap();
    let item = Item::of(&delivery);
    let first = {
        let agent = reception(folder.path(), &gateway);
        agent.stage(&item, JSON).unwrap();
        agent.hold(&item, || Ok(41)).unwrap();
        assert_eq!(in_folder(&folder.path().join("in")), 1, "staged");
        assert_eq!(agent.inbox.taken(item.index).unwrap(), Taken::Held);
        // Moved back by a person: what nobody was given is not given once more.
        assert_eq!(agent.inbox.moved(4, 0).unwrap(), 0);
        assert_eq!(agent.inbox.moved(5, 0).unwrap(), 0);
        answers(&agent).remove(0).message_id()
    };
    // Killed while the program was at work: it is not the agency's yet, and comes again.
    let agent = reception(folder.path(), &gateway);
    assert!(!agent.has(&item).unwrap());
    agent.stage(&item, JSON).unwrap();
    agent
        .hold(&item, || panic!("it is answered already"))
        .unwrap();
    agent.take(&item).unwrap();
    assert!(agent.has(&item).unwrap());
    let mut seen = Vec::new();
    fetch(folder.path(), &mut seen);
    assert_eq!(seen.len(), 1);
    let answers = answers(&agent);
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].message_id(), first);
}

#[tokio::test]
async fn what_comes_behind_its_recall_is_put_away_also_where_a_person_confirms() {
    let gateway = TestGateway::start().await;
    let (late, recall) = recalled(&gateway, RecallMeasure::Quarantine).await;
    let folder = tempfile::tempdir().unwrap();
    let mut agent = reception(folder.path(), &gateway);
    agent.confirms_recalls = false;
    let item = Item::of(&late);
    agent.stage(&item, JSON).unwrap();
    agent.hold(&item, || Ok(41)).unwrap();
    receive(&agent, &recall);
    assert!(agent.withholds(&item).unwrap(), "no program hears of it");
    agent.take(&item).unwrap();
    let shared = folder.path().join("in");
    assert_eq!(in_folder(&shared), 1, "the recall alone");
    assert_eq!(in_folder(&shared.join("quarantine")), 1);
}

#[tokio::test]
async fn where_nobody_takes_files_a_delivery_lies_on_disk_until_it_is_handed_over() {
    let gateway = TestGateway::start().await;
    let (before, recall) = recalled(&gateway, RecallMeasure::Quarantine).await;
    let folder = tempfile::tempdir().unwrap();
    let mut agent = reception(folder.path(), &gateway);
    let held = folder.path().join("held");
    agent.folder = Some(HandOver::private(&held).unwrap());
    let [before, recalling] = [&before, &recall].map(Item::of);
    for item in [&before, &recalling] {
        agent.stage(item, JSON).unwrap();
        agent.hold(item, || Ok(41)).unwrap();
    }
    assert_eq!(in_folder(&held), 2);
    agent.take(&recalling).unwrap();
    assert_eq!(in_folder(&held), 1);
    confirm(&agent, &gateway, &recall);
    assert_eq!(in_folder(&held), 0, "nobody has it, and nobody will");
    agent.take(&before).unwrap();
    assert_eq!(std::fs::read_dir(&held).unwrap().count(), 0);
}

#[tokio::test]
async fn the_file_of_the_version_before_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inbox.redb");
    Inbox::open(&path, ORIGIN).unwrap().leave_format(1);
    drop(Inbox::open(&path, ORIGIN).unwrap());
    Inbox::open(&path, ORIGIN).unwrap().leave_format(3);
    let newer = Inbox::open(&path, ORIGIN);
    assert!(matches!(newer, Err(InboxError::Other { .. })));
}
