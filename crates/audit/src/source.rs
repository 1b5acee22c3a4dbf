//! What an audit reads, wherever it comes from: batches of entries, each batch with the checkpoint signed over it.
//!
//! Two sources exist. [`crate::format::Journal`] reads a journal folder. A running gateway streams entries over
//! gRPC; whoever holds that connection turns each answer into [`Step`]s with [`from_wire`] and feeds them to
//! [`crate::Replay::step`] as they come.

use crate::finding::{Finding, Kind, Place};
use precinto_proto::v1 as pb;

/// The next thing that a source has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Some entries, in the order of the log, and what was signed over them.
    Batch(Batch),
    /// Something wrong with the source itself.
    Finding(Finding),
}

/// Entries that follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The entries; may be empty.
    pub entries: Vec<Entry>,
    /// The checkpoint signed over the log up to and with the last of them.
    pub checkpoint: Option<Checkpoint>,
}

/// A signed note as it was stored or sent, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its bytes.
    pub note: Vec<u8>,
    /// Where it stands.
    pub place: Place,
}

/// One entry as it was stored or sent; nothing in it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its index in the log.
    pub index: u64,
    /// Where it stands.
    pub place: Place,
    /// The leaf, which should have 50 bytes.
    pub leaf: Vec<u8>,
    /// The salt of the leaf's commitment, which should have 32 bytes.
    pub salt: Vec<u8>,
    /// The record's bytes.
    pub record: Vec<u8>,
    /// What stands beside the record.
    pub content: Vec<u8>,
    /// The serialised body; empty if there is none.
    pub body: Vec<u8>,
    /// Marked: record, salt and content deleted.
    pub record_pruned: bool,
    /// Marked: body deleted.
    pub body_pruned: bool,
    /// The gateway showed the leaf only.
    pub withheld: bool,
    /// Entry key and entry digest as the journal states them; the wire does not.
    pub stated: Option<Stated>,
}

/// What the journal's table says an entry's key and digest are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The key, which is unique in a log.
    pub key: [u8; 32],
    /// The digest of what is stored under it.
    pub digest: [u8; 32],
}

/// Turns one answer of `LogService.ReadEntries` into what the audit takes.
///
/// The last answer of the stream carries the checkpoint over everything before; the caller MUST NOT drop it.
pub fn from_wire(answer: pb::ReadEntriesResponse) -> Step {
    let pb::ReadEntriesResponse { entry, checkpoint } = answer;
    let entries = entry.map(Entry::from_wire).into_iter().collect();
    let checkpoint = (!checkpoint.is_empty()).then(|| Checkpoint {
        note: checkpoint.into_bytes(),
        place: Place::whole_log(),
    });
    Step::Batch(Batch {
        entries,
        checkpoint,
    })
}

impl Entry {
    fn from_wire(entry: pb::Entry) -> Self {
        let pb::Entry {
            index,
            leaf,
            withheld,
            salt,
            record,
            content,
            body,
            record_pruned,
            body_pruned,
        } = entry;
        Self {
            index,
            place: Place::entry(index),
            leaf,
            salt,
            record,
            content,
            body,
            record_pruned,
            body_pruned,
            withheld,
            stated: None,
        }
    }
}

impl Step {
    /// A finding at a place.
    pub(crate) fn finding(kind: impl Into<Kind>, place: Place) -> Self {
        Self::Finding(Finding::new(kind, place))
    }
}
