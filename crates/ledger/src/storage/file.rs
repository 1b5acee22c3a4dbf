//! Storage in a real folder.

use super::{Space, Storage, StoredFile, folder_of};
use std::fmt::Debug;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::buffer::spare_capacity;
use rustix::io::Errno;

/// The files below one folder.
#[derive(Debug, Clone)]
pub struct FileStorage {
    root: PathBuf,
}

impl FileStorage {
    /// Storage in the folder `root`, which must exist.
    pub fn new(root: &Path) -> Self {
        // An empty path is how a bare file name spells its folder.
        let root = if root.as_os_str().is_empty() {
            Path::new(".")
        } else {
            root
        };
        Self {
            root: root.to_owned(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() {
            self.root.clone()
        } else {
            self.root.join(name)
        }
    }
}

/// A lock that is let go when this is, whoever has its descriptor besides: a program that the process has forked and that has not
/// begun yet would hold it for a moment longer, and a start at that moment would find the folder taken.
#[derive(Debug)]
struct Locked(File);

impl Drop for Locked {
    fn drop(&mut self) {
        // Closing it, which comes next, lets go as well unless there is such a program.
        drop(self.0.unlock());
    }
}

impl Storage for FileStorage {
    fn lock(&self, name: &str) -> io::Result<Box<dyn Debug + Send + Sync>> {
        let path = self.path(name);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(Locked(file))),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn create_folder(&self, name: &str) -> io::Result<()> {
        match fs::create_dir(self.path(name)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            // Synced even if it is there: whoever created it may have been killed before the sync.
            _ => self.sync_folder(folder_of(name)),
        }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for item in fs::read_dir(self.path(folder))? {
            // A name that is not UTF-8 is none of ours, and spelt in some way it is seen not to be.
            names.push(item?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StoredFile>> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(true);
        Ok(Arc::new(file.open(self.path(name))?))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn StoredFile>> {
        Ok(Arc::new(
            OpenOptions::new()
                .read(true)
                .write(true)
                .open(self.path(name))?,
        ))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is what durable::replace is made of"
    )]
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    fn sync_folder(&self, name: &str) -> io::Result<()> {
        File::open(self.path(name))?.sync_all()
    }

    fn space(&self) -> io::Result<Space> {
        let there = rustix::fs::statvfs(&self.root)?;
        Ok(Space {
            free: there.f_bavail.saturating_mul(there.f_frsize),
            total: there.f_blocks.saturating_mul(there.f_frsize),
        })
    }
}

impl StoredFile for File {
    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_exact_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        FileExt::read_exact_at(self, buffer, at)
    }

    /// Into memory that is not set to zero first: that alone is a fiftieth of what a reader of the whole log costs.
    fn read_vec_at(&self, len: usize, at: u64) -> io::Result<Vec<u8>> {
        let (mut bytes, mut next) = (Vec::with_capacity(len), at);
        while bytes.len() < len {
            match rustix::io::pread(self, spare_capacity(&mut bytes), next) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => next = next.saturating_add(read as u64),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        // There may be room for more than was asked for.
        bytes.truncate(len);
        Ok(bytes)
    }

    fn write_all_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        FileExt::write_all_at(self, bytes, at)
    }

    fn sync_data(&self) -> io::Result<()> {
        Self::sync_data(self)
    }

    fn sync_all(&self) -> io::Result<()> {
        Self::sync_all(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_asked_for_and_an_early_end_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let storage = FileStorage::new(folder.path());
        let file = storage.create("file").unwrap();
        let written: Vec<u8> = (0..=255).cycle().take(70_001).collect();
        file.write_all_at(&written, 0).unwrap();
        for (len, at) in [(0, 0), (1, 0), (3, 70_001 - 3), (70_001, 0), (69_000, 17)] {
            let read = file.read_vec_at(len, at as u64).unwrap();
            assert_eq!(read, written[at..at + len]);
        }
        for (len, at) in [(1, 70_001), (70_002, 0), (4, 70_001 - 3)] {
            let error = file.read_vec_at(len, at).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn a_lock_is_free_when_it_is_let_go_whoever_was_forked_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let storage = FileStorage::new(folder.path());
        let file = File::create(folder.path().join("lock")).unwrap();
        file.try_lock().unwrap();
        // What a fork has until its program begins.
        let inherited = file.try_clone().unwrap();
        let lock = Locked(file);
        assert!(storage.lock("lock").is_err());
        drop(lock);
        assert!(storage.lock("lock").is_ok());
        drop(inherited);
    }
}
