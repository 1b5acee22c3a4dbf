//! Deliveries that have come and are not the agency's yet: since when, and which of them had to be put back.

use std::collections::BTreeMap;

/// They are here from when they first come until they are taken or parked: also while they wait to come again.
#[derive(Debug, Default)]
pub(super) struct Untaken(BTreeMap<u64, Here>);

/// One of them. Times are milliseconds since 1970-01-01 UTC.
#[derive(Debug)]
struct Here {
    since_ms: u64,
    /// The desk has it. A broken line brings it again while the desk still has it.
    at_desk: bool,
    /// It was not taken, or not believed, at least once.
    was_put_back: bool,
}

impl Untaken {
    /// Notes that a delivery has come; whether it is to go to the desk, which may have it already.
    pub(super) fn comes(&mut self, index: u64, now_ms: u64) -> bool {
        !std::mem::replace(&mut self.here(index, now_ms).at_desk, true)
    }

    /// Notes that it was not believed: it comes again, and is here until then. The desk may have it from another subscription.
    pub(super) fn doubted(&mut self, index: u64, now_ms: u64) {
        self.here(index, now_ms).was_put_back = true;
    }

    /// Notes that nobody took it: it comes again, and is here until then.
    pub(super) fn put_back(&mut self, index: u64, now_ms: u64) {
        let here = self.here(index, now_ms);
        (here.at_desk, here.was_put_back) = (false, true);
    }

    /// Notes that it is the agency's, or comes again only when a person says so.
    pub(super) fn gone(&mut self, index: u64) {
        self.0.remove(&index);
    }

    /// Forgets what was put back below `floor`: a person has moved the subscription past it, and it does not come again.
    pub(super) fn settled(&mut self, floor: u64) {
        self.0.retain(|index, here| here.at_desk || *index >= floor);
    }

    /// How many there are, and since when the oldest is here.
    pub(super) fn all(&self) -> (u32, Option<u64>) {
        count(self.0.values())
    }

    /// The same of those that were put back.
    pub(super) fn put_back_before(&self) -> (u32, Option<u64>) {
        count(self.0.values().filter(|here| here.was_put_back))
    }

    fn here(&mut self, index: u64, now_ms: u64) -> &mut Here {
        self.0.entry(index).or_insert(Here {
            since_ms: now_ms,
            at_desk: false,
            was_put_back: false,
        })
    }
}

fn count<'a>(those: impl Iterator<Item = &'a Here>) -> (u32, Option<u64>) {
    those.fold((0, None), |(count, oldest), here| {
        let oldest = oldest.map_or(here.since_ms, |oldest: u64| oldest.min(here.since_ms));
        (u32::saturating_add(count, 1), Some(oldest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_back_is_here_since_it_first_came() {
        let mut untaken = Untaken::default();
        assert!(untaken.comes(7, 1_000));
        assert!(!untaken.comes(7, 2_000), "the desk has it");
        assert!(untaken.comes(8, 3_000));
        assert_eq!(untaken.all(), (2, Some(1_000)));
        assert_eq!(untaken.put_back_before(), (0, None));
        untaken.put_back(7, 4_000);
        assert_eq!(untaken.all(), (2, Some(1_000)));
        assert_eq!(untaken.put_back_before(), (1, Some(1_000)));
        assert!(untaken.comes(7, 90_000), "it comes again");
        assert_eq!(untaken.put_back_before(), (1, Some(1_000)));
        untaken.gone(7);
        assert_eq!(untaken.all(), (1, Some(3_000)));
        // Never at the desk: it was not believed.
        untaken.doubted(9, 5_000);
        assert_eq!(untaken.put_back_before(), (1, Some(5_000)));
    }

    #[test]
    fn what_a_person_has_passed_over_is_not_waited_for() {
        let mut untaken = Untaken::default();
        for index in 3..=5 {
            assert!(untaken.comes(index, index));
        }
        untaken.put_back(3, 10);
        untaken.put_back(5, 10);
        untaken.settled(5);
        assert_eq!(untaken.put_back_before(), (1, Some(5)));
        assert_eq!(untaken.all(), (2, Some(4)), "the desk still has 4");
    }
}
