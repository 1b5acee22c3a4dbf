//! The report for people: one line of verdict, a table of checks, the findings, and what is not proven.

use super::{KeySource, Report, Verdict};
use crate::finding::{Check, Severity};
use std::fmt;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Clean => "CLEAN",
            Verdict::Findings => "FINDINGS",
            Verdict::Inconclusive => "INCONCLUSIVE",
        };
        let log = self.origin.as_deref().unwrap_or("unknown");
        writeln!(
            f,
            "{verdict}   log {log}, {}",
            several(self.entries, "entry", "entries")
        )?;
        if let (Some(first), Some(last)) = (self.first_ms, self.last_ms) {
            writeln!(f, "  from {} to {}", utc(first), utc(last))?;
        }
        if let Some(root) = self.root() {
            writeln!(f, "  tree size {}, root {root}", self.tree_size)?;
        }
        writeln!(f)?;
        for check in Check::ALL {
            let (result, detail) = self.row(check);
            writeln!(f, "  {:<16}{result:<13}{detail}", check.title())?;
        }
        self.write_findings(f)?;
        writeln!(f)?;
        for sentence in self.not_proven() {
            writeln!(f, "Not proven: {sentence}.")?;
        }
        Ok(())
    }
}

impl Report {
    /// One row of the table: its result and what stands behind it.
    fn row(&self, check: Check) -> (String, String) {
        let of = |severity: Severity| {
            let found = self
                .findings
                .iter()
                .filter(|finding| finding.kind.check() == check);
            found
                .filter(|finding| finding.severity() == severity)
                .count() as u64
        };
        let (faults, gaps) = (of(Severity::Fault), of(Severity::Gap));
        let result = if faults > 0 {
            several(faults, "fault", "faults")
        } else if gaps > 0 {
            "not complete".to_owned()
        } else if check == Check::Held && self.nothing_held() {
            "none given".to_owned()
        } else {
            "ok".to_owned()
        };
        (result, self.detail(check))
    }

    fn nothing_held(&self) -> bool {
        self.receipts_held == 0 && self.checkpoints_held == 0 && !self.published_agreed
    }

    fn detail(&self, check: Check) -> String {
        match check {
            Check::Bytes => "checksums, lengths, unused bytes, order of segments".to_owned(),
            Check::Leaves => {
                "indexes without a hole, times that never fall, commitments".to_owned()
            }
            Check::Checkpoints => {
                let count = several(self.checkpoints, "checkpoint", "checkpoints");
                format!("{count}: size, root recomputed, signature of the log")
            }
            Check::Records => {
                let statements = several(self.statements, "statement", "statements");
                let conflicts = several(self.conflicts, "conflict", "conflicts");
                format!(
                    "{statements}, {conflicts}: signatures, bodies, recipients as of their time"
                )
            }
            Check::Trust => {
                let items = several(self.trust_items, "item", "items");
                let source = if self.trust_given {
                    "under the roots given to this audit"
                } else {
                    "under the log's own roots"
                };
                format!("{items}: certificates, revocation lists, directory; {source}")
            }
            Check::Held => {
                let of = |agreed: u64, held: u64, one: &str, many: &str| {
                    format!("{agreed} of {}", several(held, one, many))
                };
                let receipts = of(
                    self.receipts_agreed,
                    self.receipts_held,
                    "receipt",
                    "receipts",
                );
                let (agreed, held) = (self.checkpoints_agreed, self.checkpoints_held);
                let checkpoints = of(agreed, held, "checkpoint", "checkpoints");
                let published = if self.published_agreed {
                    ", and the checkpoint published beside the log"
                } else {
                    ""
                };
                let times = match self.cosignatures_compared {
                    0 => String::new(),
                    some => format!("; {}", several(some, "cosigned time", "cosigned times")),
                };
                format!("{receipts} and {checkpoints}{published}{times}")
            }
        }
    }

    fn write_findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.findings.is_empty() {
            writeln!(f)?;
        }
        for (severity, word) in [
            (Severity::Fault, "fault"),
            (Severity::Gap, "gap"),
            (Severity::Note, "note"),
        ] {
            let of_it = self
                .findings
                .iter()
                .filter(|finding| finding.severity() == severity);
            for finding in of_it {
                writeln!(f, "  {word:<6} {:<22} {finding}", finding.code())?;
            }
        }
        let left_out = self.counts.values().sum::<u64>() - self.findings.len() as u64;
        if left_out > 0 {
            writeln!(f, "  and {left_out} more of the same kinds")?;
        }
        Ok(())
    }

    /// What even a clean report does not show.
    fn not_proven(&self) -> Vec<&'static str> {
        let mut limits = vec![if self.cosignatures_compared == 0 {
            "that a time was true when the gateway wrote it down"
        } else {
            "that a time was true to less than two minutes, or beyond the newest cosignature given"
        }];
        if self.receipts_held + self.checkpoints_held == 0 {
            limits.push(
                "that this is the log that others have seen: no receipt or checkpoint held by others was given \
                 (--against)",
            );
        } else {
            limits.push("that nothing was cut off after the newest receipt or checkpoint given");
        }
        if !self.trust_given {
            limits.push("whose roots these are: they were taken from the log itself (--trust)");
        }
        if self.key != KeySource::Given {
            limits.push("whose log this is: its verifier key was not given (--vkey)");
        }
        limits.push("that what the statements say is true, or that nobody else has read them");
        limits
    }
}

/// `1 entry`, `2 entries`.
fn several(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// An instant as in RFC 3339, in UTC, to the millisecond.
pub(crate) fn utc(ms: u64) -> String {
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of year 0 of the proleptic Gregorian calendar, which puts leap days last.
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// Base64 with padding (RFC 4648, 4): as in the checkpoint itself, so that people can compare.
pub(crate) fn base64(hash: &[u8; 32]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(44);
    for three in hash.chunks(3) {
        let padded = three.iter().copied().chain([0, 0]).take(3);
        let bits = padded.fold(0_u32, |bits, byte| bits << 8 | u32::from(byte));
        for place in 0..=three.len() {
            let six = bits >> (18 - 6 * place) & 0x3f;
            let letter = ALPHABET.get(six as usize).copied().unwrap_or(b'?');
            text.push(char::from(letter));
        }
        text.extend(std::iter::repeat_n('=', 3 - three.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_as_in_rfc_3339() {
        assert_eq!(utc(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(utc(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(utc(1_795_357_449_112), "2026-11-22T14:24:09.112Z");
        assert_eq!(utc(u64::MAX).len(), "584556019-04-03T14:25:51.615Z".len());
    }

    #[test]
    fn a_root_reads_as_in_its_checkpoint() {
        use precinto_merkle::checkpoint::{Checkpoint, Origin};
        let root: [u8; 32] = std::array::from_fn(|at| u8::try_from(at * 7).unwrap());
        let origin = Origin::parse("example.org/log").unwrap();
        let text = Checkpoint {
            origin,
            size: 1,
            root,
        }
        .text();
        assert_eq!(text.lines().nth(2), Some(base64(&root).as_str()));
    }
}
