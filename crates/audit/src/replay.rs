//! The replay: one pass over the log, entry by entry, recomputing everything that somebody claims.
//!
//! For each entry, in this order: it follows the one before; its leaf is one; the time has not gone back; record and
//! salt are those that the leaf commits to; the record is what its type asks for and fits the content beside it; every
//! signature holds under the trust that the record names, as of the entry's time, and that trust stands in the log
//! before it; and it may follow what was said before in its case. For each batch: the checkpoint is signed by the log's
//! key, for this size and this root.
//!
//! In memory, whatever the log's size: one segment, one key for each entry (50 to 100 bytes; half as much again while
//! their table grows), 16 bytes for each signature, some 150 bytes for each message of a case, and what trust rests on.

mod act;
mod batch;
mod cases;
mod checkpoint;
mod clocks;
mod conflict;
mod countries;
mod decided;
mod directory;
mod floor;
mod keys;
mod outcome;
mod overdue;
mod parts;
mod read;
mod revoked;
mod settle;
mod shelf;
mod signed_part;
mod stated;
mod statement;
mod trust;

use crate::against::Against;
use crate::expect::{Expect, Held, LogKey};
use crate::finding::{Finding, Kind, Place};
use crate::report::{Findings, Report, Tally};
use crate::source::{Batch, Entry, Step};
use crate::verified::Verified;
use batch::Job;
use cases::Cases;
use keys::Keys;
use precinto_merkle::hash::{EMPTY_ROOT, Hash, leaf_hash};
use precinto_merkle::leaf::{EntryType, Leaf, LeafError};
use precinto_merkle::note::NoteVerifier;
use precinto_merkle::tree::Edge;
use read::Read;
use revoked::Signatures;
use shelf::Shelf;

/// An audit under way: takes [`Step`]s in order and ends in a [`Report`].
pub struct Replay {
    expect: Expect,
    key: Option<NoteVerifier>,
    against: Against,
    next: u64,
    /// None once the tree cannot be followed any more.
    edge: Option<Edge>,
    time_ms: u64,
    keys: Keys,
    cases: Cases,
    shelf: Shelf,
    signatures: Signatures,
    tally: Tally,
    findings: Findings,
    /// What is left to do about the entries and checkpoints so far.
    pending: Vec<Job>,
    /// How many entries signed checkpoints cover.
    covered: u64,
    /// Verified entries that nobody has taken as yet; none unless somebody wants them.
    verified: Option<Vec<Verified>>,
}

/// Replays everything that `source` has to say.
pub fn replay(
    source: impl IntoIterator<Item = Step>,
    expect: Expect,
    held: Vec<Held>,
    progress: &mut dyn FnMut(u64),
) -> Report {
    let mut replay = Replay::new(expect, held);
    for step in source {
        replay.step(step);
        progress(replay.entries());
    }
    replay.finish()
}

impl Replay {
    /// An audit that has seen nothing yet. `held` is what others hold against the log.
    pub fn new(expect: Expect, held: Vec<Held>) -> Self {
        let key = match &expect.key {
            LogKey::Given(key) => Some(key.clone()),
            LogKey::BesideTheLog | LogKey::Unknown => None,
        };
        Self::with_key(expect, key, held)
    }

    /// As [`Replay::new`], with the key to check by, wherever it comes from.
    pub(crate) fn with_key(expect: Expect, key: Option<NoteVerifier>, held: Vec<Held>) -> Self {
        let mut against = Against::new(held, key.as_ref(), &expect.witnesses);
        let mut findings = Findings::default();
        if key.is_none() {
            findings.push(Finding {
                kind: Kind::NoLogKey,
                place: Place::whole_log(),
            });
        }
        if expect.trust.is_none() {
            findings.push(Finding {
                kind: Kind::TrustFromLog,
                place: Place::whole_log(),
            });
        }
        against.meet_root(0, &EMPTY_ROOT);
        let mut shelf = Shelf::new(expect.trust.as_deref(), expect.now_ms);
        for finding in shelf.take_findings() {
            findings.push(finding);
        }
        Self {
            expect,
            key,
            against,
            next: 0,
            edge: Some(Edge::new()),
            time_ms: 0,
            keys: Keys::default(),
            cases: Cases::default(),
            shelf,
            signatures: Signatures::default(),
            tally: Tally::default(),
            findings,
            pending: Vec::new(),
            covered: 0,
            verified: None,
        }
    }

