//! Whether the peer of an open line would still be let in: its certificate may be revoked, or end, while the line is open.

use std::sync::Arc;

use precinto_alert::Reason;
use precinto_ledger::clock::Clock;
use tokio::sync::Semaphore;

use crate::authenticate::Caller;
use crate::blocking;
use crate::in_force::InForce;
use crate::limits::{LINES_JUDGED_AT_ONCE_MAX, STANDING_PATROL};

/// By what every open line is judged again and again.
#[derive(Debug, Clone)]
pub struct Welcome {
    in_force: InForce,
    clock: Arc<dyn Clock>,
    judging: Arc<Semaphore>,
}

impl Welcome {
    /// By these terms, as they change, and this time.
    pub fn new(in_force: InForce, clock: Arc<dyn Clock>) -> Self {
        let judging = Arc::new(Semaphore::new(LINES_JUDGED_AT_ONCE_MAX));
        Self {
            in_force,
            clock,
            judging,
        }
    }

    /// Resolves when the caller is not welcome any more, with the reason. Judges at once, since something else may have come
    /// into force while its handshake was under way; then with every change of trust, and every [`STANDING_PATROL`], because
    /// a certificate ends without any event.
    pub(super) async fn lost(mut self, caller: &Caller) -> Reason {
        let mut trust = self.in_force.look().trust;
        let mut judged = caller.judge(&trust, self.clock.now_ms());
        loop {
            if let Err(reason) = judged {
                return reason;
            }
            tokio::select! {
                biased; // either has it judged
                () = self.in_force.news() => {}
                () = tokio::time::sleep(STANDING_PATROL) => {}
            }
            let now = self.in_force.look().trust;
            judged = if Arc::ptr_eq(&now, &trust) {
                // Most often it is remembered.
                caller.judge(&trust, self.clock.now_ms())
            } else {
                trust = now;
                self.judge_anew(caller).await
            };
        }
    }

    /// Other trust remembers nobody, and all lines are judged by it at the same time: not on the workers that submissions
    /// need, and a few at once.
    async fn judge_anew(&self, caller: &Caller) -> Result<(), Reason> {
        let _turn = self.judging.acquire().await;
        let (caller, trust, now_ms) = (caller.clone(), self.in_force.trust(), self.clock.now_ms());
        let judged = blocking::spawn(move || caller.judge(&trust, now_ms));
        // A judgement that did not finish is our bug, and nobody stays on its account.
        judged.await.unwrap_or(Err(Reason::Internal))
    }
}
