//! What stays of a recalled alert: facts, whole, found under nothing but the number of the alert, and counted by no confirmation.

use super::recall::{SECRET, holds, secret_alert};
use super::*;
use crate::recalled::STAYING;
use precinto_alert::code::OutcomeCode;

/// It lies where it was handed over too, and is no part of what is confirmed.
#[tokio::test]
async fn a_fact_stays_whole_in_the_copy_and_is_not_counted_as_erased() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, secret_alert());
    let outcome = |scene: &mut Scene, laboratory: &str| {
        let found = pb::OutcomeContent {
            laboratory_reference: laboratory.to_owned(),
            ..Default::default()
        };
        let body = Some(found.encode_to_vec());
        let signed = scene.says_with(MessageType::Outcome, &id, body, |said| {
            said.outcome_code = OutcomeCode::NegativeInspection.into();
        });
        signed.message_id()
    };
    let before = outcome(&mut scene, "LAB-EARLY");
    scene.sync().await;
    scene.says_with(MessageType::Recall, &id, None, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
    });
    scene.sync().await;
    let late = outcome(&mut scene, "LAB-LATE");
    scene.sync().await;
    let scene = scene.reopen();
    let work = scene.copy.recall_work(&id).unwrap().unwrap();
    assert_eq!((work.measure, work.copies), (RecallMeasure::Erase, 1));
    for (fact, laboratory) in [(before, "LAB-EARLY"), (late, "LAB-LATE")] {
        let held = scene.copy.message(fact).unwrap().unwrap();
        assert_eq!(held.body, BodyState::Present, "{laboratory}");
        assert!(held.content.is_some() && !held.receipt.record.is_empty());
        // Whoever looks for goods is not led to an alert that was recalled.
        assert!(scene.found(laboratory).is_empty(), "{laboratory}");
    }
    assert!(!holds(&scene.file(), SECRET), "the alert itself is gone");
}

#[tokio::test]
async fn a_fact_is_found_until_its_alert_is_recalled() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, alert());
    let ack = pb::AckContent {
        case_reference: "CASE-7788".to_owned(),
        ..Default::default()
    };
    scene.says_with(
        MessageType::Ack,
        &id,
        Some(ack.encode_to_vec()),
        with_codes(MessageType::Ack),
    );
    scene.sync().await;
    assert_eq!(scene.found("CASE-7788").len(), 1);
    // A recall may name an order that others look for, and must not lead to the alert either.
    let order = pb::RecallContent {
        order_reference: "ORDER-5566".to_owned(),
        ..Default::default()
    };
    scene.says(MessageType::Recall, &id, Some(order.encode_to_vec()));
    scene.sync().await;
    assert!(scene.found("CASE-7788").is_empty());
    assert!(scene.found("ORDER-5566").is_empty());
    assert_eq!(scene.found(id.as_str()).len(), 1, "its number is known");
}

/// Fills in what a message of the type must say beside its case.
fn with_codes(of: MessageType) -> impl FnOnce(&mut pb::Statement) {
    use MessageType as T;
    move |said| match of {
        T::Ack => said.ack_level = pb::AckLevel::Node.into(),
        T::Reject => said.reject_reasons = vec![pb::Reason::FieldMissing.into()],
        T::Assessment => said.assessment = 1,
        T::Rfi | T::Rfs | T::ActionRequest => {
            said.precedence = Precedence::P2.into();
            said.authority = AuthorityCode::CustomsAgreement.into();
            if of == T::ActionRequest {
                said.actions = vec![1];
            }
        }
        T::ActionResponse => (said.verdict, said.actions) = (1, vec![1]),
        T::HoldSet | T::HoldStatus => (said.hold_kind, said.hold_state) = (1, 1),
        T::HoldRelease => {
            (said.hold_kind, said.hold_state) = (1, pb::HoldState::Lifted.into());
        }
        T::Outcome => said.outcome_code = OutcomeCode::NegativeInspection.into(),
        T::DisseminationRequest => {
            said.authority = AuthorityCode::CustomsAgreement.into();
            said.release_to = vec![OTHER.to_owned()];
        }
        T::DisseminationDecision => said.dissemination = pb::DisseminationVerdict::Refused.into(),
        T::Link => (said.linked_alerts, said.link_kind) = (vec![alert_id(2).to_string()], 1),
        T::Transfer => {
            said.authority = AuthorityCode::CustomsAgreement.into();
            said.transfer_to = OTHER.to_owned();
        }
        _ => {}
    }
}

