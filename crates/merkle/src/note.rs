//! Signed notes (C2SP signed-note): a text of lines, an empty line, and signature lines under key names.
//!
//! ```text
//! <text, every line ended by \n>
//! \n
//! — <key name> <base64 of key id[4] || signature>\n        one or more
//! ```
//!
//! Anybody may add a line under any name, so a line counts only if its name and id are those of a key that the
//! verifier already holds. Such a line must then verify, or the whole note is refused.

mod key;

pub(crate) use key::verifier_of;
pub use key::{Kind, NoteSigner, NoteVerifier, VkeyError};

use crate::text::{base64, from_base64};

/// The largest note accepted, in bytes.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;

/// The most signature lines accepted; C2SP asks for at least 16.
pub const SIGNATURES_MAX: usize = 32;

/// A note that has been read but not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    note: String,
    text: String,
    lines: Vec<SignatureLine>,
}

/// One signature line: a claim until its key is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignatureLine {
    pub(crate) name: String,
    pub(crate) key_id: [u8; 4],
    pub(crate) signature: Vec<u8>,
}

/// A note that at least one known key has signed, and in which every line of a known key holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedNote {
    text: String,
    signatures: Vec<VerifiedSignature>,
}

/// One verified line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedSignature {
    /// The key that signed.
    pub key: NoteVerifier,
    /// When, in seconds since 1970-01-01 UTC, if it is a cosignature; other signatures carry no time.
    pub time: Option<u64>,
}

/// Why a note is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More than [`NOTE_BYTES_MAX`].
    #[error("the note is larger than 64 KiB")]
    Size,
    /// Not UTF-8, or an ASCII control character other than the line feed.
    #[error("the note is not plain UTF-8 text")]
    Characters,
    /// The text is empty or does not end with a line feed.
    #[error("the text of the note does not consist of whole lines")]
    Text,
    /// No empty line followed by signature lines.
    #[error("the note has no signature block")]
    NoSignatures,
    /// More than [`SIGNATURES_MAX`].
    #[error("the note has more than 32 signatures")]
    TooManySignatures,
    /// A line after the empty line is no signature line.
    #[error("a signature line of the note is malformed")]
    SignatureLine,
    /// A known key's line does not verify: somebody has altered text or signature.
    #[error("the signature of {name} does not verify")]
    Signature {
        /// Name of the key.
        name: String,
    },
    /// None of the signatures is by a known key.
    #[error("the note is not signed by a known key")]
    Unknown,
}

impl SignedNote {
    /// Reads a note of at most [`NOTE_BYTES_MAX`] bytes and [`SIGNATURES_MAX`] signature lines.
    pub fn parse(note: &[u8]) -> Result<Self, NoteError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Size);
        }
        let note = std::str::from_utf8(note).map_err(|_| NoteError::Characters)?;
        if !is_plain(note) {
            return Err(NoteError::Characters);
        }
        // The last empty line: the text may hold others. Its own final \n stays with the text.
        let (text, block) = note.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        let block = block.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        if block.split('\n').count() > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        let lines = block
            .split('\n')
            .map(SignatureLine::parse)
            .collect::<Option<_>>();
        let lines = lines.ok_or(NoteError::SignatureLine)?;
        Ok(Self {
            note: note.to_owned(),
            text: format!("{text}\n"),
            lines,
        })
    }

    /// The whole note as it was read.
    pub fn into_string(self) -> String {
        self.note
    }

    /// The text that the signatures are about, to its final line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Verifies every line whose name and id are those of one of `keys`; at least one there must be.
    pub fn verify(&self, keys: &[NoteVerifier]) -> Result<VerifiedNote, NoteError> {
        let mut signatures = Vec::new();
        for line in &self.lines {
            let mut known = keys.iter().filter(|key| key.is_named(line)).peekable();
            if known.peek().is_none() {
                continue;
            }
            // Two known keys may share name and id by accident; then the line has to be by one of them.
            let verified = known.find_map(|key| key.verify(&self.text, line));
            signatures.push(verified.ok_or_else(|| NoteError::Signature {
                name: line.name.clone(),
            })?);
        }
        if signatures.is_empty() {
            return Err(NoteError::Unknown);
        }
        Ok(VerifiedNote {
            text: self.text.clone(),
            signatures,
        })
    }
}

impl VerifiedNote {
    /// The text, to its final line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The verified signatures in the order of their lines; a key may stand here more than once.
    pub fn signatures(&self) -> &[VerifiedSignature] {
        &self.signatures
    }

    /// Whether `key` is among those that signed.
    pub fn is_signed_by(&self, key: &NoteVerifier) -> bool {
        self.signatures
            .iter()
            .any(|signature| signature.key == *key)
    }
}

impl SignatureLine {
    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = from_base64(encoded)?;
        let (key_id, signature) = bytes.split_first_chunk()?;
        if !is_key_name(name) || signature.is_empty() {
            return None;
        }
        Some(Self {
            name: name.to_owned(),
            key_id: *key_id,
            signature: signature.to_vec(),
        })
    }

    /// The line with its final line feed.
    pub(crate) fn print(&self) -> String {
        let encoded = base64(&[self.key_id.as_slice(), &self.signature].concat());
        format!("— {} {encoded}\n", self.name)
    }
}

/// Whether `name` can name a key: not empty, no Unicode space, no `+`, no control character.
pub(crate) fn is_key_name(name: &str) -> bool {
    let allowed = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    !name.is_empty() && name.chars().all(allowed)
}

/// Whether `text` can be the text of a note: whole lines without control characters.
pub(crate) fn is_note_text(text: &str) -> bool {
    text.ends_with('\n') && is_plain(text)
}

/// No ASCII control character but the line feed.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte >= 0x20 || byte == b'\n')
}

#[cfg(test)]
mod tests;
