//! All subscriptions with their cursors: who has which, who is streaming, and what of it is on disk.
//!
//! One file for each subscription in the folder `cursors`, owned by its [`Slot`]. A slot's cursor is changed by the one
//! stream that holds the slot (and by whoever puts a delivery back) and read by the flusher; each takes its lock for a moment
//! only. Nothing here is in the way
//! of a submission.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use precinto_alert::Reason;
use precinto_alert::id::NodeId;
use precinto_ledger::durable;
use precinto_proto::v1::ClosingReason;

use super::cursor::{Cursor, CursorError};
use super::definition::Definition;
use super::slot::Slot;
use crate::limits::{SUBSCRIPTION_NAME_MAX, SUBSCRIPTIONS_PER_NODE_MAX, UNSETTLED_ALARM};
use crate::status::Refusal;

/// Every subscription of this gateway.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// Held while a subscription is made or deleted, which waits for the disk; whoever reads `slots` does not.
    changing: Mutex<()>,
    slots: Mutex<BTreeMap<Key, Arc<Slot>>>,
    /// Those whose file was damaged at the start: they are not there until their node makes them again, and begin at the
    /// first entry then.
    damaged: BTreeSet<Key>,
    /// Entries in the log at the start.
    size: u64,
}

/// What making a subscription would do.
#[derive(Debug)]
pub(super) enum Foreseen {
    /// It is there, so defined: nothing.
    Exists(Arc<Slot>),
    /// It would begin at this entry.
    BeginsAt(u64),
}

/// How a node's subscriptions stand, all of them together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// Entries that the slowest of them has not come to.
    pub(crate) lag: u64,
    /// Since when the longest unsettled delivery is so.
    pub(crate) oldest_ms: Option<u64>,
    /// Deliveries that were put aside.
    pub(crate) parked: u64,
}

