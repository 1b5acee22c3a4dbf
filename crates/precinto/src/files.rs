//! How this program writes files that can be made again: whole, with the right mode, each error with its path.
//!
//! Nothing here is synced. What must survive a power cut goes through `ledger::durable`.

use anyhow::Context;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

/// Makes a folder with everything above it.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Writes a file that anybody may read.
pub(crate) fn write_public(path: &Path, text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    write(path, text.as_ref(), 0o644)
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    write(path, text.as_ref(), 0o600)
}

/// Made anew each time, so that the mode holds from the first byte on.
fn write(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    let attempt = || -> std::io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        create_new(path, mode)?.write_all(bytes)
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(unix)]
fn create_new(path: &Path, mode: u32) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
}

#[cfg(not(unix))]
fn create_new(path: &Path, _mode: u32) -> std::io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}
