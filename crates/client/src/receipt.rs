//! Believing a receipt: the log's signature, the inclusion, and that it is about *our* envelope and no other.

use crate::limits::CHECKPOINTS_REMEMBERED;
use precinto_alert::Reason;
use precinto_merkle::checkpoint::{CheckpointError, SignedCheckpoint};
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::EntryType;
use precinto_merkle::note::NoteVerifier;
use precinto_merkle::receipt::{self as proof, Receipt, VerifiedReceipt};
use precinto_proto::v1 as pb;
use prost::Message;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Verifies receipts of one log. Shared by all calls of a connection.
///
/// Receipts of one batch carry the same checkpoint, so its signature is verified once and remembered.
#[derive(Debug)]
pub struct ReceiptVerifier {
    log: NoteVerifier,
    /// Newest first; the lock is never held while a signature is verified.
    checkpoints: Mutex<VecDeque<Arc<SignedCheckpoint>>>,
}

/// What a receipt has to be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// SHA-256 of the PAE: what was said.
    pub statement_id: [u8; 32],
    /// SHA-256 of the serialised Envelope: with whose signatures.
    pub envelope_digest: [u8; 32],
}

/// What a believed receipt proves.
#[derive(Debug, Clone, PartialEq)]
pub struct Proven {
    /// Where in the log the entry stands, from 0.
    pub index: u64,
    /// When the log took it in, by its own clock, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// Number of entries under the checkpoint.
    pub tree_size: u64,
    /// The root over them.
    pub root: Hash,
    /// The record that the leaf commits to.
    pub record: pb::StatementRecord,
}

/// Why a receipt proves nothing about our statement. The fault is the gateway's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// There is none.
    #[error("the gateway accepted the statement without a receipt")]
    Missing,
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] proof::ReceiptError),
    /// The entry is of another kind than what was expected.
    #[error("the receipt is for an entry of type {0:?}, which is another than it should be")]
    EntryType(EntryType),
    /// The record is no `StatementRecord`.
    #[error("the record in the receipt cannot be read")]
    Record,
    /// The record is of another statement.
    #[error("the receipt is for another statement")]
    OtherStatement,
    /// The record is of the same statement with other signatures.
    #[error("the receipt is for another envelope of the same statement")]
    OtherEnvelope,
}

impl ReceiptError {
    /// The coded reason.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Proof(proof::ReceiptError::Checkpoint(_)) => Reason::CheckpointInvalid,
            _ => Reason::ReceiptInvalid,
        }
    }
}

impl ReceiptVerifier {
    /// A verifier for the log with the key `log`, which must have come by a trusted way.
    pub fn new(log: NoteVerifier) -> Self {
        Self {
            log,
            checkpoints: Mutex::new(VecDeque::with_capacity(CHECKPOINTS_REMEMBERED)),
        }
    }

    /// The log's key.
    pub fn log(&self) -> &NoteVerifier {
        &self.log
    }

    /// Believes `receipt` only if the log has signed for an entry that is `subject`.
    ///
    /// For a statement that was accepted before, the envelope in the log may be the first one sent: the same
    /// statement with other signature bytes. `duplicate` allows that, and that alone.
    pub fn verify(
        &self,
        receipt: Option<&pb::Receipt>,
        subject: &Subject,
        duplicate: bool,
    ) -> Result<Proven, ReceiptError> {
        let receipt = receipt.ok_or(ReceiptError::Missing)?;
        let verified = self.prove(receipt, EntryType::Statement)?;
        let record = pb::StatementRecord::decode(receipt.record.as_ref())
            .map_err(|_| ReceiptError::Record)?;
        if record.statement_id != subject.statement_id {
            return Err(ReceiptError::OtherStatement);
        }
        if record.envelope_digest != subject.envelope_digest && !duplicate {
            return Err(ReceiptError::OtherEnvelope);
        }
        Ok(Proven {
            index: verified.index(),
            time_ms: verified.leaf().time_ms,
            tree_size: verified.size(),
            root: *verified.root(),
            record,
        })
    }

    /// Believes that the log has signed for an entry of this type with the receipt's record, and nothing beyond that.
    pub(crate) fn prove(
        &self,
        receipt: &pb::Receipt,
        expected: EntryType,
    ) -> Result<VerifiedReceipt, ReceiptError> {
        let read = Receipt::parse(&receipt.proof)?;
        let checkpoint = self
            .checkpoint(&read.checkpoint_note)
            .map_err(proof::ReceiptError::from)?;
        let verified = read.verify_under(&checkpoint, &receipt.record)?;
        match verified.leaf().entry_type {
            found if found == expected => Ok(verified),
            found => Err(ReceiptError::EntryType(found)),
        }
    }

    /// A receipt's checkpoint, verified now or before.
    pub(crate) fn checkpoint(&self, note: &str) -> Result<Arc<SignedCheckpoint>, CheckpointError> {
        let is_this = |known: &&Arc<SignedCheckpoint>| known.note() == note;
        if let Some(known) = self.remembered().iter().find(is_this) {
            return Ok(Arc::clone(known));
        }
        let checkpoint = Arc::new(SignedCheckpoint::verify(note.as_bytes(), &self.log)?);
        let mut remembered = self.remembered();
        remembered.truncate(CHECKPOINTS_REMEMBERED - 1);
        remembered.push_front(Arc::clone(&checkpoint));
        Ok(checkpoint)
    }

    /// The queue is whole at every moment, so a panic elsewhere while it was locked does no harm.
    fn remembered(&self) -> std::sync::MutexGuard<'_, VecDeque<Arc<SignedCheckpoint>>> {
        self.checkpoints
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
