//! The extracts that an agency has sent of its own alerts, found again when the whole is amended or taken back.
//!
//! An extract is a case of its own: whoever has it was not sent the whole, and hears nothing of what becomes of that.

use super::list::Standing;
use super::read::{load, load_case};
use super::store::{About, BODIES, CASES, EXTRACTS, MESSAGES};
use super::{CopyError, OwnCopy};
use precinto_alert::Statement;
use precinto_alert::code::MessageType;
use precinto_alert::id::{AgencyId, AlertId};
use redb::ReadableDatabase;

/// An extract of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    /// The case that it opened.
    pub alert_id: AlertId,
    /// Where in the log its newest version stands.
    pub index: u64,
}

impl OwnCopy {
    /// The extracts that this copy's agency has sent of an alert and neither cancelled nor recalled, in the order of the log.
    pub fn extracts_of(&self, whole: &AlertId) -> Result<Vec<Extract>, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let extracts = read.open_table(EXTRACTS).about(path)?;
        let cases = read.open_table(CASES).about(path)?;
        let messages = read.open_table(MESSAGES).about(path)?;
        let bodies = read.open_table(BODIES).about(path)?;
        let name = whole.as_str();
        let mut all = Vec::new();
        for entry in extracts.range((name, 0)..=(name, u64::MAX)).about(path)? {
            let index = entry.about(path)?.0.value().1;
            let opening = load(&messages, &bodies, index, path)?;
            let Some(alert_id) = opening.statement.alert_id() else {
                continue;
            };
            let tables = (&cases, &messages, &bodies);
            let Some(held) = load_case(&tables, alert_id, path)? else {
                continue;
            };
            if matches!(
                Standing::of(&held),
                Standing::Cancelled | Standing::Recalled
            ) {
                continue;
            }
            let newest = held.newest_alert().map_or(index, |newest| newest.index);
            all.push(Extract {
                alert_id: held.alert_id,
                index: newest,
            });
        }
        Ok(all)
    }
}

/// Of which alerts the message is an extract, if `agency` sent it as one.
pub(super) fn extracted<'a>(said: &'a Statement, agency: &AgencyId) -> &'a [AlertId] {
    let is_extract = said.message_type() == MessageType::Alert && said.handling().tear_line();
    if is_extract && said.sender().agency() == agency {
        said.linked_alerts()
    } else {
        &[]
    }
}
