//! An agency's own program, in another language, at the local API of its node: it sends, and takes deliveries.

use std::os::unix::fs::PermissionsExt;

use precinto_client::submit;
use precinto_proto::v1 as pb;
use precinto_tests::{Messages, python};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_of_the_agency_sends_and_takes_deliveries_by_the_local_api() {
    let Some(python) = python() else { return };
    let (stage, gateway) = Stage::new();
    stage.with_agent(CBP, "api = true");
    stage.with_agent(ANAM, "api = true\napi_deliveries = true");
    let agents = [stage.agent(CBP).await, stage.agent(ANAM).await];
    let socket = |node: &str| stage.path(&format!("state/{node}/api/node.sock"));
    for node in [CBP, ANAM] {
        let mode = |path: &Path| {
            let found = std::fs::metadata(path).expect("the socket and its folder");
            found.permissions().mode() & 0o777
        };
        let socket = socket(node);
        let folder = socket.parent().expect("a folder");
        assert_eq!((mode(folder), mode(&socket)), (0o700, 0o600));
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/python");
    let out = Command::new(python)
        .arg(format!("{folder}/node_client.py"))
        .args(["--proto", concat!(env!("CARGO_MANIFEST_DIR"), "/../proto")])
        .arg("--sender")
        .arg(stage.site.node_file(CBP))
        .arg("--receiver")
        .arg(stage.site.node_file(ANAM))
        .arg("--sender-socket")
        .arg(socket(CBP))
        .arg("--receiver-socket")
        .arg(socket(ANAM))
        .output()
        .expect("python runs");
    let (said, talk) = (text(&out.stdout), text(&out.stderr));
    assert!(out.status.success(), "{said}\n{talk}");
    let said: Value = serde_json::from_str(&said).expect("one JSON object");
    assert_eq!(said["ok"], true, "{said}");
    let last = said["indexes"][1].as_u64();
    until(|| {
        let shown = stage.object(ANAM, "sub show agent");
        let settled = shown["settled"].as_u64();
        assert!(settled.is_some(), "{shown}");
        (settled > last).then_some(())
    })
    .await;
    for agent in agents {
        agent.stop();
    }
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_that_nobody_takes_by_the_local_api_is_told_by_the_status() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(ANAM, "api = true\napi_deliveries = true");
    let agent = stage.agent(ANAM).await;
    let before = until(|| {
        let (_, status) = stage.status(ANAM);
        status["agent"].is_object().then_some(status)
    })
    .await;
    assert_eq!(before["agent"]["at_desk"], 0, "{before}");
    stage.alert(CBP);
    let status = until(|| {
        let (_, status) = stage.status(ANAM);
        (status["agent"]["at_desk"] == 1).then_some(status)
    })
    .await;
    let since = status["agent"]["at_desk_since_ms"].as_u64();
    assert!(since >= before["agent"]["started_ms"].as_u64(), "{status}");
    assert_eq!(status["untaken"], false, "not yet: {status}");
    agent.stop();
    let (_, status) = stage.status(ANAM);
    assert_eq!(status["agent"]["at_desk"], 0, "{status}");
    assert!(gateway.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_cannot_listen_keeps_nothing_else_from_working() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(ANAM, "api = true\nhand_over = \"in\"");
    let socket = stage.path(&format!("state/{ANAM}/api/node.sock"));
    // Where the socket is to be lies something that is not removed.
    std::fs::create_dir_all(socket.join("in the way")).expect("a folder");
    let agent = stage.agent(ANAM).await;
    until(|| agent.heard("api_down").then_some(())).await;
    until(|| agent.heard("caught_up").then_some(())).await;
    let (code, status) = stage.status(ANAM);
    assert_eq!((code, &status["ok"]), (Some(10), &Value::Bool(false)));
    assert!(status["agent"]["api_detail"].is_string(), "{status}");
    stage.alert(CBP);
    until(|| agent.heard("taken").then_some(())).await;
    // It is tried again without anybody's doing.
    std::fs::remove_dir_all(&socket).expect("removed");
    until(|| agent.heard("api_up").then_some(())).await;
    let (_, status) = until(|| {
        let (code, status) = stage.status(ANAM);
        (code == Some(0)).then_some((code, status))
    })
    .await;
    assert!(status["agent"]["api_down_since_ms"].is_null(), "{status}");
    agent.stop();
    assert!(gateway.stop().success());
}

/// Has a program of the agency's take deliveries, with nothing else to take them.
const BY_API: &str = "api = true\napi_deliveries = true";

/// One stream of deliveries.
struct Taker {
    said: mpsc::Sender<pb::TakeDeliveriesRequest>,
    stream: Streaming<pb::TakeDeliveriesResponse>,
}

impl Taker {
    /// The agent may not have noticed yet that the stream before has ended.
    async fn with_credit(api: &mut NodeServiceClient<Channel>, credit: u32) -> Self {
        let last = Instant::now() + PATIENCE;
        loop {
            let (said, saying) = mpsc::channel(64);
            let first = pb::TakeDeliveriesRequest {
                credit,
                ..Default::default()
            };
            said.send(first).await.expect("room");
            match api.take_deliveries(ReceiverStream::new(saying)).await {
                Ok(stream) => {
                    let stream = stream.into_inner();
                    return Self { said, stream };
                }
                Err(taken) => {
                    assert_eq!(taken.code(), tonic::Code::ResourceExhausted, "{taken}");
                    assert!(Instant::now() < last, "the stream before has not ended");
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    /// The index of the next delivery.
    async fn next(&mut self) -> u64 {
        let next = tokio::time::timeout(PATIENCE, self.stream.message()).await;
        let next = next.expect("in time").expect("a line").expect("a delivery");
        next.delivery.expect("a delivery").index
    }

    async fn some(&mut self, count: usize) -> Vec<u64> {
        let mut some = Vec::new();
        while some.len() < count {
            some.push(self.next().await);
        }
        some
    }

    async fn settle(&self, index: u64) {
        self.say(index, "").await;
    }

    async fn say(&self, index: u64, not_taken: &str) {
        let one = pb::TakeDeliveriesRequest {
            index,
            not_taken: not_taken.to_owned(),
            ..Default::default()
        };
        self.said.send(one).await.expect("a line");
    }
}

impl Stage {
    /// So many routine alerts of another agency, in the log: their indexes, in its order.
    async fn routine(&self, gateway: &GatewayProcess, count: usize) -> Vec<u64> {
        let sender = self.site.node(DEA, gateway);
        let connection = sender.connect().await;
        let mut messages = Messages::new(&sender.author, "US-DEAHQ", "mx.dev.invalid/anam");
        let mut indexes = Vec::new();
        for _ in 0..count {
            let accepted = submit(&connection, &messages.alert(200)).await;
            indexes.push(accepted.expect("accepted").index);
        }
        indexes
    }

    async fn at_desk(&self, count: usize) {
        until(|| (self.status(ANAM).1["agent"]["at_desk"] == count).then_some(())).await;
    }

    /// The same, said by this agent: one that was killed has left what it said last.
    async fn at_desk_of(&self, agent: &Agent, count: usize) {
        until(|| {
            let said = self.status(ANAM).1["agent"].clone();
            let is_so = said["pid"] == agent.child.id() && said["at_desk"] == count;
            is_so.then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_urgent_delivery_passes_those_that_a_program_holds() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(ANAM, BY_API);
    let routine = stage.routine(&gateway, 4).await;
    let agent = stage.agent(ANAM).await;
    stage.at_desk(4).await;
    let mut api = stage.api(ANAM).await;
    let mut taker = Taker::with_credit(&mut api, 3).await;
    assert_eq!(taker.some(2).await, routine[..2]);
    // The example is P2: it has the place that is left.
    let urgent = stage.alert(CBP)["index"].as_u64().expect("an index");
    assert_eq!(taker.next().await, urgent);
    // In any order.
    taker.settle(routine[1]).await;
    stage.at_desk(4).await;
    taker.settle(urgent).await;
    assert_eq!(taker.next().await, routine[2]);
    taker.settle(routine[0]).await;
    assert_eq!(taker.next().await, routine[3]);
    // A stream of the version before says no credit, and gets one at a time, urgent ones first.
    drop(taker);
    stage.at_desk(2).await;
    let urgent = stage.alert(CBP)["index"].as_u64().expect("an index");
    let last = Instant::now() + PATIENCE;
    let mut taker = loop {
        let mut taker = Taker::with_credit(&mut api, 0).await;
        let index = taker.next().await;
        if index == urgent {
            break taker;
        }
        // It is on its way to where takers look.
        assert_eq!(index, routine[2]);
        assert!(Instant::now() < last, "what is urgent does not pass");
    };
    taker.settle(urgent).await;
    for index in &routine[2..] {
        assert_eq!(taker.next().await, *index);
        taker.settle(*index).await;
    }
    stage.at_desk(0).await;
    drop((taker, api));
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_in_hand_were_not_settled_comes_again_once_and_in_order() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(ANAM, BY_API);
    let all = stage.routine(&gateway, 12).await;
    let agent = stage.agent(ANAM).await;
    stage.at_desk(12).await;
    let mut api = stage.api(ANAM).await;
    let mut taker = Taker::with_credit(&mut api, 16).await;
    assert_eq!(taker.some(12).await, all);
    for at in [10, 3, 7, 0] {
        taker.settle(all[at]).await;
    }
    stage.at_desk(8).await;
    // The program dies with eight in hand; then the agent, before the next one has settled anything.
    drop((taker, api));
    let mut api = stage.api(ANAM).await;
    let mut left = all.clone();
    for at in [10, 7, 3, 0] {
        left.remove(at);
    }
    let mut taker = Taker::with_credit(&mut api, 16).await;
    assert_eq!(taker.some(8).await, left);
    drop((taker, api));
    agent.kill();
    let agent = stage.agent(ANAM).await;
    stage.at_desk_of(&agent, 8).await;
    let mut api = stage.api(ANAM).await;
    let mut taker = Taker::with_credit(&mut api, u32::MAX).await;
    assert_eq!(taker.some(8).await, left);
    for index in left.iter().rev() {
        taker.settle(*index).await;
    }
    stage.at_desk(0).await;
    // Settled once, settled for good: what comes next is new.
    let next = stage.alert(CBP)["index"].as_u64().expect("an index");
    assert_eq!(taker.next().await, next);
    taker.settle(next).await;
    // What is not in hand cannot be settled.
    taker.settle(all[0]).await;
    let refused = taker.stream.message().await.expect_err("it ends");
    let refused = precinto_client::Refusal::from_status(&refused);
    assert_eq!(refused.reason, Some(pb::Reason::IndexUnknown));
    stage.at_desk(0).await;
    drop((taker, api));
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_taken_is_not_handed_over_behind_its_recall() {
    let (stage, gateway) = Stage::new();
    // However slow the machine, the program may have both in hand.
    let more = "hand_over = \"../in\"\nconfirm_recalls = true\ncommand_seconds = 600";
    let table = format!("{BY_API}\n{more}");
    stage.with_agent(ANAM, &table);
    let agent = stage.agent(ANAM).await;
    let mut api = stage.api(ANAM).await;
    let mut taker = Taker::with_credit(&mut api, 8).await;
    // Both are urgent, and so in one lane.
    let alert = stage.alert(CBP);
    let first = alert["index"].as_u64().expect("an index");
    assert_eq!(taker.next().await, first);
    let id = alert["alert_id"].as_str().expect("an id");
    let line = format!("send recall {id} --measure QUARANTINE --ground ERROR");
    let recall = stage.object(CBP, &line)["index"].as_u64();
    assert_eq!(Some(taker.next().await), recall);
    // It comes again while the recall is in the program's hands.
    taker.say(first, "the database is down").await;
    // Nobody is told when it does: it is put back for 10 s. If it comes later, this is only easier.
    sleep(Duration::from_secs(12)).await;
    taker.settle(recall.expect("an index")).await;
    let aside = stage.path("in/quarantine");
    until(|| (handed_over(&aside).len() == 1).then_some(())).await;
    until(|| agent.heard("withheld").then_some(())).await;
    // To wait for the recall was no attempt.
    assert_eq!(agent.details("not_taken"), ["the database is down"]);
    // Nothing else was handed over meanwhile.
    let next = stage.alert(CBP)["index"].as_u64().expect("an index");
    assert_eq!(taker.next().await, next);
    taker.settle(next).await;
    stage.at_desk(0).await;
    drop((taker, api));
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}
