//! What everyone but the owner sees of the log: the committed entries, and nothing past the last synced frame.

use crate::committed::{Committed, Proven};
use crate::entry::{EntryKey, StoredEntry};
use crate::index::{Index, Place};
use crate::journal::frame::{Frame, FrameError, Row};
use crate::journal::reader::{FrameFault, Reader};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::{LEAF_LEN, Leaf};
use precinto_merkle::note::NoteVerifier;
use precinto_merkle::{consistency, inclusion};
use std::io;
use std::sync::{Arc, RwLock};
use tokio::sync::watch;

/// The committed log, to read from. The owner adds to it after each sync.
#[derive(Debug)]
pub(crate) struct View {
    key: NoteVerifier,
    reader: Reader,
    /// Written by the owner alone, for as long as it takes to add one batch.
    index: RwLock<Index>,
    published: watch::Sender<Published>,
}

/// Whether what is read stays at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    /// More will be asked of it.
    Stays,
    /// A reader of the whole log must not drive out what others are about to read.
    Goes,
}

/// How far the log reaches, on whose word.
#[derive(Debug, Clone)]
pub struct Published {
    /// The number of entries.
    pub size: u64,
    /// The signed checkpoint of exactly that size.
    pub checkpoint: Arc<SignedCheckpoint>,
}

/// An entry that the log already has under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Where in the log, counted from 0.
    pub index: u64,
    /// What tells a repeat from a conflict.
    pub digest: Hash,
}

/// Why an entry could not be read. The disk's fault, but for `Absent`.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no entry of this index yet.
    #[error("there is no entry {0}")]
    Absent(u64),
    /// The record was deleted by law, so nothing can be proven of it; leaf and key are still there.
    #[error("the record of entry {0} was deleted")]
    Pruned(u64),
    /// The entry, or the frame it stands in, is not what was written.
    #[error("entry {index} is damaged: {what}")]
    Damaged {
        /// The entry.
        index: u64,
        /// What does not hold.
        what: String,
    },
    /// The system refused to read.
    #[error("entry {index} cannot be read: {source}")]
    Io {
        /// The entry.
        index: u64,
        /// What the system said.
        source: io::Error,
    },
}

impl View {
    pub(crate) fn new(
        key: NoteVerifier,
        reader: Reader,
        index: Index,
        newest: SignedCheckpoint,
    ) -> Self {
        let published = Published {
            size: index.size(),
            checkpoint: Arc::new(newest),
        };
        let published = watch::Sender::new(published);
        Self {
            key,
            reader,
            index: RwLock::new(index),
            published,
        }
    }

    /// The log's key.
    pub(crate) fn key(&self) -> &NoteVerifier {
        &self.key
    }

    pub(crate) fn published(&self) -> &watch::Sender<Published> {
        &self.published
    }

    /// Takes in a batch and wakes everyone who waits for it. For the owner alone, after the sync.
    pub(crate) fn add(&self, place: Place, batch: &Committed) {
        let Committed {
            frame,
            checkpoint,
            leaf_hashes,
            ..
        } = batch;
        let keys = frame.entries.iter().map(|entry| *entry.key());
        let entries = leaf_hashes.iter().copied().zip(keys);
        self.reader.keep(Arc::clone(frame));
        let mut index = self.index.write().expect(NO_PANIC);
        index.add(place, entries);
        let published = Published {
            size: index.size(),
            checkpoint: Arc::clone(checkpoint),
        };
        drop(index);
        self.published.send_replace(published);
    }

    /// The entry under a key, if there is one.
    pub(crate) fn find(&self, key: &EntryKey) -> Result<Option<Found>, ReadError> {
        let candidates = self.index.read().expect(NO_PANIC).candidates(key);
        for index in candidates {
            let (found, digest) = self.key_and_digest(index)?;
            if found == *key {
                return Ok(Some(Found { index, digest }));
            }
        }
        Ok(None)
    }

