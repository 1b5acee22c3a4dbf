//! What a node has signed and not yet brought to the log: a queue on disk, in order, that survives everything but the disk.
//!
//! ```text
//! send ── turn: number, sign, put ──> outbox/<place>-<message id>.msg        durable before `send` says "queued"
//!                                          │ agent: in order, the same bytes until there is an answer
//!                    receipt that proves ──┼──> sent/<message id>.record, .tlog-proof, then the .msg goes
//!                    a coded refusal     ──┴──> outbox/refused/<message id>.json, .msg, then the .msg goes
//! ```
//!
//! A message leaves the queue only when what became of it is on disk, so a process that is killed at any step leaves a message
//! that is sent once more. The gateway knows it by its id and answers with the first receipt: nothing is lost, and nothing is
//! said twice. A `.msg` file is a serialised `SubmitRequest`, as `send --sign-only` writes it.
//!
//! When the disk fails while several are put in, those that are in stay, and what the others were numbered with is used: recipients
//! see a gap, and ask. To give the numbers back would take another write to that disk, and a number that is given out twice is
//! worse: nobody could tell the two apart. A queue that is full, by contrast, gives them back: then the disk still writes.
//!
//! Receipts are kept for [`SENT_KEPT`], far longer than a message is on its way; the gateway gives them again.
//!
//! Whoever puts something in has a *turn*: a lock, so that sequence numbers and places in the queue go up together, also when
//! several processes send at once. A full outbox refuses; it never drops.
//!
//! Trust statement: the folder belongs to the node and holds bodies in clear. Whoever can write it can delete what was said
//! before it is sent, or have old messages of this node sent again, which changes nothing; they cannot make the node say
//! something, because every message is signed.

mod bell;
mod courier;
mod error;
mod kept;
mod refused;
mod turn;

pub use bell::Bell;
pub use courier::{Courier, CourierError, CourierEvent};
pub use error::OutboxError;
pub use refused::{Refused, RefusedField};
pub use turn::{Put, Turn};

use crate::author::Signed;
use crate::durable::{self, PRIVATE};
#[cfg(doc)]
use crate::limits::SENT_KEPT;
use crate::limits::{OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX, OUTBOX_NAMES_MAX, OUTBOX_REFUSED_MAX};
use error::at;
use precinto_alert::id::MessageId;
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The queue of one node, in its state folder. Cheap to clone; any number of processes may have it open.
#[derive(Debug, Clone)]
pub struct Outbox {
    queue: PathBuf,
    refused: PathBuf,
    sent: PathBuf,
    room: Room,
}

/// How much may wait.
#[derive(Debug, Clone, Copy)]
struct Room {
    messages: usize,
    bytes: u64,
    refused: usize,
}

/// One message that waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its place: what has a lower one goes first.
    pub place: u64,
    /// Which message.
    pub message_id: MessageId,
    /// The size of its file, in bytes.
    pub bytes: u64,
}

/// What has become of a message, as far as this node's disk tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// It waits.
    Queued(Entry),
    /// The log holds it, and this receipt proved so when it came.
    Sent(pb::Receipt),
    /// The gateway does not take it.
    Refused(Box<Refused>),
    /// It was never put into this outbox.
    Unknown,
}

impl Outbox {
    /// The outbox in the folder `state`, which must exist.
    pub fn open(state: &Path) -> Result<Self, OutboxError> {
        let outbox = Self {
            queue: state.join("outbox"),
            refused: state.join("outbox").join("refused"),
            sent: state.join("sent"),
            room: Room {
                messages: OUTBOX_MESSAGES_MAX,
                bytes: OUTBOX_BYTES_MAX,
                refused: OUTBOX_REFUSED_MAX,
            },
        };
        for folder in [&outbox.queue, &outbox.refused, &outbox.sent] {
            durable::create_folder(folder).map_err(at(folder))?;
        }
        Ok(outbox)
    }

