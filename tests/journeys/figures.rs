//! What a gateway process shows its operator, as a parser of others understands it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use precinto_client::submit::submit;
use precinto_tests::{Messages, Site, audit, python_with, replace};
use serde_json::Value;

/// The body of what is answered to this path.
fn get(address: &str, path: &str) -> String {
    let mut socket = TcpStream::connect(address).expect("the operator's port");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    socket.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    body.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_process_shows_its_operator_figures_that_others_can_read() {
    let site = Site::new();
    let settings = std::fs::read_to_string(site.config()).expect("gateway.toml");
    let table = "\n[admin]\nlisten = \"127.0.0.1:0\"\n";
    replace(&site.config(), &(settings + table));
    let gateway = site.start();
    let address = gateway.admin().expect("it says where").to_owned();
    let sender = site.node("us-cbp-lax", &gateway);
    let mut messages = Messages::new(&sender.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let connection = sender.connect().await;
    for _ in 0..3 {
        let sent = submit(&connection, &messages.alert(200)).await;
        sent.expect("accepted");
    }
    assert_eq!(get(&address, "/readyz"), "ready\n");
    let text = get(&address, "/metrics");
    drop(connection);
    assert!(gateway.stop().success());
    audit(&site);

    let Some(python) = python_with("prometheus_client.openmetrics.parser") else {
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/figures.py");
    let mut parser = Command::new(python);
    parser.arg(script).stdin(Stdio::piped());
    let mut parser = parser.stdout(Stdio::piped()).spawn().expect("python runs");
    let mut stdin = parser.stdin.take().expect("piped");
    stdin.write_all(text.as_bytes()).expect("it reads");
    drop(stdin);
    let out = parser.wait_with_output().expect("our own child");
    assert!(out.status.success(), "{text}");
    let families: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let accepted = &families["precinto_accepted"];
    assert_eq!(accepted["type"], "counter");
    let [sample] = accepted["samples"].as_array().expect("samples").as_slice() else {
        panic!("{accepted}");
    };
    assert_eq!(sample[1]["agency"], "us.dev.invalid/cbp");
    assert_eq!(
        (&sample[1]["type"], sample[2].as_f64()),
        (&"ALERT".into(), Some(3.0))
    );
    for (name, kind) in [
        ("precinto_log_size", "gauge"),
        ("precinto_fsync_seconds", "histogram"),
        ("precinto_submit_durable_seconds", "histogram"),
        ("grpc_server_handled", "counter"),
        ("precinto_crl_next_update_seconds", "gauge"),
    ] {
        let family = &families[name];
        assert_eq!(family["type"], kind, "{name}");
        assert_ne!(family["help"], "", "{name}");
    }
}