    /// The entry of this index.
    pub(crate) fn read(&self, index: u64) -> Result<Arc<StoredEntry>, ReadError> {
        let frame = self.frame(index)?;
        frame
            .entry(index)
            .map(Arc::clone)
            .ok_or(ReadError::Absent(index))
    }

    /// The entries from `index` on, to the log's end or `bytes_max`; further frames only while there is little.
    pub(crate) fn read_from(
        &self,
        index: u64,
        bytes_max: usize,
        passing: Passing,
    ) -> Result<Vec<Arc<StoredEntry>>, ReadError> {
        let size = self.published.borrow().size;
        let (mut entries, mut bytes, mut next) = (Vec::new(), 0_usize, index);
        while next < size && (entries.is_empty() || bytes < bytes_max.min(GATHERED_BYTES)) {
            let frame = match self.passing_frame(next) {
                Ok(frame) => frame,
                Err(error) if entries.is_empty() => return Err(error),
                // What lies before it is whole; whoever goes on from there hears of it.
                Err(_) => break,
            };
            if passing == Passing::Stays {
                self.reader.keep(Arc::clone(&frame));
            }
            let first = next;
            entries.reserve(frame.entries.len());
            for entry in frame.entries.iter().filter(|entry| entry.index() >= first) {
                bytes = bytes.saturating_add(entry.size_bytes());
                if bytes > bytes_max && !entries.is_empty() {
                    // The rest of it is asked for next.
                    self.reader.keep(Arc::clone(&frame));
                    return Ok(entries);
                }
                next = entry.index().saturating_add(1);
                entries.push(Arc::clone(entry));
            }
        }
        Ok(entries)
    }

    /// Where the batch of this entry ends.
    pub(crate) fn batch_end(&self, index: u64) -> Option<u64> {
        self.index.read().expect(NO_PANIC).batch_end(index)
    }

    /// The receipt of an entry, the same bytes every time, verified.
    pub(crate) fn proven(&self, index: u64) -> Result<Proven, ReadError> {
        let frame = self.frame(index)?;
        let damaged = |what: String| ReadError::Damaged { index, what };
        let checkpoint = frame
            .checkpoint(&self.key)
            .map_err(|error| damaged(error.to_string()))?;
        let entry = frame.entry(index).ok_or(ReadError::Absent(index))?;
        if entry.record_pruned() {
            return Err(ReadError::Pruned(index));
        }
        let path = self.inclusion(index, checkpoint.checkpoint().size);
        let path =
            path.ok_or_else(|| damaged("its checkpoint is not that of its frame".to_owned()))?;
        Proven::new(entry, path, &checkpoint).map_err(|error| damaged(error.to_string()))
    }

    /// The checkpoint of the batch that an entry was committed in, its signature verified.
    pub(crate) fn checkpoint(&self, index: u64) -> Result<Arc<SignedCheckpoint>, ReadError> {
        let checkpoint = self.frame(index)?.checkpoint(&self.key);
        checkpoint.map_err(|error| ReadError::Damaged {
            index,
            what: error.to_string(),
        })
    }

    /// The leaf of an entry.
    pub(crate) fn leaf(&self, index: u64) -> Result<[u8; LEAF_LEN], ReadError> {
        if let Some(frame) = self.reader.recent(index) {
            let entry = frame.entry(index).ok_or(ReadError::Absent(index))?;
            return Ok(entry.leaf().to_bytes());
        }
        Ok(self.row(index)?.leaf.to_bytes())
    }

