//! The journal: segments of frames, one frame a batch. The format is drawn byte by byte in the crate's README.

pub(crate) mod fields;
pub(crate) mod frame;
pub(crate) mod reader;
pub(crate) mod recovery;
pub(crate) mod segment;
pub(crate) mod writer;

/// The folder of the segments.
pub(crate) const FOLDER: &str = "journal";
