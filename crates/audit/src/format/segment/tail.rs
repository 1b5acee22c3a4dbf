//! Where no sound frame stands: a write that a crash interrupted, or damage. Only the log's very end leaves the choice.
//!
//! A sync makes a file's length durable together with its bytes. So what is shorter than its frame was never committed, if
//! nobody has shortened it; but what is long enough and does not hold may have been, and then receipts were given for it.

use super::Segment;
use crate::finding::{Damage, Part};
use crate::format::layout::{FRAME_HEADER_LEN, FRAME_MAGIC};

/// The least that a disk writes whole.
const SECTOR_LEN: usize = 512;

impl Segment {
    /// Whether what begins at `start` is the last of the log, so that an interrupted write can explain it.
    pub(super) fn is_tail(&self, start: usize) -> bool {
        self.last && self.next_header(start + 1).is_none()
    }

    /// The frame at `start` should reach to `end`, beyond the last byte.
    pub(super) fn cut_short(&mut self, start: usize, end: usize) {
        let following = self.next_header(start + 1);
        let held = (self.bytes.len() - start) as u64;
        let missing = end.saturating_sub(self.bytes.len()) as u64;
        self.at = following.unwrap_or(self.bytes.len());
        let kind = if self.last && following.is_none() {
            Damage::TornTail { bytes: held }
        } else {
            Damage::CutShort { bytes: missing }
        };
        self.found(kind, start);
    }

    /// There is no frame at `start`: finds the next one, and says what lies between.
    pub(super) fn no_frame(&mut self, start: usize) {
        let following = self.next_header(start + 1);
        let end = following.unwrap_or(self.bytes.len());
        self.at = end;
        let between = self.bytes.get(start..end).unwrap_or_default();
        let bytes = between.len() as u64;
        let short = between.len() < FRAME_HEADER_LEN;
        let begun = between
            .iter()
            .zip(&FRAME_MAGIC)
            .all(|(byte, magic)| byte == magic);
        // A file can have grown before its bytes reached the disk, and sectors reach it in any order: where a sector is
        // missing there are zeros.
        let sector = SECTOR_LEN - start % SECTOR_LEN;
        let unwritten = between.iter().take(sector).all(|byte| *byte == 0);
        let is_tail = self.last && following.is_none();
        let kind = match (begun || unwritten, is_tail) {
            (true, true) if short => Damage::TornTail { bytes },
            (true, true) => Damage::SpoiltTail { bytes },
            _ if begun && !short => Damage::Checksum {
                part: Part::FrameHeader,
            },
            _ => Damage::ForeignBytes { bytes },
        };
        self.found(kind, start);
    }
}
