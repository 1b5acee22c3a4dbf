//! What a node subscribes to, and how it reads.

use super::backoff::Retry;
use crate::subscriptions::{Definition, Start};
use precinto_proto::v1 as pb;

/// What to subscribe to, and how.
#[derive(Debug, Clone)]
pub struct SubscribeOptions {
    /// The subscription's name, of this node's own choice: 1 to 64 of a to z, 0 to 9, hyphen, underscore.
    pub name: String,
    /// Where a new subscription begins; an existing one goes on where it was.
    pub start: Start,
    /// What of the statements meant for this node it lets through; the default is everything.
    pub filter: pb::Filter,
    /// After how many attempts a delivery that is nacked each time is parked; 0 leaves it to the gateway.
    pub attempts_max: u32,
    /// Take a subscription of that name as it is, however it was defined: `start`, `filter` and `attempts_max` count only if
    /// there is none. Otherwise one that is defined differently is refused (`SUBSCRIPTION_EXISTS`).
    pub as_it_is: bool,
    /// How many deliveries may be unsettled at once, 1 to [`crate::limits::CREDIT_MAX`].
    pub credit: u32,
    /// Whether each delivery shall carry its receipt: about as large again.
    pub with_proofs: bool,
    /// Pauses between attempts to connect.
    pub retry: Retry,
}

impl SubscribeOptions {
    /// From the first entry, with a credit of 64, without proofs.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            start: Start::First,
            filter: pb::Filter::default(),
            attempts_max: 0,
            as_it_is: false,
            credit: 64,
            with_proofs: false,
            retry: Retry::default(),
        }
    }
}

impl From<&SubscribeOptions> for Definition {
    fn from(options: &SubscribeOptions) -> Self {
        Self {
            name: options.name.clone(),
            start: options.start,
            filter: options.filter.clone(),
            attempts_max: options.attempts_max,
        }
    }
}
