//! The journal's bytes, read by the documented format alone (`ledger/README.md`) and by code of this crate only.
//!
//! Every byte is looked at: each lies under a checksum, and those that mean nothing must be zero. CRC-32C is
//! linear, so a checksum that fails because of a single flipped bit also tells which bit it was (`mend`); the
//! reader names it, puts it right in memory and goes on. Damage beyond that costs a frame at most: the reader
//! finds the next intact header and resumes there.
//!
//! One segment is in memory at a time: at most [`SEGMENT_BYTES_MAX`], whatever is on the disk.

mod journal;
mod layout;
mod mend;
mod segment;

pub use journal::Journal;
pub use layout::SEGMENT_BYTES_MAX;

/// Opens one segment out of bytes, as [`Journal`] does for each file: for tests and fuzzing.
///
/// `last` says whether it is the newest segment, the only one that may end in a torn frame.
pub fn segment_steps(name: &str, bytes: Vec<u8>, last: bool) -> impl Iterator<Item = crate::Step> {
    segment::Segment::new(name.to_owned(), bytes, last)
}
