//! A turn: the lock under which messages are numbered, signed and put into the queue, so that all three go up together.

use super::error::at;
use super::{Entry, MESSAGE, Outbox, OutboxError, names_in, names_of, stem};
use crate::author::Signed;
use crate::durable::{self, PRIVATE, UNFINISHED};
#[cfg(doc)]
use crate::limits::OUTBOX_REFUSED_MAX;
use precinto_alert::id::MessageId;
use prost::Message as _;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};

/// The right to put messages into the queue; ends when it is dropped, or its process dies.
#[derive(Debug)]
pub struct Turn<'a> {
    outbox: &'a Outbox,
    /// Holds the lock, and in it the last place that was given out.
    lock: File,
    last: u64,
    waiting: BTreeMap<MessageId, Entry>,
    bytes: u64,
}

/// What became of putting a message in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It waits, durably; perhaps it did before.
    Queued(Entry),
    /// It was sent before: its receipt is kept.
    Sent,
}

impl<'a> Turn<'a> {
    pub(super) fn take(outbox: &'a Outbox) -> Result<Self, OutboxError> {
        let path = outbox.queue.join("lock");
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut lock = options.open(&path).map_err(at(&path))?;
        lock.lock().map_err(at(&path))?;
        let mut last = String::new();
        let mut head = std::io::Read::by_ref(&mut lock).take(20);
        head.read_to_string(&mut last).map_err(at(&path))?;
        // Whoever wrote an unfinished file had the turn, and was killed.
        for (name, _) in names_in(&outbox.queue)? {
            if name.starts_with(UNFINISHED) {
                let path = outbox.queue.join(name);
                durable::remove(&path).map_err(at(&path))?;
            }
        }
        let queue = outbox.queue()?;
        let highest = queue.last().map_or(0, |entry| entry.place);
        Ok(Self {
            // The note of the last place is not synced: after a power cut what waits is what counts.
            last: last.trim().parse().unwrap_or(0).max(highest),
            bytes: queue.iter().map(|entry| entry.bytes).sum(),
            waiting: queue.into_iter().map(|one| (one.message_id, one)).collect(),
            outbox,
            lock,
        })
    }

    /// Puts a message at the end of the queue. On return it is there, whatever happens to this machine.
    ///
    /// The same message again stays where it is; one that was refused before gets a new place. Blocks for two syncs.
    pub fn put(&mut self, signed: &Signed) -> Result<Put, OutboxError> {
        let id = signed.message_id();
        if let Some(entry) = self.waiting.get(&id)
            && let Some(before) = self.outbox.load(entry)?
        {
            let same = before.statement_id() == signed.statement_id();
            let entry = entry.clone();
            return same
                .then_some(Put::Queued(entry))
                .ok_or(OutboxError::Reused(id));
        }
        if let Some(receipt) = self.outbox.receipt(id)? {
            let same = is_about(&receipt.record, &signed.statement_id());
            return same.then_some(Put::Sent).ok_or(OutboxError::Reused(id));
        }
        let file = signed.request().encode_to_vec();
        let bytes = u64::try_from(file.len()).unwrap_or(u64::MAX);
        self.has_room_for(bytes)?;
        let place = self.last.saturating_add(1);
        self.note(place)?;
        let entry = Entry {
            place,
            message_id: id,
            bytes,
        };
        let path = self.outbox.queue.join(format!("{}{MESSAGE}", stem(&entry)));
        durable::replace(&path, &file, PRIVATE).map_err(at(&path))?;
        // From here on it is queued; what was said of it before counts no longer.
        self.outbox.forget_refusal(id)?;
        self.bytes = self.bytes.saturating_add(bytes);
        let _before = self.waiting.insert(id, entry.clone());
        Ok(Put::Queued(entry))
    }

    /// The same for what a person or a program has to say, which is not taken while [`OUTBOX_REFUSED_MAX`] refused messages lie
    /// unheeded: whoever goes on saying what nobody takes must notice.
    pub fn put_new(&mut self, signed: &Signed) -> Result<Put, OutboxError> {
        let max = self.outbox.room.refused;
        let folder = &self.outbox.refused;
        // A message and its reason.
        let messages = names_of(folder)?.take(2 * max).count() / 2;
        if messages >= max {
            let folder = folder.clone();
            return Err(OutboxError::Unheeded { messages, folder });
        }
        self.put(signed)
    }

    /// How many messages wait, at most: the agent may have sent some since the turn began.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    fn has_room_for(&self, bytes: u64) -> Result<(), OutboxError> {
        let room = self.outbox.room;
        let fits =
            self.waiting.len() < room.messages && self.bytes.saturating_add(bytes) <= room.bytes;
        fits.then_some(()).ok_or(OutboxError::Full {
            messages: self.waiting.len(),
            bytes: self.bytes,
        })
    }

    /// Remembers a place, so that it is not given out twice while an agent is running.
    fn note(&mut self, place: u64) -> Result<(), OutboxError> {
        let path = self.outbox.queue.join("lock");
        self.lock.rewind().map_err(at(&path))?;
        let written = self.lock.write_all(format!("{place:020}").as_bytes());
        written.map_err(at(&path))?;
        self.last = place;
        Ok(())
    }
}

/// Whether a record is about the statement of this id.
fn is_about(record: &[u8], statement_id: &[u8; 32]) -> bool {
    let record = precinto_proto::v1::StatementRecord::decode(record);
    record.is_ok_and(|record| record.statement_id == statement_id)
}
