//! A folder in which an agency's other systems find deliveries: one JSON file each, whole from the moment they see it.

use crate::durable::{self, FOR_THE_GROUP, PRIVATE, UNFINISHED};
use crate::recalled::stays;
use precinto_alert::code::{Coded as _, MessageType, RecallMeasure};
use precinto_alert::id::AlertId;
use precinto_alert::statement::Statement;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder. Whoever reads it takes files that end in `.json`, and may move or delete them.
#[derive(Debug)]
pub struct HandOver {
    folder: PathBuf,
    /// Whether the agency's systems take files from it.
    gives: bool,
}

impl HandOver {
    /// Opens the folder, and makes it if it is not there; its parent must be. What a killed agent left unfinished goes.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        if !folder.try_exists()? {
            durable::create_folder(&folder)?;
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                durable::remove(&entry.path())?;
            }
        }
        Ok(Self {
            folder,
            gives: true,
        })
    }

    /// The same of a folder from which nobody takes anything: what lies there, for this node alone, goes as soon as it was handed
    /// over in another way, or shall not be.
    pub fn private(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let opened = Self::open(folder)?;
        Ok(Self {
            gives: false,
            ..opened
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes the file under a hidden name, durably; again is as good as once.
    pub(super) fn stage(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mode = if self.gives { FOR_THE_GROUP } else { PRIVATE };
        durable::replace(&self.staged(name), bytes, mode)
    }

    /// Gives a staged file its name. One that is not there has its name already, or had it and was taken away.
    pub(super) fn release(&self, name: &str) -> io::Result<()> {
        if !self.gives {
            return durable::remove(&self.staged(name));
        }
        match durable::rename(&self.staged(name), &self.folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            released => released,
        }
    }

    /// Takes a staged file aside under its name, into the folder `quarantine`, instead of giving it to anybody, or erases it.
    pub(super) fn withhold(&self, name: &str, measure: RecallMeasure) -> io::Result<()> {
        let staged = self.staged(name);
        if measure == RecallMeasure::Erase || !self.gives {
            return durable::remove(&staged);
        }
        match durable::move_to(&staged, &self.aside()?.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            withheld => withheld,
        }
    }

    /// Takes the files of an alert aside that nobody has taken yet, or erases them with those put away before. What [`stays`]
    /// after a recall stays, and so does a missed deadline, which says nothing of the goods. A staged file goes too if it stands
    /// before the `recall`: whoever could not take it before will not get it. Again is as good as once.
    pub(super) fn put_away(
        &self,
        alert: &AlertId,
        recall: u64,
        measure: RecallMeasure,
    ) -> io::Result<()> {
        let (measure, folders) = if self.gives {
            (measure, vec![self.folder.clone(), self.aside()?])
        } else {
            (RecallMeasure::Erase, vec![self.folder.clone()])
        };
        let tail = format!("-{alert}.json");
        for folder in &folders {
            for entry in fs::read_dir(folder)? {
                let found = entry?.file_name().to_string_lossy().into_owned();
                let staged = staged_name(&found);
                let name = staged.unwrap_or(&found);
                let is_left = name.starts_with('.')
                    || !name.ends_with(&tail)
                    || survives_a_recall(name)
                    || (staged.is_some() && index_of(name).is_none_or(|index| index >= recall));
                if is_left {
                    continue;
                }
                let path = folder.join(&found);
                let moved = match measure {
                    RecallMeasure::Erase => durable::remove(&path),
                    _ if *folder != self.folder => Ok(()),
                    _ => durable::move_to(&path, &self.aside()?.join(name)),
                };
                match moved {
                    // Somebody has just taken it; they have the recall too.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    moved => moved?,
                }
            }
        }
        Ok(())
    }

    fn aside(&self) -> io::Result<PathBuf> {
        let aside = self.folder.join("quarantine");
        durable::create_folder(&aside)?;
        Ok(aside)
    }

    fn staged(&self, name: &str) -> PathBuf {
        self.folder.join(format!(".{name}.staged"))
    }
}

/// The name that a file will get which lies there staged.
fn staged_name(found: &str) -> Option<&str> {
    found.strip_prefix('.')?.strip_suffix(".staged")
}

/// Where in the log the entry of a file stands.
fn index_of(name: &str) -> Option<u64> {
    name.split_once('-')?.0.parse().ok()
}

/// Whether a file of ours, by its name, hands over a missed deadline, or what stays in spite of a recall.
fn survives_a_recall(name: &str) -> bool {
    let kind = name.split('-').nth(1).unwrap_or_default();
    let said = MessageType::from_name(kind);
    kind == OVERDUE || said.is_some_and(stays)
}

/// What the name of a file says that hands over a missed deadline.
const OVERDUE: &str = "OVERDUE";

/// The name of the file of a missed deadline, as [`file_name`].
pub fn overdue_file_name(index: u64, alert: &AlertId) -> String {
    format!("{index:020}-{OVERDUE}-{alert}.json")
}

/// `<index>-<type>-<alert id>.json`, the index with all digits of a `u64`: the order of the names is that of the log.
pub fn file_name(index: u64, said: &Statement) -> String {
    let alert = said.alert_id().map_or("none", |id| id.as_str());
    format!("{index:020}-{}-{alert}.json", said.message_type().name())
}
