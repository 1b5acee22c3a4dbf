//! The file: its tables, how a message is laid down in it, and whose copy it is.

use super::CopyError;
use precinto_alert::id::AgencyId;
use precinto_proto::v1 as pb;
use redb::{Database, ReadableDatabase, TableDefinition, TableError};
use std::fs::OpenOptions;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Raised with any change of the tables, or of which identifiers a message yields: an older file is fetched again.
pub(super) const FORMAT: u64 = 6;

/// Kind, key, index, and place among that message's identifiers.
pub(super) type FiledUnder = (&'static str, &'static str, u64, u32);
/// Alert id, field and normal form.
pub(super) type Filed = (&'static str, &'static str, &'static str);

/// Name, and a text or eight big-endian bytes: see the constants below.
pub(super) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
/// Index in the log, and a serialised [`Stored`].
pub(super) const MESSAGES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("messages");
/// Index, and the serialised `Body` as it travelled.
pub(super) const BODIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("bodies");
/// Message id and index: an id is its sender's alone, so two senders may have the same.
pub(super) const IDS: TableDefinition<'_, (&[u8; 16], u64), ()> = TableDefinition::new("ids");
/// Alert id and index: what was said under it.
pub(super) const CASES: TableDefinition<'_, (&str, u64), ()> = TableDefinition::new("cases");
/// Index of the first message that the copy has of a case, and its alert id.
pub(super) const OPENED: TableDefinition<'_, u64, &str> = TableDefinition::new("opened");
/// The key is the normal form, or one word of a name.
pub(super) const IDENTIFIERS: TableDefinition<'_, FiledUnder, Filed> =
    TableDefinition::new("identifiers");
/// Index and place in that message; kind and key. By it a message's identifiers are taken out again.
pub(super) const KEYS: TableDefinition<'_, (u64, u32), (&str, &str)> = TableDefinition::new("keys");
/// Index of what was not believed; the time that was claimed, the reason's number, and one sentence.
pub(super) const DOUBTED: TableDefinition<'_, u64, (u64, i32, &str)> =
    TableDefinition::new("doubted");
/// Index of a message whose body the gateway says was deleted by law; its alert id, empty for none.
pub(super) const PRUNED: TableDefinition<'_, u64, &str> = TableDefinition::new("pruned");
/// Index of a message whose body is in the file and shown, and which this version cannot read: it is filed under nothing.
pub(super) const UNREADABLE: TableDefinition<'_, u64, ()> = TableDefinition::new("unreadable");
/// Alert id, and a serialised [`Work`](super::recall::Work).
pub(super) const RECALLS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("recalls");

/// Index of a message of which the log has shown that the cosigned checkpoint covers it: what has no row here is local.
pub(super) const COVERED: TableDefinition<'_, u64, ()> = TableDefinition::new("covered");
/// Index of a message of which that is still to be asked. A row here, or none, grants nothing: it is work to be done.
pub(super) const UNSHOWN: TableDefinition<'_, u64, ()> = TableDefinition::new("unshown");

/// Alert id and index; a serialised [`StoredOverdue`](super::overdue::StoredOverdue).
pub(super) const OVERDUE: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("overdue");

/// Alert id, and the index of an alert by which this agency sent an extract of it.
pub(super) const EXTRACTS: TableDefinition<'_, (&str, u64), ()> = TableDefinition::new("extracts");

pub(super) const META_FORMAT: &str = "format";
const META_ORIGIN: &str = "origin";
const META_AGENCY: &str = "agency";
pub(super) const META_POSITION: &str = "position";
pub(super) const META_AS_OF: &str = "as_of_ms";
/// The last index that was asked for again: the next time others have their turn.
pub(super) const META_ASKED_AGAIN: &str = "asked_again";
/// The note of the newest checkpoint that witnesses have cosigned.
pub(super) const META_WITNESSED: &str = "witnessed";
/// Below this index goes on who asks the log what that checkpoint covers, if it left the last questions without an answer.
pub(super) const META_UNANSWERED: &str = "unanswered";

/// One message as the file holds it, without its body.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Stored {
    /// When the log took it in.
    #[prost(uint64, tag = "1")]
    pub(super) time_ms: u64,
    /// The envelope, byte for byte.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) envelope: Vec<u8>,
    #[prost(message, optional, tag = "3")]
    pub(super) receipt: Option<pb::Receipt>,
    /// Who signed, in the statement's order, as SPIFFE ids.
    #[prost(string, repeated, tag = "4")]
    pub(super) signers: Vec<String>,
    /// There is more in it than was understood.
    #[prost(bool, tag = "5")]
    pub(super) unknown_fields: bool,
    /// What became of the body.
    #[prost(enumeration = "StoredBody", tag = "6")]
    pub(super) body: i32,
    /// Whom it was sent to, once the receipt's record, which says so, had to be erased with the body.
    #[prost(message, repeated, tag = "7")]
    pub(super) recipients: Vec<pb::ResolvedRecipient>,
}

