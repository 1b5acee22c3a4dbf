//! What the courier makes of a line that breaks, a gateway that puts off, refuses, fails or lies.

use super::super::tests::{outbox, put};
use super::super::{Fate, Put};
use super::*;
use crate::limits::OUTBOX_FAULTS_MAX;
use crate::test_gateway::TestGateway;
use precinto_proto::v1 as pb;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::time::timeout;
use tonic_types::{ErrorDetails, StatusExt};

/// Long enough for a slow machine; reaching it means that something is lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// A gateway that knows a message again, as a real one does.
pub(in super::super) async fn gateway_of_a_log() -> TestGateway {
    let gateway = TestGateway::start().await;
    gateway.state().answer = Box::new(|log, signed| {
        let known = (0..log.size()).find(|index| {
            let record = log.record(*index);
            record.envelope == signed.request().envelope
        });
        let index = known.unwrap_or_else(|| log.append(&signed));
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            duplicate: known.is_some(),
            ..Default::default()
        })
    });
    gateway
}

fn refused(name: &str, code: tonic::Code) -> tonic::Status {
    tonic::Status::with_error_details(
        code,
        "no",
        ErrorDetails::with_error_info(name, "precinto", []),
    )
}

/// A running courier with quick pauses; its events, and how it ends.
fn start(
    gateway: &TestGateway,
    outbox: &Outbox,
) -> (
    mpsc::Receiver<CourierEvent>,
    tokio::task::JoinHandle<CourierError>,
) {
    let (events, told) = mpsc::channel(64);
    (told, tokio::spawn(courier(gateway, outbox, events).run()))
}

fn courier(gateway: &TestGateway, outbox: &Outbox, events: mpsc::Sender<CourierEvent>) -> Courier {
    let retry = Retry {
        min: Duration::from_millis(5),
        max: Duration::from_millis(20),
    };
    Courier::new(
        crate::test_gateway::NODE.parse().unwrap(),
        outbox.clone(),
        gateway.settings.clone(),
        gateway.clock.clone(),
        retry,
        events,
    )
}

/// Runs a courier until so many messages left the queue; places sent and places refused, in order.
async fn settle(gateway: &TestGateway, outbox: &Outbox, count: usize) -> (Vec<u64>, Vec<u64>) {
    let (mut told, task) = start(gateway, outbox);
    let (mut sent, mut refused) = (Vec::new(), Vec::new());
    let settles = async {
        while sent.len() + refused.len() < count {
            match told.recv().await {
                Some(CourierEvent::Sent { entry, .. }) => sent.push(entry.place),
                Some(CourierEvent::Refused { entry, .. }) => refused.push(entry.place),
                Some(_) => {}
                None => panic!("it has ended"),
            }
        }
    };
    timeout(PATIENCE, settles).await.expect("in time");
    task.abort();
    drop(task.await);
    (sent, refused)
}

/// Sends everything that waits, and holds the log to `in_all` entries, one for each sequence number, in their order.
pub(in super::super) async fn delivered_once(
    gateway: &TestGateway,
    outbox: &Outbox,
    in_all: u64,
    name: &str,
) {
    let waiting = outbox.queue().unwrap().len();
    settle(gateway, outbox, waiting).await;
    assert_eq!(numbers(gateway), (1..=in_all).collect::<Vec<_>>(), "{name}");
}

/// The sequence numbers in the log, in its order.
fn numbers(gateway: &TestGateway) -> Vec<u64> {
    let state = gateway.state();
    let all = 0..state.log.size();
    all.map(|index| {
        let request = pb::SubmitRequest {
            envelope: state.log.record(index).envelope,
            ..Default::default()
        };
        Signed::from_request(request)
            .unwrap()
            .statement()
            .sender_seq
    })
    .collect()
}

