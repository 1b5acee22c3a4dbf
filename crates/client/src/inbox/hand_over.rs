//! A folder in which an agency's other systems find deliveries: one JSON file each, whole from the moment they see it.

use crate::durable::{self, FOR_THE_GROUP, UNFINISHED};
use precinto_alert::code::Coded as _;
use precinto_alert::statement::Statement;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder. Whoever reads it takes files that end in `.json`, and may move or delete them.
#[derive(Debug)]
pub struct HandOver {
    folder: PathBuf,
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
        Ok(Self { folder })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes the file under a hidden name, durably; again is as good as once.
    pub(super) fn stage(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        durable::replace(&self.staged(name), bytes, FOR_THE_GROUP)
    }

    /// Gives a staged file its name. One that is not there has its name already, or had it and was taken away.
    pub(super) fn release(&self, name: &str) -> io::Result<()> {
        match durable::rename(&self.staged(name), &self.folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            released => released,
        }
    }

    fn staged(&self, name: &str) -> PathBuf {
        self.folder.join(format!(".{name}.staged"))
    }
}

/// `<index>-<type>-<alert id>.json`, the index with all digits of a `u64`: the order of the names is that of the log.
pub fn file_name(index: u64, said: &Statement) -> String {
    let alert = said.alert_id().map_or("none", |id| id.as_str());
    format!("{index:020}-{}-{alert}.json", said.message_type().name())
}
