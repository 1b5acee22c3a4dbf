//! What happens when it goes wrong: the unmodified binary, killed at random, and its writes replayed without what was
//! not synced.

mod failing_disk;
mod foreign_bytes;
mod kill;
mod power_loss;
mod sync_count;
