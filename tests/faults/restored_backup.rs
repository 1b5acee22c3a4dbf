//! An older copy of the gateway's whole data folder, put back in its place (R9): the marker on another disk knows more. What there is
//! is served, nothing is taken and nothing is signed, and a revocation counts all the same.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use precinto_alert::Reason;
use precinto_client::submit::submit;
use precinto_client::{Connection, Signed};
use precinto_proto::v1 as pb;
use precinto_proto::v1::log_service_client::LogServiceClient;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use precinto_tests::{Messages, Site, audit, replace};
use tokio::time::{Instant, sleep};
use tokio_stream::StreamExt as _;
use tonic_types::StatusExt as _;

/// The end of any patience.
const PATIENCE: Duration = Duration::from_mins(1);

/// Copies the data folder as an operator would.
fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(done.expect("cp").success());
}

/// Puts a copy in the place of the data folder.
fn restore(site: &Site, copied: &Path) {
    std::fs::remove_dir_all(site.data()).expect("the data folder");
    copy(copied, &site.data());
}

/// Tells the gateway of a marker, beside its data folder here.
fn mark(site: &Site) -> PathBuf {
    let settings = std::fs::read_to_string(site.config()).expect("gateway.toml");
    let marked = settings.replacen(
        "[log]\n",
        "[log]\nsecond_marker = \"elsewhere.marker\"\n",
        1,
    );
    assert_ne!(marked, settings);
    replace(&site.config(), &marked);
    site.path().join("elsewhere.marker")
}

/// The entry's receipt as the gateway gives it now.
async fn receipt(connection: &Connection, message: &Signed) -> Result<Vec<u8>, tonic::Status> {
    let mut log = LogServiceClient::new(connection.channel());
    let request = pb::GetReceiptRequest {
        message_id: message.message_id().as_bytes().to_vec(),
        ..Default::default()
    };
    let answer = log.get_receipt(request).await?.into_inner();
    Ok(answer.receipt.expect("a receipt").proof.into())
}

/// Makes a subscription of that name.
async fn create(connection: &Connection, name: &str) -> Result<(), tonic::Status> {
    let mut client = SubscriptionServiceClient::new(connection.channel());
    let create = pb::CreateSubscriptionRequest {
        name: name.to_owned(),
        start: pb::StartPosition::First.into(),
        ..Default::default()
    };
    client.create_subscription(create).await.map(drop)
}

/// The envelope of the first delivery on the subscription `desk`.
async fn first_delivery(connection: &Connection) -> Vec<u8> {
    let mut client = SubscriptionServiceClient::new(connection.channel());
    let init = pb::Init {
        subscription: "desk".to_owned(),
        credit: 1,
        ..Default::default()
    };
    let init = pb::SubscribeRequest {
        init: Some(init),
        ..Default::default()
    };
    let requests = tokio_stream::iter([init]).chain(tokio_stream::pending());
    let answers = client.subscribe(requests).await;
    let mut answers = answers.expect("subscribed").into_inner();
    loop {
        let message = answers.message().await.expect("the stream lives");
        if let Some(delivery) = message.expect("the stream goes on").delivery {
            return delivery.envelope.into();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_backup_is_served_and_takes_nothing() {
    let site = Site::with_authorities();
    let marker = mark(&site);
    let (yesterday, today) = (site.path().join("yesterday"), site.path().join("today"));
    let gateway = site.start();
    let lax = site.node("us-cbp-lax", &gateway);
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let [old, lost, late] = [messages.notice(), messages.notice(), messages.notice()];
    let connection = lax.connect().await;
    submit(&connection, &old).await.expect("taken");
    let anam = site.node("mx-anam-mex", &gateway);
    create(&anam.connect().await, "desk").await.expect("made");
    drop(connection);
    assert!(gateway.stop().success());
    copy(&site.data(), &yesterday);
    let gateway = site.start();
    submit(&lax.connect().await, &lost).await.expect("taken");
    assert!(gateway.stop().success());
    copy(&site.data(), &today);
    let marked = std::fs::read(&marker).expect("the marker");

    restore(&site, &yesterday);
    let gateway = site.start();
    let connection = lax.connect().await;
    for message in [&late, &lost] {
        let refused = submit(&connection, message).await.expect_err("read only");
        assert_eq!(refused.reason(), Some(Reason::LogReadOnly));
        assert!(refused.is_transient(), "its sender keeps it");
    }
    receipt(&connection, &old).await.expect("what there is");
    let desk = anam.connect().await;
    assert_eq!(first_delivery(&desk).await, old.request().envelope);
    let refused = create(&desk, "another").await.expect_err("an act");
    let info = refused.get_details_error_info().expect("a reason");
    assert_eq!(info.reason, "LOG_READ_ONLY");
    drop(desk);
    receipt(&connection, &lost)
        .await
        .expect_err("what is not there");
    // Whoever is revoked meanwhile is cut.
    let mut authority = site.authority("us");
    authority.revoke("us/cbp/lax.tls");
    authority.publish();
    gateway.reload();
    let told = Instant::now();
    while receipt(&connection, &old).await.is_ok() {
        assert!(told.elapsed() < PATIENCE, "still served");
        sleep(Duration::from_millis(50)).await; // polls a condition of the gateway
    }
    drop((connection, authority));
    assert!(gateway.stop().success());
    assert_eq!(std::fs::read(&marker).expect("the marker"), marked);

    // What was there before goes on, and knows the list that was not logged.
    restore(&site, &today);
    let gateway = site.start();
    let dea = site.node("us-dea-hq", &gateway);
    let mut messages = Messages::new(&dea.author, "US-DEAHQ", "mx.dev.invalid/anam");
    submit(&dea.connect().await, &messages.notice())
        .await
        .expect("taken");
    assert!(gateway.stop().success());
    audit(&site);
}
