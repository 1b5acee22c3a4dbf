//! How often a node may cause entries that somebody else did not ask for: refusals, conflicts, acts. Beyond it, nothing is logged.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use precinto_alert::id::NodeId;

use crate::limits::{CONFLICT_WINDOW, CONFLICTS_PER_NODE_MAX};

/// Entries of one kind that each node, or whoever else, may cause in a while; the map is emptied with each new window, so it is
/// bounded by the nodes of the directory.
#[derive(Debug)]
pub struct Ration<Who = NodeId> {
    window: Mutex<Window<Who>>,
    most: u32,
}

#[derive(Debug)]
struct Window<Who> {
    began_ms: u64,
    logged: HashMap<Who, u32>,
}

impl Default for Ration {
    fn default() -> Self {
        Self::of(CONFLICTS_PER_NODE_MAX)
    }
}

impl<Who: Hash + Eq + Clone> Ration<Who> {
    /// So many of each in every [`CONFLICT_WINDOW`].
    pub(crate) fn of(most: u32) -> Self {
        let window = Window {
            began_ms: 0,
            logged: HashMap::new(),
        };
        Self {
            window: Mutex::new(window),
            most,
        }
    }

    /// Counts one more entry on account of this one, or says how long it is until the next window, before which there is none.
    pub(crate) fn take(&self, who: &Who, now_ms: u64) -> Result<(), Duration> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let length_ms = u64::try_from(CONFLICT_WINDOW.as_millis()).unwrap_or(u64::MAX);
        let passed_ms = now_ms.saturating_sub(window.began_ms);
        if passed_ms >= length_ms {
            *window = Window {
                began_ms: now_ms,
                logged: HashMap::new(),
            };
        }
        let logged = window.logged.entry(who.clone()).or_default();
        *logged = logged.saturating_add(1);
        if *logged <= self.most {
            return Ok(());
        }
        // Not of a window that begins with this call: that one has room.
        Err(Duration::from_millis(length_ms.saturating_sub(passed_ms)))
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
        assert!((0..CONFLICTS_PER_NODE_MAX).all(|_| ration.take(&node, now_ms).is_ok()));
        let wait = |passed_ms| ration.take(&node, now_ms + passed_ms);
        assert_eq!(wait(1_000), Err(Duration::from_secs(59)));
        assert_eq!(wait(59_999), Err(Duration::from_millis(1)));
        assert_eq!(ration.take(&other, now_ms + 59_999), Ok(()));
        assert_eq!(wait(60_000), Ok(()), "who waits as long as he is told");
    }
}
