//! Who may see what of an entry: one place for deliveries and for reads.
//!
//! Leaves and checkpoints are for any node. A statement's record, envelope and body are for its parties: the agencies and
//! nodes that its record names, and the agency that sent it, whose other desks have to go on with a case at night; and for
//! auditors. An auditor whom one side's part names sees what a party of that side may see, and nothing of what others say
//! among themselves: one side alone opens to nobody what is not its own. Whom every side's part names sees everything. A
//! statement for named nodes only (TLP:RED) is not for the sender's agency either, only for the node that sent it. What a
//! statement's trust rests on, the directory included, is for every node that the directory lists.

use std::collections::BTreeSet;

use precinto_alert::Reason;
use precinto_alert::id::{AgencyId, NodeId, Side};
use precinto_ledger::StoredEntry;
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tonic::Request;

use crate::accept::Line;
use crate::authenticate::Caller;
use crate::registry::{Audits, Directory};
use crate::status::Refusal;

#[cfg(test)]
mod tests;

/// What a node is called in records: computed once for each call, and for a stream whenever another directory comes into
/// force; compared for each entry.
#[derive(Debug, Clone)]
pub struct Reader {
    node: String,
    agency: String,
    agency_id: AgencyId,
    audits: Audits,
}

/// Who reads: the node on the line, which the directory must list, and what it may see.
pub(crate) fn reader<T>(
    request: &Request<T>,
    directory: &Directory,
) -> Result<(Line, NodeId, Reader), Refusal> {
    let line = Line::of(request)?;
    let node = line.caller().node()?.clone();
    let reader = reader_on(&line, directory)?;
    Ok((line, node, reader))
}

/// What the node on this line may see by this directory, which must list it.
pub(crate) fn reader_on(line: &Line, directory: &Directory) -> Result<Reader, Refusal> {
    let node = line.caller().node()?;
    if !directory.has_node(node) {
        return Err(Refusal::new(Reason::NodeUnknown));
    }
    Ok(Reader::new(line.caller(), node, directory))
}

impl Reader {
    /// The reader that this caller is.
    pub fn new(caller: &Caller, node: &NodeId, directory: &Directory) -> Self {
        Self {
            node: node.to_string(),
            agency: node.agency().to_string(),
            agency_id: node.agency().clone(),
            audits: directory.audits(caller.identity()),
        }
    }

    /// Whether the entry is delivered to this reader's subscriptions: statements and missed deadlines only, by what the log
    /// says about whom they are for, not by what the directory says today. An auditor gets what it may read of
    /// them.
    pub fn is_delivered(&self, entry: &StoredEntry) -> bool {
        match entry.leaf().entry_type {
            EntryType::Statement => self.is_among(&Audience::of(entry)) || self.may_audit(entry),
            EntryType::Overdue => self.is_told(entry) || self.may_audit(entry),
            _ => false,
        }
    }

    /// Whether the reader may see more of the entry than its leaf.
    pub fn may_read(&self, entry: &StoredEntry) -> bool {
        self.may_audit(entry)
            || match entry.leaf().entry_type {
                EntryType::Statement => {
                    let audience = Audience::of(entry);
                    self.is_among(&audience) || self.has_sent(entry, &audience)
                }
                EntryType::Conflict => self.is_refused_sender(entry),
                EntryType::Trust => pb::TrustRecord::decode(entry.record())
                    .is_ok_and(|record| self.may_see_trust(record.kind())),
                EntryType::Overdue => self.is_told(entry),
                EntryType::Act => pb::ActRecord::decode(entry.record())
                    .is_ok_and(|record| record.actor == self.node),
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
            | pb::TrustKind::RevocationList
            | pb::TrustKind::Directory => true,
            pb::TrustKind::Unspecified => self.audits == Audits::Everything,
        }
    }

    /// Whether the reader is an auditor for this entry.
    fn may_audit(&self, entry: &StoredEntry) -> bool {
        match &self.audits {
            Audits::Nothing => false,
            Audits::Everything => true,
            Audits::Sides(sides) => concerns(entry, sides),
        }
    }

    fn is_among(&self, audience: &Audience) -> bool {
        audience.recipients.iter().any(|recipient| {
            recipient.agencies.contains(&self.agency) || recipient.nodes.contains(&self.node)
        })
    }

    fn has_sent(&self, entry: &StoredEntry, audience: &Audience) -> bool {
        let Some(sender) = sender_of(entry) else {
            return false;
        };
        let is_colleague = || {
            let sender = sender.parse::<NodeId>();
            sender.is_ok_and(|sender| *sender.agency() == self.agency_id)
        };
        sender == self.node || (audience.has_agencies() && is_colleague())
    }

