//! How often a node may be given what is recorded: each answer is an entry of the log, and nobody fills the log by reading.
//!
//! An allowance that is full after a quiet minute: a copy that begins takes what there is at once, and what goes on for longer
//! goes at the pace of the allowance.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use precinto_alert::id::NodeId;

use crate::limits::READS_PER_NODE_MAX;

/// What each node has read of late. Those that have read nothing for a minute are forgotten, so there are never more than there
/// are nodes at work.
#[derive(Debug, Default)]
pub(super) struct Reads {
    used: Mutex<HashMap<NodeId, Used>>,
}

/// What was taken of the allowance and has not come back yet, in units of 1/60,000: then a millisecond gives back the
/// allowance itself, and nothing is lost by rounding.
#[derive(Debug, Clone, Copy)]
struct Used {
    units: u64,
    at_ms: u64,
}

const MINUTE_MS: u64 = 60_000;

impl Reads {
    /// Counts one answer for this node, or says how long it has to wait for it.
    pub(super) fn take(&self, node: &NodeId, now_ms: u64) -> Result<(), Duration> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if !used.contains_key(node) {
            used.retain(|_, used| now_ms.saturating_sub(used.at_ms) < MINUTE_MS);
        }
        let all = READS_PER_NODE_MAX * MINUTE_MS;
        let before = used.entry(node.clone()).or_insert(Used {
            units: 0,
            at_ms: now_ms,
        });
        let passed_ms = now_ms.saturating_sub(before.at_ms).min(MINUTE_MS);
        let units = before.units.saturating_sub(passed_ms * READS_PER_NODE_MAX) + MINUTE_MS;
        if units > all {
            let wait_ms = (units - all).div_ceil(READS_PER_NODE_MAX);
            return Err(Duration::from_millis(wait_ms));
        }
        *before = Used {
            units,
            at_ms: now_ms,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_000_000;

    #[test]
    fn what_was_read_comes_back_within_a_minute_and_the_wait_is_true() {
        let reads = Reads::default();
        let node: NodeId = "spiffe://us.dev.invalid/agency/cbp/node/lax"
            .parse()
            .unwrap();
        let other: NodeId = "spiffe://mx.dev.invalid/agency/anam/node/nlu"
            .parse()
            .unwrap();
        for _ in 0..READS_PER_NODE_MAX {
            assert_eq!(reads.take(&node, NOW_MS), Ok(()));
        }
        let wait = reads.take(&node, NOW_MS).unwrap_err();
        assert_eq!(wait, Duration::from_millis(10), "a hundred a second");
        assert_eq!(reads.take(&other, NOW_MS), Ok(()), "the node's own");
        assert!(reads.take(&node, NOW_MS + 9).is_err());
        assert_eq!(reads.take(&node, NOW_MS + 10), Ok(()));
        assert!(reads.take(&node, NOW_MS + 10).is_err());
        // Who is refused again and again loses nothing by it.
        for passed_ms in 11..20 {
            assert!(reads.take(&node, NOW_MS + passed_ms).is_err());
        }
        assert_eq!(reads.take(&node, NOW_MS + 20), Ok(()));
        for _ in 0..READS_PER_NODE_MAX {
            assert_eq!(reads.take(&node, NOW_MS + 20 + MINUTE_MS), Ok(()));
        }
    }
}
