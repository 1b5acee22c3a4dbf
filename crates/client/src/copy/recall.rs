//! What was done about recalls, for whoever must confirm it; and the file written anew, so that nothing erased is left in it.

use super::read::load_case;
use super::store::{
    self, About, BODIES, CASES, COVERED, DOUBTED, EXTRACTS, IDENTIFIERS, IDS, KEYS, MESSAGES, META,
    OPENED, OVERDUE, PRUNED, RECALLS, UNREADABLE, UNSHOWN, damaged,
};
use super::{CopyError, OwnCopy};
use precinto_alert::code::{MessageType, RecallMeasure};
use precinto_alert::id::{AgencyId, AlertId, MessageId, NodeId};
use precinto_alert::statement::Statement;
use prost::Message;
use redb::{
    Database, Key, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, Value,
    WriteTransaction,
};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;

/// A recall, as this copy has carried it out: what a `RECALL_CONFIRM` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecallWork {
    /// The case.
    pub alert_id: AlertId,
    /// The RECALL that was carried out: what the confirmation refers to.
    pub recall: MessageId,
    /// Who recalled, and wants to hear of it.
    pub originator: AgencyId,
    /// What was done.
    pub measure: RecallMeasure,
    /// Messages whose content was locked away or erased in this copy. Other nodes of the agency have copies of their own.
    pub copies: u32,
    /// When, by this machine's clock, milliseconds since 1970-01-01 UTC.
    pub done_ms: u64,
    /// Whether a confirmation by this agency is in the log, as far as the copy reaches: by any of its nodes.
    pub confirmed: bool,
    /// Which nodes of the agency have confirmed this measure or a stricter one: each for its own copy.
    pub confirmed_by: BTreeSet<NodeId>,
}

/// The same on disk.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Work {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) recall: Vec<u8>,
    #[prost(string, tag = "2")]
    pub(super) originator: String,
    #[prost(enumeration = "RecallMeasure", tag = "3")]
    pub(super) measure: i32,
    #[prost(uint32, tag = "4")]
    pub(super) copies: u32,
    /// 0 when it was done where nobody knew the time; the next sync says when.
    #[prost(uint64, tag = "5")]
    pub(super) done_ms: u64,
    /// The rows are gone, but unused pages of the file may still hold what stood in them: not done yet.
    #[prost(bool, tag = "6")]
    pub(super) to_rewrite: bool,
    /// What this agency has confirmed of it, so that what is done is not read again with every look. Files of the version before
    /// hold none: then the case itself is read.
    #[prost(message, repeated, tag = "7")]
    pub(super) confirmations: Vec<Confirmed>,
}

/// That one node of this agency has confirmed a recall.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Confirmed {
    /// Which, as a SPIFFE id.
    #[prost(string, tag = "1")]
    node: String,
    /// What it has done.
    #[prost(enumeration = "RecallMeasure", tag = "2")]
    measure: i32,
}

impl Confirmed {
    /// What `said` confirms, if it is a confirmation by `agency`.
    pub(super) fn by(agency: &AgencyId, said: &Statement) -> Option<Self> {
        let is_ours =
            said.message_type() == MessageType::RecallConfirm && said.sender().agency() == agency;
        is_ours.then(|| Self {
            node: said.sender().to_string(),
            measure: said.recall_measure().unwrap_or_default().into(),
        })
    }
}

