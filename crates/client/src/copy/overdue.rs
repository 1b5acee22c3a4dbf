//! Missed deadlines in the copy: kept with their case, and found again with it or, for a case that this agency was sent
//! nothing of, by themselves.

use super::store::{About, CASES, OVERDUE, damaged};
use super::{CopyError, OwnCopy};
use crate::overdue::Overdue;
use precinto_alert::id::AlertId;
use precinto_proto::v1 as pb;
use prost::Message;
use redb::{ReadTransaction, ReadableDatabase, ReadableTable, WriteTransaction};
use std::path::Path;

/// One missed deadline as the file holds it. It was verified before.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct StoredOverdue {
    /// When the log took it in.
    #[prost(uint64, tag = "1")]
    time_ms: u64,
    #[prost(message, optional, tag = "2")]
    receipt: Option<pb::Receipt>,
}

impl OwnCopy {
    /// The missed deadlines of a case that this agency knows of, in the order of the log, whether or not it was sent anything
    /// else of it.
    pub fn overdue_of(&self, alert_id: &AlertId) -> Result<Vec<Overdue>, CopyError> {
        let read = self.database.begin_read().about(&self.path)?;
        load(&read, alert_id, &self.path)
    }

    /// The missed deadlines of cases that this agency was sent nothing else of, by alert id: it is asked to step in.
    pub fn called_upon(&self) -> Result<Vec<Overdue>, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let (overdue, cases) = (
            read.open_table(OVERDUE).about(path)?,
            read.open_table(CASES).about(path)?,
        );
        let mut all = Vec::new();
        for row in overdue.iter().about(path)? {
            let (key, bytes) = row.about(path)?;
            let (name, index) = key.value();
            let mut of_case = cases.range((name, 0)..=(name, u64::MAX)).about(path)?;
            if of_case.next().is_none() {
                all.push(read_row(index, bytes.value(), path)?);
            }
        }
        Ok(all)
    }
}

/// Keeps a missed deadline; whether it was not there before.
pub(super) fn keep(
    write: &WriteTransaction,
    overdue: &Overdue,
    path: &Path,
) -> Result<bool, CopyError> {
    let mut table = write.open_table(OVERDUE).about(path)?;
    let stored = StoredOverdue {
        time_ms: overdue.time_ms,
        receipt: Some(overdue.receipt.clone()),
    };
    let key = (overdue.alert_id.as_str(), overdue.index);
    let bytes = stored.encode_to_vec();
    let before = table.insert(key, bytes.as_slice()).about(path)?;
    Ok(before.is_none())
}

/// The missed deadlines of a case, in the order of the log.
pub(super) fn load(
    read: &ReadTransaction,
    alert_id: &AlertId,
    path: &Path,
) -> Result<Vec<Overdue>, CopyError> {
    let table = read.open_table(OVERDUE).about(path)?;
    let name = alert_id.as_str();
    let mut all = Vec::new();
    for row in table.range((name, 0)..=(name, u64::MAX)).about(path)? {
        let (key, bytes) = row.about(path)?;
        all.push(read_row(key.value().1, bytes.value(), path)?);
    }
    Ok(all)
}

fn read_row(index: u64, bytes: &[u8], path: &Path) -> Result<Overdue, CopyError> {
    let broken = || damaged(path, format!("missed deadline {index} cannot be read"));
    let stored = StoredOverdue::decode(bytes).map_err(|_| broken())?;
    let receipt = stored.receipt.ok_or_else(broken)?;
    Overdue::read((index, 1, stored.time_ms), receipt).ok_or_else(broken)
}
