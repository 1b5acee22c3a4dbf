//! A disk that fills up: what is brought is refused well before the end, and what is in the log is read.

use std::time::Duration;

use precinto_gateway::Gateway;
use precinto_gateway::config::{Config, EXAMPLE};
use precinto_ledger::storage::{FaultyMemory, Space};
use precinto_proto::v1 as pb;

use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::harness::pki::NOW_MS;
use crate::harness::{LAX, Node, World, reason, write};

const GIB: u64 = 1 << 30;

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_nearly_full_takes_no_message_and_serves_what_it_has() {
    let mut world = World::start().await;
    world.stop().await;
    let disk = FaultyMemory::new();
    let is_left = |free| {
        let total = 100 * GIB;
        disk.set_space(Space { free, total });
    };
    world.begin_on(disk.clone()).await;
    is_left(50 * GIB);
    let mut lax = world.node(LAX).await;
    let first = lax.notice("mx.dev.invalid/anam");
    let receipt = lax.submit(&first).await.unwrap().receipt;
    is_left(GIB);
    // The log looks after each batch.
    let second = lax.notice("mx.dev.invalid/anam");
    lax.submit(&second).await.unwrap();
    for _ in 0..2 {
        let more = lax.notice("mx.dev.invalid/anam");
        let status = lax.submit(&more).await.unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (tonic::Code::ResourceExhausted, "STORAGE_LOW")
        );
    }
    becomes(&lax, ServingStatus::NotServing).await;
    for service in ["SubscriptionService", "LogService", "RecordService"] {
        assert_eq!(health(&lax, service).await, ServingStatus::Serving);
    }
    // What the log has is answered as the first time, and read.
    assert_eq!(lax.submit(&first).await.unwrap().receipt, receipt);
    let message_id = first.message_id.clone();
    let request = pb::GetReceiptRequest {
        message_id,
        ..Default::default()
    };
    lax.log().get_receipt(request).await.unwrap();
    is_left(50 * GIB);
    let more = lax.notice("mx.dev.invalid/anam");
    lax.submit(&more)
        .await
        .expect("as soon as somebody makes room");
    becomes(&lax, ServingStatus::Serving).await;
    world.stop().await;
}

/// Waits until this is what is said of whether messages are taken.
async fn becomes(node: &Node, status: ServingStatus) {
    let said = async {
        while health(node, "SubmissionService").await != status {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let said = tokio::time::timeout(Duration::from_mins(1), said).await;
    said.expect("health follows the log");
}

async fn health(node: &Node, service: &str) -> ServingStatus {
    let service = format!("precinto.v1.{service}");
    let mut health = HealthClient::new(node.channel.clone());
    let answer = health.check(HealthCheckRequest { service }).await;
    answer.unwrap().into_inner().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_not_what_its_second_marker_says_is_read_only_and_told_to_be() {
    let mut world = World::start().await;
    world.stop().await;
    let marked = EXAMPLE.replacen("[log]\n", "[log]\nsecond_marker = \"log.marker\"\n", 1);
    write(&world.path("gateway.toml"), marked.as_bytes());
    let published = std::fs::read(world.path("data/checkpoint")).unwrap();
    write(&world.path("log.marker"), &published);
    world.resume().await;
    let mut lax = world.node(LAX).await;
    let first = lax.notice("mx.dev.invalid/anam");
    lax.submit(&first).await.unwrap();
    assert_eq!(
        health(&lax, "SubmissionService").await,
        ServingStatus::Serving
    );
    world.stop().await;

    // The oldest copy that there is.
    std::fs::remove_dir_all(world.path("data")).unwrap();
    let config = Config::load(&world.path("gateway.toml")).unwrap();
    Gateway::check(config, NOW_MS).unwrap().init().unwrap();
    world.resume().await;
    let mut lax = world.node(LAX).await;
    let second = lax.notice("mx.dev.invalid/anam");
    let status = lax.submit(&second).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (tonic::Code::Unavailable, "LOG_READ_ONLY")
    );
    assert_eq!(
        health(&lax, "SubmissionService").await,
        ServingStatus::NotServing
    );
    assert_eq!(health(&lax, "LogService").await, ServingStatus::Serving);
    let mut log = lax.log();
    let checkpoint = log.get_checkpoint(pb::GetCheckpointRequest::default());
    let checkpoint = checkpoint.await.unwrap().into_inner().checkpoint;
    assert!(
        checkpoint.contains("\n0\n"),
        "nothing was written: {checkpoint}"
    );
    world.stop().await;
}
