//! One segment: its header, then frame after frame, resuming at the next intact header after damage.

mod tail;

use super::layout::{
    FLAG_BODY_PRUNED, FLAG_RECORD_PRUNED, FRAME_HEADER_LEN, FRAME_MAGIC, FrameHeader, ROW_LEN, Row,
    SEGMENT_HEADER_LEN, SegmentHeader,
};
use super::mend::{Mended, mend, mend_header};
use crate::finding::{Damage, Part, Place, Problem};
use crate::source::{Batch, Checkpoint, Entry, Stated, Step};
use std::collections::VecDeque;
use std::ops::Range;

/// A segment in memory, and how far it has been read.
pub(super) struct Segment {
    name: String,
    bytes: Vec<u8>,
    at: usize,
    /// The newest segment, the only one that a crash can leave incomplete.
    last: bool,
    origin_hash: Option<[u8; 32]>,
    /// The index that the header announces, until the first frame has been compared with it.
    announced: Option<u64>,
    opened: bool,
    ready: VecDeque<Step>,
}

impl Segment {
    pub(super) fn new(name: String, bytes: Vec<u8>, last: bool) -> Self {
        Self {
            name,
            bytes,
            at: 0,
            last,
            origin_hash: None,
            announced: None,
            opened: false,
            ready: VecDeque::new(),
        }
    }

    /// The same, and its header has to carry this hash of the log's origin.
    pub(super) fn of_origin(self, origin_hash: Option<[u8; 32]>) -> Self {
        Self {
            origin_hash,
            ..self
        }
    }

    fn open(&mut self) {
        self.opened = true;
        let Some(mut header) = self.bytes.first_chunk::<SEGMENT_HEADER_LEN>().copied() else {
            let bytes = self.bytes.len() as u64;
            self.at = self.bytes.len();
            let missing = SEGMENT_HEADER_LEN as u64 - bytes;
            // A crash between making the file and its first sync.
            let kind = if self.last {
                Damage::TornTail { bytes }
            } else {
                Damage::CutShort { bytes: missing }
            };
            return self.found(kind, 0);
        };
        self.at = SEGMENT_HEADER_LEN;
        let mended = mend_header(&mut header);
        self.tell(mended, Part::SegmentHeader, 0);
        let (header, mut problems) = SegmentHeader::parse(&header);
        if mended != Mended::Broken {
            self.announced = Some(header.first);
            let foreign = self
                .origin_hash
                .is_some_and(|expected| expected != header.origin_hash);
            problems.extend(foreign.then_some(Problem::Origin));
        }
        for problem in problems {
            self.found(
                Damage::Header {
                    part: Part::SegmentHeader,
                    problem,
                },
                0,
            );
        }
    }

    /// Reads the frame at the current position, or says what stands there instead, and moves on.
    fn read_frame(&mut self) {
        let start = self.at;
        let Some(mut bytes) = self.chunk::<FRAME_HEADER_LEN>(start) else {
            return self.no_frame(start);
        };
        let mended = mend_header(&mut bytes);
        if mended == Mended::Broken {
            return self.no_frame(start);
        }
        self.tell(mended, Part::FrameHeader, start);
        let (header, problems) = FrameHeader::parse(&bytes);
        let extent_known = problems.iter().all(Problem::leaves_extent_known);
        for problem in problems {
            self.found(
                Damage::Header {
                    part: Part::FrameHeader,
                    problem,
                },
                start,
            );
        }
        if !extent_known {
            self.at = self.next_header(start + 1).unwrap_or(self.bytes.len());
            return;
        }
        let table = start + FRAME_HEADER_LEN;
        let data = table + header.table_len();
        let data_len = usize::try_from(header.data_len).unwrap_or(usize::MAX);
        let end = data.saturating_add(data_len);
        if end > self.bytes.len() {
            return self.cut_short(start, end);
        }
        self.at = end;
        self.compare_announcement(header.first);
        let in_table = self.check(table..data, header.table_crc);
        let in_data = self.check(data..end, header.data_crc);
        let broken = [in_table, in_data].contains(&Mended::Broken);
        if broken && end == self.bytes.len() && self.is_tail(start) {
            let bytes = (end - start) as u64;
            return self.found(Damage::SpoiltTail { bytes }, start);
        }
        let rows = self.rows(&header, table);
        let row_of = |byte: usize| Some(byte / ROW_LEN).filter(|row| *row < rows.len());
        self.tell_within(&header, in_table, Part::Table, table, row_of);
        self.tell_within(&header, in_data, Part::Data, data, |byte| {
            row_with(&rows, byte as u64)
        });
        self.split(&header, rows, table, data..end);
    }

    /// Where the next header stands whose checksum is right.
    fn next_header(&self, from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        let found = rest.windows(FRAME_HEADER_LEN).position(|window| {
            window.starts_with(&FRAME_MAGIC)
                && window
                    .split_last_chunk::<4>()
                    .is_some_and(|(covered, stored)| {
                        crc32c::crc32c(covered) == u32::from_be_bytes(*stored)
                    })
        })?;
        Some(from + found)
    }

    fn compare_announcement(&mut self, holds: u64) {
        if let Some(says) = self.announced.take()
            && says != holds
        {
            let problem = Problem::First { says, holds };
            self.found(
                Damage::Header {
                    part: Part::SegmentHeader,
                    problem,
                },
                0,
            );
        }
    }

