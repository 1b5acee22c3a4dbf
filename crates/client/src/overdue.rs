//! A missed deadline, believed: the log's own entry, proven by its receipt alone, because nobody else has signed anything.

use crate::receipt::{ReceiptError, ReceiptVerifier};
use crate::unbelievable::Unbelievable;
use precinto_alert::Reason;
use precinto_alert::case::Missed;
use precinto_alert::code::{MessageStatus, Precedence};
use precinto_alert::id::{AlertId, NodeId};
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

/// A missed deadline that the log vouches for.
#[derive(Debug, Clone, PartialEq)]
pub struct Overdue {
    /// Where in the log it stands: the key to recognise a repeat by.
    pub index: u64,
    /// 1 for the first delivery on this subscription; 1 for one that was not delivered.
    pub attempt: u32,
    /// When the log took it in, by its own clock and under its signature, milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// The case.
    pub alert_id: AlertId,
    /// Who has missed what, and what follows.
    pub missed: Missed,
    /// The node that waits for the answer.
    pub sender: NodeId,
    /// Where in the log the message stands that waits for it.
    pub asked_index: u64,
    /// Since when the clock runs.
    pub started_ms: u64,
    /// When this step fell due.
    pub due_ms: u64,
    /// Whose deadlines hold.
    pub precedence: Precedence,
    /// Whether it is real.
    pub status: MessageStatus,
    /// Who is asked or told: agencies as side/agency, officers as SPIFFE ids.
    pub contacts: Vec<String>,
    /// The directory lists nobody for this step.
    pub nobody_listed: bool,
    /// The agencies and nodes that are told of it.
    pub told: Vec<String>,
    /// The receipt: it proves all of this to anybody.
    pub receipt: pb::Receipt,
}

/// What does not hold.
#[derive(Debug, thiserror::Error)]
enum Disbelief {
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    #[error("the receipt is for another entry")]
    OtherEntry,
    #[error("the record of a missed deadline cannot be read")]
    Record,
    #[error("a missed deadline comes with a message")]
    Message,
}

impl Overdue {
    /// Whether it concerns an agency, if only on one node: it is late, waits for the answer, or is asked instead.
    pub fn concerns(&self, agency: &precinto_alert::id::AgencyId) -> bool {
        let own = agency.to_string();
        self.told.iter().any(|told| {
            *told == own
                || told
                    .parse::<NodeId>()
                    .is_ok_and(|node| node.agency() == agency)
        })
    }

    /// What a receipt that was verified says. `None` for a record that this version cannot read.
    pub(crate) fn read(
        (index, attempt, time_ms): (u64, u32, u64),
        receipt: pb::Receipt,
    ) -> Option<Self> {
        let record = pb::OverdueRecord::decode(receipt.record.as_ref()).ok()?;
        let missed = Missed::of(&record)?;
        let (precedence, status) = (record.precedence(), record.status());
        Some(Self {
            index,
            attempt,
            time_ms,
            alert_id: record.alert_id.parse().ok()?,
            missed,
            sender: record.sender.parse().ok()?,
            asked_index: record.index,
            started_ms: record.started_ms,
            due_ms: record.due_ms,
            precedence,
            status,
            contacts: record.contacts,
            nobody_listed: record.nobody_listed,
            told: record.agencies.into_iter().chain(record.nodes).collect(),
            receipt,
        })
    }
}

/// Verifies a delivery of kind OVERDUE; what does not hold is told, and never handed on.
pub(crate) fn judge(
    delivery: pb::Delivery,
    receipts: &ReceiptVerifier,
) -> Result<Box<Overdue>, Unbelievable> {
    let pb::Delivery {
        index,
        attempt,
        time_ms,
        ..
    } = delivery;
    believe(delivery, receipts)
        .map(Box::new)
        .map_err(|disbelief| Unbelievable {
            index,
            attempt,
            time_ms,
            reason: match &disbelief {
                Disbelief::Receipt(error) => error.reason(),
                Disbelief::Message => Reason::Malformed,
                Disbelief::OtherEntry | Disbelief::Record => Reason::ReceiptInvalid,
            },
            detail: disbelief.to_string(),
        })
}

fn believe(delivery: pb::Delivery, receipts: &ReceiptVerifier) -> Result<Overdue, Disbelief> {
    if !delivery.envelope.is_empty() || !delivery.body.is_empty() {
        return Err(Disbelief::Message);
    }
    let receipt = delivery.receipt.ok_or(ReceiptError::Missing)?;
    let verified = receipts.prove(&receipt, EntryType::Overdue)?;
    let proven = (verified.index(), verified.leaf().time_ms);
    if proven != (delivery.index, delivery.time_ms) {
        return Err(Disbelief::OtherEntry);
    }
    let place = (delivery.index, delivery.attempt, delivery.time_ms);
    Overdue::read(place, receipt).ok_or(Disbelief::Record)
}

#[cfg(test)]
pub(crate) mod tests;
