//! Every setting of TLS, HTTP/2 and the accept loop: each test fails when the setting is removed.

use std::sync::Arc;
use std::time::Duration;

use precinto_gateway::limits::HANDSHAKES_PER_ADDRESS_MAX;
use precinto_proto::v1 as pb;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::harness::{LAX, World, reason, server_name};

async fn tls(world: &World) -> TlsStream<TcpStream> {
    let config = world.client_config(&world.pki.tls_client(LAX));
    let socket = TcpStream::connect(world.address).await.unwrap();
    let name = ServerName::try_from(server_name(LAX)).unwrap();
    TlsConnector::from(config)
        .connect(name, socket)
        .await
        .unwrap()
}

/// Reads until the peer closes; the bytes.
async fn read_to_end(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> Vec<u8> {
    let mut bytes = Vec::new();
    // An abrupt end is an end too.
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
    drop(read.expect("the connection is closed"));
    bytes
}

/// The HTTP/2 settings that the server announces in its first frame (RFC 9113, section 6.5).
async fn announced(stream: &mut TlsStream<TcpStream>) -> Vec<(u16, u32)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(head[3], 4, "SETTINGS");
    let mut payload = vec![0; usize::from(u16::from_be_bytes([head[1], head[2]]))];
    stream.read_exact(&mut payload).await.unwrap();
    payload
        .chunks(6)
        .map(|item| {
            let (id, value) = item.split_at(2);
            (
                u16::from_be_bytes(id.try_into().unwrap()),
                u32::from_be_bytes(value.try_into().unwrap()),
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_windows_frames_and_headers_are_bounded() {
    let mut world = World::start().await;
    let mut stream = tls(&world).await;
    let settings = announced(&mut stream).await;
    for expected in [(3, 64), (4, 256 * 1024), (5, 16 * 1024), (6, 8 * 1024)] {
        assert!(settings.contains(&expected), "{expected:?} in {settings:?}");
    }
    drop(stream);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_no_session_tickets() {
    let mut world = World::start().await;
    let mut stream = tls(&world).await;
    announced(&mut stream).await;
    let (_, session) = stream.get_ref();
    assert_eq!(
        session.protocol_version(),
        Some(rustls::ProtocolVersion::TLSv1_3)
    );
    assert_eq!(session.tls13_tickets_received(), 0);
    assert_eq!(session.alpn_protocol(), Some(&b"h2"[..]));
    drop(stream);
    world.stop().await;
}

/// A `ClientHello` of TLS 1.2 without `supported_versions`.
#[tokio::test(flavor = "multi_thread")]
async fn tls_1_2_is_refused() {
    let mut world = World::start().await;
    let mut body = vec![3, 3];
    body.extend([7; 32]); // random
    body.push(0); // no session
    body.extend([0, 4, 0xc0, 0x2b, 0xc0, 0x2f]); // two suites of 1.2
    body.extend([1, 0]); // no compression
    body.extend([0, 8, 0, 13, 0, 4, 0, 2, 4, 3]); // one extension: signature_algorithms
    let length = u16::try_from(body.len()).unwrap();
    let mut hello = vec![1, 0];
    hello.extend(length.to_be_bytes());
    hello.extend(&body);
    let mut record = vec![22, 3, 1];
    record.extend((length + 4).to_be_bytes());
    record.extend(&hello);
    let mut socket = TcpStream::connect(world.address).await.unwrap();
    socket.write_all(&record).await.unwrap();
    let answer = read_to_end(&mut socket).await;
    // A fatal alert: protocol_version.
    assert_eq!(answer, [21, 3, 3, 0, 2, 2, 70]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_without_certificate_learns_nothing() {
    let mut world = World::start().await;
    let provider = precinto_envelope::crypto::tls_provider();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(world.pki.us.der.clone().into()).unwrap();
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let socket = TcpStream::connect(world.address).await.unwrap();
    let name = ServerName::try_from(server_name(LAX)).unwrap();
    let connected = TlsConnector::from(Arc::new(config))
        .connect(name, socket)
        .await;
    let bytes = match connected {
        Ok(mut stream) => read_to_end(&mut stream).await,
        Err(_) => Vec::new(),
    };
    assert!(bytes.is_empty(), "not a single byte of HTTP");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_begin_the_handshake_is_cut() {
    let mut world = World::start().await;
    let mut silent = TcpStream::connect(world.address).await.unwrap();
    assert!(read_to_end(&mut silent).await.is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_nothing_after_the_handshake_is_cut() {
    let mut world = World::start().await;
    let mut silent = tls(&world).await;
    // HTTP/2 itself is content with this one: preface and settings (RFC 9113, section 3.4), and no request.
    let mut polite = tls(&world).await;
    let hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    polite.write_all(hello).await.unwrap();
    tokio::join!(read_to_end(&mut silent), read_to_end(&mut polite));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_certificate_has_eight_connections() {
    let mut world = World::start().await;
    let certificate = world.pki.tls_client(LAX);
    let mut channels = Vec::new();
    for _ in 0..8 {
        channels.push(world.connect(&certificate).await.unwrap());
    }
    let ask = |channel| async move {
        let mut log = pb::log_service_client::LogServiceClient::new(channel);
        log.get_checkpoint(pb::GetCheckpointRequest::default())
            .await
    };
    for channel in &channels {
        ask(channel.clone()).await.unwrap();
    }
    let ninth = match world.connect(&certificate).await {
        Ok(channel) => ask(channel).await.is_ok(),
        Err(_) => false,
    };
    assert!(!ninth);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_open_handshakes_do_not_keep_a_node_out() {
    let mut world = World::start().await;
    let mut oldest = TcpStream::connect(world.address).await.unwrap();
    let mut half_open = Vec::new();
    for _ in 0..HANDSHAKES_PER_ADDRESS_MAX - 2 {
        half_open.push(TcpStream::connect(world.address).await.unwrap());
    }
    let served = async {
        let lax = world.node(LAX).await;
        let request = pb::GetCheckpointRequest::default();
        lax.log().get_checkpoint(request).await.unwrap();
    };
    let mut byte = [0];
    tokio::select! {
        biased;
        end = oldest.read(&mut byte) => panic!("a node had to wait for the half-open ones: {end:?}"),
        () = served => (),
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_so_many_handshakes_and_the_next_is_turned_away() {
    let mut world = World::start().await;
    // Accepted in this order: the oldest has a place until its handshake is too late, the one beyond the limit has none.
    let mut oldest = TcpStream::connect(world.address).await.unwrap();
    let mut half_open = Vec::new();
    for _ in 1..HANDSHAKES_PER_ADDRESS_MAX {
        half_open.push(TcpStream::connect(world.address).await.unwrap());
    }
    let mut beyond = TcpStream::connect(world.address).await.unwrap();
    let (mut first, mut last) = ([0], [0]);
    tokio::select! {
        biased;
        end = beyond.read(&mut last) => assert!(matches!(end, Ok(0) | Err(_)), "{end:?}"),
        end = oldest.read(&mut first) => panic!("the one beyond the limit waited with the others: {end:?}"),
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reflection_is_offered_only_when_asked_for() {
    let mut world = World::start().await;
    let list = |channel: tonic::transport::Channel| async move {
        use tonic_reflection::pb::v1::ServerReflectionRequest;
        use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
        use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
        let request = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::ListServices(String::new())),
        };
        let mut client = ServerReflectionClient::new(channel);
        let answers = client
            .server_reflection_info(tokio_stream::iter([request]))
            .await?;
        answers.into_inner().message().await
    };
    let answer = list(world.node(LAX).await.channel).await.unwrap().unwrap();
    for service in ["SubmissionService", "RecordService"] {
        let name = format!("precinto.v1.{service}");
        assert!(format!("{answer:?}").contains(&name), "{name}");
    }
    world.stop().await;

    let settings =
        precinto_gateway::config::EXAMPLE.replace("reflection = true", "reflection = false");
    crate::harness::write(&world.path("gateway.toml"), settings.as_bytes());
    world.resume().await;
    let status = list(world.node(LAX).await.channel).await.unwrap_err();
    assert_eq!(reason(&status), "METHOD_UNKNOWN");
    world.stop().await;
}
