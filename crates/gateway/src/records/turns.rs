//! Turns at reading the log: a few for each node and for all, on threads that submissions do not need.

use std::sync::Arc;

use precinto_alert::Reason;
use precinto_alert::id::NodeId;
use tokio::sync::Semaphore;

use crate::blocking;
use crate::limits::{RECORD_READS_MAX, RECORD_READS_PER_NODE_MAX};
use crate::open_streams::StreamCount;
use crate::status::Refusal;

/// Who reads at the moment.
#[derive(Debug)]
pub(super) struct Turns {
    of_nodes: StreamCount,
    of_all: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            of_nodes: StreamCount::new(RECORD_READS_PER_NODE_MAX),
            of_all: Arc::new(Semaphore::new(RECORD_READS_MAX)),
        }
    }
}

impl Turns {
    /// Reads when it is this node's turn. `OVERLOADED` when it is reading as much as it may: that passes in a moment.
    ///
    /// A turn ends with the reading, not with the call: whoever gives up and calls again does not read twice as much.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        node: &NodeId,
        read: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let place = self.of_nodes.enter(node);
        let place = place.map_err(|_| Refusal::new(Reason::Overloaded))?;
        let turn = Arc::clone(&self.of_all).acquire_owned().await;
        let turn = turn.map_err(|_| Refusal::new(Reason::Internal))?;
        let reading = blocking::spawn(move || {
            let _until_read = (place, turn);
            read()
        });
        let lost = |_| Err(Refusal::new(Reason::Internal));
        reading.await.unwrap_or_else(lost)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{SyncSender, sync_channel};

    use super::*;

    fn node(number: usize) -> NodeId {
        let text = format!("spiffe://us.dev.invalid/agency/cbp/node/n{number}");
        text.parse().unwrap()
    }

    /// Begins a reading that lasts until the sender is dropped.
    fn begin(
        turns: &Arc<Turns>,
        number: usize,
    ) -> (SyncSender<()>, tokio::task::JoinHandle<Result<(), Refusal>>) {
        let (end, ended) = sync_channel::<()>(0);
        let turns = Arc::clone(turns);
        let reading = async move {
            let read = move || {
                assert!(ended.recv().is_err());
                Ok(())
            };
            turns.read(&node(number), read).await
        };
        (end, tokio::spawn(reading))
    }

    fn taken(turns: &Turns) -> usize {
        RECORD_READS_MAX - turns.of_all.available_permits()
    }

    #[tokio::test]
    async fn a_node_reads_so_much_at_once_and_giving_up_does_not_change_it() {
        let turns = Arc::new(Turns::default());
        let mut readings: Vec<_> = (0..RECORD_READS_PER_NODE_MAX)
            .map(|_| begin(&turns, 0))
            .collect();
        while taken(&turns) < RECORD_READS_PER_NODE_MAX {
            tokio::task::yield_now().await;
        }
        let refused = Err(Refusal::new(Reason::Overloaded));
        assert_eq!(turns.read(&node(0), || Ok(())).await, refused);
        assert_eq!(turns.read(&node(1), || Ok(())).await, Ok(()));
        for (_, call) in &mut readings {
            call.abort();
            assert!(call.await.unwrap_err().is_cancelled());
        }
        assert_eq!(turns.read(&node(0), || Ok(())).await, refused);
        drop(readings);
        while taken(&turns) > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(turns.read(&node(0), || Ok(())).await, Ok(()));
    }

    #[tokio::test]
    async fn beyond_what_all_may_read_one_waits() {
        let turns = Arc::new(Turns::default());
        let mut readings: Vec<_> = (0..RECORD_READS_MAX)
            .map(|number| begin(&turns, number))
            .collect();
        while taken(&turns) < RECORD_READS_MAX {
            tokio::task::yield_now().await;
        }
        let last = node(RECORD_READS_MAX);
        let mut waiting = std::pin::pin!(turns.read(&last, || Ok(())));
        let early = tokio::time::timeout(std::time::Duration::from_millis(50), &mut waiting).await;
        assert!(early.is_err(), "{early:?}");
        drop(readings.pop());
        assert_eq!(waiting.await, Ok(()));
    }
}
