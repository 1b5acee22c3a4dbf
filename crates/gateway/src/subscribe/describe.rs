//! A subscription as its node is told of it.

use precinto_proto::v1 as pb;

use super::definition::{Definition, Start, timestamp};
use super::slot::Slot;

impl Slot {
    /// Definition and cursor, as they are now.
    pub(super) fn describe(&self) -> pb::Subscription {
        let Definition {
            node: _,
            name,
            start,
            start_index,
            filter,
            attempts_max,
        } = self.definition();
        let (start, start_time) = match start {
            Start::First | Start::Salvaged => (pb::StartPosition::First, None),
            Start::Now => (pb::StartPosition::Now, None),
            Start::Index => (pb::StartPosition::Index, None),
            Start::Time(time_ms) => (pb::StartPosition::Time, Some(timestamp(*time_ms))),
        };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        self.read_cursor(|cursor| pb::Subscription {
            name: name.clone(),
            start: start.into(),
            start_index: *start_index,
            settled: self.settled(),
            start_time,
            filter: filter.to_wire(),
            attempts_max: *attempts_max,
            position: cursor.position(),
            unsettled: count(cursor.unsettled().len()),
            parked: count(cursor.parked().len()),
            oldest_unsettled_time: cursor.oldest().map(|(since_ms, _)| timestamp(since_ms)),
            moves: cursor.moves(),
        })
    }
}
