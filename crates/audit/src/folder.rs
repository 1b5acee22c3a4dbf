//! A gateway's data folder: the journal, and what the gateway has published beside it.

use crate::format::Journal;
use precinto_envelope::crypto::sha256;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A journal and what lies beside it. Read in the right order: the checkpoint first, so that a gateway that goes on
/// writing cannot make its own log look too short.
pub struct Folder {
    /// The published checkpoint; none if there is no such file, or the folder is a bare journal folder.
    pub published: Option<Vec<u8>>,
    /// The text of the verifier key beside the log. It proves nothing by itself.
    pub vkey: Option<String>,
    journal: PathBuf,
}

/// Why there is nothing to audit.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither a data folder nor a journal folder.
    #[error("{path}: neither a folder with a journal in it nor a journal folder")]
    NoJournal {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refuses.
    #[error("{path}: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
}

impl Folder {
    /// Finds the journal in `path`, a data folder, or takes `path` for a journal folder if it holds segments.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let inside = path.join("journal");
        if inside.is_dir() {
            let published = read_small(&path.join("checkpoint"))?;
            let vkey = read_small(&path.join("log.vkey"))?;
            // One line, with or without its end; anything else after the key is no key.
            let line = |bytes: Vec<u8>| {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                text.strip_suffix('\n').map(str::to_owned).unwrap_or(text)
            };
            let vkey = vkey.map(line);
            return Ok(Self {
                published,
                vkey,
                journal: inside,
            });
        }
        let entries = path.read_dir().map_err(|source| read_error(path, source))?;
        let segment = |name: std::ffi::OsString| name.to_string_lossy().ends_with(".seg");
        if entries.flatten().any(|entry| segment(entry.file_name())) {
            return Ok(Self {
                published: None,
                vkey: None,
                journal: path.to_owned(),
            });
        }
        Err(OpenError::NoJournal {
            path: path.to_owned(),
        })
    }

    /// The journal; each segment's header is compared with `origin` when that is known.
    pub fn journal(&self, origin: Option<&str>) -> Result<Journal, OpenError> {
        let hash = origin.map(|origin| sha256(&[origin.as_bytes()]));
        Journal::open(&self.journal, hash).map_err(|source| read_error(&self.journal, source))
    }
}

/// A file that is at most as long as a note; none if it is not there.
fn read_small(path: &Path) -> Result<Option<Vec<u8>>, OpenError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(read_error(path, source)),
    };
    let mut bytes = Vec::new();
    file.take(SMALL_BYTES_MAX)
        .read_to_end(&mut bytes)
        .map_err(|source| read_error(path, source))?;
    Ok(Some(bytes))
}

fn read_error(path: &Path, source: io::Error) -> OpenError {
    OpenError::Read {
        path: path.to_owned(),
        source,
    }
}

/// One byte more than a note may have, so that a longer one is refused as too large.
const SMALL_BYTES_MAX: u64 = precinto_merkle::note::NOTE_BYTES_MAX as u64 + 1;
