//! Acts: what somebody did to the gateway's own state, as entries of the log. This is the only maker of ACT entries.
//!
//! An act is in the log, durably, before it takes effect; what cannot be recorded does not happen. Whoever acts therefore asks
//! [`Acts::record`] first and goes on only with the index that it gives.
//!
//! To be given what others may not read is an act as well (`Given`), but for deliveries: whom a statement is for stands in its
//! record, and how far a subscription has come in its cursor. What has nothing to be told of makes no act, so that who reads
//! the log to its end comes to an end.

use std::sync::Arc;

use precinto_alert::Reason;
use precinto_alert::id::{AlertId, Identity, NodeId};
use precinto_envelope::crypto::{random, sha256};
use precinto_ledger::clock::Clock;
use precinto_ledger::{AppendError, Entry, EntryKey, Ledger, ReadError, StoredEntry};
use precinto_merkle::leaf::EntryType;
use precinto_proto::v1 as pb;
use prometheus_client::metrics::counter::Counter;
use prost::Message as _;
use tokio_util::sync::CancellationToken;

use crate::ration::Ration;
use crate::status::Refusal;
use reads::Reads;

mod reads;
mod revoked;
mod withheld;

pub(crate) use revoked::{Hearing, Revoked};
pub(crate) use withheld::{Kept, Recorder, Withheld};

/// Records acts. Cheap to clone; all clones share one ration.
#[derive(Debug, Clone)]
pub struct Acts {
    ledger: Ledger,
    clock: Arc<dyn Clock>,
    /// As for conflicts: nobody fills the log with entries that say nothing to anybody.
    quota: Arc<Ration>,
    /// What is read, of which there is much more.
    reads: Arc<Reads>,
    /// Acts that the log did not take.
    failures: Counter,
}

/// On whose account an act is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    /// The gateway's own: it goes on into the last of the log's reserve.
    Own,
    /// Somebody's who asks for it, also where the gateway is the actor: a connection that is refused is a stranger's doing, what is
    /// withheld that of whoever would read it.
    Asked,
}

/// Those who record beside what they tell of: nobody waits for them.
#[derive(Debug)]
pub(crate) struct Beside {
    /// Who comes back with a revoked certificate.
    pub(crate) hearing: Hearing,
    /// What is withheld.
    pub(crate) withheld: Recorder,
}

impl Beside {
    /// Records what they hear of, until `stop`, which comes when nobody is served any more.
    pub(crate) async fn keep(self, stop: CancellationToken) {
        let Self { hearing, withheld } = self;
        tokio::join!(hearing.keep(stop.clone()), withheld.keep(stop));
    }
}

/// What a node is about to be given that not every node may read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given {
    first: u64,
    last: u64,
    count: u64,
}

impl Given {
    /// Those of these entries that are not for everybody; none if there are none, and nothing is to be recorded. Ascending.
    pub(crate) fn of<'a>(entries: impl Iterator<Item = &'a StoredEntry>) -> Option<Self> {
        let counted = entries.filter(|entry| !is_for_all(entry));
        Self::at(counted.map(StoredEntry::index))
    }

    /// Entries that are not for everybody, by their indexes, ascending; none if there are none.
    pub(crate) fn at(indexes: impl Iterator<Item = u64>) -> Option<Self> {
        indexes.fold(None, |given: Option<Self>, index| {
            let (first, count) = given.map_or((index, 0), |given| (given.first, given.count));
            Some(Self {
                first,
                last: index,
                count: count + 1,
            })
        })
    }

    fn act(self, kind: pb::ActKind) -> pb::ActRecord {
        pb::ActRecord {
            kind: kind.into(),
            from_index: self.first,
            to_index: self.last.saturating_add(1),
            count: self.count,
            ..Default::default()
        }
    }
}

/// Whether acts of this kind are for every listed node: on what trust rests, and what it is held by, both sides must be able to
/// hold each other to.
pub(crate) fn is_everybodys(kind: pb::ActKind) -> bool {
    matches!(
        kind,
        pb::ActKind::TrustChanged | pb::ActKind::CredentialChanged | pb::ActKind::ReloadRefused
    )
}

/// Whether to be given this entry tells nobody anything that is kept from others: what every node of the directory may read,
/// and that somebody has read. If that were an act too, two who follow the log would make it grow for ever.
fn is_for_all(entry: &StoredEntry) -> bool {
    match entry.leaf().entry_type {
        EntryType::Trust => true,
        EntryType::Act => pb::ActRecord::decode(entry.record()).is_ok_and(|record| {
            let kind = record.kind();
            is_everybodys(kind)
                || matches!(kind, pb::ActKind::RecordsRead | pb::ActKind::LogExported)
        }),
        _ => false,
    }
}

impl Acts {
    /// Acts in this log, none of them counted as yet.
    pub fn new(ledger: Ledger, clock: Arc<dyn Clock>) -> Self {
        Self {
            ledger,
            clock,
            quota: Arc::default(),
            reads: Arc::default(),
            failures: Counter::default(),
        }
    }

