//! The newest checkpoint that any of several subscriptions to one log, or the outbox, has verified: what one of them is shown, the
//! others must be able to see too.

use crate::log::LogClient;
use crate::pin::{AcceptError, Pin, agree};
use precinto_merkle::checkpoint::SignedCheckpoint;
use std::sync::Arc;
use tokio::sync::Mutex;

/// Shared by the subscribers and the courier of one node. Each subscriber keeps its own pin; by this they notice also a log that
/// shows one history on one stream and another on the next, or one that has answered a submission with a branch of its own.
#[derive(Debug, Clone)]
pub struct Common(Arc<Mutex<Pin>>);

impl Default for Common {
    /// For as long as the process lasts.
    fn default() -> Self {
        Self::kept(Pin::memory())
    }
}

impl Common {
    /// Goes on with what was heard before, and keeps it where `pin` is kept.
    pub fn kept(pin: Pin) -> Self {
        Self(Arc::new(Mutex::new(pin)))
    }

    /// Has the log show that `heard`, which may be older or newer, is of one growing log with what was heard before. One at a time,
    /// so that no two are left uncompared.
    pub(crate) async fn agree(
        &self,
        heard: &SignedCheckpoint,
        log: &LogClient,
    ) -> Result<(), AcceptError> {
        let mut newest = self.0.lock().await;
        let before = newest.newest();
        if let Some(before) = before {
            agree(before, heard, log).await?;
        }
        let size = |one: &SignedCheckpoint| one.checkpoint().size;
        if before.is_none_or(|before| size(before) < size(heard)) {
            newest.advance(heard.clone()).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::Connection;
    use crate::test_gateway::TestGateway;

    async fn log_of(entries: u64) -> TestGateway {
        let gateway = TestGateway::start().await;
        gateway.fill(entries);
        gateway
    }

    #[tokio::test]
    async fn a_log_that_shows_each_stream_another_history_is_noticed() {
        let (ours, forked) = (log_of(5).await, log_of(9).await);
        let checkpoint = |of: &TestGateway, size| of.state().log.checkpoint(size);
        let connection = Connection::open(&ours.settings, &ours.clock).await;
        let log = LogClient::new(&connection.unwrap());
        let one = Common::default();
        let other = one.clone();
        one.agree(&checkpoint(&ours, 4), &log).await.unwrap();
        // One stream is a little behind the other.
        other.agree(&checkpoint(&ours, 3), &log).await.unwrap();
        one.agree(&checkpoint(&ours, 5), &log).await.unwrap();
        let lie = other.agree(&checkpoint(&forked, 4), &log).await;
        assert!(matches!(lie, Err(AcceptError::Contradiction(_))), "{lie:?}");
    }
}
