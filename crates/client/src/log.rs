//! Asking the log about itself: every answer is verified before it is handed on.

mod entries;

pub use entries::Entries;

use crate::connection::{Connection, unary};
use crate::extends::extends;
use crate::limits::CERTIFICATES_ASKED_MAX;
use crate::refusal::Refusal;
use precinto_alert::Reason;
use precinto_alert::id::MessageId;
use precinto_envelope::crypto::sha256;
use precinto_merkle::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::{Leaf, LeafError};
use precinto_merkle::note::NoteVerifier;
use precinto_merkle::receipt::{Receipt, ReceiptError, VerifiedReceipt};
use precinto_merkle::{ProofError, inclusion};
use precinto_proto::v1 as pb;

/// Questions to one log.
#[derive(Debug, Clone)]
pub struct LogClient {
    connection: Connection,
}

/// Why there is no believable answer.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The gateway refuses, or the line failed.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// The checkpoint is not one of this log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The receipt does not hold.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The leaf is none.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The answer is not one to the question.
    #[error("the gateway's answer does not fit the question: {0}")]
    Answer(&'static str),
}

impl LogError {
    /// The coded reason; none if the line failed.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Refused(refusal) => refusal.reason,
            Self::Checkpoint(_) | Self::Receipt(ReceiptError::Checkpoint(_)) => {
                Some(Reason::CheckpointInvalid)
            }
            Self::Receipt(_) | Self::Leaf(_) | Self::Answer(_) => Some(Reason::ReceiptInvalid),
            Self::Proof(_) => Some(Reason::LogInconsistent),
        }
    }

    /// Whether the same question may be answered later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.is_transient())
    }
}

impl From<tonic::Status> for LogError {
    fn from(status: tonic::Status) -> Self {
        Self::Refused(Box::new(status.into()))
    }
}

/// A receipt as text and record, and what it proves.
#[derive(Debug, Clone)]
pub struct HeldReceipt {
    /// To keep.
    pub receipt: pb::Receipt,
    /// What it proves.
    pub verified: VerifiedReceipt,
}

/// A leaf and its way to the root of a checkpoint.
#[derive(Debug, Clone)]
pub struct Inclusion {
    /// The leaf.
    pub leaf: Leaf,
    /// Hashes, the leaf's sibling first.
    pub path: Vec<Hash>,
}

impl LogClient {
    /// Asks over `connection`.
    pub fn new(connection: &Connection) -> Self {
        Self {
            connection: connection.clone(),
        }
    }

    /// The log's key.
    pub fn verifier(&self) -> &NoteVerifier {
        self.connection.receipts().log()
    }

    /// The newest checkpoint; the gateway waits at most 10 s until the log has `min_size` entries.
    pub async fn checkpoint(&self, min_size: u64) -> Result<SignedCheckpoint, LogError> {
        self.ask_checkpoint(min_size, false).await
    }

    /// The newest checkpoint that the other side has cosigned, or any node if none of the other side has; what that is
    /// worth, [`crate::grade`] says. `NOT_FOUND` if there is none.
    pub async fn witnessed_checkpoint(&self) -> Result<SignedCheckpoint, LogError> {
        self.ask_checkpoint(0, true).await
    }

    async fn ask_checkpoint(
        &self,
        min_size: u64,
        witnessed: bool,
    ) -> Result<SignedCheckpoint, LogError> {
        let request = unary(pb::GetCheckpointRequest {
            min_size,
            witnessed,
        });
        let answer = self
            .connection
            .log_service()
            .get_checkpoint(request)
            .await?
            .into_inner();
        self.verified(&answer.checkpoint)
    }

    /// The receipt of a statement that this node sent.
    pub async fn receipt_of(&self, message_id: MessageId) -> Result<HeldReceipt, LogError> {
        self.ask_receipt_of(message_id, false).await
    }

    /// As [`LogClient::receipt_of`], under the checkpoint of [`LogClient::witnessed_checkpoint`] if that covers the
    /// statement: the grade is the caller's to compute, see [`crate::grade`].
    pub async fn witnessed_receipt_of(
        &self,
        message_id: MessageId,
    ) -> Result<HeldReceipt, LogError> {
        self.ask_receipt_of(message_id, true).await
    }

    /// The receipt of the entry at `index`, if this node may see its record.
    pub async fn receipt_at(&self, index: u64) -> Result<HeldReceipt, LogError> {
        self.ask_receipt_at(index, false).await
    }

    /// As [`LogClient::receipt_at`], in the way of [`LogClient::witnessed_receipt_of`].
    pub async fn witnessed_receipt_at(&self, index: u64) -> Result<HeldReceipt, LogError> {
        self.ask_receipt_at(index, true).await
    }

    async fn ask_receipt_of(
        &self,
        message_id: MessageId,
        witnessed: bool,
    ) -> Result<HeldReceipt, LogError> {
        let message_id = message_id.as_bytes().to_vec();
        self.receipt(pb::GetReceiptRequest {
            message_id,
            index: 0,
            witnessed,
        })
        .await
    }

    async fn ask_receipt_at(&self, index: u64, witnessed: bool) -> Result<HeldReceipt, LogError> {
        let receipt = self
            .receipt(pb::GetReceiptRequest {
                message_id: Vec::new(),
                index,
                witnessed,
            })
            .await?;
        if receipt.verified.index() != index {
            return Err(LogError::Answer("the receipt is for another entry"));
        }
        Ok(receipt)
    }