    /// Waits for the turn to put something in; blocks while another process has it. Short: everything slow comes before.
    pub fn turn(&self) -> Result<Turn<'_>, OutboxError> {
        Turn::take(self)
    }

    /// What waits, in the order in which it is sent.
    pub fn queue(&self) -> Result<Vec<Entry>, OutboxError> {
        let mut entries = Vec::new();
        for (name, bytes) in names_in(&self.queue)? {
            let read = name.strip_suffix(MESSAGE).and_then(read_name);
            entries.extend(read.map(|(place, message_id)| Entry {
                place,
                message_id,
                bytes,
            }));
        }
        entries.sort_unstable();
        Ok(entries)
    }

    /// Rings when something was put into the queue, or something in it has come to its end. Within a runtime only.
    pub fn bell(&self) -> Bell {
        Bell::on(&[&self.queue, &self.refused, &self.sent])
    }

    /// The message itself; `None` when it has left the queue meanwhile.
    pub fn load(&self, entry: &Entry) -> Result<Option<Signed>, OutboxError> {
        let path = self.path_of(entry);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&path)(error)),
        };
        let request = pb::SubmitRequest::decode(bytes.as_slice()).ok();
        let signed = request.and_then(|request| Signed::from_request(request).ok());
        match signed {
            Some(signed) if signed.message_id() == entry.message_id => Ok(Some(signed)),
            _ => Err(OutboxError::Damaged { path }),
        }
    }

    /// What has become of a message. That it is sent is more than that it waits, and that more than that it was refused:
    /// a crash may leave the traces of two.
    pub fn fate(&self, id: MessageId) -> Result<Fate, OutboxError> {
        if let Some(receipt) = self.receipt(id)? {
            return Ok(Fate::Sent(receipt));
        }
        let waits = self.queue()?.into_iter().find(|one| one.message_id == id);
        if let Some(entry) = waits {
            return Ok(Fate::Queued(entry));
        }
        // Between the two looks it may have been sent.
        if let Some(receipt) = self.receipt(id)? {
            return Ok(Fate::Sent(receipt));
        }
        let refused = refused::one(&self.refused, id)?;
        Ok(refused.map_or(Fate::Unknown, |refused| Fate::Refused(Box::new(refused))))
    }

    /// The receipt of a message that was sent from here.
    pub fn receipt(&self, id: MessageId) -> Result<Option<pb::Receipt>, OutboxError> {
        let proof = self.sent.join(format!("{id}{PROOF}"));
        let read = |path: &Path| match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(path)(error)),
        };
        let Some(proof) = read(&proof)? else {
            return Ok(None);
        };
        // The record was written first: where there is a proof, there is what it is about.
        let record = read(&self.sent.join(format!("{id}{RECORD}")))?;
        Ok(record.map(|record| pb::Receipt {
            proof: String::from_utf8_lossy(&proof).into_owned(),
            record: record.into(),
        }))
    }

    /// What was refused, in the order in which the answers came.
    pub fn refused(&self) -> Result<Vec<Refused>, OutboxError> {
        refused::all(&self.refused)
    }

    /// Where the receipts are kept.
    pub fn sent_folder(&self) -> &Path {
        &self.sent
    }

    /// Where refused messages are kept.
    pub fn refused_folder(&self) -> &Path {
        &self.refused
    }

    /// Takes a message out of the queue whose `receipt` was verified. Durable on return, step by step; see the module.
    pub fn settle_sent(&self, entry: &Entry, receipt: &pb::Receipt) -> Result<(), OutboxError> {
        let Entry { message_id, .. } = entry;
        let record = self.sent.join(format!("{message_id}{RECORD}"));
        let proof = self.sent.join(format!("{message_id}{PROOF}"));
        durable::replace(&record, &receipt.record, PRIVATE).map_err(at(&record))?;
        durable::replace(&proof, receipt.proof.as_bytes(), PRIVATE).map_err(at(&proof))?;
        self.forget_refusal(*message_id)?;
        self.take_out(entry)
    }

    /// Takes a message out of the queue that the gateway does not take: it is kept with the reason beside it.
    pub fn settle_refused(&self, entry: &Entry, refused: &Refused) -> Result<(), OutboxError> {
        let path = self.path_of(entry);
        let bytes = fs::read(&path).map_err(at(&path))?;
        refused::keep(&self.refused, entry.message_id, refused, &bytes)?;
        self.take_out(entry)
    }

    /// By its name, not by a search: this is asked for each message that is sent.
    fn forget_refusal(&self, id: MessageId) -> Result<(), OutboxError> {
        refused::forget(&self.refused, id)
    }

    fn take_out(&self, entry: &Entry) -> Result<(), OutboxError> {
        let path = self.path_of(entry);
        durable::remove(&path).map_err(at(&path))
    }

    fn path_of(&self, entry: &Entry) -> PathBuf {
        self.queue.join(format!("{}{MESSAGE}", stem(entry)))
    }
}

const MESSAGE: &str = ".msg";
const PROOF: &str = ".tlog-proof";
const RECORD: &str = ".record";

/// The name of an entry's files, without what says of which kind they are. Places are written with all digits of a `u64`, so
/// that the order of the names is that of the places.
fn stem(entry: &Entry) -> String {
    format!("{:020}-{}", entry.place, entry.message_id)
}

/// Place and message id of a name without its ending; files of other names are nobody's here.
fn read_name(stem: &str) -> Option<(u64, MessageId)> {
    let (place, id) = stem.split_once('-')?;
    let digits = place.len() == 20 && place.bytes().all(|byte| byte.is_ascii_digit());
    Some((digits.then(|| place.parse().ok())??, id.parse().ok()?))
}

/// The names in a folder, of whatever kind.
fn names_of(folder: &Path) -> Result<impl Iterator<Item = String>, OutboxError> {
    let entries = fs::read_dir(folder).map_err(at(folder))?;
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()))
}

/// Names and sizes of the files in a folder; one that goes away meanwhile is left out.
fn names_in(folder: &Path) -> Result<Vec<(String, u64)>, OutboxError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let bytes = match entry.metadata() {
            Ok(found) if found.is_file() => found.len(),
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(at(&entry.path())(error)),
        };
        if names.len() >= OUTBOX_NAMES_MAX {
            // Not by us: no more than this many are ever put in.
            return Err(OutboxError::Full {
                messages: names.len(),
                bytes: 0,
            });
        }
        names.extend(
            entry
                .file_name()
                .into_string()
                .ok()
                .map(|name| (name, bytes)),
        );
    }
    Ok(names)
}

const _: () = assert!(OUTBOX_NAMES_MAX > 2 * (OUTBOX_MESSAGES_MAX + OUTBOX_REFUSED_MAX));

#[cfg(test)]
pub(crate) mod tests;
