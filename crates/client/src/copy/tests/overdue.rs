//! Missed deadlines in the copy: with their case, by themselves, and not without proof.

use super::*;
use crate::overdue::tests::record;
use precinto_alert::Reason;
use precinto_alert::code::{AckLevel, OverdueStep};

/// We have not acknowledged the other agency's alert.
fn missed(alert: &AlertId, asked: &Signed, step: OverdueStep) -> pb::OverdueRecord {
    pb::OverdueRecord {
        alert_id: alert.to_string(),
        message_id: asked.message_id().as_bytes().to_vec(),
        sender: OTHER_NODE.to_owned(),
        agency: OWN.to_owned(),
        level: AckLevel::Person.into(),
        step: step.into(),
        agencies: vec![OTHER.to_owned(), OWN.to_owned()],
        nodes: Vec::new(),
        ..record()
    }
}

#[tokio::test]
async fn a_missed_deadline_is_kept_with_its_case() {
    let mut scene = Scene::new().await;
    let asked = scene.says(MessageType::Alert, &alert_id(1), alert());
    let first = missed(&alert_id(1), &asked, OverdueStep::SecondRequest);
    let last = missed(&alert_id(1), &asked, OverdueStep::EscalationGroup);
    scene.gateway.state().log.append_overdue(&first);
    assert_eq!(scene.sync().await.taken, 2);
    scene.gateway.state().log.append_overdue(&last);
    assert_eq!(scene.sync().await.taken, 1);
    let scene = scene.reopen();
    let held = scene.copy.case(&alert_id(1)).unwrap().unwrap();
    let steps: Vec<_> = held.overdue.iter().map(|one| one.missed.step).collect();
    assert_eq!(
        steps,
        [OverdueStep::SecondRequest, OverdueStep::EscalationGroup]
    );
    let view = held.case.view();
    assert_eq!(view.late.len(), 2);
    assert!(view.escalated().contains(&OWN.parse::<AgencyId>().unwrap()));
    assert_eq!(scene.copy.called_upon().unwrap(), []);
    let filter = Filter {
        mark: Some(Mark::Escalated),
        ..Filter::default()
    };
    let listed = |scene: &Scene| {
        scene
            .copy
            .cases(&filter, &Page::default())
            .unwrap()
            .cases
            .len()
    };
    assert_eq!(listed(&scene), 1);
    // Late, but said in the end.
    let mut scene = scene;
    scene.we_say(MessageType::Reject, &alert_id(1), |said| {
        said.refers_to = asked.message_id().as_bytes().to_vec();
        said.reject_reasons = vec![Reason::Quota.into()];
    });
    scene.sync().await;
    assert_eq!(listed(&scene), 0);
}

#[tokio::test]
async fn whoever_is_called_upon_learns_of_it_without_the_case() {
    let mut scene = Scene::new().await;
    let told = pb::OverdueRecord {
        agencies: vec![OWN.to_owned()],
        ..record()
    };
    let others = pb::OverdueRecord {
        agencies: vec![OTHER.to_owned()],
        nodes: Vec::new(),
        ..record()
    };
    scene.gateway.state().log.append_overdue(&told);
    scene.gateway.state().log.append_overdue(&others);
    assert_eq!(
        scene.sync().await.taken,
        1,
        "the other one is not our business"
    );
    let called = scene.copy.called_upon().unwrap();
    assert_eq!(called.len(), 1);
    let alert: AlertId = told.alert_id.parse().unwrap();
    assert!(scene.copy.case(&alert).unwrap().is_none());
    assert_eq!(scene.copy.overdue_of(&alert).unwrap(), called);
}

#[tokio::test]
async fn what_the_log_has_not_signed_is_marked_and_asked_for_again() {
    let mut scene = Scene::new().await;
    let told = pb::OverdueRecord {
        agencies: vec![OWN.to_owned()],
        ..record()
    };
    scene.gateway.state().log.append_overdue(&told);
    scene.gateway.state().forge_record = Box::new(|_, record| {
        let receipt = record.receipt.as_mut().unwrap();
        receipt.record = [&*receipt.record, &[0]].concat().into();
    });
    let synced = scene.sync().await;
    assert_eq!((synced.taken, synced.unbelievable.len()), (0, 1));
    scene.gateway.state().forge_record = Box::new(|_, _| {});
    let synced = scene.sync().await;
    assert_eq!((synced.taken, synced.unbelievable.len()), (1, 0));
}
