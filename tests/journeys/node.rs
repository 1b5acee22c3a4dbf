//! An agency's agent as a process: what is said while the line is cut goes out by itself, what comes is handed over and
//! answered, and killing it at any moment loses nothing and doubles nothing.

mod api;
mod called;
mod full;
mod killed;
mod overnight;
mod recalled;
mod rotated;
mod service;
mod stage;
mod urgent;
mod witness;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use precinto_proto::v1::node_service_client::NodeServiceClient;
use precinto_tests::{GatewayProcess, Messages, Site, precinto, run};
use serde_json::Value;
use stage::*;
use tokio::time::{Instant, sleep};
use tonic::transport::Channel;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_while_the_line_is_cut_goes_out_by_itself_once_and_in_order() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(CBP, "");
    let agent = stage.agent(CBP).await;
    let logged = stage.alert(CBP);
    assert_eq!(logged["state"], "logged", "{logged}");
    assert_eq!(logged["index"].as_u64().map(|index| index > 0), Some(true));
    let id = logged["alert_id"].as_str().expect("an id");
    let show = format!("show {id} --offline");
    until(|| stage.run(CBP, &show).status.success().then_some(())).await;
    assert!(gateway.stop().success());

    // The line is cut. A person sees that what they say is only queued.
    let draft = stage.path("alert.yaml");
    let line = format!("send alert {} --wait 1", draft.display());
    let mut queued: Vec<Value> = (0..2).map(|_| stage.object(CBP, &line)).collect();
    let out = stage.run(CBP, &line);
    let said = text(&out.stdout);
    assert!(out.status.success() && said.contains("QUEUED on this machine, NOT yet in the log"));
    let out = stage.run(CBP, &format!("--lang es {line}"));
    assert!(text(&out.stdout).contains("EN COLA en este equipo, TODAVÍA NO en la bitácora"));
    for one in &queued {
        assert_eq!(
            (&one["ok"], &one["state"]),
            (&true.into(), &"queued".into())
        );
        assert!(one.get("index").is_none(), "{one}");
    }
    // About a case that the agent has kept a copy of, as little is typed as on a good day.
    let comment = format!("send comment {id} --text The_flight_is_late --wait 0");
    let comment = stage.object(CBP, &comment);
    assert_eq!(comment["state"], "queued", "{comment}");
    let (code, status) = stage.status(CBP);
    assert_eq!(code, Some(10), "{status}");
    assert_eq!(status["outbox"]["waiting"], 5);
    assert_eq!(status["agent"]["line"], "down", "{status}");
    assert_eq!(status["outbox"]["oldest"], queued[0]["message_id"]);

    // The agent is stopped and started meanwhile; then the line is back.
    agent.stop();
    let agent = stage.agent(CBP).await;
    let gateway = stage.site.start();
    until(|| (stage.status(CBP).1["outbox"]["waiting"] == 0).then_some(())).await;
    let delivered = stage.delivered(ANAM, "desk");
    let numbers: Vec<&Value> = delivered
        .iter()
        .map(|one| &one["statement"]["sender_seq"])
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    queued.insert(0, logged);
    for (one, sent) in delivered.iter().zip(&queued) {
        assert_eq!(one["message_id"], sent["message_id"]);
    }
    let well = until(|| Some(stage.status(CBP)).filter(|(code, _)| *code == Some(0))).await;
    assert_eq!(well.1["refused"], 0);
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delivery_is_handed_over_and_answered_with_the_nodes_receipt() {
    let (stage, gateway) = Stage::new();
    let taken = stage.path("taken.jsonl");
    // The program refuses until it is let.
    let let_it = stage.path("let");
    let script = format!(
        "cat >> {taken} && test -e {let_it}",
        taken = taken.display(),
        let_it = let_it.display()
    );
    let table = format!("hand_over = \"../in\"\ncommand = [\"/bin/sh\", \"-c\", \"{script}\"]");
    stage.with_agent(ANAM, &table);
    let agent = stage.agent(ANAM).await;
    let alert = stage.alert(CBP);
    let folder = stage.path("in");
    // Until it comes again it is still here: what only failed was not taken.
    let status = until(|| {
        let status = stage.status(ANAM).1["agent"].clone();
        (status["at_desk_again"] == 1).then_some(status)
    })
    .await;
    assert_eq!(status["at_desk"], 1, "{status}");
    assert!(status["last_taken_ms"].is_null(), "{status}");
    assert_eq!(status["desk_limit_ms"], 60_000, "{status}");
    write(&let_it, b"");
    let names = until(|| Some(handed_over(&folder)).filter(|names| !names.is_empty())).await;
    assert!(agent.heard("not_taken"), "the program failed");
    let status = until(|| {
        let status = stage.status(ANAM).1["agent"].clone();
        (status["at_desk"] == 0).then_some(status)
    })
    .await;
    assert!(status["last_taken_ms"].is_u64(), "{status}");
    let id = alert["alert_id"].as_str().expect("an id");
    let index = alert["index"].as_u64().expect("an index");
    assert_eq!(names, [format!("{index:020}-ALERT-{id}.json")]);
    let handed = std::fs::read(folder.join(&names[0])).expect("the file");
    let handed: Value = serde_json::from_slice(&handed).expect("JSON");
    assert_eq!(handed["message_id"], alert["message_id"]);
    assert_eq!(
        handed["content"]["shipments"].as_array().map(Vec::len),
        Some(1)
    );
    let taken = std::fs::read_to_string(taken).expect("what the program took");
    assert!(taken.lines().count() >= 2, "refused, then taken");

    // The sender sees who has it, at which level, signed by the node.
    until(|| (stage.status(ANAM).1["outbox"]["waiting"] == 0).then_some(())).await;
    let case = stage.case(CBP, &alert["alert_id"]);
    assert_eq!(
        case["parts"][0]["acknowledged"], "NODE",
        "{}",
        case["parts"]
    );

    // A person's word is another matter: a node's key alone is refused, an officer's card is enough.
    let out = stage.run(ANAM, &format!("ack {id} -o json"));
    assert!(!out.status.success() && text(&out.stdout).contains("OFFICER_REQUIRED"));
    let card = stage.path("officers/mx-anam-hernandez.pem");
    let key = stage.path("officers/mx-anam-hernandez.key.pem");
    let line = format!(
        "ack {id} --certificate {} --key {}",
        card.display(),
        key.display()
    );
    let said = stage.object(ANAM, &line);
    assert_eq!(said["state"], "logged", "{said}");
    let case = stage.case(CBP, &alert["alert_id"]);
    assert_eq!(
        case["parts"][0]["acknowledged"], "PERSON",
        "{}",
        case["parts"]
    );
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_gateway_refuses_is_kept_told_and_holds_nothing_up() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(CBP, "");
    let agent = stage.agent(CBP).await;
    let alert = stage.alert(CBP);
    let id = alert["alert_id"].as_str().expect("an id");
    let unknown = "00000000-0000-7000-8000-000000000001";
    let about = format!("--refers-to {unknown} --to mx.dev.invalid/anam --alert-version 1");
    let line = format!("send comment --alert {id} {about} --text x -o json");
    let out = stage.run(CBP, &line);
    let said = text(&out.stdout);
    assert!(
        !out.status.success() && said.contains("REFERENCE_UNKNOWN"),
        "{said}"
    );
    assert_eq!(stage.alert(CBP)["state"], "logged");
    let (code, status) = stage.status(CBP);
    assert_eq!(
        (code, &status["refused"]),
        (Some(10), &1.into()),
        "{status}"
    );
    assert_eq!(status["refusals"][0]["reason"], "REFERENCE_UNKNOWN");
    let said = text(&stage.run(CBP, "--lang es node status").stdout);
    let told = said.contains("REFERENCE_UNKNOWN") && said.contains("rechazados");
    assert!(told, "{said}");
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_has_one_agent_and_says_when_it_has_none() {
    let (stage, _gateway) = Stage::new();
    let out = stage.run(CBP, "node run");
    assert_eq!(out.status.code(), Some(2), "no [run] table");
    stage.with_agent(CBP, "");
    let (code, status) = stage.status(CBP);
    assert_eq!((code, &status["running"]), (Some(10), &false.into()));
    let out = stage.run(
        CBP,
        &format!("send alert {}", stage.path("alert.yaml").display()),
    );
    assert!(out.status.success());
    assert!(text(&out.stderr).contains("no agent of this node is running"));
    let agent = stage.agent(CBP).await;
    let second = stage.run(CBP, "node run");
    assert_eq!(second.status.code(), Some(2), "{}", text(&second.stderr));
    until(|| (stage.status(CBP).1["outbox"]["waiting"] == 0).then_some(())).await;
    until(|| (stage.status(CBP).0 == Some(0)).then_some(())).await;
    agent.stop();
    assert_eq!(stage.status(CBP).0, Some(10));
}
