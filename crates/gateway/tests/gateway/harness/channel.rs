//! A tonic channel over our own TLS, as a foreign client would build it.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as _, Frame};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::Status;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tower::ServiceExt as _;

/// Connects at once.
pub(crate) async fn connect(
    address: SocketAddr,
    config: Arc<rustls::ClientConfig>,
    server_name: String,
) -> Result<Channel, tonic::transport::Error> {
    let endpoint = Endpoint::from_static("http://gateway");
    connect_by(endpoint, address, config, server_name).await
}

/// Connects at once, by these settings of HTTP/2.
pub(crate) async fn connect_by(
    endpoint: Endpoint,
    address: SocketAddr,
    config: Arc<rustls::ClientConfig>,
    server_name: String,
) -> Result<Channel, tonic::transport::Error> {
    let connector = tower::service_fn(move |_| {
        let (config, server_name) = (Arc::clone(&config), server_name.clone());
        async move {
            let socket = TcpStream::connect(address).await?;
            socket.set_nodelay(true)?;
            let name = ServerName::try_from(server_name).map_err(std::io::Error::other)?;
            TlsConnector::from(config)
                .connect(name, socket)
                .await
                .map(TokioIo::new)
        }
    });
    endpoint.connect_with_connector(connector).await
}

/// Begins a request with these bytes and never ends it; the error, in the head of the answer or behind it.
pub(crate) async fn begin_call(channel: Channel, path: &'static str, bytes: Vec<u8>) -> Status {
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Begun(Some(bytes.into()))))
        .unwrap();
    let (head, mut body) = channel.oneshot(request).await.unwrap().into_parts();
    if let Some(status) = Status::from_header_map(&head.headers) {
        return status;
    }
    loop {
        let frame = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
        if let Some(trailers) = frame.unwrap().unwrap().trailers_ref() {
            return Status::from_header_map(trailers).unwrap();
        }
    }
}

/// One frame, and then nothing for ever.
struct Begun(Option<Bytes>);

impl http_body::Body for Begun {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.0.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None => Poll::Pending,
        }
    }
}