    /// How many acts the log did not take, which did not happen therefore.
    pub(crate) fn failures(&self) -> Counter {
        self.failures.clone()
    }

    /// Logs that `node` is given these records, which MUST NOT leave before; those of one alert if it asked for it. `OVERLOADED`,
    /// with the time to wait, for who has read too much of late.
    pub(crate) async fn records_read(
        &self,
        node: &NodeId,
        alert: Option<&AlertId>,
        indexes: Vec<u64>,
    ) -> Result<(), Refusal> {
        let Some(given) = Given::at(indexes.iter().copied()) else {
            return Ok(());
        };
        if let Err(wait) = self.reads.take(node, self.clock.now_ms()) {
            return Err(Refusal::new(Reason::Overloaded).with_retry_after(wait));
        }
        let act = pb::ActRecord {
            subject: alert.map_or_else(String::new, ToString::to_string),
            indexes,
            ..given.act(pb::ActKind::RecordsRead)
        };
        self.read(node, act).await
    }

    /// Logs that `node` is given these entries, which MUST NOT leave before. Who has read too much of late waits: there is a
    /// stream to keep him.
    pub(crate) async fn exported(&self, node: &NodeId, given: Given) -> Result<(), Refusal> {
        while let Err(wait) = self.reads.take(node, self.clock.now_ms()) {
            tokio::time::sleep(wait).await;
        }
        self.read(node, given.act(pb::ActKind::LogExported)).await
    }

    async fn read(&self, node: &NodeId, act: pb::ActRecord) -> Result<(), Refusal> {
        let act = pb::ActRecord {
            actor: node.to_string(),
            via: pb::ActVia::Call.into(),
            ..act
        };
        self.record_as(random(), Doing::Asked, act).await?;
        Ok(())
    }

    /// Logs an act of `act.actor`, under its `act_id` or, if it has none, one drawn for it, and gives the entry's index when it is
    /// durable. Who keeps the id and tries again gets the same entry.
    ///
    /// MUST be called before the act takes effect, which it MUST NOT do after an error: `OVERLOADED` for a node that has
    /// acted too often in a minute ([`crate::limits::CONFLICTS_PER_NODE_MAX`]), with the rest of that minute as the time to
    /// wait, or a log that is too busy, `DRAINING` for one that has stopped. The gateway's own acts are not rationed: a revocation
    /// waits for nobody.
    pub async fn record(&self, act: pb::ActRecord) -> Result<u64, Refusal> {
        let doing = match act.actor.parse() {
            Ok(Identity::Node(node)) => {
                let taken = self.quota.take(&node, self.clock.now_ms());
                let wait = |wait| Refusal::new(Reason::Overloaded).with_retry_after(wait);
                taken.map_err(wait)?;
                Doing::Asked
            }
            Ok(Identity::Gateway(_)) => Doing::Own,
            // Our bug: who acts was identified long before this.
            Ok(Identity::Officer(_)) | Err(_) => return Err(Refusal::new(Reason::Internal)),
        };
        let act_id = act
            .act_id
            .as_slice()
            .try_into()
            .unwrap_or_else(|_| random());
        Ok(self.record_as(act_id, doing, act).await?)
    }

    /// Records what the gateway itself does to what it relies on. In a log that is only read it is done all the same, and not
    /// recorded: a revocation does not wait until somebody has found the entries that are missing.
    pub(crate) async fn record_own(&self, act: pb::ActRecord) -> Result<(), Refusal> {
        if self.takes_nothing() {
            return Ok(());
        }
        self.record(act).await.map(|_| ())
    }

    /// Whether the log is only read.
    pub(crate) fn takes_nothing(&self) -> bool {
        self.ledger.rollback().is_some()
    }

    /// Whether an act stands in the log under this id.
    pub(crate) fn has(&self, act_id: &[u8; 16]) -> Result<bool, ReadError> {
        Ok(self.ledger.find(&EntryKey::act(act_id))?.is_some())
    }

    /// As [`Acts::record`], for an act that has an id of its own, and that its maker rations. What is recorded under that id
    /// already is recorded: the same act gives the same index, another one is a conflict.
    pub(crate) async fn record_as(
        &self,
        act_id: [u8; 16],
        doing: Doing,
        act: pb::ActRecord,
    ) -> Result<u64, AppendError> {
        let record = pb::ActRecord {
            act_id: act_id.to_vec(),
            ..act
        };
        let entry = Entry::act(&act_id, record.encode_to_vec());
        let entry = match doing {
            Doing::Own => entry,
            Doing::Asked => entry.on_request(),
        };
        let appended = self.ledger.append(entry).await;
        // Who says under a known id something else has failed at nothing that the log is to blame for.
        if let Err(error) = &appended
            && !matches!(error, AppendError::Conflict { .. })
        {
            self.failures.inc();
        }
        Ok(appended?.proven.index)
    }
}

/// The id of an act that follows from what it is about: the same, done again, makes no second entry.
pub(crate) fn act_id(of: &[&[u8]]) -> [u8; 16] {
    let digest = sha256(of);
    *digest.first_chunk().expect("a digest has 32 bytes")
}

#[cfg(test)]
mod tests;
