//! What happens when it goes wrong: the unmodified binary, killed at random and at the Nth call, its disk failing, lying, slow
//! or full, its clock moved, itself paused; and its writes replayed without what was not synced.
//!
//! Not injected here, and why:
//!
//! * A file system that is really full or turns read-only (R6) takes a mount, which needs root: strace has the calls fail as they would
//!   (`failing_disk`, `injected`), and the reserve is met on a double (`gateway/tests/gateway/storage.rs`).
//! * Bits that flip below a running gateway (R7): whoever reads an entry again checks it again. What is read is flipped bit by bit in the
//!   ledger's tests and before the auditor (`tests/frauds`); here it would be the same code.
//! * A network that splits, loses and reorders (R11) takes name spaces, which need root: the simulation has it for thousands of histories,
//!   and the real binary meets lines that break, lose, delay and are tampered with (`journeys/in_flight.rs`, the benchmark `flash`).
//! * Want of processor time (R13): a paused process is the hardest case of it, and the machines on which this runs are the others.
//! * An older build on a newer folder (R17): it refuses what it does not know, by the version in each file's head; that an older build can
//!   go on where a newer one has written is not promised before 1.0.

#![expect(
    clippy::indexing_slicing,
    reason = "a test that reaches beyond the end has failed"
)]

mod agent_steps;
mod clock_steps;
mod failing_disk;
mod foreign_bytes;
mod injected;
mod kill;
mod lying_sync;
mod old_folder;
mod outside;
mod owner_panics;
mod paused;
mod power_loss;
mod restored_backup;
mod slow_disk;
mod spared_files;
#[path = "../journeys/node/stage.rs"]
#[expect(dead_code, reason = "the journeys do more with it")]
mod stage;
mod sync_count;
