//! Changes that last: a small file replaced so that a reader, or a power cut, meets the old one or the new one and
//! nothing else; a folder made, a file removed.

use crate::storage::{FileStorage, Storage, folder_of};
use std::io;
use std::path::Path;

/// Puts `bytes` into the file at `path`, durably: new file, sync, rename, sync of the folder.
///
/// Blocks for as long as the syncs take. After an error the file is the old one or the new one. A file of the
/// same name with `.tmp` after it is overwritten.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (folder, name) = split(path)?;
    replace_in(&FileStorage::new(folder), name, bytes)
}

/// Makes the folder at `path` unless it is there, durably. Its parent must exist.
///
/// Blocks for as long as the sync of the parent takes, also if the folder is there: whoever made it may have been killed
/// before the sync.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let (folder, name) = split(path)?;
    FileStorage::new(folder).create_folder(name)
}

/// Removes the file at `path`, durably: after a return without an error it does not come back.
pub fn remove(path: &Path) -> io::Result<()> {
    let (folder, name) = split(path)?;
    let storage = FileStorage::new(folder);
    storage.remove(name)?;
    storage.sync_folder(folder_of(name))
}

/// A path's folder and its last component.
pub(crate) fn split(path: &Path) -> io::Result<(&Path, &str)> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    Ok((path.parent().unwrap_or_else(|| Path::new("")), name))
}

/// As [`replace`], in any storage.
pub(crate) fn replace_in(storage: &dyn Storage, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = format!("{name}{UNFINISHED}");
    let file = storage.create(&unfinished)?;
    file.write_all_at(bytes, 0)?;
    file.sync_all()?;
    storage.rename(&unfinished, name)?;
    storage.sync_folder(folder_of(name))
}

/// What the name of a file ends with until it is complete.
pub(crate) const UNFINISHED: &str = ".tmp";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{FaultyMemory, Survival};

    #[test]
    fn a_file_on_disk_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cursor");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn folders_are_made_once_and_files_go() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("cursors");
        create_folder(&folder).unwrap();
        create_folder(&folder).unwrap();
        let path = folder.join("cursor");
        replace(&path, b"one").unwrap();
        remove(&path).unwrap();
        assert!(remove(&path).is_err());
        assert!(create_folder(&parent.path().join("a/b")).is_err());
    }

    #[test]
    fn a_crash_at_any_change_leaves_the_old_file_or_the_new() {
        let disk = FaultyMemory::new();
        replace_in(&disk, "cursor", &[1; 2000]).unwrap();
        let before = disk.changes();
        replace_in(&disk, "cursor", &[2; 3000]).unwrap();
        let after = disk.changes();
        let survivals = (0..16).map(Survival::Torn);
        for survival in survivals.chain([Survival::Discarded, Survival::Kept]) {
            for changes in before..=after {
                let found = disk.crash(changes, survival).contents("cursor").unwrap();
                let is_old = found == [1; 2000];
                assert!(
                    is_old || found == [2; 3000],
                    "after {changes} changes, {survival:?}"
                );
                assert!(
                    changes < after || !is_old,
                    "durable once replace has returned"
                );
            }
        }
    }
}
