//! Cases as the log has them: one whole case, and the index over all of them.

use precinto_alert::Statement;
use precinto_alert::case::Case;
use precinto_alert::id::AlertId;
use precinto_ledger::{Ledger, ReadError, StoredEntry};
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::{Cases, Inner, Place, overdue};

/// What one read from the log may bring: as much as a batch has, so that each is read from the disk once.
const READ_BYTES: usize = 16 * 1024 * 1024;

impl Cases {
    /// Reads the whole log, and of each statement nothing but which case it belongs to. Blocks, before anybody can reach
    /// the gateway. Shows every entry to `see`, so that the log is read once for all who need all of it.
    pub(crate) fn rebuild(
        ledger: &Ledger,
        mut see: impl FnMut(&StoredEntry),
    ) -> Result<Self, ReadError> {
        let (mut inner, mut next) = (Inner::default(), 0);
        loop {
            let entries = ledger.read_from(next, READ_BYTES)?;
            let Some(last) = entries.last() else {
                break;
            };
            next = last.index() + 1;
            for entry in &entries {
                see(entry);
                if let Some(alert_id) = alert_id_of(entry) {
                    inner.index.insert_text(&alert_id, entry.index());
                }
            }
        }
        Ok(inner.into())
    }
}

/// The case, from the entries that may belong to it, in their order.
pub(super) fn case(
    ledger: &Ledger,
    alert_id: &AlertId,
    candidates: &[u64],
) -> Result<Case, ReadError> {
    let mut case = Case::default();
    for index in candidates {
        let entry = ledger.read(*index)?;
        if alert_id_of(&entry).is_none_or(|of| of != alert_id.as_str())
            || entry.leaf().entry_type != EntryType::Statement
        {
            continue;
        }
        if let Some(place) = place_of(&entry) {
            case.apply(place.step);
        } else {
            tracing::warn!(
                index,
                "a logged statement cannot be read: its case goes on without it"
            );
        }
    }
    Ok(case)
}

/// Which case a statement or a missed deadline belongs to; none for what is neither, belongs to none, or was deleted by
/// law.
pub(crate) fn alert_id_of(entry: &StoredEntry) -> Option<String> {
    if entry.record_pruned() {
        return None;
    }
    match entry.leaf().entry_type {
        EntryType::Statement => {}
        EntryType::Overdue => return overdue::alert_id_of(entry),
        _ => return None,
    }
    let payload = Payload::decode(entry.content()).ok()?.payload;
    let belongs = Belongs::decode(payload.as_slice()).ok()?;
    Some(belongs.alert_id).filter(|alert_id| !alert_id.is_empty())
}

fn place_of(entry: &StoredEntry) -> Option<Place> {
    let (statement, record) = said(entry)?;
    Place::of(&statement, &record.recipients)
}

/// A statement with its record; none for what is no statement, was deleted by law or cannot be read.
pub(crate) fn said(entry: &StoredEntry) -> Option<(Statement, pb::StatementRecord)> {
    if entry.leaf().entry_type != EntryType::Statement || entry.record_pruned() {
        return None;
    }
    let record = pb::StatementRecord::decode(entry.record()).ok()?;
    let payload = Payload::decode(entry.content()).ok()?.payload;
    // Leniently: what an older or newer version of us has logged is part of the case all the same.
    let lenient = Statement::decode_lenient(&payload).ok()?;
    Some((lenient.statement, record))
}

/// The part of an `Envelope` that was signed.
#[derive(Clone, PartialEq, prost::Message)]
struct Payload {
    #[prost(bytes = "vec", tag = "2")]
    payload: Vec<u8>,
}

/// The part of a `Statement` that says which case it belongs to; the rest is skipped unread.
#[derive(Clone, PartialEq, prost::Message)]
struct Belongs {
    #[prost(string, tag = "15")]
    alert_id: String,
}
