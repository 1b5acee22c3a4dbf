//! Where each case stands, so that a message that may not follow is refused before it is logged.
//!
//! What is in memory for good is an index alone, some 15 bytes an entry: which entries a case may consist of. A case itself is
//! read from the log when somebody adds to it, and kept while there is room
//! ([`CASE_STEPS_LOADED_MAX`](crate::limits::CASE_STEPS_LOADED_MAX)); a message that is being judged has a `Seat`, and its
//! case stays.
//!
//! Judging a message, taking it into its case and handing its entry to the log happen under one lock, without waiting.
//! The log's queue keeps its order, so a case here has seen exactly what lies before the entry in the log, whether synced
//! or not: of two AMENDs of one version only the first gets in, on however many connections they come, and messages of one
//! case follow each other on a pipelined stream without waiting for a sync. An entry that the log does not take after all
//! is taken out of its case again; nothing can have followed it, because an id that is on its way, or in the log, is never
//! judged a second time, and the log refuses an entry late for no other cause, unless its disk fails.
//!
//! Statements that were deleted by law are missing from their case; once all of them are, there is none any more.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use precinto_alert::case::{Audience, Case, Onward, Step};
use precinto_alert::id::{AlertId, MessageId};
use precinto_alert::{Statement, Violation};
use precinto_ledger::{AppendError, Appended, Entry, EntryKey, Ledger, ReadError};
use precinto_proto::v1 as pb;
use tokio::sync::Semaphore;

use crate::blocking;
use crate::limits::CASE_READS_MAX;
use crate::policy;
use crate::registry::Directory;
use index::Index;
use loaded::Loaded;
use seat::PassedOn;

pub(crate) use overdue::Clocked;
pub(crate) use read::{alert_id_of, said};
pub(crate) use seat::Seat;

mod index;
mod loaded;
mod overdue;
mod read;
mod seat;
#[cfg(test)]
pub(crate) mod tests;

/// The cases of one log.
#[derive(Debug)]
pub struct Cases {
    inner: Mutex<Inner>,
    /// Turns at reading a case from the log.
    readers: Arc<Semaphore>,
}

impl Default for Cases {
    fn default() -> Self {
        Inner::default().into()
    }
}

impl From<Inner> for Cases {
    fn from(inner: Inner) -> Self {
        Self {
            inner: inner.into(),
            readers: Arc::new(Semaphore::new(CASE_READS_MAX)),
        }
    }
}

#[derive(Debug, Default)]
struct Inner {
    /// Entries that are in the log.
    index: Index,
    /// Cases that are in memory, everything that is on its way to the log included.
    loaded: Loaded,
    /// Entries that were handed to the log and not answered for; each holds its case in memory.
    on_their_way: HashMap<EntryKey, OnItsWay>,
    /// Those of them that nobody waits for any more; the log takes them all the same.
    abandoned: Vec<EntryKey>,
    /// Missed deadlines that were handed to the log and not answered for.
    overdue: HashMap<EntryKey, AlertId>,
}

/// An entry that the log has not answered for.
#[derive(Debug)]
struct OnItsWay {
    alert_id: AlertId,
    message_id: MessageId,
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
        Some(Self {
            alert_id: statement.alert_id()?.clone(),
            step: Step::new(statement, Audience::of_recipients(recipients))?,
        })
    }
}

/// Why a message did not become part of its case.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// It may not follow what was said before.
    #[error("its case does not allow it: {0}")]
    Objection(Violation),
    /// The log did not take it.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Others kept adding to the case while it was read. Worth trying again in a moment.
    #[error("the case changed all the time")]
    Busy,
    /// What others have said meanwhile changes to whom it would be passed on, and by whose word. Worth trying again.
    #[error("the case is another than the one it was judged by")]
    Moved,
    /// The task that read the case died: our bug.
    #[error("the reading did not finish")]
    Lost,
}

impl From<Violation> for CaseError {
    fn from(objection: Violation) -> Self {
        Self::Objection(objection)
    }
}

impl Cases {
    /// Makes sure that the case of a message is in memory, and stays there until the message is judged: read from the log if
    /// need be, on threads that submissions do not need.
    pub(crate) async fn seat(
        self: &Arc<Self>,
        ledger: &Ledger,
        place: Place,
    ) -> Result<Seat, CaseError> {
        // Each turn but the first needs somebody else to have added to the same case meanwhile.
        for _ in 0..LOAD_TURNS_MAX {
            let candidates = {
                let mut inner = self.lock();
                inner.settle_abandoned(ledger)?;
                let candidates = inner.index.candidates(&place.alert_id);
                if inner.loaded.hold(&place.alert_id) {
                    return Ok(self.seated(place));
                }
                if candidates.is_empty() {
                    inner.loaded.put_and_hold(&place.alert_id, Case::default());
                    return Ok(self.seated(place));
                }
                candidates
            };
            let case = self.read(ledger, &place.alert_id, &candidates).await?;
            let mut inner = self.lock();
            if inner.loaded.hold(&place.alert_id) {
                return Ok(self.seated(place));
            }
            // Nothing of a case that is not in memory is on its way, so what was read is whole unless this has changed.
            if inner.index.candidates(&place.alert_id) == candidates {
                inner.loaded.put_and_hold(&place.alert_id, case);
                return Ok(self.seated(place));
            }
        }
        Err(CaseError::Busy)
    }

