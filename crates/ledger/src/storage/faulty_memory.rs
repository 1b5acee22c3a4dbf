//! Storage in memory that remembers every change, fails when told to, and shows what a power cut would leave.
//!
//! A double with faults, for tests: a change is visible at once, as through a page cache, but durable only once
//! it is synced. [`FaultyMemory::crash`] hands out the disk as it may look after any of the recorded changes.

mod disk;

use super::{Space, Storage, StoredFile};
use disk::{Change, Disk, NodeId};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

/// What of the unsynced changes is on the disk after a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survival {
    /// Nothing.
    Discarded,
    /// Everything.
    Kept,
    /// Some of it, chosen by this seed: sectors of 512 bytes one by one, names in the order of their changes.
    Torn(u64),
}

/// A disk in memory. Clones are handles to the same disk.
#[derive(Debug, Clone, Default)]
pub struct FaultyMemory {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    base: Disk,
    live: Disk,
    changes: Vec<Change>,
    locks: BTreeSet<String>,
    fail_at: Option<usize>,
    sync_data_calls: usize,
    space: Option<Space>,
}

impl FaultyMemory {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many changes (writes, syncs, names created, changed or taken away) there have been.
    pub fn changes(&self) -> usize {
        self.state().changes.len()
    }

    /// How many of the changes were data syncs.
    pub fn sync_data_calls(&self) -> usize {
        self.state().sync_data_calls
    }

    /// Lets change number `nth`, counted from 1 and from now on, fail: a write after half of its bytes, a sync
    /// so that what it should have saved never will be.
    pub fn fail(&self, nth: usize) {
        let mut state = self.state();
        state.fail_at = Some(state.changes.len() + nth);
    }

    /// Says from now on that there is so much room; until then there is plenty. What is written takes none of it.
    pub fn set_space(&self, space: Space) {
        self.state().space = Some(space);
    }

    /// Whether the failure ordered by [`FaultyMemory::fail`] has happened.
    pub fn has_failed(&self) -> bool {
        let state = self.state();
        state
            .fail_at
            .is_some_and(|fail_at| state.changes.len() >= fail_at)
    }

    /// The disk after the first `changes` of all changes and a power cut.
    #[must_use]
    pub fn crash(&self, changes: usize, survival: Survival) -> Self {
        let state = self.state();
        let mut disk = state.base.clone();
        state
            .changes
            .iter()
            .take(changes)
            .for_each(|change| disk.apply(change));
        disk.lose_power(survival);
        Self::from_disk(disk)
    }

    /// A copy of the disk as it is, everything on it durable.
    #[must_use]
    pub fn copy(&self) -> Self {
        let mut disk = self.state().live.clone();
        disk.lose_power(Survival::Kept);
        Self::from_disk(disk)
    }

    /// The contents of a file, if there is one of that name.
    pub fn contents(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.state();
        state
            .live
            .find(name)
            .map(|node| state.live.contents(node).to_vec())
    }

    /// Puts a file there, durably, with its folder: for tests that damage one.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let mut state = self.state();
        for change in Change::durable_put(name, bytes) {
            state.live.apply(&change);
            state.changes.push(change);
        }
    }

    /// Takes a file away, durably.
    pub fn take(&self, name: &str) {
        let mut state = self.state();
        let folder = super::folder_of(name).to_owned();
        for change in [Change::Remove(name.to_owned()), Change::SyncFolder(folder)] {
            state.live.apply(&change);
            state.changes.push(change);
        }
    }

    fn from_disk(disk: Disk) -> Self {
        let state = State {
            base: disk.clone(),
            live: disk,
            ..State::default()
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("no test panics while it holds the disk")
    }

    fn require_folder(&self, folder: &str) -> io::Result<()> {
        let there = self.state().live.has_folder(folder);
        there
            .then_some(())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Records and applies a change, or its faulty form if it is the one to fail.
    fn change(&self, change: Change) -> io::Result<()> {
        let mut state = self.state();
        state.sync_data_calls += usize::from(matches!(change, Change::SyncData(_)));
        let fails = state.fail_at == Some(state.changes.len() + 1);
        let change = if fails { change.gone_wrong() } else { change };
        state.live.apply(&change);
        state.changes.push(change);
        if fails {
            Err(io::Error::other("injected failure"))
        } else {
            Ok(())
        }
    }
}

impl Storage for FaultyMemory {
    fn lock(&self, name: &str) -> io::Result<Box<dyn Debug + Send + Sync>> {
        if !self.state().locks.insert(name.to_owned()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(Lock {
            disk: self.clone(),
            name: name.to_owned(),
        }))
    }

    fn create_folder(&self, name: &str) -> io::Result<()> {
        if !self.state().live.has_folder(name) {
            self.change(Change::CreateFolder(name.to_owned()))?;
        }
        self.sync_folder(super::folder_of(name))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.require_folder(folder)?;
        Ok(self.state().live.list(folder))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StoredFile>> {
        self.require_folder(super::folder_of(name))?;
        self.change(Change::Create(name.to_owned()))?;
        self.open(name)
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn StoredFile>> {
        let node = self
            .state()
            .live
            .find(name)
            .ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(MemoryFile {
            disk: self.clone(),
            node,
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.change(Change::Rename {
            from: from.to_owned(),
            to: to.to_owned(),
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.state()
            .live
            .find(name)
            .ok_or(io::ErrorKind::NotFound)?;
        self.change(Change::Remove(name.to_owned()))
    }

    fn sync_folder(&self, name: &str) -> io::Result<()> {
        self.change(Change::SyncFolder(name.to_owned()))
    }

    fn space(&self) -> io::Result<Space> {
        let plenty = Space {
            free: u64::MAX,
            total: u64::MAX,
        };
        Ok(self.state().space.unwrap_or(plenty))
    }
}

#[derive(Debug)]
struct MemoryFile {
    disk: FaultyMemory,
    node: NodeId,
}

impl StoredFile for MemoryFile {
    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.disk.state().live.contents(self.node).len() as u64)
    }

    fn read_exact_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        let state = self.disk.state();
        let at = usize::try_from(at).map_err(io::Error::other)?;
        let wanted = at..at.saturating_add(buffer.len());
        let found = state.live.contents(self.node).get(wanted);
        buffer.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_all_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let at = usize::try_from(at).map_err(io::Error::other)?;
        self.disk.change(Change::Write {
            node: self.node,
            at,
            bytes: bytes.to_vec(),
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.change(Change::SyncData(self.node))
    }

    fn sync_all(&self) -> io::Result<()> {
        self.disk.change(Change::SyncAll(self.node))
    }
}

#[derive(Debug)]
struct Lock {
    disk: FaultyMemory,
    name: String,
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.disk.state().locks.remove(&self.name);
    }
}

#[cfg(test)]
mod tests;
