//! C26: growth without an end. `PRECINTO_SOAK=MINUTES` lets an honest client work for so long; memory is
//! sampled, and may not grow by more than 1 MiB an hour once the gateway is warm, but for what its entries take; descriptors
//! are back in the end.

use std::io::Write as _;
use std::time::Duration;

use tokio::time::Instant;

use crate::drill::{Drill, resident_bytes};

/// What may be added in an hour.
const GROWTH_BYTES_PER_HOUR: f64 = 1024.0 * 1024.0;
/// Less than this is too short for a rule: caches and the allocator are still filling.
const MINUTES_MIN: u64 = 60;

/// What an entry costs of memory, as it was measured, and a quarter more for tables that double.
const ENTRY_BYTES: f64 = 120.0;

#[expect(clippy::cast_precision_loss, reason = "bytes of a process")]
fn mean(samples: &[u64]) -> f64 {
    samples.iter().sum::<u64>() as f64 / samples.len() as f64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c26_hours_of_ordinary_work() {
    let minutes = std::env::var("PRECINTO_SOAK").ok();
    let Some(minutes) = minutes.and_then(|minutes| minutes.parse::<u64>().ok()) else {
        writeln!(
            std::io::stderr(),
            "NOT RUN: c26: only with PRECINTO_SOAK=MINUTES"
        )
        .expect("stderr");
        return;
    };
    let drill = Drill::begin("C26", "ordinary work").await;
    let began = Instant::now();
    let whole = Duration::from_mins(minutes);
    let mut samples = Vec::new();
    let mut entries = Vec::new();
    while began.elapsed() < whole {
        tokio::time::sleep(Duration::from_secs(10)).await;
        samples.push(resident_bytes(&drill.gateway));
        entries.push(drill.served());
    }
    // The second half, its first quarter against its last. An entry costs memory for ever, which is no leak.
    let half = samples.len() / 2;
    let quarter = ((samples.len() - half) / 4).max(1);
    let growth = mean(&samples[samples.len() - quarter..]) - mean(&samples[half..half + quarter]);
    let more = entries[entries.len() - 1] - entries[half];
    #[expect(clippy::cast_precision_loss, reason = "messages of a client")]
    let growth = growth - more as f64 * ENTRY_BYTES;
    let per_hour = growth / (whole.as_secs_f64() * 3.0 / 8.0) * 3_600.0;
    let outcome = format!(
        "{minutes} minutes, {:.2} MiB an hour",
        per_hour / GROWTH_BYTES_PER_HOUR
    );
    drill.end(&outcome).await;
    if minutes >= MINUTES_MIN {
        assert!(per_hour <= GROWTH_BYTES_PER_HOUR, "{outcome}");
    }
}
