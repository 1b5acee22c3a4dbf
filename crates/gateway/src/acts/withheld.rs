//! What the rules in force keep from an agency for which it stands in the log: noted where they have spoken, recorded beside it.
//!
//! Nobody waits for the record: to withhold takes nothing from anybody that could be held back for it, and whoever reads must
//! not be told by a pause, nor by the growth of the log, whose leaves every node may read: all that was noted is recorded together,
//! every [`WITHHELD_EVERY_MS`] by the clock and at the stop, and so hangs on no delivery. A crash loses what was noted since.
//!
//! It is written only while the rules that spoke are in force, so that an auditor finds them before it; what comes too late for that
//! is counted.

use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use precinto_alert::id::AgencyId;
use precinto_alert::{Reason, reason};
use precinto_ledger::AppendError;
use precinto_ledger::clock::Clock;
use precinto_proto::v1 as pb;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Acts, act_id};
use crate::in_force::InForce;
use crate::limits::{
    CLOCK_TICK, WITHHELD_AT_ONCE_MAX, WITHHELD_EVERY_MS, WITHHELD_KNOWN_MAX,
    WITHHELD_PER_AGENCY_MAX, WITHHELD_QUEUE_MAX,
};
use crate::ration::Ration;
use crate::status::Refusal;

/// The end that those speak to who withhold. Clones are one.
#[derive(Debug, Clone)]
pub(crate) struct Withheld {
    shared: Arc<Shared>,
    queue: mpsc::Sender<Noted>,
}

/// What waits to be recorded.
#[derive(Debug)]
pub(crate) struct Waiting {
    shared: Arc<Shared>,
    queue: mpsc::Receiver<Noted>,
}

/// The one who records it.
#[derive(Debug)]
pub(crate) struct Recorder {
    waiting: Waiting,
    acts: Acts,
    in_force: InForce,
    clock: Arc<dyn Clock>,
    gateway: String,
    /// By agency: nobody fills the log by asking for what is forbidden.
    quota: Ration<AgencyId>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The ids of those noted of late: the log knows all of them, and is not asked at every delivery.
    known: Mutex<HashSet<[u8; 16]>>,
    /// How many were not noted since the last that is in the log.
    left_out: AtomicU64,
}

/// What was kept from whom, and by which verdict.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The entry.
    pub(crate) index: u64,
    /// Who sent it, as SPIFFE id.
    pub(crate) sender: String,
    /// From whom.
    pub(crate) agency: AgencyId,
    /// Which rules.
    pub(crate) decision: Arc<pb::Decision>,
    /// Whether they forbid it; they could not be evaluated otherwise.
    pub(crate) is_forbidden: bool,
}

#[derive(Debug)]
struct Noted {
    act_id: [u8; 16],
    kept: Kept,
}

impl Withheld {
    /// Both ends.
    pub(crate) fn new() -> (Self, Waiting) {
        let (sender, queue) = mpsc::channel(WITHHELD_QUEUE_MAX);
        let shared: Arc<Shared> = Arc::default();
        let withheld = Self {
            shared: Arc::clone(&shared),
            queue: sender,
        };
        (withheld, Waiting { shared, queue })
    }

    /// Notes it, unless it was noted before. Waits for nothing.
    pub(crate) fn note(&self, kept: Kept) {
        let act_id = kept.act_id();
        if !self.shared.is_new(act_id) {
            return;
        }
        if self.queue.try_send(Noted { act_id, kept }).is_err() {
            self.shared.leave_out(&act_id);
        }
    }
}

impl Kept {
    /// The same for the same entry, agency and verdict.
    fn act_id(&self) -> [u8; 16] {
        let (index, agency) = (self.index.to_be_bytes(), self.agency.to_string());
        let rules = self.decision.rules.join("\n");
        act_id(&[
            b"precinto/withheld/v1\0",
            &index,
            &self.decision.policy_digest,
            agency.as_bytes(),
            b"\n",
            rules.as_bytes(),
        ])
    }
}

impl Shared {
    fn is_new(&self, act_id: [u8; 16]) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= WITHHELD_KNOWN_MAX && !known.contains(&act_id) {
            known.clear();
        }
        known.insert(act_id)
    }

    /// It is not recorded: the next time is the first.
    fn leave_out(&self, act_id: &[u8; 16]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(act_id);
        self.left_out.fetch_add(1, Ordering::Relaxed);
    }
}

