//! One subscription: its definition, its cursor in memory and on disk, and who streams on it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use precinto_alert::Reason;
use precinto_ledger::durable;
use precinto_proto::v1::{ClosingReason, Init};
use tokio::sync::{Notify, OwnedMutexGuard, watch};

use super::cursor::{Cursor, CursorError};
use super::definition::Definition;
use crate::blocking;
use crate::limits::TAKE_OVER_TIMEOUT;
use crate::open_streams::StreamPlace;
use crate::status::Refusal;

/// One subscription.
#[derive(Debug)]
pub struct Slot {
    definition: Definition,
    path: PathBuf,
    cursor: Mutex<Cursor>,
    dirty: AtomicBool,
    /// The floor that is on disk.
    settled: AtomicU64,
    /// Held while the file is written, so that an older state never replaces a newer one, nor a deleted file returns.
    on_disk: Mutex<OnDisk>,
    /// Held by the stream that is open on it, or by whoever moves it.
    stream: Arc<tokio::sync::Mutex<()>>,
    /// Tells that stream to end.
    ending: Mutex<watch::Sender<Option<ClosingReason>>>,
    /// Tells that stream that something was put back.
    put_back: Notify,
}

/// Whether the slot's file may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnDisk {
    Kept,
    Deleted,
}

/// The right to stream on a slot, until dropped; and word when to stop.
#[derive(Debug)]
pub struct Hold {
    slot: Arc<Slot>,
    /// Set when the stream must end.
    pub ending: watch::Receiver<Option<ClosingReason>>,
    /// Given back before the slot is, so that who takes over finds it free.
    _place: Option<StreamPlace>,
    _stream: OwnedMutexGuard<()>,
}

impl Slot {
    /// A new subscription, not on disk yet.
    pub(super) fn new(definition: Definition, path: PathBuf) -> Self {
        let cursor = Cursor::new(definition.start_index);
        Self::with(definition, path, cursor)
    }

    /// A subscription at this cursor, which the next flush writes.
    pub(super) fn with(definition: Definition, path: PathBuf, cursor: Cursor) -> Self {
        Self {
            definition,
            path,
            settled: AtomicU64::new(cursor.floor()),
            cursor: Mutex::new(cursor),
            dirty: AtomicBool::new(true),
            on_disk: Mutex::new(OnDisk::Kept),
            stream: Arc::default(),
            ending: Mutex::new(watch::Sender::new(None)),
            put_back: Notify::new(),
        }
    }

    /// The subscription in a file's bytes, which its cursor may be ahead of the log or not.
    pub(super) fn parse(path: &Path, bytes: &[u8], size: u64) -> Result<Self, CursorError> {
        let (definition, cursor) = Cursor::parse(bytes)?;
        let slot = Self::with(definition, path.to_owned(), cursor.recovered(size));
        slot.dirty.store(false, Ordering::Relaxed);
        Ok(slot)
    }

    /// What does not change about it.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Its file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Everything below is settled, durably.
    pub fn settled(&self) -> u64 {
        self.settled.load(Ordering::Relaxed)
    }

    /// Takes the slot for a new stream. An open one is told that it is superseded, and is waited for.
    pub async fn hold(self: &Arc<Self>) -> Result<Hold, Refusal> {
        self.hold_from(ClosingReason::Superseded).await
    }

    /// Takes the slot from an open stream, which is told `reason` and waited for.
    pub(super) async fn hold_from(
        self: &Arc<Self>,
        reason: ClosingReason,
    ) -> Result<Hold, Refusal> {
        let ending = watch::Sender::new(None);
        let receiver = ending.subscribe();
        let old = std::mem::replace(
            &mut *self.ending.lock().unwrap_or_else(PoisonError::into_inner),
            ending,
        );
        old.send_replace(Some(reason));
        let stream = Arc::clone(&self.stream).lock_owned();
        let stream = tokio::time::timeout(TAKE_OVER_TIMEOUT, stream).await;
        let stream = stream.map_err(|_| Refusal::new(Reason::Overloaded))?;
        // The flusher may hold this lock through a sync.
        let slot = Arc::clone(self);
        let on_disk = blocking::spawn(move || *slot.lock_disk()).await;
        if !matches!(on_disk, Ok(OnDisk::Kept)) {
            return Err(Refusal::new(Reason::SubscriptionUnknown));
        }
        Ok(Hold {
            slot: Arc::clone(self),
            ending: receiver,
            _place: None,
            _stream: stream,
        })
    }

    /// Ends the open stream, if there is one.
    pub(super) fn end(&self, reason: ClosingReason) {
        let ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        ending.send_replace(Some(reason));
    }

    /// Tells an open stream that deliveries were put back; one that opens later finds them by itself.
    pub(super) fn tell_put_back(&self) {
        self.put_back.notify_one();
    }

    /// Resolves when deliveries were put back since the last time.
    pub(super) async fn put_back(&self) {
        self.put_back.notified().await;
    }

    /// Reads the cursor.
    pub fn read_cursor<T>(&self, read: impl FnOnce(&Cursor) -> T) -> T {
        read(&self.cursor.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the cursor; a change reaches the disk with the next flush, and no change costs no sync.
    pub fn with_cursor<T>(&self, change: impl FnOnce(&mut Cursor) -> T) -> T {
        let mut cursor = self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        let before = cursor.changes();
        let result = change(&mut cursor);
        if cursor.changes() != before {
            self.dirty.store(true, Ordering::Release);
        }
        result
    }

    /// Writes the cursor if it has changed; blocking.
    pub(super) fn flush(&self) -> io::Result<()> {
        let on_disk = self.lock_disk();
        if *on_disk == OnDisk::Deleted || !self.dirty.swap(false, Ordering::Acquire) {
            return Ok(());
        }
        let cursor = self
            .cursor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let written = durable::replace(&self.path, cursor.to_text(&self.definition).as_bytes());
        match written {
            Ok(()) => self.settled.store(cursor.floor(), Ordering::Relaxed),
            // Not lost: it is written with the next change, and until then means repeats.
            Err(_) => self.dirty.store(true, Ordering::Relaxed),
        }
        written
    }

    /// Writes the cursor if it has changed, and says whether it is on disk; blocking. After a failure the next flush tries.
    pub fn flush_or_warn(&self) -> bool {
        let flushed = self.flush();
        if let Err(error) = &flushed {
            tracing::warn!(path = %self.path.display(), %error, "a cursor could not be written");
        }
        flushed.is_ok()
    }

    /// Removes the file, and lets nobody write it again; blocking.
    pub(super) fn remove(&self) -> io::Result<()> {
        let mut on_disk = self.lock_disk();
        durable::remove(&self.path)?;
        *on_disk = OnDisk::Deleted;
        Ok(())
    }

    fn lock_disk(&self) -> MutexGuard<'_, OnDisk> {
        self.on_disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn make_folder(&self) -> io::Result<()> {
        self.path.parent().map_or(Ok(()), durable::create_folder)
    }
}

impl Hold {
    /// The slot that is held.
    pub fn slot(&self) -> &Arc<Slot> {
        &self.slot
    }

    /// Keeps a place among its node's streams for as long as the slot is held.
    pub(crate) fn with_place(self, place: StreamPlace) -> Self {
        Self {
            _place: Some(place),
            ..self
        }
    }

    /// Begins the stream where the subscriber says that it was covered, if the cursor has come further: it moves when a
    /// message is queued, and a message that is queued may never arrive.
    pub fn go_back(&self, init: &Init) {
        if init.covered_up_to > 0 {
            self.slot
                .with_cursor(|cursor| cursor.go_back(init.covered_up_to));
        }
    }
}
