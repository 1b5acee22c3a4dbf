//! Bad input: each kind has its own reason, changes nothing in the log, and brings nothing down.

use precinto_alert::code::{PayloadProtection, Tlp};
use precinto_alert::content::media_type;
use precinto_alert::id::MessageId;
use precinto_envelope::body::build_body;
use precinto_merkle::leaf::{EntryType, Leaf};
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::collections::BTreeSet;
use tokio::io::AsyncReadExt as _;
use tonic_types::StatusExt as _;

use crate::harness::pki::NOW_MS;
use crate::harness::say::signed;
use crate::harness::{GHOST, LAX, NLU, Node, World, reason, server_name};

async fn size(node: &Node) -> String {
    let answer = node
        .log()
        .get_checkpoint(pb::GetCheckpointRequest::default())
        .await
        .unwrap();
    answer
        .into_inner()
        .checkpoint
        .lines()
        .nth(1)
        .unwrap()
        .to_owned()
}

/// What was logged since the log had this size: refusals of what this node carried, and nothing else; their reasons.
pub(crate) async fn refused_since(node: &Node, before: &str) -> Vec<&'static str> {
    let acts = refusals_since(node, before).await;
    let reasons = acts
        .iter()
        .map(|act| precinto_alert::reason::name(act.reason()));
    reasons.collect()
}

/// These refusals.
async fn refusals_since(node: &Node, before: &str) -> Vec<pb::ActRecord> {
    let request = pb::ReadEntriesRequest {
        first: before.parse().unwrap(),
        ..Default::default()
    };
    let mut entries = node.log().read_entries(request).await.unwrap().into_inner();
    let mut refusals = Vec::new();
    while let Some(entry) = entries.message().await.unwrap().unwrap().entry {
        let leaf = Leaf::from_bytes(&entry.leaf).unwrap();
        assert_eq!(leaf.entry_type, EntryType::Act);
        let act = pb::ActRecord::decode(entry.record.as_slice()).unwrap();
        // That somebody has looked here before.
        if act.kind() == pb::ActKind::LogExported {
            continue;
        }
        assert_eq!(act.kind(), pb::ActKind::SubmissionRefused);
        refusals.push(act);
    }
    refusals
}

