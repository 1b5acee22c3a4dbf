//! How long the steps took, as two percentiles each.

use crate::demo::play::Message;
use serde::Serialize;

/// Milliseconds; nearest rank. From sending to the verified receipt, and from sending to each verified delivery.
#[derive(Debug, Serialize)]
pub(crate) struct Latency {
    pub(crate) submit_p50: f64,
    pub(crate) submit_p99: f64,
    pub(crate) deliver_p50: f64,
    pub(crate) deliver_p99: f64,
}

impl Latency {
    /// Of the messages that the log holds.
    pub(crate) fn of(accepted: &[&Message]) -> Self {
        let submit = accepted.iter().map(|one| one.submit_ms).collect();
        let deliver = accepted.iter().flat_map(|one| {
            one.delivered_us
                .values()
                .map(|received| milliseconds(one.sent_us, *received))
        });
        let (submit, deliver) = (sorted(submit), sorted(deliver.collect()));
        Self {
            submit_p50: percentile(&submit, 50),
            submit_p99: percentile(&submit, 99),
            deliver_p50: percentile(&deliver, 50),
            deliver_p99: percentile(&deliver, 99),
        }
    }
}

/// From one moment to another, both in microseconds since 1970.
pub(crate) fn milliseconds(from_us: u64, to_us: u64) -> f64 {
    std::time::Duration::from_micros(to_us.saturating_sub(from_us)).as_secs_f64() * 1_000.0
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_rank() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert!((percentile(&values, 50) - 100.0).abs() < f64::EPSILON);
        assert!((percentile(&values, 99) - 198.0).abs() < f64::EPSILON);
        assert!(percentile(&[], 99).abs() < f64::EPSILON);
        assert!((percentile(&[3.0], 99) - 3.0).abs() < f64::EPSILON);
    }
}
