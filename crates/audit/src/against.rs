//! The log against what others hold: receipts and signed checkpoints that left the gateway earlier.
//!
//! A receipt pins one leaf to one index, and its checkpoint pins all leaves before its size. Whoever rewrites a log,
//! even with every key of the gateway, cannot make the new log agree with them. What is compared is fixed before the
//! replay begins, so that one pass suffices and no leaf has to be kept.

mod times;

use crate::evidence::{self, Claim, Entry, Read};
use crate::expect::Held;
use crate::finding::{Contradiction, Evidence, Finding, Place};
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::Leaf;
use precinto_merkle::note::NoteVerifier;
use std::collections::{BTreeMap, HashMap};
use times::Times;

/// What is held, and how much of it the replay has met so far.
#[derive(Default)]
pub(crate) struct Against {
    receipts: Vec<Receipt>,
    by_index: HashMap<u64, Vec<usize>>,
    by_leaf: HashMap<Hash, Vec<usize>>,
    by_commitment: HashMap<Hash, Vec<usize>>,
    /// By size: the roots that somebody holds a signature for.
    roots: BTreeMap<u64, Vec<Root>>,
    /// What could not be used, and contradictions met so far.
    findings: Vec<Finding>,
    /// How much agreed.
    agreed: Agreed,
    /// What witnesses have said when.
    times: Times,
}

/// How much is held that proves something about the log, and how much of it agreed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub(crate) receipts_held: u64,
    pub(crate) receipts: u64,
    pub(crate) checkpoints_held: u64,
    pub(crate) checkpoints: u64,
    pub(crate) published: bool,
    pub(crate) cosignatures: u64,
}

struct Receipt {
    name: String,
    index: u64,
    leaf: Leaf,
    leaf_hash: Hash,
    salt: [u8; 32],
    met: Met,
}

/// Where the replay has met what a receipt is about.
#[derive(Default)]
struct Met {
    /// The leaf itself stands at its index.
    in_place: bool,
    /// The leaf itself stands here, somewhere else.
    elsewhere: Option<u64>,
    /// The same record, salted alike, stands here with another time.
    retimed: Option<(u64, u64)>,
    /// Another leaf stands at its index; whether that one has the same salt.
    replaced: Option<bool>,
}

struct Root {
    hash: Hash,
    evidence: Evidence,
    name: String,
}

impl Against {
    /// Reads what is held. Without the log's key nothing of it can be used; of cosignatures only those by `witnesses`.
    pub(crate) fn new(
        held: Vec<Held>,
        key: Option<&NoteVerifier>,
        witnesses: &[NoteVerifier],
    ) -> Self {
        let mut against = Self::default();
        let mut reader = evidence::Reader::new(key, witnesses);
        for Held { name, bytes } in held {
            match reader.read(&bytes) {
                Read::Usable(claim) => against.hold(name, &claim),
                Read::Unusable { evidence, why } => {
                    let kind = Contradiction::EvidenceUnusable { evidence, why };
                    against
                        .findings
                        .push(Finding::new(kind, Place::file(&name)));
                }
            }
        }
        against
    }

    /// Adds the checkpoint that the gateway has published beside its journal.
    pub(crate) fn hold_published(&mut self, note: &[u8], key: Option<&NoteVerifier>) {
        const NAME: &str = "checkpoint";
        if key.is_none() {
            return; // that there is no key has been said
        }
        match evidence::Reader::new(key, &[]).read(note) {
            Read::Usable(Claim { entry: Some(_), .. }) => {
                self.unusable_published(NAME, "it is a receipt".to_owned());
            }
            Read::Usable(Claim { size, root, .. }) => {
                let root = Root {
                    hash: root,
                    evidence: Evidence::Published,
                    name: NAME.to_owned(),
                };
                self.roots.entry(size).or_default().push(root);
            }
            Read::Unusable { why, .. } => self.unusable_published(NAME, why),
        }
    }

    fn unusable_published(&mut self, name: &str, why: String) {
        self.findings.push(Finding::new(
            Contradiction::Published { why },
            Place::file(name),
        ));
    }

    fn hold(&mut self, name: String, claim: &Claim) {
        let Claim { size, root, .. } = *claim;
        self.times.hold(&name, claim);
        let root = Root {
            hash: root,
            evidence: claim.evidence(),
            name: name.clone(),
        };
        self.roots.entry(size).or_default().push(root);
        let Some(Entry { index, leaf, salt }) = claim.entry else {
            self.agreed.checkpoints_held += 1;
            return;
        };
        self.agreed.receipts_held += 1;
        let at = self.receipts.len();
        let leaf_hash = leaf.hash();
        self.by_index.entry(index).or_default().push(at);
        self.by_leaf.entry(leaf_hash).or_default().push(at);
        self.by_commitment
            .entry(leaf.commitment)
            .or_default()
            .push(at);
        let met = Met::default();
        self.receipts.push(Receipt {
            name,
            index,
            leaf,
            leaf_hash,
            salt,
            met,
        });
    }