/// One answer for the copy and for the folder where deliveries are handed over, whose own test goes by the same list.
#[tokio::test]
async fn of_every_type_of_message_the_copy_keeps_what_the_folder_keeps() {
    use precinto_alert::code::Coded as _;
    let types = (1..99).filter_map(|number| MessageType::try_from(number).ok());
    let is_of_a_case =
        |of: &MessageType| !matches!(of, MessageType::SystemNotice | MessageType::Recall);
    let types: Vec<MessageType> = types.filter(is_of_a_case).collect();
    for measure in [RecallMeasure::Quarantine, RecallMeasure::Erase] {
        let mut scene = Scene::new().await;
        let id = alert_id(1);
        // A body that this version cannot read is kept, or not, as any other.
        let say = |scene: &mut Scene, of: MessageType| {
            let body = Some(b"\xff\xff".to_vec());
            let signed = scene.says_with(of, &id, body, with_codes(of));
            signed.message_id()
        };
        let before: Vec<_> = types.iter().map(|of| say(&mut scene, *of)).collect();
        scene.says_with(MessageType::Recall, &id, None, |said| {
            said.recall_measure = measure.into();
        });
        let late: Vec<_> = types.iter().map(|of| say(&mut scene, *of)).collect();
        let synced = scene.sync().await;
        assert!(synced.unbelievable.is_empty(), "{:?}", synced.unbelievable);
        let locked = if measure == RecallMeasure::Erase {
            BodyState::Erased
        } else {
            BodyState::Quarantined
        };
        let mut gone = 0;
        for (said, ids) in [("before", before), ("late", late)] {
            for (of, message) in types.iter().zip(ids) {
                let held = scene.copy.message(message).unwrap().unwrap();
                let stays = STAYING.contains(of);
                let expected = if stays { BodyState::Unreadable } else { locked };
                assert_eq!(held.body, expected, "{measure:?}, {said}: {}", of.name());
                gone += u32::from(!stays);
            }
        }
        let work = scene.copy.recall_work(&id).unwrap().unwrap();
        assert_eq!(work.copies, gone);
    }
}

/// A stricter recall follows a milder one, and the body of a fact, which was said to be deleted, comes last.
#[tokio::test]
async fn a_fact_stays_through_two_recalls_and_its_body_is_taken_when_it_comes() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    scene.says(MessageType::Alert, &id, secret_alert());
    let outcome = pb::OutcomeContent {
        laboratory_reference: "LAB-LAST".to_owned(),
        ..Default::default()
    };
    let fact = scene.says_with(
        MessageType::Outcome,
        &id,
        Some(outcome.encode_to_vec()),
        with_codes(MessageType::Outcome),
    );
    scene.gateway.state().forge_record = Box::new(|_, record| {
        if record.index == 1 {
            record.body.clear();
            record.body_pruned = true;
        }
    });
    scene.says(MessageType::Recall, &id, None);
    scene.sync().await;
    scene.says_with(MessageType::Recall, &id, None, |said| {
        said.recall_measure = RecallMeasure::Erase.into();
    });
    scene.sync().await;
    let body = |scene: &Scene| {
        let held = scene.copy.message(fact.message_id()).unwrap();
        held.unwrap().body
    };
    assert_eq!(body(&scene), BodyState::Pruned);
    assert_eq!(scene.copy.pruned().unwrap().len(), 1, "it is asked for");
    scene.gateway.state().forge_record = Box::new(|_, _| {});
    scene.sync().await;
    assert_eq!(body(&scene), BodyState::Present);
    assert!(scene.found("LAB-LAST").is_empty());
    let work = scene.copy.recall_work(&id).unwrap().unwrap();
    assert_eq!((work.measure, work.copies), (RecallMeasure::Erase, 1));
    assert!(!holds(&scene.file(), SECRET));
}
