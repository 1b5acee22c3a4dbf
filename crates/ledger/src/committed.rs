//! What a commit leaves to hand out: the batch, and the proof of each of its entries.

use crate::entry::StoredEntry;
use crate::journal::frame::Frame;
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::hash::Hash;
use precinto_merkle::receipt::{Receipt, ReceiptError};
use precinto_merkle::tree::BatchProver;
use std::sync::Arc;

/// A batch that is on the disk: every answer about it is made from this.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) frame: Arc<Frame>,
    /// Read back from the encoded frame, its signature verified.
    pub(crate) checkpoint: Arc<SignedCheckpoint>,
    pub(crate) prover: BatchProver,
    /// Of the entries, in order.
    pub(crate) leaf_hashes: Vec<Hash>,
}

/// An entry with its receipt. It exists only if the receipt holds.
#[derive(Debug, Clone)]
pub struct Proven {
    /// Where in the log, counted from 0.
    pub index: u64,
    /// The size of the tree under the receipt's checkpoint: that of the batch the entry was committed in.
    pub size: u64,
    /// The receipt; its text is the same however often and whenever it is asked for.
    pub receipt: Receipt,
    /// The entry; its record goes with the receipt, because the receipt cannot be checked without it.
    pub entry: Arc<StoredEntry>,
}

impl Committed {
    /// The receipt of entry `index`; none if it is not of this batch.
    pub(crate) fn proven(&self, index: u64) -> Option<Result<Proven, ReceiptError>> {
        let (entry, path) = (self.frame.entry(index)?, self.prover.inclusion(index)?);
        Some(Proven::new(entry, path, &self.checkpoint))
    }
}

impl Proven {
    /// Makes the receipt and verifies it, but for the checkpoint's signature, which the caller has verified.
    pub(crate) fn new(
        entry: &Arc<StoredEntry>,
        path: Vec<Hash>,
        checkpoint: &SignedCheckpoint,
    ) -> Result<Self, ReceiptError> {
        let receipt = Receipt {
            leaf: *entry.leaf(),
            salt: *entry.salt(),
            index: entry.index(),
            path,
            checkpoint_note: checkpoint.note().to_owned(),
        };
        let verified = receipt.verify_under(checkpoint, entry.record())?;
        let (index, size) = (verified.index(), verified.size());
        Ok(Self {
            index,
            size,
            receipt,
            entry: Arc::clone(entry),
        })
    }
}
