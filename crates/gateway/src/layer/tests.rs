//! Headers, deadlines, and what is added to errors from below. The rest is tested through the door.

use http::HeaderValue;
use tonic_types::StatusExt as _;

use super::*;

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
    assert_eq!(
        refused_headers(&headers(&[("x-anything", "a"), ("x-anything", "b")])),
        None
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
        .with_detail("This one.")
        .to_status();
    let after = explained(ours.clone());
    assert_eq!(
        (after.code(), after.message(), after.details()),
        (ours.code(), ours.message(), ours.details())
    );
}
