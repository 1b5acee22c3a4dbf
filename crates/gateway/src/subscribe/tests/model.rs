//! What is promised, as a subscriber can check it: no gap, no illegal repeat, no step back, nothing forbidden.

use std::collections::{BTreeMap, BTreeSet};

use precinto_proto::v1 as pb;

/// What one subscription owes its node, and what is known of it.
pub(super) struct Model {
    /// Entries that it is entitled to and wants.
    pub(super) wanted: BTreeSet<u64>,
    /// Where it began, or was moved to.
    pub(super) begin: u64,
    pub(super) attempts_max: u32,
    /// One past what its streams have covered, as far as the subscriber has heard; 0 for nothing.
    pub(super) covered_up_to: u64,
    /// Acknowledged; whether the gateway has heard of it or not.
    pub(super) acked: BTreeSet<u64>,
    /// Acknowledged on a stream whose good end has confirmed it.
    confirmed: BTreeSet<u64>,
    /// Nacked at the last attempt; whether the gateway has heard of it or not.
    pub(super) parked: BTreeSet<u64>,
    /// The highest durable floor that was told, as far as it may not fall back.
    floor: u64,
}

/// What is known of one open stream.
pub(super) struct Seen {
    credit: usize,
    /// How far the subscriber said that it was covered; 0 when it said nothing.
    told: u64,
    /// Whether floors that are told can be compared: not once something was put back, because older words are on their way.
    floors_count: bool,
    /// Where its first range begins; redeliveries are of what lies before.
    began: Option<u64>,
    covered: u64,
    last_first: Option<u64>,
    pub(super) outstanding: BTreeSet<u64>,
    /// The attempt of the last delivery on this stream.
    attempts: BTreeMap<u64, u32>,
    /// What may come again on this stream: nacked with attempts left, or put back.
    returning: BTreeSet<u64>,
    acked: BTreeSet<u64>,
}

impl Model {
    pub(super) fn new(begin: u64, attempts_max: u32) -> Self {
        Self {
            wanted: BTreeSet::new(),
            begin,
            attempts_max,
            covered_up_to: 0,
            acked: BTreeSet::new(),
            confirmed: BTreeSet::new(),
            parked: BTreeSet::new(),
            floor: begin,
        }
    }

    /// A stream opens; with what the subscriber remembers, if it does.
    pub(super) fn open(&mut self, credit: u32, covered_up_to: u64) -> Seen {
        let is_older = covered_up_to > 0 && covered_up_to < self.covered_up_to;
        if covered_up_to > 0 {
            let to = covered_up_to.max(self.begin);
            self.floor = self.floor.min(to);
            if is_older {
                // Of an older memory, as of another process of the node: what is settled may come again from there on, but for what
                // was parked.
                self.covered_up_to = covered_up_to;
                self.confirmed.retain(|index| *index < to);
            }
        }
        Seen {
            credit: usize::try_from(credit).unwrap(),
            told: covered_up_to,
            // What is told at first may be of before it went back.
            floors_count: !is_older,
            began: None,
            covered: 0,
            last_first: None,
            outstanding: BTreeSet::new(),
            attempts: BTreeMap::new(),
            returning: BTreeSet::new(),
            acked: BTreeSet::new(),
        }
    }

    /// Checks a message of the stream, when the log has `size` entries.
    pub(super) fn hear(&mut self, seen: &mut Seen, message: &pb::SubscribeResponse, size: u64) {
        if let Some(delivery) = &message.delivery {
            self.take_delivery(seen, delivery, size);
        }
        if let Some(caught_up) = &message.caught_up {
            self.cover(seen, caught_up.covered.unwrap_or_default(), None, size);
            assert_eq!(caught_up.position, seen.covered);
            self.hear_floor(seen, caught_up.settled);
        }
        if let Some(heartbeat) = &message.heartbeat {
            self.cover(seen, heartbeat.covered.unwrap_or_default(), None, size);
            self.hear_floor(seen, heartbeat.settled);
        }
    }

