//! What the copy answers: cases, lists, and what is found by what.

use super::*;
use precinto_alert::lookup::{Identifier, Kind};

#[tokio::test]
async fn a_case_is_told_with_everything_that_proves_it() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    let opening = scene.says(MessageType::Alert, &id, alert());
    let mut amended = content();
    amended.shipments[0].pieces = 4;
    let refers_to = opening.message_id().as_bytes().to_vec();
    let newer = scene.says_with(
        MessageType::Amend,
        &id,
        Some(amended.encode_to_vec()),
        |said| {
            said.refers_to.clone_from(&refers_to);
        },
    );
    scene.we_say(MessageType::Ack, &id, |said| {
        said.refers_to = refers_to;
        said.ack_level = 1;
    });
    scene.sync().await;
    let held = scene.copy.case(&id).unwrap().unwrap();
    assert_eq!(held.messages.len(), 3);
    assert_eq!(
        held.newest_alert().unwrap().statement.message_id(),
        newer.message_id()
    );
    assert_eq!(held.case.version(), 2);
    let amended = Filter {
        mark: Some(Mark::Amended),
        ..Filter::default()
    };
    assert_eq!(listed(&scene, &amended, &Page::default()).0, [1]);
    let view = held.case.view();
    assert_eq!(
        view.parts[&OWN.parse().unwrap()].acknowledged,
        Some(precinto_alert::code::AckLevel::Node)
    );
    let first = &held.messages[0];
    assert_eq!(
        (first.index, first.time_ms, first.body),
        (0, NOW_MS, BodyState::Present)
    );
    assert_eq!(first.signers[0].identity.to_string(), OTHER_NODE);
    assert_eq!(first.warnings.len(), 1);
    let receipts = crate::receipt::ReceiptVerifier::new(scene.gateway.settings.log.clone());
    let proven = receipts
        .verify(Some(&first.receipt), &opening.subject(), false)
        .unwrap();
    assert_eq!(proven.index, 0, "the receipt is kept whole");
    assert_eq!(held.messages[2].body, BodyState::None);
    let (agencies, nodes) = held.everybody();
    assert!(agencies.iter().map(ToString::to_string).eq([OWN, OTHER]) && nodes.is_empty());
    assert!(scene.copy.case(&alert_id(2)).unwrap().is_none());
}

/// Five cases, the third more urgent, the second cancelled, the fourth contested by us.
async fn five() -> Scene {
    let mut scene = Scene::new().await;
    let mut contested = Vec::new();
    for number in 1..=5 {
        let said = scene.says_with(MessageType::Alert, &alert_id(number), alert(), |said| {
            if number == 3 {
                said.precedence = Precedence::P1.into();
            }
        });
        if number == 4 {
            contested = said.message_id().as_bytes().to_vec();
        }
    }
    scene.says(MessageType::Cancel, &alert_id(2), None);
    scene.we_say(MessageType::Reject, &alert_id(4), |said| {
        said.refers_to = contested;
        said.reject_reasons = vec![precinto_alert::Reason::WeightMismatch.into()];
    });
    scene.sync().await;
    scene
}

fn listed(scene: &Scene, filter: &Filter, page: &Page) -> (Vec<u32>, Option<String>) {
    let listed = scene.copy.cases(filter, page).unwrap();
    let numbers = listed.cases.iter().map(|case| case.alert_id.number());
    (numbers.collect(), listed.next)
}

#[tokio::test]
async fn lists_are_paged_newest_first() {
    let scene = five().await;
    let all = Filter::default();
    let mut page = Page {
        after: None,
        limit: 2,
    };
    for expected in [[5, 4], [3, 2]] {
        let (numbers, next) = listed(&scene, &all, &page);
        assert_eq!(numbers, expected);
        page.after = next;
    }
    assert_eq!(listed(&scene, &all, &page), (vec![1], None));
    page.after = Some("x".to_owned());
    let refused = scene.copy.cases(&all, &page);
    assert!(matches!(refused, Err(CopyError::PageKey(_))));
}