/// A subscription's node and name.
type Key = (NodeId, String);

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
    /// Reads every cursor in `folder`, whose parent must exist, for a log of `size` entries; blocking.
    ///
    /// A damaged one is reported and set aside as `<name>.damaged`. Nobody knows any more what it let through, so it is not
    /// there until its node says so by making it again; however it is made, it begins at the first entry: repeats, never
    /// gaps. One that is ahead of the log is refused.
    pub fn open(folder: &Path, size: u64) -> Result<Self, StoreError> {
        durable::create_folder(folder)?;
        let (mut slots, mut damaged) = (BTreeMap::new(), BTreeSet::new());
        for node_folder in std::fs::read_dir(folder)? {
            let node_folder = node_folder?;
            if !node_folder.file_type()?.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(node_folder.path())? {
                let path = file?.path();
                let kind = path.extension().and_then(|extension| extension.to_str());
                let Some(key) = owner_of(&path).filter(|_| kind.is_some()) else {
                    tracing::warn!(path = %path.display(), "not a cursor's name; it was left alone");
                    continue;
                };
                if kind == Some(DAMAGED) {
                    damaged.insert(key);
                } else if kind == Some(EXTENSION) {
                    match read(&path, &key, size)? {
                        Some(slot) => drop(slots.insert(key, Arc::new(slot))),
                        None => drop(damaged.insert(key)),
                    }
                }
            }
        }
        damaged.retain(|key| !slots.contains_key(key));
        Ok(Self {
            folder: folder.to_owned(),
            changing: Mutex::default(),
            slots: Mutex::new(slots),
            damaged,
            size,
        })
    }

    /// What [`Store::create`] would do, for as long as nobody else makes or deletes one of this node; or why it would not.
    pub(super) fn foresee(&self, definition: &Definition) -> Result<Foreseen, Refusal> {
        if !is_name(&definition.name) {
            return Err(Refusal::new(Reason::SubscriptionName));
        }
        let key = of(definition);
        if let Some(slot) = self.find(&key, definition)? {
            return Ok(Foreseen::Exists(slot));
        }
        let is_salvaged = self.is_salvaged(&key);
        let begins_at = if is_salvaged {
            0
        } else {
            definition.start_index
        };
        Ok(Foreseen::BeginsAt(begins_at))
    }

    /// Whether the file of the one before was damaged, so that this one begins at the first entry.
    fn is_salvaged(&self, key: &Key) -> bool {
        self.damaged.contains(key) && self.path_of(key).with_extension(DAMAGED).is_file()
    }

    /// The subscription of that name, or a new one, which is on disk before the answer; blocking.
    pub fn create(&self, definition: Definition) -> Result<Arc<Slot>, Refusal> {
        if !is_name(&definition.name) {
            return Err(Refusal::new(Reason::SubscriptionName));
        }
        let key = of(&definition);
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = self.find(&key, &definition)? {
            return Ok(slot);
        }
        let path = self.path_of(&key);
        let slot = if self.is_salvaged(&key) {
            let cursor = Cursor::new(0).recovered(self.size);
            Slot::with(definition.salvaged(), path, cursor)
        } else {
            Slot::new(definition, path)
        };
        let slot = Arc::new(slot);
        slot.make_folder()
            .and_then(|()| slot.flush())
            .map_err(|error| not_written(&slot, &error))?;
        self.lock().insert(key, Arc::clone(&slot));
        Ok(slot)
    }

    /// The subscription of that name, none if there is room for it, or why there can be none so defined.
    fn find(&self, key: &Key, definition: &Definition) -> Result<Option<Arc<Slot>>, Refusal> {
        let slots = self.lock();
        if let Some(slot) = slots.get(key) {
            return if slot.definition().is_same_as(definition) {
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
        let copy = slot.path().with_extension(DAMAGED);
        let removed = slot.remove().and_then(|()| {
            // Who deletes it knows that it is gone: the next one of that name begins where it is told to.
            if copy.try_exists()? {
                durable::remove(&copy)?;
            }
            Ok(())
        });
        removed.map_err(|error| not_written(&slot, &error))?;
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

    /// Says of every subscription that leaves a delivery unsettled for too long that it does; called now and then. Its
    /// subscriber takes deliveries and does not finish them, or nobody has come for them.
    pub fn warn_of_unsettled(&self, now_ms: u64) {
        let slots: Vec<Arc<Slot>> = self.lock().values().cloned().collect();
        for slot in slots {
            let Some((since_ms, index)) = slot.read_cursor(Cursor::oldest) else {
                continue;
            };
            let age = Duration::from_millis(now_ms.saturating_sub(since_ms));
            if age >= UNSETTLED_ALARM {
                let Definition { node, name, .. } = slot.definition();
                let minutes = age.as_secs() / 60;
                tracing::warn!(%node, subscription = name, index, minutes, "a delivery is not settled");
            }
        }
    }

    /// How the subscriptions of each node stand in a log of `size` entries.
    pub(crate) fn figures(&self, size: u64) -> BTreeMap<NodeId, Figures> {
        let slots: Vec<Arc<Slot>> = self.lock().values().cloned().collect();
        let mut all: BTreeMap<NodeId, Figures> = BTreeMap::new();
        for slot in slots {
            let (position, oldest, parked) = slot.read_cursor(|cursor| {
                let parked = cursor.parked().len();
                (cursor.position(), cursor.oldest(), parked)
            });
            let node = all.entry(slot.definition().node.clone()).or_default();
            node.lag = node.lag.max(size.saturating_sub(position));
            let since_ms = oldest.map(|(since_ms, _)| since_ms).into_iter();
            node.oldest_ms = since_ms.chain(node.oldest_ms).min();
            let parked = u64::try_from(parked).unwrap_or(u64::MAX);
            node.parked = node.parked.saturating_add(parked);
        }
        all
    }

    fn path_of(&self, (node, name): &Key) -> PathBuf {
        // A flat name, so that no part of an identity can climb out of the folder.
        let (agency, side) = (node.agency().agency(), node.side());
        self.folder
            .join(format!("{side}~{agency}~{}", node.node()))
            .join(format!("{name}.{EXTENSION}"))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The subscription in the file at `path`, which must be that of `key`; none if the file is damaged. Blocking.
fn read(path: &Path, key: &Key, size: u64) -> Result<Option<Slot>, StoreError> {
    let bytes = std::fs::read(path)?;
    let slot = Slot::parse(path, &bytes, size);
    let error = match slot {
        Ok(slot) if of(slot.definition()) != *key => CursorError::OTHER,
        Ok(slot) => {
            let position = slot.read_cursor(Cursor::position);
            let path = path.to_owned();
            return if position > size {
                Err(StoreError::Behind {
                    path,
                    position,
                    size,
                })
            } else {
                Ok(Some(slot))
            };
        }
        Err(error) => error,
    };
    tracing::error!(path = %path.display(), %error, "a cursor is damaged: its subscriber begins again");
    // Before it is replaced: somebody may want to know what it said.
    durable::replace(&path.with_extension(DAMAGED), &bytes)?;
    durable::remove(path)?;
    Ok(None)
}

fn of(definition: &Definition) -> Key {
    (definition.node.clone(), definition.name.clone())
}

fn not_written(slot: &Slot, error: &io::Error) -> Refusal {
    tracing::error!(path = %slot.path().display(), %error, "a subscription could not be written");
    Refusal::new(Reason::Internal)
}

/// Node and name of a cursor's file, from its place alone.
fn owner_of(path: &Path) -> Option<Key> {
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

/// Of the copy of a damaged cursor. What it says, nobody reads but people.
const DAMAGED: &str = "damaged";

#[cfg(test)]
mod tests;
