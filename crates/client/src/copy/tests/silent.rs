//! What is asked of the copy stays on this machine.

use super::*;

/// Whoever asks a gateway for a waybill has told it, and whoever reads its traffic, which one matters.
#[tokio::test]
async fn no_question_reaches_the_gateway_and_fetching_names_nothing() {
    let mut scene = Scene::new().await;
    let id = alert_id(1);
    let opening = scene.says(MessageType::Alert, &id, alert());
    scene.sync().await;
    let asked = scene.gateway.state().asked.clone();
    // The position alone, whatever anybody wants to know.
    assert!(asked.iter().all(|request| request.alert_id.is_empty()));
    assert_eq!(scene.found(WAYBILL).len(), 1);
    let all = scene.copy.match_all(guesses(WAYBILL)).unwrap();
    assert_eq!(all.len(), 1);
    assert!(scene.copy.case(&id).unwrap().is_some());
    assert!(scene.copy.message(opening.message_id()).unwrap().is_some());
    scene
        .copy
        .cases(&Filter::default(), &Page::default())
        .unwrap();
    assert_eq!(scene.gateway.state().asked, asked, "nothing more was asked");
}
