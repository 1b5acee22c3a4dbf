//! How many streams of one kind each node has open: a few, so that nobody takes the places of others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use precinto_alert::Reason;
use precinto_alert::id::NodeId;

use crate::status::Refusal;

/// The count of one kind of stream.
#[derive(Debug, Clone)]
pub(crate) struct StreamCount {
    max: usize,
    open: Arc<Mutex<HashMap<NodeId, usize>>>,
}

/// One open stream; given back when dropped.
#[derive(Debug)]
pub(crate) struct StreamPlace {
    open: Arc<Mutex<HashMap<NodeId, usize>>>,
    node: NodeId,
}

impl StreamCount {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            max,
            open: Arc::default(),
        }
    }

    pub(crate) fn enter(&self, node: &NodeId) -> Result<StreamPlace, Refusal> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(node.clone()).or_default();
        if *count >= self.max {
            return Err(Refusal::new(Reason::LimitReached).with_fact("limit", self.max));
        }
        *count += 1;
        Ok(StreamPlace {
            open: Arc::clone(&self.open),
            node: node.clone(),
        })
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.node) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.node);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_per_node_and_come_back() {
        let streams = StreamCount::new(2);
        let node: NodeId = "spiffe://us.dev.invalid/agency/cbp/node/lax"
            .parse()
            .unwrap();
        let other: NodeId = "spiffe://mx.dev.invalid/agency/anam/node/nlu"
            .parse()
            .unwrap();
        let held = [streams.enter(&node).unwrap(), streams.enter(&node).unwrap()];
        assert_eq!(
            streams.enter(&node).unwrap_err().reason(),
            Reason::LimitReached
        );
        streams.enter(&other).unwrap();
        drop(held);
        assert!(streams.open.lock().unwrap().is_empty());
    }
}
