//! Who may see what of an entry: one place for deliveries and for reads.
//!
//! Leaves and checkpoints are for any node. A statement's record, envelope and body are for its parties: the agencies and
//! nodes that its record names, and the agency that sent it, whose other desks have to go on with a case at night; and for
//! auditors. An auditor whom one side's part names sees what a party of that side may see, and nothing of what others say
//! among themselves: one side alone opens to nobody what is not its own. Whom every side's part names sees everything. A
//! statement for named nodes only (TLP:RED) is not for the sender's agency either, only for the node that sent it. What a
//! statement's trust rests on, the directory included, is for every node that the directory lists.
//!
//! Whom a record names is asked for once more by the rules in force now, the floor and both sides' policies: what has been
//! tightened since holds at once, for what is old as well. They are not asked about an agency's own statements, which it has; nor
//! about missed deadlines, which say that somebody has not answered and nothing of what about; nor for auditors, who could not
//! otherwise tell what was withheld. Withdrawals are let through by every policy: whoever was told must hear of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use precinto_alert::Reason;
use precinto_alert::id::{AgencyId, Identity, NodeId, Side};
use precinto_ledger::StoredEntry;
use precinto_merkle::leaf::EntryType;
use precinto_policy as policy;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tonic::Request;

use crate::accept::Line;
use crate::acts::{Kept, is_everybodys};
use crate::registry::{Audits, Directory};
use crate::status::Refusal;

mod audience;
mod facts;
mod fields;

#[cfg(test)]
mod tests;

use audience::{Audience, Named};
pub(crate) use facts::EntryFacts;
use facts::{Act, Verdict};

/// What a node is called in records: computed once for each call, and for a stream whenever another directory comes into
/// force; compared for each entry.
#[derive(Debug, Clone)]
pub struct Reader {
    node: String,
    agency: String,
    agency_id: AgencyId,
    audits: Audits,
    /// By which all of this is so; its rules are asked about every statement.
    directory: Arc<Directory>,
    /// The agency as the rules see it; none of a side that is none here, which may have nothing.
    asked: Option<policy::Agency>,
}

/// Who reads: the node on the line, which the directory must list, and what it may see.
pub(crate) fn reader<T>(
    request: &Request<T>,
    directory: &Arc<Directory>,
) -> Result<(Line, NodeId, Reader), Refusal> {
    let line = Line::of(request)?;
    let node = line.caller().node()?.clone();
    let reader = reader_on(&line, directory)?;
    Ok((line, node, reader))
}

/// What the node on this line may see by this directory, which must list it.
pub(crate) fn reader_on(line: &Line, directory: &Arc<Directory>) -> Result<Reader, Refusal> {
    let node = line.caller().node()?;
    if !directory.has_node(node) {
        return Err(Refusal::new(Reason::NodeUnknown));
    }
    Ok(Reader::new(line.caller().identity(), node, directory))
}

impl Reader {
    /// The reader that `node` is, which shows a certificate of this identity.
    pub fn new(identity: &Identity, node: &NodeId, directory: &Arc<Directory>) -> Self {
        Self {
            node: node.to_string(),
            agency: node.agency().to_string(),
            agency_id: node.agency().clone(),
            audits: directory.audits(identity),
            asked: directory.asked(node.agency()),
            directory: Arc::clone(directory),
        }
    }

    /// Whether the entry is delivered to this reader's subscriptions: statements and missed deadlines only, by what the log
    /// says about whom they are for, not by what the directory says today, and of those what the rules of today allow. An auditor
    /// gets what it may read of them.
    pub fn is_delivered(&self, entry: &StoredEntry) -> bool {
        match entry.leaf().entry_type {
            EntryType::Statement => self.may_audit(entry) || self.may_have(entry, Act::Receive),
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
                    self.has_sent(entry, &audience) || self.may_have(entry, Act::Read)
                }
                EntryType::Conflict => self.is_refused_sender(entry),
                EntryType::Trust => pb::TrustRecord::decode(entry.record())
                    .is_ok_and(|record| self.may_see_trust(record.kind())),
                EntryType::Overdue => self.is_told(entry),
                EntryType::Act => pb::ActRecord::decode(entry.record())
                    .is_ok_and(|record| record.actor == self.node || is_everybodys(record.kind())),
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

    /// Whether a statement is for this reader, by its record and by the rules that are in force now. What only these keep from it
    /// is told to whom it may concern.
    fn may_have(&self, entry: &StoredEntry, act: Act) -> bool {
        if !self.is_among(&Audience::of(entry)) {
            return false;
        }
        let Some(by) = &self.asked else {
            return false;
        };
        let (decision, is_forbidden) = match facts::judge(&self.directory, by, act, entry) {
            Verdict::Allowed => return true,
            Verdict::Nobodys => return false,
            Verdict::Forbidden(decision) => (decision, true),
            Verdict::Failed(decision) => (decision, false),
        };
        self.directory.facts().withheld(&Kept {
            index: entry.index(),
            sender: sender_of(entry).unwrap_or_default(),
            agency: self.agency_id.clone(),
            decision,
            is_forbidden,
        });
        false
    }

    fn is_among(&self, audience: &Audience<'_>) -> bool {
        audience.names(|name| match name {
            Named::Agency(agency) => agency == self.agency,
            Named::Node(node) => node == self.node,
        })
    }

    fn has_sent(&self, entry: &StoredEntry, audience: &Audience<'_>) -> bool {
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
    let is_agency = |agency: &str| {
        let agency = agency.parse::<AgencyId>();
        agency.is_ok_and(|agency| sides.contains(agency.side()))
    };
    let has_agency = |agencies: &[String]| agencies.iter().any(|agency| is_agency(agency));
    let is_node = |node: &str| {
        let node = node.parse::<NodeId>();
        node.is_ok_and(|node| sides.contains(node.agency().side()))
    };
    let has_node = |nodes: &[String]| nodes.iter().any(|node| is_node(node));
    match entry.leaf().entry_type {
        EntryType::Statement => {
            let is_of_side = |name: Named<'_>| match name {
                Named::Agency(agency) => is_agency(agency),
                Named::Node(node) => is_node(node),
            };
            Audience::of(entry).names(is_of_side)
                || sender_of(entry).is_some_and(|sender| is_node(&sender))
        }
        EntryType::Overdue => Told::decode(entry.record())
            .is_ok_and(|told| has_agency(&told.agencies) || has_node(&told.nodes)),
        EntryType::Conflict => {
            pb::ConflictRecord::decode(entry.record()).is_ok_and(|record| is_node(&record.sender))
        }
        EntryType::Act => pb::ActRecord::decode(entry.record()).is_ok_and(|record| {
            // Also those of whom it tells: whose statement was refused, whose were withheld, and from whom; whose certificate was shown;
            // whose part of the directory somebody brought.
            let is_side = |side: &str| {
                let side = side.parse::<Side>();
                side.is_ok_and(|side| sides.contains(&side))
            };
            is_node(&record.actor)
                || is_node(&record.party)
                || match record.kind() {
                    pb::ActKind::DeliveryWithheld => {
                        is_side(&record.subject) || is_side(&record.party)
                    }
                    pb::ActKind::PartRefused => is_side(&record.subject),
                    _ => false,
                }
        }),
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
