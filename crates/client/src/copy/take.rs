//! Taking verified messages into the file: one transaction for a page, recalls carried out in it.

use super::CopyError;
use super::find::keys;
use super::read::{audience, content_of, load_case};
use super::recall::Work;
use super::store::{
    About, BODIES, CASES, DOUBTED, Filed, FiledUnder, IDENTIFIERS, IDS, KEYS, MESSAGES, META,
    META_AS_OF, META_CHECKPOINT, META_POSITION, OPENED, RECALLS, Stored, StoredBody, damaged,
};
use crate::subscribe::{Delivery, Unbelievable};
use precinto_alert::code::{MessageType, RecallMeasure};
use precinto_alert::id::{AgencyId, AlertId};
use precinto_alert::lookup::{Found, Identifier, Kind, identifiers};
use prost::Message;
use redb::{Database, ReadableTable, Table, WriteTransaction};
use std::path::Path;

/// What one page brings.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Messages that hold.
    pub(super) believed: Vec<Delivery>,
    /// Messages that do not.
    pub(super) doubted: Vec<Unbelievable>,
    /// Everything below was asked for; `None` leaves it as it is.
    pub(super) position: Option<u64>,
    /// The checkpoint that covers it.
    pub(super) checkpoint: Option<String>,
    /// When the copy was brought up to date, if this is the last page.
    pub(super) as_of_ms: Option<u64>,
}

/// What a page has changed.
#[derive(Debug, Default)]
pub(super) struct Change {
    /// Messages that were not there before.
    pub(super) taken: u64,
    /// Cases whose recall was carried out.
    pub(super) recalled: Vec<AlertId>,
}

/// Whose copy, in which file, and the time.
#[derive(Debug, Clone)]
pub(super) struct Desk<'a> {
    pub(super) agency: &'a AgencyId,
    pub(super) path: &'a Path,
    pub(super) now_ms: u64,
}

/// Writes a page. Durable when this returns: position, messages and checkpoint move together or not at all.
pub(super) fn take(
    database: &Database,
    desk: &Desk<'_>,
    taken: &Taken,
) -> Result<Change, CopyError> {
    let path = desk.path;
    let write = database.begin_write().about(path)?;
    let mut change = Change::default();
    {
        let mut tables = Tables::open(&write, desk)?;
        for delivery in &taken.believed {
            tables.message(delivery, &mut change)?;
        }
        for doubt in &taken.doubted {
            let found = (doubt.time_ms, doubt.reason.into(), doubt.detail.as_str());
            tables.doubted.insert(doubt.index, found).about(path)?;
        }
        let mut meta = write.open_table(META).about(path)?;
        let numbers = [
            (META_POSITION, taken.position),
            (META_AS_OF, taken.as_of_ms),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                let bytes = number.to_be_bytes();
                meta.insert(name, bytes.as_slice()).about(path)?;
            }
        }
        if let Some(note) = &taken.checkpoint {
            meta.insert(META_CHECKPOINT, note.as_bytes()).about(path)?;
        }
    }
    write.commit().about(path)?;
    Ok(change)
}

type Bytes<'t> = Table<'t, u64, &'static [u8]>;

/// The tables of one transaction.
struct Tables<'t> {
    desk: &'t Desk<'t>,
    messages: Bytes<'t>,
    bodies: Bytes<'t>,
    ids: Table<'t, (&'static [u8; 16], u64), ()>,
    cases: Table<'t, (&'static str, u64), ()>,
    opened: Table<'t, u64, &'static str>,
    identifiers: Table<'t, FiledUnder, Filed>,
    keys: Table<'t, (u64, u32), (&'static str, &'static str)>,
    doubted: Table<'t, u64, (u64, i32, &'static str)>,
    recalls: Table<'t, &'static str, &'static [u8]>,
}

impl<'t> Tables<'t> {
    fn open(write: &'t WriteTransaction, desk: &'t Desk<'t>) -> Result<Self, CopyError> {
        let path = desk.path;
        Ok(Self {
            desk,
            messages: write.open_table(MESSAGES).about(path)?,
            bodies: write.open_table(BODIES).about(path)?,
            ids: write.open_table(IDS).about(path)?,
            cases: write.open_table(CASES).about(path)?,
            opened: write.open_table(OPENED).about(path)?,
            identifiers: write.open_table(IDENTIFIERS).about(path)?,
            keys: write.open_table(KEYS).about(path)?,
            doubted: write.open_table(DOUBTED).about(path)?,
            recalls: write.open_table(RECALLS).about(path)?,
        })
    }

