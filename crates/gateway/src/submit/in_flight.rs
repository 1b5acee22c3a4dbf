//! What the process holds of submissions at once: one budget of messages and bytes for everybody, and a share of it for
//! each agency and each node.
//!
//! Shares are larger than what everybody would have of the whole, because most are idle. So a part of the whole is kept for
//! agencies that hold next to nothing: others may take all the rest between them and keep it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use precinto_alert::id::{AgencyId, NodeId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::{
    IN_FLIGHT_BYTES_MAX, IN_FLIGHT_BYTES_PER_AGENCY_MAX, IN_FLIGHT_BYTES_PER_NODE_MAX,
    IN_FLIGHT_FEW_BYTES, IN_FLIGHT_FEW_MAX, IN_FLIGHT_KEPT_BYTES, IN_FLIGHT_KEPT_MAX,
    IN_FLIGHT_MAX, IN_FLIGHT_PER_AGENCY_MAX, IN_FLIGHT_PER_NODE_MAX, ROOM_WAIT_MAX,
};

/// The budget of the process.
#[derive(Debug, Clone)]
pub struct Budget {
    everybody: Arc<Whole>,
    /// Those of nodes and agencies that hold something or are being served; the others are forgotten.
    shares: Arc<Mutex<Shares>>,
}

#[derive(Debug, Default)]
struct Shares {
    nodes: HashMap<NodeId, Weak<Room>>,
    agencies: HashMap<AgencyId, Weak<Room>>,
}

/// The budget as one node meets it.
#[derive(Debug, Clone)]
pub struct NodeBudget {
    own: Arc<Room>,
    agency: Arc<Room>,
    everybody: Arc<Whole>,
    shares: Arc<Mutex<Shares>>,
}

/// The whole: what anybody takes, and what is kept for those who hold next to nothing.
#[derive(Debug)]
struct Whole {
    common: Room,
    kept: Room,
}

/// How much of the whole is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// Up to three quarters.
    Normal,
    /// More: what is routine should wait.
    High,
    /// More than seven eighths: what is not urgent should wait.
    Extreme,
}

/// Messages and bytes, one permit each.
#[derive(Debug)]
struct Room {
    messages: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    messages_max: usize,
    bytes_max: usize,
}

/// One submission's room, of its node's share, of its agency's and of the whole; given back when dropped.
#[derive(Debug)]
pub struct Held {
    taken: [Taken; 3],
    budget: NodeBudget,
}

#[derive(Debug)]
struct Taken {
    _message: OwnedSemaphorePermit,
    bytes: OwnedSemaphorePermit,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            everybody: Arc::new(Whole {
                common: Room::new(
                    IN_FLIGHT_MAX - IN_FLIGHT_KEPT_MAX,
                    IN_FLIGHT_BYTES_MAX - IN_FLIGHT_KEPT_BYTES,
                ),
                kept: Room::new(IN_FLIGHT_KEPT_MAX, IN_FLIGHT_KEPT_BYTES),
            }),
            shares: Arc::default(),
        }
    }
}

impl Budget {
    /// The budget as this node meets it: the same one for all of its calls, whatever lines they come over.
    pub fn of(&self, node: &NodeId) -> NodeBudget {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        let Shares { nodes, agencies } = &mut *shares;
        let own = || Room::new(IN_FLIGHT_PER_NODE_MAX, IN_FLIGHT_BYTES_PER_NODE_MAX);
        let of_agency = || Room::new(IN_FLIGHT_PER_AGENCY_MAX, IN_FLIGHT_BYTES_PER_AGENCY_MAX);
        NodeBudget {
            own: share(nodes, node, own),
            agency: share(agencies, node.agency(), of_agency),
            everybody: Arc::clone(&self.everybody),
            shares: Arc::clone(&self.shares),
        }
    }
}

/// The room of that name, or a new one; then those that nobody uses any more are forgotten.
fn share<K: Hash + Eq + Clone>(
    shares: &mut HashMap<K, Weak<Room>>,
    name: &K,
    new: impl FnOnce() -> Room,
) -> Arc<Room> {
    if let Some(room) = shares.get(name).and_then(Weak::upgrade) {
        return room;
    }
    shares.retain(|_, room| room.strong_count() > 0);
    let room = Arc::new(new());
    shares.insert(name.clone(), Arc::downgrade(&room));
    room
}