    /// Whether a missed deadline is this reader's business: it is late, waits for the answer, or is asked instead.
    fn is_told(&self, entry: &StoredEntry) -> bool {
        Told::decode(entry.record()).is_ok_and(|told| {
            told.agencies.contains(&self.agency) || told.nodes.contains(&self.node)
        })
    }

    fn is_refused_sender(&self, entry: &StoredEntry) -> bool {
        pb::ConflictRecord::decode(entry.record()).is_ok_and(|record| record.sender == self.node)
    }
}

/// Whether one of these sides has a party to the entry: who sent it, whom it is for, whom it is about.
fn concerns(entry: &StoredEntry, sides: &BTreeSet<Side>) -> bool {
    let has_agency = |agencies: &[String]| {
        let mut agencies = agencies.iter().filter_map(|agency| agency.parse().ok());
        agencies.any(|agency: AgencyId| sides.contains(agency.side()))
    };
    let is_node = |node: &str| {
        let node = node.parse::<NodeId>();
        node.is_ok_and(|node| sides.contains(node.agency().side()))
    };
    let has_node = |nodes: &[String]| nodes.iter().any(|node| is_node(node));
    match entry.leaf().entry_type {
        EntryType::Statement => {
            let Audience { recipients } = Audience::of(entry);
            let mut recipients = recipients.iter();
            recipients.any(|one| has_agency(&one.agencies) || has_node(&one.nodes))
                || sender_of(entry).is_some_and(|sender| is_node(&sender))
        }
        EntryType::Overdue => Told::decode(entry.record())
            .is_ok_and(|told| has_agency(&told.agencies) || has_node(&told.nodes)),
        EntryType::Conflict => {
            pb::ConflictRecord::decode(entry.record()).is_ok_and(|record| is_node(&record.sender))
        }
        EntryType::Act => {
            pb::ActRecord::decode(entry.record()).is_ok_and(|record| is_node(&record.actor))
        }
        EntryType::Trust
        | EntryType::Delivery
        | EntryType::PeerCheckpoint
        | EntryType::Tombstone
        | EntryType::Key
        | EntryType::Timestamp
        | EntryType::Shard => false,
    }
}

/// The SPIFFE id that a statement's entry was sent under; none when its content was deleted by law.
fn sender_of(entry: &StoredEntry) -> Option<String> {
    let envelope = pb::Envelope::decode(entry.content()).ok()?;
    let Sender { sender } = Sender::decode(envelope.payload.as_slice()).ok()?;
    Some(sender)
}

/// What subscribers and readers of records are told that an entry is. Not saying it means a statement.
pub(crate) fn kind_of(entry: &StoredEntry) -> pb::EntryKind {
    match entry.leaf().entry_type {
        EntryType::Overdue => pb::EntryKind::Overdue,
        _ => pb::EntryKind::Unspecified,
    }
}

/// The part of a `StatementRecord` that decides about delivery; every entry is asked for every subscriber, so the rest is
/// skipped unread.
#[derive(Clone, PartialEq, prost::Message)]
struct Audience {
    #[prost(message, repeated, tag = "3")]
    recipients: Vec<Recipient>,
}

impl Audience {
    fn of(entry: &StoredEntry) -> Self {
        Self::decode(entry.record()).unwrap_or_default()
    }

    /// Whether it is for any agency as such, and not for named nodes only.
    fn has_agencies(&self) -> bool {
        self.recipients
            .iter()
            .any(|recipient| !recipient.agencies.is_empty())
    }
}

/// The part of a `ResolvedRecipient` that decides about delivery.
#[derive(Clone, PartialEq, prost::Message)]
struct Recipient {
    #[prost(string, repeated, tag = "2")]
    agencies: Vec<String>,
    #[prost(string, repeated, tag = "3")]
    nodes: Vec<String>,
}

/// The part of an `OverdueRecord` that decides about delivery.
#[derive(Clone, PartialEq, prost::Message)]
struct Told {
    #[prost(string, repeated, tag = "14")]
    agencies: Vec<String>,
    #[prost(string, repeated, tag = "15")]
    nodes: Vec<String>,
}

/// The part of a `Statement` that says who sent it.
#[derive(Clone, PartialEq, prost::Message)]
struct Sender {
    #[prost(string, tag = "3")]
    sender: String,
}
