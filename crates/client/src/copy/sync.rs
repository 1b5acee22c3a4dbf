//! Bringing the copy up to date: pages of records, each judged like a delivery, and written before the next one is asked for.

use super::store::{About, DOUBTED, META_ASKED_AGAIN, PRUNED, damaged, number, read_meta};
use super::take::{Desk, Taken, concerns, take};
use super::{CopyError, OwnCopy, SyncError};
use crate::connection::Connection;
use crate::limits::ASKED_AGAIN_MAX;
use crate::log::{LogClient, LogError};
use crate::overdue;
use crate::pin::Pin;
use crate::records::RecordClient;
use crate::subscribe::Unbelievable;
use crate::subscribe::delivery::{Offered, fetch_certificates, judge};
use precinto_alert::Reason;
use precinto_alert::id::AlertId;
use precinto_envelope::certificate::CertificatePool;
use precinto_proto::v1 as pb;
use redb::{ReadableDatabase, ReadableTable};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What bringing the copy up to date has brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// Messages that were not there before.
    pub taken: u64,
    /// Everything that does not hold, from this time and from before: see [`OwnCopy::unbelievable`].
    pub unbelievable: Vec<Unbelievable>,
    /// Everything below this index of the log was asked for.
    pub position: u64,
    /// Bodies that the gateway says were deleted, from this time and from before: see [`OwnCopy::pruned`].
    pub pruned: Vec<PrunedBody>,
    /// Cases that were recalled, and whose content is now under lock or erased; those of a sync that failed, too.
    pub quarantined: Vec<AlertId>,
}

/// A message whose body the gateway says was deleted by law. Its word is all there is: nothing proves that it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrunedBody {
    /// Where in the log the message stands.
    pub index: u64,
    /// Its case; `None` for a system notice.
    pub alert_id: Option<AlertId>,
}

/// One run: where to ask, and what is known so far.
pub(super) struct Run {
    connection: Connection,
    records: RecordClient,
    pub(super) log: LogClient,
    pub(super) pin: Pin,
    certificates: CertificatePool,
}

impl OwnCopy {
    /// Asks the gateway for everything from [`OwnCopy::position`] on, and for what was not believed, or had no body, before;
    /// verifies it by the connection's trust and clock, and stores it. `on_progress` hears the position and the log's size
    /// after each page.
    ///
    /// What came before an error, or before the future is dropped, is kept.
    pub async fn sync(
        &mut self,
        connection: &Connection,
        mut on_progress: impl FnMut(u64, u64),
    ) -> Result<Synced, SyncError> {
        let mut run = self.begin(connection)?;
        let mut taken = 0;
        let ended = self.pages(&mut run, &mut taken, &mut on_progress).await;
        // Whatever else went wrong: what was to be erased is erased now.
        self.finish_erasing(connection.clock().now_ms()).await?;
        ended?;
        Ok(Synced {
            taken,
            unbelievable: self.unbelievable()?,
            position: self.position,
            pruned: self.pruned()?,
            quarantined: std::mem::take(&mut self.recalled_untold),
        })
    }

    async fn pages(
        &mut self,
        run: &mut Run,
        count: &mut u64,
        on_progress: &mut impl FnMut(u64, u64),
    ) -> Result<(), SyncError> {
        let again = self.ask_again(run).await?;
        *count += self.write(&run.connection, again).await?;
        let mut token = String::new();
        loop {
            let page = match run.records.page(self.position, &token).await {
                // The gateway was started anew; the position alone says where to go on.
                Err(LogError::Refused(refusal))
                    if refusal.reason == Some(Reason::PageToken) && !token.is_empty() =>
                {
                    token.clear();
                    continue;
                }
                page => page?,
            };
            token.clone_from(&page.next_page_token);
            let (taken, size) = self.judged(run, page).await?;
            let (position, as_of_ms) = (taken.position, taken.as_of_ms);
            *count += self.write(&run.connection, taken).await?;
            self.position = position.unwrap_or(self.position);
            self.as_of_ms = as_of_ms.or(self.as_of_ms);
            on_progress(self.position, size);
            if token.is_empty() {
                return Ok(());
            }
        }
    }

