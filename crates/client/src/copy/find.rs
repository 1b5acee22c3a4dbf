//! Looking for identifiers: in this file alone.

use super::store::{About, Filed, FiledUnder, IDENTIFIERS, damaged};
use super::{CopyError, OwnCopy};
use precinto_alert::id::AlertId;
use precinto_alert::lookup::{Identifier, Kind};
use redb::{ReadableDatabase, ReadableTable};
use std::path::Path;

/// A message that carries what was looked for. An alert and its amendments carry the same: each is a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The case.
    pub alert_id: AlertId,
    /// The message's index in the log.
    pub index: u64,
    /// Where in it, `content.shipments[0].master_awb`; `alert_id` for the number of the alert itself.
    pub field: String,
    /// What stands there, in normal form: of a name, all of it.
    pub identifier: Identifier,
    /// Which of the identifiers asked for it is, from 0.
    pub asked: usize,
}

/// When a name is the one that was asked for.
#[derive(Clone, Copy)]
enum Names {
    /// All words asked for occur in it: for a person, who looks at what was found.
    Containing,
    /// The same words, in whatever order: for a manifest of thousands of rows.
    Equal,
}

impl OwnCopy {
    /// Every message that carries one of the identifiers, by their order and then the newest first. A name is found by some
    /// of its words. Nothing that was said of a recalled alert is found, but for its number: what stays of it, facts, is shown with
    /// the case.
    pub fn find(&self, identifiers: &[Identifier]) -> Result<Vec<Hit>, CopyError> {
        self.look_up(identifiers.iter().cloned(), Names::Containing)
    }

    /// As [`OwnCopy::find`], for thousands at once and in one view of the copy. A name must have the same words, in whatever
    /// order.
    pub fn match_all(
        &self,
        identifiers: impl IntoIterator<Item = Identifier>,
    ) -> Result<Vec<Hit>, CopyError> {
        self.look_up(identifiers.into_iter(), Names::Equal)
    }

    fn look_up(
        &self,
        identifiers: impl Iterator<Item = Identifier>,
        names: Names,
    ) -> Result<Vec<Hit>, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let table = read.open_table(IDENTIFIERS).about(path)?;
        let mut hits = Vec::new();
        for (asked, identifier) in identifiers.enumerate() {
            let mut found = hits_of(&table, &identifier, names, path)?;
            found.sort_by_key(|hit| std::cmp::Reverse(hit.index));
            hits.extend(found.into_iter().map(|hit| Hit { asked, ..hit }));
        }
        Ok(hits)
    }
}

fn hits_of(
    table: &impl ReadableTable<FiledUnder, Filed>,
    asked: &Identifier,
    names: Names,
    path: &Path,
) -> Result<Vec<Hit>, CopyError> {
    let (kind, key) = (asked.kind().code(), rarest(asked));
    let keys = (kind, key, 0, 0)..=(kind, key, u64::MAX, u32::MAX);
    let mut hits = Vec::new();
    for entry in table.range(keys).about(path)? {
        let (place, found) = entry.about(path)?;
        let (alert_id, field, value) = found.value();
        if asked.kind() == Kind::Party && !names.admit(value, asked.value()) {
            continue;
        }
        let alert_id = alert_id.parse::<AlertId>();
        let identifier = Identifier::new(asked.kind(), value);
        hits.push(Hit {
            alert_id: alert_id.map_err(|error| damaged(path, error.to_string()))?,
            index: place.value().2,
            field: field.to_owned(),
            identifier: identifier.ok_or_else(|| damaged(path, "an identifier is empty"))?,
            asked: 0,
        });
    }
    Ok(hits)
}

impl Names {
    fn admit(self, held: &str, asked: &str) -> bool {
        let mut asked: Vec<&str> = asked.split(' ').collect();
        let mut held: Vec<&str> = held.split(' ').collect();
        match self {
            Self::Containing => asked.iter().all(|word| held.contains(word)),
            Self::Equal => {
                asked.sort_unstable();
                held.sort_unstable();
                asked == held
            }
        }
    }
}

/// The keys under which an identifier is filed: each word of a name once, anything else whole.
pub(super) fn keys(identifier: &Identifier) -> Vec<&str> {
    if identifier.kind() != Kind::Party {
        return vec![identifier.value()];
    }
    let mut words: Vec<&str> = identifier.value().split(' ').collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The key to look under: the longest word is in the fewest names.
fn rarest(identifier: &Identifier) -> &str {
    let longest = keys(identifier).into_iter().max_by_key(|word| word.len());
    longest.unwrap_or_default()
}