    fn seated(self: &Arc<Self>, place: Place) -> Seat {
        Seat::new(Arc::clone(self), place)
    }

    async fn read(
        &self,
        ledger: &Ledger,
        alert_id: &AlertId,
        candidates: &[u64],
    ) -> Result<Case, CaseError> {
        let turn = Arc::clone(&self.readers).acquire_owned().await;
        let turn = turn.map_err(|_| CaseError::Lost)?;
        let (ledger, alert_id) = (ledger.clone(), alert_id.clone());
        let candidates = candidates.to_vec();
        let reading = blocking::spawn(move || {
            let _until_read = turn;
            read::case(&ledger, &alert_id, &candidates)
        });
        Ok(reading.await.map_err(|_| CaseError::Lost)??)
    }

    /// Judges the message and appends it, in one. The first poll does both, and puts the entry into the log's queue.
    pub(crate) async fn append(
        &self,
        ledger: &Ledger,
        entry: Entry,
        seat: Option<Seat>,
    ) -> Result<Appended, CaseError> {
        let Some(seat) = seat else {
            return Ok(ledger.append(entry).await?);
        };
        let key = *entry.key();
        let mut appending = pin!(ledger.append(entry));
        let first = self.send_off(ledger, key, &seat, || {
            appending
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
        })?;
        let Some(first) = first else {
            return Ok(appending.await?);
        };
        let underway = Underway { cases: self, key };
        let answer = match first {
            Poll::Ready(answer) => answer,
            Poll::Pending => appending.await,
        };
        underway.answered(answer.as_ref().ok().map(|appended| appended.proven.index));
        Ok(answer?)
    }

    /// Judges the message and queues its entry by `queue`, under one lock. `None` for a message of an id that was judged
    /// before: of that, the log says whether this one is a repeat.
    fn send_off(
        &self,
        ledger: &Ledger,
        key: EntryKey,
        seat: &Seat,
        queue: impl FnOnce() -> Poll<Result<Appended, AppendError>>,
    ) -> Result<Option<Poll<Result<Appended, AppendError>>>, CaseError> {
        let mut inner = self.lock();
        if inner.on_their_way.contains_key(&key) || ledger.find(&key)?.is_some() {
            return Ok(None);
        }
        let Seat {
            place, passed_on, ..
        } = seat;
        inner.loaded.judge(&place.alert_id, &place.step)?;
        if let Some(PassedOn { directory, onward }) = passed_on
            && *onward != inner.onward(place, directory)
        {
            return Err(CaseError::Moved);
        }
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
        let underway = inner.messages_of(alert_id);
        for key in underway.chain(inner.overdue_of(alert_id)) {
            candidates.extend(ledger.find(key)?.map(|found| found.index));
        }
        candidates.sort_unstable();
        Ok(candidates)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often a case is read anew because it changed meanwhile.
const LOAD_TURNS_MAX: usize = 8;

impl Inner {
    /// To whom a message of a case that is held passes on what another said.
    fn onward(&self, place: &Place, directory: &Directory) -> Vec<Onward> {
        let case = self.loaded.case(&place.alert_id);
        case.onward(&place.step, policy::lives_in(directory))
    }

    /// The entry is in the log's queue.
    fn set_out(&mut self, key: EntryKey, place: &Place) {
        let Place { alert_id, step } = place;
        self.loaded.take(alert_id, step.clone());
        let underway = OnItsWay {
            alert_id: alert_id.clone(),
            message_id: step.message_id(),
        };
        self.on_their_way.insert(key, underway);
    }

    /// The log has answered: the entry stands at that index, or was not taken.
    fn arrive(&mut self, key: &EntryKey, index: Option<u64>) {
        let Some(underway) = self.on_their_way.remove(key) else {
            return;
        };
        let alert_id = &underway.alert_id;
        match index {
            Some(index) => self.index.insert(alert_id, index),
            None => self.loaded.withdraw(alert_id, underway.message_id),
        }
        self.loaded.let_go(alert_id);
    }

    /// Looks in the log for entries that nobody waits for: each gets there, or the process ends.
    fn settle_abandoned(&mut self, ledger: &Ledger) -> Result<(), ReadError> {
        let mut trouble = Ok(());
        for key in std::mem::take(&mut self.abandoned) {
            match ledger.find(&key) {
                Ok(Some(found)) => self.arrive(&key, Some(found.index)),
                Ok(None) => self.abandoned.push(key),
                Err(error) => {
                    self.abandoned.push(key);
                    trouble = Err(error);
                }
            }
        }
        trouble
    }
}

/// Somebody waits for the answer about an entry. The call may be dropped at any time: the entry is appended all the same.
struct Underway<'a> {
    cases: &'a Cases,
    key: EntryKey,
}

impl Underway<'_> {
    fn answered(self, index: Option<u64>) {
        self.cases.lock().arrive(&self.key, index);
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        let mut inner = self.cases.lock();
        if inner.on_their_way.contains_key(&self.key) {
            inner.abandoned.push(self.key);
        }
    }
}
