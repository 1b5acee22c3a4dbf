//! Bringing the copy up to date: nothing twice, nothing believed that does not hold, nothing passed over in silence.

use super::*;
use crate::subscribe::Unbelievable;
use precinto_alert::Reason;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn everything_is_taken_once_page_by_page() {
    let mut scene = Scene::new().await;
    for number in 1..=5 {
        scene.says(MessageType::Alert, &alert_id(number), alert());
    }
    let connection = scene.gateway.connect().await;
    let progress = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&progress);
    let hear = move |done, total| seen.lock().unwrap().push((done, total));
    let synced = scene.copy.sync(&connection, hear).await.unwrap();
    assert_eq!((synced.taken, synced.position), (5, 5));
    assert_eq!(*progress.lock().unwrap(), [(2, 5), (4, 5), (5, 5)]);
    assert_eq!(scene.copy.as_of_ms(), Some(NOW_MS));
    scene.says(MessageType::Alert, &alert_id(6), alert());
    let synced = scene.sync().await;
    assert_eq!((synced.taken, synced.position), (1, 6));
    assert_eq!(scene.gateway.state().asked.last().unwrap().first_index, 5);
    let mut scene = scene.reopen();
    assert_eq!(scene.copy.position(), 6, "the position lasts");
    assert_eq!(scene.sync().await.taken, 0);
    assert_eq!(scene.found(WAYBILL).len(), 6);
}

#[tokio::test]
async fn a_forged_record_is_marked_and_taken_when_it_holds() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.says(MessageType::Alert, &alert_id(2), alert());
    scene.gateway.state().forge_record = Box::new(|_, record| {
        if record.index == 0 {
            let last = record.body.len() - 1;
            record.body[last] ^= 1;
        }
    });
    let synced = scene.sync().await;
    assert_eq!((synced.taken, synced.position), (1, 2));
    assert_eq!(synced.unbelievable.len(), 1);
    assert_eq!(synced.unbelievable[0].index, 0);
    assert!(scene.copy.case(&alert_id(1)).unwrap().is_none());
    assert_eq!(scene.sync().await.unbelievable.len(), 1, "it is told again");
    scene.gateway.state().forge_record = Box::new(|_, _| {});
    let synced = scene.sync().await;
    assert_eq!((synced.taken, synced.unbelievable.len()), (1, 0));
    assert!(scene.copy.case(&alert_id(1)).unwrap().is_some());
}

#[tokio::test]
async fn a_record_needs_a_receipt_of_its_own_entry() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.says(MessageType::Alert, &alert_id(2), alert());
    scene.gateway.state().forge_record = Box::new(|log, record| match record.index {
        0 => record.receipt.as_mut().unwrap().proof.clear(),
        _ => record.receipt = Some(log.receipt(0)),
    });
    let synced = scene.sync().await;
    assert_eq!(synced.taken, 0);
    let reasons = synced.unbelievable.iter().map(|doubt| doubt.reason);
    assert!(reasons.eq([Reason::ReceiptInvalid, Reason::ReceiptInvalid]));
}

#[tokio::test]
async fn a_page_that_does_not_add_up_ends_the_sync() {
    type Lie = fn(&mut pb::ListRecordsResponse);
    let lies: [Lie; 7] = [
        |page| page.records.reverse(),
        |page| page.next_index = 1,
        |page| page.next_index = 1_000,
        |page| {
            page.records.clear();
            page.next_index = 0;
            page.next_page_token = "0".to_owned();
        },
        |page| page.records[1] = page.records[0].clone(),
        // The last page, although the log goes on: nobody would ever learn of the rest.
        |page| {
            page.records.clear();
            page.next_index = 0;
        },
        |page| {
            page.records.pop();
            page.next_index = 1;
        },
    ];
    for lie in lies {
        let mut scene = Scene::new().await;
        scene.says(MessageType::Alert, &alert_id(1), alert());
        scene.says(MessageType::Alert, &alert_id(2), alert());
        scene.gateway.state().forge_page = Box::new(move |_, page| lie(page));
        assert_eq!(scene.fails().await.reason(), Some(Reason::ReceiptInvalid));
        assert_eq!(scene.copy.position(), 0);
    }
}

#[tokio::test]
async fn a_log_that_forgets_contradicts_the_copy_even_after_a_restart() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.says(MessageType::Alert, &alert_id(2), alert());
    scene.sync().await;
    let mut scene = scene.reopen();
    scene.gateway.state().log.forget();
    scene.says(MessageType::Alert, &alert_id(3), alert());
    scene.says(MessageType::Alert, &alert_id(4), alert());
    let error = scene.fails().await;
    assert!(matches!(error, SyncError::Contradiction(_)), "{error}");
    assert_eq!(error.reason(), Some(Reason::LogInconsistent));
    assert_eq!(scene.copy.position(), 2);
}

#[tokio::test]
async fn a_stale_token_goes_on_from_the_position() {
    let mut scene = Scene::new().await;
    for number in 1..=4 {
        scene.says(MessageType::Alert, &alert_id(number), alert());
    }
    scene.gateway.state().forge_page = Box::new(|_, page| {
        if !page.next_page_token.is_empty() {
            page.next_page_token = "restarted".to_owned();
        }
    });
    assert_eq!(scene.sync().await.taken, 4);
    let asked = scene.gateway.state().asked.clone();
    let asked: Vec<_> = asked
        .iter()
        .map(|one| (&*one.page_token, one.first_index))
        .collect();
    assert_eq!(asked, [("", 0), ("restarted", 2), ("", 2)]);
}

