//! Where the ledger keeps its files: one trait, with a real folder and a faulty memory behind it.
//!
//! Names are relative to the data folder, with `/` between folder and file. The contract is that of POSIX on a
//! journalling file system, at its weakest: what was written is safe after a sync of the file, a name that was
//! created or changed is safe after a sync of its folder, and nothing is safe before.

mod faulty_memory;
mod file;

pub use faulty_memory::{FaultyMemory, Survival};
pub use file::FileStorage;

use std::fmt::Debug;
use std::io;
use std::sync::Arc;

/// A folder of files that can be written durably.
///
/// A failed change leaves the outcome open: the caller MUST NOT try again, because the second try may report
/// success over pages that the first one lost.
pub trait Storage: Debug + Send + Sync {
    /// Takes the exclusive lock of that name until the guard is dropped; `WouldBlock` if somebody else holds it.
    fn lock(&self, name: &str) -> io::Result<Box<dyn Debug + Send + Sync>>;

    /// Creates a folder, durably, unless it is there.
    fn create_folder(&self, name: &str) -> io::Result<()>;

    /// The names of the files in a folder, sorted.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Creates an empty file, or empties the one that is there.
    fn create(&self, name: &str) -> io::Result<Arc<dyn StoredFile>>;

    /// Opens a file for reading and writing; `NotFound` if there is none.
    fn open(&self, name: &str) -> io::Result<Arc<dyn StoredFile>>;

    /// Gives a file another name in the same folder, in place of whatever had that name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Takes a file's name away.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes the names in a folder durable; `""` is the data folder itself.
    fn sync_folder(&self, name: &str) -> io::Result<()>;

    /// How much room there is. Asked for after each batch, so it must cost next to nothing.
    fn space(&self) -> io::Result<Space>;
}

/// The room of the file system that the data folder is on, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// What an ordinary user may still write.
    pub free: u64,
    /// All of it.
    pub total: u64,
}

/// An open file. Positions are bytes from its start.
pub trait StoredFile: Debug + Send + Sync {
    /// The file's length in bytes.
    fn size_bytes(&self) -> io::Result<u64>;

    /// Fills `buffer` from position `at`; `UnexpectedEof` if the file ends before.
    fn read_exact_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()>;

    /// Reads `len` bytes from position `at`; `UnexpectedEof` if the file ends before.
    fn read_vec_at(&self, len: usize, at: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        self.read_exact_at(&mut bytes, at)?;
        Ok(bytes)
    }

    /// Writes all of `bytes` at position `at`, in one call of the system where it takes them at once.
    fn write_all_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;

    /// Makes contents durable (`fdatasync`). The journal's commit point, and used for nothing else, so that a
    /// count of these calls is a count of batches.
    fn sync_data(&self) -> io::Result<()>;

    /// Makes contents and metadata durable (`fsync`).
    fn sync_all(&self) -> io::Result<()>;
}

/// The folder that a name lies in; empty for the data folder itself.
pub(crate) fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Reads a whole file of at most `bytes_max`; none if it does not exist.
pub(crate) fn read_small(
    storage: &dyn Storage,
    name: &str,
    bytes_max: usize,
) -> io::Result<Option<Vec<u8>>> {
    let file = match storage.open(name) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let size = usize::try_from(file.size_bytes()?).unwrap_or(usize::MAX);
    if size > bytes_max {
        let message = format!("{name} has {size} bytes, more than {bytes_max}");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    let mut bytes = vec![0; size];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(Some(bytes))
}
