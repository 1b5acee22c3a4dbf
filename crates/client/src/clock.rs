//! The time to judge by, handed in by whoever runs the client.

use std::fmt;
use std::sync::Arc;

/// Tells the time in milliseconds since 1970-01-01 UTC. Cheap to clone.
///
/// Only certificates and new statements are judged by it; waiting is measured by the runtime's own timer.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    /// A clock that asks `now_ms` each time.
    pub fn new(now_ms: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now_ms))
    }

    /// The time now, in milliseconds since 1970-01-01 UTC.
    pub fn now_ms(&self) -> u64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
