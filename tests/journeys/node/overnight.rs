//! A receiving agent that was off for a night: everything once and in order, told when it has caught up, and then live.

use super::*;

/// What comes in a night: more than the gateway leaves unsettled at once, several times.
const NIGHT: usize = 200;

impl Stage {
    /// What the agency's program has taken: indexes, in the order in which it was run.
    fn taken(&self) -> Vec<u64> {
        let lines = std::fs::read_to_string(self.path("taken")).unwrap_or_default();
        let indexes = lines.lines().map(|line| {
            let one: Value = serde_json::from_str(line).expect("a whole line");
            one["index"].as_u64().expect("an index")
        });
        indexes.collect()
    }

    async fn until_taken(&self, count: usize) -> Vec<u64> {
        until(|| Some(self.taken()).filter(|taken| taken.len() >= count)).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_was_off_for_a_night_gets_everything_once_and_in_order_and_goes_live() {
    let (stage, gateway) = Stage::new();
    let program = format!("cat >> {}", stage.path("taken").display());
    let table = format!("hand_over = \"../in\"\ncommand = [\"/bin/sh\", \"-c\", \"{program}\"]");
    stage.with_agent(ANAM, &table);
    let agent = stage.agent(ANAM).await;
    let evening = stage.alert(CBP)["index"].as_u64().expect("an index");
    assert_eq!(stage.until_taken(1).await, [evening]);
    agent.stop();

    stage.backlog(&gateway, NIGHT).await;
    assert!(gateway.stop().success());
    let gateway = stage.site.start();
    let expected: Vec<u64> = stage
        .delivered(ANAM, "desk")
        .iter()
        .map(|one| one["index"].as_u64().expect("an index"))
        .collect();
    assert_eq!(expected.len(), 1 + NIGHT);

    let agent = stage.agent(ANAM).await;
    for some in (50..=NIGHT).step_by(50) {
        stage.until_taken(1 + some).await;
    }
    until(|| agent.heard("caught_up").then_some(())).await;
    // Live, and behind all of it.
    let morning = stage.alert(CBP)["index"].as_u64().expect("an index");
    let taken = stage.until_taken(2 + NIGHT).await;
    assert_eq!(taken, [&expected[..], &[morning]].concat());
    until(|| (stage.status(ANAM).1["agent"]["at_desk"] == 0).then_some(())).await;
    let names = handed_over(&stage.path("in"));
    let files = names.iter().map(|name| {
        let index = name.split('-').next().and_then(|index| index.parse().ok());
        index.expect("an index")
    });
    assert_eq!(files.collect::<Vec<u64>>(), taken, "a file for each");
    // One receipt for each, and nothing that the gateway would not take.
    until(|| (stage.status(ANAM).1["outbox"]["waiting"] == 0).then_some(())).await;
    assert_eq!(stage.status(ANAM).1["refused"], 0);
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}
