//! The ledger from outside: what it promises, on a disk that does what disks do.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod appending;
mod beginning;
mod crashes;
mod damage;
mod failures;
mod foreign;
mod harness;
mod marker;
mod proofs;
mod prune;
mod recovery;
#[expect(unreachable_pub, reason = "one file for the tests of every crate")]
#[path = "../../../../tests/harness/skipped.rs"]
mod skipped;
mod stepped;
