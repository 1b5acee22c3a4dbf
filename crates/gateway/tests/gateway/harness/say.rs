//! Statements for tests: notices, because they need no body, no officer and no case.

use precinto_alert::code::{
    MessageStatus, MessageType, NoticeKind, RecipientKind, SignerRole, Tlp,
};
use precinto_envelope::crypto::random;
use precinto_envelope::sign::sign;
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::pki::{Issued, NOW_MS};
use super::{Node, ORIGIN};

impl Node {
    /// A notice to an agency, as yet unsigned.
    pub(crate) fn notice(&mut self, to: &str) -> pb::Statement {
        pb::Statement {
            notice_kind: NoticeKind::Maintenance.into(),
            ..self.statement(MessageType::SystemNotice, to)
        }
    }

    /// What a statement of every type has.
    pub(crate) fn statement(&mut self, message_type: MessageType, to: &str) -> pb::Statement {
        self.sequence += 1;
        pb::Statement {
            message_id: random::<16>().to_vec(),
            r#type: message_type.into(),
            sender: self.identity.clone(),
            log_origin: ORIGIN.to_owned(),
            required_signers: vec![pb::SignerRef {
                key_id: self.signing.digest().to_vec(),
                role: SignerRole::Node.into(),
                alg: 1,
            }],
            recipients: vec![pb::RecipientRef {
                kind: RecipientKind::Agency.into(),
                name: to.to_owned(),
            }],
            created_ms: NOW_MS,
            expires_ms: NOW_MS + 3_600_000,
            sender_seq: self.sequence,
            status: MessageStatus::Exercise.into(),
            handling: Some(pb::Handling {
                tlp: Tlp::AmberStrict.into(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    /// Signs a statement with the node's own key.
    pub(crate) fn sign(&self, statement: &pb::Statement) -> pb::SubmitRequest {
        signed(statement, &self.signing)
    }

    /// Signs and submits.
    pub(crate) async fn submit(
        &self,
        statement: &pb::Statement,
    ) -> Result<pb::SubmitResponse, tonic::Status> {
        let answer = self.submissions().submit(self.sign(statement)).await;
        answer.map(tonic::Response::into_inner)
    }

    /// Submits `count` new notices to `to`, over one stream, and waits for all receipts.
    pub(crate) async fn submit_many(
        &mut self,
        to: &str,
        count: usize,
    ) -> Vec<pb::SubmitStreamResponse> {
        let requests: Vec<_> = (0..count)
            .map(|_| {
                let statement = self.notice(to);
                pb::SubmitStreamRequest {
                    submission: Some(self.sign(&statement)),
                }
            })
            .collect();
        let answers = self
            .submissions()
            .submit_stream(tokio_stream::iter(requests))
            .await
            .unwrap();
        let mut answers = answers.into_inner();
        let mut all = Vec::new();
        while let Some(answer) = answers.message().await.unwrap() {
            all.push(answer);
        }
        all
    }
}

/// Signs a statement with any key, certificate attached.
pub(crate) fn signed(statement: &pb::Statement, by: &Issued) -> pb::SubmitRequest {
    let envelope = sign(statement.encode_to_vec(), &[(&by.key(), by.digest())]);
    pb::SubmitRequest {
        envelope: envelope.encode_to_vec(),
        body: Vec::new(),
        validate_only: false,
        certificates: vec![by.der.clone()],
    }
}
