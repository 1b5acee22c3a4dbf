//! Beginning a log: the one step that may happen only once under a key.

use crate::durable;
use crate::journal::recovery::{CLEAN, REMNANTS};
use crate::journal::{FOLDER, segment};
use crate::open::Options;
use crate::publish::{self, CHECKPOINT, KEY};
use crate::start::LOCK;
use crate::storage::{FileStorage, Storage};
use precinto_merkle::checkpoint::{CheckpointError, Origin};
use precinto_merkle::note::NoteVerifier;
use segment::SegmentHeader;
use std::io;

/// Why a log was not begun. A log that is there was not touched.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The folder has, or had, a log: beginning another would give two logs one name and one key.
    #[error("there is a log already, or what is left of one: `{trace}`")]
    Exists {
        /// The file or folder that says so, relative to the data folder.
        trace: &'static str,
    },
    /// A log is open in the folder.
    #[error("another process has this log open")]
    Locked,
    /// The origin cannot name a log.
    #[error("the origin cannot name a log: {0}")]
    Key(CheckpointError),
    /// The system refused something.
    #[error("{doing} failed: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// Begins a log in a real folder; creates the folder if only its last component is missing.
pub(crate) fn create_folder(options: &Options) -> Result<(), CreateError> {
    let Options { dir, signer, .. } = options;
    durable::create_folder(dir).map_err(io_error("creating the data folder"))?;
    create(&FileStorage::new(dir), &signer.verifier())
}

/// Begins a log in any storage.
///
/// The first segment is the point at which there is a log. What comes before it is no hindrance to another try, and
/// what comes after it is made good by the first start.
pub(crate) fn create(storage: &dyn Storage, key: &NoteVerifier) -> Result<(), CreateError> {
    Origin::parse(key.name()).map_err(CreateError::Key)?;
    let _lock = storage.lock(LOCK).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => CreateError::Locked,
        _ => io_error("taking the lock")(error),
    })?;
    if let Some(trace) = trace_of_a_log(storage).map_err(io_error("looking for a log"))? {
        return Err(CreateError::Exists { trace });
    }
    for folder in [FOLDER, REMNANTS] {
        let created = storage.create_folder(folder);
        created.map_err(io_error("creating a folder"))?;
    }
    let header = SegmentHeader {
        first: 0,
        origin_digest: segment::origin_digest(key.name()),
    };
    let created = header.create(storage);
    created.map_err(io_error("creating the first segment"))?;
    publish::write_key(storage, key).map_err(io_error("writing the verifier key"))
}

/// Something that only a log leaves behind: its journal, what it derives from it, or cursors into it.
fn trace_of_a_log(storage: &dyn Storage) -> io::Result<Option<&'static str>> {
    for file in [CHECKPOINT, KEY, CLEAN] {
        match storage.open(file) {
            Ok(_) => return Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    for folder in [FOLDER, REMNANTS, CURSORS] {
        let names = match storage.list(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            names => names?,
        };
        if names.iter().any(|name| !segment::is_unfinished(name)) {
            return Ok(Some(folder));
        }
    }
    Ok(None)
}

fn io_error(doing: &'static str) -> impl FnOnce(io::Error) -> CreateError {
    move |source| CreateError::Io { doing, source }
}

/// Where whoever delivers entries keeps how far each subscriber is. Nothing else here reads it.
const CURSORS: &str = "cursors";
