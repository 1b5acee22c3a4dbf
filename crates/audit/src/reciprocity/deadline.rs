//! Until when each level of an acknowledgement of an alert is due, for the figures: one clock for each alert and agency, while
//! [`precinto_alert::clock`], whose table this is, has one for each message.

use precinto_alert::clock::allowed_ms;
use precinto_alert::code::{AckLevel, Precedence};

/// The clock of one agency about one alert.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// When it started, milliseconds since 1970 UTC.
    pub(super) start_ms: u64,
    /// How urgent the alert is.
    pub(super) precedence: Precedence,
    /// After this nothing can be done about the goods any more.
    pub(super) last_action_ms: Option<u64>,
    /// The time that the agency asked for before its assessment was due.
    pub(super) more_time_ms: Option<u64>,
}

impl Clock {
    /// When a level is due: by the table, but early enough to act on it.
    ///
    /// That is a margin before the last moment to act: as long as the table gives, at most a quarter of the time there
    /// is. Time asked for moves the assessment, never past that. A last moment that was over before the alert bounds nothing.
    pub(super) fn due_ms(&self, level: AckLevel) -> Option<u64> {
        let table = allowed_ms(self.precedence, level)?;
        let by_table = self.start_ms.saturating_add(table);
        let due = match self.more_time_ms {
            Some(more) if level == AckLevel::Assessed => by_table.max(more),
            _ => by_table,
        };
        let last = self.last_action_ms.filter(|last| *last > self.start_ms);
        Some(last.map_or(due, |last| {
            let margin = table.min((last - self.start_ms) / 4);
            due.min(last - margin)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_MS: u64 = 1_000;
    const MINUTE_MS: u64 = 60 * SECOND_MS;
    const HOUR_MS: u64 = 60 * MINUTE_MS;

    #[test]
    fn a_deadline_leaves_time_to_act() {
        let clock = |last, more| Clock {
            start_ms: 1_000,
            precedence: Precedence::P2,
            last_action_ms: last,
            more_time_ms: more,
        };
        let due = |last, more, level| clock(last, more).due_ms(level).unwrap() - 1_000;
        assert_eq!(due(None, None, AckLevel::Node), 30 * SECOND_MS);
        assert_eq!(due(None, None, AckLevel::Assessed), 8 * HOUR_MS);
        // Two hours until it is too late: half an hour of them is kept for acting.
        let two_hours = Some(1_000 + 2 * HOUR_MS);
        assert_eq!(due(two_hours, None, AckLevel::Assessed), 90 * MINUTE_MS);
        assert_eq!(due(two_hours, None, AckLevel::Person), HOUR_MS);
        assert_eq!(due(two_hours, None, AckLevel::Node), 30 * SECOND_MS);
        // More time counts as far as the goods allow.
        let more = Some(1_000 + 20 * HOUR_MS);
        assert_eq!(due(None, more, AckLevel::Assessed), 20 * HOUR_MS);
        assert_eq!(due(two_hours, more, AckLevel::Assessed), 90 * MINUTE_MS);
        assert_eq!(due(None, more, AckLevel::Person), HOUR_MS);
        assert_eq!(due(Some(1_000), None, AckLevel::Person), HOUR_MS);
        assert_eq!(clock(None, None).due_ms(AckLevel::Acted), None);
    }
}
