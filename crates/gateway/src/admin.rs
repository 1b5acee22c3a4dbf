//! The operator's own listener: whether the gateway lives, whether it takes messages, its figures, its version; HTTP/1, plain text.
//!
//! It asks nobody who he is. So it is off unless the settings name a place for it, listens on this machine alone unless they say
//! otherwise in so many words, and changes nothing. A browser on this machine may be led here by a page that gives our address a
//! name of its own (DNS rebinding): on this machine only who asks by address, or for `localhost`, is answered.
//!
//! Owner: the gateway's operator. What it tells, such as how much which agency says, is not for the agencies.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::blocking;
use crate::config::AdminConfig;
use crate::limits::{
    ACCEPT_BACKOFF_MAX, ADMIN_CONNECTION_TIMEOUT, ADMIN_CONNECTIONS_MAX, ADMIN_HEAD_BYTES_MAX,
    ADMIN_HEADERS_MAX,
};
use crate::metrics::{Metrics, Ready};

/// A port that is open for the operator, and not answered on as yet.
#[derive(Debug)]
pub(crate) struct Desk {
    listener: TcpListener,
    beyond_this_machine: bool,
}

impl Desk {
    /// Opens the port that the settings name.
    pub(crate) async fn open(config: AdminConfig) -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind(config.listen).await?,
            beyond_this_machine: config.beyond_this_machine,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until it is dropped, and with it every connection.
    pub(crate) async fn serve(self, metrics: Arc<Metrics>) {
        let places = Arc::new(Semaphore::new(ADMIN_CONNECTIONS_MAX));
        let mut open = JoinSet::new();
        // It is never closed. Who comes beyond its places waits in the kernel's queue.
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            let socket = match self.listener.accept().await {
                Ok((socket, _)) => socket,
                Err(error) => {
                    tracing::warn!(%error, "the operator's port does not accept for a moment");
                    tokio::time::sleep(ACCEPT_BACKOFF_MAX).await;
                    continue;
                }
            };
            // What has ended is forgotten.
            while open.try_join_next().is_some() {}
            let answered = answer_on(socket, Arc::clone(&metrics), self.beyond_this_machine);
            open.spawn(async move {
                let _place = place;
                // Whether he got it is his to see.
                drop(tokio::time::timeout(ADMIN_CONNECTION_TIMEOUT, answered).await);
            });
        }
    }
}

/// One request, one answer.
async fn answer_on(
    socket: TcpStream,
    metrics: Arc<Metrics>,
    anybody: bool,
) -> Result<(), hyper::Error> {
    let answers = service_fn(move |request: Request<Incoming>| {
        let metrics = Arc::clone(&metrics);
        async move { Ok::<_, Infallible>(answer(&request, &metrics, anybody).await) }
    });
    http1::Builder::new()
        .keep_alive(false)
        .max_headers(ADMIN_HEADERS_MAX)
        .max_buf_size(ADMIN_HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(socket), answers)
        .await
}

async fn answer<B>(
    request: &Request<B>,
    metrics: &Arc<Metrics>,
    anybody: bool,
) -> Response<String> {
    if !anybody && !is_local_name(request.headers()) {
        return plain(
            StatusCode::MISDIRECTED_REQUEST,
            "ask by address, or for localhost",
        );
    }
    if request.method() != Method::GET {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "GET only");
        let headers = refused.headers_mut();
        headers.insert(ALLOW, HeaderValue::from_static("GET"));
        return refused;
    }
    match request.uri().path() {
        "/livez" => plain(StatusCode::OK, "alive"),
        "/readyz" => readiness(metrics).await,
        "/metrics" => figures(metrics).await,
        "/version" => plain(StatusCode::OK, VERSION),
        _ => plain(
            StatusCode::NOT_FOUND,
            "there are /livez, /readyz, /metrics and /version",
        ),
    }
}

/// Whether the request names us by an address or as this machine, and not by a name that somebody else may give out.
fn is_local_name(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(|host| {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost" || bare.parse::<IpAddr>().is_ok()
    })
}

async fn readiness(metrics: &Arc<Metrics>) -> Response<String> {
    let metrics = Arc::clone(metrics);
    // It may look at the disk.
    match blocking::spawn(move || metrics.ready()).await {
        Ok(Ready::Yes) => plain(StatusCode::OK, Ready::Yes.text()),
        Ok(not) => plain(StatusCode::SERVICE_UNAVAILABLE, not.text()),
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, PANICKED),
    }
}

