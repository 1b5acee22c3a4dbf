//! The extracts that an agency has sent of its own alerts, found again when the whole is amended or taken back.
//!
//! An extract is a case of its own: whoever has it was not sent the whole, and hears nothing of what becomes of that.

use super::list::Standing;
use super::read::{HeldCase, load, load_case};
use super::store::{About, BODIES, CASES, EXTRACTS, MESSAGES};
use super::{CopyError, OwnCopy};
use precinto_alert::Statement;
use precinto_alert::code::{MessageType, RecallMeasure};
use precinto_alert::id::{AgencyId, AlertId, MessageId};
use redb::ReadableDatabase;
use std::collections::BTreeSet;

/// An extract of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extract {
    /// The case that it opened.
    pub alert_id: AlertId,
    /// Where in the log its newest version stands.
    pub index: u64,
    /// Where its case stands, which may be at another point than the whole.
    pub standing: Standing,
    /// The strictest measure with which it was recalled, if it was.
    pub recalled: Option<RecallMeasure>,
    /// The message that it was taken from, as long as it is what was sent first: an amendment names the version before it instead.
    pub taken_from: Option<MessageId>,
}

impl Extract {
    /// Whether it still says what an older version of the whole said. Of an amended extract nobody writes down which version it was
    /// taken from: it counts as made from what the log had before it, though it may have mended a typing error only.
    pub fn is_behind(&self, whole: &HeldCase) -> bool {
        let Some(newest) = whole.newest_alert() else {
            return false;
        };
        let mut said = whole.messages.iter();
        let source = said.find(|held| Some(held.statement.message_id()) == self.taken_from);
        let version = newest.statement.alert_version();
        let is_older = source.is_some_and(|held| held.statement.alert_version() < version);
        self.index < newest.index || is_older
    }

    fn of(held: HeldCase, opening: u64) -> Self {
        let newest = held.newest_alert();
        let first = newest.filter(|held| held.statement.message_type() == MessageType::Alert);
        Self {
            index: newest.map_or(opening, |newest| newest.index),
            standing: Standing::of(&held),
            recalled: held.case.view().recall.map(|recall| recall.measure),
            taken_from: first.and_then(|first| first.statement.refers_to()),
            alert_id: held.alert_id,
        }
    }
}

impl OwnCopy {
    /// All extracts that this copy's agency has sent of an alert, wherever their cases stand, in the order of the log.
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
            let held = load_case(&(&cases, &messages, &bodies), alert_id, path)?;
            all.extend(held.map(|held| Extract::of(held, index)));
        }
        Ok(all)
    }
}

/// Whether `agency` sent the message as an extract of something.
fn is_extract(said: &Statement, agency: &AgencyId) -> bool {
    let is_extract = said.message_type() == MessageType::Alert && said.handling().tear_line();
    is_extract && said.sender().agency() == agency
}

/// Of which alerts the message is an extract, if `agency` sent it as one: those that it is linked with, and the one that it was taken
/// from, if that is here.
pub(super) fn extracted(
    said: &Statement,
    agency: &AgencyId,
    held: impl FnOnce(MessageId) -> Result<Option<AlertId>, CopyError>,
) -> Result<BTreeSet<AlertId>, CopyError> {
    if !is_extract(said, agency) {
        return Ok(BTreeSet::new());
    }
    let source = said.refers_to().map(held).transpose()?.flatten();
    Ok(said.linked_alerts().iter().cloned().chain(source).collect())
}
