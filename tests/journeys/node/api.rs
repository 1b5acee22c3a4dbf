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
