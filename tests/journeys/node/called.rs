//! Who is called when an agency does not answer: the machines of those who are named hand it over, each by itself.

use super::*;

const FGR: &str = "mx-fgr-hq";
const COFEPRIS: &str = "mx-cofepris-hq";

/// The missed deadlines of an alert that an agent has handed over, as files: their steps, in the order of the log.
fn steps(folder: &Path, alert: &str) -> Vec<String> {
    let end = format!("-OVERDUE-{alert}.json");
    let names = handed_over(folder);
    let overdue = names.iter().filter(|name| name.ends_with(&end));
    let steps = overdue.map(|name| {
        let bytes = std::fs::read(folder.join(name)).expect("a whole file");
        let one: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(one["event"], "overdue", "{one}");
        one["step"].as_str().expect("a step").to_owned()
    });
    steps.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_of_the_late_agency_and_of_its_group_hand_over_that_they_are_called() {
    let site = Site::new();
    site.shift_clock(0);
    let (stage, gateway) = Stage::at(site);
    for node in [ANAM, FGR, COFEPRIS] {
        let table = format!("receipts = false\nhand_over = \"../in-{node}\"");
        stage.with_agent(node, &table);
    }
    let example = std::fs::read_to_string(stage.path("alert.yaml")).expect("the example");
    let alone = example.replace(
        "to: [mx.dev.invalid/anam, \"topic:precursors\"]",
        "to: [mx.dev.invalid/anam]",
    );
    assert_ne!(alone, example);
    write(&stage.path("alert.yaml"), alone.as_bytes());
    let mut agents = Vec::new();
    for node in [ANAM, FGR, COFEPRIS] {
        agents.push(stage.agent(node).await);
    }
    let sent = stage.alert(CBP);
    let alert = sent["alert_id"].as_str().expect("an id");

    // Its machine has it, and says nothing: a node has 30 s for a P2, and each step as long again.
    stage.site.shift_clock(100_000);
    let folder = |node: &str| stage.path(&format!("in-{node}"));
    let called = until(|| Some(steps(&folder(FGR), alert)).filter(|all| !all.is_empty())).await;
    assert_eq!(called, ["ESCALATION_GROUP"]);
    let asked = until(|| Some(steps(&folder(ANAM), alert)).filter(|all| all.len() == 3)).await;
    let all = ["SECOND_REQUEST", "ALTERNATE_CONTACT", "ESCALATION_GROUP"];
    assert_eq!(asked, all);
    for node in [ANAM, FGR] {
        until(|| (stage.status(node).0 == Some(0)).then_some(())).await;
    }
    // The group was never sent the alert itself, and nobody else hears of any of it.
    assert_eq!(handed_over(&folder(FGR)).len(), 1);
    let everything = stage.delivered(COFEPRIS, "desk");
    assert!(everything.is_empty(), "{everything:?}");
    assert_eq!(handed_over(&folder(COFEPRIS)), [""; 0]);
    for agent in agents {
        agent.stop();
    }
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}
