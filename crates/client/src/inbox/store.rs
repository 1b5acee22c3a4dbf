//! What was taken in, by its index in the log: a file of `redb`, locked by the one agent that has it open.

use super::tables::{META, RECALLED, TAKEN};
use crate::author::Signed;
use crate::limits::TAKEN_KEPT;
use precinto_proto::v1 as pb;
use prost::Message;
use redb::{Database, Durability, ReadableDatabase, ReadableTable};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Raised with any change of the tables.
const FORMAT: u64 = 2;

/// It knew nothing of what is held and not taken yet, and would take that for taken; its own files are read as they are.
const FORMAT_BEFORE: u64 = 1;

/// How often the subscription had been moved.
const MOVES: &str = "moves";

/// What was taken in.
#[derive(Debug)]
pub struct Inbox {
    pub(super) path: PathBuf,
    pub(super) database: Database,
}

/// How far a delivery has come.
#[derive(Debug, Clone)]
pub enum Taken {
    /// Not taken in.
    No,
    /// This machine has it, and it is answered or will be; it is not handed over yet.
    Held,
    /// Taken in; this answer is perhaps not queued yet.
    Answering(Box<Signed>),
    /// Taken in, and answered as far as it asked for that.
    Yes,
    /// Taken in before a person moved the subscription back: it is handed over once more, and answered no second time.
    Again,
}