/// Breaks a good statement, signs it, and expects this reason.
async fn expect(node: &mut Node, reason_wanted: &str, change: impl FnOnce(&mut pb::Statement)) {
    let mut statement = node.notice("mx.dev.invalid/anam");
    change(&mut statement);
    let status = node.submit(&statement).await.unwrap_err();
    let violations = status
        .get_details_bad_request()
        .map(|bad| bad.field_violations);
    let named = violations
        .into_iter()
        .flatten()
        .map(|violation| violation.reason);
    let reasons: Vec<String> = named.chain([reason(&status)]).collect();
    assert!(
        reasons.iter().any(|reason| reason == reason_wanted),
        "{reason_wanted} in {reasons:?}"
    );
    assert!(
        status
            .get_details_localized_message()
            .is_some_and(|text| text.locale == "es-MX")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_that_may_not_pass() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let good = lax.notice("mx.dev.invalid/anam");
    lax.submit(&good).await.unwrap();
    let before = size(&lax).await;

    expect(&mut lax, "LOG_ORIGIN_WRONG", |s| {
        s.log_origin = "other.dev.invalid/log".into();
    })
    .await;
    expect(&mut lax, "TIME_FUTURE", |s| s.created_ms = NOW_MS + 301_000).await;
    expect(&mut lax, "EXPIRED", |s| {
        s.created_ms = NOW_MS - 7_200_000;
        s.expires_ms = NOW_MS - 3_600_000;
    })
    .await;
    expect(&mut lax, "RECIPIENT_UNKNOWN", |s| {
        s.recipients[0].name = "mx.dev.invalid/nobody".into();
    })
    .await;
    expect(&mut lax, "RECIPIENT_NOT_RELEASABLE", |s| {
        s.handling.as_mut().unwrap().releasable_to = vec!["US".into()];
    })
    .await;
    expect(&mut lax, "HANDLING_CONFLICT", |s| {
        s.handling.as_mut().unwrap().tlp = Tlp::Red.into();
    })
    .await;
    expect(&mut lax, "HANDLING_MISSING", |s| s.handling = None).await;
    expect(&mut lax, "SENDER_MISMATCH", |s| s.sender = NLU.into()).await;
    let acts = [
        "RECIPIENT_NOT_RELEASABLE",
        "HANDLING_CONFLICT",
        "SENDER_MISMATCH",
    ];
    let refused = refused_since(&lax, &before).await;
    assert_eq!(refused, acts, "what a rule refused, and no mistake");
    world.stop().await;
}

/// Changes what is in a request's envelope.
fn change(request: &mut pb::SubmitRequest, change: impl FnOnce(&mut pb::Envelope)) {
    let mut envelope = pb::Envelope::decode(request.envelope.as_slice()).unwrap();
    change(&mut envelope);
    request.envelope = envelope.encode_to_vec();
}

#[tokio::test(flavor = "multi_thread")]
async fn envelopes_that_do_not_hold() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let statement = lax.notice("mx.dev.invalid/anam");
    let before = size(&lax).await;
    let good = lax.sign(&statement);
    let submit = |alter: fn(&mut pb::SubmitRequest)| {
        let mut request = good.clone();
        alter(&mut request);
        let mut client = lax.submissions();
        async move { reason(&client.submit(request).await.unwrap_err()) }
    };
    assert_eq!(submit(|r| r.envelope.clear()).await, "MALFORMED");
    assert_eq!(
        submit(|r| change(r, |e| e.payload_type = "x".into())).await,
        "PAYLOAD_TYPE"
    );
    assert_eq!(
        submit(|r| change(r, |e| e.signatures[0].sig[9] ^= 1)).await,
        "SIG_BAD"
    );
    assert_eq!(
        submit(|r| change(r, |e| e.signatures.clear())).await,
        "SIGNATURE_COUNT"
    );
    assert_eq!(submit(|r| r.certificates.clear()).await, "SIGNER_UNKNOWN");
    assert_eq!(submit(|r| r.body = vec![1]).await, "BODY_UNEXPECTED");
    assert_eq!(submit(|r| r.body = vec![1; 240 * 1024 + 1]).await, "SIZE");
    assert_eq!(
        submit(|r| change(r, |e| e.payload.truncate(40))).await,
        "MALFORMED"
    );
    assert_eq!(size(&lax).await, before);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signers_that_are_not_believed() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    lax.signing = world.pki.revoked_signing(LAX);
    let statement = lax.notice("mx.dev.invalid/anam");
    let before = size(&lax).await;
    let carried = lax.sign(&statement);
    // Asked what it would say, a forged signature, and then the stolen key itself, twice.
    let asked = pb::SubmitRequest {
        validate_only: true,
        ..carried.clone()
    };
    let mut forged = carried.clone();
    change(&mut forged, |envelope| {
        *envelope.signatures[0].sig.last_mut().unwrap() ^= 1;
    });
    for request in [asked, forged, carried.clone(), carried] {
        let refused = lax.submissions().submit(request).await.unwrap_err();
        assert_eq!(reason(&refused), "CERT_REVOKED");
    }
    let acts = refusals_since(&lax, &before).await;
    assert_eq!(acts.len(), 1, "once, and only what the key has signed");
    let act = &acts[0];
    assert_eq!(act.reason(), pb::Reason::CertRevoked);
    assert_eq!(act.certificate, lax.signing.digest());
    assert_eq!(act.message_id, statement.message_id);
    assert_eq!((&*act.actor, &*act.party), (LAX, LAX));

    // The Mexican CA cannot make an American node.
    lax.signing = world.pki.mx.issue(
        LAX,
        None,
        rcgen::ExtendedKeyUsagePurpose::Other(vec![1, 3, 6, 1, 5, 5, 7, 3, 36]),
        &rcgen::PKCS_ED25519,
        8,
    );
    let statement = lax.notice("mx.dev.invalid/anam");
    assert_eq!(
        reason(&lax.submit(&statement).await.unwrap_err()),
        "SIGNER_UNTRUSTED"
    );

    // A TLS certificate does not sign.
    let tls = world.pki.tls_client(LAX);
    lax.signing = tls;
    let mut statement = lax.notice("mx.dev.invalid/anam");
    statement.required_signers[0].alg = 2;
    assert_eq!(
        reason(&lax.submit(&statement).await.unwrap_err()),
        "CERT_PURPOSE"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_may_not_carry_it() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let nlu = world.node(NLU).await;
    let statement = lax.notice("mx.dev.invalid/anam");
    let request = lax.sign(&statement);
    let status = nlu.submissions().submit(request).await.unwrap_err();
    assert_eq!(reason(&status), "WRONG_SIDE");

    let mut ghost = world.node(GHOST).await;
    let statement = ghost.notice("us.dev.invalid/cbp");
    assert_eq!(
        reason(&ghost.submit(&statement).await.unwrap_err()),
        "NODE_UNKNOWN"
    );
    let mut subscriptions = ghost.subscriptions();
    let create = pb::CreateSubscriptionRequest {
        name: "watch".into(),
        ..Default::default()
    };
    assert_eq!(
        reason(&subscriptions.create_subscription(create).await.unwrap_err()),
        "NODE_UNKNOWN"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_tls_certificate_does_not_get_in() {
    let mut world = World::start().await;
    let config = world.client_config(&world.pki.revoked_tls_client(LAX));
    let socket = tokio::net::TcpStream::connect(world.address).await.unwrap();
    let name = server_name(LAX).try_into().unwrap();
    let stream = tokio_rustls::TlsConnector::from(config)
        .connect(name, socket)
        .await;
    // In TLS 1.3 the client learns of it with its first read.
    let refused = stream.unwrap().read_u8().await.unwrap_err();
    assert!(
        refused.to_string().contains("CertificateRevoked"),
        "{refused}"
    );
    // And everybody else still does.
    size(&world.node(LAX).await).await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_signed_by_another_node_of_the_agency_names_its_own_signer() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let other = world
        .pki
        .signing("spiffe://us.dev.invalid/agency/cbp/node/jfk");
    let mut statement = lax.notice("mx.dev.invalid/anam");
    statement.required_signers[0].key_id = other.digest().to_vec();
    let before = size(&lax).await;
    let status = lax
        .submissions()
        .submit(signed(&statement, &other))
        .await
        .unwrap_err();
    assert_eq!(reason(&status), "SENDER_MISMATCH");
    let acts = refusals_since(&lax, &before).await;
    let said: Vec<_> = acts
        .iter()
        .map(|act| (act.reason(), &*act.certificate))
        .collect();
    assert_eq!(said, [(pb::Reason::SenderMismatch, &other.digest()[..])]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_told_at_once() {
    let mut world = World::start().await;
    let mut lax = world.node(LAX).await;
    let mut statement = lax.notice("mx.dev.invalid/nobody");
    statement.created_ms += 3_600_000;
    statement.expires_ms += 3_600_000;
    statement.languages = vec!["en".to_owned()];
    statement.payload_protection = PayloadProtection::Clear.into();
    let content = pb::SystemNoticeContent {
        text: Some(pb::Text {
            language: "English".to_owned(),
            text: " ".to_owned(),
        }),
        ..Default::default()
    };
    let id = MessageId::from_slice(&statement.message_id).unwrap();
    let media_type = media_type(statement.r#type());
    let key_id = lax.signing.digest();
    let (body, reference) = build_body(id, key_id, media_type, content.encode_to_vec());
    statement.body = Some(reference);
    let request = pb::SubmitRequest {
        body,
        ..lax.sign(&statement)
    };
    let status = lax.submissions().submit(request).await.unwrap_err();
    let violations = status.get_details_bad_request().unwrap().field_violations;
    let told = violations
        .iter()
        .map(|one| (one.field.as_str(), one.reason.as_str()));
    let told: BTreeSet<(&str, &str)> = told.collect();
    let expected = [
        ("content.text.language", "LANGUAGE_INVALID"),
        ("content.text.text", "FIELD_MISSING"),
        ("created_ms", "TIME_FUTURE"),
        ("recipients[0]", "RECIPIENT_UNKNOWN"),
    ];
    assert_eq!(told, BTreeSet::from(expected));
    world.stop().await;
}
