//! Bad input: each kind is refused with its own reason and changes nothing in the log, but where the refusal itself must
//! be recorded; and the gateway goes on.

use precinto_alert::reason::Reason;
use precinto_client::submit::submit;
use precinto_client::{Connection, LogClient, Refusal, Signed};
use precinto_proto::v1 as pb;
use precinto_proto::v1::submission_service_client::SubmissionServiceClient;
use precinto_tests::{Messages, Node, Site, audit, now_ms};
use prost::Message as _;

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 86_400_000;

/// Sends a request as it is; it must be refused.
async fn refused(connection: &Connection, request: pb::SubmitRequest) -> Refusal {
    let mut client = SubmissionServiceClient::new(connection.channel());
    let status = client.submit(request).await.expect_err("must be refused");
    Refusal::from_status(&status)
}

async fn size(connection: &Connection) -> u64 {
    LogClient::new(connection)
        .checkpoint(0)
        .await
        .expect("a checkpoint")
        .checkpoint()
        .size
}

/// A name, how to break a good message, and the reason it must be refused for.
type Case = (
    &'static str,
    fn(&Node, &Signed) -> pb::SubmitRequest,
    Reason,
);

/// Changes the envelope of a good message.
fn enveloped(signed: &Signed, change: fn(&mut pb::Envelope)) -> pb::SubmitRequest {
    let mut request = signed.request().clone();
    let mut envelope = pb::Envelope::decode(request.envelope.as_slice()).expect("ours");
    change(&mut envelope);
    request.envelope = envelope.encode_to_vec();
    request
}

/// The statement's bytes of a good message.
fn payload(signed: &Signed) -> Vec<u8> {
    signed.statement().encode_to_vec()
}

fn broken(signed: &Signed, change: fn(&mut pb::SubmitRequest)) -> pb::SubmitRequest {
    let mut request = signed.request().clone();
    change(&mut request);
    request
}

const CASES: &[Case] = &[
    (
        "nothing at all",
        |_, _| pb::SubmitRequest::default(),
        Reason::Malformed,
    ),
    (
        "another payload type",
        |_, s| enveloped(s, |e| e.payload_type = "text/plain".to_owned()),
        Reason::PayloadType,
    ),
    (
        "a bit of the signature flipped",
        |_, s| enveloped(s, |e| e.signatures[0].sig[7] ^= 1),
        Reason::SigBad,
    ),
    (
        "a letter of the statement changed",
        |_, s| {
            enveloped(s, |e| {
                let mut statement = pb::Statement::decode(e.payload.as_slice()).expect("ours");
                statement.sender_seq += 1;
                e.payload = statement.encode_to_vec();
            })
        },
        Reason::SigBad,
    ),
    (
        "the signature stripped",
        |_, s| enveloped(s, |e| e.signatures.clear()),
        Reason::SignatureCount,
    ),
    (
        "the algorithm field lies",
        |_, s| enveloped(s, |e| e.signatures[0].alg = 2),
        Reason::AlgorithmRefused,
    ),
    (
        "the statement cut short",
        |n, s| {
            let mut request = s.request().clone();
            let mut payload = payload(s);
            payload.truncate(payload.len() - 1);
            request.envelope = n.sign_bytes(payload);
            request
        },
        Reason::Malformed,
    ),
    (
        "an unknown field at the end",
        |n, s| {
            let mut request = s.request().clone();
            let mut payload = payload(s);
            payload.extend([0xf8, 0x3f, 0x01]); // field 1023, varint 1
            request.envelope = n.sign_bytes(payload);
            request
        },
        Reason::NonCanonical,
    ),
    (
        "an unknown field in the envelope",
        |_, s| broken(s, |r| r.envelope.extend([0xf8, 0x3f, 0x01])),
        Reason::NonCanonical,
    ),
    (
        "an envelope that is none",
        |_, s| broken(s, |r| r.envelope.truncate(70)),
        Reason::Malformed,
    ),
    (
        "another log",
        |n, s| n.resign(s, |m| m.log_origin = "gw.example/log/2026".to_owned()),
        Reason::LogOriginWrong,
    ),
    (
        "an unknown recipient",
        |n, s| {
            n.resign(s, |m| {
                m.recipients[0].name = "mx.dev.invalid/nobody".to_owned();
            })
        },
        Reason::RecipientUnknown,
    ),
    (
        "in another node's name",
        |n, s| {
            n.resign(s, |m| {
                m.sender = "spiffe://us.dev.invalid/agency/dea/node/hq".to_owned();
            })
        },
        Reason::SenderMismatch,
    ),
    (
        "in the name of the other side",
        |n, s| {
            n.resign(s, |m| {
                m.sender = "spiffe://mx.dev.invalid/agency/anam/node/mex".to_owned();
            })
        },
        Reason::SenderMismatch,
    ),
    (
        "made in the future",
        |n, s| {
            n.resign(s, |m| {
                m.created_ms = now_ms() + 10 * MINUTE_MS;
                m.expires_ms = m.created_ms + DAY_MS;
            })
        },
        Reason::TimeFuture,
    ),
    (
        "expired",
        |n, s| {
            n.resign(s, |m| {
                m.created_ms = now_ms() - 2 * DAY_MS;
                m.expires_ms = now_ms() - DAY_MS;
            })
        },
        Reason::Expired,
    ),
    (
        "another body",
        |_, s| broken(s, |r| r.body[40] ^= 1),
        Reason::BodyMismatch,
    ),
    (
        "no body",
        |_, s| broken(s, |r| r.body.clear()),
        Reason::BodyMissing,
    ),
    (
        "a diplomatic bag",
        |n, s| n.resign(s, |m| m.protected_bag = pb::ProtectedBag::Diplomatic.into()),
        Reason::DiplomaticBag,
    ),
    (
        "no handling",
        |n, s| n.resign(s, |m| m.handling = None),
        Reason::FieldInvalid,
    ),
    (
        "another node's alert id",
        |n, s| {
            n.resign(s, |m| {
                m.alert_id = "US-DEAHQ-2026-000001".to_owned() + &check("USDEAHQ2026000001");
            })
        },
        Reason::AlertIdNotYours,
    ),
];

