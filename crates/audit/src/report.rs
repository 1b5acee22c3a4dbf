//! The outcome of an audit: what was looked at, what was found, and what the whole of it proves.

mod text;

use crate::against::Agreed;
use crate::expect::{Expect, LogKey};
use crate::finding::{Check, Finding, Severity};
use crate::root::base64;
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::{EntryType, Leaf};
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything that an audit has to say. `Display` is for people; serialised, it is `precinto.audit.log/v1`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    schema: &'static str,
    verdict: Verdict,
    /// The log's name, by its verifier key.
    pub origin: Option<String>,
    /// Entries read.
    pub entries: u64,
    /// Entries of type STATEMENT among them.
    pub statements: u64,
    /// Entries of type TRUST among them.
    pub trust_items: u64,
    /// Entries of type CONFLICT among them.
    pub conflicts: u64,
    /// Entries of type OVERDUE among them: missed deadlines.
    pub overdue: u64,
    /// Entries of type ACT among them: what somebody did to the gateway's own state.
    pub acts: u64,
    /// Entries of a type that this version does not know.
    pub unknown: u64,
    /// Entries whose record was deleted.
    pub pruned: u64,
    /// Entries with which nothing is wrong: record, content, signatures, body, recipients, and place in their case.
    pub sound: u64,
    /// Signed checkpoints that were checked.
    pub checkpoints: u64,
    /// One past the last index.
    pub tree_size: u64,
    root: Option<String>,
    /// Time of the first entry, milliseconds since 1970 UTC.
    pub first_ms: Option<u64>,
    /// Time of the last entry, milliseconds since 1970 UTC.
    pub last_ms: Option<u64>,
    /// Where the log's key came from.
    pub key: KeySource,
    /// Whether roots were given from outside.
    pub trust_given: bool,
    /// Receipts given that are the log's.
    pub receipts_held: u64,
    /// Those of them that agree with the log.
    pub receipts_agreed: u64,
    /// Checkpoints given that are the log's.
    pub checkpoints_held: u64,
    /// Those of them that agree with the log.
    pub checkpoints_agreed: u64,
    /// Cosignatures on what was given whose times were compared with those of the entries.
    pub cosignatures_compared: u64,
    /// Whether the checkpoint published beside the journal agrees with it.
    pub published_agreed: bool,
    faults: u64,
    gaps: u64,
    notes: u64,
    #[serde(skip)]
    by_check: BTreeMap<(Check, Severity), u64>,
    /// How many findings there are of each kind, those left out below included.
    pub counts: BTreeMap<&'static str, u64>,
    /// The findings in the order in which they were met, of each kind the first hundred.
    pub findings: Vec<Finding>,
}

/// What an audit comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything was checked and adds up.
    Clean,
    /// Something is wrong.
    Findings,
    /// Nothing is wrong, but not everything could be checked.
    Inconclusive,
}

/// Where the log's verifier key came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeySource {
    /// From outside.
    Given,
    /// From the log's own folder.
    BesideTheLog,
    /// There was none.
    Unknown,
}

/// What the replay counts as it goes.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) entries: u64,
    pub(crate) statements: u64,
    pub(crate) trust_items: u64,
    pub(crate) conflicts: u64,
    pub(crate) overdue: u64,
    pub(crate) acts: u64,
    pub(crate) unknown: u64,
    pub(crate) pruned: u64,
    pub(crate) sound: u64,
    pub(crate) checkpoints: u64,
    pub(crate) first_ms: Option<u64>,
    pub(crate) last_ms: u64,
    pub(crate) agreed: Agreed,
}

/// The findings so far: of each kind the first hundred are kept, all are counted.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    kept: Vec<Finding>,
    counts: BTreeMap<&'static str, u64>,
    by_check: BTreeMap<(Check, Severity), u64>,
}

