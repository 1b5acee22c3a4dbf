//! Who records what was withheld, so that the log looks the same whether anything was.
//!
//! As long as the directory may withhold anything ([`Directory::may_withhold`], which hangs on nothing that anybody asks for), each
//! stretch of time ends with one act for each two sides, empty where nothing was noted. The ids are drawn, so that the
//! leaf of an empty one is like any other.
//!
//! [`Directory::may_withhold`]: crate::registry::Directory::may_withhold

use std::collections::BTreeSet;
use std::sync::Arc;

use precinto_alert::id::Side;
use precinto_alert::{Reason, reason};
use precinto_envelope::crypto::random;
use precinto_ledger::clock::Clock;
use tokio_util::sync::CancellationToken;

use super::Withheld;
use super::book::Between;
use crate::acts::{Acts, Doing};
use crate::in_force::InForce;
use crate::limits::{CLOCK_TICK, WITHHELD_EVERY_MS};
use crate::status::Refusal;

/// The one who records it, as acts of the gateway.
#[derive(Debug)]
pub(crate) struct Recorder {
    withheld: Withheld,
    acts: Acts,
    clock: Arc<dyn Clock>,
    gateway: String,
    in_force: InForce,
    /// Whether anything may have been withheld since the last time.
    is_due: bool,
}

impl Withheld {
    /// Who records what is noted here.
    pub(crate) fn recorder(
        &self,
        acts: Acts,
        clock: Arc<dyn Clock>,
        gateway: String,
        in_force: InForce,
    ) -> Recorder {
        Recorder {
            withheld: self.clone(),
            acts,
            clock,
            gateway,
            in_force,
            is_due: false,
        }
    }
}

impl Recorder {
    /// Records what is noted, until `stop`; what was noted by then is recorded before it ends.
    pub(crate) async fn keep(mut self, stop: CancellationToken) {
        let mut last = self.clock.now_ms();
        loop {
            self.is_due |= self.in_force.now().may_withhold();
            tokio::select! {
                biased;
                () = stop.cancelled() => return self.record_the_last().await,
                () = tokio::time::sleep(CLOCK_TICK) => {}
            }
            let now = self.clock.now_ms();
            // A clock that was set back begins anew, rather than be silent until it has caught up.
            last = last.min(now);
            if now - last >= WITHHELD_EVERY_MS {
                last = now;
                self.record().await;
            }
        }
    }

    /// All of it, also what is more than one act says: there is no next time for what cursors have passed.
    async fn record_the_last(mut self) {
        let mut before = usize::MAX;
        loop {
            self.record().await;
            let (count, left_out) = {
                let book = self.withheld.book();
                (book.len(), book.left_out())
            };
            if count == 0 || count >= before {
                if count > 0 || left_out > 0 {
                    tracing::warn!(count, left_out, "what was withheld will not be logged");
                }
                return;
            }
            before = count;
        }
    }

    /// One act for each two sides. What the log cannot take is put back.
    pub(super) async fn record(&mut self) {
        let directory = self.in_force.now();
        let is_due = std::mem::take(&mut self.is_due) || directory.may_withhold();
        // In a log that is only read nothing happens.
        if self.acts.takes_nothing() {
            return;
        }
        let mut due: BTreeSet<Between> = self.withheld.book().due().cloned().collect();
        if is_due {
            let both = |from| {
                directory.sides().map(move |sender| Between {
                    from: Side::clone(from),
                    sender: sender.clone(),
                })
            };
            due.extend(directory.sides().flat_map(both));
        }
        let mut refused = None;
        for between in &due {
            refused = self.record_one(between).await.or(refused);
        }
        if let Some(reason) = refused {
            let (count, reason) = (self.withheld.book().len(), reason::name(reason));
            tracing::warn!(count, reason, "what was withheld is not logged yet");
        }
    }

    /// Why not, if it is not recorded.
    async fn record_one(&self, between: &Between) -> Option<Reason> {
        let page = self.withheld.book().take(between);
        let act = page.act(&self.gateway, between);
        let recorded = self.acts.record_as(random(), Doing::Asked, act).await;
        let error = recorded.err()?;
        self.withheld.book().put_back(between, page);
        Some(Refusal::from(error).reason())
    }
}
