//! All subscriptions with their cursors: who has which, who is streaming, and what of it is on disk.
//!
//! One file for each subscription in the folder `cursors`, owned by its [`Slot`]. A slot's cursor is changed by the one
//! stream that holds the slot and read by the flusher; both take its lock for a moment only. Nothing here is in the way
//! of a submission.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use precinto_alert::Reason;
use precinto_alert::id::NodeId;
use precinto_ledger::durable;
use precinto_proto::v1::{ClosingReason, Init};
use tokio::sync::{OwnedMutexGuard, watch};

use super::cursor::{Cursor, Definition, Start};
use crate::limits::{SUBSCRIPTION_NAME_MAX, SUBSCRIPTIONS_PER_NODE_MAX, TAKE_OVER_TIMEOUT};
use crate::status::Refusal;

/// Every subscription of this gateway.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// Held while a subscription is made or deleted, which waits for the disk; whoever reads `slots` does not.
    changing: Mutex<()>,
    slots: Mutex<BTreeMap<(NodeId, String), Arc<Slot>>>,
}

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
    /// Held by the stream that is open on it.
    stream: Arc<tokio::sync::Mutex<()>>,
    /// Tells that stream to end.
    ending: Mutex<watch::Sender<Option<ClosingReason>>>,
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
    _stream: OwnedMutexGuard<()>,
}

/// Why the subscriptions cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused something.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A cursor shows more entries than the log holds. A cursor only ever moves over committed entries, so entries are
    /// gone, or this is another log.
    #[error("`{}` has come to entry {position}, and the log ends at {size}: entries are lost, or this is another log", path.display())]
    Behind {
        /// The cursor's file.
        path: PathBuf,
        /// Everything below was covered.
        position: u64,
        /// Entries in the log.
        size: u64,
    },
}

impl Store {
    /// Reads every cursor in `folder`, whose parent must exist, for a log of `size` entries; blocking. A damaged one is
    /// reported and kept beside it as `<name>.damaged`, and its subscription begins again at the first entry: repeats,
    /// never gaps. One that is ahead of the log is refused.
    pub fn open(folder: &Path, size: u64) -> Result<Self, StoreError> {
        durable::create_folder(folder)?;
        let mut slots = BTreeMap::new();
        for node_folder in std::fs::read_dir(folder)? {
            let node_folder = node_folder?;
            if !node_folder.file_type()?.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(node_folder.path())? {
                let path = file?.path();
                if path
                    .extension()
                    .is_some_and(|extension| extension == EXTENSION)
                    && let Some(slot) = Slot::read(&path, size)?
                {
                    let key = (slot.definition.node.clone(), slot.definition.name.clone());
                    slots.insert(key, Arc::new(slot));
                }
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            changing: Mutex::default(),
            slots: Mutex::new(slots),
        })
    }

    /// The subscription of that name, or a new one, which is on disk before the answer; blocking.
    pub fn create(&self, definition: Definition) -> Result<Arc<Slot>, Refusal> {
        if !is_name(&definition.name) {
            return Err(Refusal::new(Reason::SubscriptionName));
        }
        let key = (definition.node.clone(), definition.name.clone());
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = self.find(&key, &definition)? {
            return Ok(slot);
        }
        let slot = Arc::new(Slot::new(definition, self.path_of(&key)));
        slot.make_folder()
            .and_then(|()| slot.flush())
            .map_err(|error| not_written(&slot, &error))?;
        self.lock().insert(key, Arc::clone(&slot));
        Ok(slot)
    }

    /// The subscription of that name, none if there is room for it, or why there can be none so defined.
    fn find(
        &self,
        key: &(NodeId, String),
        definition: &Definition,
    ) -> Result<Option<Arc<Slot>>, Refusal> {
        let slots = self.lock();
        if let Some(slot) = slots.get(key) {
            return if slot.is_defined_as(definition) {
                Ok(Some(Arc::clone(slot)))
            } else {
                Err(Refusal::new(Reason::SubscriptionExists))
            };
        }
        let of_node = slots
            .keys()
            .filter(|(node, _)| *node == definition.node)
            .count();
        if of_node >= SUBSCRIPTIONS_PER_NODE_MAX {
            return Err(
                Refusal::new(Reason::LimitReached).with_fact("limit", SUBSCRIPTIONS_PER_NODE_MAX)
            );
        }
        Ok(None)
    }