async fn figures(metrics: &Arc<Metrics>) -> Response<String> {
    let metrics = Arc::clone(metrics);
    let Ok(Ok(text)) = blocking::spawn(move || metrics.text()).await else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, PANICKED);
    };
    let mut response = Response::new(text);
    let kind = HeaderValue::from_static(OPEN_METRICS);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn plain(status: StatusCode, text: &str) -> Response<String> {
    let mut response = Response::new(format!("{text}\n"));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

const VERSION: &str = concat!("precinto ", env!("CARGO_PKG_VERSION"));

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const PANICKED: &str = "our fault: see the gateway's log";

#[cfg(test)]
mod tests {
    use precinto_envelope::crypto::SigningKey;
    use precinto_ledger::BatchLimits;
    use precinto_ledger::clock::ManualClock;
    use precinto_ledger::storage::{FaultyMemory, Space};
    use precinto_ledger::testing::{create_on, open_on};
    use precinto_merkle::note::NoteSigner;
    use tokio::sync::watch;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::in_force::InForce;
    use crate::metrics::{Calls, Counts, Sight};
    use crate::registry::tests::example;
    use crate::subscribe::store::Store;
    use crate::test_ledger::ORIGIN;
    use crate::witness::Witnesses;

    async fn ask(metrics: &Arc<Metrics>, path: &str) -> (u16, String) {
        let request = Request::get(path).header(HOST, "localhost").body(());
        let response = answer(&request.unwrap(), metrics, false).await;
        (response.status().as_u16(), response.into_body())
    }

    #[tokio::test]
    async fn who_takes_no_messages_is_alive_and_not_ready_and_says_why() {
        let signer = || NoteSigner::new(ORIGIN, SigningKey::from_ed25519_seed([7; 32])).unwrap();
        let (disk, folder) = (FaultyMemory::new(), tempfile::tempdir().unwrap());
        let (storage, clock) = (Arc::new(disk.clone()), Arc::new(ManualClock::new(1_000)));
        create_on(&*storage, &signer()).unwrap();
        let limits = BatchLimits::default();
        let ledger_clock = Arc::<ManualClock>::clone(&clock);
        let (ledger, owner) = open_on(storage, signer(), limits, ledger_clock, || {}).unwrap();
        let witnesses = folder.path().join("witness");
        let in_force = InForce::for_ever(example());
        let (draining, calls) = (CancellationToken::new(), Calls::default());
        let sight = Sight {
            in_force: in_force.clone(),
            store: Arc::new(Store::open(&folder.path().join("cursors"), 0).unwrap()),
            witnesses: Arc::new(Witnesses::open(&witnesses, ledger.clone(), in_force).unwrap()),
            ledger: ledger.clone(),
            census: Arc::default(),
            endings: watch::channel(Vec::new()).1,
            clock,
            draining: draining.clone(),
        };
        let counts = Counts::default();
        let metrics = Metrics::new(
            &counts,
            &calls,
            prometheus_client::metrics::counter::Counter::default(),
            sight,
        );
        let metrics = Arc::new(metrics);
        let total = 100 << 30;
        let room = |free| disk.set_space(Space { free, total });
        let ready = (200, "ready\n".to_owned());
        let not = |why: &str| (503, format!("not ready: {why}\n"));
        assert_eq!(ask(&metrics, "/readyz").await, ready);
        // It is seen when something is appended; of a disk that was too full, at once that it has room again.
        room(1 << 30);
        let entry = precinto_ledger::testing::entry([1; 32], b"record", b"", b"");
        ledger.append(entry).await.unwrap();
        let low = not("the log's disk is down to its reserve");
        assert_eq!(ask(&metrics, "/readyz").await, low);
        let (_, figures) = ask(&metrics, "/metrics").await;
        assert!(figures.contains("\nprecinto_ready 0.0\n"), "{figures}");
        room(total);
        assert_eq!(ask(&metrics, "/readyz").await, ready);
        owner.stop().unwrap();
        assert_eq!(ask(&metrics, "/readyz").await, not("the log has stopped"));
        draining.cancel();
        assert_eq!(ask(&metrics, "/readyz").await, not("draining"));
        assert_eq!(ask(&metrics, "/livez").await, (200, "alive\n".to_owned()));
    }

    #[test]
    fn a_name_that_somebody_else_gives_out_is_not_ours() {
        let is_ours = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            is_local_name(&headers)
        };
        for host in [
            "127.0.0.1:9464",
            "[::1]:9464",
            "[::1]",
            "localhost",
            "localhost:1",
            "10.0.0.1",
        ] {
            assert!(is_ours(host), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:9464",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "",
            ":80",
        ] {
            assert!(!is_ours(host), "{host}");
        }
        assert!(!is_local_name(&HeaderMap::new()));
    }
}
