//! What an examination brings, to be settled in the order of the log.

use super::cases::Part;
use super::keys::{Keys, Known};
use crate::finding::{Kind, Place};
use crate::verified::Verified;

/// What an examination has brought.
pub(super) struct Outcome {
    pub(super) place: Place,
    pub(super) kinds: Vec<Kind>,
    pub(super) of: Of,
}

/// What has been examined.
pub(super) enum Of {
    /// An entry.
    Entry {
        index: u64,
        /// By what it is known; none if the content cannot be read.
        known: Option<Known>,
        /// What a CONFLICT entry claims about an earlier one.
        conflict: Option<Claim>,
        /// What it is to a case.
        part: Part,
        /// What to hand on if nothing is wrong with it.
        verified: Option<Box<Verified>>,
    },
    /// A checkpoint.
    Checkpoint {
        /// The entries that it covers, if it does.
        covered: Option<u64>,
    },
}

/// What a conflict claims about an earlier entry.
pub(super) struct Claim {
    /// Sender and message id, as the log's key for them.
    pub(super) key: [u8; 32],
    /// The entry that took the message id first.
    pub(super) accepted_index: u64,
    /// What that entry holds.
    pub(super) accepted_statement_id: Vec<u8>,
}

impl Claim {
    /// Compares the claim with the entries before; gives what is wrong with it.
    pub(super) fn check(&self, keys: &Keys) -> Option<Kind> {
        let wrong = |why: &str| {
            Some(Kind::Conflict {
                why: why.to_owned(),
            })
        };
        match keys.find(&self.key, &self.accepted_statement_id) {
            None => wrong("no entry before it has this message id of this sender"),
            Some((index, _)) if index != self.accepted_index => {
                wrong("the accepted statement is another entry")
            }
            Some((_, false)) => wrong("the entry that it names holds another statement"),
            Some((_, true)) => None,
        }
    }
}
