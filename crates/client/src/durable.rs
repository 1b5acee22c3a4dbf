//! Small files that last: written whole or not at all, and on disk before the caller goes on.

use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Only the node's own user reads it.
pub(crate) const PRIVATE: u32 = 0o600;

/// The node's group reads it too: files for an agency's other systems.
pub(crate) const FOR_THE_GROUP: u32 = 0o640;

/// What the name of a file begins with until it is complete. A process that was killed leaves such a file behind.
pub(crate) const UNFINISHED: &str = ".new-";

/// Puts `bytes` into the file at `path`: new file, sync, rename, sync of the folder, which must exist.
///
/// Blocks for as long as the syncs take. After an error, and after a crash, the file is the old one or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = folder_of(path);
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync_folder(folder)
}

/// Gives the file at `from` the name `to`, in the same folder. A crash leaves it under one of the two names.
#[expect(
    clippy::disallowed_methods,
    reason = "the folder is synced below, and the file was synced before"
)]
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    sync_folder(folder_of(to))
}

/// Moves the file at `from` into another folder of the same file system, as `to`. A crash leaves it in one of the two, or in both.
#[expect(clippy::disallowed_methods, reason = "both folders are synced below")]
pub(crate) fn move_to(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    sync_folder(folder_of(to))?;
    sync_folder(folder_of(from))
}

/// Removes the file at `path`; one that is gone already is no error. After the return it does not come back.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => sync_folder(folder_of(path)),
    }
}

/// Makes the folder at `path`, for its owner alone, unless it is there. Its parent must exist.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // Whoever made it may have been killed before the sync.
        _ => sync_folder(folder_of(path)),
    }
}

/// Makes what was given a name, or was removed, in this folder last.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
