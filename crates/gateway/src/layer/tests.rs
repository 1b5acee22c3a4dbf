//! Headers, deadlines, load, and what is added to errors from below. The rest is tested through the door.

use std::convert::Infallible;

use http::HeaderValue;
use http_body::{Body as _, Frame};
use precinto_alert::id::Identity;
use tonic_types::StatusExt as _;

use super::*;
use crate::authenticate::Caller;
use crate::limits::CALLS_PER_CONNECTION_MAX;
use crate::metrics::Calls;

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, HeaderValue::from_static(value));
    }
    headers
}

#[test]
fn a_deadline_is_the_callers_but_never_more_than_ours() {
    let deadline = |value| deadline(&headers(&[("grpc-timeout", value)]));
    assert_eq!(deadline("250m"), Duration::from_millis(245));
    assert_eq!(deadline("1m"), Duration::ZERO);
    assert_eq!(deadline("99999999H"), CALL_TIMEOUT);
    for nonsense in ["", "S", "123456789S", "-1S", "+1S", "1s", "1 S", "ñ"] {
        assert_eq!(parse_timeout(nonsense), None, "{nonsense}");
    }
    assert_eq!(super::deadline(&headers(&[])), CALL_TIMEOUT);
}

#[test]
fn compressed_requests_and_repeated_headers_are_refused() {
    assert_eq!(
        refused_headers(&headers(&[("grpc-encoding", "gzip")])),
        Some(Reason::Unsupported)
    );
    assert_eq!(
        refused_headers(&headers(&[("grpc-encoding", "identity")])),
        None
    );
    let twice = headers(&[("grpc-timeout", "1S"), ("grpc-timeout", "9S")]);
    assert_eq!(refused_headers(&twice), Some(Reason::Malformed));
}

#[test]
fn headers_that_no_call_needs_are_refused() {
    let usual = [
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        ("user-agent", "grpc-node-js/1.14"),
        ("grpc-timeout", "1S"),
        ("grpc-accept-encoding", "identity,gzip"),
        ("grpc-trace-bin", "AAAA"),
        ("accept-encoding", "identity"),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
    ];
    assert_eq!(refused_headers(&headers(&usual)), None);
    for more in ["x-anything", "authorization", "cookie", "anything-bin"] {
        let with = [&usual[..], &[(more, "a")]].concat();
        assert_eq!(
            refused_headers(&headers(&with)),
            Some(Reason::Malformed),
            "{more}"
        );
    }
    let many = |count| vec![("traceparent", "00"); count];
    assert_eq!(refused_headers(&headers(&many(HEADERS_MAX))), None);
    assert_eq!(
        refused_headers(&headers(&many(HEADERS_MAX + 1))),
        Some(Reason::Malformed)
    );
}

fn explained(status: Status) -> Status {
    let response = explain(status.into_http());
    Status::from_header_map(response.headers()).unwrap()
}

#[test]
fn errors_from_below_get_a_reason_and_ours_stay_as_they_are() {
    let below = [
        (
            Status::out_of_range("too large: found 9, the limit is 4"),
            "SIZE",
        ),
        (Status::unimplemented(""), "METHOD_UNKNOWN"),
        (Status::cancelled("Timeout expired"), "DEADLINE"),
        (Status::resource_exhausted(""), "OVERLOADED"),
        (
            Status::internal("failed to decode Protobuf message"),
            "MALFORMED",
        ),
    ];
    for (status, reason) in below {
        let status = explained(status);
        assert_eq!(status.get_details_error_info().unwrap().reason, reason);
        assert!(
            !status.message().contains("limit is"),
            "fixed texts only: {}",
            status.message()
        );
    }
    let ours = Refusal::new(Reason::CertRevoked)
        .with_detail(("This one.", "Este."))
        .to_status();
    let after = explained(ours.clone());
    assert_eq!(
        (after.code(), after.message(), after.details()),
        (ours.code(), ours.message(), ours.details())
    );
}

