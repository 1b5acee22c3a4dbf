//! The extracts of an agency's own alerts: which are found, where they stand, and which of them the whole has left behind.

use super::*;
use precinto_alert::id::MessageId;

#[expect(clippy::unnecessary_wraps, reason = "a body may be absent")]
fn nobody() -> Option<Vec<u8>> {
    let mut content = content();
    content.parties.clear();
    Some(content.encode_to_vec())
}

/// What makes a message an extract of `whole`, taken from `source`.
fn extract_of(
    whole: Option<&AlertId>,
    source: Option<MessageId>,
) -> impl FnOnce(&mut pb::Statement) {
    let linked = whole.map(ToString::to_string);
    move |said| {
        said.linked_alerts = linked.into_iter().collect();
        said.refers_to = source.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
        if let Some(handling) = &mut said.handling {
            handling.tear_line = true;
        }
    }
}

impl Scene {
    /// Our own alert.
    fn whole(&mut self, id: &AlertId) -> MessageId {
        let said = self.we_say_with(MessageType::Alert, id, alert(), |_| {});
        said.message_id()
    }

    /// Our own extract of it.
    fn extract(&mut self, id: &AlertId, whole: &AlertId, source: MessageId) -> MessageId {
        let change = extract_of(Some(whole), Some(source));
        let said = self.we_say_with(MessageType::Alert, id, nobody(), change);
        said.message_id()
    }

    fn amend(&mut self, id: &AlertId, before: MessageId) -> MessageId {
        let change = |said: &mut pb::Statement| said.refers_to = before.as_bytes().to_vec();
        let said = self.we_say_with(MessageType::Amend, id, alert(), change);
        said.message_id()
    }

    fn extracts(&self, whole: &AlertId) -> Vec<Extract> {
        self.copy.extracts_of(whole).unwrap()
    }

    /// Whether the one extract that there is says what an older version said.
    fn is_behind(&self, whole: &AlertId) -> bool {
        let case = self.copy.case(whole).unwrap().unwrap();
        let extracts = self.extracts(whole);
        assert_eq!(extracts.len(), 1);
        extracts[0].is_behind(&case)
    }
}

/// The file is written anew for the sake of another case, and every table of it has to come along.
#[tokio::test]
async fn an_erasing_elsewhere_forgets_no_extract() {
    let mut scene = Scene::new().await;
    let (whole, extract, other) = (alert_id(1), alert_id(2), alert_id(3));
    let source = scene.whole(&whole);
    scene.extract(&extract, &whole, source);
    scene.says(MessageType::Alert, &other, recall::secret_alert());
    scene.sync().await;
    let before = scene.extracts(&whole);
    let expected = Extract {
        alert_id: extract,
        index: 1,
        standing: Standing::Open,
        recalled: None,
        taken_from: Some(source),
    };
    assert_eq!(before, [expected]);
    scene.says_with(MessageType::Recall, &other, None, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
    });
    scene.sync().await;
    assert!(!recall::holds(&scene.file(), recall::SECRET));
    assert_eq!(scene.extracts(&whole), before);
    assert_eq!(scene.reopen().extracts(&whole), before);
}

#[tokio::test]
async fn only_what_the_agency_itself_sent_as_an_extract_is_its_extract() {
    let mut scene = Scene::new().await;
    let whole = alert_id(1);
    let source = scene.whole(&whole);
    // Another agency's, and an alert with names that is only linked.
    let change = extract_of(Some(&whole), Some(source));
    scene.says_with(MessageType::Alert, &alert_id(2), nobody(), change);
    scene.we_say_with(MessageType::Alert, &alert_id(3), alert(), |said| {
        said.linked_alerts = vec![whole.to_string()];
    });
    scene.sync().await;
    assert_eq!(scene.extracts(&whole), []);
    // Whoever takes the link out of the draft has made an extract all the same, and whoever leaves both in, one.
    let change = extract_of(None, Some(source));
    scene.we_say_with(MessageType::Alert, &alert_id(4), nobody(), change);
    scene.extract(&alert_id(5), &whole, source);
    // Taken from nothing that is here.
    let change = extract_of(None, Some(MessageId::from_slice(&[9; 16]).unwrap()));
    scene.we_say_with(MessageType::Alert, &alert_id(6), nobody(), change);
    scene.sync().await;
    let found = scene.extracts(&whole);
    let found: Vec<&AlertId> = found.iter().map(|one| &one.alert_id).collect();
    assert_eq!(found, [&alert_id(4), &alert_id(5)]);
}

/// What was cancelled is still held by whoever has it, and what was locked away may have to be erased.
#[tokio::test]
async fn an_extract_is_found_wherever_its_case_stands() {
    let mut scene = Scene::new().await;
    let (whole, extract) = (alert_id(1), alert_id(2));
    let source = scene.whole(&whole);
    let first = scene.extract(&extract, &whole, source);
    let about = |said: &mut pb::Statement| said.refers_to = first.as_bytes().to_vec();
    let stands = |scene: &Scene| {
        let found = scene.extracts(&whole);
        assert_eq!(found.len(), 1);
        (found[0].standing, found[0].recalled)
    };
    scene.we_say(MessageType::Cancel, &extract, about);
    scene.sync().await;
    assert_eq!(stands(&scene), (Standing::Cancelled, None));
    for measure in [RecallMeasure::Quarantine, RecallMeasure::Erase] {
        scene.we_say(MessageType::Recall, &extract, |said| {
            about(said);
            said.recall_measure = measure.into();
        });
        scene.sync().await;
        assert_eq!(stands(&scene), (Standing::Recalled, Some(measure)));
    }
}

#[tokio::test]
async fn an_extract_is_behind_until_it_was_taken_from_the_newest_version() {
    let mut scene = Scene::new().await;
    let (whole, extract) = (alert_id(1), alert_id(2));
    let source = scene.whole(&whole);
    let first = scene.extract(&extract, &whole, source);
    scene.sync().await;
    assert!(!scene.is_behind(&whole));
    scene.amend(&whole, source);
    scene.sync().await;
    assert!(scene.is_behind(&whole));
    scene.amend(&extract, first);
    scene.sync().await;
    assert!(!scene.is_behind(&whole));
    // Drafted, then the whole amended, then sent: the newest in the log, and of the first version.
    let (whole, extract) = (alert_id(3), alert_id(4));
    let source = scene.whole(&whole);
    let second = scene.amend(&whole, source);
    scene.extract(&extract, &whole, source);
    scene.sync().await;
    assert!(scene.is_behind(&whole));
    let (whole, extract) = (alert_id(3), alert_id(5));
    scene.extract(&extract, &whole, second);
    scene.sync().await;
    let newest = scene.extracts(&whole).pop().unwrap();
    assert_eq!(newest.taken_from, Some(second));
    assert!(!newest.is_behind(&scene.copy.case(&whole).unwrap().unwrap()));
}