impl NodeBudget {
    /// Room for a message of `bytes`, if there is any at once.
    pub fn try_take(&self, bytes: usize) -> Option<Held> {
        let of_node = self.own.try_take(bytes)?;
        let of_agency = self.agency.try_take(bytes)?;
        let Whole { common, kept } = &*self.everybody;
        let of_whole = common.try_take(bytes);
        let of_kept = || self.holds_few().then(|| kept.try_take(bytes))?;
        let of_whole = of_whole.or_else(of_kept)?;
        Some(self.held([of_node, of_agency, of_whole]))
    }

    /// Waits for room for a message of `bytes`, but not for long: none after [`ROOM_WAIT_MAX`].
    pub async fn take(&self, bytes: usize) -> Option<Held> {
        // The node's share first, then its agency's: who has spent his own does not stand in the way of others.
        let all = async {
            let of_node = self.own.take(bytes).await?;
            let of_agency = self.agency.take(bytes).await?;
            let Whole { common, kept } = &*self.everybody;
            let of_whole = tokio::select! {
                biased; // what is kept stays so while there is other room
                taken = common.take(bytes) => taken?,
                taken = kept.take(bytes), if self.holds_few() => taken?,
            };
            Some([of_node, of_agency, of_whole])
        };
        let taken = tokio::time::timeout(ROOM_WAIT_MAX, all).await.ok()??;
        Some(self.held(taken))
    }

    /// Whether the node's agency holds next to nothing, what it has just taken included.
    fn holds_few(&self) -> bool {
        self.agency.messages_taken() <= IN_FLIGHT_FEW_MAX
            && self.agency.bytes_taken() <= IN_FLIGHT_FEW_BYTES
    }

    /// Whether its agency holds less than half of what each would have, were the whole divided among those who hold anything.
    fn holds_little(&self) -> bool {
        let shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        let holds_any = |room: &&Weak<Room>| room.upgrade().is_some_and(|r| r.messages_taken() > 0);
        let parts = 2 * shares.agencies.values().filter(holds_any).count();
        self.agency.messages_taken() * parts < IN_FLIGHT_MAX
            && self.agency.bytes_taken() * parts < IN_FLIGHT_BYTES_MAX
    }

    fn held(&self, taken: [Taken; 3]) -> Held {
        Held {
            taken,
            budget: self.clone(),
        }
    }
}

impl Whole {
    /// Whether less than `eighths` of the messages or of the bytes are left.
    fn has_less_than(&self, eighths: usize) -> bool {
        let Self { common, kept } = self;
        let messages = common.messages_taken() + kept.messages_taken();
        let bytes = common.bytes_taken() + kept.bytes_taken();
        (IN_FLIGHT_MAX - messages) * 8 < IN_FLIGHT_MAX * eighths
            || (IN_FLIGHT_BYTES_MAX - bytes) * 8 < IN_FLIGHT_BYTES_MAX * eighths
    }
}

impl Room {
    fn new(messages: usize, bytes: usize) -> Self {
        Self {
            messages: Arc::new(Semaphore::new(messages)),
            bytes: Arc::new(Semaphore::new(bytes)),
            messages_max: messages,
            bytes_max: bytes,
        }
    }

    fn messages_taken(&self) -> usize {
        self.messages_max - self.messages.available_permits()
    }

    fn bytes_taken(&self) -> usize {
        self.bytes_max - self.bytes.available_permits()
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
        for taken in &mut self.taken {
            let keep = usize::try_from(permits(bytes)).unwrap_or(usize::MAX);
            let excess = taken.bytes.num_permits().saturating_sub(keep);
            drop(taken.bytes.split(excess));
        }
    }