    /// The node's subscription of that name. Those of others do not exist for it.
    pub fn get(&self, node: &NodeId, name: &str) -> Result<Arc<Slot>, Refusal> {
        let key = (node.clone(), name.to_owned());
        self.lock()
            .get(&key)
            .cloned()
            .ok_or_else(|| Refusal::new(Reason::SubscriptionUnknown))
    }

    /// The node's subscriptions whose names come after `after`, by name.
    pub fn list(&self, node: &NodeId, after: &str) -> Vec<Arc<Slot>> {
        let slots = self.lock();
        let of_node = slots
            .iter()
            .filter(|((owner, name), _)| owner == node && name.as_str() > after);
        of_node.map(|(_, slot)| Arc::clone(slot)).collect()
    }

    /// Forgets a subscription, durably, and ends the stream on it; blocking.
    pub fn delete(&self, node: &NodeId, name: &str) -> Result<(), Refusal> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = self.get(node, name)?;
        let mut on_disk = slot.lock_disk();
        durable::remove(&slot.path).map_err(|error| not_written(&slot, &error))?;
        *on_disk = OnDisk::Deleted;
        drop(on_disk);
        self.lock().remove(&(node.clone(), name.to_owned()));
        slot.end(ClosingReason::Deleted);
        Ok(())
    }

    /// Writes every cursor that has changed; blocking. Called by one flusher.
    pub fn flush(&self) {
        let slots: Vec<Arc<Slot>> = self.lock().values().cloned().collect();
        for slot in slots {
            slot.flush_or_warn();
        }
    }

    fn path_of(&self, (node, name): &(NodeId, String)) -> PathBuf {
        // A flat name, so that no part of an identity can climb out of the folder.
        let (agency, side) = (node.agency().agency(), node.side());
        self.folder
            .join(format!("{side}~{agency}~{}", node.node()))
            .join(format!("{name}.{EXTENSION}"))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(NodeId, String), Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    fn new(definition: Definition, path: PathBuf) -> Self {
        let cursor = Cursor::new(definition.start_index);
        Self::with(definition, path, cursor)
    }

    fn with(definition: Definition, path: PathBuf, cursor: Cursor) -> Self {
        Self {
            definition,
            path,
            settled: AtomicU64::new(cursor.floor()),
            cursor: Mutex::new(cursor),
            dirty: AtomicBool::new(true),
            on_disk: Mutex::new(OnDisk::Kept),
            stream: Arc::default(),
            ending: Mutex::new(watch::Sender::new(None)),
        }
    }

    fn read(path: &Path, size: u64) -> Result<Option<Self>, StoreError> {
        let bytes = std::fs::read(path)?;
        match Cursor::parse(&bytes) {
            Ok((_, cursor)) if cursor.position() > size => Err(StoreError::Behind {
                path: path.to_owned(),
                position: cursor.position(),
                size,
            }),
            Ok((definition, cursor)) => {
                let slot = Self::with(definition, path.to_owned(), cursor.recovered(size));
                slot.dirty.store(false, Ordering::Relaxed);
                Ok(Some(slot))
            }
            Err(error) => {
                let owner = owner_of(path);
                tracing::error!(path = %path.display(), %error, salvaged = owner.is_some(), "a cursor is damaged: its subscriber begins again");
                let Some((node, name)) = owner else {
                    return Ok(None);
                };
                // Before the flusher replaces it: somebody may want to know what it said.
                durable::replace(&path.with_extension(DAMAGED), &bytes)?;
                let definition = Definition {
                    node,
                    name,
                    start: Start::Salvaged,
                    start_index: 0,
                };
                let cursor = Cursor::new(0).recovered(size);
                Ok(Some(Self::with(definition, path.to_owned(), cursor)))
            }
        }
    }

    /// What does not change about it.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Everything below is settled, durably.
    pub fn settled(&self) -> u64 {
        self.settled.load(Ordering::Relaxed)
    }

    /// Takes the slot for a new stream. An open one is told that it is superseded, and is waited for.
    pub async fn hold(self: &Arc<Self>) -> Result<Hold, Refusal> {
        let ending = watch::Sender::new(None);
        let receiver = ending.subscribe();
        let old = std::mem::replace(
            &mut *self.ending.lock().unwrap_or_else(PoisonError::into_inner),
            ending,
        );
        old.send_replace(Some(ClosingReason::Superseded));
        let stream = Arc::clone(&self.stream).lock_owned();
        let stream = tokio::time::timeout(TAKE_OVER_TIMEOUT, stream).await;
        let stream = stream.map_err(|_| Refusal::new(Reason::Overloaded))?;
        // The flusher may hold this lock through a sync.
        let slot = Arc::clone(self);
        let on_disk = tokio::task::spawn_blocking(move || *slot.lock_disk()).await;
        if !matches!(on_disk, Ok(OnDisk::Kept)) {
            return Err(Refusal::new(Reason::SubscriptionUnknown));
        }
        Ok(Hold {
            slot: Arc::clone(self),
            ending: receiver,
            _stream: stream,
        })
    }

    /// Ends the open stream, if there is one.
    fn end(&self, reason: ClosingReason) {
        let ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        ending.send_replace(Some(reason));
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
    fn flush(&self) -> io::Result<()> {
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

    fn lock_disk(&self) -> MutexGuard<'_, OnDisk> {
        self.on_disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn make_folder(&self) -> io::Result<()> {
        self.path.parent().map_or(Ok(()), durable::create_folder)
    }

    fn is_defined_as(&self, other: &Definition) -> bool {
        let Definition {
            start, start_index, ..
        } = &self.definition;
        match start {
            Start::Salvaged => true,
            // NOW names another index each time, and means the same.
            Start::Now => other.start == Start::Now,
            Start::First | Start::Index => {
                *start == other.start && *start_index == other.start_index
            }
        }
    }
}

impl Hold {
    /// The slot that is held.
    pub fn slot(&self) -> &Arc<Slot> {
        &self.slot
    }

    /// Begins the stream where the subscriber says that it was covered, if the cursor has come further: it moves when a
    /// message is queued, and a message that is queued may never arrive.
    pub fn go_back(&self, init: &Init) {
        if init.covered_up_to > 0 {
            let to = init.covered_up_to.max(self.slot.definition.start_index);
            self.slot.with_cursor(|cursor| cursor.go_back(to));
        }
    }
}

fn not_written(slot: &Slot, error: &io::Error) -> Refusal {
    tracing::error!(path = %slot.path.display(), %error, "a subscription could not be written");
    Refusal::new(Reason::Internal)
}

/// Node and name of a cursor's file, from its place alone.
fn owner_of(path: &Path) -> Option<(NodeId, String)> {
    let name = path.file_stem()?.to_str()?.to_owned();
    let mut parts = path.parent()?.file_name()?.to_str()?.split('~');
    let (side, agency, node) = (parts.next()?, parts.next()?, parts.next()?);
    let node = format!("spiffe://{side}/agency/{agency}/node/{node}")
        .parse()
        .ok()?;
    is_name(&name).then_some((node, name))
}

/// 1 to 64 of a to z, 0 to 9, hyphen, underscore.
fn is_name(name: &str) -> bool {
    let inside =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    (1..=SUBSCRIPTION_NAME_MAX).contains(&name.len()) && name.bytes().all(inside)
}

const EXTENSION: &str = "cursor";

/// Of the copy of a damaged cursor, which nobody reads but people.
const DAMAGED: &str = "damaged";

#[cfg(test)]
mod tests;
