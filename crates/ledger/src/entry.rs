//! What can be appended: one constructor for each type of entry, and nothing else makes one.

mod stored;

pub use stored::{Memory, StoredEntry};

use precinto_alert::id::{AgencyId, MessageId, NodeId};
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
    /// Whether somebody from outside has caused it, and not the gateway itself.
    pub(crate) is_on_request: bool,
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
            is_on_request: true,
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
            is_on_request: true,
        }
    }

    /// An entry of type TRUST: `content` is the certificate, revocation list (DER) or signed part of the directory itself.
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
            is_on_request: false,
        }
    }

    /// An entry of type OVERDUE, under [`EntryKey::overdue`]: a missed deadline, and what follows from it.
    ///
    /// Its digest is its key: who notices the same step a second time, after a restart or in a race, finds the first
    /// entry, whatever its record says.
    pub fn overdue(key: EntryKey, record: Vec<u8>) -> Self {
        Self {
            kind: EntryType::Overdue,
            key,
            digest: *key.as_bytes(),
            record,
            content: Vec::new(),
            body: Vec::new(),
            is_on_request: false,
        }
    }

    /// An entry of type ACT: what somebody did to the gateway's own state. `act_id` is drawn for it and stands in the
    /// record.
    pub fn act(act_id: &[u8; 16], record: Vec<u8>) -> Self {
        Self {
            kind: EntryType::Act,
            key: EntryKey::act(act_id),
            digest: sha256(&[&record]),
            record,
            content: Vec::new(),
            body: Vec::new(),
            is_on_request: false,
        }
    }

    /// The same entry, caused by somebody from outside: what tells of it stops going into the disk's reserve well before what
    /// the gateway has to record of its own accord, so that nobody uses up by asking what a revocation may need.
    #[must_use]
    pub fn on_request(self) -> Self {
        Self {
            is_on_request: true,
            ..self
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

    /// SHA-256("precinto/overdue/v1" || 0x00 || `message_id` (16 bytes) || level || step || `sender` as a SPIFFE id ||
    /// 0x00 || `agency` as side/agency): one step of what one agency owes to one message, at one level.
    pub fn overdue(
        (sender, id): (&NodeId, &MessageId),
        agency: &AgencyId,
        level: u8,
        step: u8,
    ) -> Self {
        Self(sha256(&[
            b"precinto/overdue/v1\0",
            id.as_bytes(),
            &[level, step],
            sender.to_string().as_bytes(),
            b"\0",
            agency.to_string().as_bytes(),
        ]))
    }

    /// SHA-256("precinto/act/v1" || 0x00 || `act_id` (16 bytes)).
    pub fn act(act_id: &[u8; 16]) -> Self {
        Self(sha256(&[b"precinto/act/v1\0", act_id]))
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
        let anam: AgencyId = "mx.dev.invalid/anam".parse().unwrap();
        let overdue = [
            b"precinto/overdue/v1\0".as_slice(),
            &[5; 16],
            &[2, 3],
            b"spiffe://us.dev.invalid/agency/cbp/node/lax\0mx.dev.invalid/anam",
        ];
        assert_eq!(
            EntryKey::overdue((&sender, &id), &anam, 2, 3).as_bytes(),
            &sha256(&[&overdue.concat()])
        );
        let act = [b"precinto/act/v1\0".as_slice(), &[5; 16]].concat();
        assert_eq!(EntryKey::act(&[5; 16]).as_bytes(), &sha256(&[&act]));
    }

    #[test]
    fn the_same_step_is_a_repeat_whatever_it_says_and_the_same_act_is_not() {
        let key = EntryKey::act(&[1; 16]);
        let (one, other) = (
            Entry::overdue(key, b"one".to_vec()),
            Entry::overdue(key, b"other".to_vec()),
        );
        assert_eq!((one.key(), one.digest()), (other.key(), other.digest()));
        let (one, other) = (
            Entry::act(&[1; 16], b"one".to_vec()),
            Entry::act(&[1; 16], b"other".to_vec()),
        );
        assert_ne!(one.digest(), other.digest());
    }

    #[test]
    fn a_trust_entry_is_known_by_its_content() {
        let entry = Entry::trust(b"DER".to_vec(), b"record".to_vec());
        assert_eq!(*entry.digest(), sha256(&[b"DER"]));
        assert_eq!(*entry.key(), EntryKey::trust(entry.digest()));
        assert_eq!(entry.size_bytes(), 9);
    }
}
