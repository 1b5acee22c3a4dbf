//! A recording played to a disk in memory, which then shows what a power cut at any change would have left: nothing of what was
//! not synced, all of it, or any sectors and names of it.

use std::collections::BTreeSet;
use std::path::Path;

use precinto_ledger::storage::{FaultyMemory, Storage as _};

use super::recording::{Event, Recording};

/// The data folder as it was before a recording.
pub(crate) struct Before(Vec<(String, Vec<u8>)>);

/// A disk and everything that was done to it.
pub(crate) struct Replay {
    /// Every change of it can be crashed at.
    pub(crate) disk: FaultyMemory,
    /// Changes of what came before.
    pub(crate) first: usize,
    /// After so many changes it was so late: rising in both.
    pub(crate) times: Vec<(usize, f64)>,
}

impl Before {
    /// Reads the folder `data`. Everything there is taken to be durable.
    pub(crate) fn of(data: &Path) -> Self {
        let mut files = Vec::new();
        read_folder(data, data, &mut files);
        Self(files)
    }
}

fn read_folder(data: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            read_folder(data, &path, files);
        } else {
            let bytes = std::fs::read(&path).expect("a file");
            files.push((name(data, &path), bytes));
        }
    }
}

/// A file's name within the data folder.
fn name(data: &Path, path: &Path) -> String {
    let name = path.strip_prefix(data).expect("below the data folder");
    name.to_str().expect("our own name").to_owned()
}

fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl Replay {
    /// Plays the recording of what was done in the folder `data`.
    pub(crate) fn of(before: &Before, recording: &Recording, data: &Path) -> Self {
        let data = data.canonicalize().expect("the data folder");
        let disk = FaultyMemory::new();
        let mut folders = BTreeSet::new();
        for folder in ["journal", "remnants"] {
            make_folder(&disk, &mut folders, folder);
        }
        for (name, bytes) in &before.0 {
            make_folder(&disk, &mut folders, folder_of(name));
            disk.put(name, bytes);
        }
        let mut replay = Self {
            first: disk.changes(),
            disk,
            times: Vec::new(),
        };
        for event in recording.events() {
            replay.apply(event, &data, &mut folders);
        }
        replay
    }

    fn apply(&mut self, event: &Event, data: &Path, folders: &mut BTreeSet<String>) {
        let disk = &self.disk;
        let open = |file: &Path| disk.open(&name(data, file)).expect("it was created");
        match event {
            Event::Create { file, .. } => {
                let name = name(data, file);
                make_folder(disk, folders, folder_of(&name));
                // A lock, a segment that is there: opened, not emptied.
                if disk.contents(&name).is_none() {
                    disk.create(&name).expect("memory");
                }
            }
            Event::Write {
                file,
                offset,
                bytes,
                ..
            } => {
                let file = open(file);
                let end = || file.size_bytes().expect("memory");
                let at = offset.map_or_else(end, |at| u64::try_from(at).expect("64 bits"));
                file.write_all_at(bytes, at).expect("memory");
            }
            Event::Truncate { .. } => panic!("the gateway cuts no file"),
            Event::Sync { file, .. } => {
                let name = name(data, file);
                if name.is_empty() || folders.contains(&name) {
                    disk.sync_folder(&name).expect("memory");
                } else if disk.contents(&name).is_some() {
                    open(file).sync_data().expect("memory");
                } else {
                    // A folder that was made meanwhile, which is not recorded.
                    make_folder(disk, folders, &name);
                }
            }
            Event::Rename { from, to, .. } => {
                disk.rename(&name(data, from), &name(data, to))
                    .expect("memory");
            }
            Event::Remove { file, .. } => disk.remove(&name(data, file)).expect("memory"),
            Event::Send { .. } | Event::Other { .. } => {}
        }
        self.times.push((disk.changes(), event.at()));
    }
}

/// A folder is there, durably, before anything is in it: how it came is not recorded.
fn make_folder(disk: &FaultyMemory, known: &mut BTreeSet<String>, folder: &str) {
    if folder.is_empty() || !known.insert(folder.to_owned()) {
        return;
    }
    make_folder(disk, known, folder_of(folder));
    disk.create_folder(folder).expect("memory");
}

/// Writes the files of a disk into a new folder.
#[expect(clippy::disallowed_methods, reason = "a test's own throw-away files")]
pub(crate) fn write(disk: &FaultyMemory, names: &[&str], folder: &Path) {
    for name in names {
        let bytes = disk.contents(name);
        let bytes = bytes.unwrap_or_else(|| panic!("{name} did not outlive it"));
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
}
