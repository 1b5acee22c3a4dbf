//! How often a node may cause entries that somebody else did not ask for: refusals, conflicts, acts. Beyond it, nothing is logged.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use precinto_alert::id::NodeId;

use crate::limits::{CONFLICT_WINDOW, CONFLICTS_PER_NODE_MAX};

/// Entries of one kind that each node may cause in a while; the map is emptied with each new window, so it is bounded by the
/// nodes of the directory.
#[derive(Debug, Default)]
pub struct Ration {
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    began_ms: u64,
    logged: HashMap<NodeId, u32>,
}

impl Ration {
    /// Whether one more entry on account of this node may be logged now.
    pub(crate) fn take(&self, node: &NodeId, now_ms: u64) -> bool {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let length_ms = u64::try_from(CONFLICT_WINDOW.as_millis()).unwrap_or(u64::MAX);
        if now_ms.saturating_sub(window.began_ms) >= length_ms {
            *window = Window {
                began_ms: now_ms,
                logged: HashMap::new(),
            };
        }
        let logged = window.logged.entry(node.clone()).or_default();
        *logged = logged.saturating_add(1);
        *logged <= CONFLICTS_PER_NODE_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_rationed_per_node_and_window() {
        let ration = Ration::default();
        let node: NodeId = "spiffe://us.dev.invalid/agency/cbp/node/lax"
            .parse()
            .unwrap();
        let other: NodeId = "spiffe://mx.dev.invalid/agency/anam/node/nlu"
            .parse()
            .unwrap();
        let now_ms = 1_000_000;
        assert!((0..CONFLICTS_PER_NODE_MAX).all(|_| ration.take(&node, now_ms)));
        assert!(!ration.take(&node, now_ms + 59_999));
        assert!(ration.take(&other, now_ms));
        assert!(ration.take(&node, now_ms + 60_000));
    }
}
