//! Bringing the copy up to date: nothing twice, nothing believed that does not hold, nothing passed over in silence.

use super::*;
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
    let lies: [Lie; 5] = [
        |page| page.records.reverse(),
        |page| page.next_index = 1,
        |page| page.next_index = 1_000,
        |page| {
            page.records.clear();
            page.next_index = 0;
            page.next_page_token = "0".to_owned();
        },
        |page| page.records[1] = page.records[0].clone(),
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
