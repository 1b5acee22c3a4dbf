//! Checkpoints and receipts from different hands, held against each other: two histories under one key are a proof.
//!
//! Whoever runs a gateway, or has stolen its key, can show one history to one side and another to the other. Each side
//! keeps what it was shown. Laid side by side, two signed checkpoints of one size with different roots prove the fork to
//! anybody, and so do two receipts of one index for different entries. Checkpoints of different sizes say nothing about
//! each other by themselves: the log's own leaves, or its consistency proofs, link them, or do not.
//!
//! Nothing here asks the log for trust: proofs are checked, and roots recomputed.

mod history;
mod text;

pub use crate::evidence::Cosigner;
pub use history::{History, HistoryError};

use crate::evidence::{Claim, Read, Reader};
use crate::expect::Held;
use crate::finding::Evidence;
use crate::report::Verdict;
use precinto_merkle::consistency;
use precinto_merkle::hash::Hash;
use precinto_merkle::leaf::Leaf;
use precinto_merkle::note::NoteVerifier;
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything that a comparison has to say; serialised, it is `precinto.audit.compare/v1`.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    schema: &'static str,
    verdict: Verdict,
    /// The log's name, by its verifier key.
    pub origin: String,
    /// What could be used, in the order given.
    pub files: Vec<File>,
    /// What could not be used.
    pub unusable: Vec<Unusable>,
    /// Contradictions: each is a proof by itself.
    pub forks: Vec<Fork>,
    /// Sizes that nothing links to the next larger one.
    pub unlinked: Vec<Gap>,
    /// Sizes held that the log compared with does not reach, or has not signed.
    pub beyond_log: Vec<u64>,
    /// Whether a log was there to link sizes by.
    pub log_given: bool,
    #[serde(skip)]
    roots: BTreeMap<u64, Root>,
    #[serde(skip)]
    leaves: BTreeMap<u64, (usize, Leaf)>,
    #[serde(skip)]
    linked: Vec<u64>,
}

/// One file that says something about the log.
#[derive(Debug, Clone, Serialize)]
pub struct File {
    /// Its name.
    pub name: String,
    /// `checkpoint` or `receipt`.
    pub kind: &'static str,
    /// The entries under the checkpoint.
    pub tree_size: u64,
    /// The root over them, base64.
    pub root: String,
    /// Who has cosigned it, of the witnesses that are known here.
    pub cosigned_by: Vec<Cosigner>,
    /// The checkpoint as it stands in the file.
    #[serde(skip)]
    pub note: String,
}

/// A file that says nothing about the log.
#[derive(Debug, Clone, Serialize)]
pub struct Unusable {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: String,
}

/// Two things that the log's key has signed and that cannot both be of one growing log.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fork {
    /// One size, two roots.
    TwoRoots {
        /// The size.
        tree_size: u64,
        /// Where one stands.
        first: Exhibit,
        /// Where the other stands.
        second: Exhibit,
    },
    /// One index, two entries.
    TwoLeaves {
        /// The index.
        index: u64,
        /// Where one stands.
        first: Exhibit,
        /// Where the other stands.
        second: Exhibit,
    },
    /// The log compared with has another root for this size, though the same key has signed it beyond.
    NotThisLog {
        /// The size.
        tree_size: u64,
        /// Where it stands.
        held: Exhibit,
        /// The checkpoint of the log compared with.
        log: Exhibit,
    },
}

/// A file and the signed checkpoint in it: half of a proof.
#[derive(Debug, Clone, Serialize)]
pub struct Exhibit {
    /// The file.
    pub name: String,
    /// The signed checkpoint, byte for byte.
    pub note: String,
}

/// Two neighbouring sizes that nothing links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The smaller size.
    pub from: u64,
    /// The larger size.
    pub to: u64,
}

/// The first file with a size, and its root.
#[derive(Debug, Clone, Copy)]
struct Root {
    file: usize,
    hash: Hash,
}

impl Comparison {
    /// Holds what is given against each other. Only what the key `log` has signed counts; of cosignatures those by
    /// `witnesses`.
    pub fn new(held: Vec<Held>, log: &NoteVerifier, witnesses: &[NoteVerifier]) -> Self {
        let mut comparison = Self {
            schema: "precinto.audit.compare/v1",
            verdict: Verdict::Clean,
            origin: log.name().to_owned(),
            files: Vec::new(),
            unusable: Vec::new(),
            forks: Vec::new(),
            unlinked: Vec::new(),
            beyond_log: Vec::new(),
            log_given: false,
            roots: BTreeMap::new(),
            leaves: BTreeMap::new(),
            linked: Vec::new(),
        };
        let mut reader = Reader::new(Some(log), witnesses);
        for Held { name, bytes } in held {
            match reader.read(&bytes) {
                Read::Usable(claim) => comparison.take(name, claim),
                Read::Unusable { why, .. } => comparison.unusable.push(Unusable { name, why }),
            }
        }
        comparison
    }

