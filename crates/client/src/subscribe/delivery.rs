//! One delivery, believed: these signers said exactly this, and the record in the log is about it.

use crate::limits::CERTIFICATES_ASKED_MAX;
use crate::log::{LogClient, LogError};
use crate::receipt::{ReceiptError, ReceiptVerifier, Subject};
use crate::unbelievable::Unbelievable;
use precinto_alert::Reason;
use precinto_alert::statement::{Lenient, Statement, StatementError};
use precinto_envelope::body::{BodyError, CheckedBody, check_body};
use precinto_envelope::certificate::{Certificate, CertificatePool};
use precinto_envelope::trust::{TrustKind, TrustStore};
use precinto_envelope::verify::{VerifiedEnvelope, VerifyError, verify_bytes};
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use prost::Message;
use std::sync::Arc;

/// A verified entry. There is no other way to one than [`crate::subscribe::Subscriber::next`]; the own copy goes the same way.
#[derive(Debug)]
pub struct Delivery {
    /// Where in the log it stands, from 0: the key to recognise a repeat by.
    pub index: u64,
    /// 1 for the first delivery on this subscription, one more each time.
    pub attempt: u32,
    /// When the log took it in, by the log's clock, milliseconds since 1970-01-01 UTC.
    ///
    /// Under the log's signature only if `receipt` is there.
    pub time_ms: u64,
    /// The signed bytes and who signed them; chains were judged as of `time_ms`, so that what was rightly signed stays
    /// right when a certificate expires. One that was revoked since does count as revoked: of the time only the gateway
    /// assures, and a stolen key must not be of use by back-dating.
    pub envelope: VerifiedEnvelope,
    /// What it says.
    pub statement: Statement,
    /// Whether the statement, or the body, has fields that this version does not know: shown, never dropped silently.
    pub unknown_fields: bool,
    /// The body, if the statement names one: every byte is the one that was signed for.
    pub body: Option<pb::Inner>,
    /// The serialised body as it travelled.
    pub body_bytes: Vec<u8>,
    /// The gateway's record: recipients, warnings, decision, trust relied on.
    pub record: pb::StatementRecord,
    /// The verified receipt, if proofs were asked for.
    pub receipt: Option<pb::Receipt>,
}

