//! The keys of notes: who may sign what under which name.

use super::{NoteError, SignatureLine, VerifiedSignature, is_key_name, is_note_text};
use crate::cosignature;
use crate::text::{base64, from_base64};
use precinto_envelope::crypto::{Algorithm, PublicKey, SigningKey, sha256};
use std::fmt;
use std::str::FromStr;

/// What a key signs. The number stands in front of the key wherever it is written or hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A log's key: Ed25519 over the text.
    Log = 0x01,
    /// A witness's key: Ed25519 over time and text (C2SP tlog-cosignature).
    Cosigner = 0x04,
}

/// A key by which notes are verified, as written in a `vkey`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NoteVerifier {
    name: String,
    kind: Kind,
    key: PublicKey,
    key_id: [u8; 4],
}

/// Why a text is not a usable `vkey`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VkeyError {
    /// Not `<name>+<8 hex digits>+<base64>`, or a name with a space or a control character.
    #[error("a verifier key reads <name>+<8 lower-case hex digits>+<base64>")]
    Form,
    /// Neither a log key (type 1) nor a cosignature key (type 4) of Ed25519.
    #[error("the verifier key is neither an Ed25519 log key nor an Ed25519 cosignature key")]
    Kind,
    /// The key is no admissible Ed25519 key.
    #[error("the verifier key is not a sound Ed25519 key")]
    Key,
    /// The id is not that of name and key: something was miscopied.
    #[error("the verifier key's id does not belong to its name and key; was it copied in full?")]
    KeyId,
}

impl NoteVerifier {
    /// Reads a `vkey`: `<name>+<key id, 8 lower-case hex digits>+<base64 of type || public key>`.
    pub fn parse(vkey: &str) -> Result<Self, VkeyError> {
        let (name, rest) = vkey.split_once('+').ok_or(VkeyError::Form)?;
        let (key_id, encoded) = rest.split_once('+').ok_or(VkeyError::Form)?;
        let bytes = from_base64(encoded).ok_or(VkeyError::Form)?;
        let (number, key) = bytes.split_first().ok_or(VkeyError::Form)?;
        let kind = [Kind::Log, Kind::Cosigner]
            .into_iter()
            .find(|kind| *kind as u8 == *number);
        let key = key
            .try_into()
            .ok()
            .and_then(|key| PublicKey::ed25519(key).ok());
        if !is_key_name(name) {
            return Err(VkeyError::Form);
        }
        let verifier = Self::new(
            name,
            kind.ok_or(VkeyError::Kind)?,
            key.ok_or(VkeyError::Key)?,
        );
        if hex(verifier.key_id) != key_id {
            return Err(VkeyError::KeyId);
        }
        Ok(verifier)
    }

    /// A verifier of an Ed25519 key; the callers have checked name and algorithm.
    fn new(name: &str, kind: Kind, key: PublicKey) -> Self {
        let digest = sha256(&[name.as_bytes(), b"\n", &[kind as u8], key.as_bytes()]);
        let [a, b, c, d, ..] = digest;
        Self {
            name: name.to_owned(),
            kind,
            key,
            key_id: [a, b, c, d],
        }
    }

    /// The key's name; for a log it is the log's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the key signs.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The first four bytes of SHA-256(name || 0x0A || type || public key): selects a key, proves nothing.
    pub fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// Whether both are the same public key, under whatever names.
    pub fn has_key_of(&self, other: &Self) -> bool {
        self.key == other.key
    }

    /// Whether `line` claims to be by this key.
    pub(super) fn is_named(&self, line: &SignatureLine) -> bool {
        self.name == line.name && self.key_id == line.key_id
    }

    /// The signature of `line`, if this key made it over `text`.
    pub(super) fn verify(&self, text: &str, line: &SignatureLine) -> Option<VerifiedSignature> {
        let time = match self.kind {
            Kind::Log => {
                self.key.verify(text.as_bytes(), &line.signature).ok()?;
                None
            }
            Kind::Cosigner => Some(cosignature::verify(&self.key, text, &line.signature)?),
        };
        Some(VerifiedSignature {
            key: self.clone(),
            time,
        })
    }
}

/// Writes the `vkey`.
impl fmt::Display for NoteVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = base64(&[&[self.kind as u8], self.key.as_bytes()].concat());
        write!(f, "{}+{}+{key}", self.name, hex(self.key_id))
    }
}

impl FromStr for NoteVerifier {
    type Err = VkeyError;

    fn from_str(vkey: &str) -> Result<Self, VkeyError> {
        Self::parse(vkey)
    }
}

/// A log's key and name: signs the text of notes.
#[derive(Debug)]
pub struct NoteSigner {
    key: SigningKey,
    verifier: NoteVerifier,
}

impl NoteSigner {
    /// Takes an Ed25519 key under `name`.
    pub fn new(name: &str, key: SigningKey) -> Result<Self, VkeyError> {
        let verifier = verifier_of(name, Kind::Log, &key)?;
        Ok(Self { key, verifier })
    }

    /// What others need to verify this signer's notes.
    pub fn verifier(&self) -> NoteVerifier {
        self.verifier.clone()
    }

    /// The note over `text`, with one signature line. `text` must end with a line feed and hold no other control
    /// character.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        if !is_note_text(text) {
            return Err(NoteError::Text);
        }
        let line = SignatureLine {
            name: self.verifier.name.clone(),
            key_id: self.verifier.key_id,
            signature: self.key.sign(text.as_bytes()),
        };
        Ok(format!("{text}\n{}", line.print()))
    }
}

/// The verifier of a private key under a name, both fit for notes.
pub(crate) fn verifier_of(
    name: &str,
    kind: Kind,
    key: &SigningKey,
) -> Result<NoteVerifier, VkeyError> {
    if !is_key_name(name) {
        return Err(VkeyError::Form);
    }
    if key.algorithm() != Algorithm::Ed25519 {
        return Err(VkeyError::Kind);
    }
    Ok(NoteVerifier::new(name, kind, key.verifier()))
}

fn hex(key_id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(key_id))
}
