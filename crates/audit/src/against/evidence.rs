//! Reads one piece of evidence and checks that it is what it seems: signed by the log's key, and proving what it says.

use crate::finding::Evidence;
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::hash::Hash;
use precinto_merkle::inclusion;
use precinto_merkle::leaf::Leaf;
use precinto_merkle::note::NoteVerifier;
use precinto_merkle::receipt::Receipt;

/// What a sound piece of evidence claims.
pub(super) enum Claim {
    /// The log had this leaf at this index when it had this size and root.
    Receipt {
        index: u64,
        leaf: Leaf,
        salt: [u8; 32],
        size: u64,
        root: Hash,
    },
    /// The log had this size and root.
    Checkpoint { size: u64, root: Hash },
}

/// What became of a piece of evidence.
pub(super) enum Read {
    /// It claims something.
    Usable(Claim),
    /// It proves nothing about this log.
    Unusable { evidence: Evidence, why: String },
}

/// Reads evidence for the log with one key. Many receipts share a checkpoint: the last one verified is remembered.
pub(super) struct Reader<'k> {
    key: Option<&'k NoteVerifier>,
    last: Option<SignedCheckpoint>,
}

impl<'k> Reader<'k> {
    pub(super) fn new(key: Option<&'k NoteVerifier>) -> Self {
        Self { key, last: None }
    }

    /// Reads a receipt or a checkpoint, whichever it is.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Read {
        let evidence = if bytes.starts_with(b"c2sp.org/tlog-proof") {
            Evidence::Receipt
        } else {
            Evidence::Checkpoint
        };
        let claim = match evidence {
            Evidence::Receipt => self.receipt(bytes),
            _ => self.checkpoint(bytes).map(|checkpoint| {
                let checkpoint = checkpoint.checkpoint();
                Claim::Checkpoint {
                    size: checkpoint.size,
                    root: checkpoint.root,
                }
            }),
        };
        match claim {
            Ok(claim) => Read::Usable(claim),
            Err(why) => Read::Unusable { evidence, why },
        }
    }

    fn receipt(&mut self, bytes: &[u8]) -> Result<Claim, String> {
        let receipt = Receipt::parse(bytes).map_err(|error| error.to_string())?;
        let checkpoint = self
            .checkpoint(receipt.checkpoint_note.as_bytes())?
            .checkpoint()
            .clone();
        let Receipt {
            leaf,
            salt,
            index,
            path,
            ..
        } = receipt;
        inclusion::verify(
            index,
            checkpoint.size,
            &leaf.hash(),
            &path,
            &checkpoint.root,
        )
        .map_err(|error| error.to_string())?;
        Ok(Claim::Receipt {
            index,
            leaf,
            salt,
            size: checkpoint.size,
            root: checkpoint.root,
        })
    }

    fn checkpoint(&mut self, note: &[u8]) -> Result<&SignedCheckpoint, String> {
        let key = self.key.ok_or("the log's verifier key was not given")?;
        let known = self
            .last
            .take()
            .filter(|last| last.note().as_bytes() == note);
        let checkpoint = match known {
            Some(checkpoint) => checkpoint,
            None => SignedCheckpoint::verify(note, key).map_err(|error| error.to_string())?,
        };
        Ok(self.last.insert(checkpoint))
    }
}
