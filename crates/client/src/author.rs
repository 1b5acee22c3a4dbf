//! Writing a statement: the author fills in what makes it ours, binds the body to it, and signs the bytes once.

use precinto_alert::Reason;
use precinto_alert::code::{PayloadProtection, SignerRole};
use precinto_alert::id::{IdError, Identity, MessageId, NodeId, OfficerId};
use precinto_envelope::body::build_body;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::{SigningKey, random, sha256};
use precinto_envelope::directory::PartSigner;
use precinto_envelope::pae::statement_id;
use precinto_envelope::sign::sign;
use precinto_proto::v1 as pb;
use prost::Message;
use std::sync::Arc;

/// A key, the certificate that vouches for it, and the issuers in between.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    certificate: Arc<Certificate>,
    issuers: Vec<Vec<u8>>,
    identity: Identity,
}

/// A node that signs statements for one log.
#[derive(Debug)]
pub struct Author {
    signer: Signer,
    node: NodeId,
    log_origin: String,
}

/// What the caller wants to say.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Everything but what [`Author::sign`] fills in.
    pub statement: pb::Statement,
    /// What the body shall hold; none for a statement without a body.
    pub content: Option<DraftContent>,
}

/// The content of a body, serialised.
#[derive(Debug, Clone)]
pub struct DraftContent {
    /// Which message `bytes` holds; see `precinto_alert::content::media_type`.
    pub media_type: String,
    /// The serialised content message.
    pub bytes: Vec<u8>,
}

/// A signed statement, ready to be sent, any number of times: its bytes never change.
#[derive(Debug, Clone)]
pub struct Signed {
    request: pb::SubmitRequest,
    message_id: MessageId,
    statement_id: [u8; 32],
    envelope_digest: [u8; 32],
}

/// Why nothing can be signed, or read back. The fault is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthorError {
    /// The certificate is of another key.
    #[error("the certificate does not belong to the private key")]
    KeyMismatch,
    /// The certificate's key is not one that may sign.
    #[error("the certificate's key is not admitted: {0}")]
    Key(precinto_envelope::crypto::KeyError),
    /// The certificate names no identity of ours.
    #[error("the signing certificate does not name exactly one identity of ours")]
    Identity,
    /// A statement is sent by a node.
    #[error("the sender's certificate is not a node's")]
    NotANode,
    /// Any further signer is an officer.
    #[error("a further signer's certificate is not an officer's")]
    NotAnOfficer,
    /// The draft's message id is not 16 bytes, or all zero.
    #[error("the message id is not usable: {0}")]
    MessageId(IdError),
    /// What should be a signed statement is not.
    #[error("these bytes are not a signed statement")]
    NotSigned,
}

impl AuthorError {
    /// The coded reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::KeyMismatch | Self::Key(_) => Reason::CertKey,
            Self::Identity => Reason::CertIdentity,
            Self::NotANode | Self::NotAnOfficer => Reason::SignerRole,
            Self::MessageId(_) => Reason::FieldInvalid,
            Self::NotSigned => Reason::Malformed,
        }
    }
}

impl Signer {
    /// Takes a key with its certificate and the issuers below the root (DER), which travel along as a hint.
    pub fn new(
        key: SigningKey,
        certificate: Arc<Certificate>,
        issuers: Vec<Vec<u8>>,
    ) -> Result<Self, AuthorError> {
        let certified = certificate.public_key().map_err(AuthorError::Key)?;
        if *certified != key.verifier() {
            return Err(AuthorError::KeyMismatch);
        }
        let identity = certificate
            .identity()
            .map_err(|_| AuthorError::Identity)?
            .clone();
        Ok(Self {
            key,
            certificate,
            issuers,
            identity,
        })
    }

    /// Who signs.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The officer, if it is one.
    pub fn officer(&self) -> Option<&OfficerId> {
        match &self.identity {
            Identity::Officer(officer) => Some(officer),
            Identity::Node(_) | Identity::Gateway(_) => None,
        }
    }

