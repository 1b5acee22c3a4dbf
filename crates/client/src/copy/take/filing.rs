//! Filing a message under its case and its identifiers, and taking these out again.

use super::Tables;
use crate::copy::CopyError;
use crate::copy::find::keys;
use crate::copy::read::load;
use crate::copy::store::About;
use precinto_alert::id::{AlertId, MessageId};
use precinto_alert::lookup::{Found, Identifier, Kind};
use redb::ReadableTable;

impl Tables<'_> {
    /// The alert that a message of this agency's own speaks of, if it is here. Others may have used the same id.
    pub(super) fn own_alert(&self, message: MessageId) -> Result<Option<AlertId>, CopyError> {
        let (path, id) = (self.desk.path, message.as_bytes());
        for entry in self.ids.range((id, 0)..=(id, u64::MAX)).about(path)? {
            let index = entry.about(path)?.0.value().1;
            // The message that is being taken in has its id already, and nothing else.
            if self.messages.get(index).about(path)?.is_none() {
                continue;
            }
            let said = load(&self.messages, &self.bodies, index, path)?.statement;
            if said.sender().agency() == self.desk.agency {
                return Ok(said.alert_id().cloned());
            }
        }
        Ok(None)
    }

    /// Files a message under its case. An older one may come later, when it was not believed at first.
    pub(super) fn open_case(&mut self, alert_id: &AlertId, index: u64) -> Result<(), CopyError> {
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

    pub(super) fn file(
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
    pub(super) fn unfile(&mut self, index: u64, only: Option<Kind>) -> Result<(), CopyError> {
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
}
