//! How long to wait before the next attempt: longer after each failure, and never the same for two clients.

use crate::limits::{RETRY_MAX, RETRY_MIN};
use std::time::Duration;

/// The shortest and the longest pause between two attempts to reach the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The shortest pause, jitter included.
    pub min: Duration,
    /// The longest pause.
    pub max: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            min: RETRY_MIN,
            max: RETRY_MAX,
        }
    }
}

/// Counts failures in a row.
#[derive(Debug)]
pub(crate) struct Backoff {
    retry: Retry,
    failures: u32,
}

impl Backoff {
    pub(crate) fn new(retry: Retry) -> Self {
        Self { retry, failures: 0 }
    }

    /// The link worked: the next failure is the first again.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The pause after one more failure: between the shortest pause and twice that, four times that …, the longest.
    ///
    /// `random` spreads the clients of a restarted gateway over the whole span.
    pub(crate) fn next(&mut self, random: u64) -> Duration {
        let Retry { min, max } = self.retry;
        self.failures = self.failures.saturating_add(1);
        let factor = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        let ceiling = min.saturating_mul(factor).min(max).max(min);
        let span_ns = u64::try_from(ceiling.saturating_sub(min).as_nanos()).unwrap_or(u64::MAX);
        let jitter_ns = (u128::from(random) * u128::from(span_ns)) >> u64::BITS;
        min + Duration::from_nanos(u64::try_from(jitter_ns).unwrap_or(span_ns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_one_second_to_a_minute_and_start_again_after_success() {
        let mut backoff = Backoff::new(Retry::default());
        let longest: Vec<_> = (0..8)
            .map(|_| backoff.next(u64::MAX).as_secs_f64().round())
            .collect();
        assert_eq!(longest, [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]);
        for _ in 0..100 {
            assert_eq!(backoff.next(0), RETRY_MIN, "no pause is shorter");
        }
        backoff.reset();
        assert!(backoff.next(u64::MAX) <= Duration::from_secs(2));
    }

    #[test]
    fn jitter_fills_the_span() {
        let pause = |random| Backoff::new(Retry::default()).next(random);
        assert_eq!(pause(0), Duration::from_secs(1));
        assert_eq!(pause(1 << 63), Duration::from_millis(1500));
        assert!(pause(u64::MAX) < Duration::from_secs(2));
    }
}