    /// The same for a part of the directory.
    pub(crate) fn of_part(&self) -> PartSigner<'_> {
        PartSigner {
            key: &self.key,
            certificate: &self.certificate,
            issuers: &self.issuers,
        }
    }

    fn reference(&self, role: SignerRole) -> pb::SignerRef {
        pb::SignerRef {
            key_id: self.certificate.digest().to_vec(),
            role: role.into(),
            alg: self.key.algorithm().number(),
        }
    }
}

impl Author {
    /// A node's signer, writing to the log with this origin.
    pub fn new(signer: Signer, log_origin: impl Into<String>) -> Result<Self, AuthorError> {
        let Identity::Node(node) = &signer.identity else {
            return Err(AuthorError::NotANode);
        };
        Ok(Self {
            node: node.clone(),
            signer,
            log_origin: log_origin.into(),
        })
    }

    /// The sending node.
    pub fn node(&self) -> &NodeId {
        &self.node
    }

    /// The certificate by which the node signs.
    pub fn certificate(&self) -> &Certificate {
        self.signer.certificate()
    }

    /// Signs a draft, as the node and as each of `officers`.
    ///
    /// Filled in: `sender`, `log_origin`, `required_signers`, `body` and `payload_protection` always; `message_id`
    /// (a UUID of version 7) when empty; `created_ms` when zero. Whether the statement keeps the rules is not checked here: the
    /// gateway tells every violation at once, also for [`crate::submit::validate`].
    pub fn sign(
        &self,
        draft: Draft,
        officers: &[&Signer],
        now_ms: u64,
    ) -> Result<Signed, AuthorError> {
        let Draft {
            mut statement,
            content,
        } = draft;
        if officers.iter().any(|officer| officer.officer().is_none()) {
            return Err(AuthorError::NotAnOfficer);
        }
        let message_id = if statement.message_id.is_empty() {
            MessageId::new(uuid_v7(now_ms, random()))
        } else {
            MessageId::from_slice(&statement.message_id)
        };
        let message_id = message_id.map_err(AuthorError::MessageId)?;
        statement.message_id = message_id.as_bytes().to_vec();
        if statement.created_ms == 0 {
            statement.created_ms = now_ms;
        }
        statement.sender = self.node.to_string();
        statement.log_origin.clone_from(&self.log_origin);
        statement.required_signers = self.signer_refs(officers);
        let body = self.bind_body(&mut statement, message_id, content);

        let mut keys = vec![(&self.signer.key, self.signer.certificate.digest())];
        keys.extend(
            officers
                .iter()
                .map(|officer| (&officer.key, officer.certificate.digest())),
        );
        let envelope = sign(statement.encode_to_vec(), &keys);
        Signed::from_request(pb::SubmitRequest {
            envelope: envelope.encode_to_vec(),
            body,
            validate_only: false,
            certificates: self.hints(officers),
        })
    }

    fn signer_refs(&self, officers: &[&Signer]) -> Vec<pb::SignerRef> {
        let node = self.signer.reference(SignerRole::Node);
        let officers = officers
            .iter()
            .map(|officer| officer.reference(SignerRole::Officer));
        std::iter::once(node).chain(officers).collect()
    }

    /// Builds the body and lets the statement commit to it; the bytes are empty when there is no content.
    fn bind_body(
        &self,
        statement: &mut pb::Statement,
        message_id: MessageId,
        content: Option<DraftContent>,
    ) -> Vec<u8> {
        let Some(DraftContent { media_type, bytes }) = content else {
            statement.body = None;
            statement.payload_protection = PayloadProtection::Unspecified.into();
            return Vec::new();
        };
        let key_id = self.signer.certificate.digest();
        let (body, reference) = build_body(message_id, key_id, &media_type, bytes);
        statement.body = Some(reference);
        statement.payload_protection = PayloadProtection::Clear.into();
        body
    }

