//! Times as the wire has them, in milliseconds.

/// A time of the wire in milliseconds since 1970-01-01 UTC; 0 for times before.
pub fn timestamp_ms(time: prost_types::Timestamp) -> u64 {
    let seconds = u64::try_from(time.seconds).unwrap_or_default();
    let millis = u64::try_from(time.nanos / 1_000_000).unwrap_or_default();
    seconds.saturating_mul(1000).saturating_add(millis)
}