#[tokio::test]
async fn a_receipt_on_a_branch_of_its_own_stops_the_courier_at_the_next_one() {
    let gateway = TestGateway::start().await;
    let mut honest = None;
    gateway.state().answer = Box::new(move |log, signed| {
        // The second is taken into a log that nobody else will ever see, and while it is shown it is shown well.
        if signed.statement().sender_seq == 2 {
            let branch = log.branch(1);
            honest = Some(std::mem::replace(log, branch));
        } else if let Some(honest) = honest.take() {
            *log = honest;
        }
        let index = log.append(&signed);
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            ..Default::default()
        })
    });
    let (_folder, outbox) = outbox();
    let (mut told, task) = start(&gateway, &outbox);
    for sequence in 1..=3 {
        put(&outbox, &gateway.notice(sequence));
        // One at a time, as alerts come; nobody can know of the second that it is a lie before there is a third.
        let sent = async {
            loop {
                match told.recv().await {
                    Some(CourierEvent::Sent { entry, .. }) => break entry.place,
                    Some(_) => {}
                    None => panic!("it has ended"),
                }
            }
        };
        timeout(PATIENCE, sent).await.expect("in time");
    }
    let ended = timeout(PATIENCE, task).await.expect("in time").unwrap();
    assert!(matches!(ended, CourierError::Contradiction(_)), "{ended:?}");
    assert_eq!(ended.reason(), Some(Reason::LogInconsistent));
}

#[tokio::test]
async fn what_waits_arrives_in_order_once_and_leaves_its_receipt() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    let notices: Vec<Signed> = (1..=80).map(|seq| gateway.notice(seq)).collect();
    for notice in &notices {
        put(&outbox, notice);
    }
    delivered_once(&gateway, &outbox, 80, "all").await;
    assert_eq!(outbox.queue().unwrap(), []);
    for notice in &notices {
        let receipt = outbox.receipt(notice.message_id()).unwrap();
        let subject = notice.subject();
        let verifier = crate::receipt::ReceiptVerifier::new(gateway.settings.log.clone());
        verifier.verify(receipt.as_ref(), &subject, false).unwrap();
        assert_eq!(outbox.turn().unwrap().put(notice).unwrap(), Put::Sent);
    }
}

#[tokio::test]
async fn a_line_that_breaks_before_the_answer_has_the_same_bytes_sent_again() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    // Each message is taken in, and its first answer lost.
    let mut heard: BTreeMap<u64, u32> = BTreeMap::new();
    gateway.state().answer = Box::new(move |log, signed| {
        let number = signed.statement().sender_seq;
        let times = heard.entry(number).or_default();
        *times += 1;
        if *times == 1 {
            log.append(&signed);
            return Err(tonic::Status::data_loss("the stream breaks here"));
        }
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(number - 1)),
            duplicate: true,
            ..Default::default()
        })
    });
    for seq in 1..=3 {
        put(&outbox, &gateway.notice(seq));
    }
    delivered_once(&gateway, &outbox, 3, "again").await;
}

#[tokio::test]
async fn a_refusal_behind_a_message_that_was_put_off_is_not_believed() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    let mut busy = true;
    gateway.state().answer = Box::new(move |log, signed| {
        let number = signed.statement().sender_seq;
        if number == 1 && std::mem::take(&mut busy) {
            return Err(refused("DRAINING", tonic::Code::Unavailable));
        }
        if number > log.size() + 1 {
            // It rests on the one before it.
            return Err(refused("ALERT_UNKNOWN", tonic::Code::NotFound));
        }
        let index = log.append(&signed);
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            ..Default::default()
        })
    });
    for seq in 1..=3 {
        put(&outbox, &gateway.notice(seq));
    }
    delivered_once(&gateway, &outbox, 3, "put off").await;
    assert_eq!(outbox.refused().unwrap(), []);
}

