//! What happens to every call before and after its handler: limits, deadline, and a reason on every error.
//!
//! tonic raises some errors below the handlers (an oversized message, an unknown method), and its own timeout and load
//! shedding stand outside of any layer, so their answers would carry no reason. Deadline and load are therefore kept here.
//! No handler reads metadata. What no call needs is refused all the same: it is a mistake, or a weapon.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderMap, HeaderName, Request, Response};
use precinto_alert::Reason;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Layer, Service};

use crate::accept::Line;
use crate::limits::{CALL_TIMEOUT, HEADERS_MAX};
use crate::metrics::{Calls, Running};
use crate::status::{Refusal, explained};
use crate::submit::metered::{Metered, Share};
use crate::submit::{Budget, NodeBudget};
use counted::Counted;

#[cfg(test)]
mod tests;

mod counted;

/// Puts [`Guarded`] around the routes.
#[derive(Debug, Clone)]
pub struct Guard {
    /// What may be in flight: taken before a submission is read.
    pub budget: Budget,
    /// Cancelled when the gateway shuts down: ends the streams that are not ours, of health and reflection.
    pub draining: CancellationToken,
    /// What is called, for an operator's figures.
    pub calls: Calls,
}

/// The routes, guarded.
#[derive(Debug, Clone)]
pub struct Guarded<S> {
    inner: S,
    guard: Guard,
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        let guard = self.clone();
        Guarded { inner, guard }
    }
}

impl<S, E> Service<Request<Body>> for Guarded<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = E> + Clone + Send + 'static,
    S::Future: Send,
    E: Send + 'static,
{
    type Response = Response<Body>;
    type Error = E;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, E>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), E>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        // The instance that was polled ready is the one to call; its clone takes its place.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let deadline = Instant::now() + deadline(request.headers());
        let Guard {
            budget,
            draining,
            calls,
        } = self.guard.clone();
        Box::pin(async move {
            let running = calls.begin(request.uri().path());
            let Some(line) = request.extensions().get::<Line>().cloned() else {
                return Ok(answer(running, &Refusal::new(Reason::Internal)));
            };
            if let Some(reason) = line.refused() {
                return Ok(answer(running, &Refusal::new(reason)));
            }
            line.spoke();
            if let Some(reason) = refused_headers(request.headers()) {
                return Ok(answer(running, &Refusal::new(reason)));
            }
            let Some(_place) = line.begin_call() else {
                return Ok(answer(running, &Refusal::new(Reason::Overloaded)));
            };
            let is_ours = request.uri().path().starts_with(OURS);
            let path = request.uri().path();
            if path.starts_with(SUBMISSIONS) || path == PARTS {
                request = match line.caller().node() {
                    Ok(node) => metered(request, budget.of(node)),
                    Err(refusal) => return Ok(answer(running, &refusal)),
                };
            }
            match tokio::time::timeout_at(deadline, inner.call(request)).await {
                // A stream is open for as long as its body is, whoever answers.
                Ok(Ok(response)) => {
                    let response = explain(response);
                    let open = line.begin_stream();
                    let draining = (!is_ours).then_some(draining);
                    let running = running.after(response.headers());
                    Ok(response.map(|body| Body::new(Counted::new(body, open, draining, running))))
                }
                Ok(Err(error)) => Err(error),
                Err(_) => Ok(answer(running, &Refusal::new(Reason::Deadline))),
            }
        })
    }
}

/// No submission and no part of the directory is read before there is room for it.
fn metered(request: Request<Body>, budget: NodeBudget) -> Request<Body> {
    let share = Share::new(budget);
    let mut request = request.map(|body| Body::new(Metered::new(body, share.clone())));
    request.extensions_mut().insert(share);
    request
}

/// Gives an error without details the catalogue's reason; leaves every other answer as it is.
fn explain(response: Response<Body>) -> Response<Body> {
    unexplained(response.headers()).map_or(response, Status::into_http)
}

/// The error in a head or in trailers, with a reason, if it has none as yet.
fn unexplained(headers: &HeaderMap) -> Option<Status> {
    if headers.contains_key(DETAILS) {
        return None;
    }
    let status = Status::from_header_map(headers)?;
    (status.code() != Code::Ok).then(|| explained(status))
}

fn answer(running: Running, refusal: &Refusal) -> Response<Body> {
    let response = refusal.to_status().into_http();
    drop(running.after(response.headers()));
    response
}

/// Nothing that no call needs, nothing compressed, and no header that decides anything twice: two readers might choose
/// differently.
fn refused_headers(headers: &HeaderMap) -> Option<Reason> {
    if headers.len() > HEADERS_MAX || !headers.keys().all(is_known) {
        return Some(Reason::Malformed);
    }
    let repeated = |name: &str| headers.get_all(name).iter().nth(1).is_some();
    if ["grpc-encoding", "grpc-timeout", "content-type"]
        .into_iter()
        .any(repeated)
    {
        return Some(Reason::Malformed);
    }
    let encoding = headers.get("grpc-encoding")?;
    (encoding != "identity").then_some(Reason::Unsupported)
}

/// The caller's `grpc-timeout`, but never more than [`CALL_TIMEOUT`].
///
/// tonic keeps the caller's as well, outside of us and without a reason; ours is a little shorter, and so comes first.
fn deadline(headers: &HeaderMap) -> Duration {
    let asked = headers
        .get("grpc-timeout")
        .and_then(|value| parse_timeout(value.to_str().ok()?));
    asked.map_or(CALL_TIMEOUT, |asked| {
        asked.saturating_sub(AHEAD_OF_TONIC).min(CALL_TIMEOUT)
    })
}

/// At most eight digits and a unit (gRPC over HTTP/2, "Timeout").
fn parse_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !(1..=8).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

/// Whether a header is gRPC's own, or says who calls and on what trace. A password or a cookie sent here would be one that was
/// meant for somebody else.
fn is_known(name: &HeaderName) -> bool {
    name.as_str().starts_with("grpc-") || KNOWN_HEADERS.contains(&name.as_str())
}

/// What clients of every language send, beside `grpc-…` (gRPC over HTTP/2, "Requests"; W3C Trace Context).
const KNOWN_HEADERS: &[&str] = &[
    "accept-encoding",
    "content-length",
    "content-type",
    "te",
    "traceparent",
    "tracestate",
    "user-agent",
];

/// Paths of the services that we implement ourselves.
const OURS: &str = "/precinto.v1.";

/// Paths of the service that takes submissions.
const SUBMISSIONS: &str = "/precinto.v1.SubmissionService/";

/// The one other call whose requests are large.
const PARTS: &str = "/precinto.v1.DirectoryService/ApplyDirectoryPart";

const AHEAD_OF_TONIC: Duration = Duration::from_millis(5);

const DETAILS: &str = "grpc-status-details-bin";
