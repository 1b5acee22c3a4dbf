//! Receipts (C2SP tlog-proof@v1): all that anybody needs, besides the record, to prove that a log took it in.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64 of leaf[50] || salt[32]>
//! index <decimal>
//! <base64 hash>                              the inclusion path, leaf's sibling first
//!                                            an empty line
//! <checkpoint note, verbatim>
//! ```
//!
//! How much a receipt is worth, its grade, is never written in it: whoever verifies it decides.

use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::hash::Hash;
use crate::leaf::{LEAF_LEN, Leaf, LeafError, commitment};
use crate::note::{NOTE_BYTES_MAX, NoteError, NoteVerifier, SignedNote};
use crate::policy::{Grade, Policy};
use crate::text::{base64, from_base64_exact, from_decimal};
use crate::{PROOF_HASHES_MAX, ProofError, inclusion};

/// A receipt that has been read but not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The leaf that stands in the tree.
    pub leaf: Leaf,
    /// The salt of the leaf's commitment.
    pub salt: [u8; 32],
    /// Where in the log the entry stands, counted from 0.
    pub index: u64,
    /// The way from the leaf to the root.
    pub path: Vec<Hash>,
    /// The signed checkpoint, with any cosignatures.
    pub checkpoint_note: String,
}

/// A receipt that holds for a record: the log with this key took exactly this record in at this index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedReceipt {
    leaf: Leaf,
    index: u64,
    size: u64,
    root: Hash,
    grade: Grade,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not `tlog-proof@v1`, in the one spelling there is.
    #[error("the receipt is malformed: {0}")]
    Form(&'static str),
    /// The leaf inside is none of ours.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The leaf commits to another record: the record or the salt was altered.
    #[error("the receipt is for another record")]
    Record,
    /// The checkpoint does not hold.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A cosignature does not hold.
    #[error(transparent)]
    Cosignature(#[from] NoteError),
    /// The checkpoint given is not the one inside the receipt.
    #[error("the receipt is under another checkpoint")]
    OtherCheckpoint,
    /// The path does not lead from the leaf to the signed root.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl Receipt {
    /// Writes the receipt; stored, it takes the file extension `.tlog-proof`.
    pub fn to_text(&self) -> String {
        let extra = base64(&[self.leaf.to_bytes().as_slice(), &self.salt].concat());
        let path: String = self.path.iter().map(|hash| base64(hash) + "\n").collect();
        let (index, note) = (self.index, &self.checkpoint_note);
        format!("{HEAD}\nextra {extra}\nindex {index}\n{path}\n{note}")
    }

    /// Reads a receipt strictly: of what is accepted, [`Receipt::to_text`] gives back every byte.
    pub fn parse(receipt: impl AsRef<[u8]>) -> Result<Self, ReceiptError> {
        let receipt = receipt.as_ref();
        if receipt.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::Form("too large"));
        }
        let text = std::str::from_utf8(receipt).map_err(|_| ReceiptError::Form("not UTF-8"))?;
        let (proof, note) = split(text).ok_or(ReceiptError::Form("no checkpoint"))?;
        let checkpoint = SignedNote::parse(note.as_bytes()).map_err(CheckpointError::from)?;
        Checkpoint::parse(checkpoint.text())?;
        let mut lines = proof.split('\n');
        if lines.next() != Some(HEAD) {
            return Err(ReceiptError::Form("not a tlog-proof of version 1"));
        }
        let (leaf, salt) = lines
            .next()
            .and_then(parse_extra)
            .ok_or(ReceiptError::Form("extra"))?;
        let index = lines
            .next()
            .and_then(|line| from_decimal(line.strip_prefix("index ")?));
        let path: Option<Vec<Hash>> = lines.map(from_base64_exact).collect();
        let path = path.filter(|path| path.len() <= PROOF_HASHES_MAX);
        Ok(Self {
            leaf: Leaf::from_bytes(&leaf)?,
            salt,
            index: index.ok_or(ReceiptError::Form("index"))?,
            path: path.ok_or(ReceiptError::Form("inclusion path"))?,
            checkpoint_note: note.to_owned(),
        })
    }

    /// Checks that the log with key `log` took in exactly `record`: commitment, signature, inclusion.
    ///
    /// What the record says, and who signed it, is the caller's to check.
    pub fn verify(
        &self,
        log: &NoteVerifier,
        record: &[u8],
    ) -> Result<VerifiedReceipt, ReceiptError> {
        self.verify_under(&self.checkpoint(log)?, record)
    }

    /// As [`Receipt::verify`], and graded by `policy`: [`Grade::Witnessed`] if its quorum has cosigned.
    ///
    /// The log is `log`, whichever the policy names.
    pub fn verify_graded(
        &self,
        log: &NoteVerifier,
        policy: &Policy,
        record: &[u8],
    ) -> Result<VerifiedReceipt, ReceiptError> {
        let checkpoint = self.checkpoint(log)?;
        let verified = self.verify_under(&checkpoint, record)?;
        let grade = policy.grade(&checkpoint)?;
        Ok(VerifiedReceipt { grade, ..verified })
    }

    /// The checkpoint inside, its signature by `log` verified.
    pub fn checkpoint(&self, log: &NoteVerifier) -> Result<SignedCheckpoint, ReceiptError> {
        Ok(SignedCheckpoint::verify(
            self.checkpoint_note.as_bytes(),
            log,
        )?)
    }

    /// As [`Receipt::verify`], under a checkpoint whose signature was verified before: many receipts share one.
    pub fn verify_under(
        &self,
        checkpoint: &SignedCheckpoint,
        record: &[u8],
    ) -> Result<VerifiedReceipt, ReceiptError> {
        if checkpoint.note() != self.checkpoint_note {
            return Err(ReceiptError::OtherCheckpoint);
        }
        let Self { leaf, index, .. } = *self;
        if commitment(leaf.entry_type, &self.salt, record) != leaf.commitment {
            return Err(ReceiptError::Record);
        }
        let (size, root) = (checkpoint.checkpoint().size, checkpoint.checkpoint().root);
        inclusion::verify(index, size, &leaf.hash(), &self.path, &root)?;
        Ok(VerifiedReceipt {
            leaf,
            index,
            size,
            root,
            grade: Grade::Local,
        })
    }
}

impl VerifiedReceipt {
    /// The leaf that stands in the tree: type and time of the entry.
    pub fn leaf(&self) -> &Leaf {
        &self.leaf
    }

    /// Where in the log the entry stands, counted from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Number of entries under the checkpoint.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The signed root.
    pub fn root(&self) -> &Hash {
        &self.root
    }

    /// On whose word this rests.
    pub fn grade(&self) -> Grade {
        self.grade
    }
}

/// The largest receipt accepted: a note, and some 3 KiB of proof in front of it.
pub const RECEIPT_BYTES_MAX: usize = NOTE_BYTES_MAX + 4 * 1024;

/// The checkpoint note in a receipt's text, which may be anything; none if there is none.
pub fn checkpoint_note(receipt: &str) -> Option<&str> {
    split(receipt).map(|(_, note)| note)
}

fn split(receipt: &str) -> Option<(&str, &str)> {
    receipt.split_once("\n\n")
}

const HEAD: &str = "c2sp.org/tlog-proof@v1";

fn parse_extra(line: &str) -> Option<([u8; LEAF_LEN], [u8; 32])> {
    let extra: [u8; LEAF_LEN + 32] = from_base64_exact(line.strip_prefix("extra ")?)?;
    let (leaf, salt) = extra.split_first_chunk()?;
    Some((*leaf, salt.try_into().ok()?))
}

#[cfg(test)]
mod tests;
