//! The end of the last segment: what may be cut off, and how.

use super::scan::{Ending, Scan};
use crate::durable::{self, UNFINISHED};
use crate::journal::frame::{FRAME_BYTES_MAX, Frame, FrameHeader, HEADER_LEN};
use crate::journal::{FOLDER, segment};
use crate::open::OpenError;
use crate::storage::{Storage, StoredFile};
use precinto_merkle::note::NoteVerifier;
use std::io;

/// The folder of what was cut off.
pub(crate) const REMNANTS: &str = "remnants";

/// Refuses a bad frame, from position `at` to the file's end, that is longer than a frame can be, or after which there was another: it was committed before that one was
/// written, so its damage is no interrupted write.
///
/// A frame counts as another only if our key has signed its checkpoint: an alert whose text looks like a frame
/// must not keep the log closed.
pub(super) fn refuse_if_followed(
    storage: &dyn Storage,
    segment: u64,
    (at, file_len): (u64, u64),
    scan: &Scan,
    key: &NoteVerifier,
) -> Result<(), OpenError> {
    let damaged = |what: &str| OpenError::Damaged {
        segment,
        at,
        what: what.to_owned(),
    };
    if file_len - at > FRAME_BYTES_MAX {
        return Err(damaged("more follows than a frame can be long"));
    }
    let read = || {
        let file = storage.open(&segment::path(segment))?;
        let mut tail = vec![0; usize::try_from(file_len - at).map_err(io::Error::other)?];
        file.read_exact_at(&mut tail, at)?;
        Ok(tail)
    };
    let tail = read().map_err(|error| OpenError::io("reading the journal's tail", error))?;
    let header = tail
        .first_chunk()
        .and_then(|bytes| FrameHeader::from_bytes(bytes).ok());
    if header.is_some_and(|header| header.frame_len() < tail.len() as u64) {
        return Err(damaged("a frame does not hold, and it is not the last"));
    }
    let next = scan.index.size();
    let after = (1..tail.len()).filter_map(|from| tail.get(from..));
    let mut frames = after
        .filter(|bytes| bytes.starts_with(b"FRAM"))
        .filter_map(frame_in_front);
    let is_ours = |frame: Frame| {
        let signed = frame.checkpoint(key);
        signed.is_ok_and(|signed| frame.first() > next && signed.checkpoint().size > next)
    };
    if frames.any(is_ours) {
        return Err(damaged("a frame does not hold, and intact ones follow it"));
    }
    Ok(())
}

/// The frame that `bytes` begin with, if all of it is there and holds.
fn frame_in_front(bytes: &[u8]) -> Option<Frame> {
    let header = FrameHeader::from_bytes(bytes.first_chunk::<HEADER_LEN>()?).ok()?;
    let len = usize::try_from(header.frame_len()).ok()?;
    Frame::decode(bytes.get(..len)?).ok()
}

/// Puts a copy of the segment in its place, synced and without a torn tail; the tail goes to the remnants first.
pub(super) fn rewrite(storage: &dyn Storage, first: u64, ending: &Ending) -> io::Result<()> {
    let path = segment::path(first);
    let file = storage.open(&path)?;
    if let Ending::Torn { at, file_len } = *ending {
        let mut tail = vec![0; usize::try_from(file_len - at).map_err(io::Error::other)?];
        file.read_exact_at(&mut tail, at)?;
        let remnant = remnant_name(storage, first, at)?;
        durable::replace_in(storage, &remnant, &tail)?;
        tracing::warn!(
            remnant,
            bytes = tail.len(),
            "cut off a last frame that does not hold and that the published checkpoint does not cover; receipts for it may \
             exist"
        );
    }
    let unfinished = format!("{path}{UNFINISHED}");
    let copy = storage.create(&unfinished)?;
    copy_front(&*file, &*copy, ending.end())?;
    copy.sync_all()?;
    storage.rename(&unfinished, &path)?;
    storage.sync_folder(FOLDER)
}

fn copy_front(from: &dyn StoredFile, to: &dyn StoredFile, end: u64) -> io::Result<()> {
    let mut at = 0;
    while at < end {
        let len = (end - at).min(COPY_BYTES);
        let mut bytes = vec![0; usize::try_from(len).map_err(io::Error::other)?];
        from.read_exact_at(&mut bytes, at)?;
        to.write_all_at(&bytes, at)?;
        at += len;
    }
    Ok(())
}

/// A name that no remnant has: segment, position, and a number against repeats.
fn remnant_name(storage: &dyn Storage, first: u64, at: u64) -> io::Result<String> {
    let names = storage.list(REMNANTS)?;
    let mut number = 1;
    loop {
        let name = format!("{first:020}-{at}-{number}");
        if !names.contains(&name) {
            return Ok(format!("{REMNANTS}/{name}"));
        }
        number += 1;
    }
}

/// How much is copied at a time.
const COPY_BYTES: u64 = 1024 * 1024;
