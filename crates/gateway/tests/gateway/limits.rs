//! Errors raised below the handlers carry a reason too, and every limit holds.

use http::uri::PathAndQuery;
use precinto_gateway::limits::{
    IN_FLIGHT_BYTES_PER_NODE_MAX, STREAMS_PER_CONNECTION_MAX, SUBMISSION_BYTES_MAX,
};
use precinto_proto::v1 as pb;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus};
use tonic_prost::ProstCodec;

use crate::harness::channel::begin_call;
use crate::harness::{LAX, NLU, World, reason};

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_message_is_out_of_range() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let statement = lax.notice("mx.dev.invalid/anam");
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
        "precinto.v1.RecordService",
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
    let mut watch = lax.watch_readiness().await;
    // Were it held up, the drain would end by cutting the connection, and these two would not arrive.
    world.stop().await;
    let last = watch.message().await.unwrap().unwrap();
    assert_eq!(last.status(), ServingStatus::NotServing);
    assert_eq!(reason(&watch.message().await.unwrap_err()), "DRAINING");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_submissions_as_a_connection_has_streams_are_all_accepted() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..STREAMS_PER_CONNECTION_MAX {
        let statement = lax.notice("mx.dev.invalid/anam");
        let (mut client, request) = (lax.submissions(), lax.sign(&statement));
        calls.spawn(async move { client.submit(request).await });
    }
    for answer in calls.join_all().await {
        assert!(answer.unwrap().into_inner().receipt.is_some());
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn submissions_that_are_not_finished_keep_nobody_else_out_and_come_to_an_end() {
    let mut world = World::start().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let [a, b, c, d] = u32::try_from(SUBMISSION_BYTES_MAX).unwrap().to_be_bytes();
    // All that one node may hold is announced, once more than there is room for, and of each no more than a byte comes.
    let room = IN_FLIGHT_BYTES_PER_NODE_MAX / SUBMISSION_BYTES_MAX;
    let lines = [lax.channel.clone(), world.node(LAX).await.channel];
    let paths = [SUBMIT, SUBMIT, SUBMIT, SUBMIT, SUBMIT, SUBMIT_STREAM];
    let mut calls = tokio::task::JoinSet::new();
    for (line, path) in lines
        .iter()
        .cycle()
        .zip(paths.iter().cycle())
        .take(room + 1)
    {
        let bytes = vec![0, a, b, c, d, 7];
        calls.spawn(begin_call(line.clone(), path, bytes));
    }
    let first = calls.join_next().await.unwrap().unwrap();
    assert_eq!(
        (first.code(), reason(&first).as_str()),
        (tonic::Code::ResourceExhausted, "OVERLOADED")
    );
    let statement = nlu.notice("us.dev.invalid/cbp");
    tokio::select! {
        biased;
        end = calls.join_next() => panic!("another node had to wait for this one: {end:?}"),
        answer = nlu.submit(&statement) => assert!(answer.unwrap().receipt.is_some()),
    }
    assert_eq!(calls.len(), room);
    for end in calls.join_all().await {
        assert_eq!(reason(&end), "DEADLINE");
    }
    let statement = lax.notice("mx.dev.invalid/anam");
    lax.submit(&statement).await.unwrap();
    world.stop().await;
}

const SUBMIT: &str = "/precinto.v1.SubmissionService/Submit";
const SUBMIT_STREAM: &str = "/precinto.v1.SubmissionService/SubmitStream";
