//! The file of cosignatures: one line each, size, root, node and signature line, and what it can show against the log.

use std::io::{self, Read as _};
use std::path::Path;

use base64ct::{Base64, Encoding as _};
use precinto_alert::id::NodeId;
use precinto_ledger::Ledger;
use precinto_merkle::checkpoint::{Checkpoint, Origin};
use precinto_merkle::note::{NoteVerifier, SignedNote};

use super::{Kept, Line, Rejected, judge};
use crate::limits::WITNESS_FILE_BYTES_MAX;
use crate::registry::Directory;

/// Why the cosignatures cannot be read, or must not be.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The system refused something.
    #[error(transparent)]
    Io(io::Error),
    /// A node has cosigned more than the log holds, or another history: entries are lost, or this is another log.
    #[error(
        "{node} has cosigned a history of {size} entries that is not this log's, which has {holds}: entries are lost, or \
         this is another log"
    )]
    NotOurs {
        /// Who has cosigned.
        node: NodeId,
        /// The entries of what it has cosigned.
        size: u64,
        /// The entries of the log.
        holds: u64,
    },
}

/// One line of the file.
struct Record {
    checkpoint: Checkpoint,
    node: NodeId,
    /// With its line feed.
    line: String,
}

/// What the file at `path` holds that still counts; nothing if there is none.
pub(super) fn read(
    path: &Path,
    ledger: &Ledger,
    directory: &Directory,
) -> Result<Kept, WitnessError> {
    let mut bytes = Vec::new();
    match std::fs::File::open(path) {
        Ok(file) => file.take(WITNESS_FILE_BYTES_MAX).read_to_end(&mut bytes)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept::default()),
        Err(error) => return Err(error.into()),
    };
    let mut kept = Kept::default();
    for text in String::from_utf8_lossy(&bytes).split_inclusive('\n') {
        let Some(Record {
            checkpoint,
            node,
            line,
        }) = parse(text, ledger.verifier().name())
        else {
            tracing::warn!("a line of the cosignatures is damaged; it was left out");
            continue;
        };
        // Only what its key has signed says anything about the log.
        let key = directory.witness_of(&node);
        let Some(key) = key.filter(|key| is_cosigned(&checkpoint, &line, key)) else {
            continue;
        };
        match judge(ledger, key, &line, checkpoint.size) {
            Ok((ours, time)) => kept.add(&node, ours, Line { text: line, time }),
            Err(Rejected::Read(error)) => return Err(io::Error::other(error).into()),
            Err(_) => {
                return Err(WitnessError::NotOurs {
                    node,
                    size: checkpoint.size,
                    holds: ledger.published().borrow().size,
                });
            }
        }
    }
    Ok(kept)
}

/// The file's text.
pub(super) fn text(kept: &Kept) -> String {
    let records = kept.by_size.iter().flat_map(|(size, one)| {
        let root = Base64::encode_string(&one.checkpoint.checkpoint().root);
        let lines = one.lines.iter();
        lines.map(move |(node, line)| format!("{size} {root} {node} {}", line.text))
    });
    records.collect()
}

fn parse(text: &str, origin: &str) -> Option<Record> {
    let mut words = text.splitn(4, ' ');
    let (size, root) = (words.next()?.parse().ok()?, words.next()?);
    let (node, line) = (words.next()?.parse().ok()?, words.next()?.to_owned());
    let root = Base64::decode_vec(root).ok()?.try_into().ok()?;
    let origin = Origin::parse(origin).ok()?;
    let checkpoint = Checkpoint { origin, size, root };
    Some(Record {
        checkpoint,
        node,
        line,
    })
}

fn is_cosigned(checkpoint: &Checkpoint, line: &str, key: &NoteVerifier) -> bool {
    let note = format!("{}\n{line}", checkpoint.text());
    let note = SignedNote::parse(note.as_bytes());
    note.is_ok_and(|note| note.verify(std::slice::from_ref(key)).is_ok())
}