    /// Takes in one message; one that is there already changes nothing.
    fn message(&mut self, delivery: &Delivery, change: &mut Change) -> Result<(), CopyError> {
        let (index, path) = (delivery.index, self.desk.path);
        self.doubted.remove(index).about(path)?;
        if self.messages.get(index).about(path)?.is_some() {
            return Ok(());
        }
        let statement = &delivery.statement;
        let id = statement.message_id();
        self.ids.insert((id.as_bytes(), index), ()).about(path)?;
        let Some(alert_id) = statement.alert_id() else {
            self.put(delivery, stored_body(delivery))?;
            change.taken += 1;
            return Ok(());
        };
        self.open_case(alert_id, index)?;
        let locked = self.lock(alert_id, statement.message_type())?;
        match (locked, stored_body(delivery)) {
            (Some(lock), StoredBody::Present) => {
                self.put(delivery, lock)?;
                let mut work = self.work(alert_id)?.unwrap_or_default();
                work.copies += 1;
                self.keep(alert_id, &work)?;
            }
            (_, body) => {
                self.put(delivery, body)?;
                self.file_content(delivery, alert_id)?;
            }
        }
        change.taken += 1;
        if statement.message_type() == MessageType::Recall && self.recall(delivery, alert_id)? {
            change.recalled.push(alert_id.clone());
        }
        Ok(())
    }

    fn put(&mut self, delivery: &Delivery, body: StoredBody) -> Result<(), CopyError> {
        let path = self.desk.path;
        let signers = delivery.envelope.signers().iter();
        let stored = Stored {
            time_ms: delivery.time_ms,
            envelope: delivery.envelope.envelope_bytes().to_vec(),
            receipt: delivery.receipt.clone(),
            signers: signers.map(|one| one.identity().to_string()).collect(),
            unknown_fields: delivery.unknown_fields,
            body: body.into(),
        };
        let bytes = stored.encode_to_vec();
        self.messages
            .insert(delivery.index, bytes.as_slice())
            .about(path)?;
        if matches!(body, StoredBody::Present | StoredBody::Quarantined) {
            let bytes = delivery.body_bytes.as_slice();
            self.bodies.insert(delivery.index, bytes).about(path)?;
        }
        Ok(())
    }

    /// Files a message under its case. An older one may come later, when it was not believed at first.
    fn open_case(&mut self, alert_id: &AlertId, index: u64) -> Result<(), CopyError> {
        let (path, name) = (self.desk.path, alert_id.as_str());
        let mut all = self.cases.range((name, 0)..=(name, u64::MAX)).about(path)?;
        let first = all.next().transpose().about(path)?;
        let first = first.map(|(key, _)| key.value().1);
        drop(all);
        self.cases.insert((name, index), ()).about(path)?;
        if first.is_some_and(|first| first < index) {
            return Ok(());
        }
        if let Some(first) = first {
            self.opened.remove(first).about(path)?;
            self.unfile(first, Some(Kind::AlertId))?;
        }
        self.opened.insert(index, name).about(path)?;
        let number = Identifier::new(Kind::AlertId, name);
        let found = number.map(|identifier| Found {
            identifier,
            field: "alert_id".to_owned(),
        });
        self.file(index, alert_id, found)
    }

    fn file_content(&mut self, delivery: &Delivery, alert_id: &AlertId) -> Result<(), CopyError> {
        let content = content_of(&delivery.body_bytes, &delivery.statement);
        let found = content.iter().flat_map(identifiers);
        self.file(delivery.index, alert_id, found)
    }

    fn file(
        &mut self,
        index: u64,
        alert_id: &AlertId,
        all: impl IntoIterator<Item = Found>,
    ) -> Result<(), CopyError> {
        let path = self.desk.path;
        let used = self
            .keys
            .range((index, 0)..=(index, u32::MAX))
            .about(path)?;
        let last = used.last().transpose().about(path)?;
        let mut place = last.map_or(0, |(key, _)| key.value().1 + 1);
        for Found { identifier, field } in all {
            let kind = identifier.kind().code();
            for key in keys(&identifier) {
                let found = (alert_id.as_str(), field.as_str(), identifier.value());
                self.identifiers
                    .insert((kind, key, index, place), found)
                    .about(path)?;
                self.keys.insert((index, place), (kind, key)).about(path)?;
                place += 1;
            }
        }
        Ok(())
    }

    /// Takes a message's identifiers out again: those of one kind, or all but the number of the alert itself.
    fn unfile(&mut self, index: u64, only: Option<Kind>) -> Result<(), CopyError> {
        let path = self.desk.path;
        let mut filed = Vec::new();
        for entry in self
            .keys
            .range((index, 0)..=(index, u32::MAX))
            .about(path)?
        {
            let (place, key) = entry.about(path)?;
            let (kind, key) = key.value();
            filed.push((place.value().1, kind.to_owned(), key.to_owned()));
        }
        for (place, kind, key) in filed {
            let is_meant = match only {
                Some(only) => kind == only.code(),
                None => kind != Kind::AlertId.code(),
            };
            if is_meant {
                let full = (kind.as_str(), key.as_str(), index, place);
                self.identifiers.remove(full).about(path)?;
                self.keys.remove((index, place)).about(path)?;
            }
        }
        Ok(())
    }

