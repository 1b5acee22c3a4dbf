//! An agency's own program, in another language, at the local API of its node: it sends, and takes deliveries.

use std::os::unix::fs::PermissionsExt;

use precinto_tests::python;

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
    let (_, before) = stage.status(ANAM);
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