#[tokio::test]
async fn what_is_refused_is_put_aside_and_those_behind_it_go_on() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    gateway.state().answer = Box::new(|log, signed| {
        if signed.statement().sender_seq == 2 {
            return Err(refused("EXPIRED", tonic::Code::FailedPrecondition));
        }
        let index = log.append(&signed);
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            ..Default::default()
        })
    });
    let entries: Vec<Entry> = (1..=3)
        .map(|seq| put(&outbox, &gateway.notice(seq)))
        .collect();
    assert_eq!(settle(&gateway, &outbox, 3).await, (vec![1, 3], vec![2]));
    match outbox.fate(entries[1].message_id).unwrap() {
        Fate::Refused(refused) => assert_eq!(refused.reason.as_deref(), Some("EXPIRED")),
        fate => panic!("{fate:?}"),
    }
}

#[tokio::test]
async fn what_waits_while_the_directory_leaves_the_node_out_goes_when_it_lists_it_again() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    let listed = Arc::new(Mutex::new(false));
    let is_listed = Arc::clone(&listed);
    gateway.state().answer = Box::new(move |log, signed| {
        if !*is_listed.lock().unwrap() {
            return Err(refused("NODE_UNKNOWN", tonic::Code::PermissionDenied));
        }
        let index = log.append(&signed);
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            ..Default::default()
        })
    });
    put(&outbox, &gateway.notice(1));
    let (mut told, task) = start(&gateway, &outbox);
    let waits = async {
        loop {
            if let CourierEvent::Waiting { reason, .. } = told.recv().await.expect("it runs") {
                return reason;
            }
        }
    };
    let reason = timeout(PATIENCE, waits).await.expect("in time");
    assert_eq!(reason, Some(Reason::NodeUnknown), "and it says why");
    task.abort();
    drop(task.await);
    put(&outbox, &gateway.notice(2));
    *listed.lock().unwrap() = true;
    delivered_once(&gateway, &outbox, 2, "listed again").await;
    assert_eq!(outbox.refused().unwrap(), []);
}

#[tokio::test]
async fn a_gateway_that_fails_over_one_message_does_not_hold_up_the_others_for_ever() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    let heard = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&heard);
    gateway.state().answer = Box::new(move |log, signed| {
        if signed.statement().sender_seq == 1 {
            *counted.lock().unwrap() += 1;
            return Err(refused("INTERNAL", tonic::Code::Internal));
        }
        let index = log.append(&signed);
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            ..Default::default()
        })
    });
    put(&outbox, &gateway.notice(1));
    assert_eq!(settle(&gateway, &outbox, 1).await, (vec![], vec![1]));
    assert_eq!(*heard.lock().unwrap(), OUTBOX_FAULTS_MAX);
    // And it is not said that anybody has refused it.
    let told = outbox.refused().unwrap().remove(0);
    assert_eq!(told.reason.as_deref(), Some("INTERNAL"));
    assert!(told.message.starts_with("not judged:"), "{told:?}");
    assert!(told.message_es.unwrap().starts_with("nadie lo ha juzgado:"));
}

#[tokio::test]
async fn what_another_node_has_signed_does_not_hold_up_the_others_for_ever() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    let colleague = "spiffe://us.dev.invalid/agency/cbp/node/retired";
    gateway.state().answer = Box::new(move |log, signed| {
        if signed.statement().sender == colleague {
            return Err(refused("NODE_UNKNOWN", tonic::Code::PermissionDenied));
        }
        let index = log.append(&signed);
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            ..Default::default()
        })
    });
    let author = gateway.other_author(colleague, 23);
    let notice = crate::test_gateway::notice(9);
    put(
        &outbox,
        &author
            .sign(notice, &[], crate::test_gateway::NOW_MS)
            .unwrap(),
    );
    put(&outbox, &gateway.notice(1));
    assert_eq!(settle(&gateway, &outbox, 2).await, (vec![2], vec![1]));
    let told = outbox.refused().unwrap().remove(0);
    assert_eq!(told.reason.as_deref(), Some("NODE_UNKNOWN"));
}

