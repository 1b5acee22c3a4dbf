//! A recall: what was recalled is out of every answer, what was erased is out of the file, and what was done is confirmed.

use super::*;
use std::fs;

/// A name that stands nowhere else.
pub(super) const SECRET: &str = "Zyxwvut Confidencial";

#[expect(clippy::unnecessary_wraps, reason = "a body may be absent")]
pub(super) fn secret_alert() -> Option<Vec<u8>> {
    let mut content = content();
    content.parties[1].name = SECRET.to_owned();
    Some(content.encode_to_vec())
}

pub(super) fn holds(file: &std::path::Path, text: &str) -> bool {
    let bytes = fs::read(file).unwrap();
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn quarantine_hides_what_came_before_and_what_comes_after() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, secret_alert());
    scene.says(MessageType::Alert, &alert_id(2), alert());
    scene.sync().await;
    assert_eq!(scene.found(SECRET).len(), 1);
    let recall = scene.says(MessageType::Recall, &id, None);
    scene.says(MessageType::Comment, &id, comment("still about Zyxwvut"));
    let synced = scene.sync().await;
    assert_eq!(synced.quarantined, std::slice::from_ref(&id));
    assert!(scene.found(SECRET).is_empty());
    assert_eq!(scene.found(WAYBILL).len(), 1, "the other case is untouched");
    assert_eq!(scene.found(id.as_str()).len(), 1, "its number is known");
    let held = scene.copy.case(&id).unwrap().unwrap();
    for place in [0, 2] {
        let held = &held.messages[place];
        assert_eq!(held.body, BodyState::Quarantined);
        assert!(held.content.is_none() && held.warnings.is_empty());
    }
    let listed = scene
        .copy
        .cases(&Filter::default(), &Page::default())
        .unwrap();
    let listed = &listed.cases[1];
    assert_eq!(listed.standing, Standing::Recalled);
    assert!(listed.alert.as_ref().unwrap().content.is_none());
    let from = Filter {
        from: Some("NLU".to_owned()),
        ..Filter::default()
    };
    let by_route = scene.copy.cases(&from, &Page::default()).unwrap();
    assert_eq!(by_route.cases.len(), 1, "not listed by what it says");
    let work = scene.copy.recall_work(&id).unwrap().unwrap();
    assert_eq!((work.copies, work.done_ms), (2, NOW_MS));
    assert_eq!(
        (work.measure, work.confirmed),
        (RecallMeasure::Quarantine, false)
    );
    assert_eq!(work.recall, recall.message_id());
    assert_eq!(work.originator, OTHER.parse().unwrap());
}

#[tokio::test]
async fn erasing_takes_the_bytes_out_of_the_file() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, secret_alert());
    scene.says(MessageType::Alert, &alert_id(2), alert());
    scene.sync().await;
    assert!(holds(&scene.file(), SECRET), "or this test proves nothing");
    let told = scene.copy.case(&id).unwrap().unwrap().messages.remove(0);
    scene.says(MessageType::Comment, &id, comment("on its way"));
    scene.says_with(MessageType::Recall, &id, None, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
    });
    scene.says(MessageType::Comment, &id, comment("too late"));
    scene.sync().await;
    for text in [SECRET, "ZYXWVUT", "on its way", "too late"] {
        assert!(!holds(&scene.file(), text), "{text} is still in the file");
    }
    let mut files: Vec<_> = fs::read_dir(scene.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    files.sort();
    let pin = "copy.gw.dev.invalid_log_2026.pin";
    assert_eq!(files, [pin, "copy.redb"], "nothing else is left beside it");
    let scene = scene.reopen();
    let held = scene.copy.case(&id).unwrap().unwrap();
    for (index, held) in held.messages.iter().enumerate().filter(|(at, _)| *at != 2) {
        assert_eq!(held.body, BodyState::Erased, "{index}");
        assert!(held.receipt.record.is_empty() && held.warnings.is_empty());
        assert_eq!(held.recipients, told.recipients, "who was told is known");
    }
    assert!(
        !held.messages[2].receipt.record.is_empty(),
        "the recall's own"
    );
    assert_eq!(held.messages[0].receipt.proof, told.receipt.proof);
    assert_eq!(scene.found(WAYBILL).len(), 1);
    let work = scene.copy.recall_work(&id).unwrap().unwrap();
    assert_eq!((work.measure, work.copies), (RecallMeasure::Erase, 3));
}