    fn take(&mut self, name: String, claim: Claim) {
        let file = self.files.len();
        self.files.push(File {
            name,
            kind: match claim.evidence() {
                Evidence::Receipt => "receipt",
                _ => "checkpoint",
            },
            tree_size: claim.size,
            root: crate::root::base64(&claim.root),
            cosigned_by: claim.cosigners(),
            note: claim.note,
        });
        let root = Root {
            file,
            hash: claim.root,
        };
        let known = self.roots.entry(claim.size).or_insert(root);
        if known.hash != claim.root {
            let fork = Fork::TwoRoots {
                tree_size: claim.size,
                first: exhibit(&self.files, known.file),
                second: exhibit(&self.files, file),
            };
            self.forks.push(fork);
        }
        if let Some(entry) = claim.entry {
            let (known, leaf) = self.leaves.entry(entry.index).or_insert((file, entry.leaf));
            if *leaf != entry.leaf {
                let fork = Fork::TwoLeaves {
                    index: entry.index,
                    first: exhibit(&self.files, *known),
                    second: exhibit(&self.files, file),
                };
                self.forks.push(fork);
            }
        }
    }

    /// The sizes that somebody holds a checkpoint of, ascending, without the empty tree, which begins every log.
    pub fn sizes(&self) -> Vec<u64> {
        self.roots
            .keys()
            .copied()
            .filter(|size| *size > 0)
            .collect()
    }

    /// Takes a consistency proof between two neighbours of [`Comparison::sizes`], from wherever it came; true if it
    /// links them. One that does not hold proves nothing against the log: anybody can make one.
    pub fn link(&mut self, from: u64, to: u64, proof: &[Hash]) -> bool {
        self.log_given = true;
        let root = |size| self.roots.get(&size).map(|root| root.hash);
        let (Some(old), Some(new)) = (root(from), root(to)) else {
            return false;
        };
        let holds = consistency::verify(from, to, &old, &new, proof).is_ok();
        if holds {
            self.linked.push(from);
        }
        holds
    }

    /// Compares every checkpoint held with a log that can be read.
    pub fn compare_with(&mut self, history: &History) {
        self.log_given = true;
        let mut agreed = None;
        for (size, root) in self.roots.range(1..) {
            match history.root(*size) {
                Some(hash) if hash == root.hash => {
                    // Both are beginnings of this one log.
                    self.linked.extend(agreed.replace(*size));
                }
                Some(_) if *size <= history.signed_size() => {
                    self.forks.push(Fork::NotThisLog {
                        tree_size: *size,
                        held: exhibit(&self.files, root.file),
                        log: Exhibit {
                            name: history.name().to_owned(),
                            note: history.note().to_owned(),
                        },
                    });
                    agreed = None;
                }
                _ => {
                    self.beyond_log.push(*size);
                    agreed = None;
                }
            }
        }
    }

    /// Ends the comparison: what is left unlinked is said so.
    #[must_use]
    pub fn finish(mut self) -> Self {
        let sizes = self.sizes();
        let pairs = sizes.iter().zip(sizes.iter().skip(1));
        let unlinked = pairs.filter(|(from, _)| !self.linked.contains(from));
        self.unlinked = unlinked
            .map(|(from, to)| Gap {
                from: *from,
                to: *to,
            })
            .collect();
        self.verdict = if !self.forks.is_empty() {
            Verdict::Findings
        } else if self.unlinked.is_empty()
            && self.beyond_log.is_empty()
            && self.unusable.is_empty()
            && !self.files.is_empty()
        {
            Verdict::Clean
        } else {
            Verdict::Inconclusive
        };
        self
    }

    /// What it comes to: clean when everything is of one history, findings when a fork is proven.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }
}

fn exhibit(files: &[File], file: usize) -> Exhibit {
    let file = files.get(file);
    Exhibit {
        name: file.map(|file| file.name.clone()).unwrap_or_default(),
        note: file.map(|file| file.note.clone()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
