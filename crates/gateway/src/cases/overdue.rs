//! Missed deadlines: a case with its clocks, and their way into the log.
//!
//! A step is queued under the lock under which messages are judged and queued, and only if nothing was added to the case
//! since its clocks were read: so nobody is called late whose answer is before that in the log.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use precinto_alert::Case;
use precinto_alert::case::{Audience, Missed, Step};
use precinto_alert::clock::Clocks;
use precinto_alert::id::AlertId;
use precinto_ledger::{AppendError, Appended, Entry, EntryKey, Ledger, ReadError, StoredEntry};
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::{Cases, Inner, said};

/// A case with its clocks, as the log has it.
#[derive(Debug)]
pub(crate) struct Clocked {
    pub(crate) case: Case,
    pub(crate) clocks: Clocks,
    alert_id: AlertId,
    /// The entries that it was read from, and with them some of others.
    candidates: Vec<u64>,
}

/// Entries in the log's queue.
pub(crate) struct Queued {
    entries: Vec<(EntryKey, Poll<Answer>, Appending)>,
}

type Answer = Result<Appended, AppendError>;
type Appending = Pin<Box<dyn Future<Output = Answer> + Send>>;

impl Clocked {
    pub(crate) fn new(alert_id: AlertId) -> Self {
        Self {
            case: Case::default(),
            clocks: Clocks::default(),
            alert_id,
            candidates: Vec::new(),
        }
    }

    /// Takes in an entry of the case.
    pub(crate) fn take(&mut self, entry: &StoredEntry) {
        if let Some(missed) = missed_of(entry) {
            self.case.apply_overdue(missed);
        }
        let Some((statement, record)) = said(entry) else {
            return;
        };
        let policy = record.decision.map(|decision| decision.policy);
        let audience = Audience::of_recipients(&record.recipients);
        if let Some(step) = Step::new(&statement, audience) {
            self.case.apply(step);
            self.clocks.take(
                &statement,
                entry.leaf().time_ms,
                &policy.unwrap_or_default(),
            );
        }
    }
}

impl Cases {
    /// The case as the log has it by now. Blocks.
    pub(crate) fn clocked(&self, ledger: &Ledger, alert_id: AlertId) -> Result<Clocked, ReadError> {
        let candidates = self.lock().index.candidates(&alert_id);
        let mut clocked = Clocked::new(alert_id);
        for index in &candidates {
            let entry = ledger.read(*index)?;
            if super::alert_id_of(&entry).is_some_and(|of| of == clocked.alert_id.as_str()) {
                clocked.take(&entry);
            }
        }
        clocked.candidates = candidates;
        Ok(clocked)
    }

    /// Queues missed deadlines of the case, unless something was added to it, or is being added, since it was read.
    pub(crate) fn queue_overdue(
        &self,
        ledger: &Ledger,
        clocked: &Clocked,
        entries: Vec<Entry>,
    ) -> Result<Option<Queued>, ReadError> {
        let Clocked {
            alert_id,
            candidates,
            ..
        } = clocked;
        let mut inner = self.lock();
        inner.settle_abandoned(ledger)?;
        let is_unchanged = inner.index.candidates(alert_id) == *candidates
            && inner.messages_of(alert_id).next().is_none();
        if !is_unchanged {
            return Ok(None);
        }
        let queue = |entry: Entry| {
            let (key, ledger) = (*entry.key(), ledger.clone());
            let mut appending: Appending = Box::pin(async move { ledger.append(entry).await });
            let first = appending
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
            inner.overdue.insert(key, alert_id.clone());
            (key, first, appending)
        };
        let entries = entries.into_iter().map(queue).collect();
        Ok(Some(Queued { entries }))
    }

    /// Waits until the log has answered for all of them; the last error, if it has not taken all of them.
    pub(crate) async fn overdue_logged(&self, queued: Queued) -> Result<(), AppendError> {
        let mut has_all = Ok(());
        for (key, first, appending) in queued.entries {
            let answer = match first {
                Poll::Ready(answer) => answer,
                Poll::Pending => appending.await,
            };
            let mut inner = self.lock();
            let alert_id = inner.overdue.remove(&key);
            match (answer, alert_id) {
                (Ok(appended), Some(alert_id)) => {
                    inner.index.insert(&alert_id, appended.proven.index);
                }
                (Ok(_), None) => {}
                (Err(error), _) => has_all = Err(error),
            }
        }
        has_all
    }
}

impl Inner {
    /// Messages of the case that the log has not answered for.
    pub(super) fn messages_of(&self, alert_id: &AlertId) -> impl Iterator<Item = &EntryKey> {
        let on_their_way = self.on_their_way.iter();
        on_their_way.filter_map(move |(key, one)| (one.alert_id == *alert_id).then_some(key))
    }

    /// Missed deadlines of the case that the log has not answered for. There are few at any time.
    pub(super) fn overdue_of(&self, alert_id: &AlertId) -> impl Iterator<Item = &EntryKey> {
        let on_their_way = self.overdue.iter();
        on_their_way.filter_map(move |(key, of)| (of == alert_id).then_some(key))
    }
}

/// What an OVERDUE entry says; none for any other, or one that was deleted by law.
fn missed_of(entry: &StoredEntry) -> Option<Missed> {
    if entry.leaf().entry_type != EntryType::Overdue || entry.record_pruned() {
        return None;
    }
    let record = pb::OverdueRecord::decode(entry.record()).ok()?;
    Missed::of(&record)
}

/// The case of an OVERDUE entry.
pub(super) fn alert_id_of(entry: &StoredEntry) -> Option<String> {
    let belongs = Belongs::decode(entry.record()).ok()?;
    Some(belongs.alert_id).filter(|alert_id| !alert_id.is_empty())
}

/// The part of an `OverdueRecord` that says which case it belongs to.
#[derive(Clone, PartialEq, prost::Message)]
struct Belongs {
    #[prost(string, tag = "1")]
    alert_id: String,
}
