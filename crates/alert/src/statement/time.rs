//! Whether a statement is in time. Judged apart from its form, so that a late repeat still gets its first receipt.

use crate::Reason;
use crate::limits::{FUTURE_SKEW_MS, STALE_AFTER_MS};
use crate::violation::Violation;

pub(super) fn check(
    created_ms: u64,
    expires_ms: u64,
    now_ms: u64,
) -> Result<Vec<Violation>, Violation> {
    let violation = |field: &str, reason, detail: (String, String)| Violation {
        field: field.to_owned(),
        reason,
        detail: detail.into(),
        proposals: Vec::new(),
    };
    let ahead = created_ms.saturating_sub(now_ms);
    if ahead > FUTURE_SKEW_MS {
        let detail = (
            format!("{} s ahead of the gateway's clock", ahead / 1000),
            format!(
                "{} s adelantado respecto del reloj de la pasarela",
                ahead / 1000
            ),
        );
        return Err(violation("created_ms", Reason::TimeFuture, detail));
    }
    if now_ms >= expires_ms {
        let detail = (
            format!("ended {} s ago", (now_ms - expires_ms) / 1000),
            format!("terminó hace {} s", (now_ms - expires_ms) / 1000),
        );
        return Err(violation("expires_ms", Reason::Expired, detail));
    }
    let age = now_ms.saturating_sub(created_ms);
    if age > STALE_AFTER_MS {
        let detail = (
            format!("made {} h ago", age / 3_600_000),
            format!("se hizo hace {} h", age / 3_600_000),
        );
        return Ok(vec![violation("created_ms", Reason::TimeStale, detail)]);
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_790_000_000_000;
    const LATER: u64 = NOW + 1_000_000_000;

    #[test]
    fn the_edges_of_the_window_belong_to_the_sender() {
        assert_eq!(check(NOW, LATER, NOW), Ok(vec![]));
        assert_eq!(check(NOW + FUTURE_SKEW_MS, LATER, NOW), Ok(vec![]));
        assert_eq!(
            check(NOW + FUTURE_SKEW_MS + 1, LATER, NOW)
                .unwrap_err()
                .reason,
            Reason::TimeFuture
        );
        assert_eq!(check(NOW - STALE_AFTER_MS, LATER, NOW), Ok(vec![]));
        let stale = check(NOW - STALE_AFTER_MS - 1, LATER, NOW).unwrap();
        assert_eq!(
            stale.first().map(|warning| warning.reason),
            Some(Reason::TimeStale)
        );
        assert_eq!(check(NOW - 10, NOW + 1, NOW), Ok(vec![]));
        assert_eq!(
            check(NOW - 10, NOW, NOW).unwrap_err().reason,
            Reason::Expired
        );
    }

    #[test]
    fn absurd_times_are_answered_too() {
        assert_eq!(
            check(u64::MAX, u64::MAX, NOW).unwrap_err().reason,
            Reason::TimeFuture
        );
        assert_eq!(check(0, 1, u64::MAX).unwrap_err().reason, Reason::Expired);
    }
}
