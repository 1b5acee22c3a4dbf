//! Random histories of subscriptions against a model of what is promised: real streams, store and log, over connections in
//! memory and in a time that the test moves.
//!
//! `SEEDS=5000 cargo test -p precinto-gateway histories` runs more of them; a seed that fails is printed, and stays as a test
//! of its own name.

mod alarms;
mod authority;
mod deadlines;
mod dice;
mod history;
mod hole;
mod life;
mod model;
mod pace;
mod rules;
mod standing;
mod subscriber;

use history::History;

/// Runs the history of one seed on a time of its own.
fn run(seed: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(History::run(seed));
}

#[test]
fn random_histories_keep_every_promise() {
    let seeds: u64 = std::env::var("SEEDS").map_or(300, |seeds| seeds.parse().unwrap());
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let check = |first: u64| {
        for seed in (first..seeds).step_by(usize::try_from(threads).unwrap()) {
            let outcome = std::panic::catch_unwind(|| run(seed));
            assert!(outcome.is_ok(), "seed {seed} breaks a promise");
        }
    };
    std::thread::scope(|scope| {
        for first in 0..threads {
            scope.spawn(move || check(first));
        }
    });
}

/// All up to an entry is acknowledged while one below it, which was put back, is on its way again: on a busy machine it is not read yet.
#[test]
fn seed_167_an_ack_up_to_crosses_what_was_put_back() {
    run(167);
}
