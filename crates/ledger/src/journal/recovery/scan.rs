//! Reading a journal from its beginning, without the data areas.

use crate::index::{Index, Place, of_row};
use crate::journal::frame::{FrameError, Head};
use crate::journal::reader::{FrameFault, frame_at, head_at};
use crate::journal::segment::{self, HEADER_LEN, SegmentHeader};
use crate::open::OpenError;
use crate::storage::{Storage, StoredFile};
use precinto_merkle::checkpoint::{Checkpoint, SignedCheckpoint};
use precinto_merkle::hash::Hash;
use precinto_merkle::note::{NoteVerifier, SignedNote};
use precinto_merkle::tree::Edge;

/// What has been read so far.
#[derive(Debug)]
pub(super) struct Scan {
    origin_digest: Hash,
    pub(super) index: Index,
    pub(super) edge: Edge,
    pub(super) last_time_ms: u64,
    /// The checkpoint of the last frame, not verified yet, and its segment.
    last_checkpoint: Option<(u64, Vec<u8>)>,
}

/// How a segment ends.
#[derive(Debug)]
pub(super) enum Ending {
    /// With a whole frame, or with its header.
    Whole { end: u64 },
    /// With something that an interrupted write can have left, from position `at` on.
    Torn { at: u64, file_len: u64 },
}

impl Ending {
    /// Where the last whole frame ends.
    pub(super) fn end(&self) -> u64 {
        match self {
            Self::Whole { end } => *end,
            Self::Torn { at, .. } => *at,
        }
    }

    /// Length of the file as it was found.
    pub(super) fn file_len(&self) -> u64 {
        match self {
            Self::Whole { end } => *end,
            Self::Torn { file_len, .. } => *file_len,
        }
    }
}

impl Scan {
    pub(super) fn new(origin_digest: Hash) -> Self {
        let (index, edge) = (Index::default(), Edge::new());
        Self {
            origin_digest,
            index,
            edge,
            last_time_ms: 0,
            last_checkpoint: None,
        }
    }

    /// Reads the segment that says by its name that it begins with entry `first`.
    pub(super) fn segment(
        &mut self,
        storage: &dyn Storage,
        first: u64,
        is_last: bool,
    ) -> Result<Ending, OpenError> {
        let file = storage.open(&segment::path(first));
        let file = file.map_err(|error| OpenError::io("opening a segment", error))?;
        let file_len = file.size_bytes();
        let file_len = file_len.map_err(|error| OpenError::io("measuring a segment", error))?;
        self.check_header(&*file, first)?;
        let mut at = HEADER_LEN as u64;
        while at < file_len {
            let head = self.next_head(&*file, at, is_last.then_some(file_len));
            at += match head {
                Ok(head) => {
                    let len = head.header.frame_len();
                    self.take(head, first, at)?;
                    len
                }
                Err(FrameFault::Frame(error)) if is_last && error.is_torn() => {
                    return Ok(Ending::Torn { at, file_len });
                }
                Err(FrameFault::Frame(error)) => {
                    return Err(OpenError::Damaged {
                        segment: first,
                        at,
                        what: error.to_string(),
                    });
                }
                Err(FrameFault::Io(error)) => {
                    return Err(OpenError::io("reading the journal", error));
                }
            };
        }
        self.check_root(first)?;
        Ok(Ending::Whole { end: at })
    }

    fn check_header(&self, file: &dyn StoredFile, first: u64) -> Result<(), OpenError> {
        let damaged = |what: String| OpenError::Damaged {
            segment: first,
            at: 0,
            what,
        };
        let mut bytes = [0; HEADER_LEN];
        file.read_exact_at(&mut bytes, 0)
            .map_err(|error| damaged(error.to_string()))?;
        let header =
            SegmentHeader::from_bytes(&bytes).map_err(|error| damaged(error.to_string()))?;
        if header.origin_digest != self.origin_digest {
            return Err(OpenError::OtherLog { segment: first });
        }
        if header.first != first {
            return Err(damaged(format!(
                "its header says that it begins with {}",
                header.first
            )));
        }
        if first != self.index.size() {
            let what = format!(
                "the segment before it ends with entry {}",
                self.index.size()
            );
            return Err(damaged(what));
        }
        Ok(())
    }

    /// Reads the frame at `at` as far as it must be read: of the last frame everything, of others the head.
    ///
    /// `file_len` is given for the last segment, in which a frame may end early.
    fn next_head(
        &self,
        file: &dyn StoredFile,
        at: u64,
        file_len: Option<u64>,
    ) -> Result<Head, FrameFault> {
        let head = head_at(file, at)?;
        if head.header.first != self.index.size() {
            return Err(FrameError::Form("the frame's first index is not the next one").into());
        }
        if head
            .rows
            .first()
            .is_some_and(|row| row.leaf.time_ms < self.last_time_ms)
        {
            return Err(FrameError::Form("the entries' times decrease").into());
        }
        let end = at + head.header.frame_len();
        if file_len == Some(end) {
            frame_at(file, at)?;
        } else if file_len.is_some_and(|file_len| file_len < end) {
            return Err(FrameError::Incomplete.into());
        }
        Ok(head)
    }

    fn take(&mut self, head: Head, segment: u64, at: u64) -> Result<(), OpenError> {
        let Head {
            header,
            rows,
            checkpoint,
        } = head;
        let position = u32::try_from(at).map_err(|_| {
            let what = "a segment is longer than 4 GiB".to_owned();
            OpenError::Damaged { segment, at, what }
        })?;
        self.last_time_ms = rows
            .last()
            .map_or(self.last_time_ms, |row| row.leaf.time_ms);
        let entries: Vec<_> = rows.iter().map(of_row).collect();
        for (leaf_hash, _) in &entries {
            self.edge.append(*leaf_hash);
        }
        self.index.add(
            Place {
                first: header.first,
                segment,
                at: position,
            },
            entries,
        );
        self.last_checkpoint = Some((segment, checkpoint));
        Ok(())
    }

    /// Compares the root with that in the last checkpoint so far, whose signature is not looked at here.
    fn check_root(&self, segment: u64) -> Result<(), OpenError> {
        let Some((_, note)) = &self.last_checkpoint else {
            return Ok(());
        };
        let checkpoint = SignedNote::parse(note)
            .ok()
            .and_then(|note| Checkpoint::parse(note.text()).ok());
        let holds = checkpoint.is_some_and(|checkpoint| {
            checkpoint.size == self.index.size() && checkpoint.root == self.edge.root()
        });
        if holds {
            return Ok(());
        }
        let what = "its last checkpoint is not that of the leaves up to there".to_owned();
        Err(OpenError::Damaged {
            segment,
            at: 0,
            what,
        })
    }

    /// The checkpoint of the last frame, its signature and its root verified; none if there is no frame.
    pub(super) fn last_checkpoint(
        &self,
        key: &NoteVerifier,
    ) -> Result<Option<SignedCheckpoint>, OpenError> {
        let Some((segment, note)) = &self.last_checkpoint else {
            return Ok(None);
        };
        self.check_root(*segment)?;
        SignedCheckpoint::verify(note, key)
            .map(Some)
            .map_err(OpenError::Key)
    }
}