    /// Checks one checksum of a frame and puts a single wrong bit right.
    fn check(&mut self, range: Range<usize>, stored: u32) -> Mended {
        self.bytes
            .get_mut(range)
            .map_or(Mended::Broken, |bytes| mend(bytes, stored))
    }

    fn rows(&self, header: &FrameHeader, table: usize) -> Vec<Row> {
        let end = table + header.count as usize * ROW_LEN;
        let (rows, _) = self
            .bytes
            .get(table..end)
            .unwrap_or_default()
            .as_chunks::<ROW_LEN>();
        rows.iter().map(Row::parse).collect()
    }

    /// Takes the frame apart into entries.
    fn split(&mut self, header: &FrameHeader, rows: Vec<Row>, table: usize, data: Range<usize>) {
        let total: u64 = rows.iter().map(Row::data_len).sum();
        if total != header.data_len {
            let place = self.place(table).about(header.first, header.end());
            let kind = Damage::Lengths {
                table: total,
                data: header.data_len,
            };
            return self.ready.push_back(Step::finding(kind, place));
        }
        let rows_end = table + rows.len() * ROW_LEN;
        let note = self
            .bytes
            .get(rows_end..data.start)
            .unwrap_or_default()
            .to_vec();
        let checkpoint = Checkpoint {
            note,
            place: self.place(rows_end).about(header.first, header.end()),
        };
        let mut rest = self.bytes.get(data).unwrap_or_default();
        let mut entries = Vec::with_capacity(rows.len());
        for (at, row) in rows.into_iter().enumerate() {
            let index = header.first.saturating_add(at as u64);
            let place = self
                .place(table + at * ROW_LEN)
                .about(index, index.saturating_add(1));
            self.ready.extend(row.findings(&place));
            let mut take = |length: u32| {
                let (field, after) = rest.split_at_checked(length as usize).unwrap_or_default();
                rest = after;
                field.to_vec()
            };
            let (record, content, body) = (
                take(row.record_len),
                take(row.content_len),
                take(row.body_len),
            );
            entries.push(Entry {
                index,
                place,
                leaf: row.leaf.to_vec(),
                salt: row.salt.to_vec(),
                record,
                content,
                body,
                record_pruned: row.flags & FLAG_RECORD_PRUNED != 0,
                body_pruned: row.flags & FLAG_BODY_PRUNED != 0,
                withheld: false,
                stated: Some(Stated {
                    key: row.key,
                    digest: row.digest,
                }),
            });
        }
        self.ready.push_back(Step::Batch(Batch {
            entries,
            checkpoint: Some(checkpoint),
        }));
    }

    /// Reports what became of a header.
    fn tell(&mut self, mended: Mended, part: Part, start: usize) {
        match mended {
            Mended::Whole => {}
            Mended::OneBit { byte, bit } => {
                let place = self.place(start + byte).with_bit(bit);
                self.ready
                    .push_back(Step::finding(Damage::FlippedBit { part }, place));
            }
            Mended::Broken => self.found(Damage::Checksum { part }, start),
        }
    }

    /// Reports what became of a part of a frame, with the entry that a wrong bit belongs to.
    fn tell_within(
        &mut self,
        header: &FrameHeader,
        mended: Mended,
        part: Part,
        start: usize,
        row_of: impl Fn(usize) -> Option<usize>,
    ) {
        let (kind, place) = match mended {
            Mended::Whole => return,
            Mended::OneBit { byte, bit } => {
                let place = self.place(start + byte).with_bit(bit);
                let (first, end) = match row_of(byte) {
                    Some(row) => {
                        let row = header.first.saturating_add(row as u64);
                        (row, row.saturating_add(1))
                    }
                    None => (header.first, header.end()),
                };
                (Damage::FlippedBit { part }, place.about(first, end))
            }
            Mended::Broken => (
                Damage::Checksum { part },
                self.place(start).about(header.first, header.end()),
            ),
        };
        self.ready.push_back(Step::finding(kind, place));
    }

    fn found(&mut self, kind: Damage, at: usize) {
        let place = self.place(at);
        self.ready.push_back(Step::finding(kind, place));
    }

    fn place(&self, at: usize) -> Place {
        Place::byte(&self.name, at as u64)
    }

    fn chunk<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.bytes.get(at..)?.first_chunk().copied()
    }
}

/// Which row the byte of the data area belongs to.
fn row_with(rows: &[Row], byte: u64) -> Option<usize> {
    let mut end = 0_u64;
    rows.iter().position(|row| {
        end = end.saturating_add(row.data_len());
        byte < end
    })
}

impl Row {
    /// What in the row itself cannot be.
    fn findings(&self, place: &Place) -> Vec<Step> {
        let unknown = self.flags & !(FLAG_RECORD_PRUNED | FLAG_BODY_PRUNED) != 0;
        let record_gone = self.flags & FLAG_RECORD_PRUNED != 0;
        let body_gone = self.flags & FLAG_BODY_PRUNED != 0;
        let record_there = self.record_len != 0 || self.content_len != 0 || self.salt != [0; 32];
        let remains = record_gone && record_there || body_gone && self.body_len != 0;
        [
            unknown.then_some(Damage::Flags { flags: self.flags }),
            (self.zero != 0).then_some(Damage::RowNotZero),
            remains.then_some(Damage::PrunedRemains),
        ]
        .into_iter()
        .flatten()
        .map(|kind| Step::finding(kind, place.clone()))
        .collect()
    }
}

impl Iterator for Segment {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Some(step);
            }
            if !self.opened {
                self.open();
            } else if self.at < self.bytes.len() {
                self.read_frame();
            } else {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests;