/// As the file holds it.
#[derive(Clone, PartialEq, Message)]
struct Stored {
    /// The answer that is still to be queued.
    #[prost(message, optional, tag = "1")]
    answer: Option<pb::SubmitRequest>,
    /// When it was taken, milliseconds since 1970-01-01 UTC; 0 in files of the version before.
    #[prost(uint64, tag = "2")]
    taken_ms: u64,
    /// It is to be handed over once more.
    #[prost(bool, tag = "3")]
    again: bool,
    /// When it was taken, the agency's systems did what was handed over to them.
    #[prost(bool, tag = "4")]
    acted: bool,
    /// It is answered, and not handed over yet.
    #[prost(bool, tag = "5")]
    held: bool,
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
            (Self::No, Self::No)
            | (Self::Held, Self::Held)
            | (Self::Yes, Self::Yes)
            | (Self::Again, Self::Again) => true,
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
        let Some(stored) = self.stored(index)? else {
            return Ok(Taken::No);
        };
        if stored.again {
            return Ok(Taken::Again);
        }
        if stored.held {
            return Ok(Taken::Held);
        }
        let answer = stored.answer.and_then(|one| Signed::from_request(one).ok());
        Ok(answer.map_or(Taken::Yes, |answer| Taken::Answering(Box::new(answer))))
    }

    /// The answer that is perhaps not queued yet.
    pub(super) fn answer(&self, index: u64) -> Result<Option<Signed>, InboxError> {
        let answer = self.stored(index)?.and_then(|stored| stored.answer);
        Ok(answer.and_then(|one| Signed::from_request(one).ok()))
    }

    /// Remembers that this machine has the entry, since `now_ms`, and the answer that goes out for it. Durable on return.
    pub(super) fn hold(
        &self,
        index: u64,
        answer: Option<&Signed>,
        now_ms: u64,
    ) -> Result<(), InboxError> {
        self.change(index, Durability::Immediate, |_| Stored {
            answer: answer.map(|signed| signed.request().clone()),
            taken_ms: now_ms,
            held: true,
            ..Stored::default()
        })
    }

    /// Remembers that the entry was taken in, at `now_ms`, with the answer that goes out for it, by systems that `act` on it by
    /// themselves or not. An answer that still was to be queued stays. Durable on return.
    pub fn take(
        &self,
        index: u64,
        answer: Option<&Signed>,
        now_ms: u64,
        act: bool,
    ) -> Result<(), InboxError> {
        self.change(index, Durability::Immediate, |before| Stored {
            answer: answer
                .map(|signed| signed.request().clone())
                .or(before.answer),
            taken_ms: now_ms,
            again: false,
            acted: act,
            held: false,
        })
    }

    /// Whether the entry was taken in by systems that act on it by themselves.
    pub(super) fn was_acted_on(&self, index: u64) -> Result<bool, InboxError> {
        Ok(self.stored(index)?.is_some_and(|stored| stored.acted))
    }

    /// The answer is queued. Not synced: were it forgotten, the outbox knows the message.
    pub fn answered(&self, index: u64) -> Result<(), InboxError> {
        self.change(index, Durability::None, |before| Stored {
            answer: None,
            ..before
        })
    }

    /// The gateway says how often a person has moved the subscription, and where it goes on: if it was moved since the last time,
    /// what was taken in from there on is handed over once more. Gives how much that is. Durable on return.
    pub fn moved(&self, moves: u64, position: u64) -> Result<u64, InboxError> {
        let path = &self.path;
        let write = self.database.begin_write().about(path)?;
        let mut again = 0;
        {
            let mut meta = write.open_table(META).about(path)?;
            let before = meta.get(MOVES).about(path)?.map(|one| one.value().to_vec());
            let now = moves.to_be_bytes();
            if before.as_deref() == Some(&now) {
                return Ok(0);
            }
            drop(meta.insert(MOVES, now.as_slice()).about(path)?);
            if before.is_some() {
                let mut taken = write.open_table(TAKEN).about(path)?;
                let mut open = Vec::new();
                for row in taken.range(position..).about(path)? {
                    let (index, value) = row.about(path)?;
                    let stored = Stored::decode(value.value()).unwrap_or_default();
                    if stored.held {
                        continue;
                    }
                    open.push((
                        index.value(),
                        Stored {
                            again: true,
                            ..stored
                        },
                    ));
                }
                for (index, stored) in open {
                    again += 1;
                    let bytes = stored.encode_to_vec();
                    drop(taken.insert(index, bytes.as_slice()).about(path)?);
                }
            }
        }
        write.commit().about(path)?;
        Ok(again)
    }

    /// Forgets what lies below `settled`, was taken in longer ago than [`TAKEN_KEPT`] at `now_ms`, and is answered. Gives how many.
    pub fn forget(&self, settled: u64, now_ms: u64) -> Result<u64, InboxError> {
        let path = &self.path;
        let kept_ms = u64::try_from(TAKEN_KEPT.as_millis()).unwrap_or(u64::MAX);
        let oldest_ms = now_ms.saturating_sub(kept_ms);
        let write = self.database.begin_write().about(path)?;
        let mut forgotten = 0;
        {
            let mut taken = write.open_table(TAKEN).about(path)?;
            taken
                .retain_in(..settled, |_, value| {
                    let stored = Stored::decode(value).unwrap_or_default();
                    let stays = stored.answer.is_some() || stored.taken_ms >= oldest_ms;
                    forgotten += u64::from(!stays);
                    stays
                })
                .about(path)?;
        }
        write.commit().about(path)?;
        Ok(forgotten)
    }

    fn stored(&self, index: u64) -> Result<Option<Stored>, InboxError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let table = read.open_table(TAKEN).about(path)?;
        let value = table.get(index).about(path)?;
        // Bytes that are no answer of ours are none: the entry was taken in, that much is sure.
        Ok(value.map(|value| Stored::decode(value.value()).unwrap_or_default()))
    }

    fn change(
        &self,
        index: u64,
        lasts: Durability,
        change: impl FnOnce(Stored) -> Stored,
    ) -> Result<(), InboxError> {
        let path = &self.path;
        let mut write = self.database.begin_write().about(path)?;
        let lasting = write.set_durability(lasts);
        lasting.map_err(redb::Error::from).about(path)?;
        {
            let mut table = write.open_table(TAKEN).about(path)?;
            let before = table.get(index).about(path)?;
            let before = before.and_then(|one| Stored::decode(one.value()).ok());
            let bytes = change(before.unwrap_or_default()).encode_to_vec();
            drop(table.insert(index, bytes.as_slice()).about(path)?);
        }
        write.commit().about(path)
    }

    /// As if another version had made it.
    #[cfg(test)]
    pub(super) fn leave_format(self, format: u64) {
        let write = self.database.begin_write().unwrap();
        let mut meta = write.open_table(META).unwrap();
        let format = format.to_be_bytes();
        drop(meta.insert("format", format.as_slice()).unwrap());
        drop(meta);
        write.commit().unwrap();
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
                    Some(found) if *name == "format" && found == FORMAT_BEFORE.to_be_bytes() => {
                        drop(meta.insert(name, wanted.as_slice()).about(path)?);
                    }
                    Some(_) => return Err(InboxError::Other { path: path.clone() }),
                }
            }
            // Made here, so that whoever reads finds them.
            write.open_table(TAKEN).about(path)?;
            write.open_table(RECALLED).about(path)?;
        }
        write.commit().about(path)
    }
}

/// Errors of the library, and the file that they are about.
pub(super) trait About<T> {
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