#[tokio::test]
async fn a_receipt_that_proves_nothing_stops_the_courier_and_the_message_stays() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    gateway.state().answer = Box::new(|log, _| {
        let other = log.size() - 1;
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(other)),
            ..Default::default()
        })
    });
    gateway.fill(1);
    let entry = put(&outbox, &gateway.notice(2));
    let (_told, task) = start(&gateway, &outbox);
    let ended = timeout(PATIENCE, task).await.expect("in time").unwrap();
    assert!(
        matches!(ended, CourierError::Disbelieved { .. }),
        "{ended:?}"
    );
    assert_eq!(ended.reason(), Some(Reason::ReceiptInvalid));
    assert_eq!(outbox.queue().unwrap(), [entry]);
}

#[tokio::test]
async fn a_damaged_file_is_put_aside_and_those_behind_it_go_on() {
    let gateway = gateway_of_a_log().await;
    let (folder, outbox) = outbox();
    let entry = put(&outbox, &gateway.notice(1));
    put(&outbox, &gateway.notice(2));
    let name = format!("outbox/{:020}-{}.msg", entry.place, entry.message_id);
    let path = folder.path().join(name);
    crate::durable::replace(&path, b"\xff\xff", crate::durable::PRIVATE).unwrap();
    assert_eq!(settle(&gateway, &outbox, 2).await, (vec![2], vec![1]));
    assert_eq!(outbox.refused().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_put_in_while_the_line_is_open_goes_at_once() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    let (mut told, task) = start(&gateway, &outbox);
    for seq in 1..=3 {
        put(&outbox, &gateway.notice(seq));
        loop {
            let event = timeout(PATIENCE, told.recv()).await.expect("in time");
            if let Some(CourierEvent::Sent { entry, .. }) = event {
                assert_eq!(entry.place, seq);
                break;
            }
        }
    }
    task.abort();
    assert_eq!(numbers(&gateway), [1, 2, 3]);
}

#[tokio::test]
async fn a_gateway_that_keeps_the_line_open_and_does_not_answer_is_asked_again() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    let mut asked = 0;
    gateway.state().answer = Box::new(move |log, signed| {
        asked += 1;
        if asked == 1 {
            return Err(tonic::Status::out_of_range("silence"));
        }
        let index = log.append(&signed);
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            ..Default::default()
        })
    });
    put(&outbox, &gateway.notice(1));
    let (events, mut told) = mpsc::channel(64);
    let mut courier = courier(&gateway, &outbox, events);
    courier.answer_max = Duration::from_millis(20);
    let task = tokio::spawn(courier.run());
    let mut waited = false;
    loop {
        match timeout(PATIENCE, told.recv()).await.expect("in time") {
            Some(CourierEvent::Sent { .. }) => break,
            Some(CourierEvent::Waiting { .. }) => waited = true,
            _ => {}
        }
    }
    assert!(waited);
    task.abort();
}

#[tokio::test]
async fn a_pause_ends_when_the_gateway_is_heard_elsewhere() {
    let gateway = gateway_of_a_log().await;
    let (_folder, outbox) = outbox();
    let mut asked = 0;
    gateway.state().answer = Box::new(move |log, signed| {
        asked += 1;
        if asked == 1 {
            return Err(refused("DRAINING", tonic::Code::Unavailable));
        }
        let index = log.append(&signed);
        Ok(pb::SubmitResponse {
            receipt: Some(log.receipt(index)),
            ..Default::default()
        })
    });
    put(&outbox, &gateway.notice(1));
    let (events, mut told) = mpsc::channel(64);
    let mut courier = courier(&gateway, &outbox, events);
    let hour = Duration::from_hours(1);
    courier.backoff = Backoff::new(Retry {
        min: hour,
        max: hour,
    });
    let hurry = courier.hurry();
    let task = tokio::spawn(courier.run());
    loop {
        let told = timeout(Duration::from_millis(20), told.recv()).await;
        match told {
            Ok(Some(CourierEvent::Sent { .. })) => break,
            // Again and again: it may not have begun to pause yet.
            Err(_) => hurry.notify_waiters(),
            Ok(_) => {}
        }
        assert!(!task.is_finished());
    }
    task.abort();
}