    /// The inclusion path of an entry in the tree of `size` entries.
    pub(crate) fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        inclusion::prove(&self.index.read().expect(NO_PANIC).hashes, index, size)
    }

    /// The consistency proof between two sizes.
    pub(crate) fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        consistency::prove(&self.index.read().expect(NO_PANIC).hashes, old, new)
    }

    /// The root of the first `size` entries.
    pub(crate) fn root(&self, size: u64) -> Option<Hash> {
        self.index.read().expect(NO_PANIC).hashes.root(size)
    }

    fn key_and_digest(&self, index: u64) -> Result<(EntryKey, Hash), ReadError> {
        if let Some(frame) = self.reader.recent(index) {
            let entry = frame.entry(index).ok_or(ReadError::Absent(index))?;
            return Ok((*entry.key(), *entry.digest()));
        }
        let row = self.row(index)?;
        Ok((row.key, row.digest))
    }

    /// The row of an entry, read from the disk and checked against the tree.
    fn row(&self, index: u64) -> Result<Row, ReadError> {
        let place = self.place(index)?;
        let head = self.reader.head(place).map_err(|fault| fault.at(index))?;
        let mut rows = (place.first..).zip(head.rows);
        let row = rows.find(|(of, _)| *of == index).map(|(_, row)| row);
        let row = row.ok_or_else(|| FrameFault::from(SHORT).at(index))?;
        self.check_leaves([(index, &row.leaf)].into_iter())?;
        Ok(row)
    }

    /// The frame that holds an entry, from memory or from the disk; at hand from now on, for more is asked of it.
    fn frame(&self, index: u64) -> Result<Arc<Frame>, ReadError> {
        let frame = self.passing_frame(index)?;
        self.reader.keep(Arc::clone(&frame));
        Ok(frame)
    }

    /// The same, and nothing is kept.
    fn passing_frame(&self, index: u64) -> Result<Arc<Frame>, ReadError> {
        if let Some(frame) = self.reader.recent(index) {
            return Ok(frame);
        }
        let frame = self
            .reader
            .frame(self.place(index)?)
            .map_err(|fault| fault.at(index))?;
        self.check_leaves(
            frame
                .entries
                .iter()
                .map(|entry| (entry.index(), entry.leaf())),
        )?;
        if frame.entry(index).is_none() {
            return Err(FrameFault::from(SHORT).at(index));
        }
        Ok(Arc::new(frame))
    }

    fn place(&self, index: u64) -> Result<Place, ReadError> {
        let place = self.index.read().expect(NO_PANIC).place(index);
        place.ok_or(ReadError::Absent(index))
    }

    /// A frame may be whole and still be the wrong one: each leaf must be the one in the tree.
    fn check_leaves<'a>(
        &self,
        leaves: impl Iterator<Item = (u64, &'a Leaf)>,
    ) -> Result<(), ReadError> {
        // Hashed before the lock is taken, for which the next batch would have to wait.
        let hashed: Vec<(u64, Hash)> = leaves.map(|(index, leaf)| (index, leaf.hash())).collect();
        let tree = self.index.read().expect(NO_PANIC);
        let differs = |(index, hash): &&(u64, Hash)| tree.hashes.leaf_hash(*index) != Some(*hash);
        hashed.iter().find(differs).map_or(Ok(()), |(index, _)| {
            Err(ReadError::Damaged {
                index: *index,
                what: "its leaf is not the one in the tree".to_owned(),
            })
        })
    }
}

impl FrameFault {
    /// The error of reading entry `index`, unless the fault itself names another.
    fn at(self, index: u64) -> ReadError {
        match self {
            Self::Frame(FrameError::Entry { index, what }) => ReadError::Damaged {
                index,
                what: what.to_owned(),
            },
            Self::Frame(error) => ReadError::Damaged {
                index,
                what: error.to_string(),
            },
            Self::Io(source) => ReadError::Io { index, source },
        }
    }
}

/// With so many bytes a read is worth its thread hop, and goes into no further frame: many frames hold a few entries each.
/// More would let a caller that asks for all it may use hold several of the largest frames.
const GATHERED_BYTES: usize = 512 * 1024;

const SHORT: FrameError = FrameError::Form("the frame holds fewer entries than it did");

const NO_PANIC: &str = "nothing panics while it holds this lock";
