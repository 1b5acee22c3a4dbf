//! How this program writes files: whole, with the right mode, each error with its path.
//!
//! What can be made again is not synced. Receipts are evidence, and are durable when they are said to be kept.

use crate::exit::{Exit, Failure, Text};
use precinto_ledger::durable;
use precinto_proto::v1 as pb;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Makes a folder with everything above it.
pub(crate) fn make_folder(path: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(path).map_err(|error| {
        let (en, es) = ("cannot make the folder", "no se puede crear la carpeta");
        failed(path, &error, (en, es))
    })
}

/// Writes a file that anybody may read.
pub(crate) fn write_public(path: &Path, text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    write(path, text.as_ref(), 0o644)
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    write(path, text.as_ref(), 0o600)
}

/// Writes a file that survives a power cut, and that nobody ever meets half written.
///
/// Its folder must exist. Blocks for as long as the syncs take.
pub(crate) fn write_durable(path: &Path, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
    durable::replace(path, bytes.as_ref()).map_err(|error| unwritten(path, &error))
}

/// Keeps a receipt in `folder`: the proof as `<name>.tlog-proof` (c2sp.org/tlog-proof@v1), the record beside it as
/// `<name>.record`. Durable on return; gives the proof's path.
pub(crate) fn keep_receipt(
    folder: &Path,
    name: &str,
    receipt: &pb::Receipt,
) -> anyhow::Result<PathBuf> {
    make_folder(folder)?;
    let path = folder.join(format!("{name}.tlog-proof"));
    // The record first: where there is a proof, there is what it is about.
    write_durable(&path.with_extension("record"), &receipt.record)?;
    write_durable(&path, &receipt.proof)?;
    Ok(path)
}

/// Made anew each time, so that the mode holds from the first byte on.
fn write(path: &Path, bytes: &[u8], mode: u32) -> anyhow::Result<()> {
    let attempt = || -> io::Result<()> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        create_new(path, mode)?.write_all(bytes)
    };
    attempt().map_err(|error| unwritten(path, &error))
}

/// A file could not be written.
fn unwritten(path: &Path, error: &io::Error) -> anyhow::Error {
    failed(path, error, ("cannot write", "no se puede escribir"))
}

fn failed(path: &Path, error: &io::Error, (en, es): (&str, &str)) -> anyhow::Error {
    let path = path.display();
    let what = Text::io(error).behind(format!("{en} {path}"), format!("{es} {path}"));
    Failure::new(Exit::Failed, what).into()
}

#[cfg(unix)]
fn create_new(path: &Path, mode: u32) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
}

#[cfg(not(unix))]
fn create_new(path: &Path, _mode: u32) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}
