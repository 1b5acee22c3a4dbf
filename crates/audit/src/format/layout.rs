//! Headers and rows of the journal, byte by byte.

use crate::finding::Problem;

/// Length of a segment's header.
pub(super) const SEGMENT_HEADER_LEN: usize = 64;
/// Length of a frame's header.
pub(super) const FRAME_HEADER_LEN: usize = 64;
/// Length of a row of the entry table.
pub(super) const ROW_LEN: usize = 160;
/// The first bytes of a frame.
pub(super) const FRAME_MAGIC: [u8; 4] = *b"FRAM";
/// Flag of a row: record, salt and content are deleted.
pub(super) const FLAG_RECORD_PRUNED: u8 = 1;
/// Flag of a row: the body is deleted.
pub(super) const FLAG_BODY_PRUNED: u8 = 2;

/// The longest segment there can be: a new one begins once 16 MiB are reached, and one frame may go beyond that.
pub const SEGMENT_BYTES_MAX: u64 = 16 * MIB + FRAME_BYTES_MAX;

const MIB: u64 = 1024 * 1024;
const ENTRIES_MAX: u32 = 512;
const CHECKPOINT_BYTES_MAX: u32 = 4096;
const DATA_BYTES_MAX: u64 = 8 * MIB;
const FRAME_BYTES_MAX: u64 = (FRAME_HEADER_LEN + ROW_LEN * ENTRIES_MAX as usize) as u64
    + CHECKPOINT_BYTES_MAX as u64
    + DATA_BYTES_MAX;
const SEGMENT_MAGIC: [u8; 8] = *b"PRECJRNL";
const VERSION: u16 = 1;

/// The header of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub(super) first: u64,
    pub(super) origin_hash: [u8; 32],
}

/// The header of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub(super) count: u32,
    pub(super) first: u64,
    pub(super) checkpoint_len: u32,
    pub(super) data_len: u64,
    pub(super) table_crc: u32,
    pub(super) data_crc: u32,
}

/// A row of the entry table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) leaf: [u8; 50],
    pub(super) flags: u8,
    pub(super) zero: u8,
    pub(super) record_len: u32,
    pub(super) content_len: u32,
    pub(super) body_len: u32,
    pub(super) salt: [u8; 32],
    pub(super) key: [u8; 32],
    pub(super) digest: [u8; 32],
}

impl SegmentHeader {
    /// Reads the header, with everything in it that cannot be.
    pub(super) fn parse(bytes: &[u8; SEGMENT_HEADER_LEN]) -> (Self, Vec<Problem>) {
        let mut fields = Fields(bytes);
        let magic: [u8; 8] = fields.take();
        let version = u16::from_be_bytes(fields.take());
        let zero: [u8; 6] = fields.take();
        let first = u64::from_be_bytes(fields.take());
        let origin_hash = fields.take();
        let more_zero: [u8; 4] = fields.take();
        let mut problems = Vec::new();
        problems.extend((magic != SEGMENT_MAGIC).then_some(Problem::Magic));
        problems.extend((version != VERSION).then_some(Problem::Version(version)));
        problems.extend((zero != [0; 6] || more_zero != [0; 4]).then_some(Problem::NotZero));
        (Self { first, origin_hash }, problems)
    }
}

impl FrameHeader {
    /// Reads the header, with everything in it that cannot be.
    pub(super) fn parse(bytes: &[u8; FRAME_HEADER_LEN]) -> (Self, Vec<Problem>) {
        let mut fields = Fields(bytes);
        let magic: [u8; 4] = fields.take();
        let count = u32::from_be_bytes(fields.take());
        let first = u64::from_be_bytes(fields.take());
        let checkpoint_len = u32::from_be_bytes(fields.take());
        let zero: [u8; 4] = fields.take();
        let data_len = u64::from_be_bytes(fields.take());
        let table_crc = u32::from_be_bytes(fields.take());
        let data_crc = u32::from_be_bytes(fields.take());
        let more_zero: [u8; 20] = fields.take();
        let mut problems = Vec::new();
        problems.extend((magic != FRAME_MAGIC).then_some(Problem::Magic));
        problems.extend((zero != [0; 4] || more_zero != [0; 20]).then_some(Problem::NotZero));
        problems.extend((!(1..=ENTRIES_MAX).contains(&count)).then_some(Problem::Count(count)));
        problems.extend(
            (!(1..=CHECKPOINT_BYTES_MAX).contains(&checkpoint_len))
                .then_some(Problem::CheckpointLength(checkpoint_len)),
        );
        problems.extend((data_len > DATA_BYTES_MAX).then_some(Problem::DataLength(data_len)));
        (
            Self {
                count,
                first,
                checkpoint_len,
                data_len,
                table_crc,
                data_crc,
            },
            problems,
        )
    }