/// The gateway's findings quote what was said.
#[tokio::test]
async fn erasing_takes_the_gateways_findings_with_it() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, secret_alert());
    scene.sync().await;
    assert!(
        holds(&scene.file(), PROPOSAL),
        "or this test proves nothing"
    );
    scene.says_with(MessageType::Recall, &id, None, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
    });
    scene.sync().await;
    let records = |scene: &Scene| {
        let bytes = fs::read(scene.file()).unwrap();
        let found = bytes.windows(PROPOSAL.len());
        found.filter(|at| *at == PROPOSAL.as_bytes()).count()
    };
    // The recall's own record has the test gateway's finding too, and stays.
    assert_eq!(records(&scene), 1);
}

/// Though the body never came: the findings about it did.
#[tokio::test]
async fn erasing_takes_the_findings_about_a_body_that_was_never_here() {
    for recalled_first in [false, true] {
        let mut scene = Scene::new().await;
        let id = alert_id(1);
        scene.says(MessageType::Alert, &id, secret_alert());
        let hold_back = recalled_first;
        scene.gateway.state().forge_record = Box::new(move |_, record| {
            if record.index == 0 {
                record.body.clear();
                record.body_pruned = !hold_back;
            }
        });
        scene.sync().await;
        scene.says_with(MessageType::Recall, &id, None, |said| {
            said.recall_measure = RecallMeasure::Erase.into();
        });
        scene.sync().await;
        scene.gateway.state().forge_record = Box::new(|_, record| {
            if record.index == 0 {
                record.body.clear();
                record.body_pruned = true;
            }
        });
        scene.sync().await;
        let held = scene.copy.case(&id).unwrap().unwrap();
        assert_eq!(held.messages[0].body, BodyState::Erased);
        assert!(held.messages[0].receipt.record.is_empty());
        assert!(scene.copy.pruned().unwrap().is_empty());
        assert_eq!(scene.copy.recall_work(&id).unwrap().unwrap().copies, 0);
    }
}

#[tokio::test]
async fn an_erasing_that_a_crash_interrupts_is_ended_when_the_copy_is_opened() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, secret_alert());
    scene.sync().await;
    scene.says_with(MessageType::Recall, &id, None, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
    });
    // The file cannot be written anew: as if the process had ended after the transaction.
    let new = scene.folder.path().join("copy.redb.new");
    fs::create_dir(&new).unwrap();
    assert!(matches!(scene.fails().await, SyncError::Copy(_)));
    assert!(holds(&scene.file(), SECRET), "or this test proves nothing");
    assert!(scene.copy.recall_work(&id).unwrap().is_none());
    // What a process leaves that is killed while it writes.
    fs::remove_dir(&new).unwrap();
    fs::copy(scene.file(), &new).unwrap();
    let mut scene = scene.reopen();
    assert!(!new.try_exists().unwrap());
    assert!(!holds(&scene.file(), SECRET));
    assert!(
        scene.copy.recall_work(&id).unwrap().is_none(),
        "not dated yet"
    );
    assert_eq!(scene.sync().await.quarantined, Vec::new());
    let work = scene.copy.recall_work(&id).unwrap().unwrap();
    assert_eq!((work.measure, work.done_ms), (RecallMeasure::Erase, NOW_MS));
    assert!(!new.try_exists().unwrap());
}

