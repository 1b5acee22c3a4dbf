//! What is read of a process and of samples: CPU time, resident memory, percentiles.

use std::time::Duration;

use precinto_tests::GatewayProcess;

/// CPU time that a process has used since its start, all threads together, in microseconds; exact to 10 ms.
pub(crate) fn cpu_us(id: u32) -> f64 {
    // proc(5): utime and stime are fields 14 and 15, in ticks of USER_HZ, which is 100 for every user space of Linux.
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("/proc");
    let (_, after_name) = stat.rsplit_once(')').expect("a name in parentheses");
    let ticks: u32 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u32>().expect("ticks"))
        .sum();
    f64::from(ticks) * 1e4
}

/// The gateway's resident memory in bytes.
#[expect(clippy::cast_precision_loss, reason = "bytes of one process")]
pub(crate) fn resident_bytes(gateway: &GatewayProcess) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.id())).expect("/proc");
    let line = status
        .lines()
        .find(|l| l.starts_with("VmRSS:"))
        .expect("VmRSS");
    let kib: u64 = line
        .split_whitespace()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .expect("a number");
    (kib * 1024) as f64
}

/// The smallest sample that `percent` of all do not exceed (nearest rank), in milliseconds; 0 if there are none.
pub(crate) fn percentile_ms(samples: &mut [Duration], percent: usize) -> f64 {
    samples.sort_unstable();
    let rank = (samples.len() * percent).div_ceil(100).max(1);
    let sample = samples.get(rank - 1);
    sample.map_or(0.0, |sample| sample.as_secs_f64() * 1e3)
}

/// Median, 99th percentile and the longest of samples, in words.
pub(crate) fn spread(samples: &mut [Duration]) -> String {
    let [p50, p99, most] = [50, 99, 100].map(|percent| percentile_ms(samples, percent));
    let count = samples.len();
    format!("p50 {p50:.2} ms, p99 {p99:.2} ms, longest {most:.2} ms of {count}")
}

/// The middle one of some ratios.
pub(crate) fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or_default()
}

/// How many of something a run takes: `full`, times `PRECINTO_BENCH_SIZE` if that is set, but at least 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive count that is far below 2^32"
)]
pub(crate) fn sized(full: u32) -> u32 {
    let size = std::env::var("PRECINTO_BENCH_SIZE");
    let size = size.map_or(1.0, |size| {
        size.parse().expect("PRECINTO_BENCH_SIZE: a number")
    });
    (f64::from(full) * size).max(1.0) as u32
}
