//! Where each case stands, so that a message that may not follow is refused before it is logged.
//!
//! What is in memory for good is an index alone, some 15 bytes an entry: which entries a case may consist of. A case itself is
//! read from the log when somebody adds to it, and kept for as long as there is room ([`CASE_STEPS_LOADED_MAX`]).
//!
//! Judging a message, taking it into its case and handing its entry to the log happen under one lock, without waiting.
//! The log's queue keeps its order, so a case here has seen exactly what lies before the entry in the log, whether synced
//! or not: of two AMENDs of one version only the first gets in, on however many connections they come, and messages of one
//! case follow each other on a pipelined stream without waiting for a sync. An entry that the log does not take after all
//! is taken out of its case again; nothing can have followed it, because an id that is on its way, or in the log, is never
//! judged a second time, and the log refuses an entry late for no other cause, unless its disk fails.
//!
//! Statements that were deleted by law are missing from their case; without its ALERT there is none any more, and nothing
//! can follow.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use precinto_alert::Statement;
use precinto_alert::case::{Audience, Step};
use precinto_alert::id::AlertId;
use precinto_ledger::{AppendError, Appended, Entry, EntryKey, Ledger, ReadError};
use precinto_proto::v1 as pb;

use crate::limits::CASE_STEPS_LOADED_MAX;
use crate::submit::SubmitError;
use index::Index;
use loaded::Loaded;

pub(crate) use read::alert_id_of;

mod index;
mod loaded;
mod read;
#[cfg(test)]
mod tests;

/// The cases of one log.
#[derive(Debug, Default)]
pub struct Cases {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Entries that are in the log.
    index: Index,
    /// Cases that are in memory, everything that is on its way to the log included.
    loaded: Loaded,
    /// Entries that were handed to the log and not answered for, and the cases that they belong to.
    on_their_way: HashMap<EntryKey, AlertId>,
    /// Those of them that nobody waits for any more; the log takes them all the same.
    abandoned: Vec<EntryKey>,
}

/// A statement's place in a case.
#[derive(Debug)]
pub(crate) struct Place {
    alert_id: AlertId,
    step: Step,
}

impl Place {
    /// Where the statement belongs; `None` for a system notice. `recipients` is what the log says of them.
    pub(crate) fn of(statement: &Statement, recipients: &[pb::ResolvedRecipient]) -> Option<Self> {
        let agencies = recipients.iter().flat_map(|to| &to.agencies);
        let nodes = recipients.iter().flat_map(|to| &to.nodes);
        // We wrote these names ourselves, from identifiers.
        let audience = Audience::new(
            agencies.filter_map(|name| name.parse().ok()),
            nodes.filter_map(|name| name.parse().ok()),
        );
        Some(Self {
            alert_id: statement.alert_id()?.clone(),
            step: Step::new(statement, audience)?,
        })
    }
}

impl Cases {
    /// Whether the message could be logged now, or is being logged. Good for an early refusal; [`Cases::append`] decides.
    pub(crate) fn judge(&self, ledger: &Ledger, place: &Place) -> Result<(), SubmitError> {
        let inner = self.with_case(ledger, &place.alert_id)?;
        if inner.loaded.holds(&place.alert_id, &place.step) {
            return Ok(());
        }
        Ok(inner.loaded.judge(&place.alert_id, &place.step)?)
    }

    /// Judges the message and appends it, in one. The first poll does both, and puts the entry into the log's queue.
    pub(crate) async fn append(
        &self,
        ledger: &Ledger,
        entry: Entry,
        place: Option<Box<Place>>,
    ) -> Result<Appended, SubmitError> {
        let Some(place) = place else {
            return Ok(ledger.append(entry).await?);
        };
        let key = *entry.key();
        let mut appending = pin!(ledger.append(entry));
        let first = self.send_off(ledger, key, *place, || {
            appending
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
        })?;
        let Some(first) = first else {
            return Ok(appending.await?);
        };
        let waiting = Waiting { cases: self, key };
        let answer = match first {
            Poll::Ready(answer) => answer,
            Poll::Pending => appending.await,
        };
        waiting.answered(answer.as_ref().ok().map(|appended| appended.proven.index));
        Ok(answer?)
    }