/// What comes out of the door when a handler answers with `status` behind a good head.
async fn behind_the_head(status: Status) -> Status {
    let answer = move |_| {
        let mut trailers = HeaderMap::new();
        status.add_header(&mut trailers).unwrap();
        let body = Body::new(Behind(Some(trailers)));
        std::future::ready(Ok::<_, Infallible>(Response::new(body)))
    };
    let mut door = guard().layer(tower::service_fn(answer));
    let response = door.call(request(&line(), &[])).await.unwrap();
    let mut body = response.into_body();
    let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
    Status::from_header_map(frame.unwrap().unwrap().trailers_ref().unwrap()).unwrap()
}

/// Trailers, and no data before them.
struct Behind(Option<HeaderMap>);

impl http_body::Body for Behind {
    type Data = bytes::Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<bytes::Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|trailers| Ok(Frame::trailers(trailers))))
    }
}

#[tokio::test]
async fn an_error_behind_the_head_gets_a_reason_too() {
    let status = behind_the_head(Status::out_of_range("found 9, the limit is 4")).await;
    assert_eq!(status.get_details_error_info().unwrap().reason, "SIZE");
    let ours = Refusal::new(Reason::Slow).to_status();
    let after = behind_the_head(ours.clone()).await;
    assert_eq!(after.details(), ours.details());
    let good = behind_the_head(Status::ok("")).await;
    assert_eq!((good.code(), good.details()), (Code::Ok, &b""[..]));
}

/// A request over `line` with these headers.
fn request(line: &Line, pairs: &[(&'static str, &'static str)]) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.headers_mut() = headers(pairs);
    request.extensions_mut().insert(line.clone());
    request
}

fn line() -> Line {
    let node = "spiffe://us.dev.invalid/agency/cbp/node/lax"
        .parse()
        .unwrap();
    Line::for_tests(Caller::for_tests(Identity::Node(node)))
}

fn reason_of(response: &Response<Body>) -> String {
    let status = Status::from_header_map(response.headers()).unwrap();
    status.get_details_error_info().unwrap().reason
}

/// A handler that never answers.
fn stuck() -> Guarded<
    impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
    + Clone
    + Send,
> {
    let never = |_| std::future::pending::<Result<Response<Body>, Infallible>>();
    guard().layer(tower::service_fn(never))
}

fn guard() -> Guard {
    Guard {
        budget: Budget::default(),
        draining: CancellationToken::new(),
        calls: Calls::default(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_does_not_answer_is_given_up() {
    let began = Instant::now();
    let response = stuck()
        .call(request(&line(), &[("grpc-timeout", "2S")]))
        .await
        .unwrap();
    assert_eq!(reason_of(&response), "DEADLINE");
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "before tonic's own timeout"
    );
    let response = stuck().call(request(&line(), &[])).await.unwrap();
    assert_eq!(reason_of(&response), "DEADLINE");
}

/// A clock that stands still goes on only when nobody has anything to do.
async fn everybody_waits() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn nobody_is_answered_who_would_not_be_let_in_any_more() {
    let (line, mut door) = (line(), stuck());
    line.refuse(Reason::CertRevoked);
    let response = door.call(request(&line, &[])).await.unwrap();
    assert_eq!(reason_of(&response), "CERT_REVOKED");
}

#[tokio::test(start_paused = true)]
async fn calls_beyond_a_connections_share_are_refused_at_once() {
    let (line, other) = (line(), line());
    let mut waiting: Vec<_> = (0..CALLS_PER_CONNECTION_MAX)
        .map(|_| tokio::spawn(stuck().call(request(&line, &[]))))
        .collect();
    everybody_waits().await;
    let response = stuck().call(request(&line, &[])).await.unwrap();
    assert_eq!(reason_of(&response), "OVERLOADED");
    // Another connection is not affected, and places come back.
    let response = stuck()
        .call(request(&other, &[("grpc-timeout", "1S")]))
        .await
        .unwrap();
    assert_eq!(reason_of(&response), "DEADLINE");
    waiting.drain(..1).for_each(|call| call.abort());
    everybody_waits().await;
    let response = stuck()
        .call(request(&line, &[("grpc-timeout", "1S")]))
        .await
        .unwrap();
    assert_eq!(reason_of(&response), "DEADLINE");
}
