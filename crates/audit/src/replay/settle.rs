//! What an examination has brought, settled in the order of the log: the part of a check that depends on the entries before.

use super::Replay;
use super::keys::Known;
use super::outcome::{Examined, Of, Outcome};
use crate::finding::{Kind, Place, Severity};
use crate::source::Entry;
use crate::verified::{Said, Verified};

impl Replay {
    /// Takes in what was found of an entry or a checkpoint by itself.
    pub(super) fn settle(&mut self, outcome: Outcome) {
        let Outcome { place, kinds, of } = outcome;
        let by_itself = kinds.iter().all(|kind| kind.severity() == Severity::Note);
        for kind in kinds {
            self.found(kind, &place);
        }
        let examined = match of {
            Of::Entry(examined) => examined,
            Of::Checkpoint { covered } => {
                self.covered = covered.unwrap_or(self.covered);
                return;
            }
        };
        let Examined {
            index,
            known,
            conflict,
            part,
            signed,
            verified,
        } = examined;
        let mut later = Vec::new();
        later.extend(conflict.and_then(|claim| claim.check(&self.keys)));
        later.extend(self.cases.follow(index, part, &self.keys));
        if let Some(known) = known
            && let Some(first) = self.keys.insert(&known, index)
        {
            later.push(Kind::KeyReused { first });
        }
        if let Some(verified) = &verified {
            self.signatures.take(index, verified.time_ms, signed);
        }
        let sound = by_itself && later.iter().all(Kind::is_of_another_entry);
        if sound {
            self.hand_on(verified);
        }
        for kind in later {
            self.found(kind, &place);
        }
        self.tally.sound += u64::from(sound);
    }

    /// Keeps an entry with which nothing is wrong, if somebody wants it. A missed deadline is the gateway's word alone, so it
    /// counts only where its case could be asked.
    fn hand_on(&mut self, verified: Option<Box<Verified>>) {
        let judged = |verified: &Verified| {
            !matches!(verified.said, Said::Overdue(_)) || !self.cases.has_holes()
        };
        let verified = verified.filter(|verified| judged(verified));
        if let Some(kept) = &mut self.verified {
            kept.extend(verified.map(|verified| *verified));
        }
    }

    /// Where a revocation list has come in: what it says of the entries before it.
    pub(super) fn judge_again(&mut self, time_ms: u64) {
        let Some(store) = self.shelf.news(time_ms) else {
            return;
        };
        self.examine_pending();
        for (index, kind) in self.signatures.judge(&store) {
            self.found(kind, &Place::entry(index));
        }
    }

    /// A pruned or unknown entry keeps its key for ever; only the journal's word for it is left.
    pub(super) fn keep_stated_key(&mut self, entry: &Entry) {
        self.examine_pending(); // so that keys stay in the order of the log
        if let Some(stated) = &entry.stated
            && let Some(first) = self.keys.insert(
                &Known {
                    key: stated.key,
                    digest: stated.digest,
                },
                entry.index,
            )
        {
            self.found(Kind::KeyReused { first }, &entry.place);
        }
    }
}