impl Report {
    pub(crate) fn new(
        tally: &Tally,
        origin: Option<String>,
        (tree_size, root): (u64, Option<Hash>),
        findings: Findings,
        expect: &Expect,
    ) -> Self {
        let agreed = tally.agreed;
        Self {
            schema: "precinto.audit.log/v1",
            verdict: findings.verdict(),
            origin,
            entries: tally.entries,
            statements: tally.statements,
            trust_items: tally.trust_items,
            conflicts: tally.conflicts,
            overdue: tally.overdue,
            acts: tally.acts,
            unknown: tally.unknown,
            pruned: tally.pruned,
            sound: tally.sound,
            checkpoints: tally.checkpoints,
            tree_size,
            root: root.as_ref().map(base64),
            first_ms: tally.first_ms,
            last_ms: tally.first_ms.map(|_| tally.last_ms),
            key: match expect.key {
                LogKey::Given(_) => KeySource::Given,
                LogKey::BesideTheLog => KeySource::BesideTheLog,
                LogKey::Unknown => KeySource::Unknown,
            },
            trust_given: expect.trust.is_some(),
            receipts_held: agreed.receipts_held,
            receipts_agreed: agreed.receipts,
            checkpoints_held: agreed.checkpoints_held,
            checkpoints_agreed: agreed.checkpoints,
            cosignatures_compared: agreed.cosignatures,
            published_agreed: agreed.published,
            faults: findings.of(Severity::Fault),
            gaps: findings.of(Severity::Gap),
            notes: findings.of(Severity::Note),
            by_check: findings.by_check,
            counts: findings.counts,
            findings: findings.kept,
        }
    }

    /// What it comes to.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The exit status of a command that has nothing else to say: 0 clean, 3 findings, 4 inconclusive.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Clean => 0,
            Verdict::Findings => 3,
            Verdict::Inconclusive => 4,
        }
    }

    /// The root over all entries, base64; none if there was a hole in the log.
    pub fn root(&self) -> Option<&str> {
        self.root.as_deref()
    }

    /// How many things are wrong.
    pub fn faults(&self) -> u64 {
        self.faults
    }

    /// How many things could not be checked.
    pub fn gaps(&self) -> u64 {
        self.gaps
    }

    /// How many things are merely worth knowing.
    pub fn notes(&self) -> u64 {
        self.notes
    }

    /// Faults and gaps together: 0 exactly when the verdict is clean.
    pub fn findings_count(&self) -> u64 {
        self.faults + self.gaps
    }

    /// Whether there is a finding of this kind, by its name for machines.
    pub fn has(&self, code: &str) -> bool {
        self.counts.contains_key(code)
    }
}

impl Tally {
    /// Counts an entry by its type.
    pub(crate) fn count(&mut self, leaf: &Leaf) {
        match leaf.entry_type {
            EntryType::Statement => self.statements += 1,
            EntryType::Trust => self.trust_items += 1,
            EntryType::Conflict => self.conflicts += 1,
            EntryType::Overdue => self.overdue += 1,
            EntryType::Act => self.acts += 1,
            _ => self.unknown += 1,
        }
    }
}

impl Findings {
    /// Takes in a finding.
    pub(crate) fn push(&mut self, finding: Finding) {
        let sorted = (finding.kind.check(), finding.severity());
        *self.by_check.entry(sorted).or_default() += 1;
        let count = self.counts.entry(finding.code()).or_default();
        *count += 1;
        if *count <= KEPT_OF_A_KIND {
            self.kept.push(finding);
        }
    }

    fn of(&self, severity: Severity) -> u64 {
        let all = self.by_check.iter();
        let of_it = all.filter(|((_, found), _)| *found == severity);
        of_it.map(|(_, count)| count).sum()
    }

    fn verdict(&self) -> Verdict {
        if self.of(Severity::Fault) > 0 {
            Verdict::Findings
        } else if self.of(Severity::Gap) > 0 {
            Verdict::Inconclusive
        } else {
            Verdict::Clean
        }
    }
}

/// A log that is wrong throughout would otherwise fill the memory with findings.
const KEPT_OF_A_KIND: u64 = 100;

#[cfg(test)]
mod tests;