#[tokio::test]
async fn lists_are_filtered() {
    type Narrow = fn(&mut Filter);
    let filters: [(Narrow, &[u32]); 16] = [
        (|filter| filter.precedence = Some(Precedence::P1), &[3]),
        (|filter| filter.standing = Some(Standing::Cancelled), &[2]),
        (
            |filter| filter.standing = Some(Standing::Open),
            &[5, 4, 3, 1],
        ),
        (
            |filter| filter.agency = OTHER.parse().ok(),
            &[5, 4, 3, 2, 1],
        ),
        (
            |filter| filter.agency = "mx.dev.invalid/sat".parse().ok(),
            &[],
        ),
        (|filter| filter.side = "mx.dev.invalid".parse().ok(), &[]),
        (
            |filter| filter.commodity = Some(CommodityClass::Firearm),
            &[],
        ),
        (|filter| filter.from = Some("MEM".to_owned()), &[]),
        (
            |filter| filter.part = Some(precinto_alert::case::State::Closed),
            &[],
        ),
        (|filter| filter.mark = Some(Mark::Disputed), &[4]),
        (|filter| filter.mark = Some(Mark::Amended), &[]),
        (|filter| filter.mark = Some(Mark::OnHold), &[]),
        (
            |filter| filter.expired_ms = Some(NOW_MS + 3_600_000),
            &[5, 4, 3, 1],
        ),
        (|filter| filter.expired_ms = Some(NOW_MS + 3_599_999), &[]),
        (|filter| filter.since_ms = Some(NOW_MS + 3), &[5, 4]),
        (|filter| filter.until_ms = Some(NOW_MS + 2), &[2, 1]),
    ];
    let scene = five().await;
    for (place, (narrow, expected)) in filters.into_iter().enumerate() {
        let mut filter = Filter::default();
        narrow(&mut filter);
        let (numbers, _) = listed(&scene, &filter, &Page::default());
        assert_eq!(numbers, expected, "filter {place}");
    }
    let route = Filter {
        from: Some("nlu".to_owned()),
        to: Some("US".to_owned()),
        ..Filter::default()
    };
    assert_eq!(listed(&scene, &route, &Page::default()).0.len(), 5);
}

#[tokio::test]
async fn a_person_finds_an_alert_by_whatever_is_at_hand() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.sync().await;
    for (typed, field) in [
        ("020 1234 5675", "content.shipments[0].master_awb"),
        ("02012345675", "content.shipments[0].master_awb"),
        ("437387", "content.substances[0].cas_number"),
        ("perez", "content.parties[1].name"),
        ("Gómez, Juan", "content.parties[1].name"),
        ("pena y hermanos SA de CV", "content.parties[0].name"),
        ("us-deahq-2026-000001", ""),
        (alert_id(1).as_str(), "alert_id"),
    ] {
        let fields: Vec<_> = scene
            .found(typed)
            .into_iter()
            .map(|hit| hit.field)
            .collect();
        let expected: &[&str] = if field.is_empty() { &[] } else { &[field] };
        assert_eq!(fields, expected, "{typed}");
    }
    assert!(scene.found("Juan Lopez").is_empty());
}

#[tokio::test]
async fn a_manifest_is_matched_at_once_and_names_whole() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.sync().await;
    let rows = [
        (Kind::Party, "Gomez Juan Perez"),
        (Kind::Party, "Juan Perez"),
        (Kind::Waybill, "020-99999990"),
        (Kind::Waybill, WAYBILL),
        (Kind::HouseWaybill, WAYBILL),
    ];
    let rows = rows.map(|(kind, text)| Identifier::new(kind, text).unwrap());
    let hits = scene.copy.match_all(rows).unwrap();
    let rows: Vec<usize> = hits.iter().map(|hit| hit.asked).collect();
    assert_eq!(rows, [0, 3], "half a name is none");
    assert_eq!(hits[0].identifier.value(), "JUAN PEREZ GOMEZ");
    assert_eq!(hits[0].alert_id, alert_id(1));
}
