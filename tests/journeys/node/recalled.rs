//! A recall at a node whose systems do what is handed over to them: carried out and confirmed by its agent, once, whatever it is
//! killed in.

use tokio::time::sleep;

use super::*;

/// How many alerts are recalled while the agent is killed.
const RECALLS: usize = 6;

const TABLE: &str = "hand_over = \"../in\"\nconfirm_recalls = true";

impl Stage {
    /// The confirmations that the originator was sent, by alert id.
    fn confirmations(&self) -> Vec<String> {
        let all = self.delivered(CBP, "confirmations");
        let about = |one: &Value| one["alert_id"].as_str().expect("an alert id").to_owned();
        let confirms = all.iter().filter(|one| one["type"] == "RECALL_CONFIRM");
        confirms.map(about).collect()
    }

    fn recall(&self, alert: &str) {
        let line = format!("send recall {alert} --measure QUARANTINE --ground ERROR");
        assert_eq!(self.object(CBP, &line)["ok"], true);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_online_node_carries_a_recall_out_and_confirms_it_by_itself() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(ANAM, TABLE);
    let agent = stage.agent(ANAM).await;
    let alert = stage.alert(CBP)["alert_id"].clone();
    let id = alert.as_str().expect("an id");
    let (folder, aside) = (stage.path("in"), stage.path("in/quarantine"));
    until(|| (handed_over(&folder).len() == 1).then_some(())).await;
    let name = handed_over(&folder).remove(0);
    stage.recall(id);
    let case = until(|| {
        let case = stage.case(CBP, &alert);
        let messages = case["messages"].as_array().expect("messages");
        let said = messages
            .iter()
            .any(|one| one["statement"]["type"] == "RECALL_CONFIRM");
        said.then_some(case)
    })
    .await;
    let confirmed = case["messages"].as_array().expect("messages").iter();
    let confirmed: Vec<&Value> = confirmed
        .filter(|one| one["statement"]["type"] == "RECALL_CONFIRM")
        .collect();
    let said = &confirmed[0]["statement"];
    assert_eq!(said["recall_measure"], "QUARANTINE", "{said}");
    // What nobody had taken lies aside, and the recall itself is handed over.
    assert_eq!(handed_over(&aside), [name]);
    let left = handed_over(&folder);
    let left: Vec<&String> = left.iter().filter(|name| *name != "quarantine").collect();
    assert!(left.len() == 1 && left[0].contains("-RECALL-"), "{left:?}");
    let story = text(&stage.run(CBP, &format!("show {id}")).stdout);
    assert!(story.contains("mx.dev.invalid/anam: confirmed"), "{story}");
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_killed_while_it_carries_out_recalls_confirms_each_once() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(ANAM, TABLE);
    let mut agent = stage.agent(ANAM).await;
    let mut alerts = Vec::new();
    for round in 0..RECALLS {
        let alert = stage.alert(CBP)["alert_id"].clone();
        let id = alert.as_str().expect("an id").to_owned();
        stage.recall(&id);
        alerts.push(id);
        // Other moments each time; none of them is more right than another.
        sleep(Duration::from_millis(
            37 * (round as u64 * round as u64 % 11),
        ))
        .await;
        agent.kill();
        agent = stage.agent(ANAM).await;
    }
    alerts.sort();
    let mut confirmed = Vec::new();
    until(|| {
        confirmed.extend(stage.confirmations());
        (confirmed.len() >= alerts.len()).then_some(())
    })
    .await;
    // Whatever is still on its way is there when nothing waits any more.
    until(|| (stage.status(ANAM).1["outbox"]["waiting"] == 0).then_some(())).await;
    confirmed.extend(stage.confirmations());
    confirmed.sort();
    assert_eq!(confirmed, alerts, "each once");
    assert_eq!(stage.status(ANAM).1["refused"], 0);
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}
