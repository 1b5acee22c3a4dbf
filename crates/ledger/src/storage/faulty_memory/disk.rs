//! The model of a disk: what is visible, what is durable, and what a power cut makes of the difference.

use super::super::folder_of;
use super::Survival;
use std::collections::BTreeMap;

/// A file apart from its name.
pub(super) type NodeId = usize;

/// One change, in the order in which they were made.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Create(String),
    CreateFolder(String),
    Write {
        node: NodeId,
        at: usize,
        bytes: Vec<u8>,
    },
    SyncData(NodeId),
    SyncAll(NodeId),
    Rename {
        from: String,
        to: String,
    },
    Remove(String),
    SyncFolder(String),
    /// A sync that failed: what was unsynced is taken for clean and will never be written.
    LostSync(NodeId),
    /// Nothing happened.
    Nothing,
    /// A file appears whole and durable.
    Put {
        name: String,
        bytes: Vec<u8>,
    },
}

impl Change {
    /// What is left of the change when it fails.
    pub(super) fn gone_wrong(self) -> Self {
        match self {
            Self::Write {
                node,
                at,
                mut bytes,
            } => {
                bytes.truncate(bytes.len() / 2);
                Self::Write { node, at, bytes }
            }
            Self::SyncData(node) | Self::SyncAll(node) => Self::LostSync(node),
            _ => Self::Nothing,
        }
    }

    /// The changes that put a file there for good.
    pub(super) fn durable_put(name: &str, bytes: &[u8]) -> [Self; 1] {
        [Self::Put {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        }]
    }
}

/// The disk with its cache.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    nodes: Vec<Node>,
    names: BTreeMap<String, NodeId>,
    durable_names: BTreeMap<String, NodeId>,
    /// Changes of names that are not durable yet, in order. A rename is one change: its second half never goes
    /// without its first.
    pending_names: Vec<NameChange>,
}

/// Names of one folder and what they stand for from now on.
type NameChange = Vec<(String, Option<NodeId>)>;

#[derive(Debug, Clone, Default)]
struct Node {
    visible: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<(usize, Vec<u8>)>,
}

impl Disk {
    pub(super) fn find(&self, name: &str) -> Option<NodeId> {
        self.names.get(name).copied()
    }

    pub(super) fn contents(&self, node: NodeId) -> &[u8] {
        self.nodes.get(node).map_or(&[], |node| &node.visible)
    }