    fn take_delivery(&mut self, seen: &mut Seen, delivery: &pb::Delivery, size: u64) {
        let (index, attempt) = (delivery.index, delivery.attempt);
        assert!(
            self.wanted.contains(&index),
            "{index} is not for this subscriber"
        );
        assert!(
            !self.confirmed.contains(&index),
            "{index} is settled, for certain"
        );
        assert!(
            !seen.acked.contains(&index),
            "{index} is settled on this stream"
        );
        let range = delivery.covered.unwrap_or_default();
        self.cover(seen, range, Some(index), size);
        if range.first < range.end {
            assert_eq!(attempt, 1, "{index}: a first delivery");
            assert!(seen.last_first.is_none_or(|last| last < index));
            seen.last_first = Some(index);
        } else {
            let before = seen.attempts.get(&index);
            let may_return = seen.returning.remove(&index);
            let is_old = before.is_none() && seen.began.is_some_and(|began| index < began);
            assert!(is_old || may_return, "{index} comes again for no reason");
            if let Some(before) = before {
                // What was put back is counted anew: its attempts were forgotten then.
                assert_eq!(attempt, before + 1, "{index}: {before}, then {attempt}");
            }
        }
        seen.attempts.insert(index, attempt);
        assert!(
            seen.outstanding.insert(index),
            "{index} is outstanding already"
        );
        assert!(seen.outstanding.len() <= seen.credit, "beyond the credit");
    }

    /// Checks a range: it follows on the one before, and holds nothing that is wanted but what is delivered with it.
    fn cover(&mut self, seen: &mut Seen, range: pb::Range, delivered: Option<u64>, size: u64) {
        let pb::Range { first, end } = range;
        assert!(first <= end && end <= size, "{range:?} of {size}");
        match seen.began {
            None => {
                seen.began = Some(first);
                let is_beyond = seen.told > 0 && first > seen.told.max(self.begin);
                assert!(!is_beyond, "{first} is beyond {}", seen.told);
            }
            Some(_) => assert_eq!(first, seen.covered, "a hole, or an overlap"),
        }
        for missed in self.wanted.range(first..end) {
            let is_there = Some(*missed) == delivered || self.parked.contains(missed);
            assert!(is_there, "{missed} was passed over");
        }
        seen.covered = end;
        self.covered_up_to = self.covered_up_to.max(end);
    }

    /// Everything below a floor that is told is settled: acknowledged, or parked.
    fn hear_floor(&mut self, seen: &Seen, settled: u64) {
        if !seen.floors_count {
            return;
        }
        assert!(
            settled >= self.floor,
            "back from {} to {settled}",
            self.floor
        );
        self.floor = settled;
        if self.begin < settled {
            for index in self.wanted.range(self.begin..settled) {
                let is_settled = self.acked.contains(index) || self.parked.contains(index);
                assert!(is_settled, "{index} is below the floor {settled}");
            }
        }
    }

    pub(super) fn ack(&mut self, seen: &mut Seen, index: u64) {
        seen.outstanding.remove(&index);
        seen.returning.remove(&index);
        seen.acked.insert(index);
        self.acked.insert(index);
    }

    pub(super) fn ack_up_to(&mut self, seen: &mut Seen, index: u64) {
        let all: Vec<u64> = seen.outstanding.range(..=index).copied().collect();
        for index in all {
            self.ack(seen, index);
        }
        // What was nacked and waits is settled by it as well, and so is what was nacked or put back and is on its way again, which
        // nobody can tell from here. What was put back and is not on its way as yet is not, and comes.
        self.acked.extend(seen.returning.range(..=index));
    }

    pub(super) fn nack(&mut self, seen: &mut Seen, index: u64) {
        seen.outstanding.remove(&index);
        if seen
            .attempts
            .get(&index)
            .is_some_and(|attempt| *attempt >= self.attempts_max)
        {
            self.parked.insert(index);
        } else {
            seen.returning.insert(index);
        }
    }

    /// The stream has ended well after the subscriber's last word: all it acknowledged on it is on disk.
    pub(super) fn confirm(&mut self, seen: &Seen) {
        self.confirmed.extend(&seen.acked);
    }

    /// It was moved.
    pub(super) fn seek(&mut self, to: u64) {
        self.begin = to;
        self.floor = to;
        self.covered_up_to = 0;
        for set in [&mut self.acked, &mut self.confirmed, &mut self.parked] {
            set.retain(|index| *index < to);
        }
    }

    /// These were put back; an open stream makes them at once.
    pub(super) fn unpark(&mut self, seen: Option<&mut Seen>, indexes: &[u64]) {
        for index in indexes {
            assert!(self.parked.remove(index), "{index} was never parked");
            self.floor = self.floor.min(*index);
        }
        if let Some(seen) = seen {
            seen.floors_count = false;
            seen.returning.extend(indexes);
            for index in indexes {
                seen.attempts.remove(index);
            }
        }
    }

    /// At the end nothing is owed: everything wanted was acknowledged, or is parked.
    pub(super) fn settle_up(&self, parked: &[u64]) {
        for index in self.wanted.range(self.begin..) {
            let is_there = self.acked.contains(index) || parked.contains(index);
            assert!(is_there, "{index} is lost");
        }
        for index in parked {
            assert!(
                self.parked.contains(index),
                "{index} was never nacked at its last attempt"
            );
        }
    }
}