/// The check character of an alert id.
fn check(text: &str) -> String {
    precinto_alert::check_digit::mod37_36(text)
        .expect("letters and digits")
        .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_messages_are_refused_for_their_own_reason_and_only_what_was_forbidden_is_logged() {
    let site = Site::new();
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let good = messages.alert(300);
    submit(&connection, &good)
        .await
        .expect("a good message goes in");
    let mut before = size(&connection).await;
    let mut wrong = Vec::new();
    for (name, make, want) in CASES {
        let refusal = refused(&connection, make(&node, &messages.alert(300))).await;
        // A field's own reason stands beside the field; the headline then says FIELD_INVALID.
        let of_a_field = refusal.violations.iter().any(|v| v.reason == Some(*want));
        if (refusal.reason != Some(*want) && !of_a_field) || refusal.message.len() < 10 {
            wrong.push(format!("{name}: wanted {want:?}, got {refusal:?}"));
        }
        // What a rule forbids is an act, which says who tried, and so is what was said in another's name; everything else is a
        // mistake.
        let acts = [
            Reason::DiplomaticBag,
            Reason::AlertIdNotYours,
            Reason::SenderMismatch,
        ];
        before += u64::from(acts.contains(want));
        assert_eq!(size(&connection).await, before, "{name}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    submit(&connection, &messages.alert(300))
        .await
        .expect("good messages still go in");
    assert!(gateway.stop().success());
    audit(&site);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_gets_the_first_receipt_and_a_reused_id_is_recorded_once() {
    let site = Site::new();
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let signed = messages.alert(300);
    let first = submit(&connection, &signed).await.expect("accepted");
    let again = submit(&connection, &signed).await.expect("accepted");
    assert!(again.duplicate && !first.duplicate);
    assert_eq!(again.receipt, first.receipt, "byte for byte");

    let before = size(&connection).await;
    let reused = node.resign(&signed, |m| m.sender_seq += 40);
    for _ in 0..2 {
        let refusal = refused(&connection, reused.clone()).await;
        assert_eq!(refusal.reason, Some(Reason::MessageIdReused));
    }
    assert_eq!(
        size(&connection).await,
        before + 1,
        "one CONFLICT entry for one refused statement"
    );
    assert!(gateway.stop().success());
    assert_eq!(audit(&site)["conflicts"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_or_unknown_below_our_handlers_has_a_reason_too() {
    let site = Site::new();
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let mut large = messages.alert(300).into_request();
    large.body = vec![7; 400 * 1024];
    assert_eq!(refused(&connection, large).await.reason, Some(Reason::Size));

    let mut unknown = tonic::client::Grpc::new(connection.channel());
    unknown.ready().await.expect("ready");
    let path = http::uri::PathAndQuery::from_static("/precinto.v1.SubmissionService/Recall");
    let codec = tonic_prost::ProstCodec::<pb::SubmitRequest, pb::SubmitResponse>::default();
    let request = tonic::Request::new(pb::SubmitRequest::default());
    let status = unknown
        .unary(request, path, codec)
        .await
        .expect_err("there is no such method");
    assert_eq!(
        Refusal::from_status(&status).reason,
        Some(Reason::MethodUnknown)
    );

    submit(&connection, &messages.alert(300))
        .await
        .expect("good messages still go in");
    assert!(gateway.stop().success());
    audit(&site);
}