#[tokio::test]
async fn what_is_none_of_our_business_is_not_kept() {
    let mut scene = Scene::new().await;
    scene.seq = 1;
    let foreign = draft(MessageType::Alert, &alert_id(1), alert(), 1);
    let foreign = scene.other.sign(foreign, &[], NOW_MS).unwrap();
    let third = ["us.dev.invalid/fbi"];
    scene.gateway.state().log.append_to(&foreign, &third);
    let synced = scene.sync().await;
    assert_eq!((synced.taken, synced.unbelievable.len()), (0, 0));
    assert!(scene.copy.message(foreign.message_id()).unwrap().is_none());
}

#[tokio::test]
async fn a_body_deleted_by_law_is_missing_and_said_to_be() {
    let mut scene = Scene::new().await;
    let signed = scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.gateway.state().forge_record = Box::new(|_, record| {
        record.body.clear();
        record.body_pruned = true;
    });
    assert_eq!(scene.sync().await.taken, 1);
    let held = scene.copy.message(signed.message_id()).unwrap().unwrap();
    assert_eq!(held.body, BodyState::Pruned);
    assert!(held.content.is_none() && scene.found(WAYBILL).is_empty());
}

/// One bit that nobody signs must not take an alert away for good, nor in silence.
#[tokio::test]
async fn a_body_said_to_be_deleted_is_asked_for_again_and_taken_when_it_comes() {
    let mut scene = Scene::new().await;
    let (blanked, recalled) = (alert_id(1), alert_id(2));
    for id in [&blanked, &recalled] {
        scene.says(MessageType::Alert, id, alert());
    }
    scene.gateway.state().forge_record = Box::new(|_, record| {
        record.body.clear();
        record.body_pruned = true;
    });
    let expected: Vec<_> = [(0, &blanked), (1, &recalled)]
        .map(|(index, id)| PrunedBody {
            index,
            alert_id: Some(id.clone()),
        })
        .into();
    assert_eq!(scene.sync().await.pruned, expected);
    scene.says(MessageType::Recall, &recalled, None);
    let mut scene = scene.reopen();
    let told = scene.sync().await.pruned;
    assert_eq!(
        told,
        expected[..1],
        "told every time, but for what is locked"
    );
    scene.gateway.state().forge_record = Box::new(|_, record| {
        if record.index == 0 {
            record.body[9] ^= 1;
        }
    });
    let synced = scene.sync().await;
    assert_eq!(synced.pruned, expected[..1], "another body is not taken");
    assert!(synced.unbelievable.is_empty(), "the message itself stands");
    scene.gateway.state().forge_record = Box::new(|_, _| {});
    let synced = scene.sync().await;
    assert_eq!((synced.taken, synced.pruned.len()), (0, 0));
    assert_eq!(scene.found(WAYBILL).len(), 1);
    let first = |id| scene.copy.case(id).unwrap().unwrap().messages.remove(0);
    assert_eq!(first(&blanked).body, BodyState::Present);
    let locked = first(&recalled);
    assert_eq!(locked.body, BodyState::Quarantined);
    assert!(locked.warnings.is_empty(), "they quote what it said");
    let work = scene.copy.recall_work(&recalled).unwrap().unwrap();
    assert_eq!(work.copies, 0, "it never came");
    assert_eq!(scene.found(blanked.as_str()).len(), 1, "filed once");
}

#[tokio::test]
async fn whatever_is_asked_for_again_has_its_turn() {
    let scene = Scene::new().await;
    let write = |doubted: std::ops::Range<u64>, asked_again| {
        let doubt = |index| Unbelievable {
            index,
            attempt: 1,
            time_ms: 0,
            reason: Reason::ReceiptInvalid,
            detail: String::new(),
        };
        let desk = take::Desk {
            agency: &scene.copy.agency,
            path: &scene.copy.path,
            now_ms: NOW_MS,
        };
        let taken = take::Taken {
            doubted: doubted.map(doubt).collect(),
            asked_again,
            ..Default::default()
        };
        take::take(&scene.copy.database, &desk, &taken).unwrap();
    };
    write(0..150, None);
    assert!(scene.copy.turn().unwrap().into_iter().eq(0..100));
    write(0..0, Some(99));
    let turn = scene.copy.turn().unwrap();
    assert!(turn.into_iter().eq((100..150).chain(0..50)));
}

#[tokio::test]
async fn a_log_that_forgets_contradicts_what_was_seen_though_the_copy_was_deleted() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.says(MessageType::Alert, &alert_id(2), alert());
    scene.sync().await;
    let seen = scene.gateway.state().log.note();
    std::fs::remove_file(scene.file()).unwrap();
    let mut scene = scene.reopen();
    scene.gateway.state().log.forget();
    scene.says(MessageType::Alert, &alert_id(3), alert());
    let offered = scene.gateway.state().log.note();
    match scene.fails().await {
        SyncError::Contradiction(both) => {
            assert_eq!(
                (both.pinned.note(), both.offered.note()),
                (&*seen, &*offered)
            );
        }
        error => panic!("{error}"),
    }
    assert_eq!(scene.copy.position(), 0);
}
