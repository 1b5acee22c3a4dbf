//! One page: what the reader may read of a stretch of the log, within limits of records, bytes and entries looked at.

use std::ops::Range;
use std::sync::Arc;

use precinto_alert::Reason;
use precinto_alert::id::AlertId;
use precinto_ledger::{Ledger, StoredEntry};
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::{is_for, record};
use crate::cases::{Cases, alert_id_of};
use crate::limits::{CASE_ENTRIES_MAX, PAGE_BYTES_MAX, SCAN_BYTES_MAX, SCAN_ENTRIES_MAX};
use crate::rights::Reader;
use crate::status::Refusal;

#[cfg(test)]
mod tests;

/// What a page is to hold.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) reader: Reader,
    /// Only this case; all of them without.
    pub(super) case: Option<AlertId>,
    /// Where to begin, and the size of the log that the answer's checkpoint covers.
    pub(super) range: Range<u64>,
    pub(super) records_max: usize,
    pub(super) limits: ScanLimits,
}

/// How much one page may look at, and carry.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScanLimits {
    pub(super) entries: usize,
    pub(super) entries_of_case: usize,
    pub(super) bytes: usize,
    pub(super) page_bytes: usize,
}

impl Default for ScanLimits {
    fn default() -> Self {
        Self {
            entries: SCAN_ENTRIES_MAX,
            entries_of_case: CASE_ENTRIES_MAX,
            bytes: SCAN_BYTES_MAX,
            page_bytes: PAGE_BYTES_MAX,
        }
    }
}

/// Some records, ascending by index.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) records: Vec<pb::Record>,
    /// What the query wants below this index is in this page or lies before the query's range.
    pub(super) next_index: u64,
    bytes: usize,
}

/// Where to look, and how much more may be looked at.
struct Scan {
    /// Of a case only what may belong to it, ascending; otherwise everything.
    only: Option<Vec<u64>>,
    entries_left: usize,
    bytes_left: usize,
}

impl Query {
    /// The next page. Of everything, it may be empty and still not the last one, when all that was looked at was for others;
    /// of a case it is empty only at the end, as if there were no such case.
    pub(super) fn page(&self, ledger: &Ledger, cases: &Cases) -> Result<Page, Refusal> {
        let mut scan = self.scan(ledger, cases)?;
        let mut page = Page {
            next_index: self.range.start,
            ..Page::default()
        };
        loop {
            page.next_index = scan.next_place(page.next_index).min(self.range.end);
            if self.is_done(&page, &scan) {
                return Ok(self.ended(page));
            }
            let entries = scan.read(ledger, page.next_index)?;
            for entry in &entries {
                if self.is_done(&page, &scan) {
                    return Ok(self.ended(page));
                }
                if self.wants(entry) && !page.take(record(ledger, entry)?, self.limits.page_bytes) {
                    return Ok(self.ended(page));
                }
                page.next_index = entry.index().saturating_add(1);
                scan.looked_at(entry);
            }
        }
    }

    /// Of a case, the next page begins behind the last record: any other index would be one of what is kept from the reader.
    fn ended(&self, mut page: Page) -> Page {
        if self.case.is_some()
            && page.next_index < self.range.end
            && let Some(last) = page.records.last()
        {
            page.next_index = last.index.saturating_add(1);
        }
        page
    }

    fn scan(&self, ledger: &Ledger, cases: &Cases) -> Result<Scan, Refusal> {
        let ScanLimits {
            entries,
            entries_of_case,
            bytes,
            ..
        } = self.limits;
        Ok(match &self.case {
            Some(case) => Scan {
                only: Some(cases.candidates(ledger, case)?),
                entries_left: entries_of_case,
                bytes_left: bytes,
            },
            None => Scan {
                only: None,
                entries_left: entries,
                bytes_left: bytes,
            },
        })
    }

    fn is_done(&self, page: &Page, scan: &Scan) -> bool {
        let is_spent = scan.entries_left == 0 || scan.bytes_left == 0;
        // An empty page that is not the last one would tell whoever may read nothing of a case that there is one. How far such
        // a page looks is bounded by the size of a case.
        let may_be_empty = self.case.is_none();
        page.next_index >= self.range.end
            || page.records.len() >= self.records_max
            || (is_spent && (may_be_empty || !page.records.is_empty()))
    }

    fn wants(&self, entry: &StoredEntry) -> bool {
        let is_wanted = match &self.case {
            // Candidates of a case are not all of that case.
            Some(case) => alert_id_of(entry).is_some_and(|of| of == case.as_str()),
            None => !entry.record_pruned(),
        };
        is_wanted && is_for(entry, &self.reader)
    }
}

impl Scan {
    /// The first index, from this one on, at which there may be something.
    fn next_place(&self, index: u64) -> u64 {
        let Some(only) = &self.only else {
            return index;
        };
        let passed = only.partition_point(|place| *place < index);
        only.get(passed).copied().unwrap_or(u64::MAX)
    }

    /// At least one entry, which the log has.
    fn read(&self, ledger: &Ledger, index: u64) -> Result<Vec<Arc<StoredEntry>>, Refusal> {
        // Of a case one entry at a time: its neighbours are of others.
        let bytes_max = self.only.as_ref().map_or(self.bytes_left, |_| 0);
        let entries = ledger.read_from(index, bytes_max)?;
        if entries.is_empty() {
            return Err(Refusal::new(Reason::Internal));
        }
        Ok(entries)
    }

    fn looked_at(&mut self, entry: &StoredEntry) {
        self.entries_left = self.entries_left.saturating_sub(1);
        self.bytes_left = self.bytes_left.saturating_sub(entry.size_bytes());
    }
}

impl Page {
    /// Adds a record if there is room for it. The first one always has room.
    fn take(&mut self, record: pb::Record, bytes_max: usize) -> bool {
        let bytes = self.bytes.saturating_add(record.encoded_len());
        if bytes > bytes_max && !self.records.is_empty() {
            return false;
        }
        self.bytes = bytes;
        self.records.push(record);
        true
    }
}
