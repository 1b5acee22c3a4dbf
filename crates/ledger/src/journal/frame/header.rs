//! The 64 bytes in front of a frame.

use super::{CHECKPOINT_BYTES_MAX, DATA_BYTES_MAX, ENTRIES_MAX, FrameError, ROW_LEN};
use crate::journal::fields::{Fields, is_sealed, seal};

/// Length of a frame's header in bytes.
pub(crate) const HEADER_LEN: usize = 64;

/// What a frame holds and how long its parts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    /// Number of entries, 1 to 512.
    pub(crate) entries: u32,
    /// Index of the first entry.
    pub(crate) first: u64,
    /// Length of the checkpoint in bytes.
    pub(crate) checkpoint_len: u32,
    /// Length of the data area in bytes.
    pub(crate) data_len: u64,
    /// CRC-32C of entry table and checkpoint.
    pub(crate) table_crc: u32,
    /// CRC-32C of the data area.
    pub(crate) data_crc: u32,
}

impl FrameHeader {
    pub(crate) fn to_bytes(self) -> [u8; HEADER_LEN] {
        seal(&[
            MAGIC,
            &self.entries.to_be_bytes(),
            &self.first.to_be_bytes(),
            &self.checkpoint_len.to_be_bytes(),
            &[0; 4],
            &self.data_len.to_be_bytes(),
            &self.table_crc.to_be_bytes(),
            &self.data_crc.to_be_bytes(),
            &[0; 20],
        ])
    }

    pub(crate) fn from_bytes(bytes: &[u8; HEADER_LEN]) -> Result<Self, FrameError> {
        if !is_sealed(bytes) {
            return Err(FrameError::HeaderChecksum);
        }
        let mut fields = Fields::of(bytes);
        if fields.take() != *MAGIC {
            return Err(FrameError::Form("the frame does not begin with FRAM"));
        }
        let (entries, first, checkpoint_len) = (fields.u32(), fields.u64(), fields.u32());
        let zero = fields.zero::<4>();
        let (data_len, table_crc, data_crc) = (fields.u64(), fields.u32(), fields.u32());
        if !zero || !fields.zero::<20>() {
            return Err(FrameError::Form(
                "unused bytes of the frame's header are not zero",
            ));
        }
        let header = Self {
            entries,
            first,
            checkpoint_len,
            data_len,
            table_crc,
            data_crc,
        };
        if !(1..=ENTRIES_MAX).contains(&(entries as usize)) {
            return Err(FrameError::Form(
                "the frame has no entries or more than 512",
            ));
        }
        if checkpoint_len as usize > CHECKPOINT_BYTES_MAX || data_len > DATA_BYTES_MAX {
            return Err(FrameError::Form(
                "the frame's checkpoint or data is too long",
            ));
        }
        if first.checked_add(u64::from(entries)).is_none() {
            return Err(FrameError::Form("the frame's indexes exceed 64 bits"));
        }
        Ok(header)
    }

    /// Length of the entry table in bytes.
    pub(crate) fn table_len(&self) -> usize {
        self.entries as usize * ROW_LEN
    }

    /// Length of header, entry table and checkpoint in bytes.
    pub(crate) fn head_len(&self) -> usize {
        HEADER_LEN + self.table_len() + self.checkpoint_len as usize
    }

    /// Length of the whole frame in bytes.
    pub(crate) fn frame_len(&self) -> u64 {
        self.head_len() as u64 + self.data_len
    }
}

/// What a frame begins with.
pub(crate) const MAGIC: &[u8; 4] = b"FRAM";
