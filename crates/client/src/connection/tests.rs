//! Who is let in, who is believed, and what is told otherwise.

use super::*;
use crate::test_gateway::{GATEWAY, NODE, REVOKED, TestGateway, acceptor};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

async fn refused(settings: &Settings, clock: &Clock) -> ConnectError {
    Connection::open(settings, clock).await.unwrap_err()
}

#[tokio::test]
async fn a_node_of_the_side_is_let_in() {
    let gateway = TestGateway::start().await;
    let connection = gateway.connect().await;
    let answer = connection
        .log_service()
        .get_checkpoint(unary(pb::GetCheckpointRequest::default()))
        .await;
    assert!(answer.is_ok());
}

#[tokio::test]
async fn a_revoked_certificate_is_told_as_such_though_our_half_of_the_handshake_was_over() {
    let gateway = TestGateway::start().await;
    let credential = gateway.pki.tls(NODE, None, REVOKED);
    let error = refused(
        &Settings {
            credential,
            ..gateway.settings.clone()
        },
        &gateway.clock,
    )
    .await;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    assert_eq!(error.reason(), Some(Reason::CertRevoked));
    assert!(!error.is_transient());
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_told_as_such() {
    let (gateway, stranger) = (TestGateway::start().await, TestGateway::start().await);
    let credential = stranger.settings.credential.clone();
    let error = refused(
        &Settings {
            credential,
            ..gateway.settings.clone()
        },
        &gateway.clock,
    )
    .await;
    assert_eq!(error.reason(), Some(Reason::CertUnknownCa), "{error:?}");
}

#[tokio::test]
async fn another_gateway_of_the_same_side_is_not_the_one_expected() {
    let gateway = TestGateway::start().await;
    let gateway_identity = GATEWAY.replace("gw1", "gw2").parse().unwrap();
    let error = refused(
        &Settings {
            gateway_identity,
            ..gateway.settings.clone()
        },
        &gateway.clock,
    )
    .await;
    assert!(matches!(error, ConnectError::Gateway { .. }), "{error:?}");
    assert_eq!(error.reason(), Some(Reason::GatewayMismatch));
}

#[tokio::test]
async fn a_gateway_under_another_root_is_not_believed() {
    let (gateway, stranger) = (TestGateway::start().await, TestGateway::start().await);
    let trust = Arc::clone(&stranger.settings.trust);
    let error = refused(
        &Settings {
            trust,
            ..gateway.settings.clone()
        },
        &gateway.clock,
    )
    .await;
    assert_eq!(error.reason(), Some(Reason::CertUnknownCa), "{error:?}");
}

#[tokio::test]
async fn nobody_there_may_change_and_a_silent_close_too() {
    let gateway = TestGateway::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let settings = Settings {
        gateway: address,
        ..gateway.settings.clone()
    };
    let closing = tokio::spawn(async move {
        drop(listener.accept().await.unwrap());
        listener
    });
    let error = refused(&settings, &gateway.clock).await;
    assert_eq!(error.reason(), Some(Reason::TlsRefused), "{error:?}");
    assert!(error.is_transient());

    drop(closing.await.unwrap());
    let error = refused(&settings, &gateway.clock).await;
    assert!(
        matches!(error, ConnectError::Unreachable { .. }),
        "{error:?}"
    );
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_listener_that_says_nothing_is_given_up() {
    let gateway = TestGateway::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let silent = tokio::spawn(async move { listener.accept().await.unwrap() });
    tokio::time::pause();
    let settings = Settings {
        gateway: address,
        ..gateway.settings.clone()
    };
    let error = refused(&settings, &gateway.clock).await;
    assert!(matches!(error, ConnectError::Timeout { .. }), "{error:?}");
    assert!(error.is_transient());
    drop(silent);
}

#[tokio::test]
async fn a_gateway_at_its_limits_closes_after_the_handshake_and_that_may_pass() {
    let gateway = TestGateway::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let acceptor = acceptor(&gateway.pki);
    let closing = tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut tls = acceptor.accept(tcp).await.unwrap();
        tls.shutdown().await.unwrap();
    });
    let settings = Settings {
        gateway: address,
        ..gateway.settings.clone()
    };
    let error = refused(&settings, &gateway.clock).await;
    closing.await.unwrap();
    assert_eq!(error.reason(), Some(Reason::TlsRefused), "{error:?}");
    assert!(error.is_transient());
}
