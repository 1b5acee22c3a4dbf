//! Reads one piece of evidence and checks that it is what it seems: signed by the log's key, and proving what it says.

use crate::finding::Evidence;
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::hash::Hash;
use precinto_merkle::inclusion;
use precinto_merkle::leaf::Leaf;
use precinto_merkle::note::{NoteVerifier, VerifiedSignature};
use precinto_merkle::receipt::Receipt;
use serde::Serialize;

/// What a sound piece of evidence claims: the log had this size and root, and, if it is a receipt, this entry.
pub(crate) struct Claim {
    pub(crate) size: u64,
    pub(crate) root: Hash,
    /// The checkpoint as it was signed, cosignatures included.
    pub(crate) note: String,
    /// Cosignatures of the witnesses that are known here, verified.
    pub(crate) cosignatures: Vec<VerifiedSignature>,
    /// Only of a receipt.
    pub(crate) entry: Option<Entry>,
}

/// A witness's word.
#[derive(Debug, Clone, Serialize)]
pub struct Cosigner {
    /// The name of its key.
    pub name: String,
    /// When, seconds since 1970 UTC, by its clock.
    pub time: u64,
}

/// The entry that a receipt is for.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) index: u64,
    pub(crate) leaf: Leaf,
    pub(crate) salt: [u8; 32],
}

/// What became of a piece of evidence.
pub(crate) enum Read {
    /// It claims something.
    Usable(Claim),
    /// It proves nothing about this log.
    Unusable { evidence: Evidence, why: String },
}

/// Reads evidence for the log with one key. Many receipts share a checkpoint: the last one verified is remembered.
pub(crate) struct Reader<'k> {
    key: Option<&'k NoteVerifier>,
    witnesses: &'k [NoteVerifier],
    last: Option<(SignedCheckpoint, Vec<VerifiedSignature>)>,
}

impl Claim {
    /// Which kind of evidence it was.
    pub(crate) fn evidence(&self) -> Evidence {
        if self.entry.is_some() {
            Evidence::Receipt
        } else {
            Evidence::Checkpoint
        }
    }

    /// Who has cosigned, and when.
    pub(crate) fn cosigners(&self) -> Vec<Cosigner> {
        let cosigner = |one: &VerifiedSignature| {
            one.time.map(|time| Cosigner {
                name: one.key.name().to_owned(),
                time,
            })
        };
        self.cosignatures.iter().filter_map(cosigner).collect()
    }
}

impl<'k> Reader<'k> {
    pub(crate) fn new(key: Option<&'k NoteVerifier>, witnesses: &'k [NoteVerifier]) -> Self {
        Self {
            key,
            witnesses,
            last: None,
        }
    }

    /// Reads a receipt or a checkpoint, whichever it is.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Read {
        let evidence = if bytes.starts_with(b"c2sp.org/tlog-proof") {
            Evidence::Receipt
        } else {
            Evidence::Checkpoint
        };
        let claim = match evidence {
            Evidence::Receipt => self.receipt(bytes),
            _ => self.checkpoint(bytes),
        };
        match claim {
            Ok(claim) => Read::Usable(claim),
            Err(why) => Read::Unusable { evidence, why },
        }
    }

    fn receipt(&mut self, bytes: &[u8]) -> Result<Claim, String> {
        let receipt = Receipt::parse(bytes).map_err(|error| error.to_string())?;
        let claim = self.checkpoint(receipt.checkpoint_note.as_bytes())?;
        let Receipt {
            leaf,
            salt,
            index,
            path,
            ..
        } = receipt;
        inclusion::verify(index, claim.size, &leaf.hash(), &path, &claim.root)
            .map_err(|error| error.to_string())?;
        Ok(Claim {
            entry: Some(Entry { index, leaf, salt }),
            ..claim
        })
    }

    fn checkpoint(&mut self, note: &[u8]) -> Result<Claim, String> {
        let key = self.key.ok_or("the log's verifier key was not given")?;
        let known = self
            .last
            .take()
            .filter(|(last, _)| last.note().as_bytes() == note);
        let verified = if let Some(verified) = known {
            verified
        } else {
            let signed = SignedCheckpoint::verify(note, key).map_err(|error| error.to_string())?;
            let cosignatures = signed.cosignatures(self.witnesses);
            (signed, cosignatures.map_err(|error| error.to_string())?)
        };
        let (signed, cosignatures) = self.last.insert(verified);
        Ok(Claim {
            size: signed.checkpoint().size,
            root: signed.checkpoint().root,
            note: signed.note().to_owned(),
            cosignatures: cosignatures.clone(),
            entry: None,
        })
    }
}