#[tokio::test]
async fn the_news_of_a_recall_outlives_the_failure_of_a_later_page() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, alert());
    scene.says(MessageType::Recall, &id, None);
    scene.says(MessageType::Alert, &alert_id(2), alert());
    scene.gateway.state().forge_page = Box::new(|_, page| {
        if page.next_index > 2 {
            page.next_index += 1;
        }
    });
    scene.fails().await;
    assert_eq!(scene.copy.position(), 2, "the first page is kept");
    assert_eq!(scene.copy.recalled_untold(), std::slice::from_ref(&id));
    assert_eq!(scene.copy.recalls_to_confirm().unwrap().len(), 1);
    scene.gateway.state().forge_page = Box::new(|_, _| {});
    assert_eq!(scene.sync().await.quarantined, [id]);
    assert!(scene.copy.recalled_untold().is_empty());
    assert!(scene.sync().await.quarantined.is_empty());
}

#[tokio::test]
async fn a_recall_is_to_be_confirmed_until_it_is_with_the_strictest_measure() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, secret_alert());
    scene.says(MessageType::Recall, &id, None);
    scene.sync().await;
    let open = |scene: &Scene| scene.copy.recalls_to_confirm().unwrap().len();
    assert_eq!(open(&scene), 1);
    scene.we_say(MessageType::RecallConfirm, &id, |_| {});
    scene.sync().await;
    assert_eq!(open(&scene), 0);
    assert!(scene.copy.recall_work(&id).unwrap().unwrap().confirmed);
    scene.says_with(MessageType::Recall, &id, None, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
    });
    assert_eq!(scene.sync().await.quarantined, std::slice::from_ref(&id));
    assert_eq!(
        open(&scene),
        1,
        "what was confirmed is not what is asked now"
    );
    scene.says(MessageType::Recall, &id, None);
    assert!(
        scene.sync().await.quarantined.is_empty(),
        "nothing is taken back"
    );
    let work = scene.copy.recall_work(&id).unwrap().unwrap();
    assert_eq!((work.measure, work.copies), (RecallMeasure::Erase, 1));
}

/// Each node has a copy of its own, and one's word says nothing about another's.
#[tokio::test]
async fn a_node_confirms_for_its_own_copy() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, alert());
    scene.says(MessageType::Recall, &id, None);
    scene.we_say(MessageType::RecallConfirm, &id, |_| {});
    scene.sync().await;
    assert!(scene.copy.recalls_to_confirm().unwrap().is_empty());
    let open = |node: &str| {
        let node = node.parse().unwrap();
        scene.copy.recalls_to_confirm_as(&node).unwrap().len()
    };
    assert_eq!(open(NODE), 0);
    assert_eq!(open("spiffe://us.dev.invalid/agency/cbp/node/port"), 1);
}

#[tokio::test]
async fn what_this_node_has_confirmed_is_not_read_again_with_every_look() {
    let mut scene = Scene::new().await;
    for number in 1..=2 {
        scene.says(MessageType::Alert, &alert_id(number), alert());
        scene.says(MessageType::Recall, &alert_id(number), None);
    }
    scene.sync().await;
    scene.we_say(MessageType::RecallConfirm, &alert_id(1), |_| {});
    scene.sync().await;
    // Whoever reads the first case now meets a file that is damaged.
    let write = scene.copy.database.begin_write().unwrap();
    {
        let mut cases = write.open_table(store::CASES).unwrap();
        let first = alert_id(1);
        cases
            .retain(|(alert, _), ()| alert != first.as_str())
            .unwrap();
    }
    write.commit().unwrap();
    assert!(scene.copy.recall_work(&alert_id(1)).is_err());
    let open = scene.copy.recalls_to_confirm_as(&NODE.parse().unwrap());
    let open = open.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].alert_id, alert_id(2));
    assert_eq!(scene.copy.recalls_to_confirm().unwrap().len(), 1);
}

#[tokio::test]
async fn an_alert_that_was_not_believed_at_first_is_locked_when_it_comes_after_its_recall() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, secret_alert());
    scene.says(MessageType::Recall, &id, None);
    scene.gateway.state().forge_record = Box::new(|_, record| {
        if record.index == 0 {
            record.body.clear();
        }
    });
    scene.sync().await;
    assert_eq!(scene.copy.recall_work(&id).unwrap().unwrap().copies, 0);
    scene.gateway.state().forge_record = Box::new(|_, _| {});
    assert_eq!(scene.sync().await.taken, 1);
    assert!(scene.found(SECRET).is_empty());
    let held = scene.copy.case(&id).unwrap().unwrap();
    assert_eq!(held.messages[0].body, BodyState::Quarantined);
    assert_eq!(scene.copy.recall_work(&id).unwrap().unwrap().copies, 1);
    assert_eq!(scene.found(id.as_str()).len(), 1);
    assert_eq!(scene.found(id.as_str())[0].index, 0);
}