    /// The certificates that a gateway needs and may not know yet.
    fn hints(&self, officers: &[&Signer]) -> Vec<Vec<u8>> {
        let mut hints = Vec::new();
        for signer in std::iter::once(&self.signer).chain(officers.iter().copied()) {
            let leaf = signer.certificate.der().to_vec();
            for der in std::iter::once(leaf).chain(signer.issuers.iter().cloned()) {
                if !hints.contains(&der) {
                    hints.push(der);
                }
            }
        }
        hints
    }
}

impl Signed {
    /// Reads back what was signed before and kept, for example in a file of `send --sign-only`.
    ///
    /// Nothing is verified: the gateway does that.
    pub fn from_request(request: pb::SubmitRequest) -> Result<Self, AuthorError> {
        if request.envelope.is_empty() {
            return Err(AuthorError::NotSigned);
        }
        let envelope = pb::Envelope::decode(request.envelope.as_slice());
        let envelope = envelope.map_err(|_| AuthorError::NotSigned)?;
        let statement = pb::Statement::decode(envelope.payload.as_slice());
        let statement = statement.map_err(|_| AuthorError::NotSigned)?;
        let message_id =
            MessageId::from_slice(&statement.message_id).map_err(AuthorError::MessageId)?;
        Ok(Self {
            message_id,
            statement_id: statement_id(&envelope.payload),
            envelope_digest: sha256(&[&request.envelope]),
            request,
        })
    }

    /// What is sent.
    pub fn request(&self) -> &pb::SubmitRequest {
        &self.request
    }

    /// What is said, read again from the signed bytes.
    pub fn statement(&self) -> pb::Statement {
        let envelope = pb::Envelope::decode(self.request.envelope.as_slice()).unwrap_or_default();
        pb::Statement::decode(envelope.payload.as_slice()).unwrap_or_default()
    }

    /// The exact bytes that were signed.
    pub fn payload(&self) -> Vec<u8> {
        let envelope = pb::Envelope::decode(self.request.envelope.as_slice());
        envelope.map_or_else(|_| Vec::new(), |envelope| envelope.payload)
    }

    /// Media type and bytes of the content, when there is a body that can be read.
    pub fn content(&self) -> Option<(String, Vec<u8>)> {
        let body = pb::Body::decode(self.request.body.as_slice()).ok()?;
        let inner = pb::Inner::decode(body.clear.as_slice()).ok()?;
        (!body.clear.is_empty()).then_some((inner.media_type, inner.content))
    }

    /// What is sent, given away.
    pub fn into_request(self) -> pb::SubmitRequest {
        self.request
    }

    /// The message id.
    pub fn message_id(&self) -> MessageId {
        self.message_id
    }

    /// SHA-256 of the PAE: the identity of what is said.
    pub fn statement_id(&self) -> [u8; 32] {
        self.statement_id
    }

    /// What a receipt has to be about.
    pub fn subject(&self) -> crate::receipt::Subject {
        crate::receipt::Subject {
            statement_id: self.statement_id,
            envelope_digest: self.envelope_digest,
        }
    }
}

/// A UUID of version 7 (RFC 9562, 5.7): the time, then random bits, so that ids sort by age.
fn uuid_v7(now_ms: u64, random: [u8; 10]) -> [u8; 16] {
    let time = u128::from(now_ms) << 80;
    let mut tail = [0; 16];
    for (byte, value) in tail.iter_mut().skip(6).zip(random) {
        *byte = value;
    }
    let free = u128::from_be_bytes(tail) & !VERSION_AND_VARIANT_MASK;
    (time | VERSION_7_VARIANT_RFC | free).to_be_bytes()
}

const VERSION_AND_VARIANT_MASK: u128 = (0xf << 76) | (0b11 << 62);
const VERSION_7_VARIANT_RFC: u128 = (0x7 << 76) | (0b10 << 62);

#[cfg(test)]
mod tests;
