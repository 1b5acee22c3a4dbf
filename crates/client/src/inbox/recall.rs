//! A recall at a node whose systems do what is handed over to them: carried out where files lie, and confirmed once.
//!
//! ```text
//! 1 handed over  inbox.redb: index of the RECALL     its delivery was taken in and released, a program has ended with 0 on it;
//!                                                    from here on nothing older of this alert is handed over
//! 2 put away     <folder>/quarantine/<name>.json     files of this alert that nobody has taken yet; erased if that is asked
//! 3 fixed        inbox.redb: the signed confirmation one transaction: from here on it is the same bytes
//! 4 queued       outbox/...
//! ```
//!
//! Whoever is killed anywhere begins again at 2: putting away again changes nothing, and what is fixed is queued once. Before 1
//! nothing is confirmed. What comes late of the alert is put away too, and no program hears of it; when an erasure is confirmed,
//! it is erased: otherwise the confirmation would have been a lie. That holds whatever the settings say, for an urgent entry may
//! be handed over before older ones: nobody shall act on what comes behind its own recall. A
//! recall that was handed over while the agency's systems did not act by themselves is never confirmed here, whatever the
//! settings say since: a person does that.
//!
//! What stays after a recall ([`stays`]) is handed over also when it comes late: goods that are held do not wait for paper. It stays
//! in the own copy too, and no confirmation counts it: what is confirmed as erased is erased in both.

use super::store::{About as _, Inbox, InboxError};
use super::tables::RECALLED;
use super::{Item, Reception, ReceptionError};
use crate::author::Signed;
use crate::outbox::Fate;
use crate::recalled::stays;
use precinto_alert::code::{MessageType, RecallMeasure};
use precinto_alert::id::{AlertId, MessageId};
use precinto_alert::statement::Statement;
use precinto_proto::v1 as pb;
use prost::Message;
use redb::ReadableDatabase as _;

/// As the file holds it.
#[derive(Clone, PartialEq, Message)]
struct Row {
    /// The newest RECALL that was handed over: where it stands in the log.
    #[prost(uint64, tag = "1")]
    index: u64,
    /// Its message id.
    #[prost(bytes = "vec", tag = "2")]
    recall: Vec<u8>,
    /// The confirmation of it that is still to be queued.
    #[prost(message, optional, tag = "3")]
    answer: Option<pb::SubmitRequest>,
    /// It is fixed how it is confirmed.
    #[prost(bool, tag = "4")]
    fixed: bool,
    /// What stands below this index in the log is handed over no more.
    #[prost(uint64, tag = "5")]
    withheld_below: u64,
    /// When the RECALL was handed over, the agency's systems did what was handed over to them.
    #[prost(bool, tag = "6")]
    acted: bool,
    /// An erasure is confirmed: what comes late is erased.
    #[prost(bool, tag = "7")]
    erased: bool,
}

/// How far the confirmation of a recall has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirming {
    /// The recall was not handed over yet, and its delivery comes; or it was when systems did not act on it: a person confirms it.
    NotYet,
    /// The confirmation was queued now.
    Queued(MessageId),
    /// It was queued before, or refused, which is told.
    Before,
}

impl Inbox {
    /// The RECALL was handed over, to systems that `act` on it by themselves or not. Durable on return.
    pub(super) fn recall_handed_over(&self, item: &Item, act: bool) -> Result<(), InboxError> {
        let Some((alert, said)) = recall_in(item) else {
            return Ok(());
        };
        let recall = said.message_id().as_bytes().to_vec();
        let before = self.row(alert)?.unwrap_or_default();
        if before.recall == recall || before.index > item.index {
            return Ok(());
        }
        let row = Row {
            index: item.index,
            recall,
            withheld_below: item.index,
            acted: act,
            erased: before.erased,
            ..Row::default()
        };
        self.put_row(alert, &row)
    }

    /// Whether this entry must not be handed over, because it is about an alert whose recall came after it and was handed over.
    pub(super) fn withholds(&self, item: &Item) -> Result<bool, InboxError> {
        let row = self.row_about(item)?;
        Ok(row.is_some_and(|row| item.index < row.withheld_below))
    }