/// Who was never sent the alert itself learns from the recall whom it concerns.
#[tokio::test]
async fn a_recall_without_its_alert_says_who_has_confirmed() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Comment, &id, comment("about Zyxwvut"));
    scene.says(MessageType::Recall, &id, None);
    scene.sync().await;
    let held = scene.copy.case(&id).unwrap().unwrap();
    assert!(held.newest_alert().is_none());
    let view = held.case.view();
    assert_eq!(view.originator, Some(OTHER.parse().unwrap()));
    let recall = view.recall.expect("recalled");
    let own = OWN.parse().unwrap();
    assert!(recall.confirmations.keys().eq([&own]));
    assert!(!recall.confirmations[&own].is_done);
    let listed = scene
        .copy
        .cases(&Filter::default(), &Page::default())
        .unwrap();
    assert_eq!(listed.cases[0].standing, Standing::Recalled);
    scene.we_say(MessageType::RecallConfirm, &id, |_| {});
    scene.sync().await;
    let held = scene.copy.case(&id).unwrap().unwrap();
    let recall = held.case.view().recall.expect("recalled");
    assert!(recall.confirmations[&own].is_done);
}

/// Its first message of the case is an AMEND.
#[tokio::test]
async fn who_joins_by_an_amendment_has_the_alert() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Amend, &id, alert());
    scene.sync().await;
    let held = scene.copy.case(&id).unwrap().unwrap();
    let newest = held.newest_alert().expect("version 2");
    assert!(newest.content.is_some());
    assert_eq!(held.case.originator(), Some(&OTHER.parse().unwrap()));
}

#[tokio::test]
async fn only_the_originator_recalls() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, secret_alert());
    scene.we_say(MessageType::Recall, &id, |_| {});
    assert!(scene.sync().await.quarantined.is_empty());
    assert_eq!(scene.found(SECRET).len(), 1);
}

#[tokio::test]
async fn the_originators_own_copy_is_locked_but_never_erased_and_confirms_nothing() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    let ours = draft(MessageType::Alert, &id, secret_alert(), 1);
    let ours = scene.gateway.author.sign(ours, &[], NOW_MS).unwrap();
    scene.gateway.state().log.append_to(&ours, &[OTHER]);
    scene.we_say(MessageType::Recall, &id, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
    });
    scene.sync().await;
    let held = scene.copy.message(ours.message_id()).unwrap().unwrap();
    assert_eq!(held.body, BodyState::Quarantined);
    assert!(scene.copy.recalls_to_confirm().unwrap().is_empty());
}

/// What this version cannot read is named as long as it is shown, and no longer.
#[tokio::test]
async fn what_cannot_be_read_is_named_until_it_is_locked_away() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.says(
        MessageType::Comment,
        &alert_id(1),
        Some(b"\xff\xff".to_vec()),
    );
    scene.sync().await;
    assert_eq!(scene.copy.unreadable().unwrap(), [1]);
    let mut scene = scene.reopen();
    assert_eq!(scene.copy.unreadable().unwrap(), [1]);
    let held = scene.copy.case(&alert_id(1)).unwrap().unwrap();
    let bodies: Vec<_> = held.messages.iter().map(|held| held.body).collect();
    assert_eq!(bodies, [BodyState::Present, BodyState::Unreadable]);
    scene.says_with(MessageType::Recall, &alert_id(1), None, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
    });
    scene.sync().await;
    assert_eq!(scene.copy.unreadable().unwrap(), [0; 0]);
    scene.says(
        MessageType::Comment,
        &alert_id(1),
        Some(b"\xff\xff".to_vec()),
    );
    scene.sync().await;
    assert_eq!(scene.copy.unreadable().unwrap(), [0; 0]);
}
