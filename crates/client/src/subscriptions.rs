//! A node's durable subscriptions: made, looked at, moved, deleted, and what was parked of them.
//!
//! What the gateway says here is its word, nothing is signed; moving and putting back are entries of the log, whose
//! index comes with the answer.

use crate::connection::{Connection, unary};
use crate::refusal::Refusal;
use precinto_proto::v1 as pb;

pub use crate::wire_time::timestamp_ms as time_ms;

/// Questions and orders about the calling node's own subscriptions. Those of others do not exist for it.
#[derive(Debug, Clone)]
pub struct Subscriptions {
    connection: Connection,
}

/// Where a new subscription begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the first entry of the log.
    First,
    /// At the next entry to be appended.
    Now,
    /// At this index.
    Index(u64),
    /// At the first entry that the log took in at this time or later, milliseconds since 1970-01-01 UTC; not in the future.
    Time(u64),
}

/// What does not change about a subscription.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its name: 1 to 64 of a to z, 0 to 9, hyphen, underscore.
    pub name: String,
    /// Where it begins.
    pub start: Start,
    /// What it lets through; the default is everything.
    pub filter: pb::Filter,
    /// After how many attempts a delivery that is nacked each time is parked; 0 leaves it to the gateway.
    pub attempts_max: u32,
}

/// A subscription that was moved.
#[derive(Debug, Clone)]
pub struct Moved {
    /// As it is now, durably.
    pub subscription: pb::Subscription,
    /// The entry of the log that says so.
    pub act_index: u64,
}

/// Deliveries that were put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutBack {
    /// Their indexes, ascending; empty when nothing was parked.
    pub indexes: Vec<u64>,
    /// The entry of the log that says so; 0 when nothing was done.
    pub act_index: u64,
}

impl Subscriptions {
    /// Speaks over `connection`.
    pub fn new(connection: &Connection) -> Self {
        Self {
            connection: connection.clone(),
        }
    }

    /// Makes a subscription, or finds the one of that name and definition; another definition is refused.
    pub async fn create(&self, definition: &Definition) -> Result<pb::Subscription, Refusal> {
        let Definition {
            name,
            start,
            filter,
            attempts_max,
        } = definition;
        let (start, start_index, start_time) = wire(*start);
        let request = pb::CreateSubscriptionRequest {
            name: name.clone(),
            start: start.into(),
            start_index,
            start_time,
            filter: (*filter != pb::Filter::default()).then(|| filter.clone()),
            attempts_max: *attempts_max,
        };
        let mut service = self.connection.subscription();
        let answer = service.create_subscription(unary(request)).await?;
        Ok(answer.into_inner().subscription.unwrap_or_default())
    }

    /// The subscription of that name.
    pub async fn get(&self, name: &str) -> Result<pb::Subscription, Refusal> {
        let name = name.to_owned();
        let mut service = self.connection.subscription();
        let request = unary(pb::GetSubscriptionRequest { name });
        let answer = service.get_subscription(request).await?;
        Ok(answer.into_inner().subscription.unwrap_or_default())
    }

    /// All of them, by name.
    pub async fn list(&self) -> Result<Vec<pb::Subscription>, Refusal> {
        let mut service = self.connection.subscription();
        let (mut all, mut page_token) = (Vec::new(), String::new());
        for _ in 0..PAGES_MAX {
            let request = unary(pb::ListSubscriptionsRequest {
                page_size: 0,
                page_token,
            });
            let answer = service.list_subscriptions(request).await?.into_inner();
            all.extend(answer.subscriptions);
            page_token = answer.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        Ok(all)
    }

    /// Forgets a subscription and its cursor.
    pub async fn delete(&self, name: &str) -> Result<(), Refusal> {
        let name = name.to_owned();
        let mut service = self.connection.subscription();
        let request = unary(pb::DeleteSubscriptionRequest { name });
        service.delete_subscription(request).await?;
        Ok(())
    }

    /// Moves a subscription: it goes on as one made at `to`. An open stream on it is closed.
    pub async fn seek(&self, name: &str, to: Start) -> Result<Moved, Refusal> {
        let (to, index, time) = wire(to);
        let request = unary(pb::SeekSubscriptionRequest {
            name: name.to_owned(),
            to: to.into(),
            index,
            time,
        });
        let mut service = self.connection.subscription();
        let answer = service.seek_subscription(request).await?.into_inner();
        Ok(Moved {
            subscription: answer.subscription.unwrap_or_default(),
            act_index: answer.act_index,
        })
    }

    /// What is parked of a subscription, by rising index.
    pub async fn parked(&self, name: &str) -> Result<Vec<pb::ParkedDelivery>, Refusal> {
        let mut service = self.connection.subscription();
        let (mut all, mut page_token) = (Vec::new(), String::new());
        for _ in 0..PAGES_MAX {
            let request = unary(pb::ListParkedRequest {
                name: name.to_owned(),
                page_size: 0,
                page_token,
            });
            let answer = service.list_parked(request).await?.into_inner();
            all.extend(answer.parked);
            page_token = answer.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        Ok(all)
    }

    /// Puts parked deliveries back: they come again, counted from the first attempt. One that is not parked is refused.
    pub async fn unpark(&self, name: &str, indexes: Vec<u64>) -> Result<PutBack, Refusal> {
        self.put_back(pb::UnparkDeliveriesRequest {
            name: name.to_owned(),
            indexes,
            all: false,
        })
        .await
    }

    /// The same for everything that is parked, up to what one call puts back (1,000).
    pub async fn unpark_all(&self, name: &str) -> Result<PutBack, Refusal> {
        self.put_back(pb::UnparkDeliveriesRequest {
            name: name.to_owned(),
            indexes: Vec::new(),
            all: true,
        })
        .await
    }

    async fn put_back(&self, request: pb::UnparkDeliveriesRequest) -> Result<PutBack, Refusal> {
        let mut service = self.connection.subscription();
        let answer = service.unpark_deliveries(unary(request)).await?;
        let pb::UnparkDeliveriesResponse { indexes, act_index } = answer.into_inner();
        Ok(PutBack { indexes, act_index })
    }
}

fn wire(start: Start) -> (pb::StartPosition, u64, Option<prost_types::Timestamp>) {
    match start {
        Start::First => (pb::StartPosition::First, 0, None),
        Start::Now => (pb::StartPosition::Now, 0, None),
        Start::Index(index) => (pb::StartPosition::Index, index, None),
        Start::Time(time_ms) => {
            let time = prost_types::Timestamp {
                seconds: i64::try_from(time_ms / 1000).unwrap_or(i64::MAX),
                nanos: i32::try_from(time_ms % 1000).unwrap_or_default() * 1_000_000,
            };
            (pb::StartPosition::Time, 0, Some(time))
        }
    }
}

/// Pages asked for before a list is taken as it is: a gateway has at most 64 subscriptions of a node, and 3,000 parked
/// deliveries of each; one that goes on for ever is not followed.
const PAGES_MAX: usize = 100;
