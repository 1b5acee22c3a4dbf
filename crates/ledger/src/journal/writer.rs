//! The only place that writes frames: one write and one data sync each.

use super::segment::{self, HEADER_LEN, SegmentHeader};
use crate::clock::Stopwatch;
use crate::index::Place;
use crate::storage::{Storage, StoredFile};
use precinto_merkle::hash::Hash;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The end of the journal.
#[derive(Debug)]
pub(crate) struct Writer {
    storage: Arc<dyn Storage>,
    origin_digest: Hash,
    /// A segment that has reached this length gets no more frames.
    segment_bytes: u64,
    file: Arc<dyn StoredFile>,
    segment: u64,
    end: u64,
}

impl Writer {
    /// Goes on at position `end` of the segment that begins with entry `segment`; nothing follows there.
    pub(crate) fn open(
        storage: Arc<dyn Storage>,
        origin_digest: Hash,
        segment_bytes: u64,
        (segment, end): (u64, u64),
    ) -> io::Result<Self> {
        let file = storage.open(&segment::path(segment))?;
        Ok(Self {
            storage,
            origin_digest,
            segment_bytes,
            file,
            segment,
            end,
        })
    }

    /// Writes the frame that begins with entry `first` and syncs it: when this returns, it is committed. Says where it stands,
    /// and how long the sync took.
    ///
    /// After an error nothing is known about the frame; the process MUST end without another write.
    pub(crate) fn append(&mut self, first: u64, frame: &[u8]) -> io::Result<(Place, Duration)> {
        if self.end >= self.segment_bytes && first > self.segment {
            self.begin_segment(first)?;
        }
        let at = u32::try_from(self.end).map_err(io::Error::other)?;
        self.file.write_all_at(frame, self.end)?;
        let sync = Stopwatch::start();
        self.file.sync_data()?;
        let sync = sync.elapsed();
        self.end += frame.len() as u64;
        let segment = self.segment;
        Ok((Place { first, segment, at }, sync))
    }

    /// The length of the last segment in bytes.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    fn begin_segment(&mut self, first: u64) -> io::Result<()> {
        let header = SegmentHeader {
            first,
            origin_digest: self.origin_digest,
        };
        header.create(&*self.storage)?;
        self.file = self.storage.open(&segment::path(first))?;
        (self.segment, self.end) = (first, HEADER_LEN as u64);
        Ok(())
    }
}