/// What does not hold.
#[derive(Debug, thiserror::Error)]
enum Disbelief {
    #[error("the delivery has no envelope")]
    NoEnvelope,
    #[error("the record cannot be read")]
    Record,
    #[error("the record is about another envelope")]
    OtherRecord,
    #[error("the receipt is for another entry")]
    OtherEntry,
    #[error("the proof that the log holds it was asked for and is not there")]
    NoProof,
    #[error(transparent)]
    Envelope(#[from] VerifyError),
    #[error(transparent)]
    Statement(#[from] StatementError),
    #[error("the message's sender is {stated}, but {signed} has signed")]
    Sender { stated: String, signed: String },
    #[error("the statement is meant for the log {0}")]
    LogOrigin(String),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
}

impl Disbelief {
    fn reason(&self) -> Reason {
        match self {
            Self::NoEnvelope => Reason::Malformed,
            Self::Record | Self::OtherRecord | Self::OtherEntry | Self::NoProof => {
                Reason::ReceiptInvalid
            }
            Self::Envelope(error) => error.reason(),
            Self::Statement(error) => error.reason(),
            Self::Sender { .. } => Reason::SenderMismatch,
            Self::LogOrigin(_) => Reason::LogOriginWrong,
            Self::Body(error) => error.reason(),
            Self::Receipt(error) => error.reason(),
        }
    }
}

/// What is to be judged: a delivery, and whether its body was deleted by law.
pub(crate) struct Offered {
    /// The entry, as a subscription delivers it.
    pub(crate) delivery: pb::Delivery,
    /// The gateway says that there is no body any more, although the statement names one.
    pub(crate) body_pruned: bool,
    /// The proof that the log holds it was asked for: without one it is not believed.
    pub(crate) needs_proof: bool,
}

impl Offered {
    /// A delivery of a subscription that asked `with_proofs`, or did not.
    pub(crate) fn of(delivery: pb::Delivery, with_proofs: bool) -> Self {
        Self {
            body_pruned: delivery.body_pruned,
            needs_proof: with_proofs,
            delivery,
        }
    }

    /// A record as a delivery, whose time is what its receipt says; the receipt itself is judged with the rest.
    pub(crate) fn of_record(record: pb::Record) -> Result<Self, Unbelievable> {
        let pb::Record {
            index,
            envelope,
            body,
            receipt,
            body_pruned,
            kind,
        } = record;
        let doubt = |detail: String| Unbelievable {
            index,
            attempt: 1,
            time_ms: 0,
            reason: Reason::ReceiptInvalid,
            detail,
        };
        let receipt = receipt.ok_or_else(|| doubt("the record has no receipt".to_owned()))?;
        let read = Receipt::parse(&receipt.proof).map_err(|error| doubt(error.to_string()))?;
        Ok(Self {
            delivery: pb::Delivery {
                index,
                covered: None,
                envelope: envelope.into(),
                body: body.into(),
                receipt: Some(receipt),
                attempt: 1,
                time_ms: read.leaf.time_ms,
                kind,
                body_pruned,
                consistency: Vec::new(),
            },
            body_pruned,
            needs_proof: true,
        })
    }
}

/// Fetches into `known` those certificates that judging this delivery takes, as far as the log holds them and they can be
/// read; without one that is missing, judging fails and says so.
pub(crate) async fn fetch_certificates(
    delivery: &pb::Delivery,
    known: &mut CertificatePool,
    log: &LogClient,
) -> Result<(), LogError> {
    let needed = certificates_needed(delivery, known);
    if needed.is_empty() {
        return Ok(());
    }
    let items = log.certificates(&needed).await?;
    let fetched: Vec<Arc<Certificate>> = items
        .iter()
        .filter_map(|item| Certificate::parse(&item.content).ok().map(Arc::new))
        .collect();
    remember(known, &fetched);
    Ok(())
}

/// Keeps certificates for the next deliveries. A full pool is emptied: what is needed again is fetched again.
fn remember(known: &mut CertificatePool, fetched: &[Arc<Certificate>]) {
    let keep = |pool: &mut CertificatePool| {
        fetched
            .iter()
            .all(|certificate| pool.insert(Arc::clone(certificate)))
    };
    if !keep(known) {
        *known = CertificatePool::default();
        keep(known);
    }
}

/// Digests of certificates that judging this delivery takes and that `known` does not hold.
pub(crate) fn certificates_needed(
    delivery: &pb::Delivery,
    known: &CertificatePool,
) -> Vec<[u8; 32]> {
    let envelope = pb::Envelope::decode(delivery.envelope.as_ref()).unwrap_or_default();
    let signatures = envelope.signatures.iter();
    let record = delivery
        .receipt
        .as_ref()
        .map(|receipt| receipt.record.as_ref())
        .unwrap_or_default();
    // The record names the issuers on the way to the root; if it cannot be read, judging fails and says so.
    let record = pb::StatementRecord::decode(record).unwrap_or_default();
    let relied_on = record
        .trust
        .iter()
        .filter(|trust| matches!(trust.kind(), TrustKind::Signer | TrustKind::Intermediate));
    let digests = signatures
        .map(|signature| &signature.key_id)
        .chain(relied_on.map(|trust| &trust.digest));
    let mut needed: Vec<[u8; 32]> = digests
        .filter_map(|digest| digest.as_slice().try_into().ok())
        .filter(|digest| known.get(digest).is_none())
        .collect();
    needed.sort_unstable();
    needed.dedup();
    needed.truncate(CERTIFICATES_ASKED_MAX); // four signers with two issuers each are twelve
    needed
}

/// Verifies a delivery; what does not hold is told, and is never handed on as a message.
pub(crate) fn judge(
    offered: Offered,
    known: &CertificatePool,
    trust: &TrustStore,
    receipts: &ReceiptVerifier,
) -> Result<Box<Delivery>, Unbelievable> {
    let pb::Delivery {
        index,
        attempt,
        time_ms,
        ..
    } = offered.delivery;
    believe(offered, known, trust, receipts)
        .map(Box::new)
        .map_err(|disbelief| Unbelievable {
            index,
            attempt,
            time_ms,
            reason: disbelief.reason(),
            detail: disbelief.to_string(),
        })
}

fn believe(
    offered: Offered,
    known: &CertificatePool,
    trust: &TrustStore,
    receipts: &ReceiptVerifier,
) -> Result<Delivery, Disbelief> {
    let pb::Delivery {
        index,
        covered: _,
        envelope,
        body,
        receipt,
        attempt,
        time_ms,
        kind: _,
        body_pruned: _,
        consistency: _,
    } = offered.delivery;
    if envelope.is_empty() {
        return Err(Disbelief::NoEnvelope);
    }
    let envelope = verify_bytes(envelope.into(), known, trust, time_ms)?;
    let Lenient {
        statement,
        unknown_fields,
    } = Statement::decode_lenient(envelope.payload())?;
    if statement.sender() != envelope.sender() {
        let (stated, signed) = (
            statement.sender().to_string(),
            envelope.sender().to_string(),
        );
        return Err(Disbelief::Sender { stated, signed });
    }
    if statement.log_origin() != receipts.log().name() {
        return Err(Disbelief::LogOrigin(statement.log_origin().to_owned()));
    }
    let subject = Subject {
        statement_id: envelope.statement_id(),
        envelope_digest: envelope.envelope_digest(),
    };
    let receipt = receipt.ok_or(Disbelief::Record)?;
    if offered.needs_proof && receipt.proof.is_empty() {
        return Err(Disbelief::NoProof);
    }
    let (record, receipt) = check_record(receipt, &subject, receipts, (index, time_ms))?;
    let sender_key = envelope.node().certificate().digest();
    let named = statement.body();
    let checked = if offered.body_pruned && body.is_empty() {
        None
    } else {
        check_body(named, &body, statement.message_id(), sender_key)?
    };
    let canonical = checked.as_ref().is_none_or(CheckedBody::is_canonical);
    Ok(Delivery {
        index,
        attempt,
        time_ms,
        statement,
        unknown_fields: unknown_fields || !canonical || !envelope.is_canonical(),
        body: checked.map(|checked| checked.inner().clone()),
        body_bytes: body.into(),
        record,
        receipt,
        envelope,
    })
}

/// The record must be about this envelope; with a proof, the log's signature must say so, and say where and when.
fn check_record(
    receipt: pb::Receipt,
    subject: &Subject,
    receipts: &ReceiptVerifier,
    (index, time_ms): (u64, u64),
) -> Result<(pb::StatementRecord, Option<pb::Receipt>), Disbelief> {
    if !receipt.proof.is_empty() {
        let proven = receipts.verify(Some(&receipt), subject, false)?;
        if (proven.index, proven.time_ms) != (index, time_ms) {
            return Err(Disbelief::OtherEntry);
        }
        return Ok((proven.record, Some(receipt)));
    }
    let record = pb::StatementRecord::decode(receipt.record.as_ref());
    let record = record.map_err(|_| Disbelief::Record)?;
    let is_about_it = record.envelope_digest == subject.envelope_digest
        && record.statement_id == subject.statement_id;
    if is_about_it {
        Ok((record, None))
    } else {
        Err(Disbelief::OtherRecord)
    }
}
