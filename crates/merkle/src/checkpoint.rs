//! Checkpoints (C2SP tlog-checkpoint): a log's signed word on how many entries it has and under which root.
//!
//! ```text
//! <origin>\n
//! <tree size, decimal>\n
//! <base64 of the root>\n
//! ```

use crate::hash::{EMPTY_ROOT, Hash};
use crate::note::{
    Kind, NoteError, NoteSigner, NoteVerifier, SignedNote, VerifiedSignature, is_key_name,
};
use crate::text::{base64, from_base64_exact, from_decimal};
use std::fmt;

/// The name of one log (and shard) for ever: a URL without scheme, equal to the name of its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

/// What a log claims. Whether it does is a [`SignedCheckpoint`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    /// Which log.
    pub origin: Origin,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A checkpoint that the log's key has signed, with the note exactly as it was received or made.
///
/// There are two ways to one: [`Checkpoint::sign`] and [`SignedCheckpoint::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: String,
}

/// Why a note is not a checkpoint of the log asked about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The origin cannot name a log; see [`Origin::parse`].
    #[error(
        "the origin is empty, too long, has spaces, or begins like another kind of signed text"
    )]
    Origin,
    /// Not three lines of origin, decimal size and base64 root.
    #[error("a checkpoint is three lines: origin, size, root")]
    Form,
    /// Lines after the third: nobody could audit what they say.
    #[error("the checkpoint has extension lines")]
    Extension,
    /// No entries, but not the root of the empty tree.
    #[error("the checkpoint of an empty tree has another root than the empty tree")]
    EmptyTree,
    /// The key is not a log key, or its name is not the checkpoint's origin.
    #[error("the key is not the log key of {origin}")]
    Key {
        /// The origin that the checkpoint names.
        origin: Origin,
    },
    /// The note does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl Origin {
    /// Takes a name of at most [`ORIGIN_BYTES_MAX`] bytes that can name a key (not empty, no space, no `+`, no
    /// control character) and cannot be mistaken for the beginning of another kind of signed text.
    pub fn parse(origin: &str) -> Result<Self, CheckpointError> {
        let confusable = OTHER_SIGNED_TEXTS
            .iter()
            .any(|beginning| origin.starts_with(beginning));
        if !is_key_name(origin) || origin.len() > ORIGIN_BYTES_MAX || confusable {
            return Err(CheckpointError::Origin);
        }
        Ok(Self(origin.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Checkpoint {
    /// Reads the text of a checkpoint; extension lines are refused.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text
            .strip_suffix('\n')
            .ok_or(CheckpointError::Form)?
            .split('\n');
        let mut next = || lines.next().ok_or(CheckpointError::Form);
        let (origin, size, root) = (Origin::parse(next()?)?, next()?, next()?);
        let size = from_decimal(size).ok_or(CheckpointError::Form)?;
        let root = from_base64_exact(root).ok_or(CheckpointError::Form)?;
        if lines.next().is_some() {
            return Err(CheckpointError::Extension);
        }
        if size == 0 && root != EMPTY_ROOT {
            return Err(CheckpointError::EmptyTree);
        }
        Ok(Self { origin, size, root })
    }

    /// The three lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, base64(&self.root))
    }

    /// Signs the claim. A log MUST NOT sign two that are not consistent with each other.
    ///
    /// Fails if the signer's name is not the checkpoint's origin.
    pub fn sign(&self, signer: &NoteSigner) -> Result<SignedCheckpoint, CheckpointError> {
        if signer.verifier().name() != self.origin.as_str() {
            return Err(CheckpointError::Key {
                origin: self.origin.clone(),
            });
        }
        Ok(SignedCheckpoint {
            checkpoint: self.clone(),
            note: signer.sign(&self.text())?,
        })
    }
}

impl SignedCheckpoint {
    /// Accepts `note` if it is a checkpoint of the log that `key` belongs to, signed by that key.
    pub fn verify(note: &[u8], key: &NoteVerifier) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(note)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        if key.kind() != Kind::Log || key.name() != checkpoint.origin.as_str() {
            return Err(CheckpointError::Key {
                origin: checkpoint.origin,
            });
        }
        note.verify(std::slice::from_ref(key))?;
        Ok(Self {
            checkpoint,
            note: note.into_string(),
        })
    }

    /// The claim that was signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, every signature line included, byte for byte.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The cosignatures by `cosigners`, verified. None of them there is no error; one that does not hold is.
    ///
    /// Signatures of log keys are left out: no log is its own witness.
    pub fn cosignatures(
        &self,
        cosigners: &[NoteVerifier],
    ) -> Result<Vec<VerifiedSignature>, NoteError> {
        match SignedNote::parse(self.note.as_bytes())?.verify(cosigners) {
            Ok(note) => {
                let timed = note
                    .signatures()
                    .iter()
                    .filter(|signature| signature.time.is_some());
                Ok(timed.cloned().collect())
            }
            Err(NoteError::Unknown) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// The same checkpoint with the signature `lines` of cosigners added; whose they are is not checked here.
    pub fn with_cosignatures(&self, lines: &str) -> Result<Self, NoteError> {
        let note = SignedNote::parse(format!("{}{lines}", self.note).as_bytes())?;
        if note.text() != self.checkpoint.text() {
            return Err(NoteError::SignatureLine); // the lines held an empty line and moved the text's end
        }
        Ok(Self {
            checkpoint: self.checkpoint.clone(),
            note: note.into_string(),
        })
    }
}

/// Longest origin accepted, in bytes; it stands in every checkpoint, statement and journal header.
pub const ORIGIN_BYTES_MAX: usize = 255;

/// How the other texts begin that keys of ours sign: DSSE, cosignatures, and their post-quantum successor.
const OTHER_SIGNED_TEXTS: [&str; 3] = ["DSSEv1", "cosignature/v1", "subtree/v1"];

#[cfg(test)]
mod tests;
