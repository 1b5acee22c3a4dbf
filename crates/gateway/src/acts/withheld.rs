//! What the rules in force keep from an agency for which it stands in the log: noted where they have spoken, recorded beside it.
//!
//! Nobody waits for the record: to withhold takes nothing from anybody that could be held back for it, and whoever reads must
//! not be told by a pause, nor by when the log grows, whose leaves every node may read: all that was noted is recorded together,
//! every [`WITHHELD_EVERY_MS`] by the clock and at the stop, and so hangs on no delivery. By how much the log grows then does say how
//! much was withheld from somebody: who asks for one entry in a quiet night may see that it was for its agency. A crash loses what was
//! noted since.
//!
//! The rules that spoke may have gone by then: a subscription that was passed over by them has no next time, so it is recorded all the
//! same. An auditor finds the rules by their digest, before the act. What the log cannot take now waits for the next time.

use std::collections::{HashSet, VecDeque};
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

use super::{Acts, Doing, act_id};
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
    /// What the log could not take the last time; at most [`WITHHELD_QUEUE_MAX`].
    put_off: VecDeque<Noted>,
    acts: Acts,
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

    /// It is not recorded, and counted: the next time is the first.
    fn leave_out(&self, act_id: &[u8; 16]) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(act_id);
        self.left_out.fetch_add(1, Ordering::Relaxed);
    }
}

impl Waiting {
    /// Records it as acts of `gateway`.
    pub(crate) fn recorder(self, acts: Acts, clock: Arc<dyn Clock>, gateway: String) -> Recorder {
        Recorder {
            waiting: self,
            put_off: VecDeque::new(),
            acts,
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
                () = stop.cancelled() => return self.record_the_last().await,
                () = tokio::time::sleep(CLOCK_TICK) => {}
            }
            if last != self.stretch() {
                last = self.stretch();
                self.record_all().await;
            }
        }
    }

    /// As [`Self::record_all`], whatever share the agencies have had: there is no next time for what their cursors have passed. It is
    /// bounded by what may wait.
    async fn record_the_last(mut self) {
        self.quota = Ration::of(u32::MAX);
        self.record_all().await;
        let left_out = self.waiting.shared.left_out.load(Ordering::Relaxed);
        if left_out > 0 || !self.put_off.is_empty() {
            let count = self.put_off.len();
            tracing::warn!(count, left_out, "what was withheld will not be logged");
        }
    }

    /// The number of the stretch of time that it is.
    fn stretch(&self) -> u64 {
        self.clock.now_ms() / WITHHELD_EVERY_MS
    }

    /// All that was noted by now, some at once, so that they share a sync. What is noted meanwhile is for the next time: it would hang
    /// on what somebody reads just now, and there might be no end to it.
    async fn record_all(&mut self) {
        // What is put off once more stands behind all of it.
        let mut all = std::mem::take(&mut self.put_off);
        let noted = (0..self.waiting.queue.len()).map_while(|_| self.waiting.queue.try_recv().ok());
        all.extend(noted);
        let mut refused = None;
        while !all.is_empty() {
            let some = all.drain(..WITHHELD_AT_ONCE_MAX.min(all.len())).collect();
            for (noted, reason) in self.record_some(some).await {
                refused = Some(reason);
                self.put_off(noted);
            }
        }
        if let Some(reason) = refused {
            let (count, reason) = (self.put_off.len(), reason::name(reason));
            tracing::warn!(count, reason, "what was withheld is not logged yet");
        }
    }

    /// Records them, and gives back what cannot be now, and why.
    async fn record_some(&self, some: Vec<Noted>) -> Vec<(Noted, Reason)> {
        let (mut begun, mut not_yet) = (Vec::with_capacity(some.len()), Vec::new());
        for noted in some {
            match self.begin(noted).await {
                Ok(one) => begun.extend(one),
                Err(not_now) => not_yet.push(not_now),
            }
        }
        for one in begun {
            not_yet.extend(self.finish(one).await);
        }
        not_yet
    }

    fn put_off(&mut self, noted: Noted) {
        if self.put_off.len() < WITHHELD_QUEUE_MAX {
            self.put_off.push_back(noted);
        } else {
            self.waiting.shared.leave_out(&noted.act_id);
        }
    }

    /// Puts it into the log's queue, unless it is in the log; given back if its agency has had its share for now, or if the log
    /// cannot be read.
    async fn begin(&self, noted: Noted) -> Result<Option<Begun<'_>>, (Noted, Reason)> {
        let Noted { act_id, kept } = &noted;
        match self.acts.has(act_id) {
            Ok(true) => return Ok(None),
            Ok(false) => {}
            Err(error) => return Err((noted, Refusal::from(error).reason())),
        }
        if (self.quota.take(&kept.agency, self.clock.now_ms())).is_err() {
            return Err((noted, Reason::Overloaded));
        }
        let count = self.waiting.shared.left_out.swap(0, Ordering::Relaxed);
        let recording = self
            .acts
            .record_as(*act_id, Doing::Asked, self.act(kept, count));
        let mut recording: Recording<'_> = Box::pin(recording);
        // The first poll puts it into the log's queue, where those behind it follow without waiting for it.
        let first = poll_fn(|context| Poll::Ready(recording.as_mut().poll(context))).await;
        Ok(Some(Begun {
            noted,
            count,
            recording,
            first,
        }))
    }

    /// Waits until it is in the log; given back if that cannot take it now.
    async fn finish(&self, begun: Begun<'_>) -> Option<(Noted, Reason)> {
        let recorded = match begun.first {
            Poll::Ready(recorded) => recorded,
            Poll::Pending => begun.recording.await,
        };
        match recorded {
            Ok(_) => None,
            Err(error) => {
                let left_out = &self.waiting.shared.left_out;
                left_out.fetch_add(begun.count, Ordering::Relaxed);
                // Of a conflict only the count is new: it is in the log, with another.
                let is_there = matches!(error, AppendError::Conflict { .. });
                (!is_there).then(|| (begun.noted, Refusal::from(error).reason()))
            }
        }
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

#[cfg(test)]
mod tests;