    /// Judges the message and queues its entry by `queue`, under one lock. `None` for a message of an id that was judged
    /// before: of that, the log says whether this one is a repeat.
    fn send_off(
        &self,
        ledger: &Ledger,
        key: EntryKey,
        place: Place,
        queue: impl FnOnce() -> Poll<Result<Appended, AppendError>>,
    ) -> Result<Option<Poll<Result<Appended, AppendError>>>, SubmitError> {
        let mut inner = self.with_case(ledger, &place.alert_id)?;
        if inner.on_their_way.contains_key(&key) || ledger.find(&key)?.is_some() {
            return Ok(None);
        }
        inner.loaded.judge(&place.alert_id, &place.step)?;
        match queue() {
            // Not queued, and nobody has seen it.
            Poll::Ready(Err(error)) => Err(error.into()),
            first => {
                inner.set_out(key, place);
                Ok(Some(first))
            }
        }
    }

    /// The entries in the log that belong to the case, ascending, and with them some that do not: what is kept of an
    /// alert id is a part of its hash.
    pub(crate) fn candidates(
        &self,
        ledger: &Ledger,
        alert_id: &AlertId,
    ) -> Result<Vec<u64>, ReadError> {
        let inner = self.lock();
        let mut candidates = inner.index.candidates(alert_id);
        // What is synced and not yet answered for may have been delivered already.
        for key in inner.loaded.on_their_way(alert_id) {
            candidates.extend(ledger.find(key)?.map(|found| found.index));
        }
        candidates.sort_unstable();
        Ok(candidates)
    }

    /// The lock, with the case in memory.
    fn with_case(
        &self,
        ledger: &Ledger,
        alert_id: &AlertId,
    ) -> Result<MutexGuard<'_, Inner>, SubmitError> {
        // Each turn but the first needs somebody else to have added to the same case, or to have filled the memory.
        for _ in 0..LOAD_TURNS_MAX {
            let candidates = {
                let mut inner = self.lock();
                inner.settle_abandoned(ledger)?;
                if inner.loaded.has(alert_id) {
                    return Ok(inner);
                }
                inner.index.candidates(alert_id)
            };
            // The disk may take its time; the others go on meanwhile.
            let case = read::case(ledger, alert_id, &candidates)?;
            let mut inner = self.lock();
            if inner.loaded.has(alert_id) {
                return Ok(inner);
            }
            // Nothing of a case that is not in memory is on its way, so what was read is whole unless this has changed.
            if inner.index.candidates(alert_id) == candidates {
                inner.loaded.put(alert_id, case, CASE_STEPS_LOADED_MAX);
                return Ok(inner);
            }
        }
        Err(SubmitError::NoRoom)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often a case is read anew because it changed meanwhile.
const LOAD_TURNS_MAX: usize = 8;

impl Inner {
    /// The entry is in the log's queue.
    fn set_out(&mut self, key: EntryKey, place: Place) {
        self.loaded.take(&place.alert_id, place.step, key);
        self.on_their_way.insert(key, place.alert_id);
    }

    /// The log has answered: the entry stands at that index, or was not taken.
    fn arrive(&mut self, key: &EntryKey, index: Option<u64>) {
        let Some(alert_id) = self.on_their_way.remove(key) else {
            return;
        };
        self.loaded.arrive(&alert_id, key, index.is_some());
        if let Some(index) = index {
            self.index.insert(&alert_id, index);
        }
    }

    /// Looks in the log for entries that nobody waits for: each gets there, or the process ends.
    fn settle_abandoned(&mut self, ledger: &Ledger) -> Result<(), ReadError> {
        for key in std::mem::take(&mut self.abandoned) {
            match ledger.find(&key)? {
                Some(found) => self.arrive(&key, Some(found.index)),
                None => self.abandoned.push(key),
            }
        }
        Ok(())
    }
}

/// Somebody waits for the answer about an entry. The call may be dropped at any time: the entry is appended all the same.
struct Waiting<'a> {
    cases: &'a Cases,
    key: EntryKey,
}

impl Waiting<'_> {
    fn answered(self, index: Option<u64>) {
        self.cases.lock().arrive(&self.key, index);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut inner = self.cases.lock();
        if inner.on_their_way.contains_key(&self.key) {
            inner.abandoned.push(self.key);
        }
    }
}
