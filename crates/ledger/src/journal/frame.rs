//! A frame: one batch as it stands in the journal, encoded and decoded.
//!
//! Decoding checks everything that can be checked without the rest of the log: checksums, unused bytes, lengths,
//! leaves, and that every record is the one its leaf commits to.

mod header;
mod row;

pub(crate) use header::{FrameHeader, HEADER_LEN};
pub(crate) use row::{ROW_LEN, Row};

use crate::entry::{Memory, StoredEntry};
use bytes::Bytes;
use precinto_merkle::checkpoint::{CheckpointError, SignedCheckpoint};
use precinto_merkle::leaf::commitment;
use precinto_merkle::note::NoteVerifier;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// The most entries in a frame.
pub(crate) const ENTRIES_MAX: usize = 512;

/// The longest checkpoint in a frame, in bytes: an origin of 255 bytes and some signatures.
pub(crate) const CHECKPOINT_BYTES_MAX: usize = 4096;

/// The longest data area of a frame, in bytes.
pub(crate) const DATA_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// The longest frame, in bytes.
pub(crate) const FRAME_BYTES_MAX: u64 =
    (HEADER_LEN + ENTRIES_MAX * ROW_LEN + CHECKPOINT_BYTES_MAX) as u64 + DATA_BYTES_MAX;

/// Up to so many bytes of data, the entries of a frame share one piece of memory: to copy each into its own is a sixth of what
/// reading them costs. Beyond, whoever holds one entry would hold too much with it.
const SHARED_BYTES_MAX: usize = 256 * 1024;

/// A frame read back, every check of this module passed.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The signed note.
    checkpoint: Vec<u8>,
    /// The note again, once its signature has been verified, which costs more than all else together.
    signed: OnceLock<Arc<SignedCheckpoint>>,
    /// The entries, by rising index.
    pub(crate) entries: Vec<Arc<StoredEntry>>,
}