/// What became of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(super) enum StoredBody {
    /// The statement names none.
    None = 0,
    /// In the file, and shown.
    Present = 1,
    /// Deleted by law before it came, if what the gateway says is true.
    Pruned = 2,
    /// In the file, and not shown.
    Quarantined = 3,
    /// Not in the file any more.
    Erased = 4,
}

/// Errors of the library, and the file that they are about.
pub(super) trait About<T> {
    fn about(self, path: &Path) -> Result<T, CopyError>;
}

impl<T, E: Into<redb::Error>> About<T> for Result<T, E> {
    fn about(self, path: &Path) -> Result<T, CopyError> {
        self.map_err(|error| match error.into() {
            redb::Error::Io(cause) if cause.kind() != std::io::ErrorKind::InvalidData => {
                CopyError::Io {
                    path: path.to_owned(),
                    cause,
                }
            }
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => {
                CopyError::Busy {
                    path: path.to_owned(),
                }
            }
            error => damaged(path, error.to_string()),
        })
    }
}

pub(super) fn damaged(path: &Path, detail: impl Into<String>) -> CopyError {
    CopyError::Damaged {
        path: path.to_owned(),
        detail: detail.into(),
    }
}

/// Opens the file, or makes it, readable by nobody else; the lock lasts as long as the database is open.
///
/// `check` reads all of it. Without, damage may be met later, and then ends the process.
///
/// Another process may put a new file in its place while this one waits for the lock: then it is busy, and the caller tries
/// again, instead of working in a file that has no name any more.
pub(super) fn open(path: &Path, check: bool) -> Result<Database, CopyError> {
    let io = |cause| CopyError::Io {
        path: path.to_owned(),
        cause,
    };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let opened = options.mode(0o600).open(path);
    let opened = opened.and_then(|file| file.metadata()).map_err(io)?;
    let mut builder = Database::builder();
    builder.set_check_integrity_on_open(check);
    let database = builder.create(path).about(path)?;
    let named = std::fs::metadata(path).map_err(io)?;
    if (opened.dev(), opened.ino()) != (named.dev(), named.ino()) {
        return Err(CopyError::Busy {
            path: path.to_owned(),
        });
    }
    Ok(database)
}

/// Makes the tables of an empty file, or checks that a filled one is the copy asked for; position and last sync.
pub(super) fn settle(
    database: &Database,
    path: &Path,
    origin: &str,
    agency: &AgencyId,
) -> Result<(u64, Option<u64>), CopyError> {
    let (format, agency) = (FORMAT.to_be_bytes(), agency.to_string());
    let held = read_meta(database, path, META_FORMAT)?;
    if held.is_none() {
        let write = database.begin_write().about(path)?;
        {
            let mut meta = write.open_table(META).about(path)?;
            meta.insert(META_FORMAT, format.as_slice()).about(path)?;
            meta.insert(META_ORIGIN, origin.as_bytes()).about(path)?;
            meta.insert(META_AGENCY, agency.as_bytes()).about(path)?;
            write.open_table(MESSAGES).about(path)?;
            write.open_table(BODIES).about(path)?;
            write.open_table(IDS).about(path)?;
            write.open_table(CASES).about(path)?;
            write.open_table(OPENED).about(path)?;
            write.open_table(IDENTIFIERS).about(path)?;
            write.open_table(KEYS).about(path)?;
            write.open_table(DOUBTED).about(path)?;
            write.open_table(PRUNED).about(path)?;
            write.open_table(UNREADABLE).about(path)?;
            write.open_table(RECALLS).about(path)?;
            write.open_table(OVERDUE).about(path)?;
            write.open_table(COVERED).about(path)?;
            write.open_table(UNSHOWN).about(path)?;
            write.open_table(EXTRACTS).about(path)?;
        }
        write.commit().about(path)?;
    }
    let expected = [
        ("format", META_FORMAT, format.as_slice()),
        ("log", META_ORIGIN, origin.as_bytes()),
        ("agency", META_AGENCY, agency.as_bytes()),
    ];
    for (what, name, expected) in expected {
        let found = read_meta(database, path, name)?.unwrap_or_default();
        if found != expected {
            return Err(CopyError::Other {
                path: path.to_owned(),
                what,
                found: shown(what, &found),
                expected: shown(what, expected),
            });
        }
    }
    let position = read_meta(database, path, META_POSITION)?;
    let as_of_ms = read_meta(database, path, META_AS_OF)?;
    Ok((
        position
            .and_then(|bytes| number(&bytes))
            .unwrap_or_default(),
        as_of_ms.and_then(|bytes| number(&bytes)),
    ))
}

fn shown(what: &str, bytes: &[u8]) -> String {
    if what == "format" {
        number(bytes).unwrap_or_default().to_string()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    }
}

pub(super) fn number(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

/// A value of the meta table; none in a file that has just been made.
pub(super) fn read_meta(
    database: &Database,
    path: &Path,
    name: &str,
) -> Result<Option<Vec<u8>>, CopyError> {
    let read = database.begin_read().about(path)?;
    let meta = match read.open_table(META) {
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        opened => opened.about(path)?,
    };
    let value = meta.get(name).about(path)?;
    Ok(value.map(|value| value.value().to_vec()))
}
