//! What a node counts: its statements, so that recipients can see gaps, and the alerts it numbers in a year.
//!
//! The file holds the next free numbers. A process takes a block of them before it uses the first, under a lock and durably,
//! so that no number is ever given out twice, not even by two processes or across a power cut. A number that was taken and
//! not used is a gap; a gap makes a recipient ask, a repeat would make it disbelieve. Numbers are given back where nothing can have
//! come of them: not after a failure of the disk (see `precinto_client::outbox`), and not by a process that is killed.

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
    /// The year of `alerts`.
    year: u16,
}

/// What one statement has been numbered with so far.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Numbers {
    /// Its sequence number.
    pub(crate) sequence: Option<u64>,
    /// Year and number of its alert, if it opens one.
    pub(crate) alert: Option<(u16, u32)>,
}

/// The file.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Next {
    sequence: u64,
    year: u16,
    alert: u64,
}

/// What a process would take next by such a file; `None` when it is none.
#[cfg(any(test, fuzzing))]
pub(crate) fn taken_by(bytes: &[u8], block: u64) -> Option<Range<u64>> {
    let mut next: Next = serde_json::from_slice(bytes).ok()?;
    take_block(&mut next.sequence, block).ok()
}

impl Counters {
    /// The counters in the folder `state`, which is made if need be; `block` numbers are taken at a time.
    pub(crate) fn open(state: &Path, block: u64) -> anyhow::Result<Self> {
        crate::files::make_folder(state)?;
        let path = state.join("counters.json");
        Ok(Self {
            path,
            block,
            sequence: 0..0,
            alerts: 0..0,
            year: 0,
        })
    }

    /// The next sequence number, from 1.
    pub(crate) fn sequence(&mut self) -> anyhow::Result<u64> {
        if self.sequence.is_empty() {
            let block = self.block;
            self.sequence = self.take(|next| take_block(&mut next.sequence, block))??;
        }
        self.sequence
            .next()
            .context("a block of numbers is not empty")
    }

    /// Takes the newest numbers back: what they were taken for did not come to be.
    pub(crate) fn untake(&mut self, numbers: Numbers) {
        let back = |range: &mut Range<u64>, number: u64| {
            if range.start == number + 1 {
                range.start = number;
            }
        };
        if let Some(number) = numbers.sequence {
            back(&mut self.sequence, number);
        }
        if let Some((_, number)) = numbers.alert.filter(|(year, _)| *year == self.year) {
            back(&mut self.alerts, number.into());
        }
    }

    /// The next alert number of `year`, from 1, with the year that it counts in.
    ///
    /// That is a later one if somebody has counted there already, because a clock was ahead or went back: then nobody
    /// remembers how far `year` was counted, and a number given out twice is worse than a year too early.
    pub(crate) fn alert(&mut self, year: u16) -> anyhow::Result<(u16, u32)> {
        if self.alerts.is_empty() || self.year < year {
            let block = self.block.min(ALERTS_MAX);
            (self.year, self.alerts) = self.take(|next| {
                if next.year < year {
                    (next.year, next.alert) = (year, 1);
                }
                take_block(&mut next.alert, block).map(|taken| (next.year, taken))
            })??;
        }
        let number = self
            .alerts
            .next()
            .context("a block of numbers is not empty")?;
        let year = self.year;
        let full = || {
            Failure::usage((
                format!("all alert numbers of {year} are used"),
                format!("se usaron todos los números de alerta de {year}"),
            ))
        };
        let number = u32::try_from(number)
            .ok()
            .filter(|number| *number <= 999_999)
            .ok_or_else(full)?;
        Ok((self.year, number))
    }

