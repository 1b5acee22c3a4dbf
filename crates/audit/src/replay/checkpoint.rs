//! What a stored or sent note claims about the log, and whether the log's key has signed it.

use super::outcome::{Of, Outcome};
use crate::finding::Kind;
use crate::source;
use precinto_merkle::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use precinto_merkle::hash::Hash;
use precinto_merkle::note::{NoteVerifier, SignedNote};

/// A checkpoint with what it must say.
pub(super) struct Job {
    pub(super) checkpoint: source::Checkpoint,
    /// The entries up to it.
    pub(super) size: u64,
    /// The root over them; none once the tree could not be followed any more.
    pub(super) root: Option<Hash>,
}

impl Job {
    /// Compares the checkpoint with the log, and its signature with the log's key.
    pub(super) fn run(self, key: Option<&NoteVerifier>) -> Outcome {
        let Self {
            checkpoint: source::Checkpoint { note, place },
            size,
            root,
        } = self;
        let (kinds, covered) = match read(&note, key) {
            Err(kind) => (vec![kind], None),
            Ok(claim) if claim.size != size => (
                vec![Kind::CheckpointSize {
                    says: claim.size,
                    holds: size,
                }],
                None,
            ),
            Ok(claim) if root.is_some_and(|root| root != claim.root) => {
                (vec![Kind::Root { size }], Some(size))
            }
            Ok(_) => (Vec::new(), Some(size)),
        };
        Outcome {
            place,
            kinds,
            of: Of::Checkpoint { covered },
        }
    }
}

/// The claim in a note. Without a key it is taken as it stands.
fn read(note: &[u8], key: Option<&NoteVerifier>) -> Result<Checkpoint, Kind> {
    match key {
        Some(key) => SignedCheckpoint::verify(note, key)
            .map(|signed| signed.checkpoint().clone())
            .map_err(|error| not_signed(&error)),
        None => unsigned(note).map_err(|why| Kind::CheckpointForm { why }),
    }
}

fn not_signed(error: &CheckpointError) -> Kind {
    let why = error.to_string();
    match error {
        CheckpointError::Note(_) | CheckpointError::Key { .. } => Kind::CheckpointSignature { why },
        CheckpointError::Origin
        | CheckpointError::Form
        | CheckpointError::Extension
        | CheckpointError::EmptyTree => Kind::CheckpointForm { why },
    }
}

/// What a checkpoint says, taken on trust.
fn unsigned(note: &[u8]) -> Result<Checkpoint, String> {
    let note = SignedNote::parse(note).map_err(|error| error.to_string())?;
    Checkpoint::parse(note.text()).map_err(|error| error.to_string())
}