impl Waiting {
    /// Records it as acts of `gateway`, by the rules that are in force then.
    pub(crate) fn recorder(
        self,
        acts: Acts,
        in_force: InForce,
        clock: Arc<dyn Clock>,
        gateway: String,
    ) -> Recorder {
        Recorder {
            waiting: self,
            acts,
            in_force,
            clock,
            gateway,
            quota: Ration::of(WITHHELD_PER_AGENCY_MAX),
        }
    }
}

/// One that is in the log's queue, or was refused there.
struct Begun<'a> {
    noted: Noted,
    /// How many it says to have been left out.
    count: u64,
    recording: Recording<'a>,
    first: Poll<Result<u64, AppendError>>,
}

type Recording<'a> = Pin<Box<dyn Future<Output = Result<u64, AppendError>> + Send + 'a>>;

impl Recorder {
    /// Records what is noted, until `stop`; what was noted by then is recorded before it ends.
    pub(crate) async fn keep(mut self, stop: CancellationToken) {
        let mut last = self.stretch();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return self.record_all().await,
                () = tokio::time::sleep(CLOCK_TICK) => {}
            }
            if last != self.stretch() {
                last = self.stretch();
                self.record_all().await;
            }
        }
    }

    /// The number of the stretch of time that it is.
    fn stretch(&self) -> u64 {
        self.clock.now_ms() / WITHHELD_EVERY_MS
    }

    /// Some at once, so that they share a sync.
    async fn record_all(&mut self) {
        while !self.waiting.queue.is_empty() {
            let mut noted = Vec::new();
            while noted.len() < WITHHELD_AT_ONCE_MAX
                && let Ok(one) = self.waiting.queue.try_recv()
            {
                noted.push(one);
            }
            let mut begun = Vec::with_capacity(noted.len());
            for one in noted {
                begun.extend(self.begin(one).await);
            }
            for one in begun {
                self.finish(one).await;
            }
        }
    }

    /// Puts it into the log's queue, unless it is in the log.
    async fn begin(&self, noted: Noted) -> Option<Begun<'_>> {
        let Noted { act_id, kept } = &noted;
        let left_out = || self.waiting.shared.leave_out(act_id);
        match self.acts.has(act_id) {
            Ok(true) => return None,
            Ok(false) => {}
            Err(error) => {
                self.not_logged(&noted, &error.into());
                return None;
            }
        }
        if (self.quota.take(&kept.agency, self.clock.now_ms())).is_err() {
            left_out();
            return None;
        }
        let held = self.in_force.hold().await;
        if held.rules().digest().as_slice() != kept.decision.policy_digest {
            // Others have come into force, and speak for themselves.
            left_out();
            return None;
        }
        let count = self.waiting.shared.left_out.swap(0, Ordering::Relaxed);
        let act = self.act(kept, count);
        let mut recording: Recording<'_> = Box::pin(self.acts.record_as(*act_id, act));
        // The first poll puts it into the log's queue: from there on other rules may come.
        let first = poll_fn(|context| Poll::Ready(recording.as_mut().poll(context))).await;
        drop(held);
        Some(Begun {
            noted,
            count,
            recording,
            first,
        })
    }

    async fn finish(&self, begun: Begun<'_>) {
        let recorded = match begun.first {
            Poll::Ready(recorded) => recorded,
            Poll::Pending => begun.recording.await,
        };
        match recorded {
            Ok(_) | Err(AppendError::Conflict { .. }) => {}
            Err(error) => {
                let left_out = &self.waiting.shared.left_out;
                left_out.fetch_add(begun.count, Ordering::Relaxed);
                self.not_logged(&begun.noted, &error.into());
            }
        }
    }

    fn not_logged(&self, Noted { act_id, kept }: &Noted, refusal: &Refusal) {
        let (index, reason) = (kept.index, reason::name(refusal.reason()));
        tracing::warn!(index, agency = %kept.agency, reason, "that an entry was withheld is not logged");
        self.waiting.shared.leave_out(act_id);
    }

    fn act(&self, kept: &Kept, count: u64) -> pb::ActRecord {
        let reason = if kept.is_forbidden {
            Reason::PolicyDenied
        } else {
            Reason::PolicyError
        };
        pb::ActRecord {
            actor: self.gateway.clone(),
            kind: pb::ActKind::DeliveryWithheld.into(),
            subject: kept.agency.to_string(),
            party: kept.sender.clone(),
            from_index: kept.index,
            to_index: kept.index.saturating_add(1),
            reason: reason.into(),
            decision: Some(kept.decision.as_ref().clone()),
            count,
            ..Default::default()
        }
    }
}