impl OwnCopy {
    /// What was done about the recall of a case; `None` when it was not recalled, or the work is not done yet.
    pub fn recall_work(&self, alert_id: &AlertId) -> Result<Option<RecallWork>, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let recalls = read.open_table(RECALLS).about(path)?;
        match recalls.get(alert_id.as_str()).about(path)? {
            Some(bytes) => self.told(&read, alert_id.clone(), bytes.value()),
            None => Ok(None),
        }
    }

    /// Every recall that was carried out here and that no node of this agency has confirmed, by alert id. Its own are not among
    /// them.
    pub fn recalls_to_confirm(&self) -> Result<Vec<RecallWork>, CopyError> {
        self.carried_out(|_| true, |work| !work.confirmed)
    }

    /// As [`OwnCopy::recalls_to_confirm`], but those that this node has not confirmed: another one's confirmation says nothing
    /// about this copy.
    pub fn recalls_to_confirm_as(&self, node: &NodeId) -> Result<Vec<RecallWork>, CopyError> {
        let name = node.to_string();
        self.carried_out(
            |by| by.node == name,
            |work| !work.confirmed_by.contains(node),
        )
    }

    /// What was carried out and `is_meant`. What one who `counts` is known to have confirmed is not read again: there may be
    /// thousands of old ones, and an agent looks with every recall that comes.
    fn carried_out(
        &self,
        counts: impl Fn(&Confirmed) -> bool,
        is_meant: impl Fn(&RecallWork) -> bool,
    ) -> Result<Vec<RecallWork>, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let recalls = read.open_table(RECALLS).about(path)?;
        let mut open = Vec::new();
        for entry in recalls.iter().about(path)? {
            let (name, bytes) = entry.about(path)?;
            let alert_id = name.value().parse::<AlertId>();
            let alert_id = alert_id.map_err(|error| damaged(path, error.to_string()))?;
            let work = Work::decode(bytes.value());
            let work = work.map_err(|error| damaged(path, error.to_string()))?;
            let mut confirmed = work.confirmations.iter();
            let is_done = confirmed.any(|one| counts(one) && one.measure() >= work.measure());
            if is_done || work.originator == self.agency.to_string() {
                continue;
            }
            let work = self.told(&read, alert_id, bytes.value())?;
            open.extend(work.filter(&is_meant));
        }
        Ok(open)
    }

    fn told(
        &self,
        read: &ReadTransaction,
        alert_id: AlertId,
        bytes: &[u8],
    ) -> Result<Option<RecallWork>, CopyError> {
        let path = &self.path;
        let broken = || damaged(path, format!("the recall of {alert_id} cannot be read"));
        let work = Work::decode(bytes).map_err(|_| broken())?;
        if !work.is_done() {
            return Ok(None);
        }
        let tables = (
            &read.open_table(CASES).about(path)?,
            &read.open_table(MESSAGES).about(path)?,
            &read.open_table(BODIES).about(path)?,
        );
        let held = load_case(&tables, &alert_id, path)?.ok_or_else(broken)?;
        let measure = work.measure();
        let own = held.messages.iter().filter(|held| {
            held.statement.message_type() == MessageType::RecallConfirm
                && held.statement.sender().agency() == &self.agency
                && held.statement.recall_measure() >= Some(measure)
        });
        let confirmed_by: BTreeSet<NodeId> =
            own.map(|held| held.statement.sender().clone()).collect();
        Ok(Some(RecallWork {
            recall: MessageId::from_slice(&work.recall).map_err(|_| broken())?,
            originator: work.originator.parse().map_err(|_| broken())?,
            measure,
            copies: work.copies,
            done_ms: work.done_ms,
            confirmed: !confirmed_by.is_empty(),
            confirmed_by,
            alert_id,
        }))
    }

    /// Writes the file anew if something in it was to be erased. Until this is done, erasing is not, and is not confirmed.
    pub(super) async fn finish_erasing(&mut self, now_ms: u64) -> Result<(), CopyError> {
        if !any_work(&self.database, &self.path, |work| !work.is_done())? {
            return Ok(());
        }
        let (old, path) = (std::sync::Arc::clone(&self.database), self.path.clone());
        let write = move || rewrite(&old, &path, now_ms);
        // Syncs the disk: the runtime's workers have other things to do.
        let written = crate::machine::blocking(write).await;
        let new = written.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        self.database = std::sync::Arc::new(new);
        Ok(())
    }
}

impl Work {
    fn is_done(&self) -> bool {
        !self.to_rewrite && self.done_ms != 0
    }
}

/// Ends what a process that was killed has begun: takes away the file that it was writing, and writes it anew if something in
/// the old one is still to be erased. When that was done the next sync says, because here nobody knows the time.
pub(super) fn resume(database: Database, path: &Path) -> Result<Database, CopyError> {
    sweep(path)?;
    if any_work(&database, path, |work| work.to_rewrite)? {
        rewrite(&database, path, 0)
    } else {
        Ok(database)
    }
}

