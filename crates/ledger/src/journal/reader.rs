//! Reading frames back: from memory if they are recent, else from their segment, every check made again.

mod recent;

use recent::Recent;

use super::frame::{Frame, FrameError, FrameHeader, HEADER_LEN, Head};
use super::segment;
use crate::index::Place;
use crate::storage::{Storage, StoredFile};
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

/// Reads frames by their place.
#[derive(Debug)]
pub(crate) struct Reader {
    storage: Arc<dyn Storage>,
    /// The segments read last, by first index; closing and opening costs little, descriptors are few.
    files: Mutex<VecDeque<(u64, Arc<dyn StoredFile>)>>,
    recent: Mutex<Recent>,
}

/// Why a frame could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameFault {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Io(io::Error),
}

impl Reader {
    pub(crate) fn new(storage: Arc<dyn Storage>) -> Self {
        let (files, recent) = (Mutex::default(), Mutex::default());
        Self {
            storage,
            files,
            recent,
        }
    }

    /// A frame that has been read or written lately and holds entry `index`.
    pub(crate) fn recent(&self, index: u64) -> Option<Arc<Frame>> {
        self.recent.lock().expect(NO_PANIC).holding(index)
    }

    /// Keeps a frame at hand.
    pub(crate) fn keep(&self, frame: Arc<Frame>) {
        self.recent.lock().expect(NO_PANIC).keep(frame);
    }

    /// Reads the frame at `place`, data and all.
    pub(crate) fn frame(&self, place: Place) -> Result<Frame, FrameFault> {
        let file = self.file(place.segment).map_err(FrameFault::Io)?;
        let frame = frame_at(&*file, u64::from(place.at))?;
        if frame.first() == place.first {
            Ok(frame)
        } else {
            Err(MISPLACED.into())
        }
    }

    /// Reads the frame at `place` without its data.
    pub(crate) fn head(&self, place: Place) -> Result<Head, FrameFault> {
        let file = self.file(place.segment).map_err(FrameFault::Io)?;
        let head = head_at(&*file, u64::from(place.at))?;
        if head.header.first == place.first {
            Ok(head)
        } else {
            Err(MISPLACED.into())
        }
    }

    fn file(&self, first: u64) -> io::Result<Arc<dyn StoredFile>> {
        let mut files = self.files.lock().expect(NO_PANIC);
        if let Some((_, file)) = files.iter().find(|(of, _)| *of == first) {
            return Ok(Arc::clone(file));
        }
        let file = self.storage.open(&segment::path(first))?;
        if files.len() == FILES_MAX {
            files.pop_front();
        }
        files.push_back((first, Arc::clone(&file)));
        Ok(file)
    }
}

/// Reads header, entry table and checkpoint of the frame at position `at`.
pub(crate) fn head_at(file: &dyn StoredFile, at: u64) -> Result<Head, FrameFault> {
    let mut bytes = [0; HEADER_LEN];
    file.read_exact_at(&mut bytes, at).map_err(of_reading)?;
    let header = FrameHeader::from_bytes(&bytes)?;
    let len = header.head_len() - HEADER_LEN;
    let bytes = file.read_vec_at(len, at + HEADER_LEN as u64);
    let bytes = bytes.map_err(of_reading)?;
    Ok(Head::from_parts(header, &bytes)?)
}

/// Reads the whole frame at position `at`.
pub(crate) fn frame_at(file: &dyn StoredFile, at: u64) -> Result<Frame, FrameFault> {
    let head = head_at(file, at)?;
    // The header's limits have been checked, so this is at most 8 MiB.
    let len = usize::try_from(head.header.data_len).unwrap_or(0);
    let data = file.read_vec_at(len, at + head.header.head_len() as u64);
    let data = data.map_err(of_reading)?;
    Ok(Frame::from_parts(head, &data.into())?)
}

fn of_reading(error: io::Error) -> FrameFault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => FrameError::Incomplete.into(),
        _ => FrameFault::Io(error),
    }
}

const MISPLACED: FrameError = FrameError::Form("another frame stands in its place");

/// Open segments, at most.
const FILES_MAX: usize = 16;

const NO_PANIC: &str = "nothing panics while it holds this lock";
