//! What happens when it goes wrong: the unmodified binary, killed at random and at the Nth call, its disk failing, lying, slow
//! or full, its clock moved, itself paused; and its writes replayed without what was not synced.

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
