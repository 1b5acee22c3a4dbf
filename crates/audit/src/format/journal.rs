//! The journal folder: which files there are, in which order they belong, and what does not belong there.

use super::layout::{SEGMENT_BYTES_MAX, SEGMENT_HEADER_LEN, SegmentHeader};
use super::mend::{Mended, mend_header};
use super::segment::Segment;
use crate::finding::{Damage, Place};
use crate::source::Step;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A journal folder, read segment by segment in the order of their entries.
pub struct Journal {
    files: VecDeque<SegmentFile>,
    current: Option<Segment>,
    ready: VecDeque<Step>,
    origin_hash: Option<[u8; 32]>,
    bytes_total: u64,
    bytes_read: u64,
    segments: u64,
    /// The index with which the segment before began.
    previous: Option<u64>,
}

struct SegmentFile {
    path: PathBuf,
    name: String,
    bytes: u64,
    /// The index of the first entry by the header, or by the name where the header cannot be read.
    first: Option<u64>,
    /// Whether the header says so.
    by_header: bool,
}

impl Journal {
    /// Lists the folder and reads the header of each segment; the segments themselves come one by one.
    ///
    /// `origin_hash`, SHA-256 of the log's origin, is compared with that in each header when it is given.
    pub fn open(folder: &Path, origin_hash: Option<[u8; 32]>) -> io::Result<Self> {
        let mut journal = Self {
            files: VecDeque::new(),
            current: None,
            ready: VecDeque::new(),
            origin_hash,
            bytes_total: 0,
            bytes_read: 0,
            segments: 0,
            previous: None,
        };
        let mut files = Vec::new();
        let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            // Through links: where the bytes lie is the operator's business.
            let is_file = fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file());
            if is_file && let Some(stem) = name.strip_suffix(".seg") {
                files.push(journal.examine(entry.path(), &name, index_of(stem)));
            } else {
                let leftover = is_file && entry.path().extension().is_some_and(|end| end == "tmp");
                let kind = if leftover {
                    Damage::LeftoverFile
                } else {
                    Damage::StrayFile
                };
                journal
                    .ready
                    .push_back(Step::finding(kind, Place::file(&name)));
            }
        }
        // A file under its right name goes before one that claims the same entries.
        files.sort_by_cached_key(|file| (file.first, !file.is_named_right(), file.name.clone()));
        journal.bytes_total = files.iter().map(|file| file.bytes).sum();
        journal.files = files.into();
        Ok(journal)
    }

    /// The size of all segments in bytes, as of the listing.
    pub fn bytes_total(&self) -> u64 {
        self.bytes_total
    }

    /// How many of them have been read.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// How many segments have been read.
    pub fn segments(&self) -> u64 {
        self.segments
    }

    /// Finds out which entries a file claims to hold.
    fn examine(&mut self, path: PathBuf, name: &str, named: Option<u64>) -> SegmentFile {
        let mut header = [0; SEGMENT_HEADER_LEN];
        let read = File::open(&path).and_then(|mut file| file.read_exact(&mut header));
        let mended = mend_header(&mut header);
        let by_header = read.is_ok() && mended != Mended::Broken;
        let announced = SegmentHeader::parse(&header).0.first;
        let first = if by_header { Some(announced) } else { named };
        let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if named.is_none() && !by_header {
            self.ready
                .push_back(Step::finding(Damage::StrayFile, Place::file(name)));
        }
        SegmentFile {
            path,
            name: name.to_owned(),
            bytes,
            first,
            by_header,
        }
    }

    /// Takes the next file into memory, or says why not.
    fn advance(&mut self) -> Option<()> {
        let file = self.files.pop_front()?;
        let place = Place::file(&file.name);
        let Some(first) = file.first else {
            return Some(()); // reported as stray when it was listed
        };
        if self.previous == Some(first) {
            self.ready
                .push_back(Step::finding(Damage::DuplicateSegment { first }, place));
            return Some(());
        }
        self.previous = Some(first);
        if file.by_header && !file.is_named_right() {
            self.ready
                .push_back(Step::finding(Damage::SegmentName { first }, place.clone()));
        }
        let last = self.files.is_empty();
        match read_at_most(&file.path, SEGMENT_BYTES_MAX) {
            Ok((bytes, length)) => {
                self.bytes_read += bytes.len() as u64;
                self.segments += 1;
                if length > SEGMENT_BYTES_MAX {
                    let kind = Damage::SegmentLength { bytes: length };
                    self.ready.push_back(Step::finding(kind, place));
                }
                let segment = Segment::new(file.name, bytes, last);
                self.current = Some(segment.of_origin(self.origin_hash));
            }
            Err(error) => {
                let kind = Damage::Unreadable {
                    why: error.to_string(),
                };
                self.ready.push_back(Step::finding(kind, place));
            }
        }
        Some(())
    }
}

impl SegmentFile {
    fn is_named_right(&self) -> bool {
        self.first
            .is_some_and(|first| self.name == format!("{first:020}.seg"))
    }
}

impl Iterator for Journal {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Some(step);
            }
            if let Some(step) = self.current.as_mut().and_then(Segment::next) {
                return Some(step);
            }
            self.current = None;
            self.advance()?;
        }
    }
}

/// The index that a segment's name states: 20 digits.
fn index_of(stem: &str) -> Option<u64> {
    let well_formed = stem.len() == 20 && stem.bytes().all(|byte| byte.is_ascii_digit());
    if well_formed { stem.parse().ok() } else { None }
}

/// The first `limit` bytes of a file, and its length.
fn read_at_most(path: &Path, limit: u64) -> io::Result<(Vec<u8>, u64)> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok((bytes, length))
}

#[cfg(test)]
mod tests;
