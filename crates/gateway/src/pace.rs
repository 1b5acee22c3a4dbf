//! A pace: so much at once after a quiet moment, and so much a second for as long as it goes on.

use std::time::Duration;

use tokio::time::Instant;

/// How much somebody may do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// At once.
    pub(crate) burst: f64,
    /// Of what was done, so much comes back in a second.
    pub(crate) per_second: f64,
}

/// How much of it is left to him.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    pace: Pace,
    count: f64,
    at: Instant,
}

impl Pace {
    /// Nothing has been done so far.
    pub(crate) fn begin(self, now: Instant) -> Left {
        Left {
            pace: self,
            count: self.burst,
            at: now,
        }
    }
}

impl Left {
    /// Counts one more, or says how long it is until there is room for it.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let left = self.now(now);
        let has_room = left >= 1.0;
        self.count = if has_room { left - 1.0 } else { left };
        self.at = now;
        if has_room {
            return Ok(());
        }
        // Rounded up, or whoever waits as long as he is told would come too early.
        let wait = (1.0 - left) / self.pace.per_second;
        Err(Duration::from_secs_f64(wait) + Duration::from_millis(1))
    }

    /// Whether there was a quiet moment: it is as if nothing had ever been done.
    pub(crate) fn is_whole(&self, now: Instant) -> bool {
        self.now(now) >= self.pace.burst
    }

    fn now(&self, now: Instant) -> f64 {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        (self.count + elapsed * self.pace.per_second).min(self.pace.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_waits_as_long_as_he_is_told_has_room() {
        let pace = Pace {
            burst: 3.0,
            per_second: 7.0,
        };
        let mut now = Instant::now();
        let mut left = pace.begin(now);
        assert!((0..3).all(|_| left.take(now).is_ok()));
        for _ in 0..100 {
            let wait = left.take(now).unwrap_err();
            assert!(wait <= Duration::from_millis(145), "{wait:?}");
            now += wait;
            left.take(now).unwrap();
        }
        assert!(!left.is_whole(now));
        assert!(left.is_whole(now + Duration::from_secs(1)));
    }
}