    /// The replay has come to an entry; `leaf` is none if its leaf is malformed.
    pub(crate) fn meet(&mut self, index: u64, leaf: Option<&Leaf>, leaf_hash: &Hash, salt: &[u8]) {
        let here = self.by_index.get(&index).into_iter().flatten();
        for receipt in here.copied() {
            let Some(receipt) = self.receipts.get_mut(receipt) else {
                continue;
            };
            if receipt.leaf_hash == *leaf_hash {
                receipt.met.in_place = true;
            } else {
                receipt.met.replaced = Some(receipt.salt == salt);
            }
        }
        for receipt in self.by_leaf.get(leaf_hash).into_iter().flatten() {
            if let Some(receipt) = self.receipts.get_mut(*receipt)
                && receipt.index != index
            {
                receipt.met.elsewhere = Some(index);
            }
        }
        let Some(leaf) = leaf else { return };
        self.times.meet(index, leaf.time_ms);
        for receipt in self
            .by_commitment
            .get(&leaf.commitment)
            .into_iter()
            .flatten()
        {
            if let Some(receipt) = self.receipts.get_mut(*receipt)
                && receipt.leaf.time_ms != leaf.time_ms
            {
                receipt.met.retimed = Some((index, leaf.time_ms));
            }
        }
    }

    /// Whether somebody holds a root for this size.
    pub(crate) fn wants_root(&self, size: u64) -> bool {
        self.roots.contains_key(&size)
    }

    /// The replay has reached a size for which somebody holds a root.
    pub(crate) fn meet_root(&mut self, size: u64, actual: &Hash) {
        for Root {
            hash,
            evidence,
            name,
        } in self.roots.remove(&size).into_iter().flatten()
        {
            if hash == *actual {
                match evidence {
                    Evidence::Receipt => {}
                    Evidence::Checkpoint => self.agreed.checkpoints += 1,
                    Evidence::Published => self.agreed.published = true,
                }
            } else {
                let kind = Contradiction::RootContradicted { evidence, size };
                self.findings.push(Finding::new(kind, Place::file(&name)));
            }
        }
    }

    /// The log ends at `size`; `whole` says that it was read without a hole.
    pub(crate) fn finish(mut self, size: u64, whole: bool) -> (Agreed, Vec<Finding>) {
        for (proven, roots) in std::mem::take(&mut self.roots) {
            for Root { evidence, name, .. } in roots {
                let kind = if proven > size {
                    Contradiction::BeyondLog {
                        evidence,
                        proven,
                        holds: size,
                    }
                } else {
                    Contradiction::EvidenceUncompared { evidence }
                };
                self.findings.push(Finding::new(kind, Place::file(&name)));
            }
        }
        for receipt in std::mem::take(&mut self.receipts) {
            match receipt.outcome(size, whole) {
                None if receipt.met.in_place => self.agreed.receipts += 1,
                None => {}
                Some(finding) => self.findings.push(finding),
            }
        }
        let (compared, contradictions) = self.times.finish();
        self.agreed.cosignatures = compared;
        self.findings.extend(contradictions);
        (self.agreed, self.findings)
    }
}

impl Receipt {
    /// What the log has done to the entry, the most telling first; none if nothing more is to be said.
    fn outcome(&self, size: u64, whole: bool) -> Option<Finding> {
        let at = |index: u64| Place::file(&self.name).about(index, index.saturating_add(1));
        let from = self.index;
        let (kind, place) = match self.met {
            Met { in_place: true, .. } => return None,
            Met {
                elsewhere: Some(index),
                ..
            } => (Contradiction::EntryMoved { from }, at(index)),
            Met {
                retimed: Some((index, logged_ms)),
                ..
            } => {
                let held_ms = self.leaf.time_ms;
                (
                    Contradiction::EntryRetimed {
                        from,
                        held_ms,
                        logged_ms,
                    },
                    at(index),
                )
            }
            Met {
                replaced: Some(true),
                ..
            } => (Contradiction::EntryAltered, at(from)),
            Met {
                replaced: Some(false),
                ..
            } => (Contradiction::EntryGone, at(from)),
            // Its checkpoint, which is larger still, has been reported as beyond the log.
            Met { replaced: None, .. } if from >= size => return None,
            Met { replaced: None, .. } => {
                debug_assert!(!whole, "a log without a hole has an entry at each index");
                (
                    Contradiction::EvidenceUncompared {
                        evidence: Evidence::Receipt,
                    },
                    at(from),
                )
            }
        };
        Some(Finding::new(kind, place))
    }
}
