//! Taking verified messages into the file: one transaction for a page, recalls carried out in it.

mod filing;

use super::CopyError;
use super::extracts::extracted;
use super::overdue::keep as keep_overdue;
use super::read::{content_of, load_case};
use super::recall::{Confirmed, Work};
use super::store::{
    About, BODIES, CASES, COVERED, DOUBTED, EXTRACTS, Filed, FiledUnder, IDENTIFIERS, IDS, KEYS,
    MESSAGES, META, META_AS_OF, META_ASKED_AGAIN, META_POSITION, OPENED, PRUNED, RECALLS, Stored,
    StoredBody, UNREADABLE, UNSHOWN, damaged,
};
use crate::overdue::Overdue;
use crate::recalled::stays;
use crate::subscribe::{Delivery, Unbelievable};
use precinto_alert::Content;
use precinto_alert::case::Audience;
use precinto_alert::code::{MessageType, RecallMeasure};
use precinto_alert::id::{AgencyId, AlertId};
use precinto_alert::lookup::identifiers;
use precinto_proto::v1 as pb;
use prost::Message;
use redb::{Database, ReadableTable, Table, WriteTransaction};
use std::path::Path;

/// What one page brings.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Messages that hold.
    pub(super) believed: Vec<Delivery>,
    /// Missed deadlines that hold.
    pub(super) overdue: Vec<Overdue>,
    /// Messages that do not.
    pub(super) doubted: Vec<Unbelievable>,
    /// Everything below was asked for; `None` leaves it as it is.
    pub(super) position: Option<u64>,
    /// The last index that was asked for again.
    pub(super) asked_again: Option<u64>,
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

