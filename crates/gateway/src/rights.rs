//! Who may see what of an entry: one place for deliveries and for reads.
//!
//! Leaves and checkpoints are for any node. A statement's record, envelope and body are for its parties: the node that
//! sent it, the agencies and nodes that its record names; and for the configured auditors. What a statement's trust rests
//! on is for everybody, except the directory, which names people: auditors only.

use precinto_alert::id::NodeId;
use precinto_ledger::StoredEntry;
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

use crate::authenticate::Caller;
use crate::registry::Directory;

#[cfg(test)]
mod tests;

/// What a node is called in records: computed once for each call or stream, compared for each entry.
#[derive(Debug, Clone)]
pub struct Reader {
    node: String,
    agency: String,
    is_auditor: bool,
}

impl Reader {
    /// The reader that this caller is.
    pub fn new(caller: &Caller, node: &NodeId, directory: &Directory) -> Self {
        Self {
            node: node.to_string(),
            agency: node.agency().to_string(),
            is_auditor: directory.is_auditor(caller.identity()),
        }
    }

    /// Whether the entry is delivered to this reader's subscriptions: statements only, by what the log says about their
    /// recipients, not by what the directory says today. An auditor gets every statement.
    pub fn is_delivered(&self, entry: &StoredEntry) -> bool {
        entry.leaf().entry_type == EntryType::Statement
            && (self.is_auditor || self.is_recipient(entry))
    }

    /// Whether the reader may see more of the entry than its leaf.
    pub fn may_read(&self, entry: &StoredEntry) -> bool {
        self.is_auditor
            || match entry.leaf().entry_type {
                EntryType::Statement => self.is_recipient(entry) || self.is_sender(entry),
                EntryType::Conflict => self.is_refused_sender(entry),
                EntryType::Trust => pb::TrustRecord::decode(entry.record())
                    .is_ok_and(|record| self.may_see_trust(record.kind())),
                EntryType::Delivery
                | EntryType::PeerCheckpoint
                | EntryType::Tombstone
                | EntryType::Key
                | EntryType::Timestamp
                | EntryType::Shard => false,
            }
    }

    /// Whether things of this kind, on which trust rests, are for this reader.
    pub fn may_see_trust(&self, kind: pb::TrustKind) -> bool {
        match kind {
            pb::TrustKind::Root
            | pb::TrustKind::Intermediate
            | pb::TrustKind::Signer
            | pb::TrustKind::RevocationList => true,
            pb::TrustKind::Directory | pb::TrustKind::Unspecified => self.is_auditor,
        }
    }

    fn is_recipient(&self, entry: &StoredEntry) -> bool {
        let audience = Audience::decode(entry.record()).unwrap_or_default();
        audience.recipients.iter().any(|recipient| {
            recipient.agencies.contains(&self.agency) || recipient.nodes.contains(&self.node)
        })
    }

    fn is_sender(&self, entry: &StoredEntry) -> bool {
        let Ok(envelope) = pb::Envelope::decode(entry.content()) else {
            return false;
        };
        Sender::decode(envelope.payload.as_slice())
            .is_ok_and(|statement| statement.sender == self.node)
    }

    fn is_refused_sender(&self, entry: &StoredEntry) -> bool {
        pb::ConflictRecord::decode(entry.record()).is_ok_and(|record| record.sender == self.node)
    }
}

/// The part of a `StatementRecord` that decides about delivery; every entry is asked for every subscriber, so the rest is
/// skipped unread.
#[derive(Clone, PartialEq, prost::Message)]
struct Audience {
    #[prost(message, repeated, tag = "3")]
    recipients: Vec<Recipient>,
}

/// The part of a `ResolvedRecipient` that decides about delivery.
#[derive(Clone, PartialEq, prost::Message)]
struct Recipient {
    #[prost(string, repeated, tag = "2")]
    agencies: Vec<String>,
    #[prost(string, repeated, tag = "3")]
    nodes: Vec<String>,
}

/// The part of a `Statement` that says who sent it.
#[derive(Clone, PartialEq, prost::Message)]
struct Sender {
    #[prost(string, tag = "3")]
    sender: String,
}
