//! Order, room and repeats; and every step at which a process may be killed, built by hand and gone on from.

use super::courier::tests::{delivered_once, gateway_of_a_log};
use super::*;
use crate::refusal::Refusal;
use crate::submit::SubmitError;
use crate::test_gateway::{NOW_MS, TestGateway};
use precinto_alert::Reason;
use std::sync::Mutex;
use std::time::{Duration, UNIX_EPOCH};

/// A state folder with an outbox.
pub(super) fn outbox() -> (tempfile::TempDir, Outbox) {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path()).unwrap();
    (folder, outbox)
}

pub(super) fn put(outbox: &Outbox, signed: &Signed) -> Entry {
    match outbox.turn().unwrap().put(signed).unwrap() {
        Put::Queued(entry) => entry,
        Put::Sent => panic!("sent before"),
    }
}

/// Leaves room for so many messages.
pub(crate) fn with_room_for(outbox: &mut Outbox, messages: usize) {
    outbox.room.messages = messages;
}

fn refusal(id: MessageId) -> Refused {
    let mut refusal = Refusal::of_the_line("no");
    refusal.reason = Some(Reason::Expired);
    refusal.message_es = Some("no".to_owned());
    Refused::of(id, &SubmitError::Refused(Box::new(refusal)), NOW_MS)
}

#[tokio::test]
async fn what_is_put_in_stays_in_order_and_comes_out_as_it_was() {
    let gateway = TestGateway::start().await;
    let (_folder, outbox) = outbox();
    let notices: Vec<Signed> = (1..=12).map(|seq| gateway.notice(seq)).collect();
    for notice in &notices {
        put(&outbox, notice);
    }
    let queue = outbox.queue().unwrap();
    let places: Vec<u64> = queue.iter().map(|entry| entry.place).collect();
    assert_eq!(places, (1..=12).collect::<Vec<_>>());
    for (entry, notice) in queue.iter().zip(&notices) {
        let loaded = outbox.load(entry).unwrap().unwrap();
        assert_eq!(loaded.request(), notice.request());
    }
}

