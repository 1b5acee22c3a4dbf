//! The two ways by which deliveries come: the subscription that brings everything, and one beside it for what is urgent, so that
//! no backlog on the first, and nobody who is slow to take it, holds an urgent message or a recall up.
//!
//! The first decides: it lacks nothing, and what is settled or parked there is dealt with. The second only brings some of it
//! earlier. An entry that both bring is at the desk once, and settled on both; what the second brings and the desk would not take
//! out of turn is settled there at once, and comes by the first.

use super::super::super::desk::{URGENT_AT_LEAST, URGENT_TYPES, again_after};
use super::Next;
use precinto_alert::Reason;
use precinto_client::Subscriber;
use precinto_proto::v1 as pb;
use std::collections::BTreeMap;

/// By which subscription something has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// The one that brings everything.
    All,
    /// The one that brings what is urgent.
    Urgent,
}

/// A subscription, and what it has brought and is to be settled on it: index and attempt.
pub(super) struct Way {
    pub(super) subscriber: Subscriber,
    unsettled: BTreeMap<u64, u32>,
}

impl Way {
    pub(super) fn new(subscriber: Subscriber) -> Self {
        Self {
            subscriber,
            unsettled: BTreeMap::new(),
        }
    }

    /// Notes that it has brought an entry.
    pub(super) fn brings(&mut self, index: u64, attempt: u32) {
        self.unsettled.insert(index, attempt);
    }

    /// Notes that a person has moved it: what it had brought is not to be settled any more, or comes again.
    pub(super) fn moved(&mut self) {
        self.unsettled.clear();
    }

    /// Settles an entry, if it has brought it. Without a line it comes again, and is known by its index.
    pub(super) async fn settle(&mut self, index: u64) {
        if self.unsettled.remove(&index).is_some() {
            let _lost = self.subscriber.ack(index).await;
        }
    }

    /// Puts an entry back, if it has brought it, and says what becomes of it. Without a line it comes again by itself.
    pub(super) async fn put_back(&mut self, index: u64, reason: Reason) -> Option<Next> {
        let attempt = self.unsettled.remove(&index)?;
        let delay = again_after(attempt);
        let put = self.subscriber.nack(index, delay, reason).await;
        Some(if put.is_ok() && self.is_last(attempt) {
            Next::Parked
        } else {
            Next::Comes(delay)
        })
    }

    /// The same on the way for what is urgent, where nothing is parked: the other one brings it too.
    pub(super) async fn put_back_urgent(&mut self, index: u64, reason: Reason) -> Option<Next> {
        let attempt = *self.unsettled.get(&index)?;
        if self.is_last(attempt) {
            self.settle(index).await;
            return Some(Next::Comes(again_after(attempt)));
        }
        self.put_back(index, reason).await
    }

    fn is_last(&self, attempt: u32) -> bool {
        let last = self.subscriber.attempts_max();
        last.is_some_and(|last| attempt >= last)
    }
}

/// What of `all`, the filter of the subscription that brings everything, may be urgent; `None` when nothing may.
pub(super) fn urgent_of(all: &pb::Filter) -> Option<pb::Filter> {
    let mut types: Vec<i32> = URGENT_TYPES.map(i32::from).into();
    types.retain(|one| all.types.is_empty() || all.types.contains(one));
    types.sort_unstable();
    let least = i32::from(URGENT_AT_LEAST);
    (!types.is_empty()).then(|| pb::Filter {
        types,
        at_least: if all.at_least == 0 {
            least
        } else {
            least.min(all.at_least)
        },
        ..all.clone()
    })
}

/// Whether two filters let the same through: their lists are sets.
pub(super) fn same(one: &pb::Filter, other: &pb::Filter) -> bool {
    let sorted = |filter: &pb::Filter| {
        let mut filter = filter.clone();
        for list in [
            &mut filter.types,
            &mut filter.commodities,
            &mut filter.statuses,
        ] {
            list.sort_unstable();
            list.dedup();
        }
        for list in [&mut filter.sender_agencies, &mut filter.alert_ids] {
            list.sort_unstable();
            list.dedup();
        }
        filter
    };
    sorted(one) == sorted(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_alert::code::{CommodityClass, MessageType, Precedence};

    #[test]
    fn what_is_urgent_is_a_part_of_what_the_first_subscription_brings() {
        let all = urgent_of(&pb::Filter::default()).unwrap();
        assert_eq!(all.at_least, i32::from(Precedence::P2));
        assert!(all.types.contains(&i32::from(MessageType::Recall)));
        assert!(!all.types.contains(&i32::from(MessageType::Ack)));
        let narrow = pb::Filter {
            types: vec![MessageType::Ack.into(), MessageType::Alert.into()],
            at_least: Precedence::P1.into(),
            commodities: vec![CommodityClass::Firearm.into()],
            ..pb::Filter::default()
        };
        let urgent = urgent_of(&narrow).unwrap();
        let expected = pb::Filter {
            types: vec![MessageType::Alert.into()],
            ..narrow
        };
        assert!(same(&urgent, &expected) && !same(&urgent, &all));
        let receipts = pb::Filter {
            types: vec![MessageType::Ack.into()],
            ..pb::Filter::default()
        };
        assert!(urgent_of(&receipts).is_none());
    }
}
