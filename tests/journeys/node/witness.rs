//! An agent as a witness and as a judge of the log: what it has heard it cosigns, and a log that went back, or that tells another
//! history under the same key, is believed nothing more.

use super::*;

impl Stage {
    /// Keeps the gateway's folder as it is, which the gateway must have left.
    fn keep_data(&self) {
        copied(&self.site.data(), &self.path("kept"));
    }

    /// Puts it back in place of what the log has become since.
    #[expect(clippy::disallowed_methods, reason = "a test's own throw-away folder")]
    fn put_data_back(&self) {
        let [data, later] = [self.site.data(), self.path("later")];
        std::fs::rename(&data, later).expect("the gateway has left it");
        copied(&self.path("kept"), &data);
    }

    /// What a receiving agent has handed over once the log was caught: nothing that it had not before; and how it ended.
    async fn refuses(&self, agent: Agent, handed: &[String]) {
        assert_eq!(agent.ended().await, Some(3), "verification failed");
        assert_eq!(handed_over(&self.path("in")), handed);
        let (code, status) = self.status(ANAM);
        assert_eq!((code, &status["running"]), (Some(10), &false.into()));
        let told = status["agent"]["trouble"].as_str().unwrap_or_default();
        assert!(!told.is_empty(), "{status}");
    }
}

impl Agent {
    /// Its exit code, when it ends by itself.
    async fn ended(mut self) -> Option<i32> {
        until(|| self.child.try_wait().expect("our own child"))
            .await
            .code()
    }
}

fn copied(from: &Path, to: &Path) {
    let mut copy = Command::new("cp");
    let copy = copy.arg("-r").args([from, to]).status();
    assert!(copy.expect("cp runs").success());
}

/// A site whose ANAM has an agent that hands over, with one alert handed over; and the gateway's folder as it was then.
async fn one_is_handed_over() -> (Stage, GatewayProcess, Agent) {
    let (stage, gateway) = Stage::new();
    stage.with_agent(ANAM, "hand_over = \"../in\"");
    let agent = stage.agent(ANAM).await;
    stage.alert(CBP);
    until(|| (handed_over(&stage.path("in")).len() == 1).then_some(())).await;
    agent.stop();
    assert!(gateway.stop().success());
    stage.keep_data();
    let gateway = stage.site.start();
    // Later it goes on, and the agent has the word of the log for that too.
    let agent = stage.agent(ANAM).await;
    stage.alert(CBP);
    until(|| (handed_over(&stage.path("in")).len() == 2).then_some(())).await;
    agent.stop();
    let agent = stage.agent(ANAM).await;
    until(|| agent.heard("caught_up").then_some(())).await;
    (stage, gateway, agent)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_cosigns_what_it_has_heard_and_a_receipt_comes_back_witnessed() {
    let (stage, gateway) = Stage::new();
    let index = stage.alert(CBP)["index"].as_u64().expect("an index");
    let receipt = format!("log receipt --index {index} --witnessed");
    assert_eq!(stage.run(CBP, &receipt).status.code(), Some(4), "local");
    stage.with_agent(ANAM, "hand_over = \"../in\"");
    let agent = stage.agent(ANAM).await;
    let witnessed = until(|| {
        let asked = stage.run(CBP, &receipt);
        asked.status.success().then_some(asked)
    });
    let told = text(&witnessed.await.stderr);
    let cosigner = "cosigned by mx.dev.invalid/agency/anam/node/mex/witness";
    assert!(told.contains(cosigner), "{told}");
    agent.stop();
    assert!(gateway.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_meets_a_log_that_went_back_ends_and_hands_nothing_over() {
    let (stage, gateway, agent) = one_is_handed_over().await;
    let handed = handed_over(&stage.path("in"));
    // It runs on while somebody puts an older copy of the folder in place: signed by the right key, and too short.
    assert!(gateway.stop().success());
    stage.put_data_back();
    let _gateway = stage.site.start();
    stage.refuses(agent, &handed).await;
    // Started once more, it has not forgotten.
    let agent = stage.start_agent(ANAM);
    stage.refuses(agent, &handed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_meets_another_history_under_the_same_key_ends_and_hands_nothing_over() {
    let (stage, gateway, agent) = one_is_handed_over().await;
    let handed = handed_over(&stage.path("in"));
    agent.stop();
    assert!(gateway.stop().success());
    // The twin goes on from the same folder, says something else to the same agency, and is the longer one.
    stage.put_data_back();
    let gateway = stage.site.start();
    stage.backlog(&gateway, 10).await;
    let agent = stage.start_agent(ANAM);
    stage.refuses(agent, &handed).await;
}