    /// What becomes of an entry that is withheld: it is put aside until an erasure is confirmed, and erased from then on.
    pub(super) fn measure_for_late(&self, item: &Item) -> Result<RecallMeasure, InboxError> {
        let erased = self.row_about(item)?.is_some_and(|row| row.erased);
        Ok(if erased {
            RecallMeasure::Erase
        } else {
            RecallMeasure::Quarantine
        })
    }

    /// What is known of recalls of the alert that the entry is about, unless it stays in spite of one, as the recall itself does.
    fn row_about(&self, item: &Item) -> Result<Option<Row>, InboxError> {
        let said = item.said.as_ref();
        let said = said.filter(|said| !stays(said.message_type()));
        let alert = said.and_then(|said| said.alert_id());
        Ok(alert.map(|alert| self.row(alert)).transpose()?.flatten())
    }

    /// As if the process had been killed before the confirmation was queued.
    #[cfg(test)]
    pub(super) fn unqueue(&self, alert: &AlertId, answer: &Signed) {
        let mut row = self.row(alert).unwrap().unwrap();
        row.answer = Some(answer.request().clone());
        self.put_row(alert, &row).unwrap();
    }

    fn row(&self, alert: &AlertId) -> Result<Option<Row>, InboxError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let table = read.open_table(RECALLED).about(path)?;
        let found = table.get(alert.as_str()).about(path)?;
        Ok(found.and_then(|bytes| Row::decode(bytes.value()).ok()))
    }

    fn put_row(&self, alert: &AlertId, row: &Row) -> Result<(), InboxError> {
        let path = &self.path;
        let write = self.database.begin_write().about(path)?;
        {
            let mut table = write.open_table(RECALLED).about(path)?;
            let bytes = row.encode_to_vec();
            drop(table.insert(alert.as_str(), bytes.as_slice()).about(path)?);
        }
        write.commit().about(path)
    }
}

impl Reception {
    /// Steps 2 to 4 for a recall that was carried out in the node's own copy, where it was seen to be the originator's. `sign`
    /// makes the confirmation; it is asked at most once, and within the outbox's turn.
    pub fn confirm_recall(
        &self,
        alert: &AlertId,
        (recall, measure): (MessageId, RecallMeasure),
        sign: impl FnOnce() -> Result<Signed, String>,
    ) -> Result<Confirming, ReceptionError> {
        let mut turn = self.outbox.turn()?;
        let row = self.inbox.row(alert)?;
        // A file of the version before says of what it has fixed that it is, and no more.
        let row = row.filter(|row| row.recall == recall.as_bytes() && (row.acted || row.fixed));
        let Some(mut row) = row else {
            return Ok(Confirming::NotYet);
        };
        if let Some(folder) = &self.folder {
            let put_away = folder.put_away(alert, row.index, measure);
            put_away.map_err(ReceptionError::HandOver)?;
        }
        if !row.fixed {
            let signed = sign().map_err(ReceptionError::Confirmation)?;
            row.answer = Some(signed.request().clone());
            row.fixed = true;
            row.erased |= measure == RecallMeasure::Erase;
            self.inbox.put_row(alert, &row)?;
        }
        let answer = row.answer.take();
        let Some(signed) = answer.and_then(|one| Signed::from_request(one).ok()) else {
            return Ok(Confirming::Before);
        };
        let id = signed.message_id();
        let confirming = if self.outbox.fate(id)? == Fate::Unknown {
            let _queued = turn.put(&signed)?;
            Confirming::Queued(id)
        } else {
            Confirming::Before
        };
        self.inbox.put_row(alert, &row)?;
        Ok(confirming)
    }
}

fn recall_in(item: &Item) -> Option<(&AlertId, &Statement)> {
    let said = item.said.as_ref().filter(|said| is_recall(said))?;
    Some((said.alert_id()?, said))
}

fn is_recall(said: &Statement) -> bool {
    said.message_type() == MessageType::Recall
}