    /// Gives back what was not used, unless somebody has taken numbers since.
    pub(crate) fn give_back(&mut self) -> anyhow::Result<()> {
        let (sequence, alerts) = (self.sequence.clone(), self.alerts.clone());
        if sequence.is_empty() && alerts.is_empty() {
            return Ok(());
        }
        let year = self.year;
        self.take(|next| {
            if next.sequence == sequence.end {
                next.sequence -= sequence.end - sequence.start;
            }
            if next.year == year && next.alert == alerts.end {
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
                year: 0,
                alert: 1,
            },
            Err(error) => return Err(error).with_context(what),
        };
        let taken = change(&mut next);
        durable::replace(&self.path, &serde_json::to_vec(&next)?).with_context(what)?;
        Ok(taken)
    }
}

/// A file that somebody has spoilt may say any number; there is none behind the last.
fn take_block(next: &mut u64, block: u64) -> anyhow::Result<Range<u64>> {
    let first = *next;
    *next = first.checked_add(block).context("all numbers are used")?;
    Ok(first..*next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(folder: &tempfile::TempDir, block: u64) -> Counters {
        Counters::open(folder.path(), block).unwrap()
    }

    #[test]
    fn behind_the_last_number_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("counters.json");
        let last = u64::MAX;
        let text = format!(r#"{{"sequence":{last},"year":2026,"alert":{last}}}"#);
        crate::files::write_public(&file, text.into_bytes()).unwrap();
        let mut counters = opened(&folder, 1);
        assert!(counters.sequence().is_err());
        assert!(counters.alert(2026).is_err());
    }

    #[test]
    fn numbers_are_given_out_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut one = opened(&folder, 10);
        assert_eq!(one.sequence().unwrap(), 1);
        assert_eq!(one.sequence().unwrap(), 2);
        let mut other = opened(&folder, 10);
        assert_eq!(other.sequence().unwrap(), 11);
        // The first one's rest lies below what the other took: it stays a gap.
        one.give_back().unwrap();
        other.give_back().unwrap();
        assert_eq!(opened(&folder, 1).sequence().unwrap(), 12);
    }

    #[test]
    fn a_number_for_nothing_is_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut counters = opened(&folder, 1);
        let sequence = counters.sequence().unwrap();
        let alert = counters.alert(2026).unwrap();
        counters.untake(Numbers {
            sequence: Some(sequence),
            alert: Some(alert),
        });
        counters.give_back().unwrap();
        let mut again = opened(&folder, 1);
        assert_eq!(again.sequence().unwrap(), sequence);
        assert_eq!(again.alert(2026).unwrap(), alert);
    }

    #[test]
    fn a_number_of_the_old_year_is_not_taken_back_into_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut counters = opened(&folder, 4);
        let old = Numbers {
            sequence: None,
            alert: Some(counters.alert(2026).unwrap()),
        };
        assert_eq!(counters.alert(2027).unwrap(), (2027, 1));
        counters.untake(old);
        assert_eq!(counters.alert(2027).unwrap(), (2027, 2));
    }

    #[test]
    fn alerts_begin_again_each_year_and_the_sequence_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut old = opened(&folder, 1);
        assert_eq!(old.sequence().unwrap(), 1);
        assert_eq!(old.alert(2026).unwrap(), (2026, 1));
        assert_eq!(old.alert(2026).unwrap(), (2026, 2));
        let mut new = opened(&folder, 1);
        assert_eq!(new.sequence().unwrap(), 2);
        assert_eq!(new.alert(2027).unwrap(), (2027, 1));
    }

    #[test]
    fn a_long_stream_crosses_new_year() {
        let folder = tempfile::tempdir().unwrap();
        let mut stream = opened(&folder, 1024);
        assert_eq!(stream.alert(2026).unwrap(), (2026, 1));
        assert_eq!(stream.alert(2027).unwrap(), (2027, 1));
        stream.give_back().unwrap();
        assert_eq!(opened(&folder, 1).alert(2027).unwrap(), (2027, 2));
    }

    #[test]
    fn a_stream_of_the_old_year_repeats_no_number_after_another_has_begun_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut late = opened(&folder, 2);
        assert_eq!(late.alert(2026).unwrap(), (2026, 1));
        assert_eq!(opened(&folder, 1).alert(2027).unwrap(), (2027, 1));
        assert_eq!(late.alert(2026).unwrap(), (2026, 2));
        // Its block is used up, and how far 2026 was counted is forgotten.
        assert_eq!(late.alert(2026).unwrap(), (2027, 2));
        late.give_back().unwrap();
        assert_eq!(opened(&folder, 1).alert(2027).unwrap(), (2027, 3));
    }

    #[test]
    fn what_is_left_of_the_old_year_is_not_given_back_into_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut late = opened(&folder, 2);
        assert_eq!(late.alert(2026).unwrap(), (2026, 1));
        let mut new = opened(&folder, 1);
        assert_eq!(new.alert(2027).unwrap(), (2027, 1));
        assert_eq!(new.alert(2027).unwrap(), (2027, 2));
        late.give_back().unwrap();
        assert_eq!(new.alert(2027).unwrap(), (2027, 3));
    }
}