/// Writes a page. Durable when this returns: position and messages move together or not at all.
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
        for overdue in &taken.overdue {
            tables.doubted.remove(overdue.index).about(path)?;
            change.taken += u64::from(keep_overdue(&write, overdue, path)?);
        }
        for doubt in &taken.doubted {
            // Asked for again for its body alone: what was verified stays verified.
            if tables.messages.get(doubt.index).about(path)?.is_some() {
                continue;
            }
            let found = (doubt.time_ms, doubt.reason.into(), doubt.detail.as_str());
            tables.doubted.insert(doubt.index, found).about(path)?;
        }
        let mut meta = write.open_table(META).about(path)?;
        let numbers = [
            (META_POSITION, taken.position),
            (META_AS_OF, taken.as_of_ms),
            (META_ASKED_AGAIN, taken.asked_again),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                let bytes = number.to_be_bytes();
                meta.insert(name, bytes.as_slice()).about(path)?;
            }
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
    pruned: Table<'t, u64, &'static str>,
    unreadable: Table<'t, u64, ()>,
    covered: Table<'t, u64, ()>,
    unshown: Table<'t, u64, ()>,
    extracts: Table<'t, (&'static str, u64), ()>,
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
            pruned: write.open_table(PRUNED).about(path)?,
            unreadable: write.open_table(UNREADABLE).about(path)?,
            covered: write.open_table(COVERED).about(path)?,
            unshown: write.open_table(UNSHOWN).about(path)?,
            extracts: write.open_table(EXTRACTS).about(path)?,
            recalls: write.open_table(RECALLS).about(path)?,
        })
    }

    /// Takes in one message; one that is there already changes nothing, unless it brings the body that was missing.
    fn message(&mut self, delivery: &Delivery, change: &mut Change) -> Result<(), CopyError> {
        let (index, path) = (delivery.index, self.desk.path);
        self.doubted.remove(index).about(path)?;
        let held = self.stored(index)?.map(|stored| stored.body());
        match (held, stored_body(delivery)) {
            (None, _) => change.taken += 1,
            (Some(StoredBody::Pruned), StoredBody::Present) => {}
            (Some(_), _) => return Ok(()),
        }
        let statement = &delivery.statement;
        let id = statement.message_id();
        self.ids.insert((id.as_bytes(), index), ()).about(path)?;
        let Some(alert_id) = statement.alert_id() else {
            self.put(delivery, stored_body(delivery))?;
            return Ok(());
        };
        self.open_case(alert_id, index)?;
        for whole in extracted(statement, self.desk.agency, |id| self.own_alert(id))? {
            let key = (whole.as_str(), index);
            self.extracts.insert(key, ()).about(path)?;
        }
        match (self.work(alert_id)?, stored_body(delivery)) {
            (None, body) => {
                if let Some(content) = self.put(delivery, body)? {
                    self.file(index, alert_id, identifiers(&content))?;
                }
            }
            // Shown, and filed under nothing: whoever looks for goods must not be led to what was recalled.
            (Some(_), body) if stays(statement.message_type()) => {
                self.put(delivery, body)?;
            }
            (Some(mut work), StoredBody::Present) => {
                self.put(delivery, locked(work.measure()))?;
                work.copies += 1;
                self.keep(alert_id, &work)?;
            }
            // No body, but findings that quote it.
            (Some(work), StoredBody::Pruned) => {
                self.put(delivery, locked(work.measure()))?;
            }
            (Some(_), body) => {
                self.put(delivery, body)?;
            }
        }
        if let Some(confirmed) = Confirmed::by(self.desk.agency, statement)
            && let Some(mut work) = self.work(alert_id)?
        {
            work.confirmations.push(confirmed);
            self.keep(alert_id, &work)?;
        }
        if statement.message_type() == MessageType::Recall && self.recall(delivery, alert_id)? {
            change.recalled.push(alert_id.clone());
        }
        Ok(())
    }

    /// Writes one message; what its body says, if that is shown and this version can read it.
    fn put(&mut self, delivery: &Delivery, body: StoredBody) -> Result<Option<Content>, CopyError> {
        let path = self.desk.path;
        let signers = delivery.envelope.signers().iter();
        let mut stored = Stored {
            time_ms: delivery.time_ms,
            envelope: delivery.envelope.envelope_bytes().to_vec(),
            receipt: delivery.receipt.clone(),
            signers: signers.map(|one| one.identity().to_string()).collect(),
            unknown_fields: delivery.unknown_fields,
            body: body.into(),
            recipients: Vec::new(),
        };
        if body == StoredBody::Erased {
            erase_record(&mut stored);
        }
        let bytes = stored.encode_to_vec();
        self.messages
            .insert(delivery.index, bytes.as_slice())
            .about(path)?;
        // Of this receipt the log has shown nothing yet.
        self.covered.remove(delivery.index).about(path)?;
        self.unshown.insert(delivery.index, ()).about(path)?;
        if body == StoredBody::Pruned {
            let alert_id = delivery.statement.alert_id();
            let alert_id = alert_id.map(AlertId::as_str).unwrap_or_default();
            self.pruned.insert(delivery.index, alert_id).about(path)?;
        } else {
            self.pruned.remove(delivery.index).about(path)?;
        }
        let bytes = delivery.body_bytes.as_slice();
        let is_kept = matches!(body, StoredBody::Present | StoredBody::Quarantined);
        if is_kept && !bytes.is_empty() {
            self.bodies.insert(delivery.index, bytes).about(path)?;
        }
        if body != StoredBody::Present {
            return Ok(None);
        }
        let content = content_of(bytes, &delivery.statement);
        if content.is_none() {
            self.unreadable.insert(delivery.index, ()).about(path)?;
        }
        Ok(content)
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
            self.unfile(message.index, None)?;
            if stays(message.statement.message_type()) {
                continue;
            }
            copies += u32::from(self.lock_body(message.index, locked(measure))?);
        }
        let said = held.messages.iter();
        let work = Work {
            recall: statement.message_id().as_bytes().to_vec(),
            originator: sender.to_string(),
            measure: measure.into(),
            copies,
            done_ms: self.desk.now_ms,
            to_rewrite: measure == RecallMeasure::Erase,
            // What was confirmed before it was believed, or of a milder one.
            confirmations: said
                .filter_map(|one| Confirmed::by(self.desk.agency, &one.statement))
                .collect(),
        };
        self.keep(alert_id, &work)?;
        Ok(true)
    }

    /// Locks away a body that is there, and what the gateway found in it; whether there was one, now or before an earlier
    /// recall. One that never came is not asked for any more.
    fn lock_body(&mut self, index: u64, lock: StoredBody) -> Result<bool, CopyError> {
        let path = self.desk.path;
        let stored = self.stored(index)?;
        let mut stored = stored.ok_or_else(|| damaged(path, format!("no message {index}")))?;
        match stored.body() {
            StoredBody::None => return Ok(false),
            StoredBody::Erased => return Ok(true),
            StoredBody::Present | StoredBody::Quarantined | StoredBody::Pruned => {}
        }
        let is_there = self.bodies.get(index).about(path)?.is_some();
        self.pruned.remove(index).about(path)?;
        self.unreadable.remove(index).about(path)?;
        stored.set_body(lock);
        if lock == StoredBody::Erased {
            self.bodies.remove(index).about(path)?;
            erase_record(&mut stored);
        }
        let bytes = stored.encode_to_vec();
        self.messages.insert(index, bytes.as_slice()).about(path)?;
        Ok(is_there)
    }

    fn stored(&self, index: u64) -> Result<Option<Stored>, CopyError> {
        let path = self.desk.path;
        let bytes = self.messages.get(index).about(path)?;
        let stored = bytes.map(|bytes| Stored::decode(bytes.value())).transpose();
        stored.map_err(|_| damaged(path, format!("message {index} cannot be read")))
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
        || Audience::of_recipients(&delivery.record.recipients).reaches(agency)
}

/// Takes the record out of a receipt: the gateway's findings quote what the body said. Who was told is kept, because the case
/// is read by it; the proof still binds the record, which the gateway has.
fn erase_record(stored: &mut Stored) {
    let Some(receipt) = &mut stored.receipt else {
        return;
    };
    let record = std::mem::take(&mut receipt.record);
    if let Ok(record) = pb::StatementRecord::decode(record.as_ref()) {
        stored.recipients = record.recipients;
    }
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
