//! What a node counts: its statements, so that recipients can see gaps, and the alerts it numbers in a year.
//!
//! The file holds the next free numbers. A process takes a block of them before it uses the first, under a lock and durably,
//! so that no number is ever given out twice, not even by two processes or across a power cut. A number that was taken and
//! not used is a gap; a gap makes a recipient ask, a repeat would make it disbelieve.

use crate::exit::Failure;
use anyhow::Context;
use precinto_ledger::durable;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Alert numbers are read over the telephone, so gaps among them are kept small.
const ALERTS_MAX: u64 = 16;

/// Numbers of this node, taken in blocks.
#[derive(Debug)]
pub(crate) struct Counters {
    path: PathBuf,
    block: u64,
    sequence: Range<u64>,
    alerts: Range<u64>,
    year: u16,
}

/// The file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Next {
    sequence: u64,
    year: u16,
    alert: u64,
}

impl Counters {
    /// The counters in the folder `state`, which is made if need be; `block` numbers are taken at a time.
    pub(crate) fn open(state: &Path, block: u64, year: u16) -> anyhow::Result<Self> {
        crate::files::make_folder(state)?;
        let path = state.join("counters.json");
        Ok(Self {
            path,
            block,
            sequence: 0..0,
            alerts: 0..0,
            year,
        })
    }

    /// The next sequence number, from 1.
    pub(crate) fn sequence(&mut self) -> anyhow::Result<u64> {
        if self.sequence.is_empty() {
            let block = self.block;
            self.sequence = self.take(|next| take_block(&mut next.sequence, block))?;
        }
        self.sequence
            .next()
            .context("a block of numbers is not empty")
    }

    /// The next alert number of the year, from 1.
    pub(crate) fn alert(&mut self) -> anyhow::Result<u32> {
        if self.alerts.is_empty() {
            let block = self.block.min(ALERTS_MAX);
            self.alerts = self.take(|next| take_block(&mut next.alert, block))?;
        }
        let number = self
            .alerts
            .next()
            .context("a block of numbers is not empty")?;
        let full = || Failure::usage(format!("all alert numbers of {} are used", self.year));
        Ok(u32::try_from(number)
            .ok()
            .filter(|number| *number <= 999_999)
            .ok_or_else(full)?)
    }

    /// Gives back what was not used, unless somebody has taken numbers since.
    pub(crate) fn give_back(&mut self) -> anyhow::Result<()> {
        let (sequence, alerts) = (self.sequence.clone(), self.alerts.clone());
        self.take(|next| {
            if next.sequence == sequence.end {
                next.sequence -= sequence.end - sequence.start;
            }
            if next.alert == alerts.end {
                next.alert -= alerts.end - alerts.start;
            }
        })?;
        (self.sequence, self.alerts) = (0..0, 0..0);
        Ok(())
    }

    /// Reads, changes and durably replaces the file, alone.
    fn take<T>(&self, change: impl FnOnce(&mut Next) -> T) -> anyhow::Result<T> {
        let what = || format!("the counters {}", self.path.display());
        let lock = File::create(self.path.with_extension("lock")).with_context(what)?;
        lock.lock().with_context(what)?;
        let mut next = match std::fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).with_context(what)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Next {
                sequence: 1,
                year: self.year,
                alert: 1,
            },
            Err(error) => return Err(error).with_context(what),
        };
        if next.year < self.year {
            next = Next {
                year: self.year,
                alert: 1,
                ..next
            };
        }
        let taken = change(&mut next);
        durable::replace(&self.path, &serde_json::to_vec(&next)?).with_context(what)?;
        Ok(taken)
    }
}

fn take_block(next: &mut u64, block: u64) -> Range<u64> {
    let first = *next;
    *next += block;
    first..*next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_given_out_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut one = Counters::open(folder.path(), 10, 2026).unwrap();
        assert_eq!(one.sequence().unwrap(), 1);
        assert_eq!(one.sequence().unwrap(), 2);
        let mut other = Counters::open(folder.path(), 10, 2026).unwrap();
        assert_eq!(other.sequence().unwrap(), 11);
        // The first one's rest lies below what the other took: it stays a gap.
        one.give_back().unwrap();
        other.give_back().unwrap();
        assert_eq!(
            Counters::open(folder.path(), 1, 2026)
                .unwrap()
                .sequence()
                .unwrap(),
            12
        );
    }

    #[test]
    fn alerts_begin_again_each_year_and_the_sequence_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut old = Counters::open(folder.path(), 1, 2026).unwrap();
        assert_eq!(
            (
                old.sequence().unwrap(),
                old.alert().unwrap(),
                old.alert().unwrap()
            ),
            (1, 1, 2)
        );
        let mut new = Counters::open(folder.path(), 1, 2027).unwrap();
        assert_eq!((new.sequence().unwrap(), new.alert().unwrap()), (2, 1));
    }
}
