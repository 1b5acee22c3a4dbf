//! Agents on both sides, killed without warning again and again while alerts go from one to the other.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::time::sleep;

use super::*;

/// How many alerts, each sent while somebody is killed.
const ALERTS: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_killed_again_and_again_lose_nothing_and_double_nothing() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(CBP, "");
    stage.with_agent(ANAM, "hand_over = \"../in\"");
    let folder = stage.path("in");
    let (mut seen, mut sent) = (BTreeMap::new(), Vec::new());
    let draft = stage.path("alert.yaml");
    let (mut sender, mut receiver) = (stage.start_agent(CBP), stage.start_agent(ANAM));
    for round in 0..ALERTS {
        let line = format!("send alert {} --queue", draft.display());
        sent.push(stage.object(CBP, &line)["message_id"].clone());
        // Other moments each time, once they are at work: before, within and after each step of both.
        let moment = |step: u64| sleep(Duration::from_millis((round as u64 * step) % 80));
        if round % 3 != 1 {
            until(|| sender.heard("running").then_some(())).await;
            moment(13).await;
            sender.kill();
            sender = stage.start_agent(CBP);
        }
        fetch(&folder, &mut seen);
        if round % 3 != 0 {
            until(|| receiver.heard("connected").then_some(())).await;
            moment(17).await;
            receiver.kill();
            receiver = stage.start_agent(ANAM);
        }
    }
    until(|| {
        fetch(&folder, &mut seen);
        let waits = |node| stage.status(node).1["outbox"]["waiting"] != 0;
        (seen.len() >= ALERTS && !waits(CBP) && !waits(ANAM)).then_some(())
    })
    .await;
    assert_eq!(seen.len(), ALERTS);
    let doubled: Vec<_> = seen.iter().filter(|(_, times)| **times != 1).collect();
    assert!(doubled.is_empty(), "handed over twice: {doubled:?}");

    // In the log, in the order they were said, once; and one receipt for each.
    let delivered = stage.delivered(ANAM, "desk");
    let ids: Vec<&Value> = delivered.iter().map(|one| &one["message_id"]).collect();
    assert_eq!(ids, sent.iter().collect::<Vec<_>>());
    let receipts = stage.delivered(CBP, "desk");
    let mut about: Vec<&Value> = receipts.iter().map(|one| &one["refers_to"]).collect();
    about.sort_by_key(|id| id.as_str());
    let mut expected: Vec<&Value> = sent.iter().collect();
    expected.sort_by_key(|id| id.as_str());
    assert_eq!(about, expected, "one receipt for each alert");
    for node in [CBP, ANAM] {
        assert_eq!(stage.status(node).1["refused"], 0);
    }
    sender.stop();
    receiver.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}
