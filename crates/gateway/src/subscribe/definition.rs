//! What does not change about a subscription: whose it is, where it began, what it lets through, how patient it is.

use precinto_alert::Reason;
use precinto_alert::id::NodeId;
use precinto_ledger::{Ledger, ReadError};
use precinto_merkle::leaf::Leaf;
use precinto_proto::v1 as pb;

use super::filter::Filter;
use crate::limits::{ATTEMPTS_DEFAULT, ATTEMPTS_MAX};
use crate::status::Refusal;

/// Where a new subscription begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the first entry.
    First,
    /// At the entry that was next when the subscription was made.
    Now,
    /// At an index.
    Index,
    /// At the first entry whose leaf has this time, in milliseconds since 1970 UTC, or a later one.
    Time(u64),
    /// At the first entry, because the file of the one before was damaged, whatever its node has asked for.
    Salvaged,
}

/// What does not change about a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Whose it is.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// How its beginning was chosen.
    pub start: Start,
    /// Where it began.
    pub start_index: u64,
    /// What it lets through.
    pub filter: Filter,
    /// A nack of this attempt, or of a later one, parks.
    pub attempts_max: u32,
}

/// A place in the log as a request names it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// How.
    pub(super) position: pb::StartPosition,
    /// For `INDEX` only.
    pub(super) index: u64,
    /// For `TIME` only.
    pub(super) time: Option<prost_types::Timestamp>,
}

impl Definition {
    /// What a node asks for; blocking when it names a time.
    pub(super) fn read(
        node: NodeId,
        request: pb::CreateSubscriptionRequest,
        ledger: &Ledger,
        now_ms: u64,
    ) -> Result<Self, Refusal> {
        let position = request.start();
        let pb::CreateSubscriptionRequest {
            name,
            start: _,
            start_index,
            start_time,
            filter,
            attempts_max,
        } = request;
        let place = Place {
            position,
            index: start_index,
            time: start_time,
        };
        let (start, start_index) = place.find(ledger, now_ms)?;
        let attempts_max = match attempts_max {
            0 => ATTEMPTS_DEFAULT,
            1..=ATTEMPTS_MAX => attempts_max,
            _ => {
                return Err(Refusal::new(Reason::FieldInvalid)
                    .with_fact("limit", ATTEMPTS_MAX)
                    .with_detail((
                        format!("attempts_max is 1 to {ATTEMPTS_MAX}, or 0 for the default."),
                        format!("attempts_max va de 1 a {ATTEMPTS_MAX}; 0 es el valor usual."),
                    )));
            }
        };
        Ok(Self {
            node,
            name,
            start,
            start_index,
            filter: Filter::read(filter)?,
            attempts_max,
        })
    }

    /// The same from the first entry on, because nobody knows how far the one before had come.
    pub(super) fn salvaged(self) -> Self {
        Self {
            start: Start::Salvaged,
            start_index: 0,
            ..self
        }
    }

    /// Whether somebody who asks for `other` is given this one.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        let begins_alike = match self.start {
            Start::Salvaged => true,
            // NOW names another index each time, and means the same; so does a time, once entries came after it.
            Start::Now | Start::Time(_) => self.start == other.start,
            Start::First | Start::Index => {
                self.start == other.start && self.start_index == other.start_index
            }
        };
        begins_alike && self.filter == other.filter && self.attempts_max == other.attempts_max
    }
}

impl Place {
    /// Where that is in the log as it is now; blocking when it is a time.
    pub(super) fn find(&self, ledger: &Ledger, now_ms: u64) -> Result<(Start, u64), Refusal> {
        let Self {
            position,
            index,
            time,
        } = self;
        let size = ledger.published().borrow().size;
        if *position != pb::StartPosition::Index && *index != 0 {
            return Err(unexpected("index", "INDEX"));
        }
        if *position != pb::StartPosition::Time && time.is_some() {
            return Err(unexpected("time", "TIME"));
        }
        match position {
            pb::StartPosition::Unspecified | pb::StartPosition::First => Ok((Start::First, 0)),
            pb::StartPosition::Now => Ok((Start::Now, size)),
            pb::StartPosition::Index if *index > size => {
                Err(Refusal::new(Reason::CursorAhead).with_fact("size", size))
            }
            pb::StartPosition::Index => Ok((Start::Index, *index)),
            pb::StartPosition::Time => {
                let time_ms = time.as_ref().and_then(milliseconds);
                let time_ms = time_ms.ok_or_else(|| Refusal::new(Reason::FieldMissing))?;
                if time_ms > now_ms {
                    // Between now and then entries would come that are earlier, and nobody could say where it begins.
                    return Err(Refusal::new(Reason::CursorAhead).with_fact("now_ms", now_ms));
                }
                Ok((Start::Time(time_ms), first_since(ledger, time_ms, size)?))
            }
        }
    }
}

/// The first of `size` entries whose leaf has `time_ms` or a later time, `size` if there is none; blocking. A log's times
/// never go back, so some twenty leaves tell.
fn first_since(ledger: &Ledger, time_ms: u64, size: u64) -> Result<u64, ReadError> {
    let (mut low, mut high) = (0, size);
    while low < high {
        let middle = low + (high - low) / 2;
        let leaf = Leaf::from_bytes(&ledger.leaf(middle)?);
        let leaf = leaf.map_err(|error| ReadError::Damaged {
            index: middle,
            what: error.to_string(),
        })?;
        if leaf.time_ms < time_ms {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

fn unexpected(field: &str, position: &str) -> Refusal {
    Refusal::new(Reason::FieldUnexpected).with_detail((
        format!("The {field} is for START_POSITION_{position}."),
        format!("El campo {field} es para START_POSITION_{position}."),
    ))
}

/// Milliseconds since 1970 UTC; what is finer is cut off. None for times before, and for what is no time.
fn milliseconds(time: &prost_types::Timestamp) -> Option<u64> {
    let millis = u64::try_from(time.nanos).ok()? / 1_000_000;
    let seconds = u64::try_from(time.seconds).ok()?;
    (millis < 1000).then_some(())?;
    seconds.checked_mul(1000)?.checked_add(millis)
}

/// For the wire.
pub(super) fn timestamp(time_ms: u64) -> prost_types::Timestamp {
    let nanos = i32::try_from(time_ms % 1000).unwrap_or_default() * 1_000_000;
    prost_types::Timestamp {
        seconds: i64::try_from(time_ms / 1000).unwrap_or(i64::MAX),
        nanos,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_goes_over_the_wire_and_back_and_what_is_none_does_not() {
        for time_ms in [0, 1, 999, 1_795_348_800_123] {
            assert_eq!(milliseconds(&timestamp(time_ms)), Some(time_ms));
        }
        for (seconds, nanos) in [(-1, 0), (1, -1), (1, 1_000_000_000), (i64::MAX, 0)] {
            let time = prost_types::Timestamp { seconds, nanos };
            assert_eq!(milliseconds(&time), None, "{time:?}");
        }
    }
}
