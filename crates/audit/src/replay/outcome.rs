//! What an examination brings, to be settled in the order of the log.

use super::cases::Part;
use super::keys::{Keys, Known};
use super::revoked::Signed;
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
    Entry(Examined),
    /// A checkpoint.
    Checkpoint {
        /// The entries that it covers, if it does.
        covered: Option<u64>,
    },
}

/// What is known of an entry by itself.
pub(super) struct Examined {
    pub(super) index: u64,
    /// By what it is known; none if the content cannot be read.
    pub(super) known: Option<Known>,
    /// What a CONFLICT entry claims about an earlier one.
    pub(super) conflict: Option<Claim>,
    /// What it is to a case.
    pub(super) part: Part,
    /// Who has signed, and when; nobody if a signature does not hold.
    pub(super) signed: Vec<Signed>,
    /// What to hand on if nothing is wrong with it.
    pub(super) verified: Option<Box<Verified>>,
}

impl Examined {
    /// Nothing but its index.
    pub(super) fn at(index: u64) -> Self {
        Self {
            index,
            known: None,
            conflict: None,
            part: Part::None,
            signed: Vec::new(),
            verified: None,
        }
    }
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
        let wrong = |en: &'static str, es: &'static str| {
            Some(Kind::Conflict {
                why: (en, es).into(),
            })
        };
        match keys.find(&self.key, &self.accepted_statement_id) {
            None => wrong(
                "no entry before it has this message id of this sender",
                "ninguna entrada anterior tiene este identificador de este remitente",
            ),
            Some((index, _)) if index != self.accepted_index => wrong(
                "the accepted statement is another entry",
                "el mensaje admitido es otra entrada",
            ),
            Some((_, false)) => wrong(
                "the entry that it names holds another statement",
                "la entrada que nombra contiene otro mensaje",
            ),
            Some((_, true)) => None,
        }
    }
}