    /// Length of entry table and checkpoint. Only for a header without problems.
    pub(super) fn table_len(&self) -> usize {
        self.count as usize * ROW_LEN + self.checkpoint_len as usize
    }

    /// One past the index of its last entry.
    pub(super) fn end(&self) -> u64 {
        self.first.saturating_add(u64::from(self.count))
    }
}

impl Problem {
    /// Whether the frame's extent is known in spite of it.
    pub(super) fn leaves_extent_known(&self) -> bool {
        matches!(self, Self::NotZero)
    }
}

impl Row {
    /// Reads a row.
    pub(super) fn parse(bytes: &[u8; ROW_LEN]) -> Self {
        let mut fields = Fields(bytes);
        let leaf = fields.take();
        let [flags, zero] = fields.take();
        Self {
            leaf,
            flags,
            zero,
            record_len: u32::from_be_bytes(fields.take()),
            content_len: u32::from_be_bytes(fields.take()),
            body_len: u32::from_be_bytes(fields.take()),
            salt: fields.take(),
            key: fields.take(),
            digest: fields.take(),
        }
    }

    /// Bytes of the data area that belong to it.
    pub(super) fn data_len(&self) -> u64 {
        u64::from(self.record_len) + u64::from(self.content_len) + u64::from(self.body_len)
    }
}

/// Takes a fixed-size part of a segment apart from its front.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self
            .0
            .split_first_chunk()
            .expect("the fields add up to the part's fixed size");
        self.0 = rest;
        *field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_where_the_format_says() {
        let mut row = [0; ROW_LEN];
        for (at, byte) in row.iter_mut().enumerate() {
            *byte = u8::try_from(at).unwrap();
        }
        let parsed = Row::parse(&row);
        assert_eq!(parsed.leaf[..], row[..50]);
        assert_eq!((parsed.flags, parsed.zero), (50, 51));
        assert_eq!(parsed.record_len, 0x3435_3637);
        assert_eq!(parsed.content_len, 0x3839_3a3b);
        assert_eq!(parsed.body_len, 0x3c3d_3e3f);
        assert_eq!(parsed.salt[0], 64);
        assert_eq!(parsed.key[0], 96);
        assert_eq!((parsed.digest[0], parsed.digest[31]), (128, 159));
    }

    #[test]
    fn a_header_must_be_what_the_format_allows() {
        let (_, problems) = SegmentHeader::parse(&[0; SEGMENT_HEADER_LEN]);
        assert_eq!(problems, [Problem::Magic, Problem::Version(0)]);
        let (_, problems) = SegmentHeader::parse(&[0xff; SEGMENT_HEADER_LEN]);
        assert_eq!(
            problems,
            [Problem::Magic, Problem::Version(0xffff), Problem::NotZero]
        );
        let (_, problems) = FrameHeader::parse(&[0; FRAME_HEADER_LEN]);
        assert_eq!(
            problems,
            [
                Problem::Magic,
                Problem::Count(0),
                Problem::CheckpointLength(0)
            ]
        );
        let (_, problems) = FrameHeader::parse(&[0xff; FRAME_HEADER_LEN]);
        assert_eq!(
            problems,
            [
                Problem::Magic,
                Problem::NotZero,
                Problem::Count(u32::MAX),
                Problem::CheckpointLength(u32::MAX),
                Problem::DataLength(u64::MAX)
            ]
        );
    }
}
