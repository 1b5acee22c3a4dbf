//! The bytes of a manifest, read once, and what they are.

use crate::exit::{Failure, Text};
use crate::records::FILE_BYTES_MAX;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// All bytes of a file, which is read once: it may be a pipe. What is larger than any manifest is refused.
pub(super) fn whole(path: &Path) -> Result<Vec<u8>, Failure> {
    let refuse = |what: Text| Failure::usage(what.about(path.display()));
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| {
        let mut within = file.take(FILE_BYTES_MAX.saturating_add(1));
        within.read_to_end(&mut bytes)
    });
    read.map_err(|error| refuse(Text::io(&error)))?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size > FILE_BYTES_MAX) {
        return Err(refuse(("larger than 64 MiB", "más de 64 MiB").into()));
    }
    Ok(bytes)
}

/// Refuses what is no text, and says how to make it one.
pub(super) fn is_text(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let refuse = |what: Text| Failure::usage(what.about(path.display()));
    let export = ("export it as CSV in UTF-8", "expórtelo como CSV en UTF-8");
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let what = ("it is in UTF-16", "está en UTF-16");
        return Err(refuse(what.into()).next(export));
    }
    if bytes.contains(&0) {
        let what = (
            "it is no text: there are zero bytes in it, as in UTF-16 and in spreadsheets",
            "no es texto: contiene bytes nulos, como UTF-16 y las hojas de cálculo",
        );
        return Err(refuse(what.into()).next(export));
    }
    Ok(())
}

/// Whether a file begins as XML does, behind whatever blanks.
pub(super) fn looks_like_xml(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}