    /// What the gateway has offered and what does not hold, by index. Each is asked for again at a sync, in its turn,
    /// because the cause may be this node's own trust settings.
    pub fn unbelievable(&self) -> Result<Vec<Unbelievable>, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let doubted = read.open_table(DOUBTED).about(path)?;
        let mut all = Vec::new();
        for entry in doubted.iter().about(path)? {
            let (index, found) = entry.about(path)?;
            let (time_ms, reason, detail) = found.value();
            all.push(Unbelievable {
                index: index.value(),
                attempt: 1,
                time_ms,
                reason: Reason::try_from(reason).unwrap_or(Reason::Unspecified),
                detail: detail.to_owned(),
            });
        }
        Ok(all)
    }

    /// Messages whose body the gateway says was deleted by law, by index. It may say so of any, and proves it of none, so each is
    /// asked for again at a sync, in its turn, and taken when it comes.
    pub fn pruned(&self) -> Result<Vec<PrunedBody>, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let pruned = read.open_table(PRUNED).about(path)?;
        let mut all = Vec::new();
        for entry in pruned.iter().about(path)? {
            let (index, name) = entry.about(path)?;
            let alert_id = match name.value() {
                "" => None,
                name => Some(
                    name.parse::<AlertId>()
                        .map_err(|error| damaged(path, error.to_string()))?,
                ),
            };
            all.push(PrunedBody {
                index: index.value(),
                alert_id,
            });
        }
        Ok(all)
    }

    pub(super) fn begin(&self, connection: &Connection) -> Result<Run, SyncError> {
        let log = connection.receipts().log();
        if log.name() != self.origin {
            return Err(SyncError::OtherLog {
                found: log.name().to_owned(),
                expected: self.origin.clone(),
            });
        }
        Ok(Run {
            connection: connection.clone(),
            records: RecordClient::new(connection),
            pin: Pin::open(self.pin_path(), log)?,
            log: LogClient::new(connection),
            certificates: CertificatePool::default(),
        })
    }

    /// Tries again what was not believed or had no body, each in its turn.
    async fn ask_again(&self, run: &mut Run) -> Result<Taken, SyncError> {
        let turn = self.turn()?;
        let mut taken = Taken {
            asked_again: turn.last().copied(),
            ..Taken::default()
        };
        for index in turn {
            let record = match run.records.at(index).await {
                Ok(record) => record,
                Err(error) if error.is_transient() => return Err(error.into()),
                Err(_) => continue,
            };
            run.judge(record, self, &mut taken).await?;
        }
        Ok(taken)
    }

    /// What to ask for again: so many at most, from where the last sync stopped, and around.
    pub(super) fn turn(&self) -> Result<Vec<u64>, CopyError> {
        let doubted = self.unbelievable()?;
        let doubted = doubted.iter().map(|doubt| doubt.index);
        let pruned = self.pruned()?;
        let mut first: BTreeSet<u64> = doubted.chain(pruned.iter().map(|one| one.index)).collect();
        let last = read_meta(&self.database, &self.path, META_ASKED_AGAIN)?;
        let last = last.and_then(|bytes| number(&bytes));
        let next = first.split_off(&last.map_or(0, |last| last.saturating_add(1)));
        let all = next.into_iter().chain(first);
        Ok(all.take(ASKED_AGAIN_MAX).collect())
    }

    /// Judges a page: its checkpoint, its account of the log, and each of its records. Also gives the log's size.
    async fn judged(
        &self,
        run: &mut Run,
        page: pb::ListRecordsResponse,
    ) -> Result<(Taken, u64), SyncError> {
        let pb::ListRecordsResponse {
            records,
            next_page_token,
            next_index,
            checkpoint,
        } = page;
        if let Some(newer) = run.pin.accept(&checkpoint, &run.log).await? {
            run.pin.advance(newer).await?;
        }
        let pinned = run.pin.newest().map(|newest| newest.checkpoint().size);
        let size = pinned.unwrap_or_default();
        let indices = records.iter().map(|record| record.index);
        let is_ordered = indices.clone().is_sorted_by(|one, next| one < next)
            && indices
                .clone()
                .all(|index| (self.position..next_index).contains(&index));
        // Without progress on a page that is not the last there would be no end, and the last one ends where the log does:
        // otherwise the copy would call itself up to date without what was kept from it.
        let is_last = next_page_token.is_empty();
        let goes_on = if is_last {
            next_index == size
        } else {
            next_index > self.position
        };
        if !is_ordered || !goes_on || next_index < self.position || next_index > size {
            return Err(LogError::Answer("a page of records does not add up").into());
        }
        let mut taken = Taken {
            position: Some(next_index),
            as_of_ms: is_last.then(|| run.connection.clock().now_ms()),
            ..Taken::default()
        };
        for record in records {
            run.judge(record, self, &mut taken).await?;
        }
        Ok((taken, size))
    }

    /// Writes a page; how many messages were new. What was recalled is remembered here, whatever becomes of the next page.
    async fn write(&mut self, connection: &Connection, taken: Taken) -> Result<u64, CopyError> {
        let database = Arc::clone(&self.database);
        let (agency, path) = (self.agency.clone(), self.path.clone());
        let now_ms = connection.clock().now_ms();
        let write = move || {
            let desk = Desk {
                agency: &agency,
                path: &path,
                now_ms,
            };
            take(&database, &desk, &taken)
        };
        // A sync of the disk may take long; the runtime's workers have other things to do.
        let written = crate::machine::blocking(write).await;
        let change =
            written.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        self.recalled_untold.extend(change.recalled);
        Ok(change.taken)
    }
}

impl Run {
    async fn judge(
        &mut self,
        record: pb::Record,
        copy: &OwnCopy,
        taken: &mut Taken,
    ) -> Result<(), SyncError> {
        let judged = match Offered::of_record(record) {
            Err(doubt) => Err(doubt),
            Ok(offered) if offered.delivery.kind() == pb::EntryKind::Overdue => {
                match overdue::judge(offered.delivery, self.connection.receipts()) {
                    Ok(overdue) if overdue.concerns(&copy.agency) => taken.overdue.push(*overdue),
                    Ok(_) => {}
                    Err(doubt) => taken.doubted.push(doubt),
                }
                return Ok(());
            }
            Ok(offered) => {
                let known = &mut self.certificates;
                fetch_certificates(&offered.delivery, known, &self.log).await?;
                let connection = &self.connection;
                judge(offered, known, connection.trust(), connection.receipts())
            }
        };
        match judged {
            // Auditors may read more than what concerns them; that is not their agency's copy.
            Ok(delivery) if concerns(&delivery, &copy.agency) => taken.believed.push(*delivery),
            Ok(_) => {}
            Err(doubt) => taken.doubted.push(doubt),
        }
        Ok(())
    }
}
