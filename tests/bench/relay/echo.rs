//! The yardstick of a relay: a bare tonic server behind the gateway's own TLS, as a process of its own.
//!
//! It gives back what it gets, by a call or in a stream, or sends it many times over; there is no log, no right, no credit.

use std::convert::Infallible;
use std::future::Future;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::task::{Context, Poll};

use precinto_envelope::pem;
use precinto_envelope::tls::{Credential, ServerNames, server_config, time_provider};
use precinto_proto::v1 as pb;
use precinto_tests::{Node, Site, now_ms};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::transport::Server;
use tonic::transport::server::Connected;
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::service_fn;

/// What is echoed: the very message that a subscriber is sent.
pub(super) type Message = pb::SubscribeResponse;
/// Where the child finds its keys: the folder of a site. Whoever has it in its environment is the child.
const SITE: &str = "PRECINTO_BENCH_ECHO";
/// Gives one message back.
pub(super) const CALL: &str = "/bench.Echo/Call";
/// Gives each message of a stream back.
pub(super) const STREAM: &str = "/bench.Echo/Stream";
/// Sends the message as often as the index of its delivery says.
pub(super) const REPEAT: &str = "/bench.Echo/Repeat";

/// The running child. Dropping it kills it.
pub(super) struct EchoProcess {
    child: Child,
    address: String,
}

impl EchoProcess {
    /// Starts this very program as a bare server with the keys of the site's gateway.
    pub(super) fn start(site: &Site) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.env(SITE, site.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it says where it listens");
        let address = line.trim().to_owned();
        Self { child, address }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for EchoProcess {
    fn drop(&mut self) {
        // Already ended is as good as killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The site's folder, if this process is the child.
pub(crate) fn wanted() -> Option<std::ffi::OsString> {
    std::env::var_os(SITE)
}

/// Serves until stdin ends, which it does with whoever has started it.
pub(crate) async fn serve(site: &Path) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    crate::say(&address.to_string());
    let (lines, incoming) = mpsc::channel(16);
    let accepting = accept(listener, acceptor(site), lines);
    let serving = Server::builder()
        .max_frame_size(16 * 1024)
        .serve_with_incoming(Echo, ReceiverStream::new(incoming));
    let (ended, end) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        // Nothing is ever written there: it ends, or breaks.
        drop(std::io::stdin().read(&mut [0]));
        drop(ended);
    });
    tokio::select! {
        () = accepting => {}
        served = serving => served.expect("served"),
        _ = end => {}
    }
}

/// The gateway's own settings, for nodes of the American side.
fn acceptor(site: &Path) -> TlsAcceptor {
    let read = |name: &str| std::fs::read(site.join(name)).expect("the gateway's keys");
    let node = Node::load(&site.join("nodes/us-cbp-lax.toml"), "");
    let chain = pem::certificates(&read("gateway/us.tls.pem")).expect("a chain");
    let key = pem::private_key(&read("gateway/us.tls.key.pem")).expect("a key");
    let credential = Credential::new(&chain, &key).expect("key and certificate");
    let names = vec![(node.settings.server_name.clone(), credential)];
    let names = ServerNames::new(names).expect("the name is in the certificate");
    TlsAcceptor::from(server_config(
        node.settings.trust,
        Arc::new(names),
        time_provider(now_ms),
    ))
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, lines: mpsc::Sender<Accepted>) {
    while let Ok((socket, _)) = listener.accept().await {
        socket.set_nodelay(true).expect("a socket");
        let line = tls.accept(socket).await.map(Line);
        if lines.send(line).await.is_err() {
            return;
        }
    }
}

type Accepted = std::io::Result<Line>;

/// What tonic reads from and writes to.
struct Line(TlsStream<TcpStream>);

impl Connected for Line {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// The three calls, without anything that a generated server would add.
#[derive(Clone)]
struct Echo;

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let call = service_fn(|request: Request<Message>| async {
            Ok::<_, Status>(Response::new(request.into_inner()))
        });
        let stream = service_fn(|request: Request<Streaming<Message>>| async {
            Ok::<_, Status>(Response::new(request.into_inner()))
        });
        let repeat = service_fn(|request: Request<Message>| async {
            let message = request.into_inner();
            let count = message.delivery.as_ref().map_or(0, |one| one.index);
            let copies = (0..count).map(move |_| Ok::<_, Status>(message.clone()));
            Ok::<_, Status>(Response::new(tokio_stream::iter(copies)))
        });
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(ProstCodec::<Message, Message>::default());
            Ok(match request.uri().path() {
                CALL => grpc.unary(call, request).await,
                STREAM => grpc.streaming(stream, request).await,
                _ => grpc.server_streaming(repeat, request).await,
            })
        })
    }
}