    /// How much of the whole is taken at the moment, by this one and all others; none of it is felt by an agency that has little
    /// part in it.
    pub fn pressure(&self) -> Pressure {
        let whole = &self.budget.everybody;
        let pressure = if whole.has_less_than(1) {
            Pressure::Extreme
        } else if whole.has_less_than(2) {
            Pressure::High
        } else {
            return Pressure::Normal;
        };
        if self.budget.holds_little() {
            Pressure::Normal
        } else {
            pressure
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
    use crate::limits::SUBMISSION_BYTES_MAX;

    pub(crate) fn node(name: &str) -> NodeId {
        node_of("cbp", name)
    }

    pub(crate) fn node_of(agency: &str, name: &str) -> NodeId {
        let text = format!("spiffe://us.dev.invalid/agency/{agency}/node/{name}");
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

    /// Messages of this many bytes each, as many as there is room for at once.
    fn greedy(budget: &Budget, agency: &str, bytes: usize) -> Vec<Held> {
        let nodes = ["one", "two", "three"].map(|name| budget.of(&node_of(agency, name)));
        let all = |node: NodeBudget| std::iter::from_fn(move || node.try_take(bytes));
        nodes.into_iter().flat_map(all).collect()
    }

    #[test]
    fn the_whole_is_spent_by_many_and_comes_back() {
        let budget = Budget::default();
        let mut held = Vec::new();
        for number in 0..IN_FLIGHT_MAX {
            held.extend(greedy(&budget, &format!("a{number}"), SUBMISSION_BYTES_MAX));
        }
        let bytes: usize = held.len() * SUBMISSION_BYTES_MAX;
        assert!(bytes > IN_FLIGHT_BYTES_MAX - 2 * SUBMISSION_BYTES_MAX);
        let other = node_of("oversight", "audit");
        assert!(budget.of(&other).try_take(SUBMISSION_BYTES_MAX).is_none());
        drop(held);
        assert!(budget.of(&other).try_take(SUBMISSION_BYTES_MAX).is_some());
        let shares = budget.shares.lock().unwrap();
        let left = (shares.nodes.len(), shares.agencies.len());
        assert_eq!(left, (1, 1), "the idle are forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn agencies_that_take_all_they_can_leave_room_for_others() {
        for bytes in [1, SUBMISSION_BYTES_MAX] {
            let budget = Budget::default();
            let held = ["cbp", "dea"].map(|agency| greedy(&budget, agency, bytes));
            assert!(
                held.iter()
                    .all(|of_one| of_one[0].pressure() > Pressure::Normal)
            );
            for agency in ["cbp", "dea"] {
                let more = budget.of(&node_of(agency, "four"));
                assert!(more.take(bytes).await.is_none(), "{agency} has had enough");
            }
            let atf = budget.of(&node_of("atf", "hq"));
            let first = atf.try_take(bytes).expect("room at once");
            let second = atf.take(bytes).await.expect("and for more");
            assert_eq!(first.pressure(), Pressure::Normal, "nothing of it is shed");
            let all = greedy(&budget, "atf", bytes);
            assert!(all.len() <= IN_FLIGHT_FEW_MAX, "of what is kept, a little");
            drop((first, second, all));
            // What comes back to all is not kept from those who took it.
            let [mut of_cbp, _] = held;
            of_cbp.truncate(1);
            assert!(
                budget
                    .of(&node_of("dea", "four"))
                    .take(bytes)
                    .await
                    .is_some()
            );
        }
    }

    #[test]
    fn an_agency_has_half_of_the_whole_whatever_number_of_nodes_it_has() {
        let budget = Budget::default();
        let mut held = Vec::new();
        for name in ["lax", "jfk", "mia"] {
            let node = budget.of(&node(name));
            held.extend(std::iter::from_fn(|| node.try_take(1)));
        }
        assert_eq!(held.len(), IN_FLIGHT_MAX / 2);
        assert!(budget.of(&node_of("dea", "hq")).try_take(1).is_some());
        drop(held);
        let large = IN_FLIGHT_BYTES_PER_NODE_MAX;
        let held = budget.of(&node("lax")).try_take(large).unwrap();
        assert!(budget.of(&node("jfk")).try_take(large).is_none(), "bytes");
        drop(held);
        assert!(budget.of(&node("jfk")).try_take(large).is_some());
    }

    #[test]
    fn the_pressure_is_that_of_messages_or_of_bytes_and_goes_away() {
        let budget = Budget::default();
        let node = |number: usize| budget.of(&node_of(&format!("a{number}"), "hq"));
        let take = |from: usize, to: usize| -> Vec<Held> {
            (from..to).map(|n| node(n).try_take(1).unwrap()).collect()
        };
        let first = take(0, IN_FLIGHT_MAX * 3 / 4);
        assert_eq!(first[0].pressure(), Pressure::Normal);
        let second = take(IN_FLIGHT_MAX * 3 / 4, IN_FLIGHT_MAX * 7 / 8);
        assert_eq!(first[0].pressure(), Pressure::High);
        let third = take(IN_FLIGHT_MAX * 7 / 8, IN_FLIGHT_MAX);
        assert_eq!(first[0].pressure(), Pressure::Extreme);
        drop((second, third));
        assert_eq!(first[0].pressure(), Pressure::Normal);
        let large = [IN_FLIGHT_MAX, IN_FLIGHT_MAX + 1];
        let large = large.map(|n| node(n).try_take(IN_FLIGHT_BYTES_PER_NODE_MAX).unwrap());
        assert_eq!(first[0].pressure(), Pressure::High);
        drop(large);
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
