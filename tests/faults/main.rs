//! What happens when it goes wrong: the unmodified binary, killed at random, and its writes replayed without what was
//! not synced.

mod kill;
mod power_loss;
mod sync_count;

/// Says visibly that something was not tested.
#[expect(clippy::print_stderr, reason = "a skipped check must be seen")]
fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}