    pub(super) fn list(&self, folder: &str) -> Vec<String> {
        let inside = self.names.keys().filter(|name| folder_of(name) == folder);
        inside
            .map(|name| name.rsplit('/').next().unwrap_or(name).to_owned())
            .collect()
    }

    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::Create(name) => {
                // Emptying a file that is there is modelled as a new file under its name.
                self.nodes.push(Node::default());
                self.set_names(vec![(name.clone(), Some(self.nodes.len() - 1))]);
            }
            Change::CreateFolder(name) => self.create_folder(name),
            Change::Write { node, at, bytes } => {
                let Some(node) = self.nodes.get_mut(*node) else {
                    return;
                };
                overlay(&mut node.visible, *at, bytes);
                node.pending.push((*at, bytes.clone()));
            }
            Change::SyncData(node) | Change::SyncAll(node) => {
                let Some(node) = self.nodes.get_mut(*node) else {
                    return;
                };
                for (at, bytes) in node.pending.drain(..) {
                    overlay(&mut node.durable, at, &bytes);
                }
            }
            Change::LostSync(node) => {
                let Some(node) = self.nodes.get_mut(*node) else {
                    return;
                };
                node.pending.clear();
            }
            Change::Rename { from, to } => {
                let Some(node) = self.find(from) else { return };
                self.set_names(vec![(from.clone(), None), (to.clone(), Some(node))]);
            }
            Change::Remove(name) => self.set_names(vec![(name.clone(), None)]),
            Change::SyncFolder(folder) => self.sync_folder(folder),
            Change::Nothing => {}
            Change::Put { name, bytes } => {
                if !self.has_folder(folder_of(name)) {
                    self.create_folder(folder_of(name));
                    self.sync_folder("");
                }
                let (visible, durable) = (bytes.clone(), bytes.clone());
                self.nodes.push(Node {
                    visible,
                    durable,
                    pending: Vec::new(),
                });
                self.set_names(vec![(name.clone(), Some(self.nodes.len() - 1))]);
                self.sync_folder(folder_of(name));
            }
        }
    }

    /// Turns what is durable, and what of the rest survives, into all there is.
    pub(super) fn lose_power(&mut self, survival: Survival) {
        let mut random = Random::new(survival);
        let kept = random.below(self.pending_names.len() + 1);
        for change in std::mem::take(&mut self.pending_names)
            .into_iter()
            .take(kept)
        {
            apply_names(&mut self.durable_names, change);
        }
        // A file whose folder is gone is gone, however durable its name was in there.
        let folders = self.durable_names.clone();
        self.durable_names.retain(|name, _| {
            let folder = folder_of(name);
            folder.is_empty() || folders.contains_key(folder)
        });
        self.names = self.durable_names.clone();
        for node in &mut self.nodes {
            for (at, bytes) in std::mem::take(&mut node.pending) {
                random.keep_sectors(&mut node.durable, at, &bytes);
            }
            node.visible = node.durable.clone();
        }
    }

    /// Whether there is such a folder; the data folder itself always is.
    pub(super) fn has_folder(&self, name: &str) -> bool {
        name.is_empty() || self.names.contains_key(name)
    }

    /// A folder is a name in the data folder like that of a file, with an empty node of its own.
    fn create_folder(&mut self, name: &str) {
        self.nodes.push(Node::default());
        self.set_names(vec![(name.to_owned(), Some(self.nodes.len() - 1))]);
    }

    fn set_names(&mut self, change: NameChange) {
        apply_names(&mut self.names, change.clone());
        self.pending_names.push(change);
    }

    fn sync_folder(&mut self, folder: &str) {
        for change in std::mem::take(&mut self.pending_names) {
            if change.iter().all(|(name, _)| folder_of(name) == folder) {
                apply_names(&mut self.durable_names, change);
            } else {
                self.pending_names.push(change);
            }
        }
    }
}

/// The choices of a power cut.
struct Random {
    survival: Survival,
    state: u64,
}

impl Random {
    fn new(survival: Survival) -> Self {
        let seed = if let Survival::Torn(seed) = survival {
            seed
        } else {
            0
        };
        Self {
            survival,
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        }
    }

    /// xorshift64: no more is needed of chance here.
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state >> 11
    }

    /// A number below `end`: the lowest if nothing survives, the highest if everything does.
    fn below(&mut self, end: usize) -> usize {
        match self.survival {
            Survival::Discarded => 0,
            Survival::Kept => end.saturating_sub(1),
            Survival::Torn(_) => usize::try_from(self.next()).unwrap_or(0) % end.max(1),
        }
    }

    fn keep_sectors(&mut self, durable: &mut Vec<u8>, at: usize, bytes: &[u8]) {
        let mut at = at;
        let mut rest = bytes;
        while !rest.is_empty() {
            let in_sector = (SECTOR - at % SECTOR).min(rest.len());
            let Some((sector, after)) = rest.split_at_checked(in_sector) else {
                return;
            };
            at += in_sector;
            if self.below(2) == 1 {
                overlay(durable, at - in_sector, sector);
            } else if self.below(2) == 1 && durable.len() < at {
                durable.resize(at, 0); // the file has grown, its new block has not been written
            }
            rest = after;
        }
    }
}

fn apply_names(names: &mut BTreeMap<String, NodeId>, change: NameChange) {
    for (name, node) in change {
        match node {
            Some(node) => names.insert(name, node),
            None => names.remove(&name),
        };
    }
}

/// Writes `bytes` at position `at`, with zeros before if the file was shorter.
fn overlay(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    if let Some(place) = file.get_mut(at..end) {
        place.copy_from_slice(bytes);
    }
}

/// What a disk writes at once.
const SECTOR: usize = 512;