/// The beginning of a frame, without its data.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) header: FrameHeader,
    pub(crate) rows: Vec<Row>,
    pub(crate) checkpoint: Vec<u8>,
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("the frame ends early")]
    Incomplete,
    #[error("the checksum of the frame's header does not match")]
    HeaderChecksum,
    #[error("the checksum of the entry table does not match")]
    TableChecksum,
    #[error("the checksum of the frame's data does not match")]
    DataChecksum,
    #[error("{0}")]
    Form(&'static str),
    #[error("entry {index}: {what}")]
    Entry { index: u64, what: &'static str },
}

impl FrameError {
    /// Whether an interrupted write can be the cause. With matching checksums it cannot.
    pub(crate) fn is_torn(&self) -> bool {
        match self {
            Self::Incomplete | Self::HeaderChecksum | Self::TableChecksum | Self::DataChecksum => {
                true
            }
            Self::Form(_) | Self::Entry { .. } => false,
        }
    }
}

/// Encodes a batch: each row with its record, content and body, whose lengths the row states.
pub(crate) fn encode(
    first: u64,
    entries: &[(Row, [&[u8]; 3])],
    checkpoint: impl AsRef<[u8]>,
) -> Vec<u8> {
    let checkpoint = checkpoint.as_ref();
    let data_len: usize = entries
        .iter()
        .flat_map(|(_, parts)| parts)
        .map(|part| part.len())
        .sum();
    let head_len = HEADER_LEN + entries.len() * ROW_LEN + checkpoint.len();
    let mut frame = Vec::with_capacity(head_len + data_len);
    frame.extend_from_slice(&[0; HEADER_LEN]);
    for (row, _) in entries {
        frame.extend_from_slice(&row.to_bytes());
    }
    frame.extend_from_slice(checkpoint);
    for part in entries.iter().flat_map(|(_, parts)| parts) {
        frame.extend_from_slice(part);
    }
    let (head, data) = frame.split_at_checked(head_len).unwrap_or_default();
    let header = FrameHeader {
        entries: u32::try_from(entries.len()).unwrap_or(u32::MAX),
        first,
        checkpoint_len: u32::try_from(checkpoint.len()).unwrap_or(u32::MAX),
        data_len: data_len as u64,
        table_crc: crc32c::crc32c(head.get(HEADER_LEN..).unwrap_or_default()),
        data_crc: crc32c::crc32c(data),
    };
    if let Some(place) = frame.first_chunk_mut() {
        *place = header.to_bytes();
    }
    frame
}

impl Head {
    /// Reads entry table and checkpoint, which follow their `header`.
    pub(crate) fn from_parts(header: FrameHeader, bytes: &[u8]) -> Result<Self, FrameError> {
        let (table, checkpoint) = bytes
            .split_at_checked(header.table_len())
            .ok_or(FrameError::Incomplete)?;
        if checkpoint.len() != header.checkpoint_len as usize {
            return Err(FrameError::Incomplete);
        }
        if crc32c::crc32c(bytes) != header.table_crc {
            return Err(FrameError::TableChecksum);
        }
        let rows = table.as_chunks().0.iter().zip(header.first..);
        let parse =
            |(row, index)| Row::from_bytes(row).map_err(|what| FrameError::Entry { index, what });
        let rows = rows.map(parse).collect::<Result<Vec<_>, _>>()?;
        if rows.iter().map(Row::data_len).sum::<u64>() != header.data_len {
            return Err(FrameError::Form(
                "the lengths of the entries do not add up to the data",
            ));
        }
        if !rows.is_sorted_by_key(|row| row.leaf.time_ms) {
            return Err(FrameError::Form("the entries' times decrease"));
        }
        Ok(Self {
            header,
            rows,
            checkpoint: checkpoint.to_vec(),
        })
    }
}

impl Frame {
    /// Reads a whole frame and nothing after it.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        let (header, rest) = bytes.split_first_chunk().ok_or(FrameError::Incomplete)?;
        let header = FrameHeader::from_bytes(header)?;
        let head = rest.split_at_checked(header.head_len() - HEADER_LEN);
        let (head, data) = head.ok_or(FrameError::Incomplete)?;
        let data = Bytes::copy_from_slice(data);
        Self::from_parts(Head::from_parts(header, head)?, &data)
    }

    /// Reads the data area that follows `head`. Its entries share it if it is small.
    pub(crate) fn from_parts(head: Head, data: &Bytes) -> Result<Self, FrameError> {
        if data.len() as u64 != head.header.data_len {
            return Err(FrameError::Incomplete);
        }
        if crc32c::crc32c(data) != head.header.data_crc {
            return Err(FrameError::DataChecksum);
        }
        let is_shared = data.len() <= SHARED_BYTES_MAX;
        let mut rest = data.as_ref();
        let mut entries = Vec::with_capacity(head.rows.len());
        for (row, index) in head.rows.into_iter().zip(head.header.first..) {
            let len = usize::try_from(row.data_len()).unwrap_or(usize::MAX);
            let (own, after) = rest.split_at_checked(len).ok_or(FrameError::Incomplete)?;
            rest = after;
            check(&row, own).map_err(|what| FrameError::Entry { index, what })?;
            let own = if is_shared {
                data.slice_ref(own)
            } else {
                Bytes::copy_from_slice(own)
            };
            let piece = if is_shared { data } else { &own };
            let memory = Memory {
                address: piece.as_ptr().addr(),
                bytes: piece.len(),
            };
            entries.push(Arc::new(StoredEntry::new(index, row, own, memory)));
        }
        Ok(Self {
            checkpoint: head.checkpoint,
            signed: OnceLock::new(),
            entries,
        })
    }

    /// The checkpoint, its signature by `key` verified the first time that it is asked for.
    pub(crate) fn checkpoint(
        &self,
        key: &NoteVerifier,
    ) -> Result<Arc<SignedCheckpoint>, CheckpointError> {
        if let Some(signed) = self.signed.get() {
            return Ok(Arc::clone(signed));
        }
        let signed = Arc::new(SignedCheckpoint::verify(&self.checkpoint, key)?);
        Ok(Arc::clone(self.signed.get_or_init(|| signed)))
    }

    /// The same frame without the bodies of these entries, encoded, and how many that are; none if it holds
    /// none of them, or they are gone already.
    pub(crate) fn without_bodies(&self, deleted: &BTreeSet<u64>) -> Option<(Vec<u8>, usize)> {
        let goes =
            |entry: &StoredEntry| !entry.body().is_empty() && deleted.contains(&entry.index());
        let bodies = self.entries.iter().filter(|entry| goes(entry)).count();
        if bodies == 0 {
            return None;
        }
        let kept = self.entries.iter().map(|entry| {
            let (row, body) = if goes(entry) {
                (entry.row().without_body(), &b""[..])
            } else {
                (entry.row().clone(), entry.body())
            };
            (row, [entry.record(), entry.content(), body])
        });
        let kept: Vec<_> = kept.collect();
        Some((encode(self.first(), &kept, &self.checkpoint), bodies))
    }

    /// Length of the checkpoint in bytes.
    pub(crate) fn checkpoint_len(&self) -> usize {
        self.checkpoint.len()
    }

    /// Index of the first entry.
    pub(crate) fn first(&self) -> u64 {
        self.entries.first().map_or(0, |entry| entry.index())
    }

    /// The entry with this index, if it is in this frame.
    pub(crate) fn entry(&self, index: u64) -> Option<&Arc<StoredEntry>> {
        let at = index.checked_sub(self.first())?;
        self.entries.get(usize::try_from(at).ok()?)
    }
}

/// Checks that the record is the one that the leaf commits to, or that nothing of it is left.
fn check(row: &Row, data: &[u8]) -> Result<(), &'static str> {
    if row.record_pruned() {
        return Ok(()); // the row has been checked to leave no place for record, salt and content
    }
    let record = data.get(..row.record_len as usize).unwrap_or_default();
    if commitment(row.leaf.entry_type, &row.salt, record) == row.leaf.commitment {
        Ok(())
    } else {
        Err("the record is not the one that the leaf commits to")
    }
}

#[cfg(test)]
pub(crate) mod tests;
