//! How soon something runs out, and when that is worth a look.

use super::Check;
use crate::exit::Text;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Warns when less than two days are left, and fails when nothing is.
pub(super) fn runs_out(check: Check, until_ms: u64, now_ms: u64, advice: impl Into<Text>) -> Check {
    if until_ms < now_ms {
        check.bad(advice)
    } else if until_ms - now_ms < 2 * DAY_MS {
        check.warning(advice)
    } else {
        check
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Mark;

    #[test]
    fn two_days_before_the_end_it_warns() {
        let mark = |left_ms: u64| {
            let check = Check::good("certificates", ("x", "x"), ("y", "y"));
            runs_out(
                check,
                100 * DAY_MS + left_ms,
                100 * DAY_MS,
                ("renew it", "renuévelo"),
            )
            .mark
        };
        assert_eq!(mark(2 * DAY_MS), Mark::Good);
        assert_eq!(mark(2 * DAY_MS - 1), Mark::Warning);
        assert_eq!(mark(0), Mark::Warning);
        let check = Check::good("certificates", ("x", "x"), ("y", "y"));
        let past = runs_out(check, 1, 2, ("renew it", "renuévelo"));
        assert_eq!(past.mark, Mark::Bad);
    }
}