fn any_work(
    database: &Database,
    path: &Path,
    is_meant: impl Fn(&Work) -> bool,
) -> Result<bool, CopyError> {
    let read = database.begin_read().about(path)?;
    let recalls = read.open_table(RECALLS).about(path)?;
    for entry in recalls.iter().about(path)? {
        let (_, bytes) = entry.about(path)?;
        let work = Work::decode(bytes.value());
        if is_meant(&work.map_err(|error| damaged(path, error.to_string()))?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The file's name while it is being written anew: always the same, so that none is left behind unnoticed.
fn new_name(path: &Path) -> OsString {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    name
}

fn sweep(path: &Path) -> Result<(), CopyError> {
    let stale = path.with_file_name(new_name(path));
    match std::fs::remove_file(&stale) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(CopyError::Io { path: stale, cause })
        }
        _ => Ok(()),
    }
}

/// Copies every row into a new file, which takes the place of the old one when it is whole and on disk. Deleting rows alone
/// leaves their bytes in pages that are free but not overwritten.
///
/// The disk below may keep old blocks for a while; that is beyond a program's reach.
fn rewrite(old: &Database, path: &Path, now_ms: u64) -> Result<Database, CopyError> {
    let io = |cause| CopyError::Io {
        path: path.to_owned(),
        cause,
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    sweep(path)?;
    // Private to its user from the first byte.
    let file = tempfile::Builder::new()
        .prefix(&new_name(path))
        .rand_bytes(0)
        .tempfile_in(folder)
        .map_err(io)?
        .into_temp_path();
    let new = store::open(&file, true)?;
    let read = old.begin_read().about(path)?;
    let write = new.begin_write().about(path)?;
    pour(&read, &write, META, path)?;
    pour(&read, &write, MESSAGES, path)?;
    pour(&read, &write, BODIES, path)?;
    pour(&read, &write, IDS, path)?;
    pour(&read, &write, CASES, path)?;
    pour(&read, &write, OPENED, path)?;
    pour(&read, &write, IDENTIFIERS, path)?;
    pour(&read, &write, KEYS, path)?;
    pour(&read, &write, DOUBTED, path)?;
    pour(&read, &write, PRUNED, path)?;
    pour(&read, &write, UNREADABLE, path)?;
    pour(&read, &write, OVERDUE, path)?;
    pour(&read, &write, COVERED, path)?;
    pour(&read, &write, UNSHOWN, path)?;
    pour(&read, &write, EXTRACTS, path)?;
    settle_works(&read, &write, path, now_ms)?;
    write.commit().about(path)?;
    file.persist(path).map_err(|error| io(error.error))?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io)?;
    Ok(new)
}

fn pour<K: Key + 'static, V: Value + 'static>(
    read: &ReadTransaction,
    write: &WriteTransaction,
    table: TableDefinition<'static, K, V>,
    path: &Path,
) -> Result<(), CopyError> {
    let from = read.open_table(table).about(path)?;
    let mut to = write.open_table(table).about(path)?;
    for row in from.iter().about(path)? {
        let (key, value) = row.about(path)?;
        to.insert(key.value(), value.value()).about(path)?;
    }
    Ok(())
}

/// The works as they are once the new file is in place.
fn settle_works(
    read: &ReadTransaction,
    write: &WriteTransaction,
    path: &Path,
    now_ms: u64,
) -> Result<(), CopyError> {
    let from = read.open_table(RECALLS).about(path)?;
    let mut to = write.open_table(RECALLS).about(path)?;
    for row in from.iter().about(path)? {
        let (name, bytes) = row.about(path)?;
        let work = Work::decode(bytes.value());
        let mut work = work.map_err(|error| damaged(path, error.to_string()))?;
        if !work.is_done() {
            work.to_rewrite = false;
            work.done_ms = now_ms;
        }
        let bytes = work.encode_to_vec();
        to.insert(name.value(), bytes.as_slice()).about(path)?;
    }
    Ok(())
}
