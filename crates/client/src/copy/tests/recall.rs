//! A recall: what was recalled is out of every answer, what was erased is out of the file, and what was done is confirmed.

use super::*;
use std::fs;

/// A name that stands nowhere else.
const SECRET: &str = "Zyxwvut Confidencial";

#[expect(clippy::unnecessary_wraps, reason = "a body may be absent")]
fn secret_alert() -> Option<Vec<u8>> {
    let mut content = content();
    content.parties[1].name = SECRET.to_owned();
    Some(content.encode_to_vec())
}

fn holds(file: &std::path::Path, text: &str) -> bool {
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
    assert!(
        holds(&scene.file(), SECRET),
        "otherwise this test proves nothing"
    );
    scene.says_with(MessageType::Recall, &id, None, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
    });
    scene.sync().await;
    for text in [SECRET, "ZYXWVUT"] {
        assert!(!holds(&scene.file(), text), "{text} is still in the file");
    }
    let files: Vec<_> = fs::read_dir(scene.folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "nothing is left beside it");
    let scene = scene.reopen();
    let held = scene.copy.case(&id).unwrap().unwrap();
    assert_eq!(held.messages[0].body, BodyState::Erased);
    assert_eq!(scene.found(WAYBILL).len(), 1);
    let work = scene.copy.recall_work(&id).unwrap().unwrap();
    assert_eq!((work.measure, work.copies), (RecallMeasure::Erase, 1));
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