#[tokio::test]
async fn many_senders_at_once_keep_numbers_and_places_in_one_order() {
    let gateway = TestGateway::start().await;
    let (folder, outbox) = outbox();
    let counter = Mutex::new(0);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                let own = Outbox::open(folder.path()).unwrap();
                for _ in 0..8 {
                    let mut turn = own.turn().unwrap();
                    let number = {
                        let mut counter = counter.lock().unwrap();
                        *counter += 1;
                        *counter
                    };
                    turn.put(&gateway.notice(number)).unwrap();
                }
            });
        }
    });
    let queue = outbox.queue().unwrap();
    let numbers = queue.iter().map(|entry| {
        let signed = outbox.load(entry).unwrap().unwrap();
        signed.statement().sender_seq
    });
    assert_eq!(numbers.collect::<Vec<_>>(), (1..=32).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_message_is_put_in_once_and_an_id_stands_for_one_message() {
    let gateway = TestGateway::start().await;
    let (_folder, outbox) = outbox();
    let notice = gateway.notice(1);
    let first = put(&outbox, &notice);
    assert_eq!(put(&outbox, &notice), first);
    assert_eq!(outbox.queue().unwrap().len(), 1);
    let mut other = crate::test_gateway::notice(2);
    other.statement.message_id = notice.message_id().as_bytes().to_vec();
    let other = gateway.author.sign(other, &[], NOW_MS).unwrap();
    let reused = outbox.turn().unwrap().put(&other);
    assert!(matches!(reused, Err(OutboxError::Reused(_))), "{reused:?}");
    // Also once it was sent.
    let index = gateway.state().log.append(&notice);
    let receipt = gateway.state().log.receipt(index);
    outbox.settle_sent(&first, &receipt).unwrap();
    let mut turn = outbox.turn().unwrap();
    assert_eq!(turn.put(&notice).unwrap(), Put::Sent);
    assert!(matches!(turn.put(&other), Err(OutboxError::Reused(_))));
}

#[tokio::test]
async fn a_full_outbox_refuses_and_drops_nothing() {
    let gateway = TestGateway::start().await;
    let (_folder, mut outbox) = outbox();
    outbox.room.messages = 2;
    put(&outbox, &gateway.notice(1));
    put(&outbox, &gateway.notice(2));
    let full = outbox.turn().unwrap().put(&gateway.notice(3));
    assert!(matches!(full, Err(OutboxError::Full { messages: 2, .. })));
    assert_eq!(outbox.queue().unwrap().len(), 2);
    let bytes: u64 = outbox.queue().unwrap().iter().map(|one| one.bytes).sum();
    outbox.room = Room {
        messages: 10,
        bytes: bytes + 10,
        ..outbox.room
    };
    let full = outbox.turn().unwrap().put(&gateway.notice(3));
    assert!(matches!(full, Err(OutboxError::Full { .. })));
    assert_eq!(outbox.queue().unwrap().len(), 2);
}

#[tokio::test]
async fn a_place_is_not_given_out_twice_though_the_queue_was_empty_between() {
    let gateway = TestGateway::start().await;
    let (_folder, outbox) = outbox();
    let first = put(&outbox, &gateway.notice(1));
    outbox
        .settle_refused(&first, &refusal(first.message_id))
        .unwrap();
    assert_eq!(outbox.queue().unwrap(), []);
    assert_eq!(put(&outbox, &gateway.notice(2)).place, 2);
}

#[tokio::test]
async fn what_was_refused_is_kept_with_its_reason_and_can_be_sent_again() {
    let gateway = TestGateway::start().await;
    let (_folder, outbox) = outbox();
    let notice = gateway.notice(1);
    let entry = put(&outbox, &notice);
    let why = refusal(entry.message_id);
    outbox.settle_refused(&entry, &why).unwrap();
    assert_eq!(outbox.queue().unwrap(), []);
    assert_eq!(outbox.refused().unwrap(), std::slice::from_ref(&why));
    let fate = outbox.fate(entry.message_id).unwrap();
    assert_eq!(fate, Fate::Refused(Box::new(why)));
    put(&outbox, &notice);
    assert_eq!(outbox.refused().unwrap(), []);
}

#[tokio::test]
async fn who_looks_at_no_refusal_is_stopped_and_the_node_answers_all_the_same() {
    let gateway = TestGateway::start().await;
    let (_folder, mut outbox) = outbox();
    outbox.room.refused = 3;
    for number in 1..=3 {
        let entry = put(&outbox, &gateway.notice(number));
        let said = refusal(entry.message_id);
        outbox.settle_refused(&entry, &said).unwrap();
    }
    let refused = outbox.turn().unwrap().put_new(&gateway.notice(4));
    assert!(matches!(
        refused,
        Err(OutboxError::Unheeded { messages: 3, .. })
    ));
    assert_eq!(outbox.queue().unwrap(), []);
    // Beyond the limit everything else goes on: what the node owes, what was sent, what is told of it.
    let entry = put(&outbox, &gateway.notice(5));
    let said = refusal(entry.message_id);
    outbox.settle_refused(&entry, &said).unwrap();
    let refused = outbox.refused().unwrap();
    assert_eq!(refused.len(), 4);
    let first = refused[0].id().unwrap();
    for kind in [MESSAGE, ".json"] {
        fs::remove_file(outbox.refused_folder().join(format!("{first}{kind}"))).unwrap();
    }
    assert!(outbox.turn().unwrap().put_new(&gateway.notice(6)).is_err());
    outbox.room.refused = 4;
    let taken = outbox.turn().unwrap().put_new(&gateway.notice(6));
    assert!(matches!(taken, Ok(Put::Queued(_))));
}

#[tokio::test]
async fn a_refusal_is_told_until_the_message_is_queued_again() {
    let gateway = TestGateway::start().await;
    let (_folder, mut outbox) = outbox();
    let notice = gateway.notice(1);
    let entry = put(&outbox, &notice);
    let why = refusal(entry.message_id);
    outbox.settle_refused(&entry, &why).unwrap();
    with_room_for(&mut outbox, 0);
    assert!(outbox.turn().unwrap().put(&notice).is_err());
    assert_eq!(outbox.refused().unwrap(), std::slice::from_ref(&why));
    // Room, and a disk that fails: the file has the name of a folder.
    with_room_for(&mut outbox, 2);
    let next = Entry { place: 2, ..entry };
    fs::create_dir(outbox.path_of(&next)).unwrap();
    assert!(outbox.turn().unwrap().put(&notice).is_err());
    assert_eq!(outbox.refused().unwrap(), [why]);
}

#[tokio::test]
async fn receipts_go_when_they_are_old_and_never_those_of_what_waits() {
    let gateway = TestGateway::start().await;
    let (_folder, outbox) = outbox();
    let notices: Vec<Signed> = (1..=3).map(|seq| gateway.notice(seq)).collect();
    let kept_ms = u64::try_from(crate::limits::SENT_KEPT.as_millis()).unwrap();
    for (notice, age_ms) in notices
        .iter()
        .zip([kept_ms + 1_000, kept_ms - 1_000, kept_ms + 1_000])
    {
        let entry = put(&outbox, notice);
        let index = gateway.state().log.append(notice);
        let receipt = gateway.state().log.receipt(index);
        outbox.settle_sent(&entry, &receipt).unwrap();
        for (name, _) in names_in(&outbox.sent).unwrap() {
            if name.starts_with(&entry.message_id.to_string()) {
                let file = fs::File::options().write(true).open(outbox.sent.join(name));
                let then = UNIX_EPOCH + Duration::from_millis(NOW_MS - age_ms);
                file.unwrap().set_modified(then).unwrap();
            }
        }
    }
    // The third was killed before it left the queue.
    let entry = Entry {
        place: 9,
        message_id: notices[2].message_id(),
        bytes: 0,
    };
    write(
        &outbox.path_of(&entry),
        &notices[2].request().encode_to_vec(),
    );
    // What the courier is writing just now.
    write(&outbox.sent.join(".new-abcdef"), b"half");
    assert_eq!(outbox.forget_sent(NOW_MS).unwrap(), 2);
    let kept = |one: &Signed| outbox.receipt(one.message_id()).unwrap().is_some();
    assert_eq!(
        notices.iter().map(kept).collect::<Vec<_>>(),
        [false, true, true]
    );
    assert_eq!(outbox.forget_sent(NOW_MS).unwrap(), 0);
}

#[tokio::test]
async fn a_message_whose_receipt_cannot_be_kept_stays_in_the_queue() {
    let gateway = TestGateway::start().await;
    let (_folder, outbox) = outbox();
    let notice = gateway.notice(1);
    let entry = put(&outbox, &notice);
    let index = gateway.state().log.append(&notice);
    let receipt = gateway.state().log.receipt(index);
    fs::remove_dir(&outbox.sent).unwrap();
    assert!(outbox.settle_sent(&entry, &receipt).is_err());
    fs::remove_dir(&outbox.refused).unwrap();
    assert!(
        outbox
            .settle_refused(&entry, &refusal(entry.message_id))
            .is_err()
    );
    assert_eq!(outbox.queue().unwrap(), [entry]);
}

/// A step after which a process may be killed.
type Step = fn(&Outbox, &Entry, &pb::Receipt);

fn write(path: &Path, bytes: &[u8]) {
    durable::replace(path, bytes, PRIVATE).unwrap();
}

/// The steps of putting in, settling as sent and settling as refused, each leaving the folder as a killed process does.
const CRASHES: &[(&str, Step)] = &[
    ("put: an unfinished file", |outbox, entry, _| {
        let path = outbox.path_of(entry);
        write(
            &outbox.queue.join(".new-abcdef"),
            &fs::read(path).unwrap()[..40],
        );
    }),
    ("put: queued", |_, _, _| {}),
    ("sent: an unfinished record", |outbox, _, receipt| {
        write(&outbox.sent.join(".new-abcdef"), &receipt.record[..10]);
    }),
    ("sent: the record", |outbox, entry, receipt| {
        let path = outbox.sent.join(format!("{}.record", entry.message_id));
        write(&path, &receipt.record);
    }),
    ("sent: record and proof", |outbox, entry, receipt| {
        let path = outbox.sent.join(format!("{}.record", entry.message_id));
        write(&path, &receipt.record);
        let path = outbox.sent.join(format!("{}.tlog-proof", entry.message_id));
        write(&path, receipt.proof.as_bytes());
    }),
    ("sent: out of the queue", |outbox, entry, receipt| {
        outbox.settle_sent(entry, receipt).unwrap();
    }),
    ("refused: the reason", |outbox, entry, _| {
        let why = serde_json::to_vec(&refusal(entry.message_id)).unwrap();
        let path = outbox.refused.join(format!("{}.json", entry.message_id));
        write(&path, &why);
    }),
    ("refused: reason and message", |outbox, entry, _| {
        let message = fs::read(outbox.path_of(entry)).unwrap();
        let why = refusal(entry.message_id);
        refused::keep(&outbox.refused, entry.message_id, &why, &message).unwrap();
    }),
];

#[tokio::test]
async fn a_process_killed_at_any_step_loses_nothing_and_says_nothing_twice() {
    for (name, crash) in CRASHES {
        for was_logged in [false, true] {
            let gateway = gateway_of_a_log().await;
            let (folder, outbox) = outbox();
            let notices: Vec<Signed> = (1..=3).map(|seq| gateway.notice(seq)).collect();
            let entries: Vec<Entry> = notices.iter().map(|one| put(&outbox, one)).collect();
            // A receipt exists only for what the log holds.
            let needs_receipt = name.starts_with("sent");
            if !was_logged && needs_receipt {
                continue;
            }
            let mut receipt = pb::Receipt::default();
            if was_logged {
                let index = gateway.state().log.append(&notices[0]);
                receipt = gateway.state().log.receipt(index);
            }
            crash(&outbox, &entries[0], &receipt);

            // Another process takes up what is there.
            let outbox = Outbox::open(folder.path()).unwrap();
            outbox.tidy().unwrap();
            put(&outbox, &gateway.notice(4));
            let waits = outbox
                .queue()
                .unwrap()
                .iter()
                .map(|one| one.place)
                .collect::<Vec<_>>();
            assert!(waits.ends_with(&[2, 3, 4]), "{name}: {waits:?}");
            delivered_once(&gateway, &outbox, 4, name).await;
            for notice in &notices {
                let fate = outbox.fate(notice.message_id()).unwrap();
                assert!(matches!(fate, Fate::Sent(_)), "{name}: {fate:?}");
            }
            assert_eq!(outbox.refused().unwrap(), [], "{name}");
            for (folder, expected) in [(&outbox.queue, 1), (&outbox.refused, 0), (&outbox.sent, 8)]
            {
                let left = names_in(folder).unwrap();
                assert_eq!(left.len(), expected, "{name}: {left:?}");
            }
        }
    }
}
