//! Errors raised below the handlers carry a reason too, and every limit holds.

use http::uri::PathAndQuery;
use precinto_proto::v1 as pb;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};
use tonic_prost::ProstCodec;

use crate::harness::{LAX, NLU, World, reason};

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_message_is_out_of_range() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let statement = lax.ack("mx.dev.invalid/anam");
    let request = pb::SubmitRequest {
        body: vec![7; 400 * 1024],
        ..lax.sign(&statement)
    };
    let status = lax.submissions().submit(request.clone()).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (tonic::Code::OutOfRange, "SIZE")
    );

    let large = pb::SubmitStreamRequest {
        submission: Some(request),
    };
    let answers = lax
        .submissions()
        .submit_stream(tokio_stream::iter([large]))
        .await
        .unwrap();
    let status = answers.into_inner().message().await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (tonic::Code::OutOfRange, "SIZE")
    );

    let name = "x".repeat(70 * 1024);
    let status = lax
        .subscriptions()
        .get_subscription(pb::GetSubscriptionRequest { name })
        .await
        .unwrap_err();
    assert_eq!(reason(&status), "SIZE", "other services take less");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_methods_and_services_have_a_reason() {
    let mut world = World::start().await;
    let lax = world.node(LAX).await;
    for path in [
        "/precinto.v1.SubmissionService/Forget",
        "/precinto.v1.NoService/Do",
        "/",
    ] {
        let mut client = tonic::client::Grpc::new(lax.channel.clone());
        client.ready().await.unwrap();
        let codec: ProstCodec<pb::SubmitRequest, pb::SubmitResponse> = ProstCodec::default();
        let request = tonic::Request::new(pb::SubmitRequest::default());
        let status = client
            .unary(request, PathAndQuery::from_static(path), codec)
            .await
            .unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (tonic::Code::Unimplemented, "METHOD_UNKNOWN")
        );
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_message_are_malformed() {
    let mut world = World::start().await;
    let lax = world.node(LAX).await;
    let mut client = tonic::client::Grpc::new(lax.channel.clone());
    client.ready().await.unwrap();
    // A string where the service expects an envelope.
    let codec: ProstCodec<pb::GetSubscriptionRequest, pb::SubmitResponse> = ProstCodec::default();
    let request = tonic::Request::new(pb::GetSubscriptionRequest {
        name: "\u{1}\u{2}\u{3}".into(),
    });
    let path = PathAndQuery::from_static("/precinto.v1.SubmissionService/Submit");
    let status = client.unary(request, path, codec).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (tonic::Code::InvalidArgument, "MALFORMED")
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_requests_are_refused() {
    let mut world = World::start().await;
    let lax = world.node(LAX).await;
    let mut request = tonic::Request::new(pb::GetCheckpointRequest::default());
    request
        .metadata_mut()
        .insert("grpc-encoding", "gzip".parse().unwrap());
    let status = lax.log().get_checkpoint(request).await.unwrap_err();
    assert_eq!(reason(&status), "UNSUPPORTED");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_told_per_service() {
    let mut world = World::start().await;
    let lax = world.node(LAX).await;
    let mut health = HealthClient::new(lax.channel.clone());
    for service in [
        "",
        "precinto.v1.SubmissionService",
        "precinto.v1.SubscriptionService",
        "precinto.v1.LogService",
        "ready",
    ] {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let answer = health.check(request).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
    }
    let request = HealthCheckRequest {
        service: "nobody".to_owned(),
    };
    assert_eq!(
        reason(&health.check(request).await.unwrap_err()),
        "NOT_FOUND"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_health_hears_of_the_drain_and_does_not_hold_it_up() {
    let mut world = World::start().await;
    let lax = world.node(LAX).await;
    let mut health = HealthClient::new(lax.channel.clone());
    let service = "ready".to_owned();
    let watch = health.watch(HealthCheckRequest { service }).await.unwrap();
    let mut watch = watch.into_inner();
    let first = watch.message().await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::Serving);
    let began = tokio::time::Instant::now();
    world.stop().await;
    assert!(began.elapsed() < std::time::Duration::from_secs(5));
    let last = watch.message().await.unwrap().unwrap();
    assert_eq!(last.status(), ServingStatus::NotServing);
    assert_eq!(reason(&watch.message().await.unwrap_err()), "DRAINING");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_has_so_many_calls_at_once() {
    let mut world = World::start().await;
    let (lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let mut log = lax.log();
        // Waits until the log has seven entries; the gateway's own are five.
        let request = pb::GetCheckpointRequest { min_size: 7 };
        calls.spawn(async move { log.get_checkpoint(request).await });
    }
    for _ in 0..8 {
        let status = calls.join_next().await.unwrap().unwrap().unwrap_err();
        assert_eq!(reason(&status), "OVERLOADED");
    }
    nlu.submit_many("us.dev.invalid/cbp", 1).await;
    assert!(
        calls
            .join_all()
            .await
            .into_iter()
            .all(|answer| answer.is_ok())
    );
    world.stop().await;
}
