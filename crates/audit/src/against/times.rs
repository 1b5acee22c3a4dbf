//! What witnesses have said when, against the times that the log gives its entries.
//!
//! A cosignature over so many entries at a time says two things. Those entries were there by then: none of them can have
//! been taken in later. And no more had been shown: what follows cannot have been taken in much earlier, unless the
//! witness was shown an old checkpoint. Which of two times is the false one, no comparison can tell.

use crate::evidence::Claim;
use crate::finding::{Contradiction, Finding, Place};
use std::collections::BTreeMap;

/// By size: what was cosigned, and the times of the entries around it as far as they have been met.
#[derive(Default)]
pub(super) struct Times {
    by_size: BTreeMap<u64, Cosigned>,
}

#[derive(Default)]
struct Cosigned {
    words: Vec<Word>,
    /// The last entry below the size.
    last_ms: Option<u64>,
    /// The first entry beyond it.
    next_ms: Option<u64>,
}

/// One witness's word.
struct Word {
    file: String,
    by: String,
    time_s: u64,
}

impl Times {
    /// Takes the cosignatures of a piece of evidence.
    pub(super) fn hold(&mut self, file: &str, claim: &Claim) {
        for cosigner in claim.cosigners() {
            let words = &mut self.by_size.entry(claim.size).or_default().words;
            let is_known = |word: &Word| word.by == cosigner.name && word.time_s == cosigner.time;
            // Many receipts share a checkpoint.
            if !words.iter().any(is_known) {
                words.push(Word {
                    file: file.to_owned(),
                    by: cosigner.name,
                    time_s: cosigner.time,
                });
            }
        }
    }

    /// The replay has come to an entry.
    pub(super) fn meet(&mut self, index: u64, time_ms: u64) {
        if let Some(cosigned) = self.by_size.get_mut(&index.saturating_add(1)) {
            cosigned.last_ms = Some(time_ms);
        }
        if let Some(cosigned) = self.by_size.get_mut(&index) {
            cosigned.next_ms = Some(time_ms);
        }
    }

    /// How many cosignatures were compared, and what does not fit.
    pub(super) fn finish(self) -> (u64, Vec<Finding>) {
        let (mut compared, mut findings) = (0, Vec::new());
        for (size, cosigned) in self.by_size {
            let Cosigned {
                words,
                last_ms,
                next_ms,
            } = cosigned;
            for Word { file, by, time_s } in words {
                let from_ms = time_s.saturating_mul(1000);
                let place = |index: u64| Place::file(&file).about(index, index.saturating_add(1));
                compared += u64::from(last_ms.is_some());
                if let Some(time_ms) = last_ms
                    && time_ms > from_ms.saturating_add(TOLERANCE_MS)
                {
                    let kind = Contradiction::AfterCosignature {
                        by: by.clone(),
                        time_ms,
                        cosigned_ms: from_ms,
                    };
                    let place = place(size.saturating_sub(1));
                    findings.push(Finding::new(kind, place));
                }
                if let Some(time_ms) = next_ms
                    && time_ms.saturating_add(TOLERANCE_MS) < from_ms
                {
                    let kind = Contradiction::BeforeCosignature {
                        by,
                        time_ms,
                        cosigned_ms: from_ms,
                    };
                    let place = place(size);
                    findings.push(Finding::new(kind, place));
                }
            }
        }
        (compared, findings)
    }
}

/// A node cosigns nothing that was on its way for more than a minute; another one for the difference of two clocks.
const TOLERANCE_MS: u64 = 2 * 60 * 1_000;