    /// From now on keeps what it has verified for [`Replay::take_verified`]. Whoever asks for this MUST take it after every
    /// step, else it grows with the log.
    pub fn keep_verified(&mut self) {
        self.verified.get_or_insert_default();
    }

    /// The entries verified since the last call, in the order of the log. Some entries wait to be examined together; the
    /// last of them come with [`Replay::finish_telling`].
    pub fn take_verified(&mut self) -> Vec<Verified> {
        self.verified
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    /// The checkpoint that the gateway published beside its journal joins what is held against it.
    pub(crate) fn hold_published(&mut self, note: &[u8]) {
        self.against.hold_published(note, self.key.as_ref());
        self.against.meet_root(0, &EMPTY_ROOT);
    }

    /// Something found outside the entries.
    pub(crate) fn note(&mut self, kind: Kind, place: Place) {
        self.findings.push(Finding { kind, place });
    }

    /// How many entries have been replayed.
    pub fn entries(&self) -> u64 {
        self.tally.entries
    }

    /// Takes the next thing that the source has to say.
    pub fn step(&mut self, step: Step) {
        match step {
            Step::Finding(finding) => self.findings.push(finding),
            Step::Batch(batch) => self.batch(batch),
        }
    }

    /// Ends the audit: nothing more is to come.
    pub fn finish(self) -> Report {
        self.finish_telling().0
    }

    /// Ends the audit, and gives the verified entries that nobody has taken as yet.
    pub fn finish_telling(mut self) -> (Report, Vec<Verified>) {
        self.examine_pending();
        for finding in self.cases.unaudited() {
            self.findings.push(finding);
        }
        let verified = self.take_verified();
        let root = self.edge.as_ref().map(Edge::root);
        let (agreed, contradictions) = self.against.finish(self.next, root.is_some());
        for finding in contradictions {
            self.findings.push(finding);
        }
        let nothing_signed = self.tally.checkpoints == 0 && !agreed.published;
        if self.key.is_some() && (self.covered < self.next || nothing_signed) {
            let mut place = Place::whole_log();
            if self.covered < self.next {
                place = place.about(self.covered, self.next);
            }
            self.findings.push(Finding {
                kind: Kind::Uncovered,
                place,
            });
        }
        let origin = self.key.as_ref().map(|key| key.name().to_owned());
        self.tally.agreed = agreed;
        let end = (self.next, root);
        let report = Report::new(&self.tally, origin, end, self.findings, &self.expect);
        (report, verified)
    }

    fn batch(&mut self, batch: Batch) {
        let Batch {
            entries,
            checkpoint,
        } = batch;
        for entry in entries {
            self.entry(entry);
        }
        if let Some(checkpoint) = checkpoint {
            self.tally.checkpoints += 1;
            let root = self.edge.as_ref().map(Edge::root);
            let job = checkpoint::Job {
                checkpoint,
                size: self.next,
                root,
            };
            self.pending.push(Job::Checkpoint(job));
        }
        if self.pending.len() >= batch::WORTH_WHILE {
            self.examine_pending();
        }
    }

    /// Does what is left to do about the entries and checkpoints so far.
    fn examine_pending(&mut self) {
        let jobs = std::mem::take(&mut self.pending);
        for outcome in batch::examine(jobs, self.key.as_ref()) {
            self.settle(outcome);
        }
    }

    /// The part of an entry's check that depends on those before it.
    fn entry(&mut self, entry: Entry) {
        let Entry { index, .. } = entry;
        if index < self.next {
            return self.found(Kind::RepeatedEntries, &entry.place);
        }
        if index > self.next {
            let place = entry.place.clone().about(self.next, index);
            self.findings.push(Finding {
                kind: Kind::MissingEntries,
                place,
            });
            self.break_tree(&entry.place);
            self.cases.hole();
        }
        self.next = index.saturating_add(1);
        self.tally.entries += 1;
        let leaf = Leaf::from_bytes(&entry.leaf);
        let hash = leaf_hash(&entry.leaf);
        self.against
            .meet(index, leaf.as_ref().ok(), &hash, &entry.salt);
        self.grow(hash);
        let leaf = match leaf {
            Ok(leaf) => leaf,
            Err(error) => {
                self.cases.hole();
                return self.found(malformed(error), &entry.place);
            }
        };
        self.time(&leaf, &entry.place);
        self.tally.count(&leaf);
        if entry.withheld && leaf.entry_type == EntryType::Act {
            return self.found(Kind::ActWithheld, &entry.place);
        }
        if entry.withheld {
            self.cases.hole();
            return self.found(Kind::Withheld, &entry.place);
        }
        if entry.record_pruned {
            self.tally.pruned += 1;
            self.cases.hole();
            self.found(Kind::RecordPruned, &entry.place);
            return self.keep_stated_key(&entry);
        }
        self.dispatch(leaf, entry);
    }

    /// What an entry's type asks for. TRUST is taken in at once, because the next entry may rest on it.
    fn dispatch(&mut self, leaf: Leaf, entry: Entry) {
        match leaf.entry_type {
            EntryType::Trust => {
                let outcome = self.shelf.take_in(&leaf, entry);
                self.settle(outcome);
                self.judge_again(leaf.time_ms);
            }
            EntryType::Statement => {
                let job = Read::new(leaf, entry, &mut self.shelf);
                self.pending.push(Job::Statement(Box::new(job)));
            }
            EntryType::Conflict => {
                let job = Read::new(leaf, entry, &mut self.shelf);
                self.pending.push(Job::Conflict(Box::new(job)));
            }
            EntryType::Overdue => {
                let job = Read::new(leaf, entry, &mut self.shelf);
                self.pending.push(Job::Overdue(Box::new(job)));
            }
            EntryType::Act => {
                let job = act::Job::new(leaf, entry, &mut self.shelf);
                self.pending.push(Job::Act(Box::new(job)));
            }
            other => {
                if let Some(kind) = stated::commitment(&leaf, &entry) {
                    self.found(kind, &entry.place);
                }
                self.found(
                    Kind::UnknownType {
                        number: other.number(),
                    },
                    &entry.place,
                );
                self.keep_stated_key(&entry);
            }
        }
    }

    fn time(&mut self, leaf: &Leaf, place: &Place) {
        let Leaf { time_ms, .. } = *leaf;
        let previous_ms = self.time_ms;
        if time_ms < previous_ms {
            self.found(
                Kind::TimeWentBack {
                    time_ms,
                    previous_ms,
                },
                place,
            );
        }
        if time_ms > self.expect.now_ms.saturating_add(CLOCK_DIFFERENCE_MS) {
            self.found(
                Kind::TimeAhead {
                    time_ms,
                    now_ms: self.expect.now_ms,
                },
                place,
            );
        }
        self.time_ms = self.time_ms.max(time_ms);
        self.tally.last_ms = time_ms;
        self.tally.first_ms.get_or_insert(time_ms);
    }

    fn grow(&mut self, hash: Hash) {
        let Some(edge) = &mut self.edge else { return };
        edge.append(hash);
        let size = edge.size();
        if self.against.wants_root(size) {
            self.against.meet_root(size, &edge.root());
        }
    }

    fn break_tree(&mut self, place: &Place) {
        if self.edge.take().is_some() {
            self.found(Kind::TreeBroken, place);
        }
    }

    fn found(&mut self, kind: Kind, place: &Place) {
        self.findings.push(Finding {
            kind,
            place: place.clone(),
        });
    }
}

/// How far the auditor's clock and the log's may differ before a time counts as lying in the future.
const CLOCK_DIFFERENCE_MS: u64 = 5 * 60 * 1_000;

fn malformed(error: LeafError) -> Kind {
    Kind::Leaf {
        why: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
