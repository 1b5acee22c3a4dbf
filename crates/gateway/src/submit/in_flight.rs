//! What the process holds of submissions at once: one budget of messages and bytes for everybody, and a share of it for
//! each node.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use precinto_alert::id::NodeId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::{
    IN_FLIGHT_BYTES_MAX, IN_FLIGHT_BYTES_PER_NODE_MAX, IN_FLIGHT_MAX, IN_FLIGHT_PER_NODE_MAX,
    ROOM_WAIT_MAX,
};

/// The budget of the process.
#[derive(Debug, Clone)]
pub struct Budget {
    everybody: Arc<Room>,
    /// Those of nodes that hold something or are being served; the others are forgotten.
    nodes: Arc<Mutex<HashMap<NodeId, Weak<Room>>>>,
}

/// The budget as one node meets it.
#[derive(Debug, Clone)]
pub struct NodeBudget {
    own: Arc<Room>,
    everybody: Arc<Room>,
}

/// Messages and bytes, one permit each.
#[derive(Debug)]
struct Room {
    messages: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

/// One submission's room, of its node's share and of the whole; given back when dropped.
#[derive(Debug)]
pub struct Held {
    own: Taken,
    everybody: Taken,
    _node: Arc<Room>,
}

#[derive(Debug)]
struct Taken {
    _message: OwnedSemaphorePermit,
    bytes: OwnedSemaphorePermit,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            everybody: Arc::new(Room::new(IN_FLIGHT_MAX, IN_FLIGHT_BYTES_MAX)),
            nodes: Arc::default(),
        }
    }
}

impl Budget {
    /// The budget as this node meets it: the same one for all of its calls, whatever lines they come over.
    pub fn of(&self, node: &NodeId) -> NodeBudget {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        let own = nodes.get(node).and_then(Weak::upgrade).unwrap_or_else(|| {
            nodes.retain(|_, room| room.strong_count() > 0);
            let own = Arc::new(Room::new(
                IN_FLIGHT_PER_NODE_MAX,
                IN_FLIGHT_BYTES_PER_NODE_MAX,
            ));
            nodes.insert(node.clone(), Arc::downgrade(&own));
            own
        });
        let everybody = Arc::clone(&self.everybody);
        NodeBudget { own, everybody }
    }
}

impl NodeBudget {
    /// Room for a message of `bytes`, if there is any at once.
    pub fn try_take(&self, bytes: usize) -> Option<Held> {
        let (own, everybody) = (self.own.try_take(bytes)?, self.everybody.try_take(bytes)?);
        Some(self.held(own, everybody))
    }

    /// Waits for room for a message of `bytes`, but not for long: none after [`ROOM_WAIT_MAX`].
    pub async fn take(&self, bytes: usize) -> Option<Held> {
        // The node's share first: who has spent his own does not stand in the way of others.
        let both = async {
            Some((
                self.own.take(bytes).await?,
                self.everybody.take(bytes).await?,
            ))
        };
        let (own, everybody) = tokio::time::timeout(ROOM_WAIT_MAX, both).await.ok()??;
        Some(self.held(own, everybody))
    }

    fn held(&self, own: Taken, everybody: Taken) -> Held {
        Held {
            own,
            everybody,
            _node: Arc::clone(&self.own),
        }
    }
}

impl Room {
    fn new(messages: usize, bytes: usize) -> Self {
        Self {
            messages: Arc::new(Semaphore::new(messages)),
            bytes: Arc::new(Semaphore::new(bytes)),
        }
    }

    fn try_take(&self, bytes: usize) -> Option<Taken> {
        let message = Arc::clone(&self.messages).try_acquire_owned();
        let bytes = Arc::clone(&self.bytes).try_acquire_many_owned(permits(bytes));
        Some(Taken {
            _message: message.ok()?,
            bytes: bytes.ok()?,
        })
    }

    async fn take(&self, bytes: usize) -> Option<Taken> {
        let message = Arc::clone(&self.messages).acquire_owned().await;
        let bytes = Arc::clone(&self.bytes).acquire_many_owned(permits(bytes));
        Some(Taken {
            _message: message.ok()?,
            bytes: bytes.await.ok()?,
        })
    }
}

impl Held {
    /// Gives back what is held beyond `bytes`.
    pub fn shrink(&mut self, bytes: usize) {
        for taken in [&mut self.own, &mut self.everybody] {
            let keep = usize::try_from(permits(bytes)).unwrap_or(usize::MAX);
            let excess = taken.bytes.num_permits().saturating_sub(keep);
            drop(taken.bytes.split(excess));
        }
    }
}

/// No message is larger than a node's share.
fn permits(bytes: usize) -> u32 {
    u32::try_from(bytes.min(IN_FLIGHT_BYTES_PER_NODE_MAX)).unwrap_or(u32::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn node(name: &str) -> NodeId {
        let text = format!("spiffe://us.dev.invalid/agency/cbp/node/{name}");
        text.parse().unwrap()
    }

    #[test]
    fn a_node_has_its_share_and_no_more_over_however_many_calls() {
        let budget = Budget::default();
        let large = IN_FLIGHT_BYTES_PER_NODE_MAX / 2 + 1;
        let held = budget.of(&node("lax")).try_take(large).unwrap();
        assert!(budget.of(&node("lax")).try_take(large).is_none(), "bytes");
        drop(held);
        let lax = budget.of(&node("lax"));
        let held: Vec<_> = (0..IN_FLIGHT_PER_NODE_MAX)
            .map(|_| lax.try_take(1).unwrap())
            .collect();
        drop(lax);
        assert!(budget.of(&node("lax")).try_take(1).is_none(), "messages");
        assert!(budget.of(&node("jfk")).try_take(large).is_some());
        drop(held);
        assert!(budget.of(&node("lax")).try_take(large).is_some());
    }

    #[test]
    fn the_whole_is_spent_by_several_and_comes_back() {
        let budget = Budget::default();
        let take = |name, bytes| budget.of(&node(name)).try_take(bytes).unwrap();
        let all = [
            take("lax", IN_FLIGHT_BYTES_PER_NODE_MAX),
            take("jfk", IN_FLIGHT_BYTES_PER_NODE_MAX),
            take(
                "mia",
                IN_FLIGHT_BYTES_MAX - 2 * IN_FLIGHT_BYTES_PER_NODE_MAX,
            ),
        ];
        assert!(budget.of(&node("sfo")).try_take(1).is_none());
        drop(all);
        assert!(budget.of(&node("sfo")).try_take(1).is_some());
        assert_eq!(
            budget.nodes.lock().unwrap().len(),
            1,
            "the idle are forgotten"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_gets_room_that_comes_back_and_is_told_when_none_does() {
        let budget = Budget::default();
        let lax = budget.of(&node("lax"));
        let held = lax.take(IN_FLIGHT_BYTES_PER_NODE_MAX).await.unwrap();
        assert!(lax.take(1).await.is_none());
        let later = async {
            tokio::task::yield_now().await;
            drop(held);
        };
        let (taken, ()) = tokio::join!(lax.take(1), later);
        assert!(taken.is_some());
    }
}