    async fn receipt(&self, request: pb::GetReceiptRequest) -> Result<HeldReceipt, LogError> {
        let answer = self
            .connection
            .log_service()
            .get_receipt(unary(request))
            .await?
            .into_inner();
        let receipt = answer.receipt.ok_or(LogError::Answer("no receipt"))?;
        let log = self.connection.receipts().log();
        let verified = Receipt::parse(&receipt.proof)?.verify(log, &receipt.record)?;
        Ok(HeldReceipt { receipt, verified })
    }

    /// The way from the leaf at `index` to the root of `checkpoint`.
    pub async fn inclusion(
        &self,
        index: u64,
        checkpoint: &Checkpoint,
    ) -> Result<Inclusion, LogError> {
        let request = pb::GetInclusionProofRequest {
            index,
            tree_size: checkpoint.size,
        };
        let answer = self
            .connection
            .log_service()
            .get_inclusion_proof(unary(request))
            .await?;
        let pb::GetInclusionProofResponse {
            tree_size: _,
            leaf,
            path,
            checkpoint: _,
        } = answer.into_inner();
        let (leaf, path) = (Leaf::from_bytes(&leaf)?, hashes(&path)?);
        inclusion::verify(
            index,
            checkpoint.size,
            &leaf.hash(),
            &path,
            &checkpoint.root,
        )?;
        Ok(Inclusion { leaf, path })
    }

    /// The proof that the tree of `new` begins with that of `old`. Nothing is asked when `old` is empty.
    pub async fn consistency(
        &self,
        old: &Checkpoint,
        new: &Checkpoint,
    ) -> Result<Vec<Hash>, LogError> {
        let proof = if old.size == 0 || old.size == new.size {
            Vec::new()
        } else {
            self.consistency_unchecked(old.size, new.size).await?
        };
        extends(old, new, &proof)?;
        Ok(proof)
    }

    /// The consistency proof between two sizes as the gateway gave it, not checked: for who holds both roots.
    pub async fn consistency_proof(
        &self,
        old_size: u64,
        new_size: u64,
    ) -> Result<Vec<Hash>, LogError> {
        self.consistency_unchecked(old_size, new_size).await
    }

    /// The proof as the gateway gave it.
    pub(crate) async fn consistency_unchecked(
        &self,
        old_size: u64,
        new_size: u64,
    ) -> Result<Vec<Hash>, LogError> {
        let request = pb::GetConsistencyProofRequest { old_size, new_size };
        let answer = self
            .connection
            .log_service()
            .get_consistency_proof(unary(request))
            .await?;
        hashes(&answer.into_inner().proof)
    }

    /// Entries from `first` to `end` (not included; 0 means to the newest), in order.
    pub async fn entries(
        &self,
        first: u64,
        end: u64,
        leaves_only: bool,
    ) -> Result<Entries, LogError> {
        self.entries_of(pb::ReadEntriesRequest {
            first,
            end,
            leaves_only,
            acts_only: false,
        })
        .await
    }

    /// The same with everything but acts withheld: to ask for acts only is not to be given what others have said.
    pub async fn acts(&self, first: u64, end: u64) -> Result<Entries, LogError> {
        self.entries_of(pb::ReadEntriesRequest {
            first,
            end,
            leaves_only: false,
            acts_only: true,
        })
        .await
    }

    async fn entries_of(&self, request: pb::ReadEntriesRequest) -> Result<Entries, LogError> {
        let pb::ReadEntriesRequest { first, end, .. } = request;
        let stream = self
            .connection
            .log_service()
            .read_entries(request)
            .await?
            .into_inner();
        Ok(Entries {
            log: self.clone(),
            stream,
            next: first,
            end,
            checkpoint: None,
        })
    }

    /// What trust rests on, by SHA-256 digest; those that the log does not hold are left out.
    ///
    /// Every item's digest is checked; whether it is to be trusted is another question.
    pub async fn certificates(&self, digests: &[[u8; 32]]) -> Result<Vec<pb::TrustItem>, LogError> {
        let mut items = Vec::new();
        for part in digests.chunks(CERTIFICATES_ASKED_MAX) {
            let request = pb::GetCertificatesRequest {
                digests: part.iter().map(|digest| digest.to_vec()).collect(),
            };
            let answer = self
                .connection
                .log_service()
                .get_certificates(unary(request))
                .await?;
            for item in answer.into_inner().items {
                let digest = sha256(&[&item.content]);
                if item.digest != digest || !part.contains(&digest) {
                    return Err(LogError::Answer(
                        "a certificate does not have the digest asked for",
                    ));
                }
                items.push(item);
            }
        }
        Ok(items)
    }

    /// A checkpoint of this log.
    pub(crate) fn verified(&self, note: &str) -> Result<SignedCheckpoint, LogError> {
        Ok(SignedCheckpoint::verify(
            note.as_bytes(),
            self.connection.receipts().log(),
        )?)
    }
}

/// Hashes as they stand on the wire.
pub(crate) fn hashes(proof: &[impl AsRef<[u8]>]) -> Result<Vec<Hash>, LogError> {
    proof
        .iter()
        .map(|bytes| Hash::try_from(bytes.as_ref()).ok())
        .collect::<Option<_>>()
        .ok_or(LogError::Answer("a hash has not 32 bytes"))
}
