//! From new entries to the bytes of a frame, and the proof that these bytes are right.
//!
//! [`seal`] grows the tree by one way and signs the root. [`Sealed::check`] forgets all of that but the bytes to
//! be written, decodes them with the reader's code, builds the root by another way, and compares it with the
//! signed one. A bit that flips between hashing and writing is found before it can do harm.

use crate::committed::Committed;
use crate::entry::Entry;
use crate::journal::frame::{self, Frame, Row};
use precinto_envelope::crypto;
use precinto_merkle::checkpoint::{Checkpoint, Origin};
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::{Leaf, commitment};
use precinto_merkle::note::{NoteSigner, NoteVerifier};
use precinto_merkle::tree::{BatchProver, Edge, root_of};
use std::sync::Arc;

/// A batch as it will be written.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) frame: Vec<u8>,
    /// The tree's edge with the batch in it.
    pub(crate) edge: Edge,
}

/// What came out differently the second time: a fault of memory, or of ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    #[error("the encoded frame does not read back: {0}")]
    Frame(#[from] frame::FrameError),
    #[error("the checkpoint in the encoded frame does not hold: {0}")]
    Checkpoint(#[from] precinto_merkle::checkpoint::CheckpointError),
    #[error("the encoded frame leads to another tree than the one signed for")]
    Tree,
    #[error("the encoded frame holds other entries than were taken in")]
    Entries,
}

/// Gives each entry its leaf, extends the tree behind `edge`, signs the checkpoint, and encodes the frame.
pub(crate) fn seal(
    new: &[Entry],
    edge: &Edge,
    time_ms: u64,
    signer: &NoteSigner,
    origin: &Origin,
) -> Result<Sealed, SealError> {
    let mut grown = edge.clone();
    let mut entries = Vec::with_capacity(new.len());
    for entry in new {
        let row = row_of(entry, time_ms)?;
        grown.append(row.leaf.hash());
        entries.push((row, [&*entry.record, &*entry.content, &*entry.body]));
    }
    let claim = Checkpoint {
        origin: origin.clone(),
        size: grown.size(),
        root: grown.root(),
    };
    let signed = claim.sign(signer)?;
    Ok(Sealed {
        frame: frame::encode(edge.size(), &entries, signed.note()),
        edge: grown,
    })
}

impl Sealed {
    /// Reads the encoded frame back and proves that it holds `new` behind `old`, under a checkpoint by `key`
    /// that is right.
    pub(crate) fn check(
        &self,
        new: &[Entry],
        old: &Edge,
        key: &NoteVerifier,
    ) -> Result<Committed, SealError> {
        let frame = Frame::decode(&self.frame)?;
        let checkpoint = frame.checkpoint(key)?;
        let leaf_hashes: Vec<Hash> = frame
            .entries
            .iter()
            .map(|entry| entry.leaf().hash())
            .collect();
        let prover = BatchProver::new(old, &leaf_hashes);
        let claim = checkpoint.checkpoint();
        let root = root_of(&prover, prover.size());
        if frame.first() != old.size() || claim.size != prover.size() || Some(claim.root) != root {
            return Err(SealError::Tree);
        }
        let same = |(entry, stored): (&Entry, &Arc<crate::StoredEntry>)| {
            entry.key == *stored.key()
                && entry.digest == *stored.digest()
                && entry.record == stored.record()
                && entry.content == stored.content()
                && entry.body == stored.body()
        };
        if new.len() != frame.entries.len() || !new.iter().zip(&frame.entries).all(same) {
            return Err(SealError::Entries);
        }
        Ok(Committed {
            leaf_hashes,
            frame: Arc::new(frame),
            checkpoint,
            prover,
        })
    }
}

fn row_of(entry: &Entry, time_ms: u64) -> Result<Row, SealError> {
    let salt = crypto::random();
    let commitment = commitment(entry.kind, &salt, &entry.record);
    let len = |part: &[u8]| u32::try_from(part.len()).map_err(|_| SealError::Entries);
    Ok(Row {
        leaf: Leaf {
            entry_type: entry.kind,
            time_ms,
            commitment,
        },
        flags: 0,
        record_len: len(&entry.record)?,
        content_len: len(&entry.content)?,
        body_len: len(&entry.body)?,
        salt,
        key: entry.key,
        digest: entry.digest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_envelope::crypto::SigningKey;
    use precinto_merkle::checkpoint::CheckpointError;

    fn signer() -> NoteSigner {
        NoteSigner::new("log.example/1", SigningKey::from_ed25519_seed([7; 32])).unwrap()
    }

    fn entries(contents: &[u8]) -> Vec<Entry> {
        contents
            .iter()
            .map(|content| Entry::trust(vec![*content; 9], vec![*content]))
            .collect()
    }

    fn sealed(new: &[Entry], edge: &Edge) -> Sealed {
        let origin = Origin::parse("log.example/1").unwrap();
        seal(new, edge, 1000, &signer(), &origin).unwrap()
    }

    #[test]
    fn a_bit_that_flips_before_the_write_is_found() {
        let (new, old, key) = (
            entries(&[1, 2, 3]),
            Edge::from_leaf_hashes([[1; 32]; 5]),
            signer().verifier(),
        );
        let mut sealed = sealed(&new, &old);
        let committed = sealed.check(&new, &old, &key).unwrap();
        assert_eq!((committed.frame.first(), committed.prover.size()), (5, 8));
        for at in 0..sealed.frame.len() {
            sealed.frame[at] ^= 1 << (at % 8);
            sealed.check(&new, &old, &key).unwrap_err();
            sealed.frame[at] ^= 1 << (at % 8);
        }
        sealed.check(&new, &old, &key).unwrap();
    }

    #[test]
    fn a_frame_that_reads_back_may_still_be_the_wrong_one() {
        let (new, old, key) = (
            entries(&[1, 2]),
            Edge::from_leaf_hashes([[1; 32]; 5]),
            signer().verifier(),
        );
        let sealed = sealed(&new, &old);
        let other = Edge::from_leaf_hashes([[2; 32]; 5]);
        assert!(
            matches!(sealed.check(&new, &other, &key), Err(SealError::Tree)),
            "another root"
        );
        let longer = Edge::from_leaf_hashes([[1; 32]; 6]);
        assert!(
            matches!(sealed.check(&new, &longer, &key), Err(SealError::Tree)),
            "another index"
        );
        for wrong in [entries(&[1]), entries(&[1, 3]), entries(&[2, 1])] {
            assert!(matches!(
                sealed.check(&wrong, &old, &key),
                Err(SealError::Entries)
            ));
        }
        let stranger = SigningKey::from_ed25519_seed([8; 32]);
        let stranger = NoteSigner::new("log.example/1", stranger)
            .unwrap()
            .verifier();
        let error = sealed.check(&new, &old, &stranger).unwrap_err();
        assert!(
            matches!(error, SealError::Checkpoint(CheckpointError::Note(_))),
            "{error}"
        );
    }
}
