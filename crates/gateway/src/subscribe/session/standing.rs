//! Whether the node of an open stream is still welcome: looked at again and again, because a stream may live for an hour.

use std::sync::Arc;

use precinto_envelope::trust::TrustStore;
use precinto_ledger::clock::Clock;
use tokio::sync::watch;
use tokio::time::Instant;

use super::end::{End, revoked, unlisted};
use crate::accept::Line;
use crate::limits::STANDING_PATROL;
use crate::registry::InForce;
use crate::subscribe::Feed;

/// The standing of one stream's node, judged anew when other trust or another directory comes into force and every
/// [`STANDING_PATROL`].
#[derive(Debug)]
pub(super) struct Standing {
    trust: watch::Receiver<Arc<TrustStore>>,
    directory: InForce,
    clock: Arc<dyn Clock>,
    line: Line,
    next: Instant,
}

impl Standing {
    pub(super) fn new(feed: &Feed, line: Line) -> Self {
        Self {
            trust: feed.trust.clone(),
            directory: feed.directory.clone(),
            clock: Arc::clone(&feed.clock),
            line,
            // At once: since the handshake, something else may have come into force.
            next: Instant::now(),
        }
    }

    /// Resolves when the node is not welcome any more, with what it is told; cancel-safe.
    pub(super) async fn lost(&mut self) -> End {
        loop {
            if let Err(end) = self.check() {
                return end;
            }
            let news = async {
                if self.trust.changed().await.is_err() {
                    // Nobody can bring other trust into force any more; time still passes.
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                () = news => self.next = Instant::now(),
                () = self.directory.news() => self.next = Instant::now(),
                () = tokio::time::sleep_until(self.next) => {}
            }
        }
    }

    /// Whether the node is still welcome, as far as it is known by now. Costs nothing until it has to be judged again.
    pub(super) fn check(&mut self) -> Result<(), End> {
        let has_news = self.trust.has_changed().unwrap_or_default() || self.directory.has_news();
        if !has_news && Instant::now() < self.next {
            return Ok(());
        }
        self.next = Instant::now() + STANDING_PATROL;
        let trust = Arc::clone(&self.trust.borrow_and_update());
        let directory = self.directory.look();
        let caller = self.line.caller();
        let is_listed = caller.node().is_ok_and(|node| directory.has_node(node));
        if !is_listed {
            return Err(unlisted());
        }
        if !caller.is_welcome(&trust, self.clock.now_ms()) {
            return Err(revoked());
        }
        Ok(())
    }
}
