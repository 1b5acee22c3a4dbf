//! Whether the node of an open stream is still welcome: looked at again and again, because a stream may live for an hour.

use std::sync::Arc;

use precinto_ledger::clock::Clock;
use tokio::time::Instant;

use super::end::{End, revoked, unlisted};
use crate::accept::Line;
use crate::in_force::{InForce, Terms};
use crate::limits::STANDING_PATROL;
use crate::subscribe::Feed;

/// The standing of one stream's node, judged anew when other trust or another directory comes into force and every
/// [`STANDING_PATROL`].
#[derive(Debug)]
pub(super) struct Standing {
    in_force: InForce,
    clock: Arc<dyn Clock>,
    line: Line,
    next: Instant,
}

impl Standing {
    pub(super) fn new(feed: &Feed, line: Line) -> Self {
        Self {
            in_force: feed.directory.clone(),
            clock: Arc::clone(&feed.clock),
            line,
            // At once: since the handshake, something else may have come into force.
            next: Instant::now(),
        }
    }

    /// Resolves when the node is not welcome any more, with what it is told; cancel-safe.
    pub(super) async fn lost(&mut self) -> End {
        loop {
            if let Err(end) = self.check(Instant::now()) {
                return end;
            }
            tokio::select! {
                biased; // either has it checked
                () = self.in_force.news() => self.next = Instant::now(),
                () = tokio::time::sleep_until(self.next) => {}
            }
        }
    }

    /// Whether the node is still welcome, as far as it is known by now. Costs nothing until it has to be judged again.
    pub(super) fn check(&mut self, now: Instant) -> Result<(), End> {
        if !self.in_force.has_news() && now < self.next {
            return Ok(());
        }
        self.next = now + STANDING_PATROL;
        let Terms { directory, trust } = self.in_force.look();
        let caller = self.line.caller();
        let is_listed = caller.node().is_ok_and(|node| directory.has_node(node));
        if !is_listed {
            return Err(unlisted());
        }
        if caller.judge(&trust, self.clock.now_ms()).is_err() {
            return Err(revoked());
        }
        Ok(())
    }
}