    /// What becomes of the body of a message that comes after its case was recalled: facts are still heard, but what they
    /// say is not shown. The recall's own words are.
    fn lock(&self, alert_id: &AlertId, of: MessageType) -> Result<Option<StoredBody>, CopyError> {
        if is_about_recall(of) {
            return Ok(None);
        }
        Ok(self.work(alert_id)?.map(|work| locked(work.measure())))
    }

    /// Carries out a recall; `false` when it changes nothing, or is not the originator's.
    fn recall(&mut self, delivery: &Delivery, alert_id: &AlertId) -> Result<bool, CopyError> {
        let path = self.desk.path;
        let statement = &delivery.statement;
        let tables = (&self.cases, &self.messages, &self.bodies);
        let held = load_case(&tables, alert_id, path)?;
        let held = held.ok_or_else(|| damaged(path, format!("{alert_id} has no messages")))?;
        let sender = statement.sender().agency();
        // Unknown to whoever was never sent the alert: then the gateway alone has checked who recalls it.
        if held
            .case
            .originator()
            .is_some_and(|agency| agency != sender)
        {
            return Ok(false);
        }
        let asked = statement.recall_measure();
        let mut measure = asked.unwrap_or(RecallMeasure::Quarantine);
        if sender == self.desk.agency {
            measure = RecallMeasure::Quarantine;
        }
        let before = self.work(alert_id)?;
        if before
            .as_ref()
            .is_some_and(|work| work.measure() >= measure)
        {
            return Ok(false);
        }
        let mut copies = 0;
        for message in &held.messages {
            if is_about_recall(message.statement.message_type()) {
                continue;
            }
            self.unfile(message.index, None)?;
            copies += u32::from(self.lock_body(message.index, locked(measure))?);
        }
        let work = Work {
            recall: statement.message_id().as_bytes().to_vec(),
            originator: sender.to_string(),
            measure: measure.into(),
            copies,
            done_ms: self.desk.now_ms,
            to_rewrite: measure == RecallMeasure::Erase,
        };
        self.keep(alert_id, &work)?;
        Ok(true)
    }

    /// Locks away a body that is there; whether there was one, now or before an earlier recall.
    fn lock_body(&mut self, index: u64, lock: StoredBody) -> Result<bool, CopyError> {
        let path = self.desk.path;
        let broken = || damaged(path, format!("message {index} cannot be read"));
        let mut stored = {
            let bytes = self.messages.get(index).about(path)?.ok_or_else(broken)?;
            Stored::decode(bytes.value()).map_err(|_| broken())?
        };
        match stored.body() {
            StoredBody::None | StoredBody::Pruned => return Ok(false),
            StoredBody::Erased => return Ok(true),
            StoredBody::Present | StoredBody::Quarantined => {}
        }
        stored.set_body(lock);
        if lock == StoredBody::Erased {
            self.bodies.remove(index).about(path)?;
        }
        let bytes = stored.encode_to_vec();
        self.messages.insert(index, bytes.as_slice()).about(path)?;
        Ok(true)
    }

    fn work(&self, alert_id: &AlertId) -> Result<Option<Work>, CopyError> {
        let path = self.desk.path;
        let found = self.recalls.get(alert_id.as_str()).about(path)?;
        let work = found.map(|bytes| Work::decode(bytes.value())).transpose();
        work.map_err(|error| damaged(path, error.to_string()))
    }

    fn keep(&mut self, alert_id: &AlertId, work: &Work) -> Result<(), CopyError> {
        let bytes = work.encode_to_vec();
        self.recalls
            .insert(alert_id.as_str(), bytes.as_slice())
            .about(self.desk.path)?;
        Ok(())
    }
}

/// Whether the agency sent the message, or was sent it, if only on one node.
pub(super) fn concerns(delivery: &Delivery, agency: &AgencyId) -> bool {
    delivery.statement.sender().agency() == agency
        || audience(&delivery.record.recipients).reaches(agency)
}

fn is_about_recall(of: MessageType) -> bool {
    matches!(of, MessageType::Recall | MessageType::RecallConfirm)
}

fn locked(measure: RecallMeasure) -> StoredBody {
    match measure {
        RecallMeasure::Erase => StoredBody::Erased,
        RecallMeasure::Quarantine | RecallMeasure::Unspecified => StoredBody::Quarantined,
    }
}

fn stored_body(delivery: &Delivery) -> StoredBody {
    if delivery.body.is_some() {
        StoredBody::Present
    } else if delivery.statement.body().is_some() {
        StoredBody::Pruned
    } else {
        StoredBody::None
    }
}
