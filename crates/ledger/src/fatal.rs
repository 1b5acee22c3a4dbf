//! The end of the process when the ledger can no longer vouch for its disk or for itself.

use std::fmt::{self, Debug, Display};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What happens when a write or a sync has failed, or what was computed twice came out differently.
///
/// There is no way on from there: a second sync may report success over pages that the first one lost, and a
/// checkpoint once signed must not be followed by another of the same size. So the process ends, at once; the
/// next start takes the journal for what is on the disk.
#[derive(Clone)]
pub(crate) struct Fatal {
    end: Arc<dyn Fn() + Send + Sync>,
    ended: Arc<AtomicBool>,
}

impl Fatal {
    /// Aborts the process.
    pub(crate) fn abort() -> Self {
        Self::instead(|| std::process::abort())
    }

    /// Calls `instead`, after which the ledger does nothing more: for tests that go on to look at the disk.
    pub(crate) fn instead(instead: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            end: Arc::new(instead),
            ended: Arc::default(),
        }
    }

    /// Says what happened and ends. Whoever calls this MUST do nothing afterwards.
    pub(crate) fn end(&self, doing: &str, what: &dyn Display) {
        tracing::error!(doing, what = %what, "the log cannot go on: the process ends");
        self.ended.store(true, Ordering::SeqCst);
        (self.end)();
    }

    /// Whether it has happened, in a process that a test keeps alive.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }
}

impl Debug for Fatal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fatal")
    }
}
