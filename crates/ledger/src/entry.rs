//! What can be appended: one constructor for each type of entry, and nothing else makes one.

mod stored;

pub use stored::StoredEntry;

use precinto_alert::id::{MessageId, NodeId};
use precinto_envelope::crypto::sha256;
use precinto_envelope::verify::VerifiedEnvelope;
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::EntryType;
use std::fmt;

/// An entry before it has an index, a time and a place in the tree.
///
/// Its bytes are stored as they are and handed out as they are; the ledger never looks into them.
#[derive(Debug)]
pub struct Entry {
    pub(crate) kind: EntryType,
    pub(crate) key: EntryKey,
    pub(crate) digest: Hash,
    pub(crate) record: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

/// By what an entry is known: unique for the life of the log.
///
/// It is a hash, so it may outlive what it was made from when an entry is pruned.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryKey([u8; 32]);

impl Entry {
    /// An entry of type STATEMENT: what `sender` said under `id`, signed and verified, with its body.
    ///
    /// The content is the serialised envelope, byte for byte; the digest is its `statement_id`, so another
    /// signature under the same statement is a repeat, and another statement under the same id a conflict.
    pub fn statement(
        envelope: &VerifiedEnvelope,
        sender: &NodeId,
        id: &MessageId,
        record: Vec<u8>,
        body: Vec<u8>,
    ) -> Self {
        let (key, digest) = (EntryKey::statement(sender, id), envelope.statement_id());
        let content = envelope.envelope_bytes().to_vec();
        Self {
            kind: EntryType::Statement,
            key,
            digest,
            record,
            content,
            body,
        }
    }

    /// An entry of type CONFLICT: `refused` used a message id that the log holds for another statement.
    ///
    /// One for each distinct refused statement: its `statement_id` is both digest and key.
    pub fn conflict(refused: &VerifiedEnvelope, record: Vec<u8>) -> Self {
        let digest = refused.statement_id();
        let (key, content) = (
            EntryKey::conflict(&digest),
            refused.envelope_bytes().to_vec(),
        );
        Self {
            kind: EntryType::Conflict,
            key,
            digest,
            record,
            content,
            body: Vec::new(),
        }
    }

    /// An entry of type TRUST: `content` is the certificate, revocation list (DER) or directory (text) itself.
    ///
    /// Its digest is SHA-256 of the content, so the same thing is in a log once.
    pub fn trust(content: Vec<u8>, record: Vec<u8>) -> Self {
        let digest = sha256(&[&content]);
        let key = EntryKey::trust(&digest);
        Self {
            kind: EntryType::Trust,
            key,
            digest,
            record,
            content,
            body: Vec::new(),
        }
    }

    /// The key under which the entry will be found.
    pub fn key(&self) -> &EntryKey {
        &self.key
    }

    /// What tells a repeat (the same digest under the same key) from a conflict.
    pub fn digest(&self) -> &Hash {
        &self.digest
    }

    /// Length of record, content and body together, in bytes.
    pub fn size_bytes(&self) -> usize {
        self.record.len() + self.content.len() + self.body.len()
    }
}

impl EntryKey {
    /// SHA-256("precinto/pair/v1" || 0x00 || `id` (16 bytes) || `sender` as a SPIFFE id).
    pub fn statement(sender: &NodeId, id: &MessageId) -> Self {
        Self(sha256(&[
            b"precinto/pair/v1\0",
            id.as_bytes(),
            sender.to_string().as_bytes(),
        ]))
    }

    /// SHA-256("precinto/trust/v1" || 0x00 || digest), where `digest` is SHA-256 of the content.
    pub fn trust(digest: &Hash) -> Self {
        Self(sha256(&[b"precinto/trust/v1\0", digest]))
    }

    /// SHA-256("precinto/conflict/v1" || 0x00 || `statement_id` of the refused statement).
    pub fn conflict(statement_id: &Hash) -> Self {
        Self(sha256(&[b"precinto/conflict/v1\0", statement_id]))
    }

    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_readme() {
        let sender: NodeId = "spiffe://us.dev.invalid/agency/cbp/node/lax"
            .parse()
            .unwrap();
        let id = MessageId::new([5; 16]).unwrap();
        let pair = [
            b"precinto/pair/v1\0".as_slice(),
            &[5; 16],
            sender.to_string().as_bytes(),
        ]
        .concat();
        assert_eq!(
            EntryKey::statement(&sender, &id).as_bytes(),
            &sha256(&[&pair])
        );
        let trust = [b"precinto/trust/v1\0".as_slice(), &[6; 32]].concat();
        assert_eq!(EntryKey::trust(&[6; 32]).as_bytes(), &sha256(&[&trust]));
        let conflict = [b"precinto/conflict/v1\0".as_slice(), &[6; 32]].concat();
        assert_eq!(
            EntryKey::conflict(&[6; 32]).as_bytes(),
            &sha256(&[&conflict])
        );
    }

    #[test]
    fn a_trust_entry_is_known_by_its_content() {
        let entry = Entry::trust(b"DER".to_vec(), b"record".to_vec());
        assert_eq!(*entry.digest(), sha256(&[b"DER"]));
        assert_eq!(*entry.key(), EntryKey::trust(entry.digest()));
        assert_eq!(entry.size_bytes(), 9);
    }
}
