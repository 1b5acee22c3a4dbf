//! Whether the gateway has accounted for every entry: covered ranges must be contiguous, or something was left out.

use super::message::Message;
use precinto_proto::v1 as pb;

/// How far the log has been covered, within one stream and from stream to stream.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    /// One past the last index covered by any stream so far.
    reached: Option<u64>,
    /// The same within the stream that is open.
    in_stream: Option<u64>,
}

/// A range that does not follow from what came before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoverageError {
    /// Entries were passed over in silence.
    #[error("entries {from} to {to} (not included) are not accounted for")]
    Gap {
        /// The first index passed over.
        from: u64,
        /// One past the last.
        to: u64,
    },
    /// The range starts before the end of the one before it in the same stream.
    #[error("index {first} is covered twice in one stream")]
    Overlap {
        /// Where the range starts.
        first: u64,
    },
    /// The range ends before it starts, or is absent.
    #[error("a message covers no proper range")]
    Form,
    /// A delivery outside the range it covers.
    #[error("delivery {index} lies outside the range that it covers")]
    Outside {
        /// The delivery's index.
        index: u64,
    },
    /// More is covered than the log's signed checkpoint has.
    #[error("index {end} is covered, but the signed checkpoint ends at {size}")]
    BeyondCheckpoint {
        /// One past the last index covered.
        end: u64,
        /// The checkpoint's size.
        size: u64,
    },
}

impl Coverage {
    /// One past the last index covered so far; 0 when nothing was. A new stream must not begin later, and the gateway is
    /// told so: what was on its way when the line broke is behind its cursor and has never arrived.
    pub(super) fn reached(&self) -> u64 {
        self.reached.unwrap_or_default()
    }

    /// A new stream begins: it may go back, but not skip ahead.
    pub(super) fn new_stream(&mut self) {
        self.in_stream = None;
    }

    /// Accounts for one range; an empty one (a redelivery, a quiet heartbeat) changes nothing.
    pub(super) fn cover(&mut self, range: Option<&pb::Range>) -> Result<(), CoverageError> {
        let Some(&pb::Range { first, end }) = range else {
            return Ok(()); // proto3 libraries may leave out 0..0
        };
        if first > end {
            return Err(CoverageError::Form);
        }
        if first == end {
            return Ok(());
        }
        match (self.in_stream, self.reached) {
            (Some(end), _) if first < end => return Err(CoverageError::Overlap { first }),
            (Some(end), _) | (None, Some(end)) if first > end => {
                return Err(CoverageError::Gap {
                    from: end,
                    to: first,
                });
            }
            _ => {}
        }
        self.in_stream = Some(end);
        self.reached = self.reached.max(Some(end));
        Ok(())
    }

    /// As [`Coverage::cover`], for the delivery of entry `index`.
    pub(super) fn cover_delivery(
        &mut self,
        index: u64,
        range: Option<&pb::Range>,
    ) -> Result<(), CoverageError> {
        let is_outside =
            |&pb::Range { first, end }: &pb::Range| first < end && !(first..end).contains(&index);
        if range.is_some_and(is_outside) {
            return Err(CoverageError::Outside { index });
        }
        self.cover(range)
    }

    /// Counts a message's range, once, when it arrives.
    pub(super) fn account(&mut self, message: &Message) -> Result<(), CoverageError> {
        match message {
            Message::Delivery(delivery) => {
                self.cover_delivery(delivery.index, delivery.covered.as_ref())
            }
            Message::CaughtUp(caught_up) => self.cover(caught_up.covered.as_ref()),
            Message::Heartbeat(heartbeat) => self.cover(heartbeat.covered.as_ref()),
            Message::Closing(_) => Ok(()),
        }
    }

    /// Nothing may be covered beyond a checkpoint of `size` that came with or after it.
    pub(super) fn stays_below(&self, size: u64) -> Result<(), CoverageError> {
        match self.in_stream {
            Some(end) if end > size => Err(CoverageError::BeyondCheckpoint { end, size }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn range(first: u64, end: u64) -> pb::Range {
        pb::Range { first, end }
    }

    #[test]
    fn contiguous_ranges_pass_and_holes_do_not() {
        let mut coverage = Coverage::default();
        for step in [range(3, 5), range(5, 6), range(2, 2), range(6, 100)] {
            coverage.cover(Some(&step)).unwrap();
            coverage.cover(None).unwrap();
        }
        let hole = coverage.cover(Some(&range(101, 102)));
        assert_eq!(hole, Err(CoverageError::Gap { from: 100, to: 101 }));
        let overlap = coverage.cover(Some(&range(99, 103)));
        assert_eq!(overlap, Err(CoverageError::Overlap { first: 99 }));
        assert_eq!(coverage.cover(Some(&range(5, 4))), Err(CoverageError::Form));
    }

    #[test]
    fn a_new_stream_may_go_back_but_not_ahead() {
        let mut coverage = Coverage::default();
        coverage.cover(Some(&range(0, 10))).unwrap();
        coverage.new_stream();
        coverage.cover(Some(&range(4, 8))).unwrap();
        coverage.new_stream();
        let ahead = coverage.cover(Some(&range(11, 12)));
        assert_eq!(
            ahead,
            Err(CoverageError::Gap { from: 10, to: 11 }),
            "10 was never covered"
        );
        coverage.cover(Some(&range(10, 12))).unwrap();
    }

    #[test]
    fn a_delivery_lies_in_its_range_or_is_a_redelivery() {
        let mut coverage = Coverage::default();
        coverage.cover_delivery(4, Some(&range(0, 5))).unwrap();
        coverage.cover_delivery(1, Some(&range(5, 5))).unwrap();
        let outside = coverage.cover_delivery(9, Some(&range(5, 9)));
        assert_eq!(outside, Err(CoverageError::Outside { index: 9 }));
    }

    #[test]
    fn nothing_is_covered_beyond_the_checkpoint() {
        let mut coverage = Coverage::default();
        coverage.cover(Some(&range(0, 5))).unwrap();
        coverage.stays_below(5).unwrap();
        let beyond = coverage.stays_below(4);
        assert_eq!(
            beyond,
            Err(CoverageError::BeyondCheckpoint { end: 5, size: 4 })
        );
    }
}
