//! What an author signs is what a verifier accepts.

use super::*;
use crate::test_gateway::{GATEWAY, NODE, NOW_MS, OFFICER, TestGateway, notice};
use precinto_alert::statement::Statement;
use precinto_envelope::body::check_body;
use precinto_envelope::certificate::CertificatePool;
use precinto_envelope::crypto::KeyError;
use precinto_envelope::verify::{VerifiedSigner, verify_bytes};

#[test]
fn message_ids_are_uuids_of_version_7() {
    // RFC 9562, appendix A.6: 2022-02-22T19:22:22Z.
    let random = [0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f];
    let id = MessageId::new(uuid_v7(0x017F_22E2_79B0, random)).unwrap();
    assert_eq!(id.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

#[test]
fn what_is_no_signed_statement_is_said_to_be_none() {
    let nothing = pb::SubmitRequest::default();
    assert_eq!(
        Signed::from_request(nothing).unwrap_err(),
        AuthorError::NotSigned
    );
    let envelope = pb::Envelope {
        payload: vec![0xff; 4],
        ..pb::Envelope::default()
    };
    let garbage = pb::SubmitRequest {
        envelope: envelope.encode_to_vec(),
        ..Default::default()
    };
    assert_eq!(
        Signed::from_request(garbage).unwrap_err(),
        AuthorError::NotSigned
    );
}

#[tokio::test]
async fn a_statement_signed_by_node_and_officer_verifies_with_its_body() {
    let gateway = TestGateway::start().await;
    let officer = gateway.pki.signing(OFFICER, 11);
    let officer = Signer::new(officer.key(), officer.certificate(), Vec::new()).unwrap();
    let signed = gateway.author.sign(notice(1), &[&officer], NOW_MS).unwrap();

    let pb::SubmitRequest {
        envelope,
        body,
        certificates,
        ..
    } = signed.request().clone();
    let pool = CertificatePool::default()
        .with_hints(&certificates)
        .unwrap();
    let verified = verify_bytes(envelope, &pool, &gateway.settings.trust, NOW_MS).unwrap();
    assert_eq!(verified.statement_id(), signed.statement_id());
    assert_eq!(verified.envelope_digest(), signed.subject().envelope_digest);
    let roles: Vec<_> = verified
        .signers()
        .iter()
        .map(VerifiedSigner::role)
        .collect();
    assert_eq!(roles, [SignerRole::Node, SignerRole::Officer]);

    let statement = Statement::decode(verified.payload()).unwrap();
    assert_eq!(statement.message_id(), signed.message_id());
    assert_eq!(statement.created_ms(), NOW_MS);
    let key_id = verified.node().certificate().digest();
    let body = check_body(statement.body(), &body, statement.message_id(), key_id).unwrap();
    assert!(body.unwrap().is_canonical());
}

#[tokio::test]
async fn a_message_id_given_is_kept_and_a_bad_one_refused() {
    let gateway = TestGateway::start().await;
    let mut draft = notice(1);
    draft.statement.message_id = vec![9; 16];
    let signed = gateway.author.sign(draft.clone(), &[], NOW_MS).unwrap();
    assert_eq!(signed.message_id().as_bytes(), &[9; 16]);
    for bad in [vec![9; 15], vec![0; 16]] {
        draft.statement.message_id = bad;
        let refused = gateway.author.sign(draft.clone(), &[], NOW_MS).unwrap_err();
        assert!(matches!(refused, AuthorError::MessageId(_)), "{refused:?}");
    }
}

#[tokio::test]
async fn keys_and_roles_must_be_right_before_anything_is_signed() {
    let gateway = TestGateway::start().await;
    let (node, officer) = (
        gateway.pki.signing(NODE, 12),
        gateway.pki.signing(OFFICER, 13),
    );
    let crossed = Signer::new(node.key(), officer.certificate(), Vec::new()).unwrap_err();
    assert_eq!(crossed, AuthorError::KeyMismatch);

    let signer = |issued: &crate::test_gateway::Issued| {
        Signer::new(issued.key(), issued.certificate(), Vec::new()).unwrap()
    };
    assert_eq!(
        Author::new(signer(&officer), "log").unwrap_err(),
        AuthorError::NotANode
    );
    let of_gateway = gateway.pki.signing(GATEWAY, 14);
    assert_eq!(
        Author::new(signer(&of_gateway), "log").unwrap_err(),
        AuthorError::NotANode
    );
    let another_node = signer(&node);
    let refused = gateway
        .author
        .sign(notice(1), &[&another_node], NOW_MS)
        .unwrap_err();
    assert_eq!(refused, AuthorError::NotAnOfficer);
    assert_eq!(AuthorError::Key(KeyError::Curve).reason(), Reason::CertKey);
}
