//! C24: what others put into the gateway's own log must not move the cursor of whoever reads it, nor begin a line of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use precinto_client::Connection;
use precinto_proto::v1 as pb;
use precinto_proto::v1::directory_service_client::DirectoryServiceClient;
use precinto_proto::v1::log_service_client::LogServiceClient;
use precinto_proto::v1::submission_service_client::SubmissionServiceClient;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use precinto_tests::{Messages, Node, Site, replace};
use tokio::io::AsyncWriteExt as _;

use crate::drill::until;
use crate::raw::{self, Frame, Raw};

/// A terminal's colours, its bell, an end of line, a one-byte CSI, and text that runs the other way.
const CANARY: &str = "\u{1b}[31mCANARY\u{7}\r\n\u{9b}2J\u{202e}";

/// The same as a text of TOML.
const IN_TOML: &str = r"\u001b[31mCANARY\u0007\r\n\u009b2J";

/// Everything that a node can say in words, said with the canary.
async fn say_it_all(node: &Node, connection: &Connection) {
    let mut subscriptions = SubscriptionServiceClient::new(connection.channel());
    let create = pb::CreateSubscriptionRequest {
        name: CANARY.to_owned(),
        ..Default::default()
    };
    drop(subscriptions.create_subscription(create).await);
    let get = pb::GetSubscriptionRequest {
        name: CANARY.to_owned(),
    };
    drop(subscriptions.get_subscription(get).await);
    let part = pb::ApplyDirectoryPartRequest {
        part: CANARY.as_bytes().to_vec(),
        ..Default::default()
    };
    drop(
        DirectoryServiceClient::new(connection.channel())
            .apply_directory_part(part)
            .await,
    );
    let receipt = pb::GetReceiptRequest {
        message_id: CANARY.as_bytes().to_vec(),
        ..Default::default()
    };
    drop(
        LogServiceClient::new(connection.channel())
            .get_receipt(receipt)
            .await,
    );
    // A signed statement whose every word is the canary.
    let notice = Messages::new(&node.author, "US-DEAHQ", "mx.dev.invalid/anam").notice();
    let bent = node.resign(&notice, |statement| {
        CANARY.clone_into(&mut statement.alert_id);
        statement.languages = vec![CANARY.to_owned()];
        for recipient in &mut statement.recipients {
            CANARY.clone_into(&mut recipient.name);
        }
    });
    let mut submission = SubmissionServiceClient::new(connection.channel());
    drop(submission.submit(bent).await);
}

/// What a peer can say before and beside the protocol.
async fn say_it_raw(node: &Node) {
    let gateway = &node.settings.gateway;
    let mut tcp = raw::dial(gateway, 66).await.expect("TCP");
    drop(tcp.write_all(CANARY.repeat(50).as_bytes()).await);
    let mut raw = Raw::open(node, 66).await.expect("a valid certificate");
    let path = format!("/{CANARY}/{CANARY}");
    for head in [
        Frame::call(1, &path, &[]),
        Frame::call(3, "/precinto.v1.None/None", &[("user-agent", CANARY)]),
        Frame::call(5, "/precinto.v1.None/None", &[(CANARY, "x")]),
    ] {
        // The first may have ended it.
        drop(raw.send(&head).await);
    }
    drop(raw.drain(std::time::Duration::from_millis(300)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c24_control_characters_do_not_reach_the_log() {
    let site = Site::new();
    let (shell, log) = logging_to_a_file(&site);
    let gateway = site.start_under(shell).expect("it starts");
    let node = site.node("us-dea-hq", &gateway);
    let connection = node.connect().await;
    say_it_all(&node, &connection).await;
    say_it_raw(&node).await;
    // The operator's own files are no better: a path that is not there stands in the reason of the refusal.
    let settings = std::fs::read_to_string(site.config()).expect("gateway.toml");
    let hostile = settings.replacen("roots = [\"", &format!("roots = [\"{IN_TOML}"), 1);
    assert_ne!(hostile, settings);
    replace(&site.config(), &hostile);
    gateway.reload();
    until(|| text(&log).contains("CANARY"), "the refusal is logged").await;
    drop(connection);
    assert!(gateway.stop().success());

    let text = text(&log);
    for line in text.lines() {
        let json: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line:?}"));
        assert!(json["timestamp"].is_string(), "{line:?}");
    }
    let control = text
        .chars()
        .find(|letter| letter.is_control() && *letter != '\n');
    assert_eq!(control, None, "{text:?}");
}

/// A shell that runs a gateway whose own log goes to a file, and that file.
pub(crate) fn logging_to_a_file(site: &Site) -> (Command, PathBuf) {
    let log = site.path().join("gateway.log");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", r#"exec "$@" 2>"$LOG""#, "sh"])
        .env("LOG", &log);
    (shell, log)
}

pub(crate) fn text(log: &Path) -> String {
    std::fs::read_to_string(log).expect("the gateway's own log")
}
