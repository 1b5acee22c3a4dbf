//! What was taken in, by its index in the log: a file of `redb`, locked by the one agent that has it open.

use crate::author::Signed;
use precinto_proto::v1 as pb;
use prost::Message;
use redb::{Database, Durability, ReadableDatabase, ReadableTable, TableDefinition, TableError};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Raised with any change of the tables.
const FORMAT: u64 = 1;

/// Index in the log, and a serialised [`Stored`].
const TAKEN: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("taken");
/// `log` and the origin of the log; `format` and eight big-endian bytes.
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

/// What was taken in.
#[derive(Debug)]
pub struct Inbox {
    path: PathBuf,
    database: Database,
}

/// How far a delivery has come.
#[derive(Debug, Clone)]
pub enum Taken {
    /// Not taken in.
    No,
    /// Taken in; this answer is perhaps not queued yet.
    Answering(Box<Signed>),
    /// Taken in, and answered as far as it asked for that.
    Yes,
}

/// As the file holds it; nothing more than that it is there once it was answered.
#[derive(Clone, PartialEq, Message)]
struct Stored {
    /// The answer that is still to be queued.
    #[prost(message, optional, tag = "1")]
    answer: Option<pb::SubmitRequest>,
}

/// Why the inbox cannot be opened, read or written. The fault is this machine's.
#[derive(Debug, thiserror::Error)]
pub enum InboxError {
    /// Another agent has it open.
    #[error("{} is in use: another agent of this node is running", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// It belongs to another log or another version of this program.
    #[error("{} is of another log or version; move it away", path.display())]
    Other {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read or written.
    #[error("{} cannot be read or written: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        cause: Box<redb::Error>,
    },
}

impl PartialEq for Taken {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::No, Self::No) | (Self::Yes, Self::Yes) => true,
            (Self::Answering(one), Self::Answering(two)) => {
                one.statement_id() == two.statement_id()
            }
            _ => false,
        }
    }
}

impl Inbox {
    /// Opens the inbox at `path`, whose folder must exist, or begins an empty one for the log `origin`.
    pub fn open(path: impl Into<PathBuf>, origin: &str) -> Result<Self, InboxError> {
        let path = path.into();
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let made = options.mode(0o600).open(&path).map(drop);
        made.map_err(redb::Error::Io).about(&path)?;
        let database = Database::create(&path).about(&path)?;
        let inbox = Self { path, database };
        inbox.belongs_to(origin)?;
        Ok(inbox)
    }

    /// How far the entry of this index has come.
    pub fn taken(&self, index: u64) -> Result<Taken, InboxError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let table = match read.open_table(TAKEN) {
            Err(TableError::TableDoesNotExist(_)) => return Ok(Taken::No),
            opened => opened.about(path)?,
        };
        let Some(value) = table.get(index).about(path)? else {
            return Ok(Taken::No);
        };
        // Bytes that are no answer of ours are none: the entry was taken in, that much is sure.
        let stored = Stored::decode(value.value()).unwrap_or_default();
        let answer = stored.answer.and_then(|one| Signed::from_request(one).ok());
        Ok(answer.map_or(Taken::Yes, |answer| Taken::Answering(Box::new(answer))))
    }

    /// Remembers that the entry was taken in, with the answer that goes out for it. Durable on return.
    pub fn take(&self, index: u64, answer: Option<&Signed>) -> Result<(), InboxError> {
        let answer = answer.map(|signed| signed.request().clone());
        self.put(index, &Stored { answer }, Durability::Immediate)
    }

    /// The answer is queued. Not synced: were it forgotten, the outbox knows the message.
    pub fn answered(&self, index: u64) -> Result<(), InboxError> {
        self.put(index, &Stored::default(), Durability::None)
    }

    fn put(&self, index: u64, stored: &Stored, lasts: Durability) -> Result<(), InboxError> {
        let path = &self.path;
        let mut write = self.database.begin_write().about(path)?;
        write
            .set_durability(lasts)
            .map_err(redb::Error::from)
            .about(path)?;
        {
            let mut table = write.open_table(TAKEN).about(path)?;
            let bytes = stored.encode_to_vec();
            table.insert(index, bytes.as_slice()).about(path)?;
        }
        write.commit().about(path)
    }

    fn belongs_to(&self, origin: &str) -> Result<(), InboxError> {
        let path = &self.path;
        let expected = [
            ("format", FORMAT.to_be_bytes().to_vec()),
            ("log", origin.as_bytes().to_vec()),
        ];
        let write = self.database.begin_write().about(path)?;
        {
            let mut meta = write.open_table(META).about(path)?;
            for (name, wanted) in &expected {
                let found = meta.get(name).about(path)?.map(|one| one.value().to_vec());
                match found {
                    None => drop(meta.insert(name, wanted.as_slice()).about(path)?),
                    Some(found) if found == *wanted => {}
                    Some(_) => return Err(InboxError::Other { path: path.clone() }),
                }
            }
        }
        write.commit().about(path)
    }
}

/// Errors of the library, and the file that they are about.
trait About<T> {
    fn about(self, path: &Path) -> Result<T, InboxError>;
}

impl<T, E: Into<redb::Error>> About<T> for Result<T, E> {
    fn about(self, path: &Path) -> Result<T, InboxError> {
        self.map_err(|error| {
            let path = path.to_owned();
            match error.into() {
                redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => {
                    InboxError::Busy { path }
                }
                cause => InboxError::Io {
                    path,
                    cause: Box::new(cause),
                },
            }
        })
    }
}
